"""Notices when the program that started us is gone, so that no pose service is left behind."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

CHECK_SECONDS: Final = 1.0


def parent_alive(pid: int) -> Callable[[], bool]:
    """A function that says whether process `pid`, as it is now, still runs; it holds on to what tells it apart."""
    return _alive_on_windows(pid) if sys.platform == "win32" else _alive_on_posix(pid)


def watch_parent(pid: int, on_gone: Callable[[], None], interval: float = CHECK_SECONDS) -> threading.Thread:
    """Call `on_gone` once, in a thread of its own, when process `pid` has ended. Looks every `interval` seconds."""
    alive = parent_alive(pid)

    def look() -> None:
        pause = threading.Event()
        while alive():
            pause.wait(interval)
        on_gone()

    thread = threading.Thread(target=look, name="posewright-parent", daemon=True)
    thread.start()
    return thread


def _alive_on_posix(pid: int) -> Callable[[], bool]:
    started = _start_time(pid)

    def alive() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return _start_time(pid) == started  # a zombie, or another process that got the number, is not our parent

    return alive


def _start_time(pid: int) -> str | None:
    """When the process started, where /proc says it (Linux); None for a zombie, "" where there is no /proc."""
    if not Path("/proc/self/stat").exists():
        return ""
    with suppress(OSError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        return None if fields[0] in "ZX" else fields[19]
    return None


def _alive_on_windows(pid: int) -> Callable[[], bool]:
    """Holds a handle to the process, so that its number cannot be given to another one."""
    import ctypes

    synchronize, wait_timeout = 0x00100000, 0x00000102
    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined]
    kernel32.OpenProcess.restype = ctypes.c_void_p
    kernel32.WaitForSingleObject.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
    handle = kernel32.OpenProcess(synchronize, False, pid)
    return lambda: bool(handle) and kernel32.WaitForSingleObject(handle, 0) == wait_timeout
