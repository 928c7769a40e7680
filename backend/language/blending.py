"""Poses between and beyond two others: joints that moved go a share of the way back or on, each by its own turn."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from backend.body.rotations import geodesic, rotmat_to_rotvec, rotvec_to_rotmat
from rigs.skeleton import GROUPS, INDEX, JOINTS
from rigs.wire import Pose

_MOVED: Final = 1.0  # deg; a joint that turned less has not moved
_MOST: Final = 60.0  # deg that any joint goes on by
_LEGS: Final = frozenset(GROUPS["legs"])


def turns_between(a: Pose, b: Pose) -> np.ndarray:
    """(55,) deg from one pose to the other."""
    return np.degrees(geodesic(rotvec_to_rotmat(a.rotvecs), rotvec_to_rotmat(b.rotvecs)))


def moved_between(a: Pose | None, b: Pose) -> frozenset[str]:
    """The joints that turn between two poses."""
    if a is None:
        return frozenset()
    return frozenset(j for j, t in zip(JOINTS, turns_between(a, b), strict=True) if t > _MOVED)


def with_joints(pose: Pose, other: Pose, joints: frozenset[str]) -> Pose:
    """A pose with some joints, and with the pelvis also the place, of another one."""
    rotvecs = pose.rotvecs.copy()
    index = [INDEX[j] for j in joints]
    rotvecs[index] = other.rotvecs[index]
    return replace(pose, rotvecs=rotvecs, transl=other.transl if "pelvis" in joints else pose.transl)


def partly_back(current: Pose, before: Pose, after: Pose, share: float) -> tuple[Pose, frozenset[str]]:
    """The current pose with the joints that moved a share of the way back, along the shortest turn."""
    moved = moved_between(before, after)
    index = [INDEX[j] for j in JOINTS if j in moved]
    now, then = (rotvec_to_rotmat(p.rotvecs[index]) for p in (current, before))
    back = rotmat_to_rotvec(np.swapaxes(now, -1, -2) @ then)
    return _stepped(current, index, back * share, (before.transl - current.transl) * share, moved)


def going_on(current: Pose, before: Pose, after: Pose, share: float) -> tuple[Pose, frozenset[str]]:
    """The current pose with the turns of a change repeated by a share."""
    moved = moved_between(before, after)
    index = [INDEX[j] for j in JOINTS if j in moved]
    then, now = (rotvec_to_rotmat(p.rotvecs[index]) for p in (before, after))
    step = rotmat_to_rotvec(np.swapaxes(then, -1, -2) @ now) * share
    angle = np.linalg.norm(step, axis=-1, keepdims=True)
    step = step * np.minimum(1.0, np.radians(_MOST) / np.maximum(angle, 1e-9))
    return _stepped(current, index, step, (after.transl - before.transl) * share, moved)


def _stepped(
    pose: Pose, index: list[int], step: np.ndarray, shift: np.ndarray, moved: frozenset[str]
) -> tuple[Pose, frozenset[str]]:
    """A pose after turns (k, 3) rad of some joints, each in its own frame, and those joints."""
    rotvecs = pose.rotvecs.copy()
    rotvecs[index] = rotmat_to_rotvec(rotvec_to_rotmat(pose.rotvecs[index]) @ rotvec_to_rotmat(step))
    rooted = "pelvis" in moved or moved & _LEGS
    return replace(pose, rotvecs=rotvecs, transl=pose.transl + (shift if rooted else 0.0)), moved
