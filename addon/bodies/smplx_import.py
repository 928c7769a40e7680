"""A model read from a file becomes an armature with mesh and shape keys, standing at the 3D cursor."""

from __future__ import annotations

import bpy
import numpy as np

from ...rigs.skeleton import JOINTS
from ..rig.retarget import to_armature
from .bones import new_armature
from .fitting import keep_joints
from .free_body import bind
from .shape_keys import CORRECTIVE, EXPRESSION, SHAPE, add_shape_keys
from .skinned import SkinnedBody


def add_model(context: bpy.types.Context, model: SkinnedBody, *, limbs: bool = False) -> bpy.types.Object:
    """Add the model, feet on the cursor's height, and make its armature active.

    Args:
        limbs: the layout of the bones, see `bones`.

    Returns:
        The armature.
    """
    armature = new_armature(context, model.name, model.joints, model.lift, limbs=limbs)
    mesh = _new_mesh(model)
    context.collection.objects.link(mesh)
    bind(mesh, armature)
    _skin(mesh, model.skin)
    for prefix, directions in (
        (SHAPE, model.shapes),
        (EXPRESSION, model.expressions),
        (CORRECTIVE, model.correctives),
    ):
        add_shape_keys(mesh, prefix, directions)
    keep_joints(mesh, model.joint_weights)
    armature.location = context.scene.cursor.location
    return armature


def _new_mesh(model: SkinnedBody) -> bpy.types.Object:
    mesh = bpy.data.meshes.new(f"{model.name} Mesh")
    count, corners = model.faces.shape
    vertices = to_armature(model.vertices, model.lift).astype(np.float32)
    mesh.vertices.add(len(vertices))
    mesh.vertices.foreach_set("co", vertices.ravel())
    mesh.loops.add(corners * count)
    mesh.loops.foreach_set("vertex_index", model.faces.ravel())
    mesh.polygons.add(count)
    mesh.polygons.foreach_set("loop_start", np.arange(0, corners * count, corners, dtype=np.int32))
    if model.uv is not None:
        mesh.uv_layers.new(name="UVMap").data.foreach_set("uv", model.uv.astype(np.float32).ravel())
    mesh.update(calc_edges=True)
    mesh.shade_smooth()
    return bpy.data.objects.new(mesh.name, mesh)


def _skin(mesh: bpy.types.Object, skin: np.ndarray) -> None:
    """One vertex group per joint. skin: (V, 55)."""
    for joint, name in enumerate(JOINTS):
        group = mesh.vertex_groups.new(name=name)
        for vertex in np.nonzero(skin[:, joint])[0].tolist():
            group.add([vertex], float(skin[vertex, joint]), "REPLACE")
