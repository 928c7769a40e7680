"""What pip and its like print, as progress; and why they failed, in words that help. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ..service.client import ServiceError

_RAW: Final = re.compile(r"^Progress (\d+) of (\d+)$")  # pip --progress-bar raw
_DOWNLOADING: Final = re.compile(r"^\s*Downloading (\S+?)(?: \(([\d.,]+ ?[kMG]?B)\))?$")
_COLLECTING: Final = re.compile(r"^Collecting ([\w.-]+)")
_INSTALLING: Final = re.compile(r"^Installing collected packages")
_OFFLINE: Final = re.compile(
    r"Failed to establish a new connection|Temporary failure in name resolution|Name or service not known|getaddrinfo"
    r"|Network is unreachable|Connection ?(?:refused|reset|aborted|error)|NewConnectionError|Max retries exceeded"
    r"|Read timed out|ConnectTimeout|ProxyError|is this computer online",
    re.IGNORECASE,
)
_DENIED: Final = re.compile(r"Permission denied|\[Errno 13\]|\[WinError 5\]|Access is denied|Read-only file system")
_FULL: Final = re.compile(r"No space left on device|\[Errno 28\]|\[WinError 112\]|Disk quota exceeded")
_NO_VENV: Final = re.compile(r"No module named '?(?:venv|ensurepip)|ensurepip is not available|apt install python3")
_NO_PACKAGE: Final = re.compile(r"No matching distribution found for ([^\s(]+)")
_PINNED: Final = re.compile(r"The user requested \(constraint\) ([\w.-]+)==([\w.]+)")  # and no such version was found
_CERTIFICATE: Final = re.compile(r"CERTIFICATE_VERIFY_FAILED|SSLError|certificate verify failed")
_CHECKSUM: Final = re.compile(r"checksum|THESE PACKAGES DO NOT MATCH THE HASHES|is not the model that was tested")
_LOG: Final = "The set-up's log has the rest. Nothing that was there before has been changed."


class SetUpFailed(ServiceError):
    """A tier could not be set up or removed; what was there before a set-up is untouched."""


@dataclass(frozen=True)
class Told:
    """What a line tells: a new stage ("" keeps the old), and how much of a download is done, None if unknown."""

    stage: str
    fraction: float | None


def progress_of(line: str) -> Told | None:
    """What a line of output says about how far it is, None where it says nothing of it."""
    if raw := _RAW.match(line):
        done, total = int(raw[1]), int(raw[2])
        return Told("", min(1.0, done / total) if total else None)
    if loading := _DOWNLOADING.match(line):
        name = re.split(r"-\d", loading[1].rpartition("/")[2])[0]
        return Told(f"Downloading {name}" + (f" ({loading[2]})" if loading[2] else ""), None)
    if collecting := _COLLECTING.match(line):
        return Told(f"Looking for {collecting[1]}", None)
    return Told("Installing packages", None) if _INSTALLING.match(line) else None


def explain(said: str, code: int) -> tuple[str, str]:
    """(what happened, what to do) of a step of the set-up that failed.

    Args:
        said: the end of its output. code: its exit status.
    """
    if _FULL.search(said):
        return "The disk is full.", "Make room, then set up again."
    if _NO_VENV.search(said):
        return (
            "This Python cannot make environments: it comes without venv or ensurepip.",
            "Install them (Debian, Ubuntu: sudo apt install python3-venv), or choose another Python.",
        )
    if _CERTIFICATE.search(said):
        return (
            "The package index could not be reached safely: its certificate was not accepted.",
            "Check the computer's clock; behind a company's proxy, set PIP_CERT before Blender starts.",
        )
    if _OFFLINE.search(said):
        return "The packages could not be downloaded: there is no connection.", "Check the network, then set up again."
    if found := _NO_PACKAGE.search(said):
        return (
            f"There is no package {found[1]} for this Python and this computer.",
            "Choose Python 3.11, 3.12 or 3.13 of 64 bits, then set up again.",
        )
    if found := _PINNED.search(said):
        return (
            f"The package index has no {found[1]} {found[2]} for this Python, or it cannot be reached.",
            "Check the network; choose Python 3.11, 3.12 or 3.13 of 64 bits; then set up again.",
        )
    if _CHECKSUM.search(said):
        return "What was downloaded is not what it should be (its checksum differs).", "Set up again."
    if _DENIED.search(said):
        return "The folder of the set-up cannot be written.", "Check its rights, or who owns it, then set up again."
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    last = f" Its last words: {lines[-1][:200]}" if lines else ""
    return f"The set-up failed (exit code {code}).{last}", _LOG
