"""A new user's first quarter of an hour in the real Blender window; run inside Blender by `make test-gui`.

    blender --python tests/gui/scenario.py -- ZIP FOLDER

Installs the zip, adds a body, poses it, clicks through alternatives, undoes, asks a question, poses from a photo, keys
ten poses, saves and reopens. Every step is checked, and photographed into FOLDER; the exit status says how it went.
Only here timers fire, the redo panel appears and panels are drawn, so only here these can be tested.

POSEWRIGHT_GUI_PHOTO says how photos are made ready: `setup` as a user does from the preferences (a download of 150 MB),
or the path of a Python that has what they need. Without it nothing is posed from a photo, and that is said.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parent))

from photo_steps import pose_from_photo
from window import Camera, Step, body, only_our_tab, open_only, part, posed, run, state, turned, view

POSES = ("standing", "waving with the right hand", "sitting on a chair", "kneeling", "arms crossed", "jumping for joy",
         "lying on the back", "running", "tree pose", "crouching")  # fmt: skip


def steps(archive: Path, camera: Camera) -> Iterator[Step | float]:
    """Each yield waits: for a condition, or so many seconds. What is wrong raises AssertionError."""
    bpy.context.preferences.view.show_splash = False
    began = time.perf_counter()
    bpy.ops.extensions.package_install_files(
        filepath=str(archive), repo="user_default", enable_on_install=True, overwrite=True
    )
    print(f"installed in {time.perf_counter() - began:.1f} s", flush=True)
    only_our_tab()
    for thing in list(bpy.data.objects):
        bpy.data.objects.remove(thing)
    yield 1.0
    camera.shot("empty")
    with view():
        bpy.ops.posewright.add_body()
        bpy.ops.view3d.view_selected()
        bpy.ops.view3d.view_axis(type="FRONT")
    yield 1.0
    camera.shot("body")
    yield from words(camera)
    yield from answers(camera)
    wanted = os.environ.get("POSEWRIGHT_GUI_PHOTO", "")
    if wanted:
        yield from pose_from_photo(camera, wanted)
    else:
        print("no photo was posed from: POSEWRIGHT_GUI_PHOTO does not say how", flush=True)
    yield from keys(camera)
    yield from files(camera)


def words(camera: Camera) -> Iterator[Step | float]:
    """The first pose, alternatives and undo."""
    began = time.perf_counter()
    state().prompt = "waving happily at a friend"
    yield 0.2
    camera.shot("busy")
    yield posed
    print(f"first pose after {time.perf_counter() - began:.1f} s", flush=True)
    assert part("posing.session").board.latest.applied, part("posing.session").board.latest.note
    yield 1.0
    camera.shot("first-pose")
    state().count = 4
    state().prompt = "sitting on the floor, tired"
    yield posed
    yield 1.0
    job = part("posing.session").board.latest
    assert len(job.result.poses) == 4 and len(job.pictures) == 4, (len(job.result.poses), len(job.pictures))
    camera.shot("alternatives")
    knee = turned("left_knee")
    with view():
        bpy.ops.posewright.apply_result("EXEC_DEFAULT", True, job_id=job.id, choice=2)
        yield 0.5
        camera.shot("third-alternative")
        bpy.ops.ed.undo()
    yield 0.5
    assert abs(turned("left_knee") - knee) < 1e-4, "undo took more than one step, or none"
    state().count = 1


def answers(camera: Camera) -> Iterator[Step | float]:
    """A question moves nothing; what was said goes on."""
    before = turned("left_knee")
    state().prompt = "is she balanced?"
    yield posed
    assert "balanced" in part("posing.session").board.latest.result.reply.lower()
    assert abs(turned("left_knee") - before) < 1e-6
    yield 1.0
    camera.shot("question")
    state().prompt = "raise the left arm"
    yield posed
    state().prompt = "a bit more"
    yield posed
    assert part("posing.session").board.latest.applied
    yield 1.0
    camera.shot("a-bit-more")


def keys(camera: Camera) -> Iterator[Step | float]:
    """Ten poses keyed from a text, and undone in one step."""
    text = bpy.data.texts.new("keys")
    text.write("\n".join(f"{1 + 12 * i}: {words}" for i, words in enumerate(POSES)))
    bpy.ops.ed.undo_push(
        message="Key list"
    )  # as writing in the text editor does; else undo takes the list away as well
    open_only("Batch Keyframing")
    longest, advance = [0.0], part("batch.keying")._advance

    def timed(it: Any, budget: float) -> None:
        began = time.perf_counter()
        advance(it, budget)
        longest[0] = max(longest[0], time.perf_counter() - began)

    part("batch.keying")._advance = timed
    before = None
    for again in (False, True):
        longest[0], began = 0.0, time.perf_counter()
        with view():
            bpy.ops.posewright.key_list(text="keys")
        yield 0.3
        camera.shot("keying")
        yield lambda: not part("batch.keying").current.batch.busy
        work = part("batch.keying").current
        assert work is not before, "nothing was begun"
        before = work
        took, slice_ms = time.perf_counter() - began, 1000 * longest[0]
        print(f"{len(POSES)} keys in {took:.1f} s, longest slice {slice_ms:.1f} ms", flush=True)
        assert work.batch.state == "done" and work.note.startswith(f"{len(POSES)} keys"), work.note
        if not again:
            with view():
                bpy.ops.ed.undo()
            yield 0.5
            animated = body().animation_data
            assert animated is None or animated.action is None, "undo left the keys"
    bpy.context.scene.frame_set(25)
    assert turned("left_knee") > 1.0, "frame 25 should sit"
    yield 1.0
    camera.shot("keyed")


def files(camera: Camera) -> Iterator[Step | float]:
    """Saved and opened again: the animation is there, the draft too, and the service still answers."""
    state().write("half a thought")
    path = str(camera.folder / "scene.blend")
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
    camera.shot("reopened")


if __name__ == "__main__":
    given = sys.argv[sys.argv.index("--") + 1 :]
    target = Path(given[1]).resolve()
    target.mkdir(parents=True, exist_ok=True)
    shots = Camera(target)
    run(steps(Path(given[0]).resolve(), shots), shots)
