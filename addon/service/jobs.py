"""Jobs: a worker thread does the talking and puts what happens on a queue; the main thread takes it off. No bpy.

What a job needs from Blender is in the job before the thread starts, and nothing of Blender is touched in the thread.
Finished jobs are kept, so that a result whose armature has gone can still be used.
"""

from __future__ import annotations

import queue
import threading
import time
import uuid
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from .client import RequestFailed, ServiceError, Unreachable
from .process import CannotStart, LaunchPlan, Service, StartCancelled, died

if TYPE_CHECKING:
    from ...rigs.wire import (
        JobStatus,
        Overlay,
        OverlayRequest,
        PictureRequest,
        Pictures,
        PoseEntry,
        PoseRequest,
        PoseResult,
    )

WORKING, DONE, FAILED, CANCELLED = "working", "done", "failed", "cancelled"
WHICH_PERSON: Final = "which_person"  # the service's code where it must be asked who is meant
KEEP: Final = 50
PICTURE_SIZE: Final = (160, 160)
_POLL_FIRST: Final = 0.02
_POLL_MOST: Final = 0.25


class Client(Protocol):
    """The part of the client that a job needs."""

    def submit(self, request: PoseRequest) -> JobStatus: ...
    def status(self, job_id: str) -> JobStatus: ...
    def cancel(self, job_id: str) -> None: ...
    def pictures(self, request: PictureRequest) -> Pictures: ...
    def overlay(self, request: OverlayRequest) -> Overlay: ...


@dataclass(eq=False)
class Job:
    """One press of Pose. Written by the main thread only, except `wants_stop`.

    target: who is to be posed, opaque here. said: the words, for people. writing: the reply as far as it is written.
    error: what went wrong. note: what became of the result in the scene; held: the bones that locks held back; choice:
    the alternative that was applied last. pictures: PNG files of the alternatives, once they are drawn; pictured:
    whether nothing more is to come. everyone: the other selected characters get the pose as well; left_out: why some
    did not.
    overlay: a PNG file of the photo with what was seen in it; people: how many are numbered there, where it was asked
    who is meant. wish: what the animator wanted, opaque here.
    """

    request: PoseRequest
    target: Any
    plan: LaunchPlan
    said: str = ""
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    state: str = WORKING
    stage: str = "Starting"
    writing: str = ""
    result: PoseResult | None = None
    error: ServiceError | None = None
    note: str = ""
    held: tuple[str, ...] = ()
    applied: bool = False
    choice: int = 0
    everyone: bool = False
    left_out: str = ""
    pictures: tuple[bytes, ...] = ()
    pictured: bool = True
    overlay: bytes = b""
    people: int = 0
    wish: Any = None
    started: float = field(default_factory=time.monotonic)
    wants_stop: threading.Event = field(default_factory=threading.Event)

    @property
    def busy(self) -> bool:
        return self.state == WORKING


@dataclass(frozen=True)
class Report:
    """What the worker tells the main thread: fields of the job with their new values."""

    job: Job
    changes: dict[str, Any]


def _only_pictures(report: Report) -> bool:
    return set(report.changes) <= {"pictures", "pictured", "overlay", "people"}


def _shown(result: PoseResult) -> tuple[PoseEntry, ...]:
    """What of a photo's answer goes over it: everybody, else the best pose without its alternatives."""
    entries = tuple(e for e in result.poses if e.camera is not None and e.person is not None)
    return entries if len({e.person for e in entries}) > 1 else entries[:1]


class Board:
    """All jobs of this session and the queue between the threads."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self.jobs: OrderedDict[str, Job] = OrderedDict()

    @property
    def latest(self) -> Job | None:
        return next(reversed(self.jobs.values()), None)

    @property
    def busy(self) -> Job | None:
        """The job at work, or None."""
        return next((job for job in self.jobs.values() if job.busy), None)

    def before(self, job: Job) -> Job | None:
        """The job that was asked for before this one; None where there is none."""
        kept = list(self.jobs.values())
        at = next((i for i, other in enumerate(kept) if other is job), 0)
        return kept[at - 1] if at else None

    def add(self, job: Job) -> None:
        """Remember the job; the oldest are forgotten."""
        self.jobs[job.id] = job
        while len(self.jobs) > KEEP:
            self.jobs.popitem(last=False)

    def start(self, job: Job) -> None:
        """Work on the job in a thread."""
        self.add(job)
        threading.Thread(target=self.work, args=(job,), name="posewright-job", daemon=True).start()

    def run(self, job: Job) -> None:
        """Work on the job here and now, for Blender without a window, where timers never fire."""
        self.add(job)
        self.work(job)
        self.drain()

    def cancel(self, job: Job) -> None:
        """Stop the job. The panel is free at once; the worker tells the service."""
        job.wants_stop.set()
        job.state, job.stage = CANCELLED, "Cancelled"

    def drain(self) -> list[Job]:
        """Take over what the workers reported; main thread only.

        Returns:
            The jobs that have just got a result.
        """
        finished: list[Any] = []
        while True:
            try:
                report = self._reports.get_nowait()
            except queue.Empty:
                return finished
            job = report.job
            if not job.busy and not _only_pictures(report):  # cancelled meanwhile: late news change nothing
                continue
            for name, value in report.changes.items():
                setattr(job, name, value)
            if report.changes.get("state") == DONE:
                finished.append(job)

    def work(self, job: Job) -> None:
        """The worker: start the service when needed, ask, wait. Reports, never raises."""
        try:
            result = self._talk(job)
        except StartCancelled:
            self._report(job, state=CANCELLED, stage="Cancelled")
        except ServiceError as error:
            asked = job.request.image is not None and getattr(error, "code", "") == WHICH_PERSON
            self._report(job, state=FAILED, error=error, pictured=not asked)
            if asked:
                self._report(job, **self._overlaid(job, ()), pictured=True)
        except Exception as error:  # a fault of ours must end the job, not leave it busy for ever
            self._report(
                job, state=FAILED, error=ServiceError(f"A fault in Posewright: {error!r}.", "Please report it.")
            )
        else:
            self._report(job, state=DONE, result=result, pictured=not result.poses)
            if result.poses:
                overlaid = self._overlaid(job, _shown(result)) if job.request.image is not None else {}
                self._report(job, **overlaid)
                self._report(job, pictures=self._drawn(job, result), pictured=True)

    def _drawn(self, job: Job, result: PoseResult) -> tuple[bytes, ...]:
        """Pictures of the alternatives; none where they cannot be had: the poses do not depend on them."""
        from ...rigs.wire import PictureRequest

        request = PictureRequest(tuple(entry.pose for entry in result.poses), PICTURE_SIZE)
        try:
            return self._service.start(job.plan, job.wants_stop.is_set).pictures(request).pngs
        except (ServiceError, StartCancelled):
            return ()

    def number_people(self, job: Job) -> None:
        """Have everybody in the job's picture numbered, to choose somebody else; any thread."""
        self._report(job, **self._overlaid(job, ()))

    def _overlaid(self, job: Job, entries: tuple[PoseEntry, ...]) -> dict[str, Any]:
        """The photo with these poses, or with its people's numbers; nothing where it cannot be had."""
        from ...rigs.wire import OverlayRequest

        assert job.request.image is not None
        request = OverlayRequest(job.request.image, entries, job.request.engine)
        try:
            drawn = self._service.start(job.plan, job.wants_stop.is_set).overlay(request)
        except (ServiceError, StartCancelled):
            return {}
        return {"overlay": drawn.png, "people": len(drawn.people)}

    def _report(self, job: Job, **changes: Any) -> None:
        self._reports.put(Report(job, changes))

    def _talk(self, job: Job) -> PoseResult:
        if self._service.state != "running":
            self._report(job, stage="Starting the pose service")
        client = self._service.start(job.plan, job.wants_stop.is_set)
        self._report(job, stage="Posing")
        try:
            return self._ask(client, job)
        except Unreachable:
            raise self._lost() from None

    def _lost(self) -> ServiceError:
        """The connection broke: say whether the service is gone or only silent."""
        deadline = time.monotonic() + 0.5  # a killed process takes a moment to be seen as ended
        while time.monotonic() < deadline:
            if self._service.state != "running":
                return self._service.error or died(0)
            time.sleep(0.02)
        return CannotStart("The pose service does not answer.", "Press Stop, then Pose again.")

    def _ask(self, client: Client, job: Job) -> PoseResult:
        from ...rigs.wire import Failure

        status = client.submit(job.request)
        pause = _POLL_FIRST
        while status.state in ("queued", "running"):
            if job.wants_stop.wait(pause):
                client.cancel(status.id)
                raise StartCancelled
            pause = min(pause * 1.3, _POLL_MOST)
            status = client.status(status.id)
            told = status.progress
            self._report(job, stage=told.stage.capitalize() or "Posing", writing=told.reply)
        if status.error is not None:
            raise RequestFailed(status.error)
        if status.state == "cancelled":
            raise StartCancelled
        answer = status.answers[0] if status.answers else None
        if isinstance(answer, Failure):
            raise RequestFailed(answer)
        if answer is None:
            raise ServiceError("The pose service gave no answer.", "Press Pose again.")
        return answer
