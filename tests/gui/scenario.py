"""A new user's first quarter of an hour in the real Blender window; run inside Blender by `make test-gui`.

    blender --python tests/gui/scenario.py -- ZIP FOLDER

Installs the zip, adds a body, poses it, clicks through alternatives, asks a question, undoes, keys ten poses, opens the
history, saves and reopens. Every step is checked, and photographed into FOLDER; the exit status says how it went. Only
here timers fire, the redo panel appears and panels are drawn, so only here these can be tested.
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
POSES = ("standing", "waving with the right hand", "sitting on a chair", "kneeling", "arms crossed", "jumping for joy",
         "lying on the back", "running", "tree pose", "crouching")  # fmt: skip
Step = Callable[[], bool]


def part(name: str) -> Any:
    """A module of the installed add-on."""
    return next(m for key, m in sys.modules.items() if key.endswith(f".posewright.addon.{name}"))


def state() -> Any:
    return bpy.context.window_manager.posewright


def body() -> Any:
    return next(o for o in bpy.context.scene.objects if o.type == "ARMATURE")


def turned(bone: str) -> float:
    return body().pose.bones[bone].rotation_quaternion.angle


def posed() -> bool:
    job = part("posing.session").board.latest
    return job is not None and not job.busy and job.pictured


class Scenario:
    def __init__(self, zip_file: Path, folder: Path) -> None:
        self.zip, self.folder = zip_file, folder
        self.count = 0

    def shot(self, name: str) -> None:
        """A picture of the whole screen, by ImageMagick where it is: Blender's own is black where GL is in software."""
        self.count += 1
        path = str(self.folder / f"{self.count:02d}-{name}.png")
        if shutil.which("import") and os.environ.get("DISPLAY"):
            subprocess.run(["import", "-window", "root", path], check=False, timeout=60)
        else:
            bpy.ops.screen.screenshot(filepath=path)

    def steps(self) -> Iterator[Step | float]:
        """Each yield waits: for a condition, or so many seconds. What is wrong raises AssertionError."""
        bpy.context.preferences.view.show_splash = False
        began = time.perf_counter()
        bpy.ops.extensions.package_install_files(
            filepath=str(self.zip), repo="user_default", enable_on_install=True, overwrite=True
        )
        print(f"installed in {time.perf_counter() - began:.1f} s", flush=True)
        only_our_tab()
        for thing in list(bpy.data.objects):
            bpy.data.objects.remove(thing)
        yield 1.0
        self.shot("empty")
        with view():
            bpy.ops.posewright.add_body()
            bpy.ops.view3d.view_selected()
            bpy.ops.view3d.view_axis(type="FRONT")
        yield 1.0
        self.shot("body")
        yield from self.words()
        yield from self.answers()
        yield from self.keys()
        yield from self.files()

    def words(self) -> Iterator[Step | float]:
        """The first pose, alternatives and undo."""
        began = time.perf_counter()
        state().prompt = "waving happily at a friend"
        yield 0.2
        self.shot("busy")
        yield posed
        print(f"first pose after {time.perf_counter() - began:.1f} s", flush=True)
        assert part("posing.session").board.latest.applied, part("posing.session").board.latest.note
        yield 1.0
        self.shot("first-pose")
        state().count = 4
        state().prompt = "sitting on the floor, tired"
        yield posed
        yield 1.0
        job = part("posing.session").board.latest
        assert len(job.result.poses) == 4 and len(job.pictures) == 4, (len(job.result.poses), len(job.pictures))
        self.shot("alternatives")
        knee = turned("left_knee")
        with view():
            bpy.ops.posewright.apply_result("EXEC_DEFAULT", True, job_id=job.id, choice=2)
            yield 0.5
            self.shot("third-alternative")
            bpy.ops.ed.undo()
        yield 0.5
        assert abs(turned("left_knee") - knee) < 1e-4, "undo took more than one step, or none"
        state().count = 1

    def answers(self) -> Iterator[Step | float]:
        """A question moves nothing; what was said goes on."""
        before = turned("left_knee")
        state().prompt = "is she balanced?"
        yield posed
        assert "balanced" in part("posing.session").board.latest.result.reply.lower()
        assert abs(turned("left_knee") - before) < 1e-6
        yield 1.0
        self.shot("question")
        state().prompt = "raise the left arm"
        yield posed
        state().prompt = "a bit more"
        yield posed
        assert part("posing.session").board.latest.applied
        yield 1.0
        self.shot("a-bit-more")

    def keys(self) -> Iterator[Step | float]:
        """Ten poses keyed from a text."""
        text = bpy.data.texts.new("keys")
        text.write("\n".join(f"{1 + 12 * i}: {words}" for i, words in enumerate(POSES)))
        longest, advance = [0.0], part("batch.keying")._advance

        def timed(it: Any, budget: float) -> None:
            began = time.perf_counter()
            advance(it, budget)
            longest[0] = max(longest[0], time.perf_counter() - began)

        part("batch.keying")._advance = timed
        began = time.perf_counter()
        bpy.ops.posewright.key_list(text="keys")
        yield lambda: not part("batch.keying").current.batch.busy
        work = part("batch.keying").current
        took, slice_ms = time.perf_counter() - began, 1000 * longest[0]
        print(f"{len(POSES)} keys in {took:.1f} s, longest slice {slice_ms:.1f} ms", flush=True)
        assert work.batch.state == "done" and work.note.startswith(f"{len(POSES)} keys"), work.note
        bpy.context.scene.frame_set(25)
        assert turned("left_knee") > 1.0, "frame 25 should sit"
        yield 1.0
        self.shot("keyed")

    def files(self) -> Iterator[Step | float]:
        """Saved and opened again: the animation is there, the draft too, and the service still answers."""
        state().write("half a thought")
        path = str(self.folder / "scene.blend")
        bpy.ops.wm.save_as_mainfile(filepath=path)
        bpy.ops.wm.open_mainfile(filepath=path)
        yield 1.0
        assert state().prompt == "half a thought"
        bpy.context.scene.frame_set(25)
        assert turned("left_knee") > 1.0
        bpy.context.view_layer.objects.active = body()
        state().prompt = "kneeling, looking up"
        yield posed
        yield 1.0
        assert part("posing.session").board.latest.applied, part("posing.session").board.latest.note
        self.shot("reopened")


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


def view() -> Any:
    """The context of the 3D view."""
    window = bpy.context.window_manager.windows[0]
    area = next(a for a in window.screen.areas if a.type == "VIEW_3D")
    region = next(r for r in area.regions if r.type == "WINDOW")
    return bpy.context.temp_override(window=window, area=area, region=region)


def run(scenario: Scenario) -> None:
    """Ring a timer until the steps end; Blender then quits with 0, or with 1 after what went wrong."""
    steps = scenario.steps()
    waiting: dict[str, Any] = {"for": 0.5, "since": time.monotonic()}

    def tick() -> float:
        try:
            wish, since = waiting["for"], time.monotonic() - waiting["since"]
            if not (wish() if callable(wish) else since >= wish):
                assert since < PATIENCE, f"waited {PATIENCE:g} s in vain"
                return 0.1
            waiting.update({"for": next(steps), "since": time.monotonic()})
        except StopIteration:
            print("GUI TEST PASSED", flush=True)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            scenario.shot("failed")
            os._exit(1)
        return 0.05

    bpy.app.timers.register(tick, first_interval=1.0, persistent=True)


if __name__ == "__main__":
    given = sys.argv[sys.argv.index("--") + 1 :]
    target = Path(given[1]).resolve()
    target.mkdir(parents=True, exist_ok=True)
    run(Scenario(Path(given[0]).resolve(), target))
