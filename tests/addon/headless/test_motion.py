"""A motion as a Blender file: opened again, the body plays the poses of each frame, at the motion's rate."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from .test_main import headless

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("bpy") is None, reason="needs bpy"),
    pytest.mark.bpy,
]

PLAYED = """
import bpy, json, sys
bpy.ops.wm.open_mainfile(filepath=sys.argv[1])
scene = bpy.context.scene
armature = next(o for o in scene.objects if o.type == "ARMATURE")
frames = []
for frame in range(scene.frame_start, scene.frame_end + 1):
    scene.frame_set(frame)
    frames.append({b.name: list(armature.matrix_world @ b.head) for b in armature.pose.bones})
print("PLAYED " + json.dumps({
    "rate": scene.render.fps / scene.render.fps_base, "at": scene.frame_current, "frames": frames,
    "action": armature.animation_data.action.name, "camera": scene.camera is not None,
}))
"""


def test_the_file_plays_the_poses_at_their_rate(tmp_path: Path) -> None:
    """An arm goes up while the body goes two metres: joints are where forward kinematics has them."""
    from backend.body.model import BodyModel
    from backend.files import write_pose
    from rigs.skeleton import INDEX, JOINTS
    from rigs.wire import Pose

    shaped = BodyModel.load().shaped()
    poses = []
    for n in range(5):
        rotvecs = np.zeros((55, 3))
        rotvecs[0, 1], rotvecs[INDEX["left_shoulder"], 2] = 0.8 * n, -1.2 + 0.5 * n
        poses.append(Pose(rotvecs, np.array([0.5 * n, 1.0, 0.1 * n])))
    write_pose(tmp_path / "walk.npz", poses, 29.97)
    done = headless("--motion", tmp_path / "walk.npz", "--blend", tmp_path / "walk.blend", "--title", "walk")
    assert done.returncode == 0, done.stderr
    looked = subprocess.run(
        [sys.executable, "-c", PLAYED, str(tmp_path / "walk.blend")],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    played = json.loads(looked.stdout.split("PLAYED ")[1].splitlines()[0])
    assert played["rate"] == pytest.approx(29.97) and len(played["frames"]) == 5
    assert played["action"] == "Posewright motion" and played["camera"]
    for pose, heads in zip(poses, played["frames"], strict=True):
        joints = shaped.posed(pose.rotvecs, pose.transl).joints
        seen = np.array([heads[name] for name in JOINTS])[:, [0, 2, 1]] * [1.0, 1.0, -1.0]  # Z up -> Y up
        assert np.abs(seen - joints).max() < 0.005


def test_what_is_no_motion_is_said(tmp_path: Path) -> None:
    (tmp_path / "broken.npz").write_bytes(b"no archive")
    done = headless("--motion", tmp_path / "broken.npz", "--blend", tmp_path / "a.blend")
    assert done.returncode == 2 and "broken.npz" in done.stderr and not (tmp_path / "a.blend").exists()
