"""How operators end, and how what went wrong reaches the user."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import bpy

if TYPE_CHECKING:
    from ..service.client import ServiceError
    from ..service.jobs import Job

FINISHED: Final = {"FINISHED"}
CANCELLED: Final = {"CANCELLED"}


def tell(operator: bpy.types.Operator, error: ServiceError) -> None:
    """Tell the user. With a window the panel already shows it; a script gets an exception."""
    operator.report({"ERROR" if bpy.app.background else "WARNING"}, f"{error.message} {error.hint}".strip())


def open_log(operator: bpy.types.Operator, path: Path, nothing_yet: str) -> set[str]:
    """Show a log in the program for texts, or say why there is none."""
    if not path.is_file():
        operator.report({"INFO"}, f"There is no log yet: {nothing_yet}.")
        return CANCELLED
    bpy.ops.wm.path_open(filepath=str(path))
    return FINISHED


def report_blocking(operator: bpy.types.Operator, job: Job) -> set[str]:
    """Background mode, where the job has ended by now: what came of it."""
    if job.error is not None:
        tell(operator, job.error)
        return CANCELLED
    if job.result is not None and job.result.poses and not job.applied:
        operator.report({"ERROR"}, job.note)
        return CANCELLED
    if job.result is not None and job.result.reply:
        operator.report({"INFO"}, job.result.reply)
    return FINISHED
