"""Tiers that need more than Blender brings: what each is for, what it takes, and where it lies. No bpy.

A tier is an environment (venv) of its own in the user's folder, made by a Python of the user's choice, with the pinned
versions of `constraints.txt`. The service runs with one of these Pythons and sees the packages of the others, so they
are made by Pythons of one version. `tiers.json` beside them says which are complete; a folder that it does not name is
what an interrupted set-up left.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

MB: Final = 1_000_000
RECORD: Final = "tiers.json"
PART: Final = ".part"
_SERVICE: Final = ("numpy", "starlette", "uvicorn", "requests")  # what the service itself runs on, and the writer


@dataclass(frozen=True)
class Tier:
    """One tier. download and disk: MB, measured or a little above. models: what comes besides packages.

    prepare: arguments of `python -m backend` that fetch the rest; check: Python code that fails where it cannot run.
    """

    name: str
    title: str
    does: str
    packages: tuple[str, ...]
    download: int
    disk: int
    models: str = ""
    prepare: tuple[str, ...] = ()
    check: str = "import numpy, starlette, uvicorn"

    @property
    def folder(self) -> str:
        return f"env-{self.name}"


def _torch_sizes() -> tuple[int, int]:
    """(download, disk) MB of the language-model tier: on Linux torch brings NVIDIA's libraries along.

    Measured on Linux; elsewhere estimated from Linux with a torch for processors alone.
    """
    return (2800, 5400) if sys.platform.startswith("linux") else (350, 1500)


TIERS: Final[dict[str, Tier]] = {
    tier.name: tier
    for tier in (
        Tier(
            "photo",
            "Photos and Videos",
            "Poses from pictures, motion from video files",
            (*_SERVICE, "ai-edge-litert", "Pillow"),
            download=150,
            disk=400,
            models="five landmark models",
            prepare=("setup", "photo"),
            check="import ai_edge_litert.interpreter, PIL.Image, starlette, uvicorn",
        ),
        Tier(
            "llm",
            "Language Models",
            "Runs pose language models and writers from folders on this computer; brings no model itself",
            (
                *_SERVICE, "torch", "transformers", "peft", "accelerate", "safetensors", "sentencepiece", "protobuf",
                "Pillow", "PyYAML", "llguidance", "smplx",
            ),
            *_torch_sizes(),
            check="import torch, transformers, peft, starlette, uvicorn",
        ),
    )
}  # fmt: skip
ENGINE_TIERS: Final[dict[str, str]] = {
    "photo": "photo", "vitpose": "photo", "chatpose": "llm", "unipose": "llm", "small": "llm"
}  # fmt: skip
"""Engine -> the tier that it needs first."""


def tier_of(name: str) -> str:
    """The tier whose set-up an engine needs first, "" where none of ours helps."""
    return ENGINE_TIERS.get(name, "")


@dataclass(frozen=True)
class Installed:
    """A tier that is set up. python: "3.12.4"; base: the interpreter it was made with; size: bytes on disk.

    constraints: hash of the pins it was made with, so that an update of the add-on is noticed.
    """

    python: str
    base: str
    size: int
    constraints: str = ""


def read_record(folder: Path) -> dict[str, Installed]:
    """The tiers that are set up in a user's folder; what is not readable counts as not set up."""
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    out = {}
    for name, value in found.items() if isinstance(found, dict) else ():
        known = {f.name for f in fields(Installed)}
        if name in TIERS and isinstance(value, dict) and {"python", "base", "size"} <= set(value) <= known:
            out[name] = Installed(**value)
    return out


def write_record(folder: Path, record: Mapping[str, Installed]) -> None:
    """Write the record in one step, so that a crash leaves the old or the new one. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / (RECORD + PART)
    text = json.dumps({name: asdict(value) for name, value in record.items()}, indent=1)
    partial.write_text(text, encoding="utf-8")
    partial.replace(folder / RECORD)


def python_in(environment: Path) -> Path:
    """The interpreter of an environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def packages_in(environment: Path) -> Path | None:
    """The folder of an environment's packages; None where there is none."""
    if os.name == "nt":
        found = environment / "Lib" / "site-packages"
        return found if found.is_dir() else None
    return next(iter(sorted((environment / "lib").glob("python3*/site-packages"))), None)


def models_in(environment: Path) -> Path:
    """Where `backend.vision.models` keeps the models of an environment."""
    return environment / "share" / "posewright" / "models"


def broken(folder: Path, tier: Tier) -> str:
    """Why a tier that is recorded cannot be used, "" where it can, as far as files tell."""
    environment = folder / tier.folder
    if not environment.is_dir():
        return "Its folder is gone."
    if not python_in(environment).exists():  # a link to a Python that was removed or updated
        return "The Python it was made with is gone."
    return "" if packages_in(environment) is not None else "Its packages are gone."


def usable(folder: Path, record: Mapping[str, Installed]) -> list[str]:
    """Names of the tiers that the service can use together: those of the first one's Python version."""
    whole = [name for name in TIERS if name in record and not broken(folder, TIERS[name])]
    return [name for name in whole if version_of(record[name].python) == version_of(record[whole[0]].python)]


def version_of(python: str) -> str:
    """The minor version, 3.12 of 3.12.4: packages of one fit the other."""
    return ".".join(python.split(".")[:2])


def leftovers(folder: Path, record: Mapping[str, Installed]) -> list[Path]:
    """Folders of set-ups that were interrupted, and of tiers that are not recorded."""
    kept = {TIERS[name].folder for name in record}
    return [path for path in sorted(folder.glob("env-*")) if path.is_dir() and path.name not in kept]


def size_of(folder: Path) -> int:
    """Bytes of the files in a folder; links are not followed."""
    return sum(size for _, size in _files(folder))


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    for where, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(where, name)
            try:
                yield path, os.lstat(path).st_size
            except OSError:
                continue  # removed meanwhile


def said_size(count: float) -> str:
    """A number of bytes in words: 310 MB, 3.5 GB."""
    return f"{count / MB:.0f} MB" if count < 1000 * MB else f"{count / (1000 * MB):.1f} GB"
