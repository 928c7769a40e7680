"""addon/headless as the process that the CLI starts: files that are written, and errors in one sentence."""

from __future__ import annotations

import importlib.util
import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
needs_bpy = pytest.mark.skipif(importlib.util.find_spec("bpy") is None, reason="needs bpy")

LOOK_INSIDE = """
import bpy, json, sys
bpy.ops.wm.open_mainfile(filepath=sys.argv[1])
scene = bpy.context.scene
armature = next(o for o in scene.objects if o.type == "ARMATURE")
mesh = armature.children[0]
deps = bpy.context.evaluated_depsgraph_get()
posed = mesh.evaluated_get(deps)
low = min((posed.matrix_world @ v.co).z for v in posed.data.vertices)
print("INSIDE " + json.dumps({
    "bones": len(armature.pose.bones),
    "wrist": list(armature.matrix_world @ armature.pose.bones["left_wrist"].head),
    "materials": len(mesh.data.materials),
    "skinned": any(m.type == "ARMATURE" for m in mesh.modifiers),
    "lights": sum(o.type == "LIGHT" for o in scene.objects),
    "camera": scene.camera is not None, "world": scene.world is not None,
    "names": [o.name for o in scene.objects], "engine": scene.render.engine, "low": low,
    "size": [scene.render.resolution_x, scene.render.resolution_y],
}))
"""


def headless(*arguments: object, python_options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *python_options, "-m", "addon.headless", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def pose_file(tmp_path: Path) -> Path:
    """The left arm down, standing."""
    from posewright_ext.addon.rig.bodydata import load_body
    from posewright_ext.rigs.skeleton import INDEX

    rotvecs = np.zeros((55, 3))
    rotvecs[INDEX["left_shoulder"], 2] = -1.2
    path = tmp_path / "pose.json"
    path.write_text(json.dumps({"rotvecs": rotvecs.tolist(), "transl": load_body().stand.tolist()}))
    return path


@needs_bpy
@pytest.mark.bpy
@pytest.mark.slow
def test_blend_and_png(pose_file: Path, tmp_path: Path) -> None:
    blend, png = tmp_path / "a.blend", tmp_path / "a.png"
    picture = ("--png", png, "--title", "arm down", "--samples", 1, "--size", "80x100")
    done = headless("--pose", pose_file, "--blend", blend, *picture)
    assert done.returncode == 0, done.stderr
    assert struct.unpack_from(">II", png.read_bytes(), 16) == (80, 100)
    looked = subprocess.run(
        [sys.executable, "-c", LOOK_INSIDE, str(blend)], capture_output=True, text=True, timeout=120, check=True
    )
    inside = json.loads(looked.stdout.split("INSIDE ")[1].splitlines()[0])
    assert inside["bones"] == 55
    assert inside["skinned"] and inside["camera"] and inside["world"]
    assert inside["lights"] == 3
    assert {"Backdrop", "Caption", "Camera"} <= set(inside["names"])
    assert inside["size"] == [80, 100]
    assert inside["engine"] == "CYCLES"
    assert inside["materials"] > 5
    x, _, z = inside["wrist"]
    assert x > 0.1, "the character's left is +X"
    assert z < 1.1, "the arm is down"
    assert inside["low"] == pytest.approx(0.0, abs=0.005), "it stands on the floor"
    assert not list(tmp_path.glob("*.blend1"))


COUNT = """
import bpy, sys
bpy.ops.wm.open_mainfile(filepath=sys.argv[1])
scene = bpy.context.scene
armatures = [o for o in scene.objects if o.type == "ARMATURE"]
hips = sorted((a.matrix_world @ a.pose.bones["pelvis"].head).x for a in armatures)
print("INSIDE", len(armatures), *hips)
"""


@needs_bpy
@pytest.mark.bpy
@pytest.mark.slow
def test_everybody_of_a_scene_stands_where_they_do(pose_file: Path, tmp_path: Path) -> None:
    other = json.loads(pose_file.read_text())
    other["transl"][0] += 1.5
    (tmp_path / "other.json").write_text(json.dumps(other))
    done = headless("--pose", pose_file, "--pose", tmp_path / "other.json", "--blend", tmp_path / "two.blend")
    assert done.returncode == 0, done.stderr
    looked = subprocess.run(
        [sys.executable, "-c", COUNT, str(tmp_path / "two.blend")],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    count, left, right = looked.stdout.split("INSIDE ")[1].split()[:3]
    assert int(count) == 2 and float(right) - float(left) == pytest.approx(1.5, abs=0.01)


@needs_bpy
@pytest.mark.bpy
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"pose": "missing.json"}, "missing.json"),
        ({"text": "{"}, "as a pose"),
        ({"text": '{"rotvecs": [[0, 0, 0]]}'}, "expected shape 55x3"),
        ({"blend": "no/such/folder/a.blend"}, "does not exist"),
    ],
)
def test_bad_input_is_one_sentence(change: dict[str, str], says: str, pose_file: Path, tmp_path: Path) -> None:
    if "text" in change:
        pose_file.write_text(change["text"])
    pose = tmp_path / change.get("pose", pose_file.name)
    done = headless("--pose", pose, "--blend", tmp_path / change.get("blend", "a.blend"))
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr and len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("wrong", [("--samples", "0"), ("--size", "10"), ("--size", "1x1"), ("--samples", "many")])
def test_wrong_options(wrong: tuple[str, str], pose_file: Path, tmp_path: Path) -> None:
    done = headless("--pose", pose_file, "--blend", tmp_path / "a.blend", *wrong)
    assert done.returncode == 2
    assert "expected" in done.stderr and "Traceback" not in done.stderr


def test_without_bpy_it_says_how_to_get_it(
    pose_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from posewright_ext.addon.headless import __main__ as module

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert module.main(["--pose", str(pose_file), "--blend", str(tmp_path / "a.blend")]) == 3
    said = capsys.readouterr().err
    assert "pip install bpy" in said and len(said.strip().splitlines()) == 1
