"""Many poses as keys: bone channels as arrays, written curve by curve into an action that nothing uses yet.

`snapshot` reads the rig (main thread), `channels_of` is arithmetic on it (any thread), `write_curves` writes a few
curves, so that the caller can pause; `adopt` then gives the finished action to the armature. Who stops before that
deletes the action, and the scene is as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import bpy
import numpy as np
from mathutils import Quaternion

from .. import compat
from ..rig import retarget
from ..rig.armature import read_rest
from ..rig.keyframes import KEY_TYPE
from ..rig.rotation_modes import is_rotation_locked, rotation_channel


@dataclass(frozen=True)
class KeyStyle:
    """interpolation and existing: as in `operators`. new_action: into an action of its own."""

    interpolation: str = "BEZIER"
    existing: str = "KEEP"
    new_action: bool = True
    action_name: str = "Posewright"


@dataclass(frozen=True)
class BoneState:
    """What of a bone decides how it is keyed. quat: its rotation now, wxyz, which curves run on from."""

    name: str
    mode: str
    rotation_path: str
    location_path: str
    turns: bool
    moves: bool
    quat: tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The rig as it is when keys are asked for. bones: by joint index."""

    rig: retarget.RestRig
    bones: dict[int, BoneState]


@dataclass(frozen=True, eq=False)
class Channel:
    """The keys of one property of one bone. path: data path from the armature. values: (T, D)."""

    bone: str
    path: str
    values: np.ndarray


def snapshot(armature: bpy.types.Object) -> Snapshot:
    """Read what `channels_of` needs; main thread only.

    Raises:
        CannotPose: the armature's bones are not known.
    """
    rig, names = read_rest(armature)
    bones = {}
    for joint, name in names.items():
        bone = armature.pose.bones[name]
        bones[joint] = BoneState(
            name,
            bone.rotation_mode,
            bone.path_from_id(rotation_channel(bone)),
            bone.path_from_id("location"),
            turns=not is_rotation_locked(bone),
            moves=joint == retarget.PELVIS and not any(bone.lock_location),
            quat=tuple(bone.rotation_quaternion),
        )
    return Snapshot(rig, bones)


def channels_of(rig: Snapshot, rotvecs: np.ndarray, transl: np.ndarray) -> list[Channel]:
    """The rotations of all bones in their own modes, and the pelvis' location, for poses in the order of time.

    Bones whose rotation is locked are left out. Quaternions and Euler angles run on from pose to pose, the short way.

    Args:
        rotvecs: (T, 55, 3) rad. transl: (T, 3) m.
    """
    quats, location = retarget.many_to_bones(rig.rig, rotvecs, transl)
    out = []
    for joint, bone in rig.bones.items():
        if bone.turns:
            running = continued(quats[:, joint], np.array(bone.quat))
            out.append(Channel(bone.name, bone.rotation_path, _in_mode(running, bone.mode)))
        if bone.moves:
            out.append(Channel(bone.name, bone.location_path, location))
    return out


def continued(quats: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Quaternions (T, 4) with their signs so that each is on the side of the one before, the first on that of `before`.

    q and -q are one rotation, but a curve from one to the other spins.
    """
    steps = np.einsum("ti,ti->t", quats, np.vstack([before, quats[:-1]]))
    signs = np.cumprod(np.where(steps < 0, -1.0, 1.0))
    return quats * signs[:, None]


def _in_mode(quats: np.ndarray, mode: str) -> np.ndarray:
    """Values (T, D) of the property that a rotation mode uses."""
    if mode == "QUATERNION":
        return quats
    if mode == "AXIS_ANGLE":
        return np.array([(angle, *axis) for axis, angle in (Quaternion(q).to_axis_angle() for q in quats)])
    out: list[tuple[float, ...]] = []
    last = None
    for quat in quats:
        last = Quaternion(quat).to_euler(mode) if last is None else Quaternion(quat).to_euler(mode, last)
        out.append(tuple(last))
    return np.array(out)


# ---------------------------------------------------------------------------------------------------- writing
@dataclass(frozen=True)
class Draft:
    """An action that nothing uses yet, by name and identity: references die when a file is opened or a step undone."""

    name: str
    session_uid: int
    slot: str

    def resolve(self) -> tuple[bpy.types.Action, bpy.types.ActionSlot]:
        """The action and its slot as they are now. Raises DraftLost."""
        action = bpy.data.actions.get(self.name)
        slot = next((s for s in action.slots if s.identifier == self.slot), None) if action is not None else None
        if action is None or slot is None or action.session_uid != self.session_uid:
            raise DraftLost
        return action, slot


class DraftLost(Exception):
    """The action that was written into has gone: another file was opened, or a step undone."""


def begin_action(armature: bpy.types.Object, style: KeyStyle) -> Draft:
    """An action that nothing uses, to write into: a new one, or a copy of what the armature plays now."""
    data = armature.animation_data
    current = data.action if data is not None else None
    slot = data.action_slot if data is not None else None
    if style.new_action or current is None:
        action, slot = bpy.data.actions.new(style.action_name), None
    else:
        action = current.copy()
        action[_COPY_MARK] = current.name
    found = next((s for s in action.slots if slot is not None and s.identifier == slot.identifier), None)
    found = found or action.slots.new(id_type="OBJECT", name=armature.name)
    return Draft(action.name, action.session_uid, found.identifier)


def curves_of(channels: Sequence[Channel]) -> list[tuple[Channel, int]]:
    """Every curve that is to be written, as a channel and the index of one of its values."""
    return [(channel, index) for channel in channels for index in range(channel.values.shape[1])]


def write_curves(draft: Draft, frames: Sequence[float], curves: Iterable[tuple[Channel, int]], style: KeyStyle) -> None:
    """Write some of the curves. Raises DraftLost before anything is touched."""
    bag = compat.channelbag(*draft.resolve())
    times = np.asarray(frames, float)
    for channel, index in curves:
        curve = compat.new_curve(bag, channel.path, index, channel.bone)
        if style.existing == "REPLACE" and len(curve.keyframe_points):
            _clear(curve, times[0], times[-1])
        insert(curve, times, channel.values[:, index], style.interpolation)


def adopt(armature: bpy.types.Object, draft: Draft) -> None:
    """Let the armature play a finished action.

    A copy of its action takes that one's place and name, for all that use it; a new one stands beside the old.

    Raises:
        DraftLost
    """
    action, slot = draft.resolve()
    data = armature.animation_data or armature.animation_data_create()
    before = data.action
    if before is not None and _is_copy_of(action, before):
        identifier, name = slot.identifier, before.name
        before.user_remap(action)
        bpy.data.actions.remove(before)
        action.name = name
        del action[_COPY_MARK]
        slot = next(s for s in action.slots if s.identifier == identifier)
    data.action = action
    data.action_slot = slot
    armature.update_tag(refresh={"OBJECT"})


_COPY_MARK: Final = "posewright_copy_of"


def _is_copy_of(action: bpy.types.Action, other: bpy.types.Action) -> bool:
    return bool(action.get(_COPY_MARK) == other.name)


def _clear(curve: bpy.types.FCurve, first: float, last: float) -> None:
    for point in reversed([p for p in curve.keyframe_points if first - 0.5 <= p.co[0] <= last + 0.5]):
        curve.keyframe_points.remove(point, fast=True)


def insert(curve: bpy.types.FCurve, frames: np.ndarray, values: np.ndarray, interpolation: str) -> None:
    """Keys into a curve: all at once into an empty one, one by one among keys that are there."""
    points = curve.keyframe_points
    if len(points):
        for frame, value in zip(frames, values, strict=True):
            point = points.insert(float(frame), float(value), options={"FAST"}, keyframe_type=KEY_TYPE)
            point.interpolation = interpolation
    else:
        points.add(len(frames))
        points.foreach_set("co", np.stack([frames, values], axis=1).astype(np.float32).ravel())
        many = np.ones(len(frames), dtype=np.int32)
        points.foreach_set("interpolation", many * _enum("interpolation", interpolation))
        points.foreach_set("type", many * _enum("type", KEY_TYPE))
        for side in ("handle_left_type", "handle_right_type"):
            points.foreach_set(side, many * _enum(side, "AUTO_CLAMPED"))
    curve.update()


def _enum(name: str, value: str) -> int:
    """The number of an enumeration's value, which `foreach_set` wants."""
    items = bpy.types.Keyframe.bl_rna.properties[name].enum_items
    return int(items[value].value)
