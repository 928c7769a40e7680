"""Whether a pose would stand: where the weight falls, seen from above, beside what bears it.

The support is the convex hull of every place of the skin that is on the floor, or on the seat of somebody who sits;
the margin of stability is the distance from the centre of mass to its nearest edge (Hof et al., 2005, at rest).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.posecodes.ground import BEARERS

from .measures import Measures
from .postures import Posture, posture_of

_ON_FLOOR: Final = 0.035  # m above the lowest part
_SOLE_HALF: Final = 0.035  # m; half the breadth of a sole, which its points along the middle do not show
_SEATED: Final = ("sitting", "perching")
_SEAT: Final = ("left_buttock", "right_buttock", "left_thigh", "right_thigh")
_NAMES: Final = {"foot": "feet", "knee": "knees", "hand": "hands"}


@dataclass(frozen=True)
class Steadiness:
    """margin: m from the centre of mass to the nearest edge of the support; negative outside. way: (left, front) m.

    `way` is how far beyond the nearest edge the weight is where it is outside, in the character's heading. bearers:
    words for what bears. air: nothing does.
    """

    margin: float
    way: tuple[float, float]
    bearers: tuple[str, ...]
    air: bool = False

    @property
    def steady(self) -> bool:
        return self.margin >= 0 and not self.air


def steadiness(m: Measures) -> Steadiness:
    """How surely a pose stands, sits or lies."""
    posture = posture_of(m)
    if posture.kind == "air":
        return Steadiness(0.0, (0.0, 0.0), (), air=True)
    regions = _bearing(m, posture)
    spots = np.array([m.place(r) for r in regions])[:, [0, 2]]
    axes = m.body.heading[0][:, [0, 2]][[0, 2]]  # columns: left and front of the character, in the world's (x, z)
    com = m.body.points(["com"]).value[0, 0][[0, 2]]
    margin, beyond = _margin(com @ axes, spots @ axes)
    return Steadiness(margin, (float(beyond[0]), float(beyond[1])), _said(regions))


def _bearing(m: Measures, posture: Posture) -> tuple[str, ...]:
    """Regions of the skin on the floor, and the seat of a sitting body; the lowest one at least."""
    regions = sorted({r for part in BEARERS.values() for r in part})
    heights = {r: m.height(r) for r in regions}
    floor = min(heights.values())
    low = [r for r in regions if heights[r] - max(floor, 0.0) < _ON_FLOOR]
    seat = [r for r in _SEAT if r in heights] if posture.kind in _SEATED else []
    return tuple(dict.fromkeys([*low, *seat]))


def _margin(at: np.ndarray, spots: np.ndarray) -> tuple[float, np.ndarray]:
    """Signed distance (m) from a place (2,) to the edge of the hull of spots (N, 2), widened by half a sole; the way
    (2,) from the edge to the place where it is outside.
    """
    ring = np.stack([np.cos(_CIRCLE), np.sin(_CIRCLE)], axis=-1) * _SOLE_HALF
    hull = convex_hull((spots[:, None] + ring).reshape(-1, 2))
    ahead = np.roll(hull, -1, axis=0)
    edge = ahead - hull
    along = np.clip(((at - hull) * edge).sum(-1) / np.maximum((edge**2).sum(-1), 1e-12), 0.0, 1.0)
    nearest = hull + along[:, None] * edge
    gaps = np.linalg.norm(at - nearest, axis=1)
    best = int(gaps.argmin())
    inside = bool((edge[:, 0] * (at - hull)[:, 1] - edge[:, 1] * (at - hull)[:, 0] >= 0).all())
    return (float(gaps[best]), np.zeros(2)) if inside else (-float(gaps[best]), at - nearest[best])


_CIRCLE: Final = np.linspace(0.0, 2 * np.pi, 8, endpoint=False)


def convex_hull(points: np.ndarray) -> np.ndarray:
    """Corners (K, 2) of the convex hull, anticlockwise (Andrew's monotone chain)."""
    ordered = points[np.lexsort((points[:, 1], points[:, 0]))]

    def chain(line: np.ndarray) -> list[np.ndarray]:
        out: list[np.ndarray] = []
        for p in line:
            while len(out) > 1 and _cross(out[-1] - out[-2], p - out[-2]) <= 1e-12:
                out.pop()
            out.append(p)
        return out[:-1]

    return np.array([*chain(ordered), *chain(ordered[::-1])])


def _cross(a: np.ndarray, b: np.ndarray) -> float:
    return float(a[0] * b[1] - a[1] * b[0])


def _said(regions: tuple[str, ...]) -> tuple[str, ...]:
    """Parts that bear, in words: "both feet", "the left hand", "the seat"."""
    parts = [p for p in _SPOKEN if all(r in regions for r in _CLUES[p])]
    out = []
    for name, plural in _NAMES.items():
        sides = [s for s in ("left", "right") if f"{s}_{name}" in parts]
        out += [f"both {plural}"] if len(sides) == 2 else [f"the {s} {name}" for s in sides]
    return (*out, *(f"the {p.replace('_', ' ')}" for p in parts if p in ("seat", "back", "head", "belly")))


_CLUES: Final[dict[str, tuple[str, ...]]] = {
    **{f"{s}_foot": (f"{s}_foot_sole",) for s in ("left", "right")},
    **{f"{s}_knee": (f"{s}_knee",) for s in ("left", "right")},
    **{f"{s}_hand": (f"{s}_palm",) for s in ("left", "right")},
    "seat": ("left_buttock",),
    "back": ("upper_back",),
    "head": ("head_top",),
    "belly": ("stomach",),
}
_SPOKEN: Final = tuple(_CLUES)
