"""A job: what GET /v1/jobs/{id} shows of it, and the events that its stream is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .decode import Fields, WireError, present
from .motion import TrackResult
from .result import Answer, Failure, answer_from_dict

JobAnswer = Answer | TrackResult


@dataclass(frozen=True)
class Progress:
    """Event: `done` of `total` requests are finished; `stage` says in words what happens now.

    reply: of the request that is worked on, as far as it is written; "" where the engine does not write word by word.
    step, steps: of the request that is being answered, such as frame 12 of 480; 0 where there are none or not known.
    """

    done: int
    total: int
    stage: str
    reply: str = ""
    step: int = 0
    steps: int = 0

    def to_dict(self) -> dict[str, Any]:
        told = {"type": "progress", "done": self.done, "total": self.total, "stage": self.stage}
        return told | present(reply=self.reply or None, step=self.step or None, steps=self.steps or None)


@dataclass(frozen=True)
class Answered:
    """Event: the answer to request number `index` of the job."""

    index: int
    answer: JobAnswer

    def to_dict(self) -> dict[str, Any]:
        return {"type": "answer", "index": self.index, "answer": self.answer.to_dict()}


@dataclass(frozen=True)
class Finished:
    """Event, always the last: `state` is "done", "cancelled" or "failed" (then `error` says why)."""

    state: str
    error: Failure | None = None

    def to_dict(self) -> dict[str, Any]:
        return {"type": "finished", "state": self.state} | present(error=self.error and self.error.to_dict())


JobEvent = Progress | Answered | Finished
JOB_STATES: Final = ("queued", "running", "done", "cancelled", "failed")


def job_answer_from_dict(value: Any, path: str = "") -> JobAnswer:
    """A motion, told apart by its field "frames", or what other requests are answered with."""
    if isinstance(value, Mapping) and "frames" in value:
        return TrackResult.from_dict(value, path)
    return answer_from_dict(value, path)


def event_from_dict(value: Any, path: str = "event") -> JobEvent:
    f = Fields(value, path)
    tag = f.choice("type", ("progress", "answer", "finished"), required=True)
    event: JobEvent
    if tag == "progress":
        done, total, step, steps = (f.integer(name, 0, 0, 1 << 30) for name in ("done", "total", "step", "steps"))
        reply = f.text("reply", "", max_chars=100_000)
        event = Progress(done, total, f.text("stage", ""), reply, step, steps)
    elif tag == "answer":
        answer = job_answer_from_dict(f.raw("answer", required=True), f.at("answer"))
        event = Answered(f.integer("index", 0, 0, 1 << 30), answer)
    else:
        error = f.raw("error")
        state = f.choice("state", ("done", "cancelled", "failed"), required=True)
        event = Finished(state, None if error is None else Failure.from_dict(error, f.at("error")))
    f.done()
    return event


@dataclass(frozen=True)
class JobStatus:
    """A job as GET /v1/jobs/{id} shows it. `answers` holds what is finished so far, by request index."""

    id: str
    state: str
    progress: Progress
    answers: tuple[JobAnswer | None, ...] = ()
    error: Failure | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "state": self.state,
            "progress": self.progress.to_dict(),
            "answers": [a and a.to_dict() for a in self.answers],
        } | present(error=self.error and self.error.to_dict())

    @classmethod
    def from_dict(cls, value: Any, path: str = "job") -> JobStatus:
        f = Fields(value, path)
        error = f.raw("error")
        progress = event_from_dict(f.raw("progress", required=True), f.at("progress"))
        if not isinstance(progress, Progress):
            raise WireError(f.at("progress"), "expected a progress event")
        out = cls(
            f.text("id", required=True),
            f.choice("state", JOB_STATES, required=True),
            progress,
            f.items("answers", lambda v, p: None if v is None else job_answer_from_dict(v, p), required=True),
            None if error is None else Failure.from_dict(error, f.at("error")),
        )
        f.done()
        return out
