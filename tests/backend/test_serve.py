"""The service as a process: start, ready file, port in use, token; its end by request, by signal, with its parent."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from backend.parent import parent_alive, watch_parent
from rigs.wire import PROTOCOL_VERSION
from tests.backend.stand_in import Client
from tests.backend.started import Start, service_starter


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with service_starter(tmp_path) as start:
        yield start


def test_it_says_where_it_listens_and_stops_when_told(start: Start) -> None:
    service = start("--port", "0")
    ready = json.loads(service.ready.read_text())
    assert (set(ready), ready["protocol"], ready["pid"]) == (
        {"port", "pid", "protocol"},
        PROTOCOL_VERSION,
        service.process.pid,
    )
    client = service.client()
    assert client("GET", "/v1/health").json()["pid"] == service.process.pid
    assert client("POST", "/v1/shutdown").json() == {"state": "stopping"}
    out, err = service.process.communicate(timeout=15)
    assert (service.process.returncode, err) == (0, "")
    assert out == f"posewright: listening on http://127.0.0.1:{ready['port']}\n"
    assert not service.ready.exists()


def test_it_starts_quickly(start: Start) -> None:
    assert start("--port", "0").seconds < 5.0, "some 0.3 s on an idle machine"


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(start: Start, number: signal.Signals) -> None:
    service = start("--port", "0")
    service.process.send_signal(number)
    _, err = service.process.communicate(timeout=15)
    assert (service.process.returncode, err) == (0, "")


def test_only_this_computer_is_listened_to(start: Start) -> None:
    port = json.loads(start("--port", "0").ready.read_text())["port"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        outside = probe.getsockname()[0]
    if outside.startswith("127."):
        pytest.skip("this computer has no other address")
    with pytest.raises(OSError, match=r"refused|timed out"):
        socket.create_connection((outside, port), timeout=2).close()


def test_a_port_in_use_is_said_with_the_next_step(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        service = start("--port", str(port), wait=False)
        out, err = service.process.communicate(timeout=15)
    assert (service.process.returncode, out) == (4, "")
    first, hint = err.splitlines()
    assert first.startswith(f"posewright: error: cannot listen on 127.0.0.1:{port}: ")
    assert "--port 0" in hint


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--port", "70000"], "a port is a number from 0 to 65535"),
        (["--port", "x"], "invalid int value"),
        (["--port", "0", "--token", "two words"], "no header can carry"),
        (["--port", "0", "--parent-pid", "999999999"], "no process 999999999"),
    ],
)
def test_options_that_are_wrong_are_said(start: Start, options: list[str], says: str) -> None:
    service = start(*options, wait=False)
    _, err = service.process.communicate(timeout=15)
    assert service.process.returncode == 2
    assert says in err
    assert "Traceback" not in err


def test_without_a_token_one_is_made_up_and_printed(start: Start) -> None:
    service = start("--port", "0", POSEWRIGHT_TOKEN="")
    assert service.process.stderr
    said = iter(service.process.stderr.readline, "")
    token = next(line.split()[-1] for line in said if line.startswith("posewright: token "))
    port = json.loads(service.ready.read_text())["port"]
    assert Client(port, token)("GET", "/v1/health").status_code == 200
    assert Client(port)("GET", "/v1/health").status_code == 401


def test_it_ends_when_its_parent_ends(start: Start, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as parent:
        service = start("--port", "0", "--parent-pid", str(parent.pid))
        parent.kill()
        service.process.wait(timeout=15)  # the parent is a zombie now: it counts as gone
    assert service.process.returncode == 0


def test_a_service_that_is_killed_in_the_middle_of_a_request_is_an_error_of_the_connection(start: Start) -> None:
    service = start("--port", "0")
    client = service.client()
    client("GET", "/v1/health")
    failures: list[BaseException] = []

    def chunks() -> Iterator[bytes]:
        yield b'{"prompt": "'
        service.process.kill()
        service.process.wait(10)
        for _ in range(200):
            yield b"x" * 10_000

    try:
        client("POST", "/v1/poses", data=chunks())
    except requests.RequestException as error:
        failures.append(error)
    assert len(failures) == 1


def test_a_process_that_is_gone_is_noticed() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    alive, gone = parent_alive(process.pid), threading.Event()
    watch_parent(process.pid, gone.set, interval=0.1)
    assert alive()
    process.kill()
    assert gone.wait(5)
    process.communicate()
    assert not alive()
