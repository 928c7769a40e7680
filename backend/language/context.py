"""What the clauses of one prompt share: whose side was spoken of last, what was assumed, and what the rules found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from .clauses import Clause, Part, other, word_before
from .lexicon import ACTIONS, ARM_KINDS, LEG_KINDS, PART_WORDS, PLURALS, SIDES
from .tokens import Token

_MOST_DEGREES = 170.0  # what a statement about a bend may hold
_FULLY_BENT = 150.0
_BENDING = frozenset(("bend", "bent", "flex"))
NATURAL_SIDE = "right"  # most people are right-handed and kick with the right
Place = tuple[float, float, float]


@dataclass(frozen=True)
class Finding:
    """Canonical lines that a clause says. standing: lines that hold only where the legs stand.

    weak: lines for limbs of which nothing else is said, such as those that something is not done with.
    """

    lines: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lines or self.standing or self.weak)


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
    lifted: tuple[str, ...] = ()
    """The side of a leg that was said to be up, and the lines that were made of it."""
    lunges: bool = False
    """Whether a lunge is named: a leg in front is then the one that lunges."""
    of_head: bool = False
    """Whether the last part spoken of was the head, which "and tilted to the left" goes on about."""
    leaning: bool = False
    """Whether a lean of the trunk has been said: a straight back then keeps it."""
    told: frozenset[int] = frozenset()
    """Places of words that were read to the letter."""
    weak: list[str] = field(default_factory=list)
    """Lines for limbs of which nothing else is said."""
    behind_head: set[str] = field(default_factory=set)
    """Sides of hands that are behind the head: their elbows go out and back beside it."""
    high: set[str] = field(default_factory=set)
    """Sides of hands that are held at the height of the head: elbows that are tucked in stay below them."""
    bent: set[str] = field(default_factory=set)
    """Elbows and knees that a bend was said for."""
    busy: frozenset[int] = frozenset()
    """Places of words that single-word names take: a clause with one does not go on about the subject before."""

    gestures: frozenset[int] = frozenset()
    """Places of single words that name what an arm does: "raised in salute"."""
    placed: bool = False
    """Whether it was said where both arms are."""
    bearers: set[str] = field(default_factory=set)
    """What was said to bear on the ground, such as "left_knee"."""
    on_toes: set[str] = field(default_factory=set)
    """Sides of feet that are on their toes."""
    mentioned: Part | None = None
    """The last part of the clause before: what "which" and "it" are about."""
    settled: frozenset[str] = frozenset()
    """Limbs that something was said of to the letter."""
    twisted: str = ""
    """The side that the trunk was said to turn to: one looks back over that shoulder."""
    raised: str = ""
    """The side of the arm that was last said to be up or out: "the raised hand"."""
    uplifted: str = ""
    """The side of the arm that was last said to be up: beside an arm out to the side it is the raised one."""
    arms_ahead: bool = False
    """Whether the arms of the named pose reach ahead, so that "arms out" is further ahead."""
    split: bool = False
    """Whether legs in the air were split without a word about which is in front."""
    arms_up: str = ""
    """Where both arms go: up or front, for palms that meet there."""

    def hear(self, clause: Clause) -> None:
        """Take note of limbs whose words are used up already: "with the palm up" goes on about them."""
        for i, (token, used) in enumerate(zip(clause.words, clause.taken, strict=True)):
            kind = PART_WORDS.get(token.text, "") if used else ""
            kind = {"hip": "leg", "shoulder": "arm"}.get(kind, kind) if clause.places[i] in self.told else kind
            group = _group(kind) if kind else "other"
            before = clause.words[i - 1].text if i else ""
            sides = SIDES if before == "both" else (before,) if before in SIDES else ()
            if group == "arm" and token.text in PLURALS:
                self.placed = True
            if group != "other" and (sides or token.text in PLURALS):
                self.last[group] = self.last["any"] = sides or SIDES
                goes_on = not clause.subjects and (clause.does("raise", "stretch") or "overhead" in clause.ways)
                if clause.places[i] in self.told or (group == "arm" and goes_on and len(sides) == 1):
                    self.subject = Part(kind, sides or SIDES, token.text, i, i)

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
        if said in ("free", "standing"):  # "the lifted leg", "the standing leg"
            free = self.free_leg or (before[0] if len(before) == 1 and group in self.last else NATURAL_SIDE)
            return (free,) if said == "free" else (other(free),)
        if said in ("front", "back"):
            front = self.front_leg or NATURAL_SIDE
            return (front,) if said == "front" else (other(front),)
        if part.kind in ("toes", "fingers") and len(self.last.get(group, ())) == 1 and not said:
            return self.last[group]
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


_TRUNK: Final = frozenset(("torso", "back", "chest", "waist", "upper_back", "lower_back"))
_HINGES: Final = frozenset(("hip", "waist"))


def hinges(clause: Clause) -> bool:
    """As in "bent forward at the hips", "folding from the waist"."""
    bends = clause.does("bend") or clause.has("fold")
    return bends and any(
        p.kind in _HINGES and word_before(clause.words, p.first) in ("at", "from") for p in clause.parts
    )


def bends_over(clause: Clause, ctx: Context) -> bool:
    """As in "bending forward", "bent over at the waist", "folded in half"."""
    if any(p.kind not in _TRUNK | (_HINGES if hinges(clause) else set()) for p in clause.subjects):
        return False
    if hinges(clause):
        return True
    over = bool(clause.ways & {"front", "down"}) or clause.has("over", "waist")
    if clause.has("fold"):
        of_leg = ctx.subject is not None and ctx.subject.kind in LEG_KINDS and not clause.subjects
        far = clause.has("over", "half", "double") or (over and not of_leg)
        return far and {p.kind for p in clause.targets} <= _HINGES
    return clause.does("bend") and (over or bool(clause.ways & {"back", "left", "right", "out"}))


def subjects_of(clause: Clause, ctx: Context, kinds: frozenset[str]) -> list[Part]:
    """The parts of these kinds that a clause is about; a clause without any goes on about the subject before."""
    found = [p for p in clause.subjects if p.kind in kinds]
    relative = clause.words[0].text in ("which", "that", "whose") and not clause.subjects
    if relative and ctx.mentioned is not None and ctx.mentioned.kind in kinds:
        ctx.subject = ctx.mentioned
    if found or clause.subjects or ctx.subject is None or ctx.subject.kind not in kinds:
        return found
    busy = any(k in ctx.busy and t.stem not in ACTIONS for k, t in zip(clause.places, clause.words, strict=True))
    limb = clause.does("lower") or clause.has("hang", "drop")
    limb = limb and not clause.does("look", "lean", "twist", "arch", "turn")
    bends = clause.words[0].text in ("bend", "bends", "bending") and (clause.ways or clause.has("over", "waist"))
    folds = hinges(clause) or (clause.has("fold") and bends_over(clause, ctx))
    other_matter = (
        busy
        or folds
        or stands_on_feet(clause)
        or bool(bends and ctx.subject.kind in LEG_KINDS)
        or (clause.does("look", "lean", "twist", "bow", "arch", "turn") and not limb)
    )
    return [] if other_matter or clause.joined == "." else [ctx.subject]


def stands_on_feet(clause: Clause) -> bool:
    """As in "standing on the balls of the feet", "up on tiptoe": nothing that an arm spoken of before reaches for."""
    target = clause.targets[0] if clause.targets else None
    if target is None or clause.subjects or clause.relation not in ("on", "onto") or target.kind not in _FEET:
        return False
    return target.said in ("tiptoe", "tiptoes") or clause.has("stand", "balanc", "hop", "rise", "ris", "up", "weight")


_FEET: Final = frozenset(("foot", "toes", "heel", "leg"))


def _group(kind: str) -> str:
    if kind in ARM_KINDS:
        return "arm"
    return "leg" if kind in LEG_KINDS else "other"
