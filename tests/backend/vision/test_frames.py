"""Frames come in order and at an even rate from folders, patterns and animations; what cannot be read is said."""

from __future__ import annotations

import struct
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
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
    assert "posewright setup video" in caught.value.hint and "ffmpeg" in caught.value.hint


def video(path: Path, frames: Sequence[np.ndarray], rate: int = 20, times: Sequence[int] | None = None) -> Path:
    """An mp4 of frames (h, w, 3); times: when each is shown, ms, where they do not come evenly."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=rate)
        stream.height, stream.width = frames[0].shape[:2]
        stream.bit_rate = 4_000_000
        if times is not None:
            stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
        for n, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            if times is not None:
                frame.pts, frame.time_base = times[n], Fraction(1, 1000)
            for packet in stream.encode(frame):
                out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)
    return path


def shades(count: int) -> list[np.ndarray]:
    return [np.full((48, 64, 3), 10 * n, np.uint8) for n in range(count)]


def test_a_video_is_sampled_evenly(tmp_path: Path) -> None:
    path = video(tmp_path / "walk.mp4", shades(20))
    assert np.allclose(_shades(open_frames(path)), range(20), atol=1)
    part = open_frames(path, Cut(rate=10.0, start=0.2, end=0.7))
    assert part.rate == 10.0 and np.allclose(_shades(part), [4, 6, 8, 10, 12], atol=1)
    assert part.count == 5


def test_a_video_whose_frames_come_unevenly_keeps_time(tmp_path: Path) -> None:
    times = [0, 50, 100, 400, 450, 500, 900]
    path = video(tmp_path / "phone.mp4", shades(7), times=times)
    found = _shades(open_frames(path, Cut(rate=10.0, end=0.85)))
    assert np.allclose(found, [0, 2, 2, 2, 3, 5, 5, 5, 5], atol=1)


def test_a_later_part_is_sought_and_is_the_same(tmp_path: Path) -> None:
    path = video(tmp_path / "long.mp4", [np.full((48, 64, 3), 2 * n, np.uint8) for n in range(120)])
    whole = [round(float(p.pixels.mean())) for p in open_frames(path).pictures]
    late = open_frames(path, Cut(start=4.0, end=4.5))
    assert np.allclose([round(float(p.pixels.mean())) for p in late.pictures], whole[80:90], atol=2)
    with pytest.raises(BadInput, match=r"has 6\.0 s"):
        open_frames(path, Cut(start=7.0))


def test_a_video_from_a_phone_held_upright_is_turned(tmp_path: Path) -> None:
    """The file says so by a matrix in the header of its track, as cameras write it."""
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[:, :16] = 220  # what is left in the file is at the top of what is shown
    path = video(tmp_path / "upright.mp4", [pixels] * 4)
    data = bytearray(path.read_bytes())
    matrix = data.index(b"tkhd") + 4 + 4 + 20 + 16
    data[matrix : matrix + 36] = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 48 << 16, 0, 1 << 30)
    path.write_bytes(data)
    shown = next(iter(open_frames(path).pictures)).pixels
    assert shown.shape[:2] == (64, 48)
    assert shown[:14].mean() > 180 and shown[20:].mean() < 30


def test_damaged_videos_are_said(tmp_path: Path) -> None:
    whole = video(tmp_path / "whole.mp4", shades(10)).read_bytes()
    for name, data in (("cut.mp4", whole[: len(whole) // 3]), ("text.mp4", b"not a video"), ("empty.mp4", b"")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(BadFile):
            list(open_frames(tmp_path / name).pictures)
