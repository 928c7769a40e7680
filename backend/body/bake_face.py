"""Eyes, brows, lips and hair of the free body. Development time only; frames as in rigs/skeleton.py, pelvis at 0."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from rigs.skeleton import INDEX

from .bake_source import Source

# Eyeballs: MakeHuman's are squashed by the mean of its faces; ours are spheres that just touch the lids.
_EYE_IDS: Final = {"left": (14598, 14669), "right": (14670, 14741)}  # vertices in the base mesh
EYE_CENTRE: Final = np.array([0.0302, 0.6232, 0.1083])  # left eye, m
EYE_RADIUS: Final = 0.0128
_EYE_RINGS: Final = np.radians([11.0, 28.0, 50.0, 72.0, 92.0, 112.0, 132.0, 152.0, 169.0])  # from the gaze axis +Z
TONGUE_IDS: Final = (13380, 13605)

# The hairline: height (m) over the azimuth round the skull, 0 in front, 180 at the nape.
_HAIR_AZIMUTH: Final = np.radians([0, 30, 50, 63, 72, 80, 87, 93, 100, 118, 128, 145, 180])
_HAIR_HEIGHT: Final = np.array([0.700, 0.702, 0.694, 0.672, 0.650, 0.615, 0.606, 0.640, 0.666, 0.640, 0.590, 0.556, 0.548])
_SKULL_AXIS_Z: Final = 0.022
_BROW_X: Final = (0.011, 0.053)  # inner and outer end


def hair_field(p: np.ndarray) -> np.ndarray:
    """Height over the hairline, m."""
    azimuth = np.arctan2(np.abs(p[:, 0]), p[:, 2] - _SKULL_AXIS_Z)
    return p[:, 1] - np.interp(azimuth, _HAIR_AZIMUTH, _HAIR_HEIGHT)


def brow_field(p: np.ndarray) -> np.ndarray:
    """Positive on the brows: a band along a curve, thinner outwards, m."""
    along = (np.abs(p[:, 0]) - _BROW_X[0]) / (_BROW_X[1] - _BROW_X[0])
    middle = 0.6425 + 0.0085 * np.sin(np.clip(along, 0, 1.15) * 2.2) - 0.002 * np.clip(along, 0, 1)
    half = np.interp(along, [0.0, 0.15, 0.6, 1.0], [0.0028, 0.0034, 0.0030, 0.0008])
    ends = np.minimum(along, 1 - along) * (_BROW_X[1] - _BROW_X[0])
    front = p[:, 2] - 0.09
    return np.minimum.reduce([half - np.abs(p[:, 1] - middle), ends, front])


def with_round_eyes(source: Source, neighbours: list[np.ndarray]) -> tuple[Source, np.ndarray]:
    """Eyeballs as spheres that turn about their centre, and the ring (V,) of each of their vertices (0: no eye).

    The eye of the base mesh is 9 rings of 8 vertices; ring 1 bounds the pupil, ring 2 the iris.
    """
    vertices, shapedirs, joints, jointdirs = (
        a.copy() for a in (source.vertices, source.shapedirs, source.joints, source.jointdirs)
    )
    rings = np.zeros(len(vertices), int)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        first, last = _EYE_IDS[side]
        ids = np.flatnonzero((source.base_ids >= first) & (source.base_ids <= last))
        ring = _eye_rings(ids, vertices, neighbours)
        rings[ids] = ring
        centre = EYE_CENTRE * [sign, 1, 1]
        vertices[ids] = _sphere(vertices[ids], ring, centre)
        shapedirs[ids] = shapedirs[ids].mean(axis=0)  # the ball moves with the head, and stays round
        joints[INDEX[f"{side}_eye_smplhf"]] = centre
        jointdirs[INDEX[f"{side}_eye_smplhf"]] = shapedirs[ids[0]]
    return replace(source, vertices=vertices, shapedirs=shapedirs, joints=joints, jointdirs=jointdirs), rings


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
