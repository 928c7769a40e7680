"""Hinges: how far an elbow or a knee is bent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backend.body.dual import Dual, angle_between, unit
from backend.body.kinematics import Kinematics

from .base import BOUND_READ, BOUND_SAID, COMPARES, Scalar, Uses, choice, name_in, named, number, pattern, register
from .vocabulary import words

HINGES = {
    f"{s}_{j}": (f"{s}_{a}", f"{s}_{b}")
    for s in ("left", "right")
    for j, a, b in (("elbow", "shoulder", "wrist"), ("knee", "hip", "ankle"))
}
FULLY_BENT = {"elbow": 150.0, "knee": 158.0}  # deg; beyond it the soft parts are in each other's way
_LINE = pattern(
    r"(?P<joint>(?:left|right) (?:elbow|knee)) (?:(?P<straight>straight)|bent (?P<how>at least |at most )?{n})"
)


@register
@dataclass(frozen=True)
class Angle(Scalar):
    """The flexion of an elbow or knee: 0 is straight, 90 a right angle, about 145 fully bent.

    Use it where the bend matters and not where the lower arm or leg points: elbows and knees bend one way only, so the
    number is never negative. Where both segments of a limb have a direction, the bend follows and is left out.
    """

    kind = "angle"
    examples = ("left elbow bent 90", "right knee bent at least 100")
    amount = "degrees"
    unit = "rad"
    tolerance = np.radians(10)

    joint: str = named(HINGES, "the elbow or knee")
    degrees: float = number("flexion: 0 straight, 90 right angle, 145 fully bent", 0, 170)
    compare: str = choice(COMPARES, "whether the flexion is equal to, at least or at most `degrees`", default="=")

    def uses(self) -> Uses:
        return Uses.of((*HINGES[self.joint], self.joint))

    @classmethod
    def quantities(cls, codes: Sequence[Angle], body: Kinematics) -> Dual:
        """(S, K) rad: the angle between the upper segment and the lower one."""
        middle = body.points(c.joint for c in codes)
        upper, lower = (body.points(HINGES[c.joint][i] for c in codes) for i in (0, 1))
        return angle_between(unit(middle - upper), unit(lower - middle))

    def limits(self) -> tuple[float, float, str]:
        joint = self.joint.split("_")[1]
        return 0.0, FULLY_BENT[joint], f"{'an' if joint == 'elbow' else 'a'} {joint} bends to {{limit}} at most"

    def limbs(self) -> frozenset[str]:
        side, joint = self.joint.split("_")
        return frozenset({f"{side}_{'arm' if joint == 'elbow' else 'leg'}"})

    def said(self) -> str:
        how = BOUND_SAID[self.compare]
        return f"{words(self.joint)} bent {how}{self.degrees:g}"

    @classmethod
    def read(cls, line: str) -> Angle | None:
        m = _LINE.match(line)
        joint = m and name_in(m["joint"], HINGES)
        if not m or not joint:
            return None
        return cls(joint, 0.0 if m["straight"] else float(m.groups()[-1]), BOUND_READ[m["how"]])
