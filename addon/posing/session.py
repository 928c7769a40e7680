"""The add-on's one state while Blender runs, and the way of a job through Blender: snapshot, timer, apply.

Blender's data is read and written here on the main thread only. The timer lives only while something is going on, and
is never used in background mode, where timers do not fire: there a job is worked on in place.

What needs numpy (`armature`, the wire) is imported where it is used: loading it would triple the time that enabling
takes, for everybody who starts Blender.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import bpy

from ..memory.remembered import remember, talks
from ..service import engine_list
from ..service.client import ServiceError
from ..service.jobs import Board, Job
from ..service.process import STARTING, STOPPED, Service, StartCancelled
from ..settings import preferences
from . import thumbnails
from .asking import CannotAsk, Wish, make_job

if TYPE_CHECKING:
    from ...rigs.wire import Pose
    from .mixing import Mix

TICK: Final = 0.05
_SAME_AGAIN: Final = 1.0
_SHOWN_IN: Final = {"VIEW_3D": "UI", "PREFERENCES": "WINDOW"}

service = Service()
board = Board(service)
notice: ServiceError | None = None
"""What kept the last press of Pose from becoming a job, shown in the panel until the next press."""

_chores: list[threading.Thread] = []


# ---------------------------------------------------------------------------------------------------- asking
def ask(context: bpy.types.Context, wish: Wish) -> Job | None:
    """Start posing the armature that the user means. In background mode the pose is there when this returns.

    Returns:
        The job; None when the same is being worked on already.

    Raises:
        CannotAsk: also kept in `notice` for the panel.
    """
    global notice
    notice = None
    working = board.busy
    if working is not None:
        if working.said == wish.said:
            return None
        board.cancel(working)
    elif not bpy.app.background and _just_asked(wish.said):
        return None
    try:
        job = make_job(context, wish, talks, running=service.state == "running")
    except CannotAsk as error:
        notice = error
        raise
    if bpy.app.background:
        board.run(job)
        finish(context, job)
    else:
        board.start(job)
        ensure_timer()
    return job


def refuse(error: ServiceError) -> None:
    """Show in the panel why nothing was asked, until something is."""
    global notice
    notice = error
    redraw()


def _just_asked(said: str) -> bool:
    """Leaving the text field by a click on Pose asks twice; the second is not a wish of its own."""
    last = board.latest
    return last is not None and last.said == said and time.monotonic() - last.started < _SAME_AGAIN


def cancel(*, older_than: float = 0.0) -> bool:
    """Stop the job at work; False when there is none, or none that is `older_than` seconds."""
    job = board.busy
    if job is None or time.monotonic() - job.started < older_than:
        return False
    board.cancel(job)
    return True


# ---------------------------------------------------------------------------------------------------- the service
def start_service() -> None:
    """Start the pose service; returns at once, except in background mode."""
    global notice
    notice = None
    plan = preferences.launch_plan()
    chore(lambda: service.start(plan))


def stop_service() -> None:
    """Stop the pose service; a job at work is cancelled."""
    cancel()
    chore(service.stop)


def chore(work: Callable[[], object]) -> None:
    """Do something that takes long, away from the main thread; the panels are redrawn meanwhile."""

    def run() -> None:
        with suppress(ServiceError, StartCancelled):  # `service.error` has it for the panel
            work()

    if bpy.app.background:
        run()
        return
    thread = threading.Thread(target=run, name="posewright-service", daemon=True)
    _chores.append(thread)
    thread.start()
    ensure_timer()


# ---------------------------------------------------------------------------------------------------- the result
def finish(context: bpy.types.Context, job: Job) -> None:
    """Background mode: take in a job's result; a pose is applied as one undo step."""
    from .everybody import apply_everybody, is_everybody
    from .mixing import Mix

    remember(job)
    if job.result is None or not job.result.poses:
        return
    if is_everybody(job):
        if apply_everybody(context, job):
            bpy.ops.ed.undo_push(message="Pose Everybody")
    elif apply_result(context, job, mix=Mix(root=root_mode(job)), everyone=job.everyone):
        bpy.ops.ed.undo_push(message="Apply Pose")


def root_mode(job: Job) -> str:
    """A picture says how somebody stands, not where in the scene."""
    return "FULL" if job.request.image is None else "PLACE"


def apply_result(
    context: bpy.types.Context,
    job: Job,
    armature: bpy.types.Object | None = None,
    *,
    choice: int = 0,
    mix: Mix | None = None,
    everyone: bool = False,
) -> bool:
    """Set a pose of the job on its armature, or on another one. False, and a note, when that cannot be done.

    Args:
        choice: which of the alternatives; the last one where there are fewer.
        mix: how much of it; by default all that the request's scope lets move.
        everyone: also on the other selected characters; `job.left_out` says which of them cannot be posed and why.
    """
    from ..rig.armature import CannotPose
    from .mixing import Mix, joint_set

    if job.result is None or not job.result.poses:
        job.note = "There is no pose in the answer."
        return False
    poses = job.result.poses
    choice = min(choice, len(poses) - 1)
    mix = mix or Mix()
    if job.request.scope:
        mix = replace(mix, joints=mix.joints & joint_set(job.request.scope))
    try:
        target = armature or job.target.resolve()
        held = _set(context, job, target, poses[choice].pose, mix)
    except (CannotPose, FileNotFoundError) as error:
        job.note, job.applied = str(error), False
        return False
    job.note, job.held, job.applied, job.choice = f'Posed "{target.name}".', tuple(held), True, choice
    job.left_out = ""
    if everyone:
        _set_on_others(context, job, target, poses[choice].pose, mix)
    return True


def _set(context: bpy.types.Context, job: Job, armature: bpy.types.Object, made: Pose, mix: Mix) -> list[str]:
    """Mix a pose into that of an armature; the names of the bones that locks held back."""
    from ..rig.armature import apply_pose, read_pose
    from .mixing import mixed

    pose = mixed(read_pose(armature), made, mix)
    held = apply_pose(context, armature, pose, mix.moved)
    talks.of(armature.session_uid).revise(job.said, pose)
    return held


def _set_on_others(context: bpy.types.Context, job: Job, done: bpy.types.Object, made: Pose, mix: Mix) -> None:
    """The other selected characters; one that cannot be posed keeps nobody else from it."""
    from ..rig.armature import CannotPose, selected_armatures

    posed, left_out = [done.name], []
    for armature in selected_armatures(context):
        if armature == done:
            continue
        try:
            _set(context, job, armature, made, mix)
        except CannotPose as error:
            left_out.append(str(error))
        else:
            posed.append(armature.name)
    job.note, job.left_out = f"Posed {', '.join(posed)}.", " ".join(left_out)


# ---------------------------------------------------------------------------------------------------- the timer
def ensure_timer() -> None:
    """Have `_tick` called while something is going on."""
    if not bpy.app.background and not bpy.app.timers.is_registered(_tick):
        # persistent: opening a file while a job runs must not lose its end
        bpy.app.timers.register(_tick, first_interval=TICK, persistent=True)


def _tick() -> float | None:
    """Take in news, apply what is finished, redraw; ends itself when nothing is going on."""
    for job in board.drain():
        remember(job)
        _apply_from_timer(job)
    engine_list.follow(service, chore)
    _chores[:] = [thread for thread in _chores if thread.is_alive()]
    redraw()
    drawing = any(not job.pictured for job in board.jobs.values())
    return TICK if board.busy is not None or drawing or _chores else None


def _apply_from_timer(job: Job) -> None:
    """Through the operator, called with the undo flag: that makes the one undo step and the redo panel."""
    from .everybody import is_everybody

    window = bpy.context.window or next(iter(bpy.context.window_manager.windows), None)
    if job.result is None or not job.result.poses or window is None:
        return
    with bpy.context.temp_override(window=window, **_view(window)):
        if is_everybody(job):
            bpy.ops.posewright.apply_everybody("EXEC_DEFAULT", True, job_id=job.id)
            return
        bpy.ops.posewright.apply_result(
            "EXEC_DEFAULT", True, job_id=job.id, root=root_mode(job), all_selected=job.everyone
        )


def _view(window: bpy.types.Window) -> dict[str, Any]:
    """The window's largest 3D view as an override: there the redo panel appears; nothing where there is none."""
    areas = [area for area in window.screen.areas if area.type == "VIEW_3D"]
    if not areas or bpy.app.background:  # drawing the redo panel without a window ends in a crash
        return {}
    area = max(areas, key=lambda a: a.width * a.height)
    return {"area": area, "region": next(r for r in area.regions if r.type == "WINDOW")}


def redraw() -> None:
    """Redraw the sidebars, where our panel is, and the preferences."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in _SHOWN_IN:
                for region in area.regions:
                    if region.type == _SHOWN_IN[area.type]:
                        region.tag_redraw()


def shut_down() -> None:
    """When the add-on is disabled or Blender ends: no timer, no job, no process may stay."""
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    cancel()
    if service.state != STOPPED or service.pid is not None:
        service.stop(polite_seconds=0.0 if service.state == STARTING else 0.5)
    board.jobs.clear()
    thumbnails.clear()
    talks.forget()
