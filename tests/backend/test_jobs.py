"""The job store by itself: order, progress, cancel, failures, forgetting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from backend.errors import BadInput, Cancelled, Refused
from backend.jobs import MAX_REQUESTS, MAX_WAITING, JobStore, UnknownJob
from rigs.wire import Answered, Failure, Finished, JobEvent, PoseRequest, PoseResult, Progress
from tests.backend.stand_in import StandIn, result_of


@pytest.fixture
def service() -> StandIn:
    return StandIn()


@pytest.fixture
def store(service: StandIn) -> Iterator[JobStore]:
    store = JobStore(service)
    yield store
    store.close()
    service.release.set()


class Listener:
    """Collects events and knows when the last has come."""

    def __init__(self) -> None:
        self.events: list[JobEvent] = []
        self.ended = threading.Event()

    def __call__(self, event: JobEvent) -> None:
        self.events.append(event)
        if isinstance(event, Finished):
            self.ended.set()

    def wait(self) -> list[JobEvent]:
        assert self.ended.wait(5)
        return self.events


def follow(store: JobStore, job_id: str) -> Listener:
    listener = Listener()
    store.subscribe(job_id, listener)
    return listener


def test_answers_come_in_order_with_progress_between(store: JobStore) -> None:
    job = store.submit([PoseRequest(id=str(i), prompt="sit") for i in range(4)])
    events = follow(store, job.id).wait()
    assert [e.index for e in events if isinstance(e, Answered)] == [0, 1, 2, 3]
    assert [e.done for e in events if isinstance(e, Progress)][-1] == 4
    assert store.status(job.id).state == "done"


def test_stages_are_told_to_listeners(store: JobStore, service: StandIn) -> None:
    job = store.submit([PoseRequest(prompt="slow")])
    listener = follow(store, job.id)
    assert service.started.wait(5)
    service.release.set()
    assert {"reading the words"} <= {e.stage for e in listener.wait() if isinstance(e, Progress)}


def test_a_reply_is_told_as_far_as_it_is_written(store: JobStore, service: StandIn) -> None:
    job = store.submit([PoseRequest(prompt=p) for p in ("slow", "talk", "sit")])
    listener = follow(store, job.id)
    service.release.set()  # only now, so that the listener misses nothing
    told = [e.reply for e in listener.wait() if isinstance(e, Progress)]
    assert told[-1] == "" and [t for t in told if t] == ["It is", "It is a pose"]


def test_a_failure_costs_its_own_request_only(store: JobStore) -> None:
    unread = Failure("bad_request", "n: wrong", "", "b")
    job = store.submit([PoseRequest(prompt="bad"), unread, PoseRequest(prompt="crash"), PoseRequest(prompt="sit")])
    follow(store, job.id).wait()
    status = store.status(job.id)
    codes = [a.code if isinstance(a, Failure) else "ok" for a in status.answers]
    assert (status.state, codes) == ("done", ["bad_input", "bad_request", "internal", "ok"])


def test_a_waiting_job_is_cancelled_at_once(store: JobStore, service: StandIn) -> None:
    running = store.submit([PoseRequest(prompt="slow")])
    waiting = store.submit([PoseRequest(prompt="never")])
    listener = follow(store, waiting.id)
    assert store.cancel(waiting.id).state == "cancelled"
    assert listener.wait()[-1] == Finished("cancelled")
    service.release.set()
    follow(store, running.id).wait()
    assert service.seen == ["slow"]


def test_a_running_job_is_cancelled_in_the_middle_and_keeps_what_it_has(store: JobStore, service: StandIn) -> None:
    job = store.submit([PoseRequest(prompt="sit"), PoseRequest(prompt="slow"), PoseRequest(prompt="never")])
    listener = follow(store, job.id)
    assert service.started.wait(5)
    store.cancel(job.id)
    listener.wait()
    status = store.status(job.id)
    assert (status.state, status.progress.done) == ("cancelled", 1)
    assert isinstance(status.answers[0], PoseResult)
    assert status.answers[1:] == (None, None)


def test_cancelling_a_finished_job_changes_nothing(store: JobStore) -> None:
    job = store.submit([PoseRequest(prompt="sit")])
    follow(store, job.id).wait()
    assert store.cancel(job.id) == store.status(job.id)
    assert store.status(job.id).state == "done"


def test_the_next_job_runs_after_a_cancelled_one(store: JobStore, service: StandIn) -> None:
    first = store.submit([PoseRequest(prompt="slow")])
    assert service.started.wait(5)
    second = store.submit([PoseRequest(prompt="sit")])
    store.cancel(first.id)
    assert follow(store, second.id).wait()[-1] == Finished("done")


def test_a_pipeline_that_gives_up_by_itself_costs_that_request(store: JobStore) -> None:
    class GivesUp(StandIn):
        def pose(self, request: PoseRequest, tick: Callable[[str], None]) -> PoseResult:
            if request.prompt == "stop":
                raise Cancelled("enough")
            return result_of(request)

    store = JobStore(GivesUp())
    job = store.submit([PoseRequest(prompt="stop"), PoseRequest(prompt="sit")])
    follow(store, job.id).wait()
    assert store.status(job.id).state == "done"


def test_a_late_listener_hears_what_happened(store: JobStore) -> None:
    job = store.submit([PoseRequest(prompt="sit")])
    follow(store, job.id).wait()
    late = follow(store, job.id)
    assert [e.to_dict()["type"] for e in late.events] == ["answer", "progress", "finished"]


def test_a_listener_that_left_or_fails_does_not_stop_the_job(store: JobStore, service: StandIn) -> None:
    job = store.submit([PoseRequest(prompt="slow")])
    gone, broken = Listener(), Listener()
    leave = store.subscribe(job.id, gone)
    assert service.started.wait(5)

    def breaks(event: JobEvent) -> None:
        broken.events.append(event)
        if len(broken.events) > 1:
            raise RuntimeError("a closed window")

    store.subscribe(job.id, breaks)
    stays = follow(store, job.id)
    leave()
    leave()
    service.release.set()
    assert stays.wait()[-1] == Finished("done")
    assert not gone.ended.is_set()


def test_old_jobs_are_forgotten_by_number_and_by_age() -> None:
    now = [0.0]
    store = JobStore(StandIn(), keep=3, keep_seconds=100.0, clock=lambda: now[0])
    ids = []
    for i in range(6):
        now[0] = float(i)
        ids.append(store.submit([PoseRequest(prompt="sit")]).id)
        follow(store, ids[-1]).wait()
    assert store.status(ids[-3]).state == "done"
    with pytest.raises(UnknownJob, match="there is no job"):
        store.status(ids[0])
    now[0] = 200.0
    with pytest.raises(UnknownJob):
        store.status(ids[-1])
    store.close()


def test_too_many_or_no_requests_and_too_many_jobs_are_refused(store: JobStore, service: StandIn) -> None:
    for requests in ([], [PoseRequest()] * (MAX_REQUESTS + 1)):
        with pytest.raises(BadInput, match="1 to 10,000 requests"):
            store.submit(requests)
    store.submit([PoseRequest(prompt="slow")])
    assert service.started.wait(5)
    for _ in range(MAX_WAITING):
        store.submit([PoseRequest(prompt="sit")])
    with pytest.raises(Refused, match="waiting already"):
        store.submit([PoseRequest(prompt="sit")])


def test_closing_ends_every_job_and_takes_no_more(service: StandIn) -> None:
    store = JobStore(service)
    jobs = [store.submit([PoseRequest(prompt="slow")]), store.submit([PoseRequest(prompt="sit")])]
    listeners = [follow(store, job.id) for job in jobs]
    assert service.started.wait(5)
    store.close()
    assert [listener.wait()[-1].to_dict()["state"] for listener in listeners] == ["failed", "failed"]
    assert service.cancelled.wait(5)
    with pytest.raises(Refused, match="stopping"):
        store.submit([PoseRequest(prompt="sit")])
