"""How much of a made pose is taken: blended, mirrored, limb by limb, with or without its root. Pure numpy, no bpy.

The redo panel runs this again at every move of a slider, on the pose from before and the kept result.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ...rigs.quaternions import quat_product, quat_wxyz_to_rotvec, rotvec_to_quat_wxyz
from ...rigs.skeleton import INDEX, JOINTS, N_JOINTS, expand_joints, mirror_rotvecs
from ..rig.retarget import PELVIS

if TYPE_CHECKING:
    from ...rigs.wire import Pose

ALL_JOINTS: Final = frozenset(range(N_JOINTS))
_UP: Final = 1
_CONJUGATE: Final = np.array([1.0, -1.0, -1.0, -1.0])


@dataclass(frozen=True)
class Mix:
    """factor: 0 the pose from before, 1 the made one, beyond 1 more of the same. mirror: sides swapped.

    joints: those that follow the made pose. root: one of `choices.ROOTS`.
    """

    factor: float = 1.0
    mirror: bool = False
    joints: frozenset[int] = ALL_JOINTS
    root: str = "FULL"

    @property
    def moved(self) -> frozenset[int]:
        """Joints that are written at all."""
        return self.joints - {PELVIS} if self.root == "NONE" else self.joints


def joint_set(groups: Iterable[str]) -> frozenset[int]:
    """Indices of joints and groups of `rigs.skeleton`, by name."""
    return frozenset(INDEX[name] for name in expand_joints(groups))


def joint_names(joints: Iterable[int]) -> tuple[str, ...]:
    return tuple(JOINTS[j] for j in sorted(joints))


def mixed(before: Pose, made: Pose, mix: Mix) -> Pose:
    """The pose to set: `made` as far as `mix` takes it, `before` for the rest."""
    from ...rigs.wire import Pose

    if mix.mirror:
        made = mirrored(made)
    made = _rooted(before, made, mix.root)
    rotvecs, transl = before.rotvecs.copy(), before.transl.copy()
    moved = sorted(mix.moved)
    rotvecs[moved] = between(before.rotvecs[moved], made.rotvecs[moved], mix.factor)
    if PELVIS in mix.moved:
        transl = before.transl + mix.factor * (made.transl - before.transl)
    return Pose(rotvecs, transl, before.betas)


def mirrored(pose: Pose) -> Pose:
    """Left and right swapped; the character stays where it is and faces the same way."""
    from ...rigs.wire import Pose

    rotvecs = mirror_rotvecs(pose.rotvecs)
    rotvecs[PELVIS] = _yawed(rotvecs[PELVIS], heading(pose.rotvecs[PELVIS]) - heading(rotvecs[PELVIS]))
    return Pose(rotvecs, pose.transl, pose.betas)


def between(a: np.ndarray, b: np.ndarray, factor: float) -> np.ndarray:
    """Rotation vectors (..., 3) rad, `factor` of the shorter way from a to b (slerp; beyond 0 and 1 it goes on)."""
    qa, qb = rotvec_to_quat_wxyz(a), rotvec_to_quat_wxyz(b)
    way = quat_wxyz_to_rotvec(quat_product(qa * _CONJUGATE, qb))
    return quat_wxyz_to_rotvec(quat_product(qa, rotvec_to_quat_wxyz(factor * way)))


def heading(rotvec: np.ndarray) -> float:
    """Rad about the vertical: the twist of a rotation (3,) about Y. A body that lies has one too."""
    quat = rotvec_to_quat_wxyz(rotvec)
    return float(2 * np.arctan2(quat[1 + _UP], quat[0]))


def _rooted(before: Pose, made: Pose, root: str) -> Pose:
    from ...rigs.wire import Pose

    if root not in ("PLACE", "STAY"):
        return made
    rotvecs, transl = made.rotvecs.copy(), before.transl.copy()
    transl[_UP] = made.transl[_UP]
    if root == "STAY":
        rotvecs[PELVIS] = _yawed(rotvecs[PELVIS], heading(before.rotvecs[PELVIS]) - heading(rotvecs[PELVIS]))
    return Pose(rotvecs, transl, made.betas)


def _yawed(rotvec: np.ndarray, angle: float) -> np.ndarray:
    """A rotation (3,) with a further turn about the world's vertical."""
    turn = np.zeros(3)
    turn[_UP] = (angle + np.pi) % (2 * np.pi) - np.pi
    return quat_wxyz_to_rotvec(quat_product(rotvec_to_quat_wxyz(turn), rotvec_to_quat_wxyz(rotvec)))
