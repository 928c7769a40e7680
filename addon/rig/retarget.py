"""From a wire pose to bone rotations and back. Pure numpy, no bpy; the one place that converts axes and units.

SMPL-X is Y-up in metres and every joint's rest axes are the world's. A Blender armature is mostly Z-up, maybe in
centimetres, and every bone has rest axes of its own. With C the rotation from SMPL-X axes to armature axes and R the
rest axes of a bone (armature space), the bone's own rotation is `R^-1 C exp(rotvec) C^-1 R`. Conjugation by a rotation
turns the rotation vector, so that this is `exp(R^-1 C rotvec)`: one matrix product per bone.

The pelvis has two more things: a distance (armature units per metre, from the lengths of the legs) and, on some
armatures, a parent bone `root` that carries an axis conversion. We never touch `root`; `keel` undoes its tilt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations, product
from typing import TYPE_CHECKING, Final

import numpy as np

from ...rigs.quaternions import quat_product, quat_wxyz_to_rotvec, rotvec_to_quat_wxyz
from ...rigs.skeleton import INDEX, N_JOINTS

if TYPE_CHECKING:
    from ...rigs.wire import Pose

PELVIS: Final = INDEX["pelvis"]
TILT_LIMIT: Final = np.pi / 4
"""A root bone that tilts the body by more than this (rad) is an axis conversion, not something the animator wants."""


class CannotRetarget(ValueError):
    """The rest pose is not one we can use; the message says what is wrong with it."""


# ---------------------------------------------------------------------------------------------------- rotations
def rotvec_to_matrix(rotvec: np.ndarray) -> np.ndarray:
    """(..., 3) rad -> (..., 3, 3)."""
    w, x, y, z = np.moveaxis(rotvec_to_quat_wxyz(rotvec), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def matrix_to_rotvec(matrix: np.ndarray) -> np.ndarray:
    """One (3, 3) rotation -> (3,) rad. Exact at half turns too."""
    # the eigenvector of the symmetric 4x4 form with the largest eigenvalue is the quaternion (Bar-Itzhack)
    m = np.asarray(matrix, dtype=float)
    k = np.zeros((4, 4))
    k[0, 0] = np.trace(m)
    k[0, 1:] = k[1:, 0] = [m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]]
    k[1:, 1:] = m + m.T - np.trace(m) * np.eye(3)
    return quat_wxyz_to_rotvec(np.linalg.eigh(k)[1][:, -1])


# ---------------------------------------------------------------------------------------------------- the rest pose
def armature_axes(heads: Mapping[int, np.ndarray]) -> np.ndarray:
    """C (3, 3): the axis-aligned rotation from SMPL-X axes to the armature's, read from a T-pose.

    Args:
        heads: joint index -> rest position in armature space, any unit.

    Raises:
        CannotRetarget: when no axis-aligned rotation comes near, so the rest pose is not an upright T-pose.
    """
    at = {name: np.asarray(heads[INDEX[name]], dtype=float) for name in _LANDMARKS}
    up = at["head"] - at["pelvis"]
    left = at["left_shoulder"] - at["right_shoulder"]
    if np.linalg.norm(up) < 1e-9 or np.linalg.norm(left) < 1e-9:
        raise CannotRetarget("its rest pose is a point: head, pelvis and shoulders are in one place")
    up, left = up / np.linalg.norm(up), left / np.linalg.norm(left)
    best = max(_AXIS_ROTATIONS, key=lambda c: c[:, 1] @ up + c[:, 0] @ left)
    if min(best[:, 1] @ up, best[:, 0] @ left) < _TOLERANCE:
        raise CannotRetarget(f"its rest pose is not an upright T-pose: {_APPLY_T_POSE}")
    bent = next((part for part, way in _LIMBS if _strays(heads, part, best @ way)), None)
    if bent is not None:
        raise CannotRetarget(f"its rest pose is not a T-pose, look at {' and '.join(bent)}: {_APPLY_T_POSE}")
    return best


def _strays(heads: Mapping[int, np.ndarray], part: tuple[str, str], way: np.ndarray) -> bool:
    """Whether a part of a limb, between two joints, points more than a tolerance away from `way` (3,)."""
    start, end = (np.asarray(heads[INDEX[joint]], dtype=float) for joint in part)
    return float((end - start) @ way) < _TOLERANCE * float(np.linalg.norm(end - start))


_TOLERANCE: Final = np.cos(np.radians(30))
_APPLY_T_POSE: Final = "apply the T-pose as rest pose first"
_LANDMARKS: Final = ("pelvis", "head", "left_shoulder", "right_shoulder")
_LIMBS: Final = tuple(
    ((f"{side}_{start}", f"{side}_{end}"), np.array(way))
    for side, outward in (("left", 1.0), ("right", -1.0))
    for start, end, way in (
        ("shoulder", "elbow", (outward, 0.0, 0.0)),
        ("elbow", "wrist", (outward, 0.0, 0.0)),
        ("hip", "knee", (0.0, -1.0, 0.0)),
        ("knee", "ankle", (0.0, -1.0, 0.0)),
    )
)
"""Parts of limbs and where they point in SMPL-X's T-pose. An A-pose as rest pose would turn every arm by its angle."""


def _axis_rotations() -> tuple[np.ndarray, ...]:
    """The 24 rotations that map axes to axes."""
    found = []
    for order, signs in product(permutations(range(3)), product((1.0, -1.0), repeat=3)):
        matrix = np.eye(3)[list(order)] * np.array(signs)[:, None]
        if np.linalg.det(matrix) > 0:
            found.append(matrix)
    return tuple(found)


_AXIS_ROTATIONS: Final = _axis_rotations()


def leg_length(heads: Mapping[int, np.ndarray]) -> float:
    """Hip to knee to ankle, mean of both legs, in the unit of `heads`."""
    total = 0.0
    for side in ("left", "right"):
        hip, knee, ankle = (np.asarray(heads[INDEX[f"{side}_{j}"]], dtype=float) for j in ("hip", "knee", "ankle"))
        total += float(np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee)) / 2
    return total


def keel(root_turn: np.ndarray, up: np.ndarray) -> np.ndarray:
    """(3, 3) in the frame of a turned root bone: what brings the body upright again, identity for a mere turn.

    Args:
        root_turn: (3, 3) how the pelvis' parent is turned from its rest, armature space.
        up: (3,) the armature's up axis.
    """
    tilted = root_turn @ up
    angle = np.arccos(np.clip(tilted @ up, -1, 1))
    if angle < TILT_LIMIT:
        return np.eye(3)
    axis = np.cross(tilted, up)
    length = np.linalg.norm(axis)
    if length < 1e-9:  # upside down: any level axis will do
        axis, length = root_turn @ np.roll(up, 1), 1.0
    righting = rotvec_to_matrix(axis / length * angle)
    return root_turn.T @ righting @ root_turn


@dataclass(frozen=True, eq=False)
class RestRig:
    """What an armature's rest pose says, in joint order.

    axes: (3, 3) C, SMPL-X axes -> armature axes.  bones: (55, 3, 3) rest axes R of each bone, armature space.
    present: (55,) which joints have a bone.  units: armature units per metre of the wire body.
    stand: (3,) m, the `transl` of the wire body standing in the T-pose; there the pelvis bone has location zero.
    keel: (3, 3) see `keel`.  arm: (3,) armature units, from the root bone's head to the pelvis' head at rest.
    """

    axes: np.ndarray
    bones: np.ndarray
    present: np.ndarray
    units: float
    stand: np.ndarray
    keel: np.ndarray
    arm: np.ndarray


@dataclass(frozen=True, eq=False)
class BonePose:
    """quats_wxyz: (55, 4) each bone's own rotation. location: (3,) the pelvis bone's location channel."""

    quats_wxyz: np.ndarray
    location: np.ndarray


# ---------------------------------------------------------------------------------------------------- there and back
def to_bones(rig: RestRig, pose: Pose) -> BonePose:
    """The wire pose as channels of the armature's bones."""
    quats, location = many_to_bones(rig, pose.rotvecs[None], pose.transl[None])
    return BonePose(quats[0], location[0])


def many_to_bones(rig: RestRig, rotvecs: np.ndarray, transl: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Quaternions (T, 55, 4) wxyz and locations of the pelvis (T, 3), of T poses: rotvecs (T, 55, 3), transl (T, 3)."""
    into_bone = np.swapaxes(rig.bones, 1, 2) @ rig.axes
    quats = rotvec_to_quat_wxyz(np.einsum("jab,tjb->tja", into_bone, rotvecs))
    rest = rig.bones[PELVIS]
    upright = rotvec_to_quat_wxyz(matrix_to_rotvec(rest.T @ rig.keel @ rest))
    quats[:, PELVIS] = quat_product(np.broadcast_to(upright, (len(quats), 4)), quats[:, PELVIS])
    moved = (rig.arm + (transl - rig.stand) @ rig.axes.T * rig.units) @ rig.keel.T - rig.arm
    return quats, moved @ rest


def from_bones(rig: RestRig, bones: BonePose) -> Pose:
    """The inverse of `to_bones`; joints without a bone are at rest, `betas` are zero."""
    from ...rigs.wire import Pose

    rotvecs, transl = many_from_bones(rig, bones.quats_wxyz[None], bones.location[None])
    return Pose(rotvecs[0], transl[0])


def many_from_bones(rig: RestRig, quats: np.ndarray, location: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The inverse of `many_to_bones`: rotvecs (T, 55, 3) rad and transl (T, 3) m."""
    rest = rig.bones[PELVIS]
    quats = np.array(quats, dtype=float)
    upright = rotvec_to_quat_wxyz(matrix_to_rotvec(rest.T @ rig.keel @ rest)) * np.array([1, -1, -1, -1])
    quats[:, PELVIS] = quat_product(np.broadcast_to(upright, (len(quats), 4)), quats[:, PELVIS])
    out_of_bone = rig.axes.T @ rig.bones
    rotvecs = np.einsum("jab,tjb->tja", out_of_bone, quat_wxyz_to_rotvec(quats))
    rotvecs[:, ~rig.present] = 0.0
    moved = (location @ rest.T + rig.arm) @ rig.keel - rig.arm
    return rotvecs, moved @ rig.axes / rig.units + rig.stand


def identity_bones() -> np.ndarray:
    """(55, 3, 3) identity rest axes, to be filled in for the bones that are there."""
    return np.tile(np.eye(3), (N_JOINTS, 1, 1))


def to_armature(points: np.ndarray, lift: float) -> np.ndarray:
    """Points of the wire body (..., 3) m, Y-up -> our own armature's space (Z-up, m), raised by `lift` m."""
    points = np.asarray(points, dtype=float)
    return points @ Z_UP.T + np.array([0.0, 0.0, lift])


Z_UP: Final = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""C of a Z-up armature that faces -Y, Blender's front: (x, y, z) -> (x, -z, y)."""
