"""Bones that follow the shape: joints are means of vertices, so a taller body has its joints elsewhere.

The means are kept with the mesh as sparse lists, so that they survive saving, copying and losing the model's file. The
axes of the bones stay, so that poses and keys mean the same afterwards; only heads and lengths change.
"""

from __future__ import annotations

from typing import Final

import bpy
import numpy as np
from mathutils import Vector

from ...rigs.skeleton import N_JOINTS, PARENTS
from ..rig.armature import CannotPose, read_rest
from .bones import edited
from .shape_keys import raise_all, shaped_vertices

_COUNTS, _VERTICES, _WEIGHTS = "posewright_joint_counts", "posewright_joint_vertices", "posewright_joint_weights"
_SIZE: Final = "posewright_vertex_count"
_LEAST: Final = 1e-4  # armature units; Blender deletes bones without a length


def keep_joints(mesh: bpy.types.Object, joint_weights: np.ndarray) -> None:
    """Keep with the mesh how its joints follow from its vertices.

    Args:
        joint_weights: (55, V), see `skinned.SkinnedBody`.
    """
    rows, vertices = np.nonzero(joint_weights)
    mesh.data[_COUNTS] = np.bincount(rows, minlength=N_JOINTS).tolist()
    mesh.data[_VERTICES] = vertices.tolist()
    mesh.data[_WEIGHTS] = joint_weights[rows, vertices].tolist()
    mesh.data[_SIZE] = len(mesh.data.vertices)


def deformed_meshes(armature: bpy.types.Object) -> list[bpy.types.Object]:
    """The scene's meshes that the armature deforms, by modifier."""
    return [
        o
        for o in bpy.context.scene.objects
        if o.type == "MESH" and any(m.type == "ARMATURE" and m.object == armature for m in o.modifiers)
    ]


def shaped_mesh(armature: bpy.types.Object) -> bpy.types.Object:
    """The armature's mesh that knows its joints.

    Raises:
        CannotPose: none does, or its vertices have changed in number.
    """
    found = next((m for m in deformed_meshes(armature) if m.data.get(_WEIGHTS) and m.data.shape_keys is not None), None)
    if found is None:
        raise CannotPose(
            f'"{armature.name}" has no mesh with shape keys from Posewright: import the model or add a body with keys.'
        )
    if found.data[_SIZE] != len(found.data.vertices):
        raise CannotPose(f'Vertices of "{found.name}" were added or deleted, so its joints cannot be found any more.')
    return found


def shaped_joints(mesh: bpy.types.Object) -> np.ndarray:
    """(55, 3) where the joints of the shaped body are, in the space of the mesh."""
    counts, vertices, weights = (np.array(mesh.data[name]) for name in (_COUNTS, _VERTICES, _WEIGHTS))
    joints = np.zeros((N_JOINTS, 3))
    np.add.at(joints, np.repeat(np.arange(N_JOINTS), counts), weights[:, None] * shaped_vertices(mesh)[vertices])
    return joints


def fit_bones(context: bpy.types.Context, armature: bpy.types.Object, *, on_ground: bool = True) -> float:
    """Move the rest pose's bones to the joints of the shaped body.

    Args:
        on_ground: raise or lower mesh and bones, so that the shaped body stands at the object's height again.

    Returns:
        How far the joint that moved most has moved, armature units.

    Raises:
        CannotPose: the armature has no mesh that knows its joints; nothing was changed.
    """
    if armature.data.library is not None or armature.data.override_library is not None:
        raise CannotPose(f'The bones of "{armature.name}" are linked from another file, where they must be changed.')
    _, names = read_rest(armature)
    mesh = shaped_mesh(armature)
    if mesh.data.library is not None or mesh.data.override_library is not None:
        raise CannotPose(f'The mesh of "{armature.name}" is linked from another file, where it must be changed.')
    if mesh.mode == "EDIT":
        raise CannotPose(f'"{mesh.name}" is in Edit Mode, where its shape keys cannot be changed. Leave Edit Mode.')
    if on_ground:
        raise_all(mesh, -float(shaped_vertices(mesh)[:, 2].min()))
    to_armature = np.array(armature.matrix_world.inverted() @ mesh.matrix_world)
    wanted = shaped_joints(mesh) @ to_armature[:3, :3].T + to_armature[:3, 3]
    before = {joint: np.array(armature.data.bones[name].head_local) for joint, name in names.items()}
    with edited(context, armature) as bones:
        for joint, name in names.items():
            bone = bones[name]
            way = _stretched(bone, joint, before, wanted)
            head = Vector(wanted[joint])
            bone.head, bone.tail = head, head + way
    return max(float(np.linalg.norm(wanted[joint] - old)) for joint, old in before.items())


def _stretched(bone: bpy.types.EditBone, joint: int, before: dict[int, np.ndarray], wanted: np.ndarray) -> Vector:
    """From the bone's head to its tail: as it was, and as much longer as the way to the child that it pointed at."""
    way = bone.tail - bone.head
    for child in range(N_JOINTS):
        if PARENTS[child] == joint and child in before and np.linalg.norm(before[child] - bone.tail) < _LEAST:
            old = float(np.linalg.norm(before[child] - before[joint]))
            return way * max(float(np.linalg.norm(wanted[child] - wanted[joint])) / old, _LEAST / old)
    return way
