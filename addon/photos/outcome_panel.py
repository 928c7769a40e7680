"""What a photo came to, in the panel: the overlay, how sure the pose is, who is who where that was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import bpy

from ..posing import thumbnails
from ..service.jobs import Job
from ..ui.wrapping import say

if TYPE_CHECKING:
    from ...rigs.wire import PoseEntry

WEAK: Final = 0.6  # confidence of a limb below which it is named
_UNIT: Final = 20.0  # px of a button at a scale of 1
_MARGIN: Final = 50.0
_BUTTONS: Final = 8  # in a row


def draw_overlay(layout: Any, context: bpy.types.Context, job: Job) -> None:
    """The photo with what was drawn over it, as wide as the panel, and a button to see it large."""
    icon = thumbnails.overlay_icon(job)
    if icon:
        scale = context.preferences.system.ui_scale or 1.0
        width = context.region.width if context.region is not None else 300
        layout.template_icon(icon_value=icon, scale=max(6.0, (width - _MARGIN * scale) / (_UNIT * scale)))
    if not job.overlay:
        return
    row = layout.row(align=True)
    row.operator("posewright.show_overlay", icon="FULLSCREEN_ENTER").job_id = job.id
    if not job.people:
        row.operator("posewright.number_people", icon="COMMUNITY").job_id = job.id


def draw_confidence(layout: Any, context: bpy.types.Context, job: Job) -> None:
    """How sure the pose that was chosen is, or those of everybody are, and which limbs are weak."""
    from ..posing.everybody import is_everybody

    assert job.result is not None
    poses = job.result.poses
    if is_everybody(job):
        for number, entry in enumerate(poses, 1):
            _draw_sure(layout, context, entry, f"Person {number} from the left")
    else:
        _draw_sure(layout, context, poses[max(0, min(job.choice, len(poses) - 1))], "How sure")


def _draw_sure(layout: Any, context: bpy.types.Context, entry: PoseEntry, title: str) -> None:
    if entry.confidence is None:
        return
    weak = sorted((sure, limb) for limb, sure in (entry.limbs or {}).items() if sure < WEAK)
    told = f"{title}: {100 * entry.confidence:.0f} %."
    if weak:
        told += f" Weak: {', '.join(f'{limb} {100 * sure:.0f} %' for sure, limb in weak)}."
    elif entry.limbs:
        told += " All limbs are well seen."
    say(layout, context, told, icon="ERROR" if weak else "CHECKMARK")


def draw_who(layout: Any, context: bpy.types.Context, job: Job) -> None:
    """The numbered people of a picture of which it was asked who is meant: one click chooses."""
    box = layout.box()
    count = f"{job.people} people" if job.people > 1 else "One person"
    box.label(text=f"{count}. Click a number to pose like:", icon="COMMUNITY")
    draw_overlay(box, context, job)
    grid = box.grid_flow(row_major=True, columns=min(job.people, _BUTTONS), even_columns=True, align=True)
    for number in range(job.people):
        button = grid.operator("posewright.pose_person", text=str(number))
        button.job_id, button.number = job.id, number
    box.prop(context.window_manager.posewright, "person", placeholder="a number, or words")
    if job.error is not None:
        say(box, context, job.error.message)
