"""Starts, watches and stops the pose service. No bpy, so that it runs in worker threads and plain tests.

The service is `python -m backend serve` in a process of its own, by default with Blender's Python. It is told our
process id and ends by itself when we are gone, however that came about.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .client import ServiceClient, ServiceError

if TYPE_CHECKING:
    import subprocess  # at run time where it is used: 20 ms that enabling the add-on need not pay

STOPPED, STARTING, RUNNING, FAILED = "stopped", "starting", "running", "failed"
START_SECONDS: Final = 90.0  # a busy computer, a slow disk, a virus scanner at work on the first start
_SERVER_MODULES: Final = ("starlette", "uvicorn", "h11", "click", "anyio", "idna", "typing_extensions")
_DROPPED: Final = ("PYTHON", "BLENDER", "VIRTUAL_ENV", "CONDA", "__PYVENV", "POSEWRIGHT")
_LOG_HINT: Final = "Press Start to try again. Open Log shows what it said."


class CannotStart(ServiceError):
    """The service could not be started."""


class StartCancelled(Exception):
    """The user did not want to wait."""


@dataclass(frozen=True)
class LaunchPlan:
    """Everything a start needs, gathered on the main thread.

    python: the interpreter, empty for Blender's own. code: the folder that holds `backend` and `rigs`.
    log: the file that takes the service's output. packages: more folders of packages, of other tiers.
    settings: environment variables for the service, POSEWRIGHT_*; those of Blender's own environment do not count.
    """

    python: str
    code: Path
    log: Path
    packages: tuple[Path, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()


class Service:
    """The pose service of this Blender. Safe to call from any thread; `start` and `stop` block."""

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._client: ServiceClient | None = None
        self._state = STOPPED
        self._at_exit = False
        self.error: ServiceError | None = None

    @property
    def state(self) -> str:
        """One of STOPPED, STARTING, RUNNING, FAILED; notices a service that died."""
        process = self._process
        if self._state == RUNNING and process is not None and process.poll() is not None:
            self._state = FAILED
            self.error = died(process.returncode)
        return self._state

    @property
    def client(self) -> ServiceClient | None:
        """Of the service that runs; None while none does."""
        return self._client if self.state == RUNNING else None

    @property
    def pid(self) -> int | None:
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self, plan: LaunchPlan, cancelled: Callable[[], bool] = lambda: False) -> ServiceClient:
        """The client of the running service, which is started when it does not run. Blocks until it is ready.

        One start at a time: a second caller waits for the first and shares its service. A service that could not be
        started is not tried again by itself; only a person's next Start or Pose does that.

        Raises:
            ServiceError: with the reason, which also stays in `error`.
            StartCancelled: when `cancelled()` became true; the half-started service is ended.
        """
        with self._starting:
            if self.state == RUNNING and self._client is not None:
                return self._client
            self._state, self.error = STARTING, None
            try:
                self._client = self._launch(plan, cancelled)
            except StartCancelled:
                self._end_process()
                self._state = STOPPED
                raise
            except ServiceError as error:
                self._end_process()
                self._state, self.error = FAILED, error
                raise
            self._state = RUNNING
            return self._client

    def stop(self, polite_seconds: float = 2.0) -> None:
        """End the service: ask it, wait up to `polite_seconds`, then end it by force. Harmless when it is not there."""
        from subprocess import TimeoutExpired

        process, client = self._process, self._client
        self._client = None
        if process is not None and process.poll() is None and client is not None and polite_seconds > 0:
            try:
                ServiceClient(client.port, client.token, timeout=polite_seconds).shutdown()
                process.wait(polite_seconds)
            except (ServiceError, TimeoutExpired):
                pass  # it is ended by force below
        self._end_process()
        self._state, self.error = STOPPED, None

    def _end_process(self) -> None:
        from subprocess import TimeoutExpired

        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(1.0)
        except TimeoutExpired:
            process.kill()
            process.wait(5.0)

    def _launch(self, plan: LaunchPlan, cancelled: Callable[[], bool]) -> ServiceClient:
        from secrets import token_urlsafe

        self._end_process()
        if not self._at_exit:
            atexit.register(self.stop, 0.5)
            self._at_exit = True
        token = token_urlsafe(24)
        with tempfile.TemporaryDirectory(prefix="posewright-", ignore_cleanup_errors=True) as folder:
            ready = Path(folder) / "ready.json"
            self._process = _spawn(plan, ready, token)
            port = self._wait_for_port(self._process, plan, ready, cancelled)
        client = ServiceClient(port, token)
        client.health()
        return client

    def _wait_for_port(
        self, process: subprocess.Popen[bytes], plan: LaunchPlan, ready: Path, cancelled: Callable[[], bool]
    ) -> int:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if cancelled():
                raise StartCancelled
            port = _read_port(ready)
            if port is not None:
                return port
            if process.poll() is not None:
                if self._process is not process:  # stop() was pressed meanwhile
                    raise StartCancelled
                raise CannotStart(explain(read_tail(plan.log), process.returncode), _LOG_HINT)
            time.sleep(0.02)
        raise CannotStart(f"The pose service was not ready within {START_SECONDS:g} seconds.", _LOG_HINT)


def _read_port(ready: Path) -> int | None:
    """The port in the ready file, None while it is not there or half written."""
    try:
        return int(json.loads(ready.read_text(encoding="utf-8"))["port"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _spawn(plan: LaunchPlan, ready: Path, token: str) -> subprocess.Popen[bytes]:
    import subprocess

    python = plan.python or sys.executable
    # -s: no user site; -P: the working folder is not searched for modules
    command = [python, "-s", "-P", "-m", "backend", "serve", "--port", "0"]
    command += ["--parent-pid", str(os.getpid()), "--ready-file", str(ready)]
    try:
        plan.log.parent.mkdir(parents=True, exist_ok=True)
        with plan.log.open("wb") as log:
            return subprocess.Popen(
                command,
                cwd=tempfile.gettempdir(),
                env=clean_environment(plan, token),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
    except FileNotFoundError:
        raise CannotStart(
            f'The Python for the pose service was not found: "{python}".', "Choose another in the add-on's preferences."
        ) from None
    except OSError as error:
        raise CannotStart(f"The pose service could not be started: {error}.", _LOG_HINT) from None


def clean_environment(plan: LaunchPlan, token: str) -> dict[str, str]:
    """The service's environment: ours without what would steer its Python, plus where its code is.

    The token goes this way because other users of the computer can read a process' arguments.
    """
    env = own_environment()
    folders = [str(plan.code), *map(str, plan.packages)]
    if not plan.python:  # another Python has an environment of its own
        folders += wheel_folders()
    env["PYTHONPATH"] = os.pathsep.join(folders)
    env.update(plan.settings)
    env["POSEWRIGHT_TOKEN"] = token
    return env


def own_environment() -> dict[str, str]:
    """Our environment for another Python: without what is meant for Blender's, or for Posewright elsewhere."""
    env = {name: value for name, value in os.environ.items() if not name.upper().startswith(_DROPPED)}
    env["PYTHONDONTWRITEBYTECODE"] = "1"  # the extension's folder is not ours to write to
    env["PYTHONUTF8"] = "1"
    env["PYTHONUNBUFFERED"] = "1"
    return env


def wheel_folders() -> list[str]:
    """Where Blender has put the wheels that the extension brought: it puts them on its own path only."""
    own = {Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib", "stdlib")}
    found: list[str] = []
    for name in _SERVER_MODULES:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            continue
        path = Path(spec.origin)
        folder = path.parent.parent if path.name == "__init__.py" else path.parent
        if folder.resolve() not in own and str(folder) not in found:
            found.append(str(folder))
    return found


def read_tail(log: Path, chars: int = 4000) -> str:
    """The end of the log, empty when there is none."""
    try:
        return log.read_bytes()[-chars:].decode("utf-8", "replace")
    except OSError:
        return ""


def explain(log: str, returncode: int) -> str:
    """Why the service ended before it was ready, in plain words."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    if "No module named" in last:
        module = last.rpartition("named")[2].strip(" '\"")
        return f'The pose service could not start: its Python has no "{module}". Install Posewright from its zip again.'
    said = f" Its last words: {last[:200]}" if last else ""
    return f"The pose service could not start (exit code {returncode}).{said}"


def memory_of(pid: int | None) -> int | None:
    """Bytes of memory that a process holds now; None where this computer does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return None


def died(returncode: int) -> ServiceError:
    """The error of a service that ended by itself."""
    return ServiceError(
        f"The pose service stopped unexpectedly (exit code {returncode}).", "Press Pose to start it again."
    )
