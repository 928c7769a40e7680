"""Feet that are held between two keys: keys of the pelvis' place, so that a foot that bears in both does not glide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import bpy
import numpy as np
from mathutils import Euler, Quaternion

from ...rigs.skeleton import INDEX
from .. import compat
from ..rig import retarget
from .key_writing import BoneState, Draft, Snapshot, insert
from .planting import settled

_BETWEEN: Final = 2.0  # frames from one key of the pelvis to the next where a foot is held
_LEG: Final = ("hip", "knee", "ankle")
_CARRIERS: Final = (retarget.PELVIS, *(INDEX[f"{side}_{part}"] for side in ("left", "right") for part in _LEG))


@dataclass(frozen=True, eq=False)
class Stretch:
    """From one key to the next with a foot that bears in both. frames: first and last; held, ends: as in `settled`."""

    frames: tuple[float, float]
    held: np.ndarray
    ends: np.ndarray


def hold_feet(draft: Draft, rig: Snapshot, rest: np.ndarray, stretch: Stretch) -> None:
    """Keys of the pelvis' place between two poses, so that a foot that bears in both does not glide in between.

    The rotations are read from the curves as Blender eases them. Nothing is done where the pelvis may not move.

    Args:
        rest: (55, 3) m, joints of the wire body's T-pose.

    Raises:
        DraftLost
    """
    first, last = stretch.frames
    frames = np.arange(first + _BETWEEN, last - _BETWEEN / 2, _BETWEEN)
    pelvis = rig.bones.get(retarget.PELVIS)
    if pelvis is None or not pelvis.moves or not len(frames):
        return
    bag = compat.channelbag(*draft.resolve())
    quats = np.tile([1.0, 0.0, 0.0, 0.0], (len(frames), len(rig.rig.present), 1))
    for joint in _CARRIERS:
        bone = rig.bones.get(joint)
        if bone is not None:
            quats[:, joint] = _quats_at(bag, bone, frames)
    location = _values_at(bag, pelvis.location_path, 3, frames, (0.0, 0.0, 0.0))
    rotvecs, transl = retarget.many_from_bones(rig.rig, quats, location)
    parts = (frames - first) / (last - first)
    moved = settled(rest, rotvecs, transl, stretch.held, stretch.ends, parts)
    _, places = retarget.many_to_bones(rig.rig, rotvecs, moved)
    for index in range(3):
        curve = compat.new_curve(bag, pelvis.location_path, index, pelvis.name)
        insert(curve, frames, places[:, index], "LINEAR")
        for point in curve.keyframe_points:
            if point.co[0] == first:
                point.interpolation = "LINEAR"


def _quats_at(bag: bpy.types.ActionChannelbag, bone: BoneState, frames: np.ndarray) -> np.ndarray:
    """(F, 4) wxyz: a bone's rotation at some frames, by its curves; as it is now where it has none."""
    now = Quaternion(bone.quat)
    if bone.mode == "QUATERNION":
        values = _values_at(bag, bone.rotation_path, 4, frames, bone.quat)
        return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)
    if bone.mode == "AXIS_ANGLE":
        axis, angle = now.to_axis_angle()
        turns = _values_at(bag, bone.rotation_path, 4, frames, (angle, *axis))
        return np.array([Quaternion(t[1:], t[0]) if t[1:].any() else Quaternion() for t in turns])
    turns = _values_at(bag, bone.rotation_path, 3, frames, tuple(now.to_euler(bone.mode)))
    return np.array([Euler(t, bone.mode).to_quaternion() for t in turns])


def _values_at(
    bag: bpy.types.ActionChannelbag, path: str, size: int, frames: np.ndarray, default: Sequence[float]
) -> np.ndarray:
    """(F, size): the curves of a property at some frames."""
    out = np.tile(np.asarray(default, float), (len(frames), 1))
    for index in range(size):
        curve = bag.fcurves.find(path, index=index)
        if curve is not None:
            out[:, index] = [curve.evaluate(frame) for frame in frames]
    return out
