"""Light on the body: a key from the upper left, a fill from the right, a rim from behind, and a sky over a floor.

The lights go with the camera, so that every view of a pose is equally readable. Limbs in front of others are set
off by darkening what lies behind a step in depth.
"""

from __future__ import annotations

import numpy as np

from .camera import Camera
from .ground import box_filter

# Directions towards the lights in camera axes (x right, y down, z away from us), with their linear strength.
_LIGHTS = (
    (np.array([-0.55, -0.62, -0.56]), 0.95),
    (np.array([0.85, -0.05, -0.52]), 0.26),
    (np.array([0.35, -0.55, 0.76]), 0.30),
)
_SKY, _FLOOR = 0.34, 0.17
_SHEEN = 0.10
_HALO = 3  # px radius in which a nearer limb darkens what is behind it
_STEP = 0.10  # m of depth at which that darkening is full


def light_pixels(normals: np.ndarray, albedo: np.ndarray, towards: np.ndarray, camera: Camera) -> np.ndarray:
    """Linear colour (K, 3) of surface points.

    Args:
        normals: (K, 3) unit, world.
        albedo: (K, 3) linear.
        towards: (K, 3) unit vectors to the camera, world.
    """
    light = _FLOOR + (_SKY - _FLOOR) * (0.5 + 0.5 * normals[:, 1])
    sheen = np.zeros(len(normals), np.float32)
    for direction, strength in _LIGHTS:
        world = camera.rotation.T @ (direction / np.linalg.norm(direction))
        lit = normals @ world.astype(np.float32)
        light = light + strength * np.maximum((lit + 0.15) / 1.15, 0.0)  # wrapped a little: skin is soft
        half = towards + world.astype(np.float32)
        half /= np.linalg.norm(half, axis=1, keepdims=True)
        sheen += strength * np.maximum(np.einsum("ki,ki->k", normals, half), 0.0) ** 24
    facing = np.clip(np.einsum("ki,ki->k", normals, towards), 0.0, 1.0)
    rim = 0.62 + 0.38 * np.minimum(1.0, 2.2 * facing)  # turns edges darker, which draws the outline
    return albedo * (light * rim)[:, None] + (_SHEEN * sheen)[:, None]


def depth_shade(depth: np.ndarray) -> np.ndarray:
    """Factor (h, w) in 0..1 that darkens pixels near which something stands clearly nearer to us.

    Args:
        depth: (h, w) m; inf where there is nothing.
    """
    there = np.isfinite(depth)
    filled = np.where(there, depth, 0.0)
    weight = there.astype(np.float32)
    for axis in (0, 1):
        filled, weight = box_filter(filled, _HALO, axis), box_filter(weight, _HALO, axis)
    around = filled / np.maximum(weight, 1e-6)
    behind = np.where(there, depth - around, 0.0)
    return 1.0 - 0.45 * np.clip(behind / _STEP, 0.0, 1.0)


def to_display(linear: np.ndarray) -> np.ndarray:
    """Linear light -> display values in 0..1, with a soft shoulder so that bright skin keeps its form."""
    soft = np.where(linear < 0.6, linear, 0.6 + 0.4 * np.tanh((linear - 0.6) / 0.4))
    return np.clip(soft, 0.0, 1.0) ** (1.0 / 2.2)
