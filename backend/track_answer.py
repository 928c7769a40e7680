"""From a request with a video or a sequence of pictures to the motion of one person."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from rigs.wire import TrackRequest, TrackResult

from .body.model import BodyModel
from .ticks import Tick, quiet
from .vision.frames import Cut, Frames, of_images, open_frames
from .vision.track import Track, track
from .vision.vitpose import finders_for


def track_answer(request: TrackRequest, tick: Tick = quiet) -> TrackResult:
    """The motion in the form of the wire.

    Raises: as `followed`.
    """
    began = time.perf_counter()
    found = followed(request, tick)
    return TrackResult(
        id=request.id,
        fps=found.rate,
        times=request.start + np.arange(len(found.poses)) / found.rate,
        rotvecs=np.array([p.rotvecs for p in found.poses]),
        transl=np.array([p.transl for p in found.poses]),
        confidences=found.confidences,
        seen=found.seen,
        held=found.held,
        rest_joints=BodyModel.load().shaped().joints,
        camera=found.camera.to_dict(),
        reply=said(found),
        seconds=round(time.perf_counter() - began, 3),
        warnings=found.warnings,
    )


def followed(request: TrackRequest, tick: Tick = quiet, enough: Callable[[], bool] = lambda: False) -> Track:
    """The motion of the person that is meant.

    Args:
        enough: asked after each frame; what was seen so far is the motion once it says so.

    Raises:
        BadInput: nobody is there, or it is not clear who is meant, or nothing lies between start and end.
        BadFile: what cannot be read. NotAvailable: a package, the photo tier or the engine is missing. Cancelled: by
            `tick`.
    """
    shaped = BodyModel.load().shaped()
    return track(
        opened(request), request.box, request.person, shaped, tick,
        hands=request.hands, lens=request.lens, finders=finders_for(request.engine), enough=enough,
    )  # fmt: skip


def opened(request: TrackRequest) -> Frames:
    """The frames that are asked for, none of them read yet."""
    cut = Cut(request.fps, request.start, request.end, request.every)
    if isinstance(request.source, str):
        return open_frames(request.source, cut)
    return of_images(request.source, cut)


def said(found: Track) -> str:
    """What was found, in a sentence or two."""
    count, unseen = len(found.poses), int((~found.seen).sum())
    bridged = f", {unseen} of them bridged" if unseen else ""
    return (
        f"{count} frames at {found.rate:g} a second{bridged}; confidence {found.confidence:.2f}. "
        f"Feet that rest move by at most {1000 * found.slide:.1f} mm."
    )
