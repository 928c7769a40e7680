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

from backend.body.dual import Dual
from backend.body.kinematics import Kinematics
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


_TWIST_AXIS: Final = np.array([{"x": 0, "y": 1}[RANGES[family(j)][0]] if family(j) in RANGES else 0 for j in JOINTS])


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


def swing_twist(local: np.ndarray, joints: np.ndarray, derivative: bool = True) -> tuple[np.ndarray, np.ndarray | None]:
    """Swing and twist coordinates of joints and their derivative with respect to the increments d (R <- R exp(d)).

    Args:
        local: (S, 55, 3, 3) local rotations. joints: (A,) indices.

    Returns:
        (S, A, 3) rad in X, Y, Z order and (S, A, 3 coordinates, 3 increments).
    """
    quat = rotmat_to_quat_wxyz(local[:, joints])
    axis = _TWIST_AXIS[joints]
    order = (axis[:, None] + np.arange(3)) % 3  # twist axis first, then the other two, right-handed
    xyz = np.take_along_axis(quat[..., 1:], np.broadcast_to(order, quat.shape[:2] + (3,)), axis=-1)
    w, (x, y, z) = quat[..., 0], np.moveaxis(xyz, -1, 0)
    n = np.maximum(np.sqrt(w * w + x * x), 1e-6)
    m = np.sqrt(y * y + z * z)
    small = m < 1e-5
    angle = 2 * np.arctan2(m, n)
    f = np.where(small, 2.0, angle / np.where(small, 1.0, m))
    sb, sc = (y * w - x * z) / n, (z * w + x * y) / n
    ordered = np.stack([2 * np.arctan2(x, w), sb * f, sc * f], axis=-1)
    back = np.argsort(order, axis=1)
    coordinates = np.take_along_axis(ordered, np.broadcast_to(back, ordered.shape), axis=-1)
    if not derivative:
        return coordinates, None
    # dq = q (0, d) / 2, in permuted components; increments permuted alike
    dw = 0.5 * np.stack([-x, -y, -z], axis=-1)
    dx = 0.5 * np.stack([w, -z, y], axis=-1)
    dy = 0.5 * np.stack([z, w, -x], axis=-1)
    dz = 0.5 * np.stack([-y, x, w], axis=-1)
    e = lambda v: v[..., None]  # noqa: E731
    dn = (e(w) * dw + e(x) * dx) / e(n)
    dm = (e(y) * dy + e(z) * dz) / e(np.where(small, 1.0, m))
    dangle = 2 * (e(n) * dm - e(m) * dn)
    df = np.where(e(small), 0.0, (dangle - e(f) * dm) / e(np.where(small, 1.0, m)))
    dsb = (dy * e(w) + e(y) * dw - dx * e(z) - e(x) * dz) / e(n) - e(sb / n) * dn
    dsc = (dz * e(w) + e(z) * dw + dx * e(y) + e(x) * dy) / e(n) - e(sc / n) * dn
    dtwist = 2 * (e(w) * dx - e(x) * dw) / e(n * n)
    jac = np.stack([dtwist, dsb * e(f) + e(sb) * df, dsc * e(f) + e(sc) * df], axis=-2)
    jac = np.take_along_axis(jac, np.broadcast_to(back[None, :, :, None], jac.shape), axis=-2)
    jac = np.take_along_axis(jac, np.broadcast_to(back[None, :, None, :], jac.shape), axis=-1)
    return coordinates, jac


def coordinates(body: Kinematics, joints: np.ndarray) -> Dual:
    """Swing and twist coordinates (S, 3A) of joints (A,); with derivatives, these must be the active ones."""
    found: Dual = body.once("swing and twist", lambda b: _coordinates(b, joints))
    return found


def _coordinates(body: Kinematics, joints: np.ndarray) -> Dual:
    value, blocks = swing_twist(body.local, joints, derivative=body.active is not None)
    if blocks is None:
        return Dual(value.reshape(len(value), -1))
    s, a = value.shape[:2]
    jac = np.zeros((s, a, 3, 3 * a + 3))
    rows = np.arange(a)
    jac[..., : 3 * a].reshape(s, a, 3, a, 3)[:, rows, :, rows] = np.moveaxis(blocks, 1, 0)
    return Dual(value.reshape(s, -1), jac.reshape(s, 3 * a, -1))


def excess(coords: Dual, active: np.ndarray) -> Dual:
    """(S, 3A) rad: by how much each coordinate leaves its range, zero inside."""
    middle, half = (LOW[active] + HIGH[active]).ravel() / 2, (HIGH[active] - LOW[active]).ravel() / 2
    away = coords.value - middle
    over = np.abs(away) - half
    outside = over > 0
    sign = np.sign(away) * outside
    return Dual(over * outside, None if coords.jac is None else coords.jac * sign[..., None])


def clamped(local: np.ndarray) -> np.ndarray:
    """(55, 3) rad: how far each coordinate of one pose (55, 3, 3) lies outside its range."""
    value, _ = swing_twist(local[None], np.arange(len(JOINTS)), derivative=False)
    return np.maximum(value[0] - HIGH, 0) + np.maximum(LOW - value[0], 0)
