"""A really started HTTP server that speaks the OpenAI-compatible protocol, with the faults that real ones have.

What it answers is written into its script by each test, a step for each request; the last step is repeated.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Asked:
    """One request that came."""

    path: str
    headers: dict[str, str]
    body: Any


Step = Callable[["Handler", Asked], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    served: ModelServer

    def do_GET(self) -> None:
        self._serve(None)

    def do_POST(self) -> None:
        self._serve(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _serve(self, body: Any) -> None:
        asked = Asked(self.path, dict(self.headers), body)
        with self.served.lock:
            self.served.asked.append(asked)
            step = self.served.script[min(self.served.taken, len(self.served.script) - 1)]
            self.served.taken += 1
        try:
            step(self, asked)
        except (BrokenPipeError, ConnectionResetError):
            self.served.left.set()
            self.close_connection = True

    def log_message(self, *_args: Any) -> None:
        return

    def send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


@dataclass
class ModelServer:
    url: str = ""
    script: list[Step] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    taken: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    left: threading.Event = field(default_factory=threading.Event)  # set when a client goes while it is answered


@contextmanager
def started() -> Iterator[ModelServer]:
    state = ModelServer()
    handler = type("Handler", (Handler,), {"served": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    with started() as state:
        yield state


def _event(text: str, ended: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": ended}
    return f"data: {json.dumps({'choices': [choice]})}\r\n\r\n".encode()


def streamed(text: str, ended: str = "stop", size: int = 7) -> Step:
    """The text in pieces that cut through words and characters' escapes, with a comment and the usage."""

    def step(handler: Handler, asked: Asked) -> None:
        handler.begin_stream()
        handler.chunk(b": keep-alive\n\n")
        for k in range(0, len(text), size):
            data = _event(text[k : k + size])
            handler.chunk(data[:11])  # events do not come one a chunk
            handler.chunk(data[11:])
        handler.chunk(_event("", ended))
        usage = {"choices": [], "usage": {"prompt_tokens": 1000, "completion_tokens": len(text) // 4}}
        handler.chunk(f"data: {json.dumps(usage)}\n\ndata: [DONE]\n\n".encode())
        handler.chunk(b"")

    return step


def whole(text: str, ended: str = "stop") -> Step:
    """The text at once, from a server that does not stream."""
    value = {"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": ended}]}
    return lambda handler, asked: handler.send(200, json.dumps(value).encode())


def half(text: str) -> Step:
    """The beginning of a stream, then the connection breaks."""

    def step(handler: Handler, asked: Asked) -> None:
        handler.begin_stream()
        handler.chunk(_event(text[: len(text) // 2]))
        handler.close_connection = True
        handler.connection.close()

    return step


def refused(status: int, message: str, headers: dict[str, str] | None = None) -> Step:
    body = json.dumps({"error": {"message": message, "code": status}}).encode()
    return lambda handler, asked: handler.send(status, body, headers)


def raw(body: bytes, status: int = 200, kind: str = "application/json") -> Step:
    return lambda handler, asked: handler.send(status, body, {"Content-Type": kind})


def hanging(until: threading.Event) -> Step:
    """Takes the request and says nothing."""

    def step(handler: Handler, asked: Asked) -> None:
        until.wait(20)
        handler.close_connection = True

    return step


def dripping(until: threading.Event) -> Step:
    """A stream that goes on and on, until the client leaves."""

    def step(handler: Handler, asked: Asked) -> None:
        handler.begin_stream()
        handler.chunk(_event('{"reply": "'))
        while not until.wait(0.05):
            handler.chunk(_event("on and "))

    return step


def knowing_only(*formats: str, text: str) -> Step:
    """A server that takes only some ways of response_format, None for none of them."""

    def step(handler: Handler, asked: Asked) -> None:
        asked_for = asked.body.get("response_format", {}).get("type", "text")
        if asked_for in formats:
            streamed(text)(handler, asked)
        else:
            refused(400, f"response_format type {asked_for} is not supported")(handler, asked)

    return step
