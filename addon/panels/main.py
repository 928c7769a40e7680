"""The sidebar tab "Posewright": what is posed, the words, what happens, what came of it, and the pose service.

Drawing reads state and never changes it. Everything said here is for an animator, not for a programmer.
"""

from __future__ import annotations

import time
from typing import Any, Final

import bpy

from ..compat import draw_prompt
from ..engines.panel import draw_missing_tier
from ..photos.outcome_panel import draw_confidence, draw_overlay, draw_who
from ..posing import session, thumbnails
from ..service.client import ServiceError
from ..service.jobs import Job
from ..service.process import FAILED, RUNNING, STARTING
from ..settings import preferences
from ..ui.wrapping import ICON, room, say

EXAMPLES: Final = (
    "a man proposing marriage",
    "sitting on the floor, hugging the knees",
    "waving with the right hand",
)
_REPLY_LINES: Final = 12
_BUSY_SHARE: Final = 0.72  # of the panel's width for what is going on, the rest for Cancel
_SERVICE_SHARE: Final = 0.8
_SMALLEST_PICTURE, _LARGEST_PICTURE = 68.0, 130.0  # px of an alternative, at a scale of 1
_HELD_SHOWN: Final = 4
_RING_SECONDS: Final = 1.5


class POSEWRIGHT_PT_main(bpy.types.Panel):
    """The one panel."""

    bl_idname = "POSEWRIGHT_PT_main"
    bl_label = "Posewright"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Posewright"

    def draw(self, context: bpy.types.Context) -> None:
        from ..rig.armature import find_armature  # loads numpy, see `session`

        armature = find_armature(context)
        if armature is None:
            draw_empty(self.layout, context)
        else:
            draw_target(self.layout, context, armature)
            draw_words(self.layout, context, armature)
        job = session.board.latest
        if session.notice is not None:
            draw_error(self.layout, context, session.notice)
        elif job is not None and job.busy:
            draw_before(self.layout, context, job)
        elif job is not None:
            draw_outcome(self.layout, context, job)
        draw_service(self.layout, context)


def draw_empty(layout: Any, context: bpy.types.Context) -> None:
    """Nothing to pose yet: one big button, and what will then be possible."""
    column = layout.column()
    column.scale_y = 1.6
    column.operator("posewright.add_body", icon="OUTLINER_OB_ARMATURE")
    say(layout, context, "Or select an SMPL-X armature of your own.")
    draw_examples(layout, usable=True)


def draw_target(layout: Any, context: bpy.types.Context, armature: bpy.types.Object) -> None:
    """Who will be posed, or why not."""
    from ..rig.armature import why_not

    reason = why_not(armature)
    if not reason:
        row = layout.row()
        row.label(text=armature.name, icon="ARMATURE_DATA")
        row.operator("posewright.open_pose", text="", icon="FILE_FOLDER")
        row.operator("posewright.add_body", text="", icon="ADD")
        return
    box = layout.box()
    say(box, context, reason, icon="ERROR")
    box.operator("posewright.add_body", icon="OUTLINER_OB_ARMATURE")


def draw_words(layout: Any, context: bpy.types.Context, armature: bpy.types.Object) -> None:
    """The text field, and Pose, or what is going on with Cancel."""
    from ..rig.armature import selected_armatures, why_not

    state = context.window_manager.posewright
    usable = not why_not(armature)
    column = layout.column()
    column.enabled = usable
    draw_prompt(column, state, "prompt", "Describe a pose")
    draw_settings(column, state)
    if len(selected_armatures(context)) > 1:
        column.prop(state, "all_selected")
    job = session.board.busy
    if job is not None:
        draw_busy(layout, context, job)
        return
    row = layout.row()
    row.enabled = usable
    row.scale_y = 1.4
    row.operator("posewright.pose", icon="POSE_HLT")
    if session.board.latest is None and session.notice is None:
        draw_examples(layout, usable=usable)


def draw_settings(layout: Any, state: Any) -> None:
    """What the words are for, what may move, and how many poses are wanted."""
    layout.row(align=True).prop(state, "mode", expand=True)
    row = layout.row(align=True)
    row.prop(state, "scope", text="")
    row.prop(state, "count", text="Poses")


def draw_examples(layout: Any, *, usable: bool) -> None:
    """Three prompts to click, until the first pose has been asked for. They add a body when there is none."""
    column = layout.column(align=True)
    column.enabled = usable
    column.label(text="Try one")
    for words in EXAMPLES:
        column.operator("posewright.try_example", text=words).words = words


def draw_busy(layout: Any, context: bpy.types.Context, job: Job) -> None:
    """What is going on, and Cancel; as high as the button whose place it takes, so that nothing jumps."""
    row = layout.split(factor=_BUSY_SHARE)
    row.scale_y = 1.4
    # how far it is cannot be known; the ring turns to show that something happens
    turn = (time.monotonic() - job.started) / _RING_SECONDS % 1.0
    row.progress(factor=turn, text=f"{job.stage} …", type="RING")
    row.operator("posewright.cancel")
    if job.writing:
        say(layout, context, job.writing)


def draw_before(layout: Any, context: bpy.types.Context, job: Job) -> None:
    """While a job is at work: what came of the one before, greyed out, so that the panel keeps its shape."""
    before = session.board.before(job)
    if before is None or job.writing:
        return
    column = layout.column()
    column.enabled = False
    draw_outcome(column, context, before)


def draw_outcome(layout: Any, context: bpy.types.Context, job: Job) -> None:
    """What the last Pose came to: an error, or the reply and what was not met."""
    from ..posing.everybody import is_everybody

    if job.error is not None:
        if job.people:
            draw_who(layout, context, job)
            return
        draw_error(layout, context, job.error)
        if getattr(job.error, "code", "") == "no_photo_tier":
            draw_missing_tier(layout, context, "photo")
        return
    if job.result is None:
        layout.label(text="Cancelled. Nothing was changed.", icon="INFO")
        return
    if job.note and not job.applied:
        draw_kept(layout, context, job)
    if is_everybody(job):
        layout.operator("posewright.apply_everybody", icon="COMMUNITY").job_id = job.id
        say(layout, context, job.note)
    elif len(job.result.poses) > 1:
        draw_alternatives(layout, context, job)
    (draw_who if job.people else draw_overlay)(layout, context, job)
    box = layout.box()
    if job.result.reply:
        say(box, context, job.result.reply, limit=_REPLY_LINES)
    elif job.note:
        say(box, context, job.note)
    if job.result.poses:
        draw_confidence(box, context, job)
    if job.applied and job.held:
        more = f" and {len(job.held) - _HELD_SHOWN} more" if len(job.held) > _HELD_SHOWN else ""
        say(box, context, f"Locked bones stayed: {', '.join(job.held[:_HELD_SHOWN])}{more}.", icon="LOCKED")
    if job.applied and job.left_out:
        say(box, context, job.left_out, icon="ERROR")
    if job.applied:
        row = layout.row(align=True)
        row.operator("posewright.save_pose", text="Save", icon="FILE_TICK")
        row.operator("posewright.add_pose_asset", text="To Library", icon="ASSET_MANAGER")
    for warning in job.result.warnings:
        say(box, context, warning, icon="INFO")


def draw_alternatives(layout: Any, context: bpy.types.Context, job: Job) -> None:
    """The poses to choose from: pictures with numbers to click, or numbers until they are drawn."""
    shown = thumbnails.icons(job)
    assert job.result is not None
    columns, scale = _cells(len(job.result.poses), room(context))
    grid = layout.grid_flow(row_major=True, columns=columns, even_columns=True, align=True)
    for i in range(len(job.result.poses)):
        cell = grid.column(align=True)
        if i < len(shown):
            cell.template_icon(icon_value=shown[i], scale=scale)
        button = cell.operator("posewright.apply_result", text=str(i + 1), depress=job.choice == i)
        button.job_id, button.choice = job.id, i


def _cells(count: int, width: float) -> tuple[int, float]:
    """(columns, scale of an icon) for so many pictures in so many px (at a scale of 1): rows alike and full."""
    most = max(2, int(width // _SMALLEST_PICTURE))
    rows = -(-count // most)
    columns = -(-count // rows)
    return columns, max(3.0, min(width / columns, _LARGEST_PICTURE) / ICON)


def draw_kept(layout: Any, context: bpy.types.Context, job: Job) -> None:
    """The pose could not be applied: say why and keep it at hand."""
    box = layout.box()
    say(box, context, f"{job.note} The pose is kept.", icon="ERROR")
    button = box.operator("posewright.apply_result", text="Apply to Selected Armature", icon="POSE_HLT")
    button.job_id, button.to_active = job.id, True


def draw_error(layout: Any, context: bpy.types.Context, error: ServiceError) -> None:
    """An error: what happened, what to do, and a button to copy it."""
    box = layout.box()
    say(box, context, error.message, icon="ERROR", alert=True)
    if error.hint:
        say(box, context, error.hint)
    box.operator("posewright.copy_text", icon="COPYDOWN").text = f"{error.message} {error.hint}".strip()


def draw_service(layout: Any, context: bpy.types.Context) -> None:
    """The pose service: its state and the button that changes it."""
    state = session.service.state
    waiting = "Pose service: starts when needed" if preferences.auto_start() else "Pose service: stopped"
    text, icon = {
        RUNNING: ("Pose service: running", "CHECKMARK"),
        STARTING: ("Pose service: starting …", "SORTTIME"),
        FAILED: ("Pose service: failed", "ERROR"),
    }.get(state, (waiting, "PAUSE"))
    layout.separator()
    row = layout.split(factor=_SERVICE_SHARE)
    row.label(text=text, icon=icon)
    row.operator("posewright.stop_backend" if state in (RUNNING, STARTING) else "posewright.start_backend")
    if state != FAILED:
        return
    job = session.board.latest
    error = session.service.error
    # the job that met the error already shows it
    if error is not None and (job is None or job.error is not error):
        draw_error(layout, context, error)
    layout.operator("posewright.open_log", icon="TEXT")


CLASSES: Final = (POSEWRIGHT_PT_main,)
