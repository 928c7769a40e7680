"""Adds the free body: an armature with the 55 SMPL-X joints as bones and the skinned mesh, standing at the 3D cursor.

Blender space: Z-up, m, facing -Y; the bones are `bones`'.
"""

from __future__ import annotations

from typing import Final

import bpy
import numpy as np

from ...rigs.skeleton import JOINTS
from ..rig.bodydata import BodyData, load_body, load_joint_weights, load_shape_names, load_shapes
from ..rig.retarget import to_armature
from .bones import new_armature
from .fitting import keep_joints
from .places import boxes_of, free_place
from .shape_keys import SHAPE, add_shape_keys, name_shapes

NAME: Final = "Posewright Body"
MESH_NAME: Final = "Posewright Body Mesh"


def add_body(context: bpy.types.Context, *, shape_keys: bool = False, beside: bool = False) -> bpy.types.Object:
    """Add the body at the 3D cursor, feet on the cursor's height, and make its armature active.

    Args:
        shape_keys: with a shape key for each of the body's ten shape directions.
        beside: where something stands at the cursor, beside that.

    Returns:
        The armature.

    Raises:
        NoBody: when the body's file is missing; nothing was added.
    """
    body = load_body()
    place = context.scene.cursor.location.copy()
    if beside:
        vertices = to_armature(body.vertices, body.lift)
        place = free_place(np.array(place), (vertices.min(axis=0), vertices.max(axis=0)), boxes_of(context))
    armature = new_armature(context, NAME, body.joints, body.lift)
    mesh = _new_mesh(body)
    context.collection.objects.link(mesh)
    bind(mesh, armature)
    _skin(mesh, body)
    if shape_keys:
        add_shape_keys(mesh, SHAPE, load_shapes())
        name_shapes(mesh, load_shape_names())
        keep_joints(mesh, load_joint_weights())
    armature.location = place
    return armature


def bind(mesh: bpy.types.Object, armature: bpy.types.Object) -> None:
    """Let the armature deform the mesh, which becomes its child."""
    mesh.parent = armature
    mesh.modifiers.new("Armature", "ARMATURE").object = armature


def _new_mesh(body: BodyData) -> bpy.types.Object:
    """The mesh object, smooth, with UVs and materials, not yet skinned."""
    mesh = bpy.data.meshes.new(MESH_NAME)
    count = len(body.quads)
    vertices = to_armature(body.vertices, body.lift).astype(np.float32)
    mesh.vertices.add(len(vertices))
    mesh.vertices.foreach_set("co", vertices.ravel())
    mesh.loops.add(4 * count)
    mesh.loops.foreach_set("vertex_index", body.quads.ravel())
    mesh.polygons.add(count)
    mesh.polygons.foreach_set("loop_start", np.arange(0, 4 * count, 4, dtype=np.int32))
    for name, colour in zip(body.material_names, body.material_rgb, strict=True):
        mesh.materials.append(_material(name, colour))
    mesh.polygons.foreach_set("material_index", body.material)
    mesh.uv_layers.new(name="UVMap").data.foreach_set("uv", body.uv[body.uv_quads.ravel()].ravel())
    mesh.update(calc_edges=True)
    mesh.shade_smooth()
    return bpy.data.objects.new(MESH_NAME, mesh)


def _material(name: str, colour: np.ndarray) -> bpy.types.Material:
    """The material of this part, shared between bodies; `colour` linear RGB."""
    full_name = f"Posewright {name}"
    found = bpy.data.materials.get(full_name)
    if found is not None and found.library is None:
        return found
    material = bpy.data.materials.new(full_name)
    rgba = (*(float(c) for c in colour), 1.0)
    material.diffuse_color = rgba
    material.roughness = 0.6
    if material.node_tree is None:
        material.use_nodes = True
    shader = next(n for n in material.node_tree.nodes if n.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = rgba
    shader.inputs["Roughness"].default_value = 0.6
    return material


def _skin(mesh: bpy.types.Object, body: BodyData) -> None:
    """One vertex group per joint with the body's weights."""
    for joint, name in enumerate(JOINTS):
        group = mesh.vertex_groups.new(name=name)
        rows, slots = np.nonzero((body.skin_idx == joint) & (body.skin_w > 0))
        weights = body.skin_w[rows, slots]
        # one call per distinct weight: most vertices of a limb share the weight 1
        for weight in np.unique(weights):
            group.add(rows[weights == weight].tolist(), float(weight), "REPLACE")
