"""Setting a tier up: a worker thread that runs one process after the other, and can be stopped at any moment. No bpy.

The environment is made beside the final place (`env-photo.part`) and takes it only when everything in it was tried, so
that a set-up that fails or is stopped leaves what was there before, and a repair is simply another set-up.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ..service.client import ServiceError
from ..service.process import own_environment, read_tail
from .catalogue import MB, PART, Installed, Tier, python_in, read_record, said_size, size_of, version_of, write_record
from .interpreters import Interpreter, UnfitPython, examine, find
from .processes import end_group, start_group
from .removal import remove_folder
from .setup_words import SetUpFailed, explain, progress_of

if TYPE_CHECKING:
    import subprocess

WORKING, DONE, FAILED, CANCELLED = "working", "done", "failed", "cancelled"


class _Stopped(Exception):
    """The user pressed Cancel."""


@dataclass(frozen=True)
class SetUpPlan:
    """Everything a set-up needs, gathered on the main thread.

    python: the interpreter to make the environment with, empty to look for one. folder: the user's folder, where it
    goes. code: the folder that holds `backend` and `rigs`. constraints: the file of pinned versions. log: takes all
    output.
    """

    tier: Tier
    python: str
    folder: Path
    code: Path
    constraints: Path
    log: Path

    @property
    def target(self) -> Path:
        return self.folder / self.tier.folder

    @property
    def part(self) -> Path:
        return self.folder / (self.tier.folder + PART)

    @property
    def temporary(self) -> Path:
        """Where what is downloaded waits: on the disk that was asked for room, for /tmp is often kept in memory."""
        return self.part / ".downloads"


@dataclass(frozen=True)
class Step:
    """One process: what it does in words, and its command line."""

    stage: str
    command: tuple[str, ...]


@dataclass(eq=False)
class SetUp:
    """A set-up and how far it is. Only the worker writes it, except `wants_stop`; everybody may read.

    stage: what goes on; fraction: 0..1 of a download, None where it cannot be known; step of steps.
    before_swap: called before the finished environment takes its place, where a service may still run from the old.
    """

    plan: SetUpPlan
    before_swap: Callable[[], None] = lambda: None
    state: str = WORKING
    stage: str = "Starting"
    fraction: float | None = None
    step: int = 0
    steps: int = 1
    error: ServiceError | None = None
    started: float = field(default_factory=time.monotonic)
    wants_stop: threading.Event = field(default_factory=threading.Event)
    _process: subprocess.Popen[bytes] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def busy(self) -> bool:
        return self.state == WORKING

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def cancel(self) -> None:
        """Stop: the running process ends with all that it started, and what is half there is removed."""
        self.wants_stop.set()
        with self._lock:
            if self._process is not None:
                end_group(self._process)

    def run(self) -> None:
        """Do everything; blocks for minutes. Never raises: `state` and `error` say what came of it."""
        plan = self.plan
        try:
            plan.folder.mkdir(parents=True, exist_ok=True)
            plan.log.write_bytes(b"")
            interpreter = self._checked()
            self._build(interpreter)
            self._stage("Putting it in its place")
            self._take_place(interpreter)
        except _Stopped:
            self._end(CANCELLED, None)
        except ServiceError as error:
            self._end(FAILED, error)
        except OSError as error:
            self._end(FAILED, SetUpFailed(*explain(str(error), error.errno or 1)))
        except Exception as error:  # a fault of ours must end the set-up, not leave it busy for ever
            self._end(FAILED, SetUpFailed(f"A fault in Posewright: {error!r}.", "Please report it."))
        else:
            self._end(DONE, None)

    def _end(self, state: str, error: ServiceError | None) -> None:
        remove_folder(self.plan.part)
        if error is not None:
            self._note(f"{error.message} {error.hint}")
        self.error, self.stage, self.fraction = error, state.capitalize(), None
        self.state = state  # last: whoever sees it sees the rest

    # ------------------------------------------------------------------------------------------------ the steps
    def _checked(self) -> Interpreter:
        """The interpreter, once it, the disk and the other tiers allow the set-up."""
        self._stage("Looking at Python")
        plan = self.plan
        interpreter = examine(plan.python) if plan.python else find()
        for name, other in read_record(plan.folder).items():
            if name != plan.tier.name and version_of(other.python) != version_of(interpreter.said):
                raise UnfitPython(
                    f"{interpreter.path} is Python {interpreter.said}, but other tiers have {other.python}.",
                    f"Choose {other.base}, or remove the other tiers first: they work together only with one version.",
                )
        free, needed = shutil.disk_usage(plan.folder).free, (plan.tier.disk + plan.tier.download) * MB
        if free < needed:
            raise SetUpFailed(
                f"The disk has {said_size(free)} free; setting {plan.tier.title} up takes {said_size(needed)}.",
                f"Make room on the disk of {plan.folder}, then set up again.",
            )
        return interpreter

    def _build(self, interpreter: Interpreter) -> None:
        remove_folder(self.plan.part)
        if self.plan.part.exists():
            raise SetUpFailed(
                f"{self.plan.part}, left by an earlier set-up, cannot be removed.", "Remove it, then set up again."
            )
        steps = steps_of(self.plan, interpreter)
        self.steps = len(steps) + 1
        for self.step, step in enumerate(steps):
            self._stage(step.stage)
            self._call(step)
        self.step = len(steps)
        remove_folder(self.plan.temporary)

    def _take_place(self, interpreter: Interpreter) -> None:
        """The finished environment replaces the old one, which comes back if that fails."""
        self._alive()
        plan, old = self.plan, self.plan.folder / f"{self.plan.tier.folder}.old"
        size = size_of(plan.part)
        self.before_swap()
        remove_folder(old)
        if plan.target.exists():
            plan.target.rename(old)
        try:
            plan.part.rename(plan.target)
            record = read_record(plan.folder)
            made = Installed(interpreter.said, interpreter.path, size, digest_of(plan.constraints))
            write_record(plan.folder, {**record, plan.tier.name: made})
        except OSError:
            remove_folder(plan.target)
            if old.exists():
                old.rename(plan.target)
            raise
        if old.exists():
            self.stage = "Removing the old one"  # thousands of files: minutes on some disks
            remove_folder(old)

    # ------------------------------------------------------------------------------------------------ a process
    def _stage(self, stage: str) -> None:
        self._alive()
        self.stage, self.fraction = stage, None
        self._note(f"--- {stage}")

    def _alive(self) -> None:
        if self.wants_stop.is_set():
            raise _Stopped

    def _note(self, line: str) -> None:
        try:
            with self.plan.log.open("ab") as log:
                log.write(line.encode("utf-8", "replace") + b"\n")
        except OSError:
            pass  # the folder cannot be written: the error itself says so

    def _call(self, step: Step) -> None:
        """Run one process to its end, its output going to the log and to the stage.

        Raises:
            SetUpFailed: it failed; the message says why in plain words.
        """
        self._note("> " + " ".join(step.command))
        with self.plan.log.open("ab") as log:
            with self._lock:
                self._alive()
                self._process = process = start_group(step.command, self._environment())
            with process:
                assert process.stdout is not None
                for raw in process.stdout:
                    self._heard(raw, log)
            code = process.returncode
        with self._lock:
            self._process = None
        self._alive()
        if code:
            said = read_tail(self.plan.log, 20_000).rpartition("\n> ")[2]
            raise SetUpFailed(*explain(said, code))

    def _heard(self, raw: bytes, log: BinaryIO) -> None:
        """A line of output: into the log, or what it says of the progress into the stage."""
        told = progress_of(raw.decode("utf-8", "replace").rstrip())
        if told is None or told.stage:
            log.write(raw)
            log.flush()
        if told is not None:
            self.stage, self.fraction = told.stage or self.stage, told.fraction

    def _environment(self) -> dict[str, str]:
        env = own_environment()
        env.pop("PYTHONDONTWRITEBYTECODE")  # this environment is ours to write to
        env["PYTHONPATH"] = str(self.plan.code)
        env["PIP_CONSTRAINT"] = self.plan.constraints.as_uri()  # as an address: a path would be split at its spaces
        if self.plan.part.is_dir():  # the environment is made: the steps from now on download
            self.plan.temporary.mkdir(exist_ok=True)
            env["TMPDIR"] = env["TEMP"] = env["TMP"] = str(self.plan.temporary)
        env["PIP_DISABLE_PIP_VERSION_CHECK"] = env["PIP_NO_INPUT"] = "1"
        for name in ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV"):
            env.pop(name, None)
        return env


def steps_of(plan: SetUpPlan, interpreter: Interpreter) -> list[Step]:
    """The processes of a set-up in their order."""
    python, tier = str(python_in(plan.part)), plan.tier
    install = (python, "-m", "pip", "install", "--prefer-binary", *_progress_options(interpreter), *tier.packages)
    steps = [
        # -I: nothing of the user's own settings for Python plays a part
        Step("Making the environment", (interpreter.path, "-I", "-m", "venv", str(plan.part))),
        Step("Installing packages", install),
    ]
    if tier.prepare:
        fetch = (python, "-s", "-P", "-m", "backend", *tier.prepare)
        steps.append(Step(f"Fetching {tier.models or 'the rest'}", fetch))
    return [*steps, Step("Trying it out", (python, "-I", "-c", tier.check))]


def _progress_options(interpreter: Interpreter) -> tuple[str, ...]:
    """Whether the pip that comes with this Python can say in plain lines how far it is (pip 24.1 and later)."""
    return ("--progress-bar", "raw") if interpreter.version >= (3, 12, 5) else ("--progress-bar", "off")


def digest_of(path: Path) -> str:
    """A short hash of a file's text, "" where it cannot be read."""
    from hashlib import sha256

    try:
        return sha256(path.read_bytes()).hexdigest()[:16]
    except OSError:
        return ""


def outdated(installed: Installed, constraints: Path) -> bool:
    """Whether a tier was made with other pins than those of this version of the add-on."""
    now = digest_of(constraints)
    return bool(now and installed.constraints and installed.constraints != now)
