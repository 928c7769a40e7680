"""Clean outlines on a quad mesh: which quads lie inside a line drawn on the body, and the mesh pulled onto that line.

A line is the zero of a field over the rest body, positive inside. Quads are coloured whole, so without this every hem
would be a staircase. Development time only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from rigs.skeleton import MIRROR

from .source import Source

Field = Callable[[np.ndarray], np.ndarray]
"""Positions (V, 3) m -> (V,), m or so, positive inside."""

_FLIP: Final = np.array([-1.0, 1.0, 1.0])
_MAX_SLIDE: Final = 0.85  # of an edge: further, and quads would fold


def inside(source: Source, field: Field, allowed: np.ndarray) -> np.ndarray:
    """(Q,) bool: the quads whose middle is inside the line; single teeth along the line are evened out.

    Args:
        allowed: (V,) bool, vertices that may be inside at all.
    """
    middle = source.vertices[source.quads].mean(axis=1)
    chosen = np.logical_and(field(middle) > 0, np.all(allowed[source.quads], axis=1))
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
    return np.logical_and(touches[0], touches[1])


def snapped(source: Source, field: Field, chosen: np.ndarray, neighbours: list[np.ndarray]) -> Source:
    """Slide the border vertices onto the line; skin weights and shape directions slide along.

    A vertex slides along an edge or a diagonal that crosses the line; where none does, it moves a little over the
    surface straight towards the line.
    """
    values = field(source.vertices)
    vertices, shapedirs, weights = source.vertices.copy(), source.shapedirs.copy(), source.weights.copy()
    opposite = _diagonals(source.quads, len(vertices))
    left_over = []
    for i in np.flatnonzero(border(source.quads, chosen, len(vertices))):
        near = np.concatenate([neighbours[i], opposite[i]])
        step = values[i] / np.where(values[i] == values[near], np.inf, values[i] - values[near])
        step = np.where((step > 0) & (step <= _MAX_SLIDE), step, np.inf)
        lengths = np.linalg.norm(source.vertices[near] - source.vertices[i], axis=1)
        best = int(np.argmin(np.where(np.isfinite(step), step * lengths, np.inf)))
        if np.isfinite(step[best]):
            t, j = step[best], near[best]
            vertices[i] = (1 - t) * source.vertices[i] + t * source.vertices[j]
            shapedirs[i] = (1 - t) * source.shapedirs[i] + t * source.shapedirs[j]
            weights[i] = (1 - t) * source.weights[i] + t * source.weights[j]
        else:
            left_over.append(i)
    if left_over:
        vertices[left_over] = _pulled(source, field, np.array(left_over))
    return mirrored_evenly(replace(source, vertices=vertices, shapedirs=shapedirs, weights=weights))


def _diagonals(quads: np.ndarray, n_vertices: int) -> list[np.ndarray]:
    """Per vertex the vertices across its quads."""
    table: list[list[int]] = [[] for _ in range(n_vertices)]
    for a, b, c, d in quads:
        table[a].append(c)
        table[c].append(a)
        table[b].append(d)
        table[d].append(b)
    return [np.array(row, int) for row in table]


def _pulled(source: Source, field: Field, ids: np.ndarray, most: float = 0.008) -> np.ndarray:
    """(n, 3) the vertices moved over the surface towards the line, by at most `most` m: Newton on the field."""
    normals = quad_normals(source.vertices, source.quads)[ids]
    here, h = source.vertices[ids].copy(), 1e-4
    for _ in range(4):
        slope = np.stack([(field(here + h * e) - field(here - h * e)) / (2 * h) for e in np.eye(3)], axis=1)
        slope -= np.sum(slope * normals, axis=1, keepdims=True) * normals
        here -= (field(here) / np.maximum(np.sum(slope**2, axis=1), 1e-3))[:, None] * slope
    move = here - source.vertices[ids]
    length = np.linalg.norm(move, axis=1, keepdims=True)
    return source.vertices[ids] + move * np.minimum(1.0, most / np.maximum(length, 1e-9))


def quad_normals(vertices: np.ndarray, quads: np.ndarray) -> np.ndarray:
    """(V, 3) unit vertex normals, area-weighted."""
    corners = vertices[quads]
    face = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    out = np.zeros_like(vertices)
    np.add.at(out, quads, face[:, None])
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)


def mirrored_evenly(source: Source) -> Source:
    """Average with the mirror image, against the odd vertex that slid another way than its twin."""
    m = source.mirror
    return replace(
        source,
        vertices=(source.vertices + source.vertices[m] * _FLIP) / 2,
        shapedirs=(source.shapedirs + source.shapedirs[m] * _FLIP[:, None]) / 2,
        weights=(source.weights + source.weights[m][:, MIRROR]) / 2,
    )


def neighbour_mean(vertices: np.ndarray, neighbours: list[np.ndarray], ids: np.ndarray) -> np.ndarray:
    """(n, 3) mean of the neighbours of the vertices `ids`."""
    return np.stack([vertices[neighbours[i]].mean(axis=0) for i in ids])


def smoothed(source: Source, which: np.ndarray, neighbours: list[np.ndarray], rounds: int) -> np.ndarray:
    """(V, 3) vertices smoothed by `which` (V,) in 0..1, in and out only, without shrinking (Laplace-Taubin)."""
    out = source.vertices.copy()
    ids = np.flatnonzero(which > 0)
    normals = quad_normals(out, source.quads)[ids]
    for round_ in range(2 * rounds):
        pull = 0.5 if round_ % 2 == 0 else -0.52
        move = pull * which[ids, None] * (neighbour_mean(out, neighbours, ids) - out[ids])
        out[ids] += np.sum(move * normals, axis=1, keepdims=True) * normals
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
