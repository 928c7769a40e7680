"""`posewright track`: the motion of one person in a video or a sequence of pictures, in files, also as a .blend."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from rigs.wire import TrackRequest

from .blender import BLEND, check_blender, write_motion_blend
from .console import print_note
from .errors import BadInput
from .files import FORMATS, check_writable, write_pose

if TYPE_CHECKING:
    from .vision.track import Track

_EACH: Final = 2.0  # s between lines of progress where no terminal shows them in place
_STOPPED: Final = 130


def run(options: argparse.Namespace) -> int:
    """Check what can be checked, follow the person, write the motion. Returns the exit status."""
    outputs = _outputs(options)
    from .track_answer import followed, said

    begun, progress = time.perf_counter(), _Progress()
    request = read_request(options)
    with _interruptible() as stopped:
        try:
            found = followed(request, progress, stopped)
        finally:
            progress.end()
        for path in outputs:
            _write(path, found, options.source)
    told = " and ".join(map(str, outputs))
    for warning in found.warnings:
        print_note(warning)
    if options.json:
        print(json.dumps({
            "frames": len(found.poses), "fps": found.rate, "unseen": np.flatnonzero(~found.seen).tolist(),
            "foot_slide": found.slide, "held": found.held.astype(int).tolist(), "camera": found.camera.to_dict(),
            "confidence": found.confidence, "confidences": found.confidences.tolist(),
            "warnings": list(found.warnings), "seconds": round(time.perf_counter() - begun, 2),
        }))  # fmt: skip
    else:
        print(said(found))
        print(f"wrote {told} in {time.perf_counter() - begun:.1f} s")
    if stopped():
        verb = "is" if len(outputs) == 1 else "are"
        print_note(f"stopped: {told} {verb} whole, with the {len(found.poses)} frames that were seen until then")
        return _STOPPED
    return 0


def _outputs(options: argparse.Namespace) -> list[Path]:
    """The files to write. Raises BadInput: none. BadFile: one that cannot be written, said before the work."""
    if options.out is None and options.blend is None:
        raise BadInput("there is no file to write the motion to", "name one with --out, or --blend for Blender")
    if options.out is not None:
        check_writable(options.out, (*FORMATS, BLEND))
    if options.blend is not None:
        check_writable(options.blend, (BLEND,))
    paths = list(dict.fromkeys(path for path in (options.out, options.blend) if path is not None))
    if any(path.suffix.lower() == BLEND for path in paths):
        check_blender()
    return paths


def _write(path: Path, found: Track, source: str) -> None:
    """Raises BadFile: it cannot be written. NotAvailable, Broken: as `blender.write_motion_blend`."""
    if path.suffix.lower() == BLEND:
        write_motion_blend(found.poses, found.rate, path, Path(source).name)
    else:
        write_pose(path, found.poses, found.rate)


def read_request(options: argparse.Namespace) -> TrackRequest:
    """The request that the options describe. Raises BadInput."""
    fields: dict[str, Any] = {
        "source": options.source, "fps": options.fps, "start": options.start, "end": options.end,
        "every": options.every, "person": _who(options.person), "hands": options.hands, "lens": options.lens,
        "engine": options.engine,
    }  # fmt: skip
    if options.box:
        fields["box"] = _box(options.box)
    return TrackRequest.from_dict(fields)


@contextmanager
def _interruptible() -> Iterator[Any]:
    """Ctrl C ends the motion with the frames so far; a second one stops at once. Gives a function: was it pressed?"""
    pressed: list[int] = []

    def press(number: int, _frame: Any) -> None:
        pressed.append(number)
        signal.signal(signal.SIGINT, before)
        print_note("finishing with the frames so far; Ctrl C again stops without a file")

    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, press)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


class _Progress:
    """The stage and the time that is left, on stderr: in place on a terminal, else a line now and then."""

    def __init__(self) -> None:
        self.live, self.last, self.begun = sys.stderr.isatty(), 0.0, 0.0

    def __call__(self, stage: str, reply: str = "", *, step: int = 0, steps: int = 0) -> None:
        now = time.monotonic()
        if step <= 1:
            self.begun = now
        told = stage + self._left(now, step, steps)
        if self.live:
            print(f"\r{told:<60}", end="", file=sys.stderr, flush=True)
        elif now - self.last > _EACH:
            self.last = now
            print_note(told)

    def _left(self, now: float, step: int, steps: int) -> str:
        """How long the rest takes if it goes on like this; the first frame has loading in it, so it does not count."""
        done = step - 2
        if done < 1 or steps < step:
            return ""
        seconds = round((now - self.begun) / done * (steps - step + 1))
        return f", {seconds // 60}:{seconds % 60:02d} min left" if seconds >= 60 else f", {seconds} s left"

    def end(self) -> None:
        if self.live:
            print(f"\r{'':<60}\r", end="", file=sys.stderr, flush=True)


def _who(text: str | None) -> int | str | None:
    return int(text) if text and text.strip().isdecimal() else text


def _box(text: str) -> list[float]:
    try:
        x, y, w, h = (float(v) for v in text.split(","))
    except ValueError:
        raise BadInput(f"--box {text}: this is no box", "write x,y,w,h in px, such as 120,40,200,420") from None
    return [x, y, w, h]
