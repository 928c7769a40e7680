"""Armatures for tests, made from the free body's joints in the manner of other add-ons, and forward kinematics."""

from __future__ import annotations

import numpy as np
from posewright_ext.addon.rig.bodydata import load_body
from posewright_ext.addon.rig.retarget import rotvec_to_matrix
from posewright_ext.rigs.skeleton import JOINTS, PARENTS
from posewright_ext.rigs.wire import Pose


def random_pose(rng: np.random.Generator, size: float = 0.5) -> Pose:
    """Random rotations of about `size` rad, and somewhere in the air."""
    return Pose(rng.normal(size=(55, 3)) * size, rng.normal(size=3) * 0.2 + [0.0, 0.9, 0.0])


def kinematics(joints: np.ndarray, pose: Pose) -> np.ndarray:
    """(55, 3) m, Y-up: where the joints of the wire body are. An own, plain version on purpose."""
    turns = rotvec_to_matrix(pose.rotvecs)
    world = np.zeros((55, 3))
    whole = np.zeros((55, 3, 3))
    for joint, parent in enumerate(PARENTS):
        if parent < 0:
            whole[joint], world[joint] = turns[joint], joints[joint] + pose.transl
        else:
            whole[joint] = whole[parent] @ turns[joint]
            world[joint] = world[parent] + whole[parent] @ (joints[joint] - joints[parent])
    return world


def expected_heads(pose: Pose) -> np.ndarray:
    """(55, 3) m, Blender's Z-up world: where the bones' heads must be."""
    x, y, z = kinematics(load_body().joints, pose).T
    return np.stack([x, -z, y], axis=1)


def world_heads(armature, rename=lambda joint: joint) -> np.ndarray:
    """(55, 3) where the bones' heads are in Blender's world now."""
    import bpy

    bpy.context.view_layer.update()
    bones = armature.pose.bones
    return np.array([armature.matrix_world @ bones[rename(joint)].head for joint in JOINTS])


def mpi_like(size=1.0):
    """As the MPI add-on: metres, Z-up, every tail 0.1 above its head, a root bone, *_smplhf eyes.

    size: of the character, 1 for that of the free body.
    """
    return _make(unit=size, to_data=lambda p: (p[0], -p[2], p[1]), tail=(0, 0, 0.1), rename=lambda joint: joint)


def meshcapade_name(joint: str) -> str:
    return joint.replace("_smplhf", "")


def meshcapade_like(size=1.0):
    """As the Meshcapade add-on: centimetres, Y-up data, the object scaled by 0.01 and turned up, left_eye."""
    armature = _make(unit=100.0 * size, to_data=lambda p: p, tail=(0, 10, 0), rename=meshcapade_name)
    armature.scale = (0.01, 0.01, 0.01)
    armature.rotation_euler = (np.pi / 2, 0, 0)
    return armature


def _make(unit, to_data, tail, rename):
    import bpy
    from mathutils import Vector

    body = load_body()
    data = bpy.data.armatures.new("SMPLX-neutral")
    armature = bpy.data.objects.new("SMPLX-neutral", data)
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    root = data.edit_bones.new("root")
    root.head, root.tail, root.roll = (0, 0, 0), tail, 0
    for joint, name in enumerate(JOINTS):
        bone = data.edit_bones.new(rename(name))
        bone.head = Vector(to_data((body.joints[joint] + body.stand) * unit))
        bone.tail = bone.head + Vector(tail)
        bone.roll = 0
        parent = PARENTS[joint]
        bone.parent = root if parent < 0 else data.edit_bones[rename(JOINTS[parent])]
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature
