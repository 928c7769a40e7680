"""A photo in the window: photos made ready as a user does it, a picture of our own, the file browser, overlay, undo."""

from __future__ import annotations

import time
from collections.abc import Iterator
from math import radians
from pathlib import Path

import bpy
from window import (
    Camera,
    Step,
    body,
    choose_file,
    close_other_windows,
    confirm_file,
    file_browser,
    height,
    open_only,
    part,
    posed,
    state,
    view,
)

SETUP = "setup"
SHOWN = "standing, right arm raised, left foot on a low step"
"""What the picture shows; it can be seen from the front."""
_SET_UP_SECONDS = 1500.0
_LIKE = 0.25  # m that the raised hand may be elsewhere than in the picture


def pose_from_photo(camera: Camera, wanted: str) -> Iterator[Step | float]:
    """Ends with the character as it was before: undo is a step of it."""
    open_only("Pictures")
    yield 1.0
    camera.shot("photos-not-set-up")
    yield from (set_up(camera) if wanted == SETUP else use_environment(camera, wanted))
    picture = camera.folder / "photo.png"
    yield from take_photo(picture)
    shown = height("right_wrist")
    camera.shot("photo-taken")
    state().prompt = "standing, arms at the sides"
    yield posed
    before = height("right_wrist")
    open_only("Pictures")
    with view():
        bpy.ops.posewright.pose_picture("INVOKE_DEFAULT")
    yield lambda: file_browser() is not None
    yield 1.0
    choose_file(picture)
    yield 2.0
    camera.shot("file-browser")
    began = time.perf_counter()
    confirm_file()
    yield 0.5
    yield posed
    job = part("posing.session").board.latest
    assert job.error is None and job.applied and job.overlay, (job.error, job.note, len(job.overlay))
    print(f"pose from a photo after {time.perf_counter() - began:.1f} s", flush=True)
    yield 2.0
    camera.shot("posed-from-photo")
    now = height("right_wrist")
    assert abs(now - shown) < _LIKE < abs(now - before), f"wrist at {now:.2f} m, shown {shown:.2f}, before {before:.2f}"
    bpy.ops.posewright.show_overlay(job_id=job.id)
    yield 3.0
    camera.shot("overlay-large")
    close_other_windows()
    with view():
        bpy.ops.ed.undo()
    yield 1.0
    assert abs(height("right_wrist") - before) < 1e-4, "undo took more than one step, or none"


def use_environment(camera: Camera, python: str) -> Iterator[Step | float]:
    """The user has an environment with everything: choose its Python, run the service with it."""
    own = part("settings.preferences").own()
    own.python, own.use_python = python, True
    bpy.ops.posewright.check_python()
    bpy.ops.preferences.addon_show(module=own.bl_idname)
    yield 6.0
    camera.shot("own-environment")
    close_other_windows()
    yield from restart_service()


def set_up(camera: Camera) -> Iterator[Step | float]:
    """Online access allowed, the photo tier set up and its progress watched."""
    bpy.context.preferences.system.use_online_access = True
    bpy.ops.preferences.addon_show(module=part("settings.preferences").own().bl_idname)
    bpy.ops.posewright.set_up_tier(tier="photo")
    work, began = part("engines.tier_work").latest, time.monotonic()
    shown = ""
    while work.busy:
        yield 1.0
        if work.stage.partition(" ")[0] != shown:
            shown = work.stage.partition(" ")[0]
            camera.shot(f"set-up-{shown.lower()}")
        assert time.monotonic() - began < _SET_UP_SECONDS, f"still {work.stage}"
    assert work.error is None, f"{work.error.message} {work.error.hint}"
    print(f"photos set up in {time.monotonic() - began:.0f} s", flush=True)
    yield 1.0
    camera.shot("set-up-done")
    close_other_windows()


def restart_service() -> Iterator[Step | float]:
    """As the buttons Stop and Start do."""
    service = part("posing.session").service
    bpy.ops.posewright.stop_backend()
    yield lambda: service.state == "stopped"
    bpy.ops.posewright.start_backend()
    yield lambda: service.state == "running"


def take_photo(path: Path) -> Iterator[Step | float]:
    """Render a pose of our own body on a floor before a wall, and tidy the studio away."""
    state().prompt = SHOWN
    yield posed
    scene = bpy.context.scene
    eye = bpy.data.objects.new("Photographer", bpy.data.cameras.new("Photographer"))
    eye.location, eye.rotation_euler = (1.2, -4.6, 1.2), (radians(88), 0.0, radians(14.5))
    scene.collection.objects.link(eye)
    mesh = bpy.data.meshes.new("Floor")
    mesh.from_pydata([(-9, -9, 0), (9, -9, 0), (9, 9, 0), (-9, 9, 0)], [], [(0, 1, 2, 3)])
    floor = bpy.data.objects.new("Floor", mesh)
    scene.collection.objects.link(floor)
    render, shading = scene.render, scene.display.shading
    scene.camera, render.engine = eye, "BLENDER_WORKBENCH"
    render.resolution_x, render.resolution_y, render.resolution_percentage = 640, 800, 100
    shading.light, shading.color_type, shading.show_shadows = "STUDIO", "MATERIAL", True
    shading.background_type, shading.background_color = "VIEWPORT", (0.55, 0.5, 0.42)
    render.image_settings.file_format, render.filepath = "PNG", str(path)
    bpy.ops.render.render(write_still=True)
    for thing in (eye, floor):
        bpy.data.objects.remove(thing)
    bpy.context.view_layer.objects.active = body()
    assert path.is_file(), "the picture was not written"
