"""One person of a picture: several looks at it vote for every landmark, so that neighbours and odd crops lose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from .images import Picture
from .landmarks import INDEX, LIMB_ROWS, Box, View, look
from .regions import Region

MARGINS: Final = (1.5, 1.8)  # side of the looks' regions, of the longer side of the box
_GRID: Final = 96  # cells of the ballot along each side
_EXTENT: Final = 1.3  # side of the ballot, of the longer side of the box
_OUTSIDE: Final = 0.1  # of the ballot's side: how far outside the box a landmark is still believed
_BLUR: Final = 1.5  # cells
_AROUND: Final = 4  # cells around the peak whose centre of weight is taken
_FAINT: Final = 0.05  # votes below this are none: the median of the looks is taken
_HEAD: Final = (0, 7, 8)  # nose and ears
_UPRIGHT_ENOUGH: Final = 0.45  # mean of the better votes below which turned looks are tried
_TURNED_BETTER: Final = 1.25  # times as many votes that a turned look needs
_STRAIGHT: Final = np.radians(5.0)  # tilt of a trunk up to which it counts as upright
_ALIGNED_ENOUGH: Final = 0.8  # of the votes that a look along the body needs to be believed


@dataclass(frozen=True, eq=False)
class Person:
    """box (x, y, w, h) px; points (33, 2) px; space (33, 3) m about the hips in OpenCV axes.

    votes (33,) 0..1: how sure the looks are of each point; visible (33,) 0..1: in sight rather than hidden; spread
    (33,) m: how far the looks disagree about the place in space; hands: (21, 3) m of those seen well, by side; faced:
    nose and ears in space go by the face.
    """

    box: Box
    points: np.ndarray
    space: np.ndarray
    votes: np.ndarray
    visible: np.ndarray
    spread: np.ndarray
    hands: Mapping[str, np.ndarray] = field(default_factory=dict)
    faced: bool = False

    @property
    def size(self) -> float:
        """Longer side of the box, px."""
        return float(max(self.box[2:]))


def observe(picture: Picture, box: Box) -> Person:
    """The person in a box (x, y, w, h) px of the picture: never nobody, however faint.

    The network knows bodies that stand upright in its region, so the region is turned with the body (as its own authors
    do); where even so little is seen, the picture is looked at from all sides.
    """
    person = _aligned(picture, box, 0.0)
    if _sureness(person) >= _UPRIGHT_ENOUGH:
        return person
    turned = [_seen(picture, box, _looks(picture, box, angle, MARGINS[:1])) for angle in (np.pi / 2, np.pi, -np.pi / 2)]
    best = max(turned, key=_sureness)
    return best if _sureness(best) > _TURNED_BETTER * _sureness(person) else person


def _aligned(picture: Picture, box: Box, angle: float) -> Person:
    """The person by looks that are turned as the body is, beginning with `angle`."""
    first = _looks(picture, box, angle, MARGINS[:1])
    rough = _seen(picture, box, first)
    tilt = tilt_of(rough)
    if abs((tilt - angle + np.pi) % (2 * np.pi) - np.pi) < _STRAIGHT:
        return _seen(picture, box, [*first, *_looks(picture, box, angle, MARGINS[1:])])
    person = _seen(picture, box, _looks(picture, box, tilt))
    return person if _sureness(person) >= _ALIGNED_ENOUGH * _sureness(rough) else rough


def tilt_of(person: Person) -> float:
    """Rad by which a region is turned in which the trunk stands upright."""
    at = {n: person.points[[INDEX[f"left_{n}"], INDEX[f"right_{n}"]]].mean(axis=0) for n in ("shoulder", "hip")}
    x, y = at["shoulder"] - at["hip"]
    return float(np.arctan2(x, -y))


def _sureness(person: Person) -> float:
    """Mean of the better half of the votes for limbs and head: a body that is cut off is no turned one."""
    votes = np.sort(person.votes[[*LIMB_ROWS, *_HEAD]])
    return float(votes[len(votes) // 2 :].mean())


def _looks(picture: Picture, box: Box, angle: float, margins: Sequence[float] = MARGINS) -> list[View]:
    regions = [Region.around(box, margin).turned(angle) for margin in margins]
    return [look(picture, region, keep=box, mirrored=m) for region in regions for m in (False, True)]


def _seen(picture: Picture, box: Box, views: list[View]) -> Person:
    points, votes = _elected(box, views)
    middle = np.median([v.points for v in views], axis=0)
    beyond = ((middle < 0) | (middle >= np.array(picture.size))).any(axis=1)
    points, votes = np.where(beyond[:, None], middle, points), np.where(beyond, 0.0, votes)  # out of the frame
    # Looks that put the landmarks elsewhere in the picture say little about their depth.
    off = np.array([np.linalg.norm(v.points - points, axis=1) for v in views]) / max(box[2:])
    weight = np.exp(-((off / 0.08) ** 2)) * np.array([v.body for v in views])[:, None] + 1e-6
    weight /= weight.sum(axis=0)
    spaces = np.array([v.space for v in views])
    space = (spaces * weight[..., None]).sum(axis=0)
    spread = np.sqrt(((spaces - space) ** 2).sum(axis=-1) * weight).max(axis=0)
    visible = (np.array([v.visible for v in views]) * weight).sum(axis=0)
    return Person(box, points, space, votes, visible, spread)


def _elected(box: Box, views: list[View]) -> tuple[np.ndarray, np.ndarray]:
    """Points (33, 2) px where the summed heat of all looks peaks, and how high it is there (33,)."""
    x, y, w, h = box
    side, middle = _EXTENT * max(w, h), np.array([x + w / 2, y + h / 2])
    steps = ((np.arange(_GRID) + 0.5) / _GRID - 0.5) * side
    at = np.stack(np.meshgrid(steps, steps), axis=-1) + middle
    ballot = np.mean([_heat_at(v, at) * v.body for v in views], axis=0)
    beyond = np.maximum(np.abs(at - middle) - np.array([w, h]) / 2, 0.0)
    ballot *= np.exp(-((np.hypot(beyond[..., 0], beyond[..., 1]) / side / _OUTSIDE) ** 2))[..., None]
    ballot = _blurred(ballot)
    cells, votes = _peaks(ballot)
    points = middle + ((cells + 0.5) / _GRID - 0.5) * side
    faint = votes < _FAINT
    points[faint] = np.median([v.points for v in views], axis=0)[faint]
    return points, votes


def _heat_at(view: View, at: np.ndarray) -> np.ndarray:
    """(G, G, 33): the heat of a look at places (G, G, 2) px; 0 outside its region."""
    r, n = view.region, view.heat.shape[0]
    c, s = np.cos(r.angle), np.sin(r.angle)
    d = (at - np.array([r.x, r.y])) / r.side
    u, v = c * d[..., 0] + s * d[..., 1] + 0.5, -s * d[..., 0] + c * d[..., 1] + 0.5
    inside = (u > 0) & (u < 1) & (v > 0) & (v < 1)
    i, j = np.clip((u * n).astype(int), 0, n - 1), np.clip((v * n).astype(int), 0, n - 1)
    out: np.ndarray = view.heat[j, i] * inside[..., None]
    return out


def _blurred(ballot: np.ndarray) -> np.ndarray:
    """The ballot after a small Gaussian, along both axes."""
    reach = int(np.ceil(3 * _BLUR))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _BLUR) ** 2)
    kernel /= kernel.sum()
    for axis in (0, 1):
        padded = np.pad(ballot, [(reach, reach) if a == axis else (0, 0) for a in range(3)])
        size = ballot.shape[axis]
        ballot = sum(k * padded.take(range(n, n + size), axis=axis) for n, k in enumerate(kernel))
    return ballot


def _peaks(ballot: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Peaks (33, 2) in cells (x, y), between cells by the centre of weight, and their height (33,)."""
    flat = ballot.reshape(-1, ballot.shape[-1])
    rows, columns = np.unravel_index(flat.argmax(axis=0), ballot.shape[:2])
    out = np.zeros((ballot.shape[-1], 2))
    for k, (row, column) in enumerate(zip(rows, columns, strict=True)):
        top, left = max(0, row - _AROUND), max(0, column - _AROUND)
        part = ballot[top : row + _AROUND + 1, left : column + _AROUND + 1, k] ** 2
        y, x = np.mgrid[top : top + part.shape[0], left : left + part.shape[1]]
        total = max(float(part.sum()), 1e-12)
        out[k] = (x * part).sum() / total, (y * part).sum() / total
    return out, flat.max(axis=0)
