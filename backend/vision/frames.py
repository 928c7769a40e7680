"""Frames of a folder of pictures, a pattern, an animated GIF or WebP, or a video, at an even rate, one at a time."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from glob import glob
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from backend.errors import BadFile, BadInput, NotAvailable
from rigs.wire import Image, ImageFile

from .images import Picture, frame_picture, read_picture
from .models import NEXT_STEP

PICTURES: Final = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif")
RATE: Final = 30.0  # Hz, of pictures that do not say when they were taken
FASTEST: Final = 240.0  # Hz
MOST_FRAMES: Final = 20_000
_SOON: Final = 1e-3  # s; stamps of frames are rounded
_VIDEO_STEP: Final = "run: posewright setup video; or make pictures of it: ffmpeg -i VIDEO frames/%05d.png"
_FOCAL_KEY: Final = "com.apple.quicktime.camera.focal_length.35mm_equivalent"
_FAR: Final = 2.0  # s into a video from which on it is sought rather than read up to


@dataclass(frozen=True)
class Cut:
    """What is taken of a source. rate: Hz, None for its own; start, end: s; every: only each so manieth frame."""

    rate: float | None = None
    start: float = 0.0
    end: float | None = None
    every: int = 1

    def __post_init__(self) -> None:
        if self.rate is not None and not 0 < self.rate <= FASTEST:
            raise BadInput(f"{self.rate:g} frames a second", f"say more than 0 and at most {FASTEST:g}")
        if self.every < 1:
            raise BadInput(f"each {self.every}th frame cannot be taken", "say 1 or more")
        if self.start < 0 or (self.end is not None and self.end <= self.start):
            raise BadInput("nothing lies between the start and the end", "say both in seconds, the start first")


@dataclass(frozen=True, eq=False)
class Frames:
    """pictures: in order, each read when it is asked for. rate: Hz of them. count: how many about, 0: not known."""

    pictures: Iterator[Picture]
    rate: float
    count: int


def open_frames(source: str | Path, cut: Cut = Cut()) -> Frames:
    """The frames of a source.

    Raises:
        BadFile: there is nothing, or nothing that can be read (also while frames are read). BadInput: the cut leaves
            nothing. NotAvailable: a package is missing.
    """
    path = Path(source)
    if path.is_dir():
        return _of_files(sorted((p for p in path.iterdir() if p.suffix.lower() in PICTURES), key=_natural), path, cut)
    if not path.exists() and any(c in str(source) for c in "*?["):
        found = sorted((Path(p) for p in glob(str(source)) if Path(p).suffix.lower() in PICTURES), key=_natural)
        return _of_files(found, path, cut)
    if not path.is_file():
        raise BadFile(f"there is no {path}", "give a folder of pictures, a pattern like 'shots/*.png', or a video")
    return _of_animation(path, cut) if path.suffix.lower() in PICTURES else _of_video(path, cut)


def _natural(path: Path) -> list[Any]:
    """Frame 10 comes after frame 9."""
    return [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in re.split(r"(\d+)", path.name.lower())]


def _of_files(paths: list[Path], source: Path, cut: Cut) -> Frames:
    if not paths:
        raise BadFile(f"there are no pictures in {source}", f"{', '.join(p[1:] for p in PICTURES)} are read")
    return of_images([ImageFile(str(p)) for p in paths], cut, str(source))


def of_images(images: Sequence[Image], cut: Cut = Cut(), source: str = "the list") -> Frames:
    """Pictures in their order, at the rate of the cut.

    Raises: as `open_frames`.
    """
    rate = cut.rate or RATE
    first = round(cut.start * rate)
    last = len(images) if cut.end is None else round(cut.end * rate)
    chosen = images[first : last : cut.every]
    _check_count(len(chosen), source)
    return Frames((read_picture(image) for image in chosen), rate / cut.every, len(chosen))


def _of_animation(path: Path, cut: Cut) -> Frames:
    try:
        from PIL import Image as Pillow
        from PIL import UnidentifiedImageError
    except ImportError:
        raise NotAvailable("reading pictures needs the package Pillow", NEXT_STEP, "no_photo_tier") from None
    try:
        opened = Pillow.open(io.BytesIO(path.read_bytes()))
        stamps = _stamps(opened)
    except UnidentifiedImageError:
        raise BadFile(f"{path.name} is no picture that can be read", "GIF, WebP, or a folder of pictures") from None
    except (OSError, SyntaxError, ValueError, EOFError) as fault:
        raise BadFile(f"{path.name} is damaged or cannot be read: {fault}") from None
    if len(stamps) < 3:
        raise BadFile(f"{path.name} is one picture, not a sequence", "posewright pose --image poses a single picture")
    gaps = sorted(b - a for a, b in pairwise(stamps))
    own = min(1.0 / max(gaps[len(gaps) // 2], 1e-3), FASTEST)
    rate = cut.rate or own
    wanted = _wanted(stamps, rate, cut)
    _check_count(len(wanted), str(path))
    return Frames(_seeking(opened, wanted, path), rate / cut.every, len(wanted))


def _stamps(opened: Any) -> list[float]:
    """When each frame begins, and when the last ends, s."""
    out, t = [0.0], 0.0
    for k in range(getattr(opened, "n_frames", 1)):
        opened.seek(k)
        opened.load()  # WebP tells the duration of a frame only then
        t += float(opened.info.get("duration") or 100.0) / 1000.0
        out.append(t)
    return out


def _wanted(stamps: list[float], rate: float, cut: Cut) -> list[int]:
    """The frame that is shown at each moment of an even rate."""
    out, k = [], 0
    end = min(stamps[-1], stamps[-1] if cut.end is None else cut.end)
    step = cut.every / rate
    for n in range(int(max(end - cut.start, 0.0) / step + 1.0 - _SOON)):
        while k + 2 < len(stamps) and stamps[k + 1] <= cut.start + n * step + _SOON:
            k += 1
        out.append(k)
    return out


def _seeking(opened: Any, wanted: list[int], path: Path) -> Iterator[Picture]:
    try:
        for k in wanted:
            opened.seek(k)
            yield frame_picture(opened.convert("RGBA"))
    except (OSError, SyntaxError, EOFError) as fault:
        raise BadFile(f"{path.name} is damaged: {fault}") from None


def _of_video(path: Path, cut: Cut) -> Frames:
    try:
        import av
    except ImportError:
        raise NotAvailable("reading videos needs the package av (PyAV)", _VIDEO_STEP, "no_video") from None
    try:
        container: Any = av.open(str(path))
        stream = container.streams.video[0]
    except (av.error.FFmpegError, OSError, IndexError, ValueError) as fault:
        raise BadFile(f"{path.name} is no video that can be read: {fault}", "give a video, or pictures") from None
    own = float(stream.average_rate or stream.guessed_rate or RATE)
    rate = min(cut.rate or own, FASTEST)
    seconds = float(container.duration or 0) / 1e6
    end = min(seconds, cut.end) if cut.end is not None and seconds else cut.end or seconds
    if seconds and cut.start >= seconds:
        container.close()
        raise BadInput(f"{path.name} has {seconds:.1f} s: nothing is left from {cut.start:g} s on", "begin earlier")
    count = math.ceil(max(end - cut.start, 0.0) * rate / cut.every - _SOON)
    return Frames(_decoded(container, stream, rate, cut, path), rate / cut.every, count)


def _decoded(container: Any, stream: Any, rate: float, cut: Cut, path: Path) -> Iterator[Picture]:
    """The frame that is shown at each moment of an even rate; a frame is converted only if it is wanted."""
    import av

    step, n = cut.every / rate, 0
    first = None if stream.start_time is None else float(stream.start_time * stream.time_base)
    noted = _number(container.metadata.get(_FOCAL_KEY, "") or stream.metadata.get(_FOCAL_KEY, ""))
    shown: Any = None
    try:
        with container:
            if first is not None and cut.start > _FAR:
                container.seek(round((first + cut.start) / stream.time_base), stream=stream, backward=True)
            for frame in container.decode(stream):
                first = frame.time if first is None else first
                now = (frame.time or 0.0) - (first or 0.0)
                while shown is not None and cut.start + n * step < now - _SOON:
                    if n >= MOST_FRAMES or (cut.end is not None and cut.start + n * step >= cut.end - _SOON):
                        return
                    yield _upright(shown, noted)
                    n += 1
                shown = frame
            if shown is not None and (cut.end is None or cut.start + n * step < cut.end - _SOON):
                yield _upright(shown, noted)
    except av.error.FFmpegError as fault:
        raise BadFile(f"{path.name} is damaged: {fault}", "make pictures of the part that is whole") from None


def _upright(frame: Any, focal_35mm: float | None) -> Picture:
    """A frame of a video, turned as the camera was held."""
    image, turn = frame.to_image(), round(frame.rotation) % 360
    return frame_picture(image.rotate(turn, expand=True) if turn else image, focal_35mm)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _check_count(count: int, source: str) -> None:
    if not 0 < count <= MOST_FRAMES:
        raise BadInput(
            f"{count} frames of {source} are left", f"1 to {MOST_FRAMES:,} are read; see the start and the end"
        )
