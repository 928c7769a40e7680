"""The floor of a picture: a soft studio backdrop, a faint half-metre grid, and the shadow right under the body.

The shadow falls straight down, so it shows where the body's weight is and how high a hand or foot is above the floor:
a part that touches throws a small dark shadow, a part in the air a wide pale one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .camera import Camera

WALL = np.array([0.925, 0.930, 0.935])  # display RGB far away
FLOOR = np.array([0.835, 0.840, 0.845])  # display RGB under the body
GRID_STEP = 0.5  # m
_GRID_STRENGTH = 0.10
_CELL = 0.012  # m of one shadow cell
_SPREAD = 0.45  # m of floor around the body that the shadow map covers


@dataclass(frozen=True, eq=False)
class Ground:
    """The plane y = `level` m and the shadow on it: `shadow` (n, m) in 0..1 over (z, x), from `corner` (x, z) m."""

    level: float
    shadow: np.ndarray
    corner: np.ndarray
    centre: np.ndarray
    radius: float

    def paint(self, camera: Camera, size: tuple[int, int]) -> np.ndarray:
        """The empty scene as (h, w, 3) float32 display RGB in 0..1."""
        width, height = size
        rays = camera.rays(width, height).astype(np.float32)
        eye = camera.position
        drop = rays[..., 1]
        seen = drop * (self.level - eye[1]) > 1e-4  # the ray goes towards the floor
        reach = np.where(seen, (self.level - eye[1]) / np.where(seen, drop, 1.0), 1.0).astype(np.float32)
        x, z = eye[0] + reach * rays[..., 0], eye[2] + reach * rays[..., 2]
        away = np.hypot(x - self.centre[0], z - self.centre[1]) / self.radius
        near = np.where(seen, np.exp(-0.5 * away**2), 0.0)
        footprint = reach / camera.fx  # m a pixel, across the view
        slant = np.maximum(np.abs(drop), 0.05) / np.linalg.norm(rays, axis=-1)
        cells = footprint / slant
        lines = np.maximum(_grid_line(x, cells), _grid_line(z, cells)) * _GRID_STRENGTH
        dark = (1.0 - lines * near) * (1.0 - self._shadow_at(x, z) * seen)
        colour = WALL + near[..., None] * (FLOOR - WALL)
        return colour.astype(np.float32) * dark[..., None].astype(np.float32)

    def _shadow_at(self, x: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Bilinear sample of the shadow map; 0 outside."""
        u, v = (x - self.corner[0]) / _CELL - 0.5, (z - self.corner[1]) / _CELL - 0.5
        rows, columns = self.shadow.shape
        inside = (u >= 0) & (v >= 0) & (u < columns - 1) & (v < rows - 1)
        u, v = u[inside], v[inside]
        i, j = v.astype(int), u.astype(int)
        a, b = v - i, u - j
        s = self.shadow
        top = s[i, j] * (1 - b) + s[i, j + 1] * b
        bottom = s[i + 1, j] * (1 - b) + s[i + 1, j + 1] * b
        out = np.zeros(x.shape)
        out[inside] = top * (1 - a) + bottom * a
        return out


def _grid_line(along: np.ndarray, footprint: np.ndarray) -> np.ndarray:
    """How much of a pixel a grid line covers (0..1): a line is 8 mm wide, and never aliases far away."""
    off = np.abs(along / GRID_STEP - np.round(along / GRID_STEP)) * GRID_STEP
    half_width = 0.004
    cover = np.clip((half_width + 0.5 * footprint - off) / footprint, 0.0, 1.0)
    return cover * np.minimum(1.0, 2 * half_width / footprint + 0.25)


def ground_under(vertices: np.ndarray, triangles: np.ndarray) -> Ground:
    """The floor for a body of `vertices` (V, 3) m: y = 0, or its lowest point where it was never put on the floor."""
    level = ground_level(vertices)
    flat = vertices[:, [0, 2]]
    corner = flat.min(axis=0) - _SPREAD
    shape = np.ceil((flat.max(axis=0) + _SPREAD - corner) / _CELL).astype(int)
    p = vertices[triangles]
    middle = p.mean(axis=1)
    a, b = p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]
    covered = 0.5 * np.abs(a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2]) * 0.5  # both the upper and the lower side are counted
    height = np.maximum(middle[:, 1] - level, 0.0)
    wide = _density(middle, covered * np.exp(-height / 0.9), corner, shape)
    touch = _density(middle, covered * np.exp(-((height / 0.035) ** 2)), corner, shape)
    ambient = 1.0 - np.exp(-1.6 * _blur(wide, 9))
    contact = 1.0 - np.exp(-2.5 * _blur(touch, 2))
    shadow = 1.0 - (1.0 - 0.42 * ambient) * (1.0 - 0.50 * contact)
    low, high = flat.min(axis=0), flat.max(axis=0)
    return Ground(level, shadow.T, corner, 0.5 * (low + high), 0.9 + 0.5 * float(np.max(high - low)))


def ground_level(vertices: np.ndarray) -> float:
    """0 m for a pose that was put on the floor; the lowest point of one that sinks in by more than 0.3 m.

    A pose without a translation has its pelvis at the origin, which says nothing about the floor.
    """
    lowest = float(vertices[:, 1].min())
    return lowest if lowest < -0.3 else 0.0


def _density(points: np.ndarray, area: np.ndarray, corner: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """Area (N,) m2 at points (N, 3) as covered parts of the cells (x, z)."""
    cells = ((points[:, [0, 2]] - corner) / _CELL).astype(int)
    index = np.clip(cells[:, 0], 0, shape[0] - 1) * shape[1] + np.clip(cells[:, 1], 0, shape[1] - 1)
    return np.bincount(index, area, minlength=shape[0] * shape[1]).reshape(shape) / _CELL**2


def _blur(image: np.ndarray, radius: int) -> np.ndarray:
    """Three box filters of (2 * radius + 1) cells: nearly a Gaussian."""
    for _ in range(3):
        for axis in (0, 1):
            image = box_filter(image, radius, axis)
    return image


def box_filter(image: np.ndarray, radius: int, axis: int) -> np.ndarray:
    """Running mean of 2 * radius + 1 values along `axis`; zeros outside."""
    pad = [(0, 0)] * image.ndim
    pad[axis] = (radius + 1, radius)
    total = np.cumsum(np.pad(image, pad), axis=axis)
    span = 2 * radius + 1
    upper = np.take(total, np.arange(span, total.shape[axis]), axis=axis)
    lower = np.take(total, np.arange(total.shape[axis] - span), axis=axis)
    return (upper - lower) / span
