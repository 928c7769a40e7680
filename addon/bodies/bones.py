"""Makes armatures with the 55 SMPL-X joints as bones, and opens one for a change of its rest pose.

Two layouts. Along the limbs: bones point to the next joint and roll so that their X axis is the hinge, for people who
turn them by hand. SMPL-X axes: every bone has the model's own axes and there is a `root` bone, as in the add-on of the
Max Planck Institute, so that its tools and others that write rotations bone by bone work. The numbers of a pose do not
depend on that (`retarget`). Blender space: Z-up, m, facing -Y.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import bpy
import numpy as np
from mathutils import Vector

from ...rigs.skeleton import FINGERS, GROUPS, INDEX, JOINTS, PARENTS
from ..rig.retarget import to_armature

COLLECTIONS: Final = {"Body": GROUPS["body"], "Hands": GROUPS["hands"], "Face": GROUPS["face"]}
ROOT_BONE: Final = "root"
_STUB: Final = (0.0, 0.0, 0.1)  # from head to tail of every bone with SMPL-X axes, m

# Where a bone's tail is: at the head of another joint, or at an offset (m, Y-up, the character's left is +X).
_TAIL_AT: Final = {
    "pelvis": "spine1",
    "spine1": "spine2",
    "spine2": "spine3",
    "spine3": "neck",
    "neck": "head",
    **{f"{s}_{a}": f"{s}_{b}" for s in ("left", "right") for a, b in (
        ("hip", "knee"), ("knee", "ankle"), ("ankle", "foot"), ("collar", "shoulder"), ("shoulder", "elbow"),
        ("elbow", "wrist"), ("wrist", "middle1"),
        *((f"{f}{k}", f"{f}{k + 1}") for f in FINGERS for k in (1, 2)),
    )},
}  # fmt: skip
_TAIL_OFFSET: Final = {
    "head": (0.0, 0.18, 0.0),
    "jaw": (0.0, -0.045, 0.07),
    "left_foot": (0.0, 0.0, 0.07),
    "right_foot": (0.0, 0.0, 0.07),
    "left_eye_smplhf": (0.0, 0.0, 0.03),
    "right_eye_smplhf": (0.0, 0.0, 0.03),
}
_FINGERTIP_RATIO: Final = 0.85
"""Length of a finger's last bone compared with the one before."""


def new_armature(
    context: bpy.types.Context, name: str, joints: np.ndarray, lift: float, *, limbs: bool = True
) -> bpy.types.Object:
    """An armature in the context's collection, active and selected alone, in Object Mode.

    Args:
        joints: (55, 3) m, Y-up, of the T-pose. lift: how far it is raised to stand on the ground, m.
        limbs: bones along the limbs; else with SMPL-X axes and a root bone.
    """
    if context.object is not None and context.object.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    data = bpy.data.armatures.new(name)
    armature = bpy.data.objects.new(name, data)
    context.collection.objects.link(armature)
    for other in context.selected_objects:
        other.select_set(False)
    armature.select_set(True)
    heads = to_armature(joints, lift)
    with edited(context, armature) as bones:
        _build_limbs(bones, heads) if limbs else _build_axes(bones, heads)
    for title, members in COLLECTIONS.items():
        collection = data.collections.new(title)
        for bone in members:
            # the groups overlap nowhere, so every bone is in one collection
            collection.assign(data.bones[bone])
    # thin and in front: seen and clicked through the body without hiding it
    data.display_type = "WIRE"
    armature.show_in_front = True
    for bone in armature.pose.bones:
        bone.rotation_mode = "QUATERNION"
        if bone.name not in ("pelvis", ROOT_BONE):
            bone.lock_location = (True, True, True)
    return armature


@contextmanager
def edited(context: bpy.types.Context, armature: bpy.types.Object) -> Iterator[bpy.types.ArmatureEditBones]:
    """The armature's rest pose open for changes; it stays active, in Object Mode, or in the mode that it was in."""
    mode, mirrored = armature.mode, armature.data.use_mirror_x
    active = context.view_layer.objects.active
    if active is not None and active != armature and active.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    context.view_layer.objects.active = armature
    armature.data.use_mirror_x = False  # or setting a bone moves that of the other side as well
    bpy.ops.object.mode_set(mode="EDIT")
    try:
        yield armature.data.edit_bones
    finally:
        bpy.ops.object.mode_set(mode=mode if mode != "EDIT" else "OBJECT")
        armature.data.use_mirror_x = mirrored


def _build_limbs(edit_bones: bpy.types.ArmatureEditBones, heads: np.ndarray) -> None:
    tails = _tails(heads)
    bones: list[bpy.types.EditBone] = []
    for joint, name in enumerate(JOINTS):
        bone = edit_bones.new(name)
        bone.head, bone.tail = Vector(heads[joint]), Vector(tails[joint])
        if PARENTS[joint] >= 0:
            bone.parent = bones[PARENTS[joint]]
        bone.align_roll(_roll_axis(name))
        bones.append(bone)


def _build_axes(edit_bones: bpy.types.ArmatureEditBones, heads: np.ndarray) -> None:
    root = edit_bones.new(ROOT_BONE)
    root.head, root.tail = (0.0, 0.0, 0.0), _STUB
    bones: list[bpy.types.EditBone] = []
    for joint, name in enumerate(JOINTS):
        bone = edit_bones.new(name)
        bone.head, bone.tail, bone.roll = Vector(heads[joint]), Vector(heads[joint]) + Vector(_STUB), 0.0
        bone.parent = bones[PARENTS[joint]] if PARENTS[joint] >= 0 else root
        bones.append(bone)


def _tails(heads: np.ndarray) -> np.ndarray:
    """(55, 3) tails in armature space for heads (55, 3) in armature space, m."""
    tails = np.empty_like(heads)
    for joint, name in enumerate(JOINTS):
        if name in _TAIL_AT:
            tails[joint] = heads[INDEX[_TAIL_AT[name]]]
        elif name in _TAIL_OFFSET:
            tails[joint] = heads[joint] + to_armature(np.array(_TAIL_OFFSET[name]), 0.0)
        else:  # the last bone of a finger
            tails[joint] = heads[joint] + _FINGERTIP_RATIO * (heads[joint] - heads[PARENTS[joint]])
    return tails


def _roll_axis(name: str) -> Vector:
    """Where the bone's Z axis points as nearly as it can, so that elbow, knee and finger bend about X."""
    if name in GROUPS["hands"] or name.endswith(("_wrist", "_foot")) or name in GROUPS["face"]:
        return Vector((0.0, 0.0, 1.0))
    if name.endswith(("_collar", "_shoulder", "_elbow")):
        return Vector((0.0, -1.0, 0.0)) if name.endswith("_collar") else Vector((0.0, 0.0, 1.0))
    return Vector((0.0, -1.0, 0.0))
