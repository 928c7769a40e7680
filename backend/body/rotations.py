"""Rotations, named by both ends: rotvec (axis-angle, rad), rotmat (3x3), quat_wxyz. Leading batch axes everywhere.

Every map is smooth at zero: small angles take a Taylor branch with a clamped denominator.
"""

from __future__ import annotations

import math

import numpy as np

_SMALL = 1e-6  # rad; below it the Taylor branches are exact to float64
# Left-multiplication by (w, x, y, z) as a matrix: which component stands where, and with what sign.
_PRODUCT_INDEX = np.array([[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]])
_PRODUCT_SIGN = np.array([[1, -1, -1, -1], [1, 1, -1, 1], [1, 1, 1, -1], [1, -1, 1, 1]], float)


def _rotmat_of_squares() -> np.ndarray:
    """(16, 9): the products of quaternion components (row-major) -> the elements of the rotation matrix."""
    w, x, y, z = range(4)
    elements = [
        [(w, w, 1), (x, x, 1), (y, y, -1), (z, z, -1)], [(x, y, 2), (w, z, -2)], [(x, z, 2), (w, y, 2)],
        [(x, y, 2), (w, z, 2)], [(w, w, 1), (x, x, -1), (y, y, 1), (z, z, -1)], [(y, z, 2), (w, x, -2)],
        [(x, z, 2), (w, y, -2)], [(y, z, 2), (w, x, 2)], [(w, w, 1), (x, x, -1), (y, y, -1), (z, z, 1)],
    ]  # fmt: skip
    out = np.zeros((16, 9))
    for column, terms in enumerate(elements):
        for a, b, factor in terms:
            out[4 * a + b, column] += factor
    return out


_ROTMAT_OF_SQUARES = _rotmat_of_squares()


def skew(v: np.ndarray) -> np.ndarray:
    """(..., 3) -> (..., 3, 3) with `skew(a) @ b == cross(a, b)`."""
    x, y, z = v[..., 0], v[..., 1], v[..., 2]
    out = np.zeros(v.shape[:-1] + (3, 3), dtype=v.dtype)
    out[..., 0, 1], out[..., 0, 2] = -z, y
    out[..., 1, 0], out[..., 1, 2] = z, -x
    out[..., 2, 0], out[..., 2, 1] = -y, x
    return out


def rotvec_to_rotmat(rotvec: np.ndarray) -> np.ndarray:
    """(..., 3) rad -> (..., 3, 3), Rodrigues' formula."""
    rotvec = np.asarray(rotvec, float)
    if rotvec.ndim == 1:
        return _one_rotmat(*rotvec.tolist())
    angle2 = np.sum(rotvec * rotvec, axis=-1)[..., None, None]
    angle = np.sqrt(angle2)
    small = angle < _SMALL
    safe = np.where(small, 1.0, angle)
    a = np.where(small, 1.0 - angle2 / 6.0, np.sin(safe) / safe)
    b = np.where(small, 0.5 - angle2 / 24.0, (1.0 - np.cos(safe)) / (safe * safe))
    k = skew(rotvec)
    return np.eye(3) + a * k + b * (k @ k)


def _one_rotmat(x: float, y: float, z: float) -> np.ndarray:
    """Rodrigues' formula for one vector without array operations, whose calls cost more than the sums."""
    angle2 = x * x + y * y + z * z
    angle = math.sqrt(angle2)
    small = angle < _SMALL
    a = 1.0 - angle2 / 6.0 if small else math.sin(angle) / angle
    b = 0.5 - angle2 / 24.0 if small else (1.0 - math.cos(angle)) / angle2
    c = 1.0 - b * angle2
    return np.array([
        [c + b * x * x, b * x * y - a * z, b * x * z + a * y],
        [b * x * y + a * z, c + b * y * y, b * y * z - a * x],
        [b * x * z - a * y, b * y * z + a * x, c + b * z * z],
    ])  # fmt: skip


def rotmat_to_quat_wxyz(rotmat: np.ndarray) -> np.ndarray:
    """(..., 3, 3) -> (..., 4) unit quaternion, w >= 0; the largest component comes first (stable near 180 deg)."""
    m = np.asarray(rotmat, float)
    m00, m11, m22 = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    squares = np.stack([1 + m00 + m11 + m22, 1 + m00 - m11 - m22, 1 - m00 + m11 - m22, 1 - m00 - m11 + m22], axis=-1)
    sums = {
        (0, 1): m[..., 2, 1] - m[..., 1, 2],
        (0, 2): m[..., 0, 2] - m[..., 2, 0],
        (0, 3): m[..., 1, 0] - m[..., 0, 1],
        (1, 2): m[..., 1, 0] + m[..., 0, 1],
        (1, 3): m[..., 0, 2] + m[..., 2, 0],
        (2, 3): m[..., 2, 1] + m[..., 1, 2],
    }
    outer = np.empty(m.shape[:-2] + (4, 4))
    for i in range(4):
        outer[..., i, i] = squares[..., i]
        for j in range(i + 1, 4):
            outer[..., i, j] = outer[..., j, i] = sums[i, j]
    best = np.argmax(squares, axis=-1)
    quat = np.take_along_axis(outer, best[..., None, None], axis=-2)[..., 0, :]
    quat = quat / np.linalg.norm(quat, axis=-1, keepdims=True)
    return np.where(quat[..., :1] < 0, -quat, quat)


def quat_wxyz_to_rotvec(quat: np.ndarray) -> np.ndarray:
    """(..., 4) -> (..., 3) rad, angle in [0, pi]."""
    quat = np.asarray(quat, float)
    quat = np.where(quat[..., :1] < 0, -quat, quat)
    sine = np.linalg.norm(quat[..., 1:], axis=-1, keepdims=True)
    w = quat[..., :1]
    small = sine < _SMALL
    scale = np.where(small, 2.0 / np.maximum(w, 0.5), 2.0 * np.arctan2(sine, w) / np.where(small, 1.0, sine))
    return scale * quat[..., 1:]


def rotvec_to_quat_wxyz(rotvec: np.ndarray) -> np.ndarray:
    """(..., 3) rad -> (..., 4)."""
    rotvec = np.asarray(rotvec, float)
    half = 0.5 * np.linalg.norm(rotvec, axis=-1, keepdims=True)
    small = half < _SMALL
    scale = np.where(small, 0.5 - half * half / 12.0, 0.5 * np.sin(half) / np.where(small, 1.0, half))
    return np.concatenate([np.cos(half), scale * rotvec], axis=-1)


def quat_product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Hamilton product of quaternions (..., 4) wxyz: the rotation b, then a."""
    matrix = a[..., _PRODUCT_INDEX] * _PRODUCT_SIGN
    out: np.ndarray = (matrix @ b[..., None])[..., 0]
    return out


def quat_wxyz_to_rotmat(quat: np.ndarray) -> np.ndarray:
    """(..., 4) unit -> (..., 3, 3): every element is a sum of products of two components."""
    squares = quat[..., :, None] * quat[..., None, :]
    flat: np.ndarray = squares.reshape(*quat.shape[:-1], 16) @ _ROTMAT_OF_SQUARES
    return flat.reshape(*quat.shape[:-1], 3, 3)


def rotmat_to_rotvec(rotmat: np.ndarray) -> np.ndarray:
    """(..., 3, 3) -> (..., 3) rad, angle in [0, pi]."""
    return quat_wxyz_to_rotvec(rotmat_to_quat_wxyz(rotmat))


def rotation_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Smallest rotation (..., 3, 3) that turns unit vector a (..., 3) into unit vector b (..., 3).

    For opposite vectors the axis is the world axis least aligned with a.
    """
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return _one_between(np.asarray(a, float).tolist(), np.asarray(b, float).tolist())
    axis = np.cross(a, b)
    sine = np.linalg.norm(axis, axis=-1, keepdims=True)
    cosine = np.sum(a * b, axis=-1, keepdims=True)
    helper = np.eye(3)[np.argmin(np.abs(a), axis=-1)]
    side = np.cross(a, helper)
    side = side / np.linalg.norm(side, axis=-1, keepdims=True)
    unit = np.where(sine < 1e-9, side, axis / np.where(sine < 1e-9, 1.0, sine))
    return rotvec_to_rotmat(unit * np.arctan2(sine, cosine))


def _one_between(a: list[float], b: list[float]) -> np.ndarray:
    """`rotation_between` for one pair of vectors, without array operations."""
    axis = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    sine, cosine = math.sqrt(sum(v * v for v in axis)), sum(p * q for p, q in zip(a, b, strict=True))
    if sine < 1e-9:
        i = min(range(3), key=lambda k: abs(a[k]))
        helper = [float(k == i) for k in range(3)]
        axis = [a[1] * helper[2] - a[2] * helper[1], a[2] * helper[0] - a[0] * helper[2], 0.0]
        axis[2] = a[0] * helper[1] - a[1] * helper[0]
    scale = math.atan2(sine, cosine) / max(math.sqrt(sum(v * v for v in axis)), 1e-12)
    return _one_rotmat(*(scale * v for v in axis))


def best_rotation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """R (3, 3) that takes points a (n, 3) about their middle best to b (n, 3) about theirs (Kabsch 1976)."""
    u, _, vt = np.linalg.svd((a - a.mean(axis=0)).T @ (b - b.mean(axis=0)))
    out: np.ndarray = (u @ np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))]) @ vt).T
    return out


def yaw_rotmat(angle: float | np.ndarray) -> np.ndarray:
    """Rotation about +Y (up) by `angle` rad: positive turns the face from +Z towards +X, the character's left."""
    angle = np.asarray(angle, float)
    return rotvec_to_rotmat(np.stack([0 * angle, angle, 0 * angle], axis=-1))


def geodesic(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Angle (...,) in rad between two rotations (..., 3, 3)."""
    return np.linalg.norm(rotmat_to_rotvec(np.swapaxes(a, -1, -2) @ b), axis=-1)
