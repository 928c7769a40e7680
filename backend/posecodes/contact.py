"""Skin that touches skin, or a place in the scene."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from backend.body.dual import Dual, above, dot, stack
from backend.body.kinematics import Kinematics
from backend.body.surfaces import REGIONS

from .base import Measured, Posecode, Uses, name_in, named, pattern, place, register
from .vocabulary import PARTS, limb_of_point, regions_of, skin, words

_LINE = pattern(r"(?P<a>.+?) touches (?P<b>.+?)")
_REACH = pattern(r"(?P<a>.+?) reaches \({n} {n} {n}\)")
# Normals of touching skins oppose each other; this many metres of residual for a full turn the wrong way.
_NORMAL_SCALE = 0.06
Index = tuple[np.ndarray, np.ndarray]
_RANK = 0.06  # m; a part's second region counts as this much farther away than its first, and so on
_TOUCHING = (*REGIONS, *(p for p in PARTS if p not in REGIONS))
_FLAT = ("palm", "hand_back", "foot_sole")  # these lie on what they touch; an elbow or a fingertip may lean on it


def _opposed(code: Contact) -> float:
    """The largest product of the normals that costs nothing: within 25 degrees of opposed for flat regions, else 60."""
    return -0.9 if any(r.endswith(_FLAT) for r in (code.a, code.b)) else -0.5


@register
@dataclass(frozen=True)
class Contact(Posecode):
    """Two regions of skin touch: hand on hip, palms together, chin on fist; of larger parts the nearest regions do.

    Use it for every touch of the own body. Where a hand touches, say also where the elbow is by the direction of the
    upper_arm; the forearm finds its way by itself. Name the side of the hand that touches (palm, hand_back, fingertips,
    fist); folded arms have fingertips on the upper arms. Both palms do not fit on one small region: name two (stomach
    and lower_belly) or the larger part (belly, breast). What touches the ground is a support instead.
    """

    kind = "contact"
    examples = ("left palm touches left hip", "right fist touches chin")
    unit = "m"
    tolerance = 0.03

    a: str = named(_TOUCHING, "the region or larger part that comes (e.g. left_palm, left_hand)")
    b: str = named(_TOUCHING, "the region or larger part that is touched (e.g. left_hip, right_leg)")

    def uses(self) -> Uses:
        regions = (*regions_of(self.a), *regions_of(self.b))
        return Uses.of((skin(r) for r in regions), (f"normal:{r}" for r in regions))

    def alike(self) -> Hashable:
        return len(regions_of(self.a)), len(regions_of(self.b))

    @classmethod
    def residuals(cls, codes: Sequence[Contact], body: Kinematics) -> Dual:
        """Three components of the gap, and the part of the normals that points the same way.

        Of larger parts those two regions count that are nearest to each other in a pose; earlier ones are preferred.
        """
        a, b = ([r for c in codes for r in regions_of(getattr(c, end))] for end in ("a", "b"))
        points = tuple(body.points(skin(r) for r in regions) for regions in (a, b))
        normals = tuple(body.axes(f"normal:{r}" for r in regions) for regions in (a, b))
        if (len(a), len(b)) != (len(codes), len(codes)):
            nearest = _nearest(points[0].value, points[1].value, len(codes))
            points, normals = (tuple(d[i] for d, i in zip(ends, nearest, strict=True)) for ends in (points, normals))
        gap, same = points[0] - points[1], dot(normals[0], normals[1])
        return stack([gap, above(same, np.array([_opposed(c) for c in codes])).scaled(_NORMAL_SCALE).as_row()])

    def nearest(self, body: Kinematics, taken: Collection[str] = ()) -> Contact:
        """The two regions that larger parts are to touch with, as they lie in the first pose of `body`.

        taken: regions that another statement has taken already, so that two hands do not want one place.
        """
        a, b = ([r for r in regions_of(end) if r not in taken] or regions_of(end) for end in (self.a, self.b))
        here, there = (body.points(skin(r) for r in regions).value[:1] for regions in (a, b))
        (_, i), (_, j) = _nearest(here, there, 1)
        return Contact(a[i[0, 0]], b[j[0, 0]])

    def measure(self, body: Kinematics) -> Measured:
        a, b = (body.points(skin(r) for r in regions_of(name)).value[0] for name in (self.a, self.b))
        gap = float(np.linalg.norm(a[:, None] - b[None], axis=-1).min())
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
        a, b = (m and name_in(m["a"], _TOUCHING)), (m and name_in(m["b"], _TOUCHING))
        return cls(a, b) if a and b else None


def _nearest(a: np.ndarray, b: np.ndarray, count: int) -> tuple[Index, Index]:
    """Which regions of K pairs of parts, points (S, K n, 3) and (S, K m, 3), are nearest to each other, as indices.

    The further down a part's list a region stands, the farther it counts: a hand would rather touch with its palm.
    """
    a, b = (x.reshape(len(x), count, -1, 3) for x in (a, b))
    n, m = a.shape[2], b.shape[2]
    gaps = np.linalg.norm(a[:, :, :, None] - b[:, :, None], axis=-1) + _RANK * (np.arange(n)[:, None] + np.arange(m))
    first, second = np.divmod(gaps.reshape(*gaps.shape[:2], -1).argmin(axis=-1), m)
    rows, pair = np.arange(len(a))[:, None], np.arange(count)
    return (rows, pair * n + first), (rows, pair * m + second)


@register
@dataclass(frozen=True)
class Reach(Posecode):
    """A region of skin is at a place in the scene: a hand on a door handle.

    Use it for things outside the body whose place is known, within about 0.7 m of the shoulder or a step away.
    """

    kind = "reach"
    examples = ("right fingertips reaches (-0.3 1.2 0.4)",)
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
