"""What is needed to drive the add-on in a real Blender window: waiting, photographing the screen, contexts.

Runs inside Blender, with nothing of this project's environment.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bpy

PATIENCE = float(os.environ.get("POSEWRIGHT_GUI_SECONDS", "120"))  # of one step; slow machines want more
Step = Callable[[], bool]
"""A condition to wait for."""


def part(name: str) -> Any:
    """A module of the installed add-on, by the last part of its name."""
    return next(m for key, m in sys.modules.items() if ".posewright.addon." in key and key.endswith(f".{name}"))


def state() -> Any:
    return bpy.context.window_manager.posewright


def body() -> Any:
    return next(o for o in bpy.context.scene.objects if o.type == "ARMATURE")


def turned(bone: str) -> float:
    """How far a bone is turned from its rest, rad."""
    angle = body().pose.bones[bone].rotation_quaternion.angle
    return min(angle, 2 * 3.141592653589793 - angle)


def height(bone: str) -> float:
    """How high the bone's head is, m."""
    armature = body()
    return (armature.matrix_world @ armature.pose.bones[bone].head).z


def posed() -> bool:
    """Whether the last job has ended, and all its pictures are drawn."""
    job = part("posing.session").board.latest
    return job is not None and not job.busy and job.pictured


class Camera:
    """Numbered pictures of the whole screen in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0

    def shot(self, name: str) -> None:
        """A picture by ImageMagick where it is: Blender's own is black where GL is in software."""
        self.count += 1
        path = str(self.folder / f"{self.count:02d}-{name}.png")
        if shutil.which("import") and os.environ.get("DISPLAY"):
            subprocess.run(["import", "-window", "root", path], check=False, timeout=60)
        else:
            bpy.ops.screen.screenshot(filepath=path)


def only_our_tab() -> None:
    """Other tabs of the sidebar away, so that ours is the one that shows; scripts cannot choose a tab."""
    for name in dir(bpy.types):
        cls = getattr(bpy.types, name)
        in_sidebar = getattr(cls, "bl_region_type", "") == "UI" and getattr(cls, "bl_space_type", "") == "VIEW_3D"
        if in_sidebar and getattr(cls, "bl_category", "") and not name.startswith("POSEWRIGHT"):
            bpy.utils.unregister_class(cls)
    for area in bpy.context.window_manager.windows[0].screen.areas:
        if area.type == "VIEW_3D":
            area.spaces.active.show_region_ui = True


_shown: list[type] = []
"""The sections as they were registered last, by `open_only`."""


def open_only(*sections: str) -> None:
    """Open these sections under the main panel and close the others.

    Scripts cannot click, and Blender remembers by its name whether a panel is open: they are registered anew, under
    other names.
    """
    ours = [getattr(bpy.types, name) for name in dir(bpy.types) if name.startswith("POSEWRIGHT_PT_")]
    classes = _shown or [cls for cls in ours if getattr(cls, "bl_parent_id", "")]
    missing = set(sections) - {cls.bl_label for cls in classes}
    assert not missing, f"there are no sections {missing}"
    renamed = []
    for cls in classes:
        bpy.utils.unregister_class(cls)
        name = f"{cls.__name__.partition('_again')[0]}_again{id(cls)}"
        kept = {k: v for k, v in vars(cls).items() if k in ("draw", "bl_label", "__doc__", "__module__")}
        options = {"bl_idname": name, "bl_options": set() if cls.bl_label in sections else {"DEFAULT_CLOSED"}}
        renamed.append(type(name, cls.__bases__, {**kept, **options}))
    for cls in renamed:
        bpy.utils.register_class(cls)
    _shown[:] = renamed


def view() -> Any:
    """The context of the 3D view."""
    window = bpy.context.window_manager.windows[0]
    area = next(a for a in window.screen.areas if a.type == "VIEW_3D")
    region = next(r for r in area.regions if r.type == "WINDOW")
    return bpy.context.temp_override(window=window, area=area, region=region)


def file_browser() -> Any:
    """The file browser's (window, area), None while none is open."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "FILE_BROWSER":
                return window, area
    return None


def choose_file(path: Path) -> None:
    """What a person does in the open file browser: go to the folder, click the file."""
    window, area = file_browser()
    with bpy.context.temp_override(window=window, area=area):
        area.spaces.active.params.directory = os.fsencode(str(path.parent))
        area.spaces.active.params.filename = path.name


def confirm_file() -> None:
    """Press the button that accepts the chosen file."""
    window, area = file_browser()
    region = next(r for r in area.regions if r.type == "EXECUTE")
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.file.execute()


def close_other_windows() -> None:
    for window in list(bpy.context.window_manager.windows)[1:]:
        with bpy.context.temp_override(window=window):
            bpy.ops.wm.window_close()


def run(steps: Iterator[Step | float], camera: Camera) -> None:
    """Ring a timer until the steps end; Blender then quits with 0, or with 1 after what went wrong.

    Each step waits: for a condition, or so many seconds.
    """
    waiting: dict[str, Any] = {"for": 0.5, "since": time.monotonic()}

    def tick() -> float:
        try:
            wish, since = waiting["for"], time.monotonic() - waiting["since"]
            if not (wish() if callable(wish) else since >= wish):
                assert callable(wish) is False or since < PATIENCE, f"waited {PATIENCE:g} s in vain"
                return 0.1
            waiting.update({"for": next(steps), "since": time.monotonic()})
        except StopIteration:
            print("GUI TEST PASSED", flush=True)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            camera.shot("failed")
            os._exit(1)
        return 0.05

    bpy.app.timers.register(tick, first_interval=1.0, persistent=True)
