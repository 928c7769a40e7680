"""Unit quaternions wxyz and rotation vectors, for both sides. Pure numpy."""

from __future__ import annotations

import numpy as np


def rotvec_to_quat_wxyz(rotvec: np.ndarray) -> np.ndarray:
    """(..., 3) rad -> (..., 4), w >= 0 for angles up to pi."""
    rotvec = np.asarray(rotvec, dtype=float)
    angle = np.linalg.norm(rotvec, axis=-1, keepdims=True)
    return np.concatenate([np.cos(angle / 2), 0.5 * np.sinc(angle / (2 * np.pi)) * rotvec], axis=-1)


def quat_wxyz_to_rotvec(quat: np.ndarray) -> np.ndarray:
    """(..., 4) -> (..., 3) rad, the shorter way round. The quaternion need not be normalised, but not be zero."""
    quat = np.asarray(quat, dtype=float)
    quat = quat / np.linalg.norm(quat, axis=-1, keepdims=True)
    quat = np.where(quat[..., :1] < 0, -quat, quat)
    half_sin = np.linalg.norm(quat[..., 1:], axis=-1, keepdims=True)
    angle = 2 * np.arctan2(half_sin, quat[..., :1])
    # angle / sin(angle / 2) is 2 at zero
    scale = np.where(half_sin > 1e-12, angle / np.maximum(half_sin, 1e-12), 2.0)
    return scale * quat[..., 1:]


def quat_product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The rotation b, then a. (..., 4) wxyz each."""
    aw, av, bw, bv = a[..., :1], a[..., 1:], b[..., :1], b[..., 1:]
    w = aw * bw - (av * bv).sum(-1, keepdims=True)
    return np.concatenate([w, aw * bv + bw * av + np.cross(av, bv)], axis=-1)
