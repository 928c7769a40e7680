"""The terms that hold for every pose, said or unsaid: balance, sharing of motion, closeness to the start.

Each is one small function of the posed body -> residual in its natural unit; weights are applied in `problem` only.
"""

from __future__ import annotations

import numpy as np

from backend.body.dual import Dual, above, along, stack
from backend.body.kinematics import Kinematics
from backend.body.rotations import rotmat_to_rotvec, skew
from rigs.skeleton import JOINTS


def imbalance(body: Kinematics, supports: tuple[str, ...]) -> Dual:
    """(S, 4) m: how far the centre of mass lies outside the box of the supporting points, along x and z.

    The box is widened by 3 cm (the skin around each point bears too); its sides move with the points that make them.
    """
    com, points = body.point("com"), body.points(supports)
    rows = np.arange(len(com.value))
    parts = []
    for axis in (0, 2):
        for pick, sign in ((np.argmax, 1.0), (np.argmin, -1.0)):
            side = pick(points.value[..., axis], axis=1)
            edge = Dual(points.value[rows, side, axis], None if points.jac is None else points.jac[rows, side, axis])
            parts.append(above((com.component(axis) - edge).scaled(sign), 0.03))
    return stack(parts)


def right_jacobian_inverse(rotvec: np.ndarray) -> np.ndarray:
    """(..., 3) -> (..., 3, 3): log(R exp(d)) = log(R) + Jr^-1 d + O(d^2) (Sola et al., A micro Lie theory, eq. 144)."""
    angle2 = np.sum(rotvec * rotvec, axis=-1)[..., None, None]
    angle = np.sqrt(angle2)
    small = angle < 1e-3
    safe = np.where(small, 1.0, angle)
    factor = np.where(
        small, 1 / 12 + angle2 / 720, 1 / safe**2 - (1 + np.cos(safe)) / (2 * safe * np.maximum(np.sin(safe), 1e-6))
    )
    k = skew(rotvec)
    return np.eye(3) + 0.5 * k + factor * (k @ k)


def _blocks(value: np.ndarray, blocks: np.ndarray, joints: np.ndarray, body: Kinematics) -> Dual:
    """Residuals (S, K, 3) that depend on one active joint each, with blocks (S, K, 3, 3), as a Dual (S, 3K)."""
    if body.active is None:
        return Dual(value.reshape(len(value), -1))
    s, k = value.shape[:2]
    jac = np.zeros((s, k, 3, body.columns))
    column = {int(j): i for i, j in enumerate(body.active)}
    for row, joint in enumerate(joints):
        c = 3 * column[int(joint)]
        jac[:, row, :, c : c + 3] = blocks[:, row]
    return Dual(value.reshape(s, -1), jac.reshape(s, 3 * k, -1))


def departure(body: Kinematics, start: np.ndarray, joints: np.ndarray) -> Dual:
    """(S, 3A) rad: rotation of the joints (A,) away from the starting pose (1, 55, 3, 3)."""
    rotvec = rotmat_to_rotvec(np.swapaxes(start[:, joints], -1, -2) @ body.local[:, joints])
    return _blocks(rotvec, right_jacobian_inverse(rotvec), joints, body)


def unequal(coords: Dual, active: np.ndarray, first: str, second: str) -> Dual:
    """(S, 3) rad: difference of the swing and twist coordinates of two joints that should share their motion."""
    column = {JOINTS[int(j)]: 3 * i for i, j in enumerate(active)}
    i, k = column[first], column[second]
    value = coords.value[:, i : i + 3] - coords.value[:, k : k + 3]
    return Dual(value, None if coords.jac is None else coords.jac[:, i : i + 3] - coords.jac[:, k : k + 3])


def collar_lag(coords: Dual, active: np.ndarray, side: str) -> Dual:
    """(S, 2) rad: the collar against its share of the upper arm's swing, from coordinates of all active joints.

    Raising the arm above the horizontal lifts the collar by a third of it, reaching forward brings it forward by a
    sixth (the scapulo-humeral rhythm, Inman et al. 1944; below the horizontal the collar hardly moves).
    """
    column = {JOINTS[int(j)]: 3 * i for i, j in enumerate(active)}
    collar, shoulder = column[f"{side}_collar"], column[f"{side}_shoulder"]
    sign = 1.0 if side == "left" else -1.0
    up = above(_coordinate(coords, shoulder + 2).scaled(sign), 0.0).scaled(sign * 0.30)
    forward = above(_coordinate(coords, shoulder + 1).scaled(-sign), 0.0).scaled(-sign * 0.16)
    return stack([_coordinate(coords, collar + 2) - up, _coordinate(coords, collar + 1) - forward])


def _coordinate(coords: Dual, i: int) -> Dual:
    return Dual(coords.value[:, i], None if coords.jac is None else coords.jac[:, i])


def yaw_error(body: Kinematics) -> Dual:
    """(S, 1) rad: the pelvis' turn away from the heading, by whichever of its left and front axes is more level."""
    left, front = body.axis("pelvis_left"), body.axis("pelvis_front")
    level_left = np.abs(left.value[:, 1]) <= np.abs(front.value[:, 1]) + 0.3
    by_left = along(left, -body.heading[:, :, 2])
    by_front = along(front, body.heading[:, :, 0])
    value = np.where(level_left, by_left.value, by_front.value)[:, None]
    if by_left.jac is None or by_front.jac is None:
        return Dual(value)
    return Dual(value, np.where(level_left[:, None], by_left.jac, by_front.jac)[:, None])
