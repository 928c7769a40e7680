"""The only reader and writer of bones: finds a known armature, reads its pose, applies one.

References to Blender's objects are never kept: they die on undo and on opening a file. `Target` remembers who was meant
by session_uid, which survives undo and renaming, and is looked up again when it is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy
import numpy as np
from mathutils import Quaternion

from ...rigs.skeleton import JOINTS, N_JOINTS
from .. import compat
from . import retarget, rotation_modes
from .bodydata import load_body
from .keyframes import auto_keying, key_bones
from .rigmap import RigMap, best_map

if TYPE_CHECKING:
    from ...rigs.wire import Pose


class CannotPose(Exception):
    """The armature cannot be posed now; the message is for the user and says what to do."""


@dataclass(frozen=True)
class Target:
    """Which armature was meant. `name` is only for messages."""

    name: str
    session_uid: int

    @classmethod
    def of(cls, armature: bpy.types.Object) -> Target:
        return cls(armature.name, armature.session_uid)

    def resolve(self) -> bpy.types.Object:
        """The armature as it is now, perhaps under another name.

        Raises:
            CannotPose: when it is gone, in another scene only, or cannot be changed.
        """
        for candidate in bpy.data.objects:
            if candidate.session_uid == self.session_uid and candidate.type == "ARMATURE":
                break
        else:
            raise CannotPose(f'"{self.name}" is no longer in this file, so nothing was changed.')
        if bpy.context.scene not in candidate.users_scene:  # names do not tell: a linked namesake may be there
            raise CannotPose(f'"{candidate.name}" is not in this scene, so nothing was changed.')
        check_usable(candidate)
        return candidate


def rig_map(armature: bpy.types.Object) -> RigMap | None:
    """The map that fits the armature's bones, or None."""
    return best_map([bone.name for bone in armature.data.bones])


def find_armature(context: bpy.types.Context) -> bpy.types.Object | None:
    """The armature the user means: the active one, that of the active mesh, else the scene's only known one."""
    active = context.object
    for candidate in (active, _armature_of(active), _instanced(active)):
        if candidate is not None and candidate.type == "ARMATURE":
            # an armature that is active but unknown is not passed over: the panel says why it cannot be posed
            return candidate
    known = [o for o in context.scene.objects if o.type == "ARMATURE" and rig_map(o) is not None]
    return known[0] if len(known) == 1 else None


def _armature_of(mesh: bpy.types.Object | None) -> bpy.types.Object | None:
    if mesh is None or mesh.type != "MESH":
        return None
    deforming = [m.object for m in mesh.modifiers if m.type == "ARMATURE" and m.object is not None]
    return deforming[0] if deforming else mesh.parent


def _instanced(empty: bpy.types.Object | None) -> bpy.types.Object | None:
    """The linked character that an empty shows: it cannot be posed, and the user is told what to do about it."""
    if empty is None or empty.type != "EMPTY" or empty.instance_collection is None:
        return None
    inside = (o for o in empty.instance_collection.all_objects if o.type == "ARMATURE" and o.library is not None)
    return next((o for o in inside if rig_map(o) is not None), None)


def selected_armatures(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The known armatures that are selected, themselves or by their mesh, in the order of the scene."""
    found: list[bpy.types.Object] = []
    for chosen in context.scene.objects:
        if not chosen.select_get():
            continue
        armature = chosen if chosen.type == "ARMATURE" else _armature_of(chosen)
        is_rig = armature is not None and armature.type == "ARMATURE"
        if is_rig and armature not in found and rig_map(armature) is not None:
            found.append(armature)
    return found


def why_not(armature: bpy.types.Object) -> str:
    """Why this armature cannot be posed, in words for the user; empty when it can."""
    if armature.library is not None:
        return f'"{armature.name}" is linked from another file. Make a library override (Object menu) to pose it.'
    if armature.mode == "EDIT":
        return f'"{armature.name}" is in Edit Mode. Leave Edit Mode to pose it.'
    if rig_map(armature) is None:
        return f'"{armature.name}" does not have SMPL-X bones. Select one that has, or add a body.'
    return ""


def check_usable(armature: bpy.types.Object) -> None:
    """Raises CannotPose with the reason when the armature cannot be posed."""
    reason = why_not(armature)
    if reason:
        raise CannotPose(reason)


# ---------------------------------------------------------------------------------------------------- reading
def read_rest(armature: bpy.types.Object) -> tuple[retarget.RestRig, dict[int, str]]:
    """The armature's rest pose and its bones by joint index.

    Raises:
        CannotPose: unknown bones, or a rest pose that is no T-pose.
    """
    found = rig_map(armature)
    if found is None:
        raise CannotPose(why_not(armature))
    names = found.bone_by_joint([bone.name for bone in armature.data.bones])
    rest = {joint: np.array(armature.data.bones[name].matrix_local) for joint, name in names.items()}
    heads = {joint: matrix[:3, 3] for joint, matrix in rest.items()}
    bones = retarget.identity_bones()
    for joint, matrix in rest.items():
        bones[joint] = matrix[:3, :3]
    try:
        axes = retarget.armature_axes(heads)
    except retarget.CannotRetarget as error:
        raise CannotPose(f'"{armature.name}" cannot be posed: {error}.') from None
    body = load_body()
    turn, arm = _root_turn(armature, names[retarget.PELVIS], heads[retarget.PELVIS])
    rig = retarget.RestRig(
        axes=axes,
        bones=bones,
        present=np.array([joint in rest for joint in range(N_JOINTS)]),
        units=retarget.leg_length(heads) / retarget.leg_length(dict(enumerate(body.joints))),
        stand=body.stand,
        keel=retarget.keel(turn, axes[:, 1]),
        arm=arm,
    )
    return rig, names


def _root_turn(armature: bpy.types.Object, pelvis: str, head: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How the pelvis' parents are turned from rest (3, 3), and the way from the parent's head to the pelvis' (3,)."""
    parent = armature.pose.bones[pelvis].parent
    if parent is None:
        return np.eye(3), np.zeros(3)
    chain = [parent, *parent.parent_recursive]
    posed = Quaternion()
    # from the channels, not from `matrix`: that one is old until the next update of the scene
    for bone in reversed(chain):
        rest = bone.bone.matrix_local.to_quaternion()
        posed = posed @ rest @ rotation_modes.read_quat(bone) @ rest.inverted()
    return np.array(posed.to_matrix()), head - np.array(parent.bone.head_local)


def read_pose(armature: bpy.types.Object) -> Pose:
    """The pose the armature has now (its channels, not what constraints make of them)."""
    rig, names = read_rest(armature)
    quats = np.tile([1.0, 0.0, 0.0, 0.0], (N_JOINTS, 1))
    for joint, name in names.items():
        quats[joint] = rotation_modes.read_quat(armature.pose.bones[name])
    location = np.array(armature.pose.bones[names[retarget.PELVIS]].location)
    return retarget.from_bones(rig, retarget.BonePose(quats, location))


def locked_joints(armature: bpy.types.Object) -> tuple[str, ...]:
    """Joints whose bones may not turn at all."""
    _, names = read_rest(armature)
    bones = armature.pose.bones
    return tuple(JOINTS[j] for j, name in names.items() if rotation_modes.is_rotation_locked(bones[name]))


# ---------------------------------------------------------------------------------------------------- writing
def selected_joints(context: bpy.types.Context, armature: bpy.types.Object) -> frozenset[int]:
    """Joints whose bones are selected in Pose Mode; of a finger or foot only what is selected itself."""
    _, names = read_rest(armature)
    chosen = compat.selected_bone_names(armature) if armature.mode == "POSE" else frozenset()
    return frozenset(joint for joint, name in names.items() if name in chosen)


def apply_pose(
    context: bpy.types.Context, armature: bpy.types.Object, pose: Pose, joints: frozenset[int] | None = None
) -> list[str]:
    """Set the bones to `pose`; keys only with auto-key on. Bones the map does not name are not touched.

    Args:
        joints: indices of those to write; None for all.

    Returns:
        Names of the bones that locks held back.

    Raises:
        CannotPose: before anything was changed.
    """
    check_usable(armature)
    rig, names = read_rest(armature)
    wanted = retarget.to_bones(rig, pose)
    written = {j: armature.pose.bones[name] for j, name in names.items() if joints is None or j in joints}
    held = []
    for joint, bone in written.items():
        free = rotation_modes.write_quat(bone, Quaternion(wanted.quats_wxyz[joint]))
        if joint == retarget.PELVIS:
            free = _write_location(bone, wanted.location) and free
        if not free:
            held.append(bone.name)
    keying = auto_keying(context, armature)
    if keying is not None:
        key_bones(armature, written.values(), keying, located=armature.pose.bones[names[retarget.PELVIS]])
    armature.update_tag(refresh={"OBJECT"})
    return held


def _write_location(bone: bpy.types.PoseBone, location: np.ndarray) -> bool:
    """Set the free components of the location; False when a locked one should have changed."""
    free = True
    for axis, value in enumerate(location):
        if not bone.lock_location[axis]:
            bone.location[axis] = value
        elif abs(bone.location[axis] - value) > 1e-6:
            free = False
    return free
