"""The service as a really started process: `python -m backend serve`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.backend.stand_in import TOKEN, Client

ROOT = Path(__file__).resolve().parents[2]
Start = Callable[..., "Service"]


def wait_for(happened: Callable[[], Any], seconds: float = 15.0) -> Any:
    end = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
    return found


class Service:
    """A started service, its ready file, and how long it took until it listened, s."""

    def __init__(self, process: subprocess.Popen[str], ready: Path) -> None:
        self.process, self.ready = process, ready
        self.seconds = 0.0

    def client(self) -> Client:
        return Client(json.loads(self.ready.read_text())["port"])


@contextmanager
def service_starter(folder: Path) -> Iterator[Start]:
    """A function that starts a service in `folder` with options and variables; all are killed at the end."""
    started: list[subprocess.Popen[str]] = []

    def start(*options: str, wait: bool = True, **variables: str) -> Service:
        ready = folder / f"ready-{len(started)}.json"
        command = [sys.executable, "-m", "backend", "serve", "--ready-file", str(ready), *options]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "POSEWRIGHT_TOKEN": TOKEN, **variables}
        begin = time.monotonic()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        started.append(process)
        service = Service(process, ready)
        if wait:
            wait_for(lambda: ready.exists() or process.poll() is not None)
            service.seconds = time.monotonic() - begin
        return service

    try:
        yield start
    finally:
        for process in started:
            process.kill()
            process.communicate()
