"""A z-buffer in numpy: which triangle each pixel shows, and where in that triangle it lies.

All triangles of a similar size are filled together: each gets the same small block of candidate pixels, tested by
edge functions at once. A mesh of 27,000 small triangles takes a few hundredths of a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

_CHUNK = 1 << 20  # candidate pixels tested at once: bounds the memory to some 50 MB
_NEAR = 1e-3  # m; triangles that reach behind this are dropped


@dataclass(frozen=True, eq=False)
class Hits:
    """The visible pixels of a picture, in no special order.

    pixel: (K,) index y * width + x. triangle: (K,). weights: (K, 3) of the corners, perspective-correct, sum 1.
    depth: (K,) m along the view axis.
    """

    pixel: np.ndarray
    triangle: np.ndarray
    weights: np.ndarray
    depth: np.ndarray

    def interpolate(self, triangles: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Values of the vertices (V, C) -> (K, C) at the pixels."""
        corners = triangles[self.triangle]
        out = values[corners[:, 0]] * self.weights[:, :1]
        out += values[corners[:, 1]] * self.weights[:, 1:2]
        out += values[corners[:, 2]] * self.weights[:, 2:]
        return out


def rasterise(pixels: np.ndarray, depth: np.ndarray, triangles: np.ndarray, size: tuple[int, int]) -> Hits:
    """Nearest front-facing triangle of every pixel.

    Faces are counter-clockwise seen from outside; those that face away are left out (a closed mesh needs them nowhere).

    Args:
        pixels: (V, 2) px, from `Camera.project`.
        depth: (V,) m.
        triangles: (T, 3) vertex indices.
        size: (width, height) px.
    """
    width, height = size
    inverse = 1.0 / np.maximum(depth, _NEAR)
    nearest = np.zeros(width * height, np.float32)
    found: list[tuple[np.ndarray, ...]] = []
    for chunk in _chunks(pixels, depth, triangles, size):
        fragments = _fill(pixels, inverse, triangles, size, *chunk)
        np.maximum.at(nearest, fragments[0], fragments[3])
        found.append(fragments)
    if not found:
        return Hits(np.zeros(0, int), np.zeros(0, int), np.zeros((0, 3), np.float32), np.zeros(0, np.float32))
    return _visible(found, nearest, inverse, triangles)


def _chunks(
    pixels: np.ndarray, depth: np.ndarray, triangles: np.ndarray, size: tuple[int, int]
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, int, int]]:
    """Groups of triangles whose bounding boxes fit the same block: (ids, left, top, block width, block height)."""
    corners = pixels[triangles]  # (T, 3, 2)
    low = np.ceil(corners.min(axis=1) - 0.5)
    high = np.floor(corners.max(axis=1) - 0.5)
    low, high = np.maximum(low, 0), np.minimum(high, np.array(size) - 1)
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    faces_us = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] < 0  # pixel y points down, so counter-clockwise is negative
    usable = faces_us & (high >= low).all(axis=1) & (depth[triangles] > _NEAR).all(axis=1)
    ids = np.flatnonzero(usable)
    extent = (high - low)[ids].astype(int) + 1
    block = _block(extent[:, 0]) * 65536 + _block(extent[:, 1])
    for key in np.unique(block):
        block_w, block_h = int(key) // 65536, int(key) % 65536
        members = ids[block == key]
        step = max(1, _CHUNK // (block_w * block_h))
        for start in range(0, len(members), step):
            some = members[start : start + step]
            yield some, low[some, 0].astype(int), low[some, 1].astype(int), block_w, block_h


def _block(extent: np.ndarray) -> np.ndarray:
    """Block sizes that waste little: 1, 2, 3, 4, 6, 8, 12, 16, 24 ... px."""
    power = 2.0 ** np.floor(np.log2(extent))
    half_step = np.where(extent <= 1.5 * power, np.maximum(1.5 * power, 1.0), 2 * power)
    return np.where(extent == power, power, np.ceil(half_step)).astype(int)


def _fill(
    pixels: np.ndarray,
    inverse: np.ndarray,
    triangles: np.ndarray,
    size: tuple[int, int],
    ids: np.ndarray,
    left: np.ndarray,
    top: np.ndarray,
    block_w: int,
    block_h: int,
) -> tuple[np.ndarray, ...]:
    """Fragments of the triangles `ids`: pixel, triangle, screen weights (K, 3), inverse depth (K,)."""
    p = pixels[triangles[ids]]
    area = _cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
    dx, dy = np.meshgrid(np.arange(block_w), np.arange(block_h))
    x = left[:, None] + dx.ravel()
    y = top[:, None] + dy.ravel()
    # Barycentric weights are affine in the pixel: w = c + gx * x + gy * y, found once a triangle.
    weights = []
    for i in range(3):
        q, r = p[:, (i + 1) % 3], p[:, (i + 2) % 3]
        gx, gy = (q[:, 1] - r[:, 1]) / area, (r[:, 0] - q[:, 0]) / area
        c = (q[:, 0] * r[:, 1] - q[:, 1] * r[:, 0]) / area
        at_corner = c + gx * (left + 0.5) + gy * (top + 0.5)
        block = np.add.outer(at_corner, np.zeros(block_w * block_h))
        block += gx[:, None] * dx.ravel() + gy[:, None] * dy.ravel()
        weights.append(block)
    inside = (weights[0] >= 0) & (weights[1] >= 0) & (weights[2] >= 0) & (x < size[0]) & (y < size[1])
    row = np.nonzero(inside)[0]
    w = np.stack([each[inside] for each in weights], axis=1)
    depth_inverse = np.einsum("ki,ki->k", w, inverse[triangles[ids[row]]]).astype(np.float32)
    return (y * size[0] + x)[inside], ids[row], w, depth_inverse


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def _visible(
    found: list[tuple[np.ndarray, ...]], nearest: np.ndarray, inverse: np.ndarray, triangles: np.ndarray
) -> Hits:
    """Keep the nearest fragment of every pixel, once, and make its weights perspective-correct."""
    pixel, triangle, weights, inv = (np.concatenate(part) for part in zip(*found, strict=True))
    wins = np.flatnonzero(inv >= nearest[pixel])
    pixel, first = np.unique(pixel[wins], return_index=True)  # two triangles may meet a pixel at the same depth
    wins = wins[first]
    weights = weights[wins] * inverse[triangles[triangle[wins]]]
    weights /= weights.sum(axis=1, keepdims=True)
    return Hits(pixel, triangle[wins], weights.astype(np.float32), 1.0 / inv[wins])


def vertex_normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Unit normals (V, 3), the area-weighted mean of the faces around each vertex."""
    p = vertices[triangles]
    face = np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
    out = np.empty_like(vertices, dtype=float)
    for axis in range(3):
        weights = np.repeat(face[:, axis], 3)
        out[:, axis] = np.bincount(triangles.ravel(), weights, minlength=len(vertices))
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)
