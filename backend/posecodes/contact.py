"""Skin that touches skin, or a place in the scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backend.body.dual import Dual, above, dot, stack
from backend.body.kinematics import Kinematics
from backend.body.surfaces import REGIONS

from .base import Measured, Posecode, Uses, name_in, named, pattern, place, register
from .vocabulary import limb_of_point, skin, words

_LINE = pattern(r"(?P<a>.+?) touches (?P<b>.+?)")
_REACH = pattern(r"(?P<a>.+?) reaches \({n} {n} {n}\)")
# Normals of touching skins oppose each other; this many metres of residual for a full turn the wrong way.
_NORMAL_SCALE = 0.04


@register
@dataclass(frozen=True)
class Contact(Posecode):
    """Two regions of skin touch: hand on hip, palms together, chin on fist."""

    kind = "contact"
    unit = "m"
    tolerance = 0.03

    a: str = named(REGIONS, "the region that comes (e.g. left_palm)")
    b: str = named(REGIONS, "the region that is touched (e.g. left_hip)")

    def uses(self) -> Uses:
        return Uses.of((skin(self.a), skin(self.b)), (f"normal:{self.a}", f"normal:{self.b}"))

    @classmethod
    def residuals(cls, codes: Sequence[Contact], body: Kinematics) -> Dual:
        """Three components of the gap, and the part of the normals that points the same way."""
        gap = body.points(skin(c.a) for c in codes) - body.points(skin(c.b) for c in codes)
        same = dot(body.axes(f"normal:{c.a}" for c in codes), body.axes(f"normal:{c.b}" for c in codes))
        return stack([gap, above(same, -0.5).scaled(_NORMAL_SCALE).as_row()])

    def measure(self, body: Kinematics) -> Measured:
        gap = float(np.linalg.norm(body.point(skin(self.a)).value[0] - body.point(skin(self.b)).value[0]))
        return Measured(gap, gap <= self.tolerance, "m", 0.0, gap)

    def limbs(self) -> frozenset[str]:
        return frozenset({limb_of_point(skin(r)) for r in (self.a, self.b)} - {"torso", "head"}) or frozenset(
            {limb_of_point(skin(self.a))}
        )

    def said(self) -> str:
        return f"{words(self.a)} touches {words(self.b)}"

    @classmethod
    def read(cls, line: str) -> Contact | None:
        m = _LINE.match(line)
        a, b = (m and name_in(m["a"], REGIONS)), (m and name_in(m["b"], REGIONS))
        return cls(a, b) if a and b else None


@register
@dataclass(frozen=True)
class Reach(Posecode):
    """A region of skin is at a place in the scene: a hand on a door handle."""

    kind = "reach"
    unit = "m"
    tolerance = 0.03

    region: str = named(REGIONS, "the region that comes")
    place: tuple[float, float, float] = place("where, m, in the frame of the pose")

    def uses(self) -> Uses:
        return Uses.of([skin(self.region)])

    @classmethod
    def residuals(cls, codes: Sequence[Reach], body: Kinematics) -> Dual:
        return body.points(skin(c.region) for c in codes) - np.array([c.place for c in codes])

    def measure(self, body: Kinematics) -> Measured:
        gap = float(np.linalg.norm(self.residual(body).value[0]))
        return Measured(gap, gap <= self.tolerance, "m", 0.0, gap)

    def limbs(self) -> frozenset[str]:
        return frozenset({limb_of_point(skin(self.region))})

    def said(self) -> str:
        return f"{words(self.region)} reaches ({self.place[0]:g} {self.place[1]:g} {self.place[2]:g})"

    @classmethod
    def read(cls, line: str) -> Reach | None:
        m = _REACH.match(line)
        a = m and name_in(m["a"], REGIONS)
        if not m or not a:
            return None
        x, y, z = (float(v) for v in m.groups()[1:])
        return cls(a, (x, y, z))
