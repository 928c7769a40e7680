"""Clean outlines on a quad mesh: which quads lie inside a line drawn on the body, and the mesh pulled onto that line.

A line is the zero of a field over the rest body, positive inside. Quads are coloured whole, so without this every hem
would be a staircase. Development time only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from .bake_source import Source

Field = Callable[[np.ndarray], np.ndarray]
"""Positions (V, 3) m -> (V,), m or so, positive inside."""

_FLIP: Final = np.array([-1.0, 1.0, 1.0])
_MAX_SLIDE: Final = 0.85  # of an edge: further, and quads would fold


def inside(source: Source, field: Field, allowed: np.ndarray | None = None) -> np.ndarray:
    """(Q,) bool: the quads that are mostly inside the line; single teeth along the line are evened out.

    Args:
        allowed: (V,) bool, vertices that may be inside at all.
    """
    values = field(source.vertices)
    if allowed is not None:
        values = np.where(allowed, values, -np.abs(values) - 1e-3)
    chosen = values[source.quads].mean(axis=1) > 0
    pairs = _adjacent_quads(source.quads)
    for _ in range(3):
        same = np.zeros(len(chosen))
        np.add.at(same, pairs[:, 0], np.where(chosen[pairs[:, 1]], 1.0, -1.0))
        chosen = np.where(same >= 3, True, np.where(same <= -3, False, chosen))
    return chosen


def _adjacent_quads(quads: np.ndarray) -> np.ndarray:
    """(P, 2) ordered pairs of quads that share an edge."""
    edges = np.sort(np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)]), axis=1)
    owner = np.tile(np.arange(len(quads)), 4)
    order = np.lexsort((edges[:, 1], edges[:, 0]))
    edges, owner = edges[order], owner[order]
    twin = np.flatnonzero((edges[1:] == edges[:-1]).all(axis=1))
    pairs = np.stack([owner[twin], owner[twin + 1]], axis=1)
    return np.concatenate([pairs, pairs[:, ::-1]])


def border(quads: np.ndarray, chosen: np.ndarray, n_vertices: int) -> np.ndarray:
    """(V,) bool: vertices that touch both chosen and other quads."""
    touches = np.zeros((2, n_vertices), bool)
    touches[0, quads[chosen]] = True
    touches[1, quads[~chosen]] = True
    return touches.all(axis=0)


def snapped(source: Source, field: Field, chosen: np.ndarray, neighbours: list[np.ndarray]) -> Source:
    """Slide the border vertices along their edges onto the line; skin weights and shape directions slide along."""
    values = field(source.vertices)
    vertices, shapedirs, weights = source.vertices.copy(), source.shapedirs.copy(), source.weights.copy()
    for i in np.flatnonzero(border(source.quads, chosen, len(vertices))):
        near = neighbours[i]
        step = values[i] / np.where(values[i] == values[near], np.inf, values[i] - values[near])
        step = np.where((step > 0) & (step <= _MAX_SLIDE), step, np.inf)
        best = int(np.argmin(step))
        if np.isfinite(step[best]):
            t, j = step[best], near[best]
            vertices[i] = (1 - t) * source.vertices[i] + t * source.vertices[j]
            shapedirs[i] = (1 - t) * source.shapedirs[i] + t * source.shapedirs[j]
            weights[i] = (1 - t) * source.weights[i] + t * source.weights[j]
    return mirrored_evenly(replace(source, vertices=vertices, shapedirs=shapedirs, weights=weights))


def mirrored_evenly(source: Source) -> Source:
    """Average with the mirror image, against the odd vertex that slid another way than its twin."""
    from rigs.skeleton import MIRROR

    m = source.mirror
    return replace(
        source,
        vertices=(source.vertices + source.vertices[m] * _FLIP) / 2,
        shapedirs=(source.shapedirs + source.shapedirs[m] * _FLIP[:, None]) / 2,
        weights=(source.weights + source.weights[m][:, MIRROR]) / 2,
    )


def smoothed(vertices: np.ndarray, which: np.ndarray, neighbours: list[np.ndarray], rounds: int) -> np.ndarray:
    """Laplacian smoothing of the vertices `which` (V,) in 0..1 (how much), without shrinking (Taubin)."""
    out = vertices.copy()
    ids = np.flatnonzero(which > 0)
    for round_ in range(2 * rounds):
        pull = 0.5 if round_ % 2 == 0 else -0.53
        mean = np.stack([out[neighbours[i]].mean(axis=0) for i in ids])
        out[ids] += pull * which[ids, None] * (mean - out[ids])
    return out


def spread(start: np.ndarray, neighbours: list[np.ndarray], rounds: int) -> np.ndarray:
    """(V,) number of edges from the vertices `start` (V,) bool, at most `rounds`."""
    steps = np.where(start, 0, rounds)
    for k in range(1, rounds):
        front = np.flatnonzero(steps == k - 1)
        for i in front:
            near = neighbours[i]
            steps[near] = np.minimum(steps[near], k)
    return steps
