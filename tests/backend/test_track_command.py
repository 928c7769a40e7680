"""The command `track` as a process: Ctrl C ends it with a whole file of the frames so far; a Blender file too."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from backend.blender import BLENDER_PYTHON_VARIABLE
from backend.cli import main
from backend.files import read_pose
from tests.backend.started import ROOT
from tests.backend.vision.scenes import scene


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_keeps_the_frames_so_far(tmp_path: Path) -> None:
    shots, out = tmp_path / "shots", tmp_path / "walk.npz"
    shots.mkdir()
    Pillow.fromarray(scene("standing").pixels).save(shots / "0.png")
    for n in range(1, 400):
        os.link(shots / "0.png", shots / f"{n}.png")
    command = [sys.executable, "-m", "backend", "track", str(shots), "--out", str(out), "--no-hands"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    said = ""
    while "Frame" not in said:
        said = process.stderr.readline()
        assert process.poll() is None or said
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "finishing with the frames so far" in told and "is whole" in told
    with np.load(out) as motion:
        count = len(motion["poses"])
    assert 1 <= count < 400 and read_pose(out, count - 1).transl.shape == (3,)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_nothing_to_write_to_is_said_and_so_is_blender_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before a frame is read: the source is not even there."""
    assert main(["track", "gone.mp4"]) == 2
    assert "--out" in capsys.readouterr().err
    bare = tmp_path / "bare"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S -I "$@"\n')
    bare.chmod(0o755)
    monkeypatch.setenv(BLENDER_PYTHON_VARIABLE, str(bare))
    assert main(["track", "gone.mp4", "--blend", str(tmp_path / "a.blend")]) == 3
    assert "bpy" in capsys.readouterr().err


def test_an_engine_that_cannot_follow_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["track", "gone.mp4", "--out", "a.npz", "--engine", "rules"]) == 2
    assert "engine" in capsys.readouterr().err


@pytest.mark.bpy
@pytest.mark.skipif(importlib.util.find_spec("bpy") is None, reason="needs bpy")
def test_a_folder_becomes_an_archive_and_a_blender_file(tmp_path: Path) -> None:
    for n, degrees in enumerate((10, 40)):
        Pillow.fromarray(scene(f"left arm raised {degrees} degrees to the side").pixels).save(tmp_path / f"{n}.png")
    out, blend = tmp_path / "arm.npz", tmp_path / "arm.blend"
    assert main(["track", str(tmp_path), "--fps", "12", "--out", str(out), "--blend", str(blend), "--no-hands"]) == 0
    assert read_pose(out, 1).transl.shape == (3,)
    assert blend.read_bytes()[:4] in (b"BLEN", b"\x28\xb5\x2f\xfd")  # plain, or compressed (Zstandard)
