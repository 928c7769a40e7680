"""Looks at one person vote: their heat maps are summed, and each landmark is where the sum is highest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from .landmarks import HEAT, Box, View
from .regions import Region

_CELLS: Final = 72  # of the ballot along each side
_EXTENT: Final = 1.3  # side of the ballot, of the longer side of the box
_OUTSIDE: Final = 0.13  # of the longer side: how far outside the box a landmark is still believed
_BLUR: Final = 1.1  # cells: sigma of the Gaussian by which looks differ
_AROUND: Final = 3  # cells around the peak whose centre of weight is taken
_FAINT: Final = 0.05  # votes below this are none: the median of the looks is taken


def elected(box: Box, views: Sequence[View]) -> tuple[np.ndarray, np.ndarray]:
    """Points (33, 2) px where the summed heat of all looks peaks, and how high it is there (33,) 0..1."""
    x, y, w, h = box
    longer = max(w, h)
    grid = Region(x + w / 2, y + h / 2, _EXTENT * longer)
    steps = (np.arange(_CELLS) + 0.5) / _CELLS
    at = grid.to_picture(np.stack(np.meshgrid(steps, steps), axis=-1))
    ballot = sum(_heat_at(region, heat, at) for region, heat in _by_region(views))
    beyond = np.maximum(np.abs(at - np.array([grid.x, grid.y])) - np.array([w, h]) / 2, 0.0)
    ballot *= np.exp(-(beyond**2).sum(axis=-1) / (_OUTSIDE * longer) ** 2).astype(np.float32)[..., None]
    cells, votes = _peaks(_blurred(ballot))
    points = grid.to_picture((cells + 0.5) / _CELLS)
    faint = votes < _FAINT
    points[faint] = np.median([v.points for v in views], axis=0)[faint]
    return points, votes


def _by_region(views: Sequence[View]) -> Iterator[tuple[Region, np.ndarray]]:
    """What all looks at a region give to the mean heat, as these see it: (64, 64, 33) float32."""
    for region in dict.fromkeys(v.region for v in views):
        heat = [v.heat * np.float32(v.body / len(views)) for v in views if v.region == region]
        yield region, np.add(*heat) if len(heat) == 2 else np.sum(heat, axis=0)


def _heat_at(region: Region, heat: np.ndarray, at: np.ndarray) -> np.ndarray:
    """(G, G, 33) float32: the heat of a region at places (G, G, 2) px, bilinear; 0 outside it."""
    place = region.from_picture(at) * HEAT - 0.5
    low = np.floor(place).astype(int)
    share = (place - low).astype(np.float32)
    out = np.zeros((*at.shape[:2], heat.shape[-1]), np.float32)
    for right, lower in ((0, 0), (1, 0), (0, 1), (1, 1)):
        x, y = low[..., 0] + right, low[..., 1] + lower
        weight = np.abs(1 - right - share[..., 0]) * np.abs(1 - lower - share[..., 1])
        weight *= (x >= 0) & (x < HEAT) & (y >= 0) & (y < HEAT)
        out += heat[np.clip(y, 0, HEAT - 1), np.clip(x, 0, HEAT - 1)] * weight[..., None]
    return out


def _blurred(ballot: np.ndarray) -> np.ndarray:
    """The ballot (G, G, 33) after a small Gaussian, along both axes."""
    apart = np.arange(_CELLS)[:, None] - np.arange(_CELLS)
    kernel = np.exp(-0.5 * (apart / _BLUR) ** 2) / (_BLUR * np.sqrt(2 * np.pi))
    kernel = kernel.astype(np.float32)
    out: np.ndarray = kernel @ (kernel @ ballot.reshape(_CELLS, -1)).reshape(ballot.shape)
    return out


def _peaks(ballot: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Peaks (33, 2) in cells (x, y), between cells by the centre of weight of the squares, and their height (33,)."""
    count = ballot.shape[-1]
    flat = ballot.reshape(-1, count)
    top = flat.argmax(axis=0)
    reach = np.arange(-_AROUND, _AROUND + 1)
    rows, columns = (i[:, None] + reach for i in np.unravel_index(top, ballot.shape[:2]))
    inside = ((rows >= 0) & (rows < _CELLS))[:, :, None] & ((columns >= 0) & (columns < _CELLS))[:, None]
    near = ballot[np.clip(rows, 0, _CELLS - 1)[:, :, None], np.clip(columns, 0, _CELLS - 1)[:, None],
                  np.arange(count)[:, None, None]]  # fmt: skip
    weight = near.astype(float) ** 2 * inside
    total = np.maximum(weight.sum(axis=(1, 2)), 1e-12)
    across = (weight.sum(axis=1) * columns).sum(axis=1) / total
    down = (weight.sum(axis=2) * rows).sum(axis=1) / total
    return np.stack([across, down], axis=1), flat[top, np.arange(count)].astype(float)
