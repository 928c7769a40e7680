"""The endpoint against a started server: what is sent, what is taken, and every fault a server can have."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
import requests

from backend.errors import Cancelled, NotAvailable
from backend.ticks import quiet
from backend.writer.answers import Choices, answer_schema
from backend.writer.author import Task, Written
from backend.writer.endpoint import Endpoint
from backend.writer.payload import Ways
from backend.writer.prompt import Message
from backend.writer.reading import reply_so_far
from backend.writer.settings import Settings
from tests.backend.writer.model_server import (
    ModelServer,
    dripping,
    half,
    hanging,
    knowing_only,
    model_server,
    raw,
    refused,
    streamed,
    whole,
)

__all__ = ["model_server"]
TEXT = '{"reply":"Grüße, 您好 — he \\"bows\\".","begin":"standing","program":[]}'
TASK = Task((Message("system", "s"), Message("user", "u")), lambda form: answer_schema(Choices(), form), reply_so_far)
PICTURE = Task((Message("user", "who?", (b"\x89PNG\r\n",)),), lambda form: answer_schema(Choices(), form))
KEY = "sk-very-secret-123"


def endpoint(server: ModelServer, **more: Any) -> Endpoint:
    return Endpoint(Settings(**{"url": server.url, "model": "m", "key": KEY} | more))


def text_of(server: ModelServer, task: Task = TASK, **more: Any) -> Written:
    found = endpoint(server, **more).write(task, 1, 0, quiet)[0]
    if not isinstance(found, Written):
        raise found
    return found


def fault_of(server: ModelServer, task: Task = TASK, **more: Any) -> NotAvailable:
    with pytest.raises(NotAvailable) as caught:
        text_of(server, task, **more)
    assert KEY not in f"{caught.value.message}{caught.value.hint}"
    assert "embedded" in caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    "step", [streamed(TEXT), streamed(TEXT, size=1), whole(TEXT)], ids=["stream", "bytes", "whole"]
)
def test_the_text_comes_complete_streamed_or_not(model_server: ModelServer, step: Any) -> None:
    model_server.script = [step]
    found = text_of(model_server)
    assert found.text == TEXT and found.finished and found.held


def test_the_request_has_model_messages_schema_and_key(model_server: ModelServer) -> None:
    model_server.script = [streamed(TEXT)]
    found = text_of(model_server)
    (asked,) = model_server.asked
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.body["model"] == "m"
    assert [m["role"] for m in asked.body["messages"]] == ["system", "user"]
    assert asked.body["response_format"]["json_schema"]["schema"] == json.loads(json.dumps(TASK.schema("stepped")))
    assert (found.tokens_in, found.tokens_out) == (1000, len(TEXT) // 4)


def test_pictures_go_as_data_urls(model_server: ModelServer) -> None:
    model_server.script = [streamed(TEXT)]
    text_of(model_server, PICTURE)
    image, text = model_server.asked[0].body["messages"][0]["content"]
    assert image["image_url"]["url"] == "data:image/png;base64,iVBORw0K"
    assert text == {"type": "text", "text": "who?"}


def test_samples_differ_in_seed_and_one_failure_costs_one(model_server: ModelServer) -> None:
    model_server.script = [refused(401, "no"), streamed(TEXT)]
    found = endpoint(model_server).write(TASK, 3, 5, quiet)
    assert sum(isinstance(f, Written) for f in found) == 2
    assert {a.body["seed"] for a in model_server.asked} == {5, 6, 7}


@pytest.mark.parametrize("formats", [("json_object", "text"), ("text",)])
def test_a_server_without_schemas_is_asked_in_another_way_and_it_is_remembered(
    model_server: ModelServer, formats: tuple[str, ...]
) -> None:
    model_server.script = [knowing_only(*formats, text=TEXT)]
    author = endpoint(model_server)
    first = author.write(TASK, 1, 0, quiet)[0]
    assert isinstance(first, Written) and not first.held
    before = len(model_server.asked)
    author.write(TASK, 1, 0, quiet)
    assert len(model_server.asked) == before + 1
    assert "JSON object alone" in model_server.asked[-1].body["messages"][0]["content"]


def test_a_chosen_way_is_kept(model_server: ModelServer) -> None:
    model_server.script = [knowing_only("text", text=TEXT)]
    assert fault_of(model_server, hold="json_schema").code == "writer_failed"
    assert {a.body["response_format"]["type"] for a in model_server.asked} == {"json_schema"}


def test_a_server_with_limits_for_schemas_is_asked_with_the_plain_one(model_server: ModelServer) -> None:
    model_server.script = [refused(400, "Invalid schema: too many enum values"), streamed(TEXT)]
    assert text_of(model_server).held
    sent = [a.body["response_format"]["json_schema"]["schema"] for a in model_server.asked]
    assert sent == [json.loads(json.dumps(TASK.schema(form))) for form in ("stepped", "plain")]


def test_another_computer_is_asked_with_the_plain_schema_from_the_start() -> None:
    ways = Ways.of(Settings(url="https://llm.example.org/v1", model="m"))
    assert (ways.hold, ways.held) == ("json_schema", True)


@pytest.mark.parametrize("name", ["max_tokens", "temperature", "seed", "stream_options"])
def test_parameters_that_a_server_does_not_take_are_left_out(model_server: ModelServer, name: str) -> None:
    model_server.script = [refused(400, f"Unsupported parameter: '{name}'"), streamed(TEXT)]
    text_of(model_server)
    assert name in model_server.asked[0].body and name not in model_server.asked[1].body
    assert ("max_completion_tokens" in model_server.asked[1].body) == (name == "max_tokens")


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_passing_faults_are_asked_again(model_server: ModelServer, status: int) -> None:
    model_server.script = [refused(status, "later", {"Retry-After": "0"}), streamed(TEXT)]
    assert text_of(model_server).text == TEXT


def test_a_date_is_a_time_to_wait_as_well(model_server: ModelServer) -> None:
    past = {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}
    model_server.script = [refused(429, "later", past), streamed(TEXT)]
    assert text_of(model_server).text == TEXT


def test_three_refusals_are_enough(model_server: ModelServer) -> None:
    model_server.script = [refused(429, "later", {"Retry-After": "0"})]
    assert fault_of(model_server).code == "writer_busy"
    assert len(model_server.asked) == 3


def test_nobody_waits_for_an_hour(model_server: ModelServer) -> None:
    model_server.script = [refused(429, "later", {"Retry-After": "3600"})]
    assert fault_of(model_server).code == "writer_busy"
    assert len(model_server.asked) == 1


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (refused(401, f"Incorrect API key provided: {KEY}"), "writer_key"),
        (refused(403, KEY), "writer_key"),
        (refused(404, f"no model for {KEY}"), "writer_model"),
        (refused(400, f"context length exceeded {KEY}"), "writer_failed"),
        (raw(b"", 302, "text/html"), "writer_failed"),
        (raw(b"<html>welcome</html>"), "writer_failed"),
        (raw(b'{"choices": "none"}'), "writer_failed"),
        (raw(b"[1, 2]"), "writer_failed"),
        (raw(json.dumps({"error": {"message": f"out of memory {KEY}"}}).encode()), "writer_failed"),
        (raw(b"data: {broken\n\n", 200, "text/event-stream"), "writer_failed"),
        (half(TEXT), "writer_failed"),
    ],
)
def test_every_fault_is_one_error_without_the_key(model_server: ModelServer, step: Any, code: str) -> None:
    model_server.script = [step]
    assert fault_of(model_server).code == code


def test_a_stream_that_breaks_off_is_asked_for_again(model_server: ModelServer) -> None:
    model_server.script = [half(TEXT), streamed(TEXT)]
    assert text_of(model_server).text == TEXT


def test_a_text_that_was_cut_is_told_so(model_server: ModelServer) -> None:
    model_server.script = [streamed(TEXT[:30], ended="length")]
    assert not text_of(model_server).finished


def test_a_model_without_eyes_says_so(model_server: ModelServer) -> None:
    model_server.script = [refused(500, "image input is not supported - hint: provide the mmproj")]
    assert fault_of(model_server, PICTURE).code == "writer_model"
    assert len(model_server.asked) == 1


def test_a_silent_server_is_given_up(model_server: ModelServer) -> None:
    over = threading.Event()
    model_server.script = [hanging(over)]
    try:
        assert fault_of(model_server, seconds=1.0).code == "writer_unreachable"
    finally:
        over.set()


def test_no_server_is_one_error() -> None:
    with pytest.raises(NotAvailable) as caught:
        raise Endpoint(Settings(url="http://127.0.0.1:9/v1", model="m")).write(TASK, 1, 0, quiet)[0]  # type: ignore[misc]
    assert caught.value.code == "writer_unreachable"


def test_the_caller_can_stop_a_stream_and_the_server_hears_of_it(model_server: ModelServer) -> None:
    over = threading.Event()
    model_server.script = [dripping(over)]

    def tick(stage: str, reply: str = "") -> None:
        if "on and on" in reply:
            raise Cancelled("enough")

    try:
        with pytest.raises(Cancelled):
            endpoint(model_server).write(TASK, 1, 0, tick)
        assert model_server.left.wait(10)
    finally:
        over.set()


def test_the_caller_can_stop_a_server_that_says_nothing(model_server: ModelServer) -> None:
    over = threading.Event()
    model_server.script = [hanging(over)]

    def tick(stage: str, reply: str = "") -> None:
        raise Cancelled("enough")

    try:
        with pytest.raises(Cancelled):
            endpoint(model_server).write(TASK, 2, 0, tick)
    finally:
        over.set()


def test_the_reply_is_told_while_it_is_written(model_server: ModelServer) -> None:
    model_server.script = [streamed(TEXT)]
    heard: list[str] = []
    endpoint(model_server).write(TASK, 1, 0, lambda stage, reply="": heard.append(reply))
    assert heard[-1] == 'Grüße, 您好 — he "bows".'
    assert all(heard[-1].startswith(text) for text in heard)


def test_nothing_goes_to_another_computer_unasked() -> None:
    far = Settings(url="https://api.example.invalid/v1", model="m")
    with pytest.raises(NotAvailable, match="your words") as caught:
        Endpoint(far).write(TASK, 1, 0, quiet)
    assert caught.value.code == "writer_remote"
    words = Settings(url=far.url, model="m", remote="words")
    with pytest.raises(NotAvailable, match="picture") as caught:
        Endpoint(words).write(PICTURE, 1, 0, quiet)
    assert caught.value.code == "writer_remote"


def test_a_proxy_is_nothing_for_this_computer(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    model_server.script = [streamed(TEXT)]
    assert text_of(model_server).text == TEXT


def test_models_are_listed(model_server: ModelServer) -> None:
    model_server.script = [raw(b'{"data": [{"id": "qwen"}, {"id": "llama"}]}')]
    assert endpoint(model_server).models() == ["qwen", "llama"]


def test_every_exception_of_requests_is_one_of_ours() -> None:
    mapped = Endpoint(Settings(url="http://127.0.0.1:9/v1", model="m"))._mapped
    kinds = [
        v
        for v in vars(requests.exceptions).values()
        if isinstance(v, type) and issubclass(v, requests.RequestException)
    ]
    assert len(kinds) > 10
    for kind in kinds:
        with pytest.raises(NotAvailable), mapped():
            raise kind("x") if kind is not requests.exceptions.JSONDecodeError else kind("x", "", 0)
