"""Frames come in order and at an even rate from folders, patterns and animations; what cannot be read is said."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from backend.errors import BadFile, BadInput, NotAvailable
from backend.vision.frames import Cut, Frames, open_frames


def _shades(frames: Frames) -> list[int]:
    """Which frame each picture is: the one numbered n is of the shade 10 n."""
    return [round(float(p.pixels.mean()) / 10) for p in frames.pictures]


def _images(count: int) -> list:
    return [Pillow.fromarray(np.full((20, 30, 3), 10 * n, np.uint8)) for n in range(count)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for n, image in enumerate(_images(12)):
        image.save(tmp_path / f"shot{n}.png")
    (tmp_path / "notes.txt").write_text("not a picture")
    return tmp_path


def test_frame_ten_comes_after_frame_nine(folder: Path) -> None:
    frames = open_frames(folder)
    assert (frames.count, frames.rate) == (12, 30.0) and _shades(frames) == list(range(12))
    assert _shades(open_frames(str(folder / "shot1*.png"))) == [1, 10, 11]


def test_a_part_is_taken_and_the_rate_follows(folder: Path) -> None:
    frames = open_frames(folder, Cut(rate=10.0, start=0.2, end=1.0, every=3))
    assert _shades(frames) == [2, 5, 8] and frames.rate == pytest.approx(10 / 3)


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_an_animation_is_sampled_evenly(tmp_path: Path, kind: str) -> None:
    images, path = _images(6), tmp_path / f"walk.{kind}"
    waits = [100, 100, 200, 100, 100, 100]
    images[0].save(path, save_all=True, append_images=images[1:], duration=waits, lossless=True)
    frames = open_frames(path)
    assert frames.rate == pytest.approx(10) and _shades(frames) == [0, 1, 2, 2, 3, 4, 5]
    assert _shades(open_frames(path, Cut(rate=5.0, start=0.1))) == [1, 2, 4]


def test_what_is_no_sequence_is_said(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(BadFile, match="no pictures"):
        open_frames(str(tmp_path / "gone*.png"))
    with pytest.raises(BadFile, match="there is no"):
        open_frames(tmp_path / "gone.mp4")
    with pytest.raises(BadFile, match="one picture"):
        open_frames(folder / "shot1.png")
    with pytest.raises(BadInput, match="0 frames"):
        open_frames(folder, Cut(start=5.0))


@pytest.mark.parametrize("cut", [{"rate": 0.0}, {"rate": float("nan")}, {"every": 0}, {"start": 2.0, "end": 1.0}])
def test_a_cut_that_leaves_nothing_is_refused(cut: dict) -> None:
    with pytest.raises(BadInput):
        Cut(**cut)


def test_a_video_without_its_package_says_the_next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    video = tmp_path / "walk.mp4"
    video.write_bytes(b"\0" * 100)
    with pytest.raises(NotAvailable) as caught:
        open_frames(video)
    assert "pip install av" in caught.value.hint and "ffmpeg" in caught.value.hint


def test_a_video_is_sampled_evenly(tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    path = tmp_path / "walk.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=20)
        stream.width, stream.height = 64, 48
        for n in range(20):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 10 * n, np.uint8), format="rgb24")
            for packet in stream.encode(frame):
                out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)
    assert np.allclose(_shades(open_frames(path)), range(20), atol=1)
    part = open_frames(path, Cut(rate=10.0, start=0.2, end=0.7))
    assert part.rate == 10.0 and np.allclose(_shades(part), [4, 6, 8, 10, 12], atol=1)
