"""The scene of a posed body, ready to open or to render: body, pose, studio. Needs bpy, but no window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

from ...rigs.skeleton import JOINTS
from ...rigs.wire import Pose
from ..bodies.free_body import add_body
from ..rig.armature import apply_pose
from . import studio
from .portrait import best_view

CAPTION_SHARE = 0.09  # of the picture's height
PICTURE_SIDES = (1000, 1250)  # px


def build(
    poses: Sequence[Pose], size: tuple[int, int] | None = None, *, title: str = "", samples: int = 24
) -> bpy.types.Object:
    """A new file with the free body in each of `poses`, where they stand in one world, lit and framed.

    Args:
        size: (width, height) px of the picture; by default upright, or lying for a body that is wider than high.
        title: words under the picture, none if empty.

    Returns:
        The first armature.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bodies = [posed_body(pose) for pose in poses]
    bpy.context.view_layer.update()
    points = np.concatenate([world_vertices(mesh) for _, mesh in bodies])
    set_stage([a for a, _ in bodies], points, size, title=title, samples=samples)
    return bodies[0][0]


def set_stage(
    armatures: Sequence[bpy.types.Object],
    points: np.ndarray,
    size: tuple[int, int] | None = None,
    *,
    title: str = "",
    samples: int = 24,
) -> None:
    """Backdrop, lights and a camera that sees all `points` (N, 3) m, from where the armatures are seen best now.

    Other arguments as of `build`.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    centre = Vector((0.5 * (low + high)).tolist())
    view = _view(armatures)
    size = size or _suited_size(points, view)
    studio.add_backdrop(centre, view, 0.5 * float(np.max(high - low)))
    studio.add_lights(centre, view)
    camera = studio.add_camera(points, view, size, bottom=CAPTION_SHARE if title else 0.0)
    if title:
        studio.add_caption(camera, title, size)
    studio.use_cycles(samples)
    _tidy(armatures[0], title)


def posed_body(pose: Pose) -> tuple[bpy.types.Object, bpy.types.Object]:
    """A further body in a pose: its armature and its mesh."""
    armature = add_body(bpy.context)
    apply_pose(bpy.context, armature, pose)
    mesh = next(child for child in armature.children if child.type == "MESH")
    studio.finish_materials(mesh)
    _smooth(mesh)
    return armature, mesh


def _view(armatures: Sequence[bpy.types.Object]) -> np.ndarray:
    """Unit vector (3,) towards the camera: of one body where it is seen best; a group from where most look.

    Where they look different ways, from Blender's front, as the camera of a photo stands.
    """
    views = [best_view(_joints(armature), _face(armature)) for armature in armatures]
    mean = np.mean(views, axis=0)
    far = float(np.linalg.norm(mean))
    return mean / far if far > 0.7 else np.array([0.0, -0.985, 0.174])


def _smooth(mesh: bpy.types.Object) -> None:
    """One level of subdivision in renders only; the viewport stays quick.

    Borders between materials are creased: the body's seams are straight because vertices were moved onto them, and
    subdividing would pull those vertices towards their uneven neighbours.
    """
    crease = mesh.data.attributes.new("crease_edge", "FLOAT", "EDGE")
    crease.data.foreach_set("value", _seams(mesh.data).astype(np.float32))
    subdivision = mesh.modifiers.new("Smooth", "SUBSURF")
    subdivision.levels, subdivision.render_levels = 0, 1


def _seams(mesh: bpy.types.Mesh) -> np.ndarray:
    """(E,) bool: edges whose two faces differ in material."""
    edges = np.empty(len(mesh.loops), np.int32)
    mesh.loops.foreach_get("edge_index", edges)
    material, sides = np.empty(len(mesh.polygons), np.int32), np.empty(len(mesh.polygons), np.int32)
    mesh.polygons.foreach_get("material_index", material)
    mesh.polygons.foreach_get("loop_total", sides)
    of_loop = np.repeat(material, sides)
    low, high = np.full(len(mesh.edges), np.iinfo(np.int32).max), np.full(len(mesh.edges), -1)
    np.minimum.at(low, edges, of_loop)
    np.maximum.at(high, edges, of_loop)
    return low < high


def world_vertices(mesh: bpy.types.Object) -> np.ndarray:
    """(V, 3) m of the mesh as it is posed."""
    evaluated = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get())
    flat = np.empty(3 * len(evaluated.data.vertices), np.float32)
    evaluated.data.vertices.foreach_get("co", flat)
    world = np.array(evaluated.matrix_world)
    return flat.reshape(-1, 3).astype(float) @ world[:3, :3].T + world[:3, 3]


def _suited_size(points: np.ndarray, view: np.ndarray) -> tuple[int, int]:
    """(width, height) px that suit the outline seen along -view."""
    across = np.array([-view[1], view[0], 0.0]) / np.hypot(view[0], view[1])
    wide, high = np.ptp(points @ across), np.ptp(points @ np.cross(view, across))
    short, long = PICTURE_SIDES
    return (long, short) if wide > 1.15 * high else (short, long)


def _joints(armature: bpy.types.Object) -> dict[str, np.ndarray]:
    world = armature.matrix_world
    return {name: np.array(world @ armature.pose.bones[name].head) for name in JOINTS}


def _face(armature: bpy.types.Object) -> np.ndarray:
    """Unit vector (3,) that leaves the face straight ahead, world: at rest Blender's -Y."""
    bone = armature.pose.bones["head"]
    turned = armature.matrix_world.to_3x3() @ bone.matrix.to_3x3() @ bone.bone.matrix_local.to_3x3().inverted()
    return np.array((turned @ Vector((0.0, -1.0, 0.0))).normalized())


def _tidy(armature: bpy.types.Object, title: str) -> None:
    """What a person sees first on opening the file: the camera's view, the armature active."""
    bpy.context.scene.name = title[:60] or "Posewright"
    bpy.context.view_layer.objects.active = armature
    for screen in bpy.data.screens:
        for area in screen.areas:
            if area.type == "VIEW_3D":
                space = area.spaces.active
                space.shading.type = "MATERIAL"
                space.region_3d.view_perspective = "CAMERA"


def save(path: Path) -> None:
    """Write the .blend file (compressed, with a relative path for nothing: it needs no other file)."""
    bpy.context.preferences.filepaths.save_version = 0  # no .blend1 beside it
    bpy.ops.wm.save_as_mainfile(filepath=str(path.resolve()), compress=True)


def render(path: Path) -> None:
    """Write the picture."""
    studio.write_picture(str(path.resolve()))
