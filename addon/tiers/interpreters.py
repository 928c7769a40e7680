"""Pythons that environments can be made with: finding them, and asking each what it is. No bpy.

An interpreter is asked by running it; nothing about it is guessed from its path.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..service.client import ServiceError

OLDEST, NEWEST = (3, 11), (3, 13)  # the photo tier's packages are made for these
_SECONDS: Final = 20.0
_CHOOSE: Final = "Choose Python 3.11, 3.12 or 3.13 from python.org or your system."
_MORE_FOLDERS: Final = ("/opt/homebrew/bin", "/usr/local/bin", "/usr/bin")  # a Mac's Finder starts Blender without them
_QUESTION: Final = """
import importlib.util as u, json, platform, struct, sys
print(json.dumps({
    "version": list(sys.version_info[:3]), "kind": platform.python_implementation(), "bits": 8 * struct.calcsize("P"),
    "prefix": sys.base_prefix,
    "missing": [m for m in ("venv", "ensurepip", "ssl", "ctypes") if u.find_spec(m) is None],
}))
"""


class UnfitPython(ServiceError):
    """No environment can be made with this interpreter."""


@dataclass(frozen=True)
class Interpreter:
    """A Python that environments can be made with."""

    path: str
    version: tuple[int, int, int]

    @property
    def said(self) -> str:
        """Its version, such as 3.12.4."""
        return ".".join(map(str, self.version))


def examine(path: str) -> Interpreter:
    """Run an interpreter and see whether it will do. Takes some 50 ms.

    Raises:
        UnfitPython: it is none, too old or too new, of 32 bits, Blender's own, or it cannot make environments.
    """
    told = _ask(path)
    version = (told["version"][0], told["version"][1], told["version"][2])
    said = ".".join(map(str, version))
    if not OLDEST <= version[:2] <= NEWEST:
        which = "too old" if version[:2] < OLDEST else "too new for the packages of the tiers"
        raise UnfitPython(f"{path} is Python {said}, which is {which}.", _CHOOSE)
    if told["kind"] != "CPython" or told["bits"] != 64:
        raise UnfitPython(f"{path} is {told['kind']} of {told['bits']} bits; it must be CPython of 64 bits.", _CHOOSE)
    if _is_blenders(told["prefix"]):
        raise UnfitPython(f"{path} is Blender's own Python, into which nothing is installed.", _CHOOSE)
    if told["missing"]:
        names = ", ".join(told["missing"])
        more = f" On Debian and Ubuntu: sudo apt install python{version[0]}.{version[1]}-venv."
        raise UnfitPython(f"{path} (Python {said}) lacks {names}, so it makes no environments.", _CHOOSE + more)
    return Interpreter(path, version)


def _ask(path: str) -> dict:
    """What an interpreter says of itself. Raises UnfitPython."""
    import subprocess

    if not Path(path).is_file():
        raise UnfitPython(f"There is no file {path}.", "Choose a Python, or leave the field empty to look for one.")
    environment = {k: v for k, v in os.environ.items() if not k.upper().startswith("PYTHON")}
    try:
        done = subprocess.run(
            [path, "-I", "-c", _QUESTION],
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            env=environment,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        told = json.loads(done.stdout.decode("utf-8", "replace").strip().splitlines()[-1])
        told["version"], told["kind"], told["bits"], told["prefix"], told["missing"]
    except subprocess.TimeoutExpired:
        raise UnfitPython(f"{path} did not answer within {_SECONDS:g} seconds.", _CHOOSE) from None
    except (OSError, ValueError, IndexError, KeyError, TypeError):
        raise UnfitPython(f"{path} is not a Python that runs here.", _CHOOSE) from None
    assert isinstance(told, dict)
    return told


def _is_blenders(base_prefix: str) -> bool:
    """Whether a Python lies beside the scripts of some Blender: .../5.0/python and .../5.0/scripts/modules/bpy."""
    return (Path(base_prefix).resolve().parent / "scripts" / "modules" / "bpy").is_dir()


def find() -> Interpreter:
    """The best Python of this computer: the newest that will do.

    Raises:
        UnfitPython: none was found.
    """
    tried: list[str] = []
    for path in candidates():
        try:
            return examine(path)
        except UnfitPython as error:
            tried.append(error.message)
    looked = f" ({tried[0]})" if tried else ""
    raise UnfitPython(f"No Python from 3.11 to 3.13 was found{looked}.", "Install one from python.org.")


def candidates() -> Iterator[str]:
    """Paths of Pythons to try, the best first."""
    folders = [*os.environ.get("PATH", "").split(os.pathsep), *_MORE_FOLDERS]
    path = os.pathsep.join(folder for folder in folders if folder)
    names = [f"python3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)] + ["python3", "python"]
    seen = set()
    for name in names:
        found = shutil.which(name, path=path)
        if found and found not in seen:
            seen.add(found)
            yield found
    yield from _of_the_launcher()


def _of_the_launcher() -> Iterator[str]:
    """On Windows, Pythons are often not on PATH, but known to the launcher `py`."""
    import subprocess

    launcher = shutil.which("py") if os.name == "nt" else None
    if launcher is None:
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        command = [launcher, f"-3.{minor}", "-c", "import sys; print(sys.executable)"]
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
        done = subprocess.run(command, capture_output=True, text=True, check=False, creationflags=flags)
        if done.returncode == 0 and done.stdout.strip():
            yield done.stdout.strip()
