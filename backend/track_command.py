"""`posewright track`: the motion of one person in a video or a sequence of pictures, as an AMASS file or a list."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Final

import numpy as np

from .console import print_note
from .errors import BadInput
from .files import FORMATS, check_writable, write_pose

_EACH: Final = 2.0  # s between lines of progress where no terminal shows them in place


def run(options: argparse.Namespace) -> int:
    """Check what can be checked, follow the person, write the motion. Returns the exit status."""
    check_writable(options.out, FORMATS)
    from .body.model import BodyModel
    from .vision.frames import Cut, open_frames
    from .vision.track import track

    begun, progress = time.perf_counter(), _Progress()
    cut = Cut(options.fps, options.start, options.end, options.every)
    frames = open_frames(options.source, cut)
    try:
        found = track(frames, _box(options.box), _who(options.person), BodyModel.load().shaped(), progress)
    finally:
        progress.end()
    write_pose(options.out, found.poses, found.rate)
    for warning in found.warnings:
        print_note(warning)
    seconds = time.perf_counter() - begun
    count, unseen = len(found.poses), int((~found.seen).sum())
    if options.json:
        print(json.dumps({
            "frames": count, "fps": found.rate, "unseen": np.flatnonzero(~found.seen).tolist(),
            "foot_slide": found.slide, "held": found.held.astype(int).tolist(), "camera": found.camera.to_dict(),
            "confidence": found.confidence, "warnings": list(found.warnings), "seconds": round(seconds, 2),
        }))  # fmt: skip
    else:
        print(f"{count} frames at {found.rate:g} a second, {unseen} of them bridged; confidence {found.confidence:.2f}")
        print(f"feet that rest move by at most {1000 * found.slide:.1f} mm; {seconds:.1f} s in all")
        print(f"wrote {options.out}")
    return 0


class _Progress:
    """The stage on stderr: in place on a terminal, else a line now and then."""

    def __init__(self) -> None:
        self.live, self.last = sys.stderr.isatty(), 0.0

    def __call__(self, stage: str) -> None:
        now = time.monotonic()
        if self.live:
            print(f"\r{stage:<40}", end="", file=sys.stderr, flush=True)
        elif now - self.last > _EACH:
            self.last = now
            print_note(stage)

    def end(self) -> None:
        if self.live:
            print(f"\r{'':<40}\r", end="", file=sys.stderr, flush=True)


def _who(text: str | None) -> int | str | None:
    return int(text) if text and text.strip().isdigit() else text


def _box(text: str | None) -> tuple[float, float, float, float] | None:
    if not text:
        return None
    try:
        x, y, w, h = (float(v) for v in text.split(","))
    except ValueError:
        raise BadInput(f"--box {text}: this is no box", "write x,y,w,h in px, such as 120,40,200,420") from None
    return (x, y, w, h)
