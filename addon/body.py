"""Adds the free body: an armature with the 55 SMPL-X joints as bones and the skinned mesh, standing at the 3D cursor.

Bones point along the limbs and roll so that their X axis is the hinge; the numbers of a pose do not depend on that
(`retarget`), but a person who turns them does. Blender space: Z-up, m, facing -Y.
"""

from __future__ import annotations

from typing import Final

import bpy
import numpy as np
from mathutils import Vector

from ..rigs.skeleton import FINGERS, GROUPS, INDEX, JOINTS, PARENTS
from .bodydata import BodyData, load_body
from .retarget import to_armature

NAME: Final = "Posewright Body"
MESH_NAME: Final = "Posewright Body Mesh"
COLLECTIONS: Final = {"Body": GROUPS["body"], "Hands": GROUPS["hands"], "Face": GROUPS["face"]}

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


def add_body(context: bpy.types.Context) -> bpy.types.Object:
    """Add the body at the 3D cursor, feet on the cursor's height, and make its armature active.

    Returns:
        The armature.

    Raises:
        NoBody: when the body's file is missing; nothing was added.
    """
    body = load_body()
    if context.object is not None and context.object.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    armature = _new_armature(context, body)
    mesh = _new_mesh(body)
    context.collection.objects.link(mesh)
    mesh.parent = armature
    modifier = mesh.modifiers.new("Armature", "ARMATURE")
    modifier.object = armature
    _skin(mesh, body)
    armature.location = context.scene.cursor.location
    return armature


def _new_armature(context: bpy.types.Context, body: BodyData) -> bpy.types.Object:
    data = bpy.data.armatures.new(NAME)
    armature = bpy.data.objects.new(NAME, data)
    context.collection.objects.link(armature)
    for other in context.selected_objects:
        other.select_set(False)
    context.view_layer.objects.active = armature
    armature.select_set(True)
    bpy.ops.object.mode_set(mode="EDIT")
    try:
        _build_bones(data, body)
    finally:
        bpy.ops.object.mode_set(mode="OBJECT")
    for name, members in COLLECTIONS.items():
        collection = data.collections.new(name)
        for bone in members:
            # the groups overlap nowhere, so every bone is in one collection
            collection.assign(data.bones[bone])
    # thin and in front: seen and clicked through the body without hiding it
    data.display_type = "WIRE"
    armature.show_in_front = True
    for bone in armature.pose.bones:
        bone.rotation_mode = "QUATERNION"
        if bone.name != "pelvis":
            bone.lock_location = (True, True, True)
    return armature


def _build_bones(data: bpy.types.Armature, body: BodyData) -> None:
    heads = to_armature(body.joints, body.lift)
    tails = _tails(heads)
    bones: list[bpy.types.EditBone] = []
    for joint, name in enumerate(JOINTS):
        bone = data.edit_bones.new(name)
        bone.head, bone.tail = Vector(heads[joint]), Vector(tails[joint])
        if PARENTS[joint] >= 0:
            bone.parent = bones[PARENTS[joint]]
        bone.align_roll(_roll_axis(name))
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
