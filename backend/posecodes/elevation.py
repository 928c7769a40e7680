"""How high a segment points, whatever its bearing: level thighs, an upright torso (PoseScript's "horizontal")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backend.body.dual import Dual, atan2, hypot
from backend.body.kinematics import Kinematics

from .base import (
    BOUND_READ,
    BOUND_SAID,
    COMPARES,
    OPPOSITE,
    Scalar,
    Uses,
    choice,
    name_in,
    named,
    number,
    pattern,
    register,
)
from .direction import Direction, limb_of_segment
from .vocabulary import SEGMENTS, words

_LINE = pattern(r"(?P<segment>.+?) (?:(?P<level>level)|elevated (?P<how>at least |at most )?{n})")


@register
@dataclass(frozen=True)
class Elevation(Scalar):
    """The angle of a segment above the horizon: 0 level, 90 straight up, -90 straight down, to whichever side.

    Use it where only the height matters ("arms above the horizontal"), else a direction. A hanging arm or leg has -90,
    an upright torso 90.
    """

    kind = "elevation"
    examples = ("left thigh elevated 0", "right arm elevated at least 30")
    amount = "degrees"
    unit = "rad"
    tolerance = np.radians(10)

    segment: str = named(SEGMENTS, "the segment, seen from its near end: a hanging arm is elevated -90")
    degrees: float = number("angle above the horizon: 0 level, 90 up, -90 down", -90, 90)
    compare: str = choice(COMPARES, "equal to, at least or at most `degrees`", default="=")

    def uses(self) -> Uses:
        return Uses.of(SEGMENTS[self.segment])

    @classmethod
    def quantities(cls, codes: Sequence[Elevation], body: Kinematics) -> Dual:
        """(S, K) rad."""
        along = Direction.along([c.segment for c in codes], body)
        return atan2(along.component(1), hypot(along.component(0), along.component(2)))

    def limbs(self) -> frozenset[str]:
        return limb_of_segment(self.segment)

    def mirrored(self) -> Elevation:
        """The line of the shoulders runs from right to left, and so turns round in the mirror."""
        flipped = super().mirrored()
        if self.segment != "shoulders":
            return flipped
        return Elevation(self.segment, -self.degrees, OPPOSITE[self.compare])

    def said(self) -> str:
        how = BOUND_SAID[self.compare]
        return f"{words(self.segment)} elevated {how}{self.degrees:g}"

    @classmethod
    def read(cls, line: str) -> Elevation | None:
        m = _LINE.match(line)
        segment = m and name_in(m["segment"], SEGMENTS)
        if not m or not segment:
            return None
        compare = BOUND_READ[m["how"]]
        return cls(segment, 0.0 if m["level"] else float(m.groups()[-1]), compare)
