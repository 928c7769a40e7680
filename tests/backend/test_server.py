"""The HTTP service over real connections, with a pipeline that does what a test asks of it."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from backend.server import MAX_BODY_BYTES
from rigs.wire import (
    PROTOCOL_HEADER,
    PROTOCOL_VERSION,
    Answered,
    Description,
    EngineInfo,
    Failure,
    Finished,
    Health,
    JobStatus,
    PictureRequest,
    Pictures,
    PoseResult,
    TrackResult,
    event_from_dict,
)
from tests.backend.stand_in import TOKEN, Client, StandIn, rest_pose, running_server


@pytest.fixture(scope="module")
def service() -> StandIn:
    return StandIn()


@pytest.fixture(scope="module")
def server(service: StandIn) -> Iterator[Client]:
    with running_server(service) as client:
        yield client
        service.release.set()


@pytest.fixture(autouse=True)
def _fresh(service: StandIn) -> None:
    for event in (service.release, service.started, service.cancelled):
        event.clear()


def failure(response: requests.Response) -> Failure:
    return Failure.from_dict(response.json())


def test_health_says_state_protocol_and_version(server: Client) -> None:
    response = server("GET", "/v1/health")
    health = Health.from_dict(response.json())
    assert (health.state, health.protocol) == ("ready", PROTOCOL_VERSION)
    assert response.headers[PROTOCOL_HEADER] == str(PROTOCOL_VERSION)


def test_engines_are_listed(server: Client) -> None:
    listed = server("GET", "/v1/engines").json()["engines"]
    assert [EngineInfo.from_dict(e).name for e in listed] == ["stand-in"]


def test_a_pose_comes_back_with_the_id_of_its_request(server: Client) -> None:
    body = {"id": "a7", "prompt": "sitting", "n": 3, "start": rest_pose().to_dict()}
    response = server("POST", "/v1/poses", json=body)
    result = PoseResult.from_dict(response.json())
    assert (response.status_code, result.id, len(result.poses)) == (200, "a7", 3)
    assert result.poses[0].pose == rest_pose()


def test_a_pose_is_described(server: Client) -> None:
    pose = rest_pose().to_dict()
    found = Description.from_dict(server("POST", "/v1/describe", json={"pose": pose, "than": pose}).json())
    assert found.difference == "raise the arm"


def test_poses_are_drawn_in_their_order(server: Client) -> None:
    asked = PictureRequest((rest_pose(), rest_pose()), (64, 48))
    assert Pictures.from_dict(server("POST", "/v1/pictures", json=asked.to_dict()).json()).pngs == (b"png 64",) * 2


@pytest.mark.parametrize(
    "change", [{"poses": []}, {"width": 4}, {"height": 5000}, {"poses": [rest_pose().to_dict()] * 65}]
)
def test_too_much_or_nothing_to_draw_is_refused(server: Client, change: dict[str, Any]) -> None:
    response = server("POST", "/v1/pictures", json=PictureRequest((rest_pose(),)).to_dict() | change)
    assert response.status_code == 422 and next(iter(change)) in failure(response).message


def test_a_pose_is_described_as_a_program(server: Client) -> None:
    body = {"pose": rest_pose().to_dict(), "posecodes": True}
    found = Description.from_dict(server("POST", "/v1/describe", json=body).json())
    assert found.posecodes[0]["type"] == "angle"


def test_the_schema_of_programs_is_published(server: Client) -> None:
    assert server("GET", "/v1/posecodes").json() == {"title": "posecode program", "strict": False}
    assert server("GET", "/v1/posecodes?strict=1").json()["strict"]


def test_a_program_is_solved_and_reported(server: Client) -> None:
    body = {"id": 5, "program": [{"type": "angle"}, {"type": "bad"}], "n": 2, "start": rest_pose().to_dict()}
    result = PoseResult.from_dict(server("POST", "/v1/solve", json=body).json())
    assert (result.id, len(result.poses)) == ("5", 2)
    report = result.poses[0].report
    assert report
    assert [s.met for s in report.statements] == [True, False]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "program: missing"),
        ({"program": []}, "program: expected 1 to 500 statements, got 0"),
        ({"program": [{"type": "angle"}] * 501}, "program: expected 1 to 500 statements, got 501"),
        ({"program": {"type": "angle"}}, "program: expected a list, got an object"),
        ({"program": ["look up"]}, "program[0]: expected an object, got a string"),
        ({"program": [{"type": "angle"}, {"type": "broken"}]}, "program[1].type: 'broken' is no kind of posecode"),
        ({"program": [{"type": "angle"}], "prompt": "sit"}, "prompt: unknown field"),
        ({"program": [{"type": "angle"}], "locks": ["nose"]}, "locks[0]: unknown joint 'nose'"),
        ({"program": [{"type": "angle"}], "n": 0}, "n: expected a whole number from 1 to 64"),
        ({"program": [{"type": "angle"}], "start": {"rotvecs": []}}, "start.rotvecs: expected shape 55x3"),
    ],
)
def test_a_broken_program_is_refused_with_the_path_of_the_fault(
    server: Client, body: dict[str, Any], says: str
) -> None:
    response = server("POST", "/v1/solve", json=body)
    assert response.status_code == 422
    assert says in failure(response).message


@pytest.mark.parametrize(
    ("headers", "status", "code", "says"),
    [
        ({"Authorization": "Bearer wrong"}, 401, "unauthorized", "wrong token"),
        ({"Authorization": ""}, 401, "unauthorized", "no token"),
        ({"Authorization": f"Basic {TOKEN}"}, 401, "unauthorized", "Bearer"),
        ({"Host": "evil.example"}, 403, "foreign_host", "evil.example"),
        ({"Host": "127.0.0.1.evil.example"}, 403, "foreign_host", "127.0.0.1"),
        ({"Origin": "http://evil.example"}, 403, "foreign_origin", "web pages"),
        ({"Origin": "null"}, 403, "foreign_origin", "web pages"),
        ({PROTOCOL_HEADER: str(PROTOCOL_VERSION + 1)}, 426, "protocol_mismatch", "update the backend"),
        ({PROTOCOL_HEADER: str(PROTOCOL_VERSION - 1)}, 426, "protocol_mismatch", "update the add-on"),
        ({PROTOCOL_HEADER: "one"}, 426, "protocol_mismatch", "'one'"),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/health"), ("POST", "/v1/poses"), ("GET", "/nowhere")])
def test_who_may_not_talk_is_told_why(
    server: Client, method: str, path: str, headers: dict[str, str], status: int, code: str, says: str
) -> None:
    response = server(method, path, headers=headers)
    assert (response.status_code, failure(response).code) == (status, code)
    assert says in failure(response).message
    assert failure(response).hint


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1", "[::1]:9"])
def test_names_of_this_computer_are_served(server: Client, host: str) -> None:
    assert server("GET", "/v1/health", headers={"Host": host}).status_code == 200


def test_the_right_protocol_version_is_served(server: Client) -> None:
    assert server("GET", "/v1/health", headers={PROTOCOL_HEADER: str(PROTOCOL_VERSION)}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b'{"prompt": "sit",\n "n" 2}', 400, "line 2, column 6"),
        (b"", 400, "line 1, column 1"),
        (b'{"prompt": "\xff\xfe"}', 400, "byte 12 is 0xff"),
        (b"[" * 100_000, 400, "not JSON"),
        (b'{"seed": ' + b"9" * 5000 + b"}", 400, "not JSON"),
        (b'"sit"', 422, "expected an object, got a string"),
        (b'{"promt": "sit"}', 422, "promt: unknown field; did you mean 'prompt'?"),
        (b'{"prompt": 3}', 422, "prompt: expected a string, got a number"),
        (b'{"prompt": "\\ud800"}', 422, "prompt: not text"),
        (b'{"n": 0}', 422, "n: expected a whole number from 1 to 64, got 0"),
        (b'{"scope": ["left_elbo"]}', 422, "scope[0]: unknown joint 'left_elbo': did you mean left_elbow"),
        (json.dumps({"prompt": "x" * 100_000}).encode(), 422, "100,000 characters; at most 20,000"),
    ],
)
def test_a_request_that_cannot_be_read_says_where(server: Client, body: bytes, status: int, says: str) -> None:
    response = server("POST", "/v1/poses", data=body)
    assert response.status_code == status
    assert says in failure(response).message


def test_nan_in_the_starting_pose_names_the_number(server: Client) -> None:
    pose = rest_pose().to_dict()
    pose["rotvecs"][4][2] = float("nan")
    response = server("POST", "/v1/poses", data=json.dumps({"start": pose}))
    assert response.status_code == 422
    assert failure(response).message == "start.rotvecs[4][2]: not a finite number (NaN or infinity)"


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_that_is_too_large_is_refused_while_it_comes(server: Client, declared: bool) -> None:
    block = b" " * (1 << 20)

    def chunks() -> Iterator[bytes]:
        for _ in range((MAX_BODY_BYTES >> 20) + 8):
            yield block

    body: Any = b" " * (MAX_BODY_BYTES + 1) if declared else chunks()
    response = server("POST", "/v1/poses", data=body)
    assert (response.status_code, failure(response).code) == (413, "too_large")
    assert server("GET", "/v1/health").status_code == 200


def test_a_large_body_without_the_token_still_gets_its_answer(server: Client) -> None:
    response = server("POST", "/v1/poses", data=b" " * (8 << 20), headers={"Authorization": "Bearer no"})
    assert response.status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/v1/health/", 404, "not_found"),
        ("PUT", "/v1/poses", 405, "wrong_method"),
        ("GET", "/v1/jobs/none", 404, "unknown_job"),
        ("DELETE", "/v1/jobs/none", 404, "unknown_job"),
        ("GET", "/v1/jobs/none/events", 404, "unknown_job"),
    ],
)
def test_wrong_addresses_are_errors_of_the_same_form(
    server: Client, method: str, path: str, status: int, code: str
) -> None:
    response = server(method, path)
    assert (response.status_code, failure(response).code) == (status, code)


def test_an_error_of_the_pipeline_keeps_its_code_and_hint(server: Client) -> None:
    response = server("POST", "/v1/poses", json={"prompt": "bad"})
    assert response.status_code == 422
    assert failure(response) == Failure("bad_input", "that is bad", "write something good")


def test_a_fault_is_logged_with_its_traceback_and_answered(server: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        response = server("POST", "/v1/poses", json={"prompt": "crash"})
    assert (response.status_code, failure(response).code) == (500, "internal")
    assert "a fault in the pipeline" in failure(response).message
    assert any(record.exc_info for record in caplog.records)


def test_posing_does_not_block_other_requests(server: Client, service: StandIn) -> None:
    done: list[requests.Response] = []
    slow = threading.Thread(target=lambda: done.append(server("POST", "/v1/poses", json={"prompt": "slow"})))
    slow.start()
    assert service.started.wait(5)
    assert Client(int(server.base.rpartition(":")[2]))("GET", "/v1/health", timeout=2).status_code == 200
    service.release.set()
    slow.join(5)
    assert done[0].status_code == 200


def test_a_client_that_goes_away_stops_its_pose(server: Client, service: StandIn) -> None:
    body = b'{"prompt": "slow"}'
    lines = [
        "POST /v1/poses HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {TOKEN}",
        f"Content-Length: {len(body)}",
    ]
    head = "\r\n".join(lines) + "\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(server.base.rpartition(":")[2]))) as connection:
        connection.sendall(head.encode() + body)
        assert service.started.wait(5)
    assert service.cancelled.wait(5)


def events(server: Client, job: str) -> Iterator[Any]:
    with server("GET", f"/v1/jobs/{job}/events", stream=True) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith(b"data: "):
                yield event_from_dict(json.loads(line[6:]))


def test_a_job_streams_its_answers_and_ends(server: Client) -> None:
    body = {"requests": [{"id": "a", "prompt": "sit"}, {"id": "b", "promt": "x"}, {"id": "c", "prompt": "bad"}]}
    response = server("POST", "/v1/jobs", json=body)
    job = JobStatus.from_dict(response.json())
    assert response.status_code == 202
    seen = list(events(server, job.id))
    assert seen[-1] == Finished("done")
    status = JobStatus.from_dict(server("GET", f"/v1/jobs/{job.id}").json())
    assert (status.state, status.progress.done) == ("done", 3)
    first, *failed = status.answers
    assert isinstance(first, PoseResult)
    assert [(f.id, f.code) for f in failed if isinstance(f, Failure)] == [("b", "bad_request"), ("c", "bad_input")]
    assert [e.to_dict()["type"] for e in events(server, job.id)] == ["answer"] * 3 + ["progress", "finished"]


def test_one_request_makes_a_job_too(server: Client) -> None:
    job = JobStatus.from_dict(server("POST", "/v1/jobs", json={"id": "only", "prompt": "sit"}).json())
    list(events(server, job.id))
    answers = JobStatus.from_dict(server("GET", f"/v1/jobs/{job.id}").json()).answers
    assert [a and a.id for a in answers] == ["only"]


@pytest.mark.parametrize("body", [{"requests": []}, {"requests": {}}, {"requests": [], "more": 1}, []])
def test_a_job_that_is_none_is_refused(server: Client, body: Any) -> None:
    assert server("POST", "/v1/jobs", json=body).status_code == 422


def test_a_running_job_is_cancelled_and_cancelling_again_changes_nothing(server: Client, service: StandIn) -> None:
    job = server("POST", "/v1/jobs", json={"requests": [{"prompt": "slow"}, {"prompt": "never"}]}).json()["id"]
    assert service.started.wait(5)
    assert server("DELETE", f"/v1/jobs/{job}").status_code == 200
    assert list(events(server, job))[-1] == Finished("cancelled")
    again = JobStatus.from_dict(server("DELETE", f"/v1/jobs/{job}").json())
    assert again.state == "cancelled"
    assert "never" not in service.seen


def test_shutdown_ends_waiting_clients_and_frees_the_port() -> None:
    service = StandIn()
    with running_server(service) as server:
        job = server("POST", "/v1/jobs", json={"prompt": "slow"}).json()["id"]
        assert service.started.wait(5)
        seen: list[Any] = []
        listener = threading.Thread(target=lambda: seen.extend(events(server, job)))
        listener.start()
        other = Client(int(server.base.rpartition(":")[2]))
        assert other("POST", "/v1/shutdown").status_code == 200
        other.session.close()
        listener.join(10)
        assert isinstance(seen[-1], Finished)
        assert (seen[-1].state, seen[-1].error and seen[-1].error.code) == ("failed", "stopping")
    with pytest.raises(requests.ConnectionError):
        server("GET", "/v1/health", timeout=2)


def test_a_job_follows_a_person(server: Client) -> None:
    job = JobStatus.from_dict(server("POST", "/v1/jobs", json={"track": {"id": "w", "source": "walk.mp4"}}).json())
    lines = server("GET", f"/v1/jobs/{job.id}/events").text.splitlines()
    events = [event_from_dict(json.loads(line[6:])) for line in lines if line.startswith("data: ")]
    told = [e for e in events if isinstance(e, Answered)]
    assert isinstance(told[0].answer, TrackResult)
    assert (told[0].answer.id, len(told[0].answer.poses)) == ("w", 3)


def test_nobody_who_wants_a_pose_waits_for_a_motion(server: Client, service: StandIn) -> None:
    slow = JobStatus.from_dict(server("POST", "/v1/jobs", json={"track": {"source": "slow.mp4"}}).json())
    assert service.started.wait(5)
    quick = JobStatus.from_dict(server("POST", "/v1/jobs", json={"prompt": "sit"}).json())
    events = server("GET", f"/v1/jobs/{quick.id}/events").text
    assert "posed sit" in events
    running = JobStatus.from_dict(server("GET", f"/v1/jobs/{slow.id}").json())
    assert (running.state, running.progress.step, running.progress.steps) == ("running", 0, 0)
    server("DELETE", f"/v1/jobs/{slow.id}")
    assert service.cancelled.wait(5)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"track": {}}, "track.source: missing"),
        ({"track": {"source": "a"}, "requests": []}, "requests: unknown field"),
        ({"track": {"source": "a", "speed": 2}}, "track.speed: unknown field"),
    ],
)
def test_a_motion_that_is_badly_asked_for_is_refused(server: Client, body: dict[str, Any], says: str) -> None:
    response = server("POST", "/v1/jobs", json=body)
    assert response.status_code == 422
    assert says in failure(response).message


def test_files_are_named_with_the_token_only(server: Client) -> None:
    body = {"track": {"source": "/etc"}}
    assert server("POST", "/v1/jobs", json=body, headers={"Authorization": ""}).status_code == 401
