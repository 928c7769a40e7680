"""Puts a character on the ground: its lowest point, as it is seen, comes to the height of the floor.

The pelvis bone moves, so that object and root bone stay where the animator has put them.
"""

from __future__ import annotations

import bpy
import numpy as np

from ..rig import retarget
from ..rig.armature import CannotPose, check_usable, read_rest
from ..rig.keyframes import auto_keying, key_bones
from .fitting import deformed_meshes

WORLD, OWN = "WORLD", "ARMATURE"


def snap_to_ground(context: bpy.types.Context, armature: bpy.types.Object, ground: str = WORLD) -> float:
    """Move the pelvis until the lowest point is on the ground.

    Args:
        ground: WORLD for z = 0 of the world; ARMATURE for the plane through the object's origin across its up axis.

    Returns:
        How far it was moved along the floor's normal, world units.

    Raises:
        CannotPose: the armature cannot be posed, or its pelvis must not move that way; nothing was changed.
    """
    check_usable(armature)
    rig, names = read_rest(armature)
    pelvis = armature.pose.bones[names[retarget.PELVIS]]
    context.view_layer.update()
    origin, normal = _floor(armature, rig.axes[:, 1], ground)
    height = float(((seen_points(context, armature) - origin) @ normal).min())
    change = np.linalg.solve(_location_to_world(armature, pelvis), -height * normal)
    stuck = [axis for axis in range(3) if pelvis.lock_location[axis] and abs(change[axis]) > 1e-6]
    if stuck:
        raise CannotPose(
            f'The location of "{pelvis.name}" is locked, so "{armature.name}" cannot be put on the ground.'
        )
    pelvis.location = np.array(pelvis.location) + change
    keying = auto_keying(context, armature)
    if keying is not None:
        key_bones(armature, [pelvis], keying, located=pelvis)
    armature.update_tag(refresh={"OBJECT"})
    return -height


def _floor(armature: bpy.types.Object, up: np.ndarray, ground: str) -> tuple[np.ndarray, np.ndarray]:
    """A point of the floor and its unit normal, world."""
    if ground == WORLD:
        return np.zeros(3), np.array([0.0, 0.0, 1.0])
    world = np.array(armature.matrix_world)
    # normals of a scaled object turn with the inverse transpose
    normal = np.linalg.inv(world[:3, :3]).T @ up
    return world[:3, 3], normal / np.linalg.norm(normal)


def seen_points(context: bpy.types.Context, armature: bpy.types.Object) -> np.ndarray:
    """(P, 3) world: vertices of the meshes that the armature deforms, as evaluated; without meshes its bones' ends."""
    graph = context.evaluated_depsgraph_get()
    clouds = [_vertices(mesh.evaluated_get(graph)) for mesh in deformed_meshes(armature) if mesh.visible_get()]
    clouds = [cloud for cloud in clouds if len(cloud)]
    if clouds:
        return np.concatenate(clouds)
    world = armature.matrix_world
    return np.array([world @ end for bone in armature.pose.bones for end in (bone.head, bone.tail)])


def _vertices(mesh: bpy.types.Object) -> np.ndarray:
    """(V, 3) world, of an evaluated mesh."""
    points = np.empty(3 * len(mesh.data.vertices), dtype=np.float32)
    mesh.data.vertices.foreach_get("co", points)
    world = np.array(mesh.matrix_world)
    return points.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]


def _location_to_world(armature: bpy.types.Object, bone: bpy.types.PoseBone) -> np.ndarray:
    """(3, 3) what a step of the bone's location channel is in the world."""
    space = bone.bone.matrix_local
    if bone.parent is not None:
        space = bone.parent.matrix @ bone.parent.bone.matrix_local.inverted() @ space
    return np.array((armature.matrix_world @ space).to_3x3())
