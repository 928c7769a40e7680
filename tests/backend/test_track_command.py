"""The command `track` as a process: Ctrl C ends it with a whole file of the frames so far."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

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
