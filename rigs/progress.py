"""A job: what GET /v1/jobs/{id} shows of it, and the events that its stream is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from .decode import Fields, WireError, present
from .result import Answer, Failure, answer_from_dict


@dataclass(frozen=True)
class Progress:
    """Event: `done` of `total` requests are finished; `stage` says in words what happens now.

    reply: of the request that is worked on, as far as it is written; "" where the engine does not write word by word.
    """

    done: int
    total: int
    stage: str
    reply: str = ""

    def to_dict(self) -> dict[str, Any]:
        told = {"type": "progress", "done": self.done, "total": self.total, "stage": self.stage}
        return told | present(reply=self.reply or None)


@dataclass(frozen=True)
class Answered:
    """Event: the answer to request number `index` of the job."""

    index: int
    answer: Answer

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


def event_from_dict(value: Any, path: str = "event") -> JobEvent:
    f = Fields(value, path)
    tag = f.choice("type", ("progress", "answer", "finished"), required=True)
    event: JobEvent
    if tag == "progress":
        done, total = (f.integer(name, 0, 0, 1 << 30) for name in ("done", "total"))
        event = Progress(done, total, f.text("stage", ""), f.text("reply", "", max_chars=100_000))
    elif tag == "answer":
        answer = answer_from_dict(f.raw("answer", required=True), f.at("answer"))
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
    answers: tuple[Answer | None, ...] = ()
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
            f.items("answers", lambda v, p: None if v is None else answer_from_dict(v, p), required=True),
            None if error is None else Failure.from_dict(error, f.at("error")),
        )
        f.done()
        return out
