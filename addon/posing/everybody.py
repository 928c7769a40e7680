"""Everybody of a photo at once: the poses from left to right go to the selected characters from left to right.

Main thread only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from . import session
from .mixing import Mix

if TYPE_CHECKING:
    from ..service.jobs import Job


def is_everybody(job: Job) -> bool:
    """Whether the poses of a result are of several people, not alternatives for one."""
    poses = job.result.poses if job.result is not None else ()
    return len({entry.person for entry in poses if entry.person is not None}) > 1


def characters(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The selected characters that can be posed, from left to right as the scene's camera sees them.

    Without a camera as the front view does: a photo shows people from the front.
    """
    from ..rig.armature import selected_armatures, why_not

    view = context.scene.camera.matrix_world.inverted() if context.scene.camera is not None else None

    def across(armature: bpy.types.Object) -> float:
        place = armature.matrix_world.translation
        return float((view @ place).x if view is not None else place.x)

    return sorted((a for a in selected_armatures(context) if not why_not(a)), key=across)


def apply_everybody(context: bpy.types.Context, job: Job) -> bool:
    """Pose the characters; the job's note says who is who and what is left over. False when nobody was posed."""
    assert job.result is not None
    people, posed, told = len(job.result.poses), [], []
    chosen = characters(context)
    for choice, armature in enumerate(chosen[:people]):
        name = armature.name
        if session.apply_result(context, job, armature, choice=choice, mix=Mix(root="PLACE")):
            posed.append(name)
        else:
            told.append(job.note)
    if posed:
        told.insert(0, f"Posed from left to right: {', '.join(posed)}.")
    if len(chosen) < people:
        left = people - len(chosen)
        told.append(
            f"{left} more {'person is' if left == 1 else 'people are'} in the picture: select {people} characters,"
            " then press Pose Everybody."
        )
    elif len(chosen) > people:
        told.append(f"Not posed, for the picture has {people} people: {', '.join(a.name for a in chosen[people:])}.")
    job.note, job.applied, job.choice = " ".join(told), bool(posed), -1
    return bool(posed)
