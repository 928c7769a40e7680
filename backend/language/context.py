"""What the clauses of one prompt share: whose side was spoken of last, what was assumed, and what the rules found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .clauses import SIDES, Clause, Part, other
from .lexicon import ACTIONS, ARM_KINDS, LEG_KINDS
from .tokens import Token

_MOST_DEGREES = 170.0  # what a statement about a bend may hold
_FULLY_BENT = 150.0
_BENDING = frozenset(("bend", "bent", "flex"))
NATURAL_SIDE = "right"  # most people are right-handed and kick with the right
Place = tuple[float, float, float]


@dataclass(frozen=True)
class Finding:
    """Canonical lines that a clause says. standing: lines that hold only where the legs stand."""

    lines: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lines or self.standing)


@dataclass
class Context:
    """The state of reading. posture: what the idioms found already say carries the body."""

    points: Mapping[str, Place] = field(default_factory=dict)
    posture: str = ""
    last: dict[str, tuple[str, ...]] = field(default_factory=dict)
    subject: Part | None = None
    notes: list[str] = field(default_factory=list)
    front_leg: str = ""
    free_leg: str = ""
    """The leg that does not stand, of a body that stands on one."""
    lunges: bool = False
    """Whether a lunge is named: a leg in front is then the one that lunges."""
    of_head: bool = False
    """Whether the last part spoken of was the head, which "and tilted to the left" goes on about."""
    leaning: bool = False
    """Whether a lean of the trunk has been said: a straight back then keeps it."""
    busy: frozenset[int] = frozenset()
    """Places of words that single-word names take: a clause with one does not go on about the subject before."""

    def sides(self, part: Part) -> tuple[str, ...]:
        """The sides that a part is meant on; what has none gets that of the last such limb, else the natural one."""
        group = _group(part.kind)
        found = self._sides(part, group)
        self.last[group] = found
        self.last["any"] = found
        return found

    def _sides(self, part: Part, group: str) -> tuple[str, ...]:
        said = part.sides[0] if part.sides else ""
        if set(part.sides) <= set(SIDES) and part.sides:
            return part.sides
        before = self.last.get(group) or self.last.get("any") or ()
        if said == "other":
            return (other(before[0]),) if len(before) == 1 else (other(NATURAL_SIDE),)
        if said == "same" and before:
            return before
        if said in ("front", "back"):
            front = self.front_leg or NATURAL_SIDE
            return (front,) if said == "front" else (other(front),)
        if part.plural:
            return SIDES
        if said == "one" and len(before) == 1 and group in self.last:
            return (other(before[0]),)
        if not said and before and part.kind not in ("arm", "leg"):
            return before
        if not said and group in self.last and len(self.last[group]) == 1:
            return self.last[group]
        return self.natural(part)

    def natural(self, part: Part) -> tuple[str, ...]:
        """The side that most people would use, which is said to the user."""
        self.note(f"No side was said for the {part.said.replace('_', ' ')}: I took the {NATURAL_SIDE}.")
        return (NATURAL_SIDE,)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


def sayable_bend(degrees: float) -> float:
    """A flexion that a statement may hold, deg; what a joint cannot do is cut later, and said."""
    return degrees if degrees <= _MOST_DEGREES else _FULLY_BENT


def overstated(tokens: Sequence[Token]) -> list[str]:
    """Notes on bends that no joint reaches."""
    if not any(t.stem in _BENDING for t in tokens):
        return []
    told = [t.number for t, unit in pairwise(tokens) if unit.text in ("degree", "degrees", "deg", "°")]
    degrees = [n for n in told if n is not None]
    return [f"No joint bends {n:g} degrees; I took as much as it can." for n in degrees if n > _MOST_DEGREES]


def subjects_of(clause: Clause, ctx: Context, kinds: frozenset[str]) -> list[Part]:
    """The parts of these kinds that a clause is about; a clause without any goes on about the subject before."""
    found = [p for p in clause.subjects if p.kind in kinds]
    if found or clause.subjects or ctx.subject is None or ctx.subject.kind not in kinds:
        return found
    busy = any(k in ctx.busy and t.stem not in ACTIONS for k, t in zip(clause.places, clause.words, strict=True))
    limb = clause.does("lower") or clause.has("hang", "drop")
    limb = limb and not clause.does("look", "lean", "twist", "arch", "turn")
    other_matter = busy or (clause.does("look", "lean", "twist", "bow", "arch", "turn") and not limb)
    return [] if other_matter or clause.joined == "." else [ctx.subject]


def _group(kind: str) -> str:
    if kind in ARM_KINDS:
        return "arm"
    return "leg" if kind in LEG_KINDS else "other"
