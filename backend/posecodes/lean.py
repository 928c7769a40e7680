"""How far the torso leans from upright, forward and sideways, seen from the heading."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from backend.body.dual import Dual, along, atan2, faded, hypot
from backend.body.kinematics import Kinematics

from .base import BOUND_READ, BOUND_SAID, COMPARES, OPPOSITE, Scalar, Uses, choice, compared, number, pattern, register
from .direction import Direction
from .vocabulary import SEGMENTS

WAYS = {"forward": ("forward", "back"), "sideways": ("left", "right")}
_LINE = pattern(r"torso leans (?P<way>forward|front|back|left|right) (?P<how>at least |at most )?{n}")
_POLE = 0.3  # a lean to one side counts in full while the torso does not lie along the other way


@register
@dataclass(frozen=True)
class Lean(Scalar):
    """How far the torso (pelvis to neck) leans from upright: 90 forward is level, more is head down.

    The usual statement about the trunk: 0 upright, 10 to 20 attentive, 45 bending. Positive is forward, or to the
    character's left; negative is back, or to its right. The back stays fairly straight; for a rounded or arched one
    say turn, torso bowed, as well: both can hold.
    """

    kind = "lean"
    examples = ("torso leans forward 30", "torso leans right 15")
    amount = "degrees"
    unit = "rad"
    tolerance = np.radians(8)

    way: str = choice(WAYS, "in which plane the lean is measured: forward and back, or sideways")
    degrees: float = number("positive: forward, or to the character's left; negative: back, or right", -150, 150)
    compare: str = choice(COMPARES, "equal to, at least or at most `degrees`", default="=")

    def uses(self) -> Uses:
        return Uses.of(SEGMENTS["torso"])

    def alike(self) -> Hashable:
        return self.way

    @classmethod
    def quantities(cls, codes: Sequence[Lean], body: Kinematics) -> Dual:
        """(S, K) rad."""
        return atan2(*cls._sides(codes, body))

    @classmethod
    def residuals(cls, codes: Sequence[Lean], body: Kinematics) -> Dual:
        y, x = cls._sides(codes, body)
        off = compared(atan2(y, x), [c.target for c in codes], [c.compare for c in codes])
        return faded(off, hypot(y, x), _POLE).as_row()

    @staticmethod
    def _sides(codes: Sequence[Lean], body: Kinematics) -> tuple[Dual, Dual]:
        """(S, K) each: how far the torso points forward (or left), and up."""
        torso = Direction.along(["torso"] * len(codes), body)
        goal = body.heading[:, None, :, 2 if codes[0].way == "forward" else 0]
        return along(torso, goal), torso.component(1)

    def limbs(self) -> frozenset[str]:
        return frozenset({"torso"})

    def mirrored(self) -> Lean:
        return self if self.way == "forward" else Lean(self.way, -self.degrees, OPPOSITE[self.compare])

    def said(self) -> str:
        plus, minus = WAYS[self.way]
        compare = self.compare if self.degrees >= 0 else OPPOSITE[self.compare]
        how = BOUND_SAID[compare]
        return f"torso leans {plus if self.degrees >= 0 else minus} {how}{abs(self.degrees):g}"

    @classmethod
    def read(cls, line: str) -> Lean | None:
        m = _LINE.match(line)
        if not m:
            return None
        compare = BOUND_READ[m["how"]]
        sign = -1.0 if m["way"] in ("back", "right") else 1.0
        way = "sideways" if m["way"] in ("left", "right") else "forward"
        return cls(way, sign * float(m.groups()[-1]), compare if sign > 0 else OPPOSITE[compare])
