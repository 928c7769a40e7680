"""Bare feet -> shoes: toes and arch vanish under the convex hull of the foot. Development time only.

Frames as in rigs/skeleton.py, pelvis at the origin (m).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from rigs.skeleton import MIRROR

from .lines import neighbour_mean
from .source import Source

ANKLE: Final = -0.86  # m; the feet are below
_LOW, _HIGH = -0.925, -0.890  # m; fully a shoe below, bare shape above
_FOREFOOT: Final = 0.075  # m, z; in front of it the mesh is laid out anew, because the toes fold
_GROUND: Final = -0.981  # m, the underside of the soles
_HEART_Y: Final = -0.955  # m, height of the long axis inside the foot
_ROUNDS: Final = 150


def shod(body: Source, neighbours: list[np.ndarray]) -> Source:
    """The body with shoe-shaped feet that stand flat."""
    vertices = body.vertices.copy()
    left = np.flatnonzero((vertices[:, 1] < ANKLE) & (vertices[:, 0] > 0))
    bare = vertices[left]
    hull = _Hull(bare)
    share = np.clip((_HIGH - bare[:, 1]) / (_HIGH - _LOW), 0, 1)
    share = share * share * (3 - 2 * share)
    free = left[(bare[:, 2] > _FOREFOOT) & (share >= 1)]
    vertices[left] = hull.wrapped(bare, share)
    for _ in range(_ROUNDS):  # smoothing on a convex surface unfolds what the toes left
        vertices[free] = 0.4 * vertices[free] + 0.6 * neighbour_mean(vertices, neighbours, free)
        vertices[free] = hull.wrapped(vertices[free], np.ones(len(free)))
    flat = left[vertices[left, 1] < _GROUND + 0.008]
    vertices[flat, 1] = _GROUND
    shapedirs, weights = body.shapedirs.copy(), body.weights.copy()
    shapedirs[free], weights[free] = _carried(bare, body.shapedirs[left], body.weights[left], vertices[free])
    twins = body.mirror[left]
    vertices[twins] = vertices[left] * [-1, 1, 1]
    shapedirs[twins] = shapedirs[left] * np.array([-1.0, 1.0, 1.0])[:, None]
    weights[twins] = weights[left][:, MIRROR]
    return replace(body, vertices=vertices, shapedirs=shapedirs, weights=weights)


class _Hull:
    """The convex hull of a foot as its extents along 406 directions (slightly rounder than the true one)."""

    def __init__(self, foot: np.ndarray) -> None:
        self.directions = np.concatenate([_sphere_directions(400), np.eye(3), -np.eye(3)])
        self.reach = (foot @ self.directions.T).max(axis=0)
        self.middle = (foot[:, 0].min() + foot[:, 0].max()) / 2
        self.front = foot[:, 2].max() - 0.055

    def wrapped(self, points: np.ndarray, share: np.ndarray) -> np.ndarray:
        """(n, 3) points moved onto the hull along rays from the long axis of the foot, by `share` (n,) of the way."""
        z = np.clip(points[:, 2], 0.0, self.front)
        heart = np.stack([np.full(len(points), self.middle), np.full(len(points), _HEART_Y), z], axis=1)
        away = points - heart
        distance = np.linalg.norm(away, axis=1, keepdims=True)
        ray = away / np.maximum(distance, 1e-9)
        slope = ray @ self.directions.T
        room = self.reach - heart @ self.directions.T
        to_hull = np.where(slope > 1e-6, room / np.maximum(slope, 1e-6), np.inf).min(axis=1)
        return points + share[:, None] * (to_hull[:, None] - distance) * ray


def _sphere_directions(n: int) -> np.ndarray:
    """(n, 3) unit vectors spread evenly (Fibonacci)."""
    k = np.arange(n) + 0.5
    y, turn = 1 - 2 * k / n, np.pi * (1 + 5**0.5) * k
    side = np.sqrt(1 - y * y)
    return np.stack([side * np.cos(turn), y, side * np.sin(turn)], axis=1)


def _carried(
    old: np.ndarray, shapedirs: np.ndarray, weights: np.ndarray, new: np.ndarray, n_near: int = 8
) -> tuple[np.ndarray, np.ndarray]:
    """Shape directions and skin weights of the `new` points (n, 3): means over the nearest `old` points (m, 3)."""
    away = np.linalg.norm(new[:, None] - old[None], axis=-1)
    near = np.argsort(away, axis=1)[:, :n_near]
    share = 1 / (np.take_along_axis(away, near, axis=1) + 0.003) ** 2
    share = share / share.sum(axis=1, keepdims=True)
    return np.einsum("nk,nkcb->ncb", share, shapedirs[near]), np.einsum("nk,nkj->nj", share, weights[near])
