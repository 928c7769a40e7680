"""The user's own poses: where their files lie, read over the shipped atlas, and anew when they change."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Final

from backend.errors import PosewrightError

from .atlas import Atlas, load, shipped, use

VARIABLE: Final = "POSEWRIGHT_ATLAS"  # files and folders, separated as in PATH; without it the folder of `own_folder`
_LOCK: Final = Lock()
_Stamp = tuple[tuple[str, int, int], ...]
_state: tuple[_Stamp, tuple[str, ...]] = ((), ())


def own_folder() -> Path:
    """Where a user's files are looked for: the usual place of the system for settings."""
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "Posewright"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support" / "Posewright"
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "posewright"
    return base / "atlas"


def own_files() -> list[Path]:
    """The user's atlas files that are there, in the order in which they count; of two the later one wins."""
    given = os.environ.get(VARIABLE, "")
    places = [Path(p) for p in given.split(os.pathsep) if p] or [own_folder()]
    found: list[Path] = []
    for place in places:
        found += sorted(place.glob("*.toml")) if place.is_dir() else [place] if place.is_file() else []
    return found


def refresh() -> tuple[str, ...]:
    """Take changed files of the user into the atlas. Returns a sentence for every file that cannot be read."""
    global _state
    stamp = _stamp(own_files())
    if stamp != _state[0]:
        with _LOCK:
            book, faults = with_own([Path(path) for path, _, _ in stamp])
            use(book)
            _state = (stamp, faults)
    return _state[1]


def _stamp(files: Sequence[Path]) -> _Stamp:
    """Path, time of change in ns and size in bytes of each file."""
    out = []
    for file in files:
        try:
            stat = file.stat()
        except OSError:  # gone since it was listed
            continue
        out.append((str(file), stat.st_mtime_ns, stat.st_size))
    return tuple(out)


def with_own(files: Sequence[Path]) -> tuple[Atlas, tuple[str, ...]]:
    """The shipped atlas with those files over it that are sound, and what is wrong with the others."""
    book, faults = shipped(), []
    for file in files:
        try:
            trial = load([file], book)
            for entry in trial.entries.values():
                if entry.source == file.name:
                    trial.program(entry.name)
        except (PosewrightError, OSError) as fault:
            faults.append(f"{file.name} was left out: {fault}")
        else:
            book = trial
    return book, tuple(faults)
