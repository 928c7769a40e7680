"""A pipeline that answers at once or as slowly as a test wants, and a real server around it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import requests

from backend.errors import BadInput, BadProgram
from backend.serve import listen, make_server
from backend.ticks import Tick, quiet
from rigs.wire import (
    DescribeRequest,
    Description,
    EngineInfo,
    PictureRequest,
    Pictures,
    Pose,
    PoseEntry,
    PoseRequest,
    PoseResult,
    Report,
    SolveRequest,
    Statement,
    TrackRequest,
    TrackResult,
)

TOKEN = "a-token-for-tests"


def rest_pose() -> Pose:
    return Pose(np.zeros((55, 3)))


def result_of(request: PoseRequest) -> PoseResult:
    entry = PoseEntry(request.start or rest_pose(), np.zeros((55, 3)))
    reply = f"posed {request.prompt}"
    return PoseResult(request.id, (entry,) * request.n, np.zeros((55, 3)), reply, (), "stand-in", 0.0)


@dataclass
class StandIn:
    """Words steer it: "slow" waits until it is cancelled or `release` is set, "bad", "crash" fail, "talk" streams."""

    release: threading.Event = field(default_factory=threading.Event)
    started: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)
    seen: list[str] = field(default_factory=list)

    def engines(self) -> tuple[EngineInfo, ...]:
        return (EngineInfo("stand-in", "for tests", True, ("text",)),)

    def pose(self, request: PoseRequest, tick: Tick = quiet) -> PoseResult:
        self.seen.append(request.prompt)
        tick("reading the words")
        if "bad" in request.prompt:
            raise BadInput("that is bad", "write something good")
        if "crash" in request.prompt:
            raise RuntimeError("a fault in the pipeline")
        if "slow" in request.prompt:
            self._wait(tick)
        if "talk" in request.prompt:
            tick("writing the reply", "It is")
            tick("writing the reply", "It is a pose")
        return result_of(request)

    def track(self, request: TrackRequest, tick: Tick) -> TrackResult:
        """A motion of three frames; a source with "slow" in it waits as `pose` does."""
        for n in range(3):
            tick(f"Frame {n + 1} of 3", step=n + 1, steps=3)
        if "slow" in str(request.source):
            self._wait(tick)
        flags, numbers = np.ones((3, 4), bool), np.arange(3.0)
        still, camera = np.zeros((3, 55, 3)), {"fx": 1.0}
        return TrackResult(
            request.id, 30.0, numbers / 30, still, still[:, 0], numbers / 3, flags[:, 0], flags, still[0], camera,
            "3 frames", 0.0,
        )  # fmt: skip

    def posecodes(self, strict: bool = False) -> dict[str, Any]:
        return {"title": "posecode program", "strict": strict}

    def solve(self, request: SolveRequest, tick: Tick = quiet) -> PoseResult:
        """Every statement is met but those of the type "bad"; "broken" ones are refused."""
        for i, code in enumerate(request.program):
            if code["type"] == "broken":
                raise BadProgram(f"program[{i}].type: 'broken' is no kind of posecode", "known kinds: angle")
        said = tuple(Statement(str(c["type"]), c["type"] != "bad", 90.0, 88.5, "deg") for c in request.program)
        report = Report(said, {"close to the start": 1.25}, 1.25, 4, "converged")
        entry = PoseEntry(request.start or rest_pose(), np.zeros((55, 3)), report=report)
        reply = f"solved {len(said)}"
        entries = (entry,) * request.n
        return PoseResult(request.id, entries, np.zeros((55, 3)), reply, (), "stand-in", 0.0, ("an elbow was cut.",))

    def _wait(self, tick: Tick) -> None:
        self.started.set()
        try:
            while not self.release.wait(0.02):
                tick("solving")
        except BaseException:
            self.cancelled.set()
            raise

    def pictures(self, request: PictureRequest, tick: Tick = quiet) -> Pictures:
        return Pictures(tuple(b"png %d" % request.size[0] for _ in request.poses))

    def describe(self, request: DescribeRequest) -> Description:
        program = ({"type": "angle", "joint": "left_elbow", "degrees": 90.0},) if request.posecodes else ()
        return Description("a line", "a paragraph", "everything", "raise the arm" if request.than else "", program)


class Client:
    """Talks to a server as the add-on does."""

    def __init__(self, port: int, token: str = TOKEN) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {token}"

    def __call__(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(method, self.base + path, timeout=options.pop("timeout", 20), **options)


@contextmanager
def running_server(service: Any) -> Iterator[Client]:
    """A real uvicorn server on a free port, in a thread of this process."""
    sock = listen(0)
    up = threading.Event()
    server = make_server(service, TOKEN, ready=lambda: True, announce=up.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    assert up.wait(10)
    client = Client(sock.getsockname()[1])
    try:
        yield client
    finally:
        client.session.close()
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive(), "the server must stop although clients may still wait"
