"""Blender files, written by a process of its own whose Python has `bpy` (`addon/headless/`)."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rigs.wire import Pose

from .errors import Broken, NotAvailable
from .files import write_pose

BLENDER_PYTHON_VARIABLE: Final = "POSEWRIGHT_BLENDER_PYTHON"
BLEND: Final = ".blend"
_BLENDER_SECONDS: Final = 600.0
_NOT_INSTALLED: Final = 3  # exit status of addon.headless without bpy
_ROOT: Final = Path(__file__).resolve().parent.parent


def check_blender() -> None:
    """Say before long work that no Blender file could be written after it. Raises NotAvailable."""
    _run([_python(), "-c", f"import importlib.util as u, sys; sys.exit(0 if u.find_spec('bpy') else {_NOT_INSTALLED})"])


def write_blend(poses: Sequence[Pose], blend: Path, picture: Path, title: str) -> None:
    """Let a process that has Blender's `bpy` write the file, of all poses in one scene, and its picture.

    Raises:
        NotAvailable: bpy is not installed there.
        Broken: anything else went wrong.
    """
    with tempfile.TemporaryDirectory(prefix="posewright-") as folder:
        command = []
        for index, pose in enumerate(poses):
            file = Path(folder) / f"pose-{index}.json"
            write_pose(file, pose)
            command += ["--pose", str(file)]
        command += ["--blend", str(blend.absolute()), "--png", str(picture.absolute())]
        _run_blender(command, title)


def write_motion_blend(poses: Sequence[Pose], rate: float, blend: Path, title: str) -> None:
    """Let the same process write a Blender file of one body in motion: keys on every frame, at `rate` Hz.

    Raises: as `write_blend`.
    """
    with tempfile.TemporaryDirectory(prefix="posewright-") as folder:
        file = Path(folder) / "motion.npz"
        write_pose(file, poses, rate)
        _run_blender(["--motion", str(file), "--blend", str(blend.absolute())], title)


def _run_blender(arguments: list[str], title: str) -> None:
    """Run `addon.headless` with some arguments and a title. Raises: as `write_blend`."""
    titled = [f"--title={' '.join(title.split())[:200]}"] if title.strip() else []
    _run([_python(), "-m", "addon.headless", *arguments, *titled])


def _python() -> str:
    return os.environ.get(BLENDER_PYTHON_VARIABLE) or sys.executable


def _run(command: list[str]) -> None:
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_BLENDER_SECONDS,
            check=False,
        )
    except OSError as error:
        raise NotAvailable(
            f"{command[0]} cannot be started: {error.strerror or error}",
            f"{BLENDER_PYTHON_VARIABLE} names a Python that has bpy",
        ) from None
    except subprocess.TimeoutExpired:
        raise Broken(
            f"Blender did not finish within {_BLENDER_SECONDS:g} s", "try again, or write --out and --render"
        ) from None
    if done.returncode == 0:
        return
    said = [line.strip() for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    last = said[-1] if said else f"exit status {done.returncode}"
    if done.returncode == _NOT_INSTALLED:
        missing = last if said else f"{command[0]} has no bpy, Blender's Python module"
        raise NotAvailable(missing, f"pip install bpy, or set {BLENDER_PYTHON_VARIABLE} to a Python that has it")
    raise Broken(f"Blender could not write the file: {last}", "try --out and --render; they do not need Blender")
