"""Anatomical ranges of the joints, over swing and twist coordinates with analytic derivatives.

A joint's rotation R = swing * twist about the bone's axis a gives three coordinates in rad: the component along a is
the twist angle, the other two are the swing's rotation vector. Unlike Euler angles they have no singularity below a
swing of 180 degrees, and unlike with a plain rotation vector a pure twist does not change the swing.

Ranges are for the left side in degrees, in the T-pose's frame (X left, Y up, Z front); the right side mirrors them.
They are the usual goniometric ranges (e.g. Norkin & White, Measurement of Joint Motion), widened to what trained people
(yoga, dance) reach, since a pose tool must allow a split.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.body.rotations import rotmat_to_quat_wxyz
from rigs.skeleton import JOINTS

Range = tuple[float, float]
# joint family -> twist axis, ranges about X, Y, Z (deg)
RANGES: Final[dict[str, tuple[str, Range, Range, Range]]] = {
    "spine": ("y", (-22, 36), (-20, 20), (-20, 20)),
    "neck": ("y", (-35, 40), (-42, 42), (-25, 25)),
    "head": ("y", (-30, 32), (-40, 40), (-20, 20)),
    "collar": ("x", (-12, 12), (-28, 18), (-10, 35)),
    "shoulder": ("x", (-100, 95), (-138, 50), (-105, 105)),  # Y-: across the chest; Z-: down; Z+: up
    "elbow": ("x", (-88, 88), (-150, 2), (-3, 3)),  # Y-: flexion; X: pronation and supination
    "wrist": ("x", (-12, 12), (-25, 35), (-80, 75)),
    "hip": ("y", (-138, 35), (-48, 100), (-38, 85)),  # X-: flexion; Y+: toes out (most when flexed); Z+: abduction
    "knee": ("y", (-2, 158), (-18, 18), (-3, 3)),
    "ankle": ("y", (-38, 62), (-25, 25), (-28, 28)),  # X+: toes down
    "foot": ("y", (-65, 40), (-6, 6), (-6, 6)),
}


def family(joint: str) -> str:
    """left_shoulder -> shoulder, spine2 -> spine."""
    return joint.split("_")[-1].rstrip("0123456789")


_TWIST_AXIS: Final = np.array([{"x": 0, "y": 1}[RANGES[family(j)][0]] if family(j) in RANGES else 1 for j in JOINTS])
_TWIST_FIRST: Final = (_TWIST_AXIS[:, None] + np.arange(3)) % 3  # the twist's axis, then the other two, right-handed
_BACK: Final = np.argsort(_TWIST_FIRST, axis=1)


def _bounds() -> tuple[np.ndarray, np.ndarray]:
    low, high = np.full((len(JOINTS), 3), -10.0), np.full((len(JOINTS), 3), 10.0)
    for i, joint in enumerate(JOINTS):
        entry = RANGES.get(family(joint))
        if entry is None:
            continue
        box = np.radians(np.array(entry[1:], float))
        if joint.startswith("right_"):
            box[1:] = -box[1:, ::-1]
        low[i], high[i] = box[:, 0], box[:, 1]
    return low, high


LOW, HIGH = _bounds()  # (55, 3) rad; joints without a range have a wide one


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
    xyz = quats[:, np.arange(len(joints))[:, None], 1 + _TWIST_FIRST[joints]]
    x, y, z = xyz[..., 0], xyz[..., 1], xyz[..., 2]
    n, m = np.maximum(np.sqrt(w * w + x * x), 1e-6), np.sqrt(y * y + z * z)
    small = m < 1e-5
    f = np.where(small, 2.0, 2 * np.arctan2(m, n) / np.where(small, 1.0, m))
    return w, x, y, z, n, f


def clamped(local: np.ndarray) -> np.ndarray:
    """(55, 3) rad: how far each coordinate of one pose (55, 3, 3) lies outside its range."""
    value = swing_twist(rotmat_to_quat_wxyz(local)[None], np.arange(len(JOINTS)))[0]
    return np.maximum(value - HIGH, 0) + np.maximum(LOW - value, 0)
