"""Jobs: lists of requests that are answered one after the other by a worker thread, with progress and cancel.

Motion from video takes minutes, so it has a thread of its own, and nobody who wants a pose waits for it.
A job lives in memory. A request that fails costs that request only: its `Failure` is the answer at its index. Finished
jobs are kept for a while so that a client that was away can fetch what it missed.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, Protocol, TypeVar

from rigs.wire import (
    Answered,
    Failure,
    Finished,
    JobAnswer,
    JobEvent,
    JobStatus,
    PoseRequest,
    PoseResult,
    Progress,
    TrackRequest,
    TrackResult,
)

from .errors import BadInput, Broken, Cancelled, PosewrightError, Refused
from .ticks import Tick

KEEP_FINISHED: Final = 64
KEEP_SECONDS: Final = 30 * 60.0
MAX_WAITING: Final = 64
MAX_REQUESTS: Final = 10_000
_STAGE_CHARS: Final = 200  # as the wire format allows

Listener = Callable[[JobEvent], None]
T = TypeVar("T")
log = logging.getLogger("posewright.jobs")


Request = PoseRequest | TrackRequest


class Poser(Protocol):
    """What poses."""

    def pose(self, request: PoseRequest, tick: Tick) -> PoseResult: ...


class Worker(Poser, Protocol):
    """The part of the pipeline that jobs need."""

    def track(self, request: TrackRequest, tick: Tick) -> TrackResult: ...


class UnknownJob(BadInput):
    code = "unknown_job"
    http_status = 404


def answer(pipeline: Poser, request: PoseRequest, tick: Tick) -> PoseResult | Failure:
    """The result of one request, or its failure as a value; only `Cancelled` is raised."""
    return _or_failure(lambda: pipeline.pose(request, tick), request.id)


def _or_failure(work: Callable[[], T], name: str) -> T | Failure:
    try:
        return work()
    except Cancelled:
        raise
    except PosewrightError as error:
        return error.to_failure(name)
    except Exception as error:
        log.exception("request %r failed", name)
        return Broken(
            f"{type(error).__name__}: {error}", "this is a fault of Posewright; its log says more"
        ).to_failure(name)


class _Job:
    """One job. Every field but `cancelled` is read and written under the store's lock."""

    def __init__(self, requests: Sequence[Request | Failure]) -> None:
        self.id = secrets.token_urlsafe(9)
        self.requests = tuple(requests)
        self.lane = "motion" if any(isinstance(r, TrackRequest) for r in requests) else "poses"
        self.answers: list[JobAnswer | None] = [None] * len(self.requests)
        self.state = "queued"
        self.stage = "waiting"
        self.reply = ""
        self.done = self.step = self.steps = 0
        self.error: Failure | None = None
        self.cancelled = threading.Event()
        self.listeners: list[Listener] = []
        self.finished_at = 0.0

    @property
    def finished(self) -> bool:
        return self.state in ("done", "cancelled", "failed")

    def progress(self) -> Progress:
        return Progress(self.done, len(self.requests), self.stage, self.reply, self.step, self.steps)

    def status(self) -> JobStatus:
        return JobStatus(self.id, self.state, self.progress(), tuple(self.answers), self.error)

    def past(self) -> list[JobEvent]:
        """What a listener that comes now has missed: the answers, where the job stands, and the end if it has ended."""
        events: list[JobEvent] = [Answered(i, a) for i, a in enumerate(self.answers) if a is not None]
        events.append(self.progress())
        if self.finished:
            events.append(Finished(self.state, self.error))
        return events

    def tell(self, event: JobEvent) -> None:
        for listener in list(self.listeners):
            with suppress(Exception):  # a listener that is gone must not stop the job
                listener(event)


class JobStore:
    """All jobs of this process and the threads that work on them. Safe to call from any thread."""

    def __init__(
        self,
        pipeline: Worker,
        *,
        keep: int = KEEP_FINISHED,
        keep_seconds: float = KEEP_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pipeline = pipeline
        self._keep, self._keep_seconds, self._clock = keep, keep_seconds, clock
        self._jobs: dict[str, _Job] = {}
        self._waiting: deque[_Job] = deque()
        self._changed = threading.Condition(threading.RLock())
        self._closed = False
        self._workers: dict[str, threading.Thread] = {}

    def submit(self, requests: Sequence[Request | Failure]) -> JobStatus:
        """Queue a job. A `Failure` among the requests is a request that could not be read; it is its own answer.

        Raises:
            BadInput: no requests or too many.
            Refused: too many jobs are waiting, or the service is stopping.
        """
        if not 0 < len(requests) <= MAX_REQUESTS:
            raise BadInput(f"a job has 1 to {MAX_REQUESTS:,} requests, got {len(requests):,}", "split the list")
        with self._changed:
            if self._closed:
                raise Refused("the service is stopping", "start it again", "stopping", http_status=503)
            if len(self._waiting) >= MAX_WAITING:
                raise Refused(f"{MAX_WAITING} jobs are waiting already", "try again later", "busy", http_status=429)
            self._forget_old()
            job = _Job(requests)
            self._jobs[job.id] = job
            self._waiting.append(job)
            if job.lane not in self._workers:
                name = f"posewright-{job.lane}"
                self._workers[job.lane] = threading.Thread(target=self._work, args=(job.lane,), name=name, daemon=True)
                self._workers[job.lane].start()
            self._changed.notify_all()
            return job.status()

    def status(self, job_id: str) -> JobStatus:
        """Raises UnknownJob."""
        with self._changed:
            self._forget_old()
            return self._find(job_id).status()

    def cancel(self, job_id: str) -> JobStatus:
        """Stop a job, waiting or running; answers that are there stay. A job that has ended is left as it is."""
        with self._changed:
            job = self._find(job_id)
            job.cancelled.set()
            if job in self._waiting:
                self._waiting.remove(job)
                self._finish(job, "cancelled")
            return job.status()

    def subscribe(self, job_id: str, listener: Listener) -> Callable[[], None]:
        """Tell `listener` everything that happened to a job so far, then everything that happens, ending in `Finished`.

        The listener is called under the store's lock, from any thread: it must only hand the event on.

        Returns:
            A function that ends the subscription.
        """
        with self._changed:
            job = self._find(job_id)
            for event in job.past():
                listener(event)
            if not job.finished:
                job.listeners.append(listener)

        def leave() -> None:
            with self._changed, suppress(ValueError):
                job.listeners.remove(listener)

        return leave

    def close(self) -> None:
        """Stop the running job and end the waiting ones; their listeners hear of it. Does not wait for the thread."""
        with self._changed:
            self._closed = True
            stopped = Failure("stopping", "the pose service was stopped", "start it again and send the rest again")
            for job in list(self._jobs.values()):
                if not job.finished:
                    job.error = stopped
                    job.cancelled.set()
                    self._finish(job, "failed")
            self._waiting.clear()
            self._changed.notify_all()

    def _find(self, job_id: str) -> _Job:
        job = self._jobs.get(job_id)
        if job is None:
            raise UnknownJob(
                f"there is no job {job_id[:40]!r}",
                f"finished jobs are kept for {self._keep_seconds / 60:g} minutes; send the requests again",
            )
        return job

    def _forget_old(self) -> None:
        finished = sorted((j for j in self._jobs.values() if j.finished), key=lambda j: j.finished_at)
        oldest = self._clock() - self._keep_seconds
        for i, job in enumerate(finished):
            if job.finished_at < oldest or i < len(finished) - self._keep:
                del self._jobs[job.id]

    def _finish(self, job: _Job, state: str) -> None:
        if job.finished:
            return
        job.state, job.stage, job.reply, job.finished_at = state, state, "", self._clock()
        job.tell(job.progress())
        job.tell(Finished(state, job.error))
        job.listeners.clear()

    def _work(self, lane: str) -> None:
        while True:
            with self._changed:
                while (job := next((j for j in self._waiting if j.lane == lane), None)) is None and not self._closed:
                    self._changed.wait()
                if job is None or self._closed:
                    return
                self._waiting.remove(job)
                job.state, job.stage = "running", "starting"
                job.tell(job.progress())
            self._run(job)

    def _run(self, job: _Job) -> None:
        """Answer the requests of one job in order. Runs in the worker thread, without the lock while posing."""
        error: Failure | None = None
        try:
            for index, request in enumerate(job.requests):
                if job.cancelled.is_set():
                    raise Cancelled("cancelled")
                found = request if isinstance(request, Failure) else self._answer(job, request)
                with self._changed:
                    job.answers[index] = found
                    job.done, job.reply, job.step, job.steps = job.done + 1, "", 0, 0
                    job.tell(Answered(index, found))
                    job.tell(job.progress())
        except Cancelled:
            state = "cancelled"
        except BaseException as fault:  # the thread must live on for the next job
            log.exception("job %s failed", job.id)
            state, error = "failed", Failure("internal", f"{type(fault).__name__}: {fault}")
        else:
            state = "done"
        with self._changed:
            job.error = job.error or error
            self._finish(job, state)

    def _answer(self, job: _Job, request: Request) -> JobAnswer:
        def tick(stage: str, reply: str = "", *, step: int = 0, steps: int = 0) -> None:
            if job.cancelled.is_set():
                raise Cancelled("cancelled")
            with self._changed:
                if not job.finished:
                    job.stage, job.reply, job.step, job.steps = stage[:_STAGE_CHARS], reply, step, steps
                    job.tell(job.progress())

        try:
            if isinstance(request, TrackRequest):
                wanted = request
                return _or_failure(lambda: self._pipeline.track(wanted, tick), wanted.id)
            return answer(self._pipeline, request, tick)
        except Cancelled as error:
            if job.cancelled.is_set():
                raise
            return error.to_failure(request.id)
