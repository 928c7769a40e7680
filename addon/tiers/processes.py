"""Processes that lead a group of their own, so that all that they start can be ended with them. No bpy."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import subprocess

_KILL_SECONDS: Final = 5.0


def start_group(command: Sequence[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
    """A process that leads a group of its own, so that all that it starts can be ended with it."""
    import subprocess

    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=env,
        cwd=str(Path.home()) if Path.home().is_dir() else None,
        start_new_session=os.name == "posix",
        creationflags=flags,
    )


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process and everything that it started."""
    import subprocess

    if process.poll() is not None:
        return
    if sys.platform == "win32":
        command = ["taskkill", "/PID", str(process.pid), "/T", "/F"]
        subprocess.run(command, capture_output=True, check=False, creationflags=subprocess.CREATE_NO_WINDOW)
    else:
        try:
            os.killpg(process.pid, signal.SIGKILL)  # politeness would leave pip's own children behind
        except (ProcessLookupError, PermissionError):
            process.kill()
    try:
        process.wait(_KILL_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
