"""A small photo studio around a posed body: backdrop, lights, camera, materials, and the Cycles settings of a portrait.

Everything is placed by the view that was chosen, so that the light flatters whatever the pose. Blender space, m.
"""

from __future__ import annotations

from typing import Any, Final

import bpy
import numpy as np
from mathutils import Matrix, Vector

BACKDROP_RGB: Final = (0.88, 0.65, 0.34)
WORLD_RGB: Final = (0.90, 0.93, 1.0)
_LENS: Final = 70.0  # mm; long enough that near hands do not look large
_MARGIN: Final = 0.09  # free border on each side, as a part of the picture


# ---------------------------------------------------------------------------------------------------- backdrop
def add_backdrop(centre: Vector, view: np.ndarray, reach: float) -> bpy.types.Object:
    """A floor that bends up into a wall behind the body (a cyclorama).

    Args:
        centre: of the body on the floor.
        view: (3,) unit, from the body to the camera.
        reach: m, half the body's largest extent; the wall stands well behind that.
    """
    bend, behind, before, height, half_width = 2.2, reach + 1.8, 9.0, 7.0, 14.0
    angles = np.linspace(0.0, np.pi / 2, 25)
    curve = [(-behind - bend * np.sin(a), bend * (1.0 - np.cos(a))) for a in angles]
    profile = [(before, 0.0), (0.0, 0.0), *curve, (-behind - bend, height)]
    away = Vector((float(view[0]), float(view[1]), 0.0)).normalized()
    side = Vector((-away.y, away.x, 0.0))
    foot = Vector((centre.x, centre.y, 0.0))
    vertices = [foot + away * d + side * s + Vector((0, 0, z)) for d, z in profile for s in (-half_width, half_width)]
    faces = [(2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2) for i in range(len(profile) - 1)]
    mesh = bpy.data.meshes.new("Backdrop")
    mesh.from_pydata(vertices, [], faces)
    mesh.shade_smooth()
    mesh.materials.append(plain_material("Posewright backdrop", BACKDROP_RGB, roughness=0.9))
    backdrop = bpy.data.objects.new("Backdrop", mesh)
    backdrop.hide_select = True  # the animator clicks on the body, not on the paper behind it
    return _linked(backdrop)


def plain_material(name: str, rgb: tuple[float, float, float], roughness: float) -> bpy.types.Material:
    """A material of one linear colour."""
    material = bpy.data.materials.new(name)
    material.diffuse_color = (*rgb, 1.0)
    shader = _shader(material)
    shader.inputs["Base Color"].default_value = (*rgb, 1.0)
    shader.inputs["Roughness"].default_value = roughness
    shader.inputs["Specular IOR Level"].default_value = 0.2
    return material


# ---------------------------------------------------------------------------------------------------- light
def add_lights(centre: Vector, view: np.ndarray) -> None:
    """Three soft lights: a warm key from the left, a cool fill from the right, a rim from behind; and a sky."""
    away = Vector(view).normalized()
    right = Vector((0.0, 0.0, 1.0)).cross(away).normalized()
    up = Vector((0.0, 0.0, 1.0))
    level = Vector((away.x, away.y, 0.0)).normalized()
    setups = (
        ("Key", level * 2.6 - right * 2.3 + up * 2.6, 1.8, 190.0, (1.0, 0.93, 0.85)),
        ("Fill", level * 2.8 + right * 3.0 + up * 0.7, 3.2, 28.0, (0.86, 0.92, 1.0)),
        ("Rim", -level * 2.2 + right * 1.9 + up * 2.5, 1.2, 150.0, (1.0, 0.97, 0.94)),
    )
    for name, offset, size, watts, colour in setups:
        data = bpy.data.lights.new(name, "AREA")
        data.shape, data.size, data.energy, data.color = "DISK", size, watts, colour
        lamp = _linked(bpy.data.objects.new(name, data))
        lamp.location = centre + offset
        lamp.rotation_euler = (-offset).to_track_quat("-Z", "Y").to_euler()
        lamp.visible_camera = False
    _add_world()


def _add_world() -> None:
    world = bpy.data.worlds.new("Studio")
    if world.node_tree is None:
        world.use_nodes = True
    sky = next(n for n in world.node_tree.nodes if n.type == "BACKGROUND")
    sky.inputs["Color"].default_value = (*WORLD_RGB, 1.0)
    sky.inputs["Strength"].default_value = 0.20
    world.color = WORLD_RGB
    bpy.context.scene.world = world


# ---------------------------------------------------------------------------------------------------- camera
def add_camera(points: np.ndarray, view: np.ndarray, size: tuple[int, int], *, bottom: float) -> bpy.types.Object:
    """The scene's camera, looking along -view with all `points` (N, 3) m inside the picture.

    Args:
        size: (width, height) px.
        bottom: part of the height that is kept free below, for a caption.
    """
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.resolution_percentage = 100
    data = bpy.data.cameras.new("Camera")
    data.lens = _LENS
    data.clip_start, data.clip_end = 0.05, 100.0
    camera = _linked(bpy.data.objects.new("Camera", data))
    rotation = np.array(Vector(view).to_track_quat("Z", "Y").to_matrix())
    half = 0.5 * data.sensor_width / _LENS * np.array(size) / max(size)  # tangents of half the opening angles
    place = _stand(points @ rotation, half, bottom, rotation)
    camera.matrix_world = Matrix.LocRotScale(Vector(place), Matrix(rotation), None)
    scene.camera = camera
    return camera


def _stand(seen: np.ndarray, half: np.ndarray, bottom: float, rotation: np.ndarray) -> np.ndarray:
    """Nearest place (3,) from which all points are inside the margins.

    With the rotation fixed, "inside" is linear in the camera's place, so that it has a closed form.

    Args:
        seen: (N, 3) m in the axes of the camera (x right, y up, z backwards), not yet moved.
        half: tangents of half the opening angles, across and up.
    """
    high = half * (1 - 2 * _MARGIN * min(half) / half)
    low = high - np.array([0.0, 2 * half[1] * bottom])
    # for a camera at c: -low * (c_z - z) <= p - c_p <= high * (c_z - z)
    right_of = np.max(seen[:, :2] + high * seen[:, 2:], axis=0)
    left_of = np.min(seen[:, :2] - low * seen[:, 2:], axis=0)
    distance = np.max((right_of - left_of) / (high + low))
    # the axis with room to spare is centred between its two borders
    across = 0.5 * ((right_of - high * distance) + (left_of + low * distance))
    return rotation @ np.array([across[0], across[1], distance])


def add_caption(camera: bpy.types.Object, text: str, size: tuple[int, int]) -> None:
    """The words under the picture: a text that hangs before the camera and throws no shadow."""
    curve = bpy.data.curves.new("Caption", "FONT")
    curve.body, curve.align_x, curve.align_y = text, "CENTER", "CENTER"
    height, width = camera.data.sensor_width / _LENS * np.array([size[1], size[0]]) / max(size)  # at a distance of 1 m
    curve.size = min(0.042 * height, 1.75 * 0.9 * width / max(len(text), 1))
    caption = _linked(bpy.data.objects.new("Caption", curve))
    caption.parent = camera
    caption.location = (0.0, -0.445 * height, -1.0)
    for ray in ("visible_shadow", "visible_diffuse", "visible_glossy"):
        setattr(caption, ray, False)
    caption.hide_select = True
    material = plain_material("Posewright caption", (0.9, 0.9, 0.9), roughness=1.0)
    shader = _shader(material)
    shader.inputs["Base Color"].default_value = (0.0, 0.0, 0.0, 1.0)
    shader.inputs["Emission Color"].default_value = (0.05, 0.04, 0.06, 1.0)
    shader.inputs["Emission Strength"].default_value = 1.0
    curve.materials.append(material)


# ---------------------------------------------------------------------------------------------------- materials
_FINISH: Final[dict[str, dict[str, Any]]] = {
    "skin": {
        "Roughness": 0.48,
        "Specular IOR Level": 0.4,
        "Subsurface Weight": 0.16,
        "Subsurface Radius": (1.0, 0.35, 0.18),
        "Subsurface Scale": 0.012,
    },
    "lips": {"Roughness": 0.36, "Subsurface Weight": 0.12, "Subsurface Scale": 0.008},
    "nails": {"Roughness": 0.25},
    "eye_white": {"Roughness": 0.12, "Coat Weight": 0.4, "Coat Roughness": 0.03},
    "iris": {"Roughness": 0.1, "Coat Weight": 1.0, "Coat Roughness": 0.03},
    "pupil": {"Roughness": 0.05, "Coat Weight": 1.0, "Coat Roughness": 0.03},
    "top": {"Roughness": 0.88, "Sheen Weight": 0.25, "Sheen Roughness": 0.5},
    "trousers": {"Roughness": 0.85, "Sheen Weight": 0.2, "Sheen Roughness": 0.5},
    "hair": {"Roughness": 0.42, "Specular IOR Level": 0.4},
    "brows": {"Roughness": 0.7},
    "shoes": {"Roughness": 0.45, "Specular IOR Level": 0.45},
    "soles": {"Roughness": 0.9},
}


def finish_materials(mesh: bpy.types.Object) -> None:
    """Give skin some depth, cloth a nap, eyes a gloss. Materials that are not ours are left alone."""
    for material in mesh.data.materials:
        finish = _FINISH.get(material.name.removeprefix("Posewright "))
        if finish is None:
            continue
        shader = _shader(material)
        for socket, value in finish.items():
            shader.inputs[socket].default_value = value


def _shader(material: bpy.types.Material) -> bpy.types.Node:
    if material.node_tree is None:  # until 5.0 a new material has no nodes
        material.use_nodes = True
    return next(n for n in material.node_tree.nodes if n.type == "BSDF_PRINCIPLED")


# ---------------------------------------------------------------------------------------------------- rendering
def use_cycles(samples: int) -> None:
    """Cycles on the CPU, AgX, and Open Image Denoise where this Blender has it (else three times the samples)."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.samples, cycles.max_bounces, cycles.diffuse_bounces = samples, 4, 2
    cycles.use_adaptive_sampling, cycles.adaptive_threshold, cycles.adaptive_min_samples = True, 0.04, 8
    cycles.use_light_tree = cycles.caustics_reflective = cycles.caustics_refractive = False  # slower, for nothing here
    cycles.seed = 0
    try:
        cycles.denoiser = "OPENIMAGEDENOISE"
        cycles.use_denoising = True
    except TypeError:
        cycles.use_denoising, cycles.samples = False, 3 * samples
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - Medium High Contrast"
    scene.view_settings.exposure = 0.0


def write_picture(path: str) -> None:
    """Render the scene into a PNG file."""
    scene = bpy.context.scene
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):  # 5.0 and later refuse the format before this
        settings.media_type = "IMAGE"
    settings.file_format, settings.color_mode, settings.color_depth = "PNG", "RGB", "8"
    scene.render.use_file_extension = False
    scene.render.filepath = path
    bpy.ops.render.render(write_still=True)


def _linked(thing: bpy.types.Object) -> bpy.types.Object:
    bpy.context.scene.collection.objects.link(thing)
    return thing
