"""Where one point lies from another along an axis of the body: above, in front of, to the left of."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from backend.body.dual import Dual, along, dot
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
    pattern,
    register,
    side_number,
)
from .direction import FRAMES, frame_names
from .vocabulary import PLACES, limb_of_point, mirror_name, words

AXES_OF = ("left", "up", "front")
_RELATIONS = {
    "above": ("up", 1), "below": ("up", -1), "left of": ("left", 1), "right of": ("left", -1),
    "in front of": ("front", 1), "behind": ("front", -1),
}  # fmt: skip
_LINE = pattern(
    r"(?P<a>.+?) (?:(?P<how>at least |at most )?{n} )?(?P<relation>above|below|left of|right of|in front of|behind)"
    r" (?P<b>.+?)(?: \((?P<frame>pelvis|chest)\))?"
)


@register
@dataclass(frozen=True)
class Position(Scalar):
    """The offset of a point from another (or from the ground) along one axis.

    Use it for heights and for what is in front of, beside or above what: metres is point minus relative_to along the
    axis, positive to the character's left, above, or in front. With "ground" the axis is up.
    """

    kind = "position"
    examples = ("left wrist at least 0.1 above head", "right ankle 0.4 behind left ankle", "left knee 0.6 above ground")
    amount = "metres"
    unit = "m"
    tolerance = 0.05

    point: str = named(PLACES, "the point that is placed")
    relative_to: str = named((*PLACES, "ground"), "the point it is compared with, or ground (axis up only)")
    axis: str = choice(AXES_OF, "the axis of the offset")
    metres: float = side_number("signed offset along the axis", -3, 3)
    compare: str = choice(COMPARES, "equal to, at least or at most", default="=")
    frame: str = choice(FRAMES, "whose axes", default="heading")

    def uses(self) -> Uses:
        return Uses.of({self.point, self.relative_to} - {"ground"}, frame_names(self.frame))

    def alike(self) -> Hashable:
        return (self.frame, self.relative_to == "ground")

    @classmethod
    def quantities(cls, codes: Sequence[Position], body: Kinematics) -> Dual:
        away, frame = body.points(c.point for c in codes), codes[0].frame
        if codes[0].relative_to != "ground":
            away = away - body.points(c.relative_to for c in codes)
        if frame == "heading":
            return along(away, np.swapaxes(body.heading, -1, -2)[:, [AXES_OF.index(c.axis) for c in codes]])
        return dot(away, body.axes(f"{frame}_{c.axis}" for c in codes))

    def limbs(self) -> frozenset[str]:
        return frozenset({limb_of_point(self.point)})

    def mirrored(self) -> Position:
        """Only an offset to the left changes its sign, and with it the sense of an inequality."""
        metres, compare = self.metres, self.compare
        if self.axis == "left":
            metres, compare = -metres, OPPOSITE[compare]
        return Position(mirror_name(self.point), mirror_name(self.relative_to), self.axis, metres, compare, self.frame)

    def said(self) -> str:
        relation = next(
            k for k, (axis, sign) in _RELATIONS.items() if axis == self.axis and (self.metres < 0) == (sign < 0)
        )
        compare = self.compare if self.metres >= 0 else OPPOSITE[self.compare]
        how = BOUND_SAID[compare]
        frame = "" if self.frame == "heading" else f" ({self.frame})"
        return f"{words(self.point)} {how}{abs(self.metres):g} {relation} {words(self.relative_to)}{frame}"

    @classmethod
    def read(cls, line: str) -> Position | None:
        m = _LINE.match(line)
        a = m and name_in(m["a"], PLACES)
        b = m and name_in(m["b"], (*PLACES, "ground"))
        if not m or not a or not b:
            return None
        axis, sign = _RELATIONS[m["relation"]]
        amount = m.groups()[2]
        how = BOUND_READ[m["how"]] if amount else ">="
        if sign < 0:
            how = OPPOSITE[how]
        return cls(a, b, axis, sign * float(amount or 0.1), how, m["frame"] or "heading")
