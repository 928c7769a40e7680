"""What one instruction does to the current pose: absolute statements, and the joints that may move for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.posecodes import Posecode, Program, read_program
from backend.posecodes.angle import Angle
from backend.posecodes.contact import Reach
from backend.posecodes.direction import Direction
from backend.posecodes.facing import Facing
from backend.posecodes.ground import Support
from backend.posecodes.position import Position
from backend.posecodes.vocabulary import SIDES
from rigs.skeleton import GROUPS

from .edit_words import Part
from .measures import Measures

_BY: Final = {"knee": "shin", "elbow": "forearm"}  # the segment that a hinge moves
_AXES: Final = ("left", "up", "front")
DOWN: Final = 0.06  # m; skin this near to the floor bears weight
BEARING: Final = (("foot_sole", "toes"), ("heel", "heel"), ("knee", "knee"))  # skin -> part that bears
_FREE: Final = 0.15  # m
_LUNGE: Final = 25.0  # deg that one knee is bent more


@dataclass(frozen=True)
class Change:
    """program: absolute statements. scope: joints that may move for them. mirror: the pose is mirrored first.

    turn: degrees by which the whole body turns to its left. note: what was assumed, for the reply.
    feet: sides whose foot is moved on purpose, so that no other instruction keeps it where it was.
    held: statements that keep what the change could take along; they give way to anything that is asked.
    """

    program: Program = ()
    scope: frozenset[str] = frozenset()
    mirror: bool = False
    turn: float = 0.0
    note: str = ""
    feet: frozenset[str] = frozenset()
    held: Program = ()

    def __add__(self, later: Change) -> Change:
        """Both; where they say the same thing of the same part, the later one counts."""
        old = _without_feet(self.program, later.feet - self.feet)
        added = _without_feet(later.program, self.feet - later.feet)
        old, added = _one_support(old, added)
        new = {_about(c) for c in added}
        program = tuple(c for c in old if _about(c) not in new) + added
        note = " ".join(dict.fromkeys(n for n in (self.note, later.note) if n))
        mirror, turn = self.mirror != later.mirror, self.turn + later.turn
        held = (*self.held, *later.held)
        return Change(program, self.scope | later.scope, mirror, turn, note, self.feet | later.feet, held)

    def whole(self) -> Program:
        """The program with what is held, as far as nothing else is asked of the same limb segment."""
        asked = {c.segment for c in self.program if isinstance(c, Direction)}
        asked |= {f"{c.joint.split('_')[0]}_{_BY[c.joint.split('_')[1]]}" for c in self.program if isinstance(c, Angle)}
        asked |= {f"{s}_shin" for s in SIDES if f"{s}_thigh" in asked}
        asked |= {
            f"{c.point.split('_')[0]}_{b}"
            for c in self.program
            if isinstance(c, Position) and c.point.endswith(("wrist", "elbow"))
            for b in ("upper_arm", "forearm")
        }
        said = {_about(c) for c in self.program}
        trunk = any(isinstance(c, Facing) and c.part.startswith("pelvis") for c in self.program)
        kept = {}
        for code in self.held:
            if isinstance(code, Direction) and code.segment in asked:
                continue
            if isinstance(code, Facing) and trunk:
                continue
            if _about(code) not in said:
                kept[_about(code)] = code
        return (*self.program, *kept.values())


def _without_feet(program: Program, sides: frozenset[str]) -> Program:
    """A program without what keeps the feet of some sides in their places, and the weight over them."""
    if not sides:
        return program
    out: list[Posecode] = []
    for code in program:
        if isinstance(code, Support):
            parts = tuple(p for p in code.parts if p.split("_")[0] not in sides)
            out += [Support(parts)] if parts else []
        elif not (isinstance(code, Reach) and code.region.split("_")[0] in sides) and not _is_weight(code):
            out.append(code)
    return tuple(out)


def _one_support(old: Program, added: Program) -> tuple[Program, Program]:
    """What bears on the ground in either of two programs bears in the later one."""
    before = [c for c in old if isinstance(c, Support) and c.height == 0]
    after = next((c for c in added if isinstance(c, Support) and c.height == 0), None)
    if not before or after is None:
        return old, added
    parts = tuple(dict.fromkeys(p for c in (*before, after) for p in c.parts))
    rest = tuple(c for c in old if not any(c is b for b in before))
    return rest, tuple(Support(parts) if c is after else c for c in added)


def _is_weight(code: Posecode) -> bool:
    return isinstance(code, Position) and code.point == "com"


def _about(code: Posecode) -> tuple[str, ...]:
    """What a statement is about: its kind and every name in it, without its figures."""
    return (code.kind, *(str(v) for k, v in sorted(vars(code).items()) if isinstance(v, str) and k != "compare"))


def joints(*groups: str) -> frozenset[str]:
    """The joints of some groups of the skeleton ("left_arm", "root")."""
    return frozenset(j for g in groups for j in GROUPS.get(g, (g,)))


def stated(lines: str, *groups: str) -> Change:
    """A change from canonical lines of posecodes."""
    return Change(read_program(lines, "edit"), joints(*groups))


def sides_of(part: Part, m: Measures) -> tuple[tuple[str, ...], str]:
    """The sides that a part means on this body, and a note where the words left it open.

    "front" and "back" go by which foot (or hand) is ahead of the other, "raised" by which is higher, "other" by which
    is lower.
    """
    if part.side in SIDES:
        return (part.side,), ""
    if part.plural:
        return SIDES, ""
    end = "wrist" if part.kind in ("arm", "hand", "elbow", "fingers", "shoulder") else "ankle"
    _, up, front = m.offset(f"left_{end}", f"right_{end}", "pelvis")
    if part.side in ("front", "back"):
        if end == "ankle" and abs(front) < _FREE:  # a lunge to the side: the front leg is the one that is bent
            bent = m.flexion("left_knee") - m.flexion("right_knee")
            front = bent if abs(bent) > _LUNGE else front
        return ("left" if (front > 0) == (part.side == "front") else "right",), ""
    if part.side == "raised":
        return ("left" if up > 0 else "right",), ""
    if part.side == "other" and abs(up) > _FREE:
        return ("left" if up < 0 else "right",), ""  # the one that is busy is up
    return ("right",), f"You did not say which {part.noun}; I took the right one."


def way_vector(ways: tuple[str, ...], side: str) -> np.ndarray:
    """(left, up, front), not scaled, of direction words for a part on one side; zero where there are none."""
    out_sign = 1.0 if side == "left" else -1.0
    table = {
        "left": (1, 0, 0), "right": (-1, 0, 0), "up": (0, 1, 0), "down": (0, -1, 0), "front": (0, 0, 1),
        "back": (0, 0, -1),
        "out": (out_sign, 0, 0), "in": (-out_sign, 0, 0),
    }  # fmt: skip
    return np.sum([np.array(table[w], float) for w in ways], axis=0) if ways else np.zeros(3)


def pointing(segment: str, direction: np.ndarray, frame: str = "heading") -> Direction:
    x, y, z = (round(float(v), 4) for v in direction / np.linalg.norm(direction))
    return Direction(segment, (x, y, z), frame)


def placed(point: str, relative_to: str, offset: np.ndarray, frame: str = "heading") -> Program:
    """A point at an offset (left, up, front) m from another."""
    return tuple(
        Position(point, relative_to, a, round(float(v), 4), "=", frame) for a, v in zip(_AXES, offset, strict=True)
    )


def elevated(direction: np.ndarray, level: np.ndarray, degrees: float) -> np.ndarray:
    """A direction raised to `degrees` above the horizontal; it keeps its bearing, or takes `level`'s if it has none.

    Args:
        direction: (3,) unit. level: (3,) horizontal direction for one that is (nearly) vertical.
    """
    flat = np.array([direction[0], 0.0, direction[2]])
    length = float(np.linalg.norm(flat))
    share = min(1.0, length / 0.35)
    bearing = share * flat / max(length, 1e-9) + (1 - share) * level / np.linalg.norm(level)
    bearing = bearing / max(float(np.linalg.norm(bearing)), 1e-9)
    angle = np.radians(degrees)
    return np.array([0.0, np.sin(angle), 0.0]) + np.cos(angle) * bearing


def elevation(direction: np.ndarray) -> float:
    """Degrees above the horizontal."""
    return float(np.degrees(np.arcsin(np.clip(direction[1], -1, 1))))
