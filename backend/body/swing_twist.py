"""Swing and twist: three coordinates of a joint's rotation with analytic derivatives.

A rotation R = swing * twist about the bone's axis a gives three coordinates in rad: the component along a is the twist
angle, the other two are the swing's rotation vector. Unlike Euler angles they have no singularity below a swing of 180
degrees, and unlike with a plain rotation vector a pure twist does not change the swing. Frame: the joint's own in the
T-pose (X left, Y up, Z front).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from rigs.skeleton import JOINTS

from .rotations import rotvec_to_rotmat

# joint family -> the axis that the bone lies along in the T-pose; what is not named lies along y
TWIST_AXES: Final = {
    **dict.fromkeys(("spine", "neck", "head", "hip", "knee", "ankle", "foot"), 1),
    **dict.fromkeys(("collar", "shoulder", "elbow", "wrist", "index", "middle", "ring", "pinky"), 0),
}


def family(joint: str) -> str:
    """left_shoulder -> shoulder, spine2 -> spine."""
    return joint.split("_")[-1].rstrip("0123456789")


_TWIST_AXIS: Final = np.array([TWIST_AXES.get(family(j), 1) for j in JOINTS])
TWIST_FIRST: Final = (_TWIST_AXIS[:, None] + np.arange(3)) % 3  # its axis, then the other two, right-handed
_BACK: Final = np.argsort(TWIST_FIRST, axis=1)


def swing_twist(quats: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """Swing and twist coordinates (S, A, 3) rad about X, Y, Z of the local rotations (S, A, 4) wxyz of joints (A,)."""
    w, x, y, z, n, f = _parts(quats, joints)
    swing = f / n
    ordered = np.stack([2 * np.arctan2(x, w), (y * w - x * z) * swing, (z * w + x * y) * swing], axis=-1)
    out: np.ndarray = ordered[:, np.arange(len(joints))[:, None], _BACK[joints]]
    return out


def swing_twist_jac(quats: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """Derivative (S, A, 3 coordinates, 3 increments) of `swing_twist` with respect to R <- R exp(d).

    dq = q (0, d) / 2; with the twist's axis first, q = (w, x, y, z).
    """
    w, x, y, z, n, f = _parts(quats, joints)
    dw, dx, dy, dz = 0.5 * np.stack(
        [np.stack(row, axis=-1) for row in ((-x, -y, -z), (w, -z, y), (z, w, -x), (-y, x, w))]
    )
    w, x, y, z, n, f = (v[..., None] for v in (w, x, y, z, n, f))
    m = np.sqrt(y * y + z * z)
    small = m < 1e-5
    safe = np.where(small, 1.0, m)
    dn, dm = (w * dw + x * dx) / n, (y * dy + z * dz) / safe
    df = np.where(small, 0.0, (2 * (n * dm - m * dn) - f * dm) / safe)
    b, c = (y * w - x * z) / n, (z * w + x * y) / n
    db = (dy * w + y * dw - dx * z - x * dz - b * dn) / n
    dc = (dz * w + z * dw + dx * y + x * dy - c * dn) / n
    dtwist = 2 * (w * dx - x * dw) / (n * n)
    ordered = np.stack([dtwist, db * f + b * df, dc * f + c * df], axis=-2)
    rows = np.arange(len(joints))[:, None, None]
    out: np.ndarray = ordered[:, rows, _BACK[joints][:, :, None], _BACK[joints][:, None, :]]
    return out


def _parts(quats: np.ndarray, joints: np.ndarray) -> tuple[np.ndarray, ...]:
    """w, x, y, z (twist's axis first, w >= 0), n = |(w, x)|, and f: swing angle over |(y, z)|; (S, A) each."""
    quats = quats * np.where(quats[..., :1] < 0, -1.0, 1.0)
    w = quats[..., 0]
    xyz = quats[:, np.arange(len(joints))[:, None], 1 + TWIST_FIRST[joints]]
    x, y, z = xyz[..., 0], xyz[..., 1], xyz[..., 2]
    n, m = np.maximum(np.sqrt(w * w + x * x), 1e-6), np.sqrt(y * y + z * z)
    small = m < 1e-5
    f = np.where(small, 2.0, 2 * np.arctan2(m, n) / np.where(small, 1.0, m))
    return w, x, y, z, n, f


def twist(quats: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """Twist angle (S, K) rad, in (-pi, pi], of rotations (S, K, 4) wxyz about unit axes (K, 3)."""
    w, x, _ = _about(quats, axes)
    out: np.ndarray = 2 * np.arctan2(x, w)
    return out


def twist_jac(quats: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """Derivative (S, K, 3 increments) of `twist` with respect to R <- R exp(d).

    With q = (w, v), x = a . v and dq = q (0, d) / 2: dtwist = (w^2 a + w a x v + x v) . d / (w^2 + x^2).
    """
    w, x, v = _about(quats, axes)
    n2 = np.maximum(w * w + x * x, 1e-6)
    row = (w * w)[..., None] * axes + w[..., None] * np.cross(axes, v) + x[..., None] * v
    out: np.ndarray = row / n2[..., None]
    return out


def _about(quats: np.ndarray, axes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of quaternions with w >= 0: w and the vector's part along the axis (S, K), and the vector (S, K, 3)."""
    quats = quats * np.where(quats[..., :1] < 0, -1.0, 1.0)
    return quats[..., 0], (quats[..., 1:] * axes).sum(axis=-1), quats[..., 1:]


def from_swing_twist(coordinates: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """The local rotations (A, 3, 3) of joints (A,) with these swing and twist coordinates (A, 3) rad."""
    along = np.eye(3)[_TWIST_AXIS[joints]]
    out: np.ndarray = rotvec_to_rotmat(coordinates * (1 - along)) @ rotvec_to_rotmat(coordinates * along)
    return out
