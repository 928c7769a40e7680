"""Eyes, brows, lips and hair of the free body. Development time only; frames as in rigs/skeleton.py, pelvis at 0."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from rigs.skeleton import INDEX

from .source import Source

# Eyeballs: MakeHuman's are squashed by the mean of its faces; ours are spheres that just touch the lids.
_EYE_IDS: Final = {"left": (14598, 14669), "right": (14670, 14741)}  # vertices in the base mesh
EYE_CENTRE: Final = np.array([0.0302, 0.6232, 0.1083])  # left eye, m
EYE_RADIUS: Final = 0.0128
_EYE_RINGS: Final = np.radians([11.0, 28.0, 50.0, 72.0, 92.0, 112.0, 132.0, 152.0, 169.0])  # from the gaze axis +Z
TONGUE_IDS: Final = (13380, 13605)

# The hairline: height (m) over the azimuth round the skull, 0 in front, 180 at the nape.
_HAIR_AZIMUTH: Final = np.radians([0, 30, 50, 63, 72, 80, 86, 90, 95, 104, 112, 120, 135, 150, 180])
_HAIR_HEIGHT: Final = np.array(
    [0.700, 0.702, 0.695, 0.672, 0.650, 0.622, 0.610, 0.632, 0.640, 0.630, 0.612, 0.590, 0.566, 0.552, 0.546]
)
_SKULL_AXIS_Z: Final = 0.022


def hair_field(p: np.ndarray) -> np.ndarray:
    """Height over the hairline, m."""
    azimuth = np.arctan2(np.abs(p[:, 0]), p[:, 2] - _SKULL_AXIS_Z)
    return p[:, 1] - np.interp(azimuth, _HAIR_AZIMUTH, _HAIR_HEIGHT)


def brow_row_field(p: np.ndarray) -> np.ndarray:
    """Positive on the one row of quads that becomes the brows, m."""
    x = np.abs(p[:, 0])
    row = np.interp(x, [0.020, 0.029, 0.0375, 0.045], [0.6483, 0.6476, 0.6462, 0.6438])
    return np.minimum.reduce([0.002 - np.abs(p[:, 1] - row), x - 0.016, 0.048 - x, p[:, 2] - 0.09])


def brow_field(p: np.ndarray) -> np.ndarray:
    """Positive on the brows: a band along an arch, thinner outwards, m."""
    x = np.abs(p[:, 0])
    arch = np.interp(x, [0.0155, 0.025, 0.0336, 0.0418, 0.049], [0.6480, 0.6492, 0.6492, 0.6474, 0.6434])
    half = np.interp(x, [0.0155, 0.025, 0.0336, 0.0418, 0.049], [0.0024, 0.0026, 0.0023, 0.0017, 0.0006])
    return half - np.abs(p[:, 1] - arch)


def with_round_eyes(source: Source, neighbours: list[np.ndarray]) -> tuple[Source, np.ndarray]:
    """Eyeballs as spheres that turn about their centre, and the ring (V,) of each of their vertices (0: no eye).

    The eye of the base mesh is 9 rings of 8 vertices; ring 1 bounds the pupil, ring 2 the iris.
    """
    vertices, shapedirs, weights = source.vertices.copy(), source.shapedirs.copy(), source.weights.copy()
    joints, jointdirs = source.joints.copy(), source.jointdirs.copy()
    rings = np.zeros(len(vertices), int)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        first, last = _EYE_IDS[side]
        ids = np.flatnonzero((source.base_ids >= first) & (source.base_ids <= last))
        ring = _eye_rings(ids, vertices, neighbours)
        rings[ids] = ring
        centre = EYE_CENTRE * [sign, 1, 1]
        vertices[ids] = _sphere(vertices[ids], ring, centre)
        shapedirs[ids] = shapedirs[ids].mean(axis=0)  # the ball moves with the head, and stays round
        eye = INDEX[f"{side}_eye_smplhf"]
        joints[eye], jointdirs[eye] = centre, shapedirs[ids[0]]
        weights[ids] = np.eye(weights.shape[1])[eye]
    source = replace(source, vertices=vertices, shapedirs=shapedirs, weights=weights)
    return replace(source, joints=joints, jointdirs=jointdirs), rings


def _eye_rings(ids: np.ndarray, vertices: np.ndarray, neighbours: list[np.ndarray]) -> np.ndarray:
    """1..9 for the 72 vertices of an eyeball, from the front: ring 1 is the outline of the cap."""
    corners = [i for i in ids if len(neighbours[i]) == 3]  # a cap is a strip of 3 quads; its 4 corners have 3 edges
    front = [i for i in corners if vertices[i, 2] > np.mean(vertices[ids, 2])]
    known = dict.fromkeys((int(i) for i in front), 1)
    for i in ids:  # the other 4 of the first ring sit between two corners of the cap
        if i not in known and _in_cap(i, front, neighbours):
            known[int(i)] = 1
    ring = 1
    while len(known) < len(ids):
        grown = {int(n) for i, r in known.items() if r == ring for n in neighbours[i]} - known.keys()
        ring += 1
        known |= dict.fromkeys(grown, ring)
    return np.array([known[int(i)] for i in ids])


def _in_cap(i: int, corners: list[int], neighbours: list[np.ndarray]) -> bool:
    """A vertex on a long side of the cap: it joins one corner, through a neighbour it also reaches the far corner."""
    mine = [c for c in corners if c in neighbours[i]]
    far = {c for n in neighbours[i] for c in corners if c in neighbours[n]} - set(mine)
    return any(c not in neighbours[m] for m in mine for c in far)


def _sphere(old: np.ndarray, ring: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """The vertices at the rings' angles from +Z, at their old azimuth about the gaze axis of the old eye."""
    new = np.empty_like(old)
    for k in range(1, 10):
        at = ring == k
        flat = old[at, :2] - old[at, :2].mean(axis=0)
        azimuth = np.arctan2(flat[:, 1], flat[:, 0])
        order = np.argsort(azimuth)
        even = np.empty(at.sum())
        even[order] = np.radians(-180 + 22.5 + 45.0 * np.arange(at.sum()))
        polar = _EYE_RINGS[k - 1]
        direction = np.stack(
            [np.sin(polar) * np.cos(even), np.sin(polar) * np.sin(even), np.full(len(even), np.cos(polar))], axis=1
        )
        new[at] = centre + EYE_RADIUS * direction
    return new


def mouth_inside(source: Source) -> np.ndarray:
    """(Q,) bool: tongue and the hollow of the mouth."""
    first, last = TONGUE_IDS
    tongue = (source.base_ids >= first) & (source.base_ids <= last)
    return tongue[source.quads].all(axis=1)
