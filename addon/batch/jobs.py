"""Many poses for one character: a list of prompts, a folder of pictures or a video becomes frames and poses. No bpy.

The worker thread talks to the pose service and does the arithmetic; the main thread reads `Batch` and writes the keys.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from ..service.client import RequestFailed, ServiceError
from ..service.process import LaunchPlan, Service, StartCancelled

if TYPE_CHECKING:
    import numpy as np

    from ...rigs.wire import JobStatus, Pose, PoseRequest, TrackRequest

ASKING, READY, FAILED, CANCELLED, DONE = "asking", "ready", "failed", "cancelled", "done"
_POLL: Final = 0.1


@dataclass(frozen=True, eq=False)
class Posed:
    """What came of a batch: frames (T,), rotvecs (T, 55, 3) rad, transl (T, 3) m; what could not be posed, in words."""

    frames: tuple[float, ...]
    rotvecs: np.ndarray
    transl: np.ndarray
    failures: tuple[str, ...] = ()


@dataclass(eq=False)
class Batch:
    """One batch at work. prepare: turns what was posed into what the main thread needs, in the worker.

    Written by the worker: state, stage, part (0 to 1), posed, prepared, error. The main thread sets `wants_stop`.
    """

    plan: LaunchPlan
    ask: Callable[[Any, Batch], Posed]
    prepare: Callable[[Posed], Any]
    state: str = ASKING
    stage: str = "Starting the pose service"
    part: float = 0.0
    posed: Posed | None = None
    prepared: Any = None
    error: ServiceError | None = None
    started: float = field(default_factory=time.monotonic)
    wants_stop: threading.Event = field(default_factory=threading.Event)

    @property
    def busy(self) -> bool:
        return self.state in (ASKING, READY)

    def tell(self, stage: str, part: float) -> None:
        """What happens now and how far it is. Raises StartCancelled when the user does not want it any more."""
        if self.wants_stop.is_set():
            raise StartCancelled
        self.stage, self.part = stage, part


def work(batch: Batch, service: Service) -> None:
    """The worker: ask, then prepare. Never raises; `state` is set last, so that who sees it sees everything."""
    try:
        client = service.start(batch.plan, batch.wants_stop.is_set)
        batch.posed = batch.ask(client, batch)
        batch.prepared = batch.prepare(batch.posed)
        batch.tell("Writing keys", 1.0)
        batch.state = READY
    except StartCancelled:
        batch.state = CANCELLED
    except ServiceError as error:
        batch.error, batch.state = error, FAILED
    except Exception as error:  # a fault of ours must end the batch, not leave it busy for ever
        batch.error = ServiceError(f"A fault in Posewright: {error!r}.", "Please report it.")
        batch.state = FAILED


# ---------------------------------------------------------------------------------------------------- prompts
def ask_prompts(
    client: Any, batch: Batch, frames: Sequence[int], requests: Sequence[PoseRequest], *, going_on: bool
) -> Posed:
    """Poses of a list of prompts.

    Args:
        going_on: each line may change the pose of the line before ("raise the left arm"), so they are asked one by one.
    """
    answers = _one_by_one(client, batch, requests) if going_on else _together(client, batch, requests)
    kept, failures = [], []
    for frame, request, answer in zip(frames, requests, answers, strict=True):
        if isinstance(answer, str):
            failures.append(f'Frame {frame}, "{request.prompt}": {answer}')
        else:
            kept.append((float(frame), answer))
    if not kept:
        raise ServiceError("None of the lines could be posed.", failures[0] if failures else "")
    return _posed(kept, failures)


def _posed(kept: Sequence[tuple[float, Pose]], failures: Sequence[str]) -> Posed:
    import numpy as np

    return Posed(
        tuple(frame for frame, _ in kept),
        np.stack([pose.rotvecs for _, pose in kept]),
        np.stack([pose.transl for _, pose in kept]),
        tuple(failures),
    )


def _together(client: Any, batch: Batch, requests: Sequence[PoseRequest]) -> Iterator[Pose | str]:
    """All requests as one job; a pose, or in words why there is none, for each."""
    status = _wait(client, batch, client.submit_all(requests), "Posing")
    return (_pose_of(answer) for answer in status.answers)


def _one_by_one(client: Any, batch: Batch, requests: Sequence[PoseRequest]) -> Iterator[Pose | str]:
    last: Pose | None = None
    for i, request in enumerate(requests):
        batch.tell(f"Posing {i + 1} of {len(requests)}", i / len(requests))
        asked = request if last is None else replace(request, start=last, intent="auto")
        answer = _pose_of(_wait(client, batch, client.submit(asked), "").answers[0])
        if not isinstance(answer, str):
            last = answer
        yield answer


def _pose_of(answer: Any) -> Pose | str:
    from ...rigs.wire import Failure

    if isinstance(answer, Failure):
        return f"{answer.message} ({answer.hint})" if answer.hint else answer.message
    if answer is None:
        return "the pose service gave no answer"
    return answer.poses[0].pose if answer.poses else answer.reply or "no pose was found in these words"


def _wait(client: Any, batch: Batch, status: JobStatus, stage: str) -> JobStatus:
    """Until the job has ended; cancelled when the user wants that."""
    while status.state in ("queued", "running"):
        if batch.wants_stop.wait(_POLL if stage else 0.01):
            client.cancel(status.id)
            raise StartCancelled
        status = client.status(status.id)
        if stage:
            batch.tell(*_how_far(status, stage))
    if status.error is not None:
        raise RequestFailed(status.error)
    if status.state == "cancelled":
        raise StartCancelled
    return status


def _how_far(status: JobStatus, stage: str) -> tuple[str, float]:
    p = status.progress
    if p.steps:
        return f"{p.stage.capitalize() or stage} {p.step} of {p.steps}", p.step / p.steps
    if p.total > 1:
        return f"{stage} {p.done} of {p.total}", p.done / p.total
    return p.stage.capitalize() or stage, 0.0


# ---------------------------------------------------------------------------------------------------- motion
def ask_track(client: Any, batch: Batch, request: TrackRequest, first: int, rate: float) -> Posed:
    """Poses of a person in a video or a folder of pictures.

    Args:
        first: scene frame of the beginning. rate: of the scene, frames a second; the motion keeps its speed.
    """
    from ...rigs.wire import Failure

    status = _wait(client, batch, client.submit_track(request), "Watching")
    answer = status.answers[0] if status.answers else None
    if isinstance(answer, Failure):
        raise RequestFailed(answer)
    if answer is None or not len(answer.times):
        raise ServiceError("Nobody was found in these pictures.", "Choose others, or point at a person.")
    frames = tuple(first + float(t) * rate for t in answer.times - answer.times[0])
    return Posed(frames, answer.rotvecs, answer.transl, tuple(answer.warnings))
