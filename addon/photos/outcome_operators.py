"""After a photo: see the overlay large, say who was meant by a click, pose everybody."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

import bpy

from ..posing import session
from ..service.client import ServiceError
from ..service.jobs import Job
from ..ui.editors import open_editor
from ..ui.reporting import CANCELLED, FINISHED, report_blocking, tell

IMAGE_NAME: Final = "Posewright Overlay"
_GONE: Final = "This picture is no longer kept. Pose from it again."


def _job_property() -> bpy.props.StringProperty:
    return bpy.props.StringProperty(options={"HIDDEN", "SKIP_SAVE"})


class POSEWRIGHT_OT_show_overlay(bpy.types.Operator):
    """Show the photo with the skeleton large, in a window of its own"""

    bl_idname = "posewright.show_overlay"
    bl_label = "See Large"
    bl_options = {"INTERNAL"}

    job_id: _job_property()  # type: ignore[valid-type]

    def execute(self, _context: bpy.types.Context) -> set[str]:
        job = session.board.jobs.get(self.job_id)
        if job is None or not job.overlay:
            self.report({"WARNING"}, _GONE)
            return CANCELLED
        image = load_image(job)
        if not bpy.app.background:
            show_image(image)
        return FINISHED


def load_image(job: Job) -> bpy.types.Image:
    """The overlay as an image of the file, packed into it; the last one makes way."""
    with tempfile.TemporaryDirectory(prefix="posewright-") as folder:
        path = Path(folder) / "overlay.png"
        path.write_bytes(job.overlay)
        loaded = bpy.data.images.load(str(path))
        loaded.pack()
    before = bpy.data.images.get(IMAGE_NAME)
    if before is not None:
        before.user_remap(loaded)
        bpy.data.images.remove(before)
    loaded.name = IMAGE_NAME
    return loaded


def show_image(image: bpy.types.Image) -> None:
    """Put an image into an image editor: one that shows the last overlay, else that of a new window."""
    open_editor("IMAGE_EDITOR", lambda space: space.image == image).image = image


class POSEWRIGHT_OT_number_people(bpy.types.Operator):
    """Number everybody in the picture, to pose like somebody else"""

    bl_idname = "posewright.number_people"
    bl_label = "Somebody Else"
    bl_options = {"INTERNAL"}

    job_id: _job_property()  # type: ignore[valid-type]

    def execute(self, _context: bpy.types.Context) -> set[str]:
        job = session.board.jobs.get(self.job_id)
        if job is None or job.request.image is None:
            self.report({"WARNING"}, _GONE)
            return CANCELLED
        session.chore(lambda: session.board.number_people(job))
        if bpy.app.background:
            session.board.drain()
        return FINISHED


class POSEWRIGHT_OT_pose_person(bpy.types.Operator):
    """Pose the character like the person with this number"""

    bl_idname = "posewright.pose_person"
    bl_label = "Person"
    bl_options = {"INTERNAL"}

    job_id: _job_property()  # type: ignore[valid-type]
    number: bpy.props.IntProperty(min=0, options={"SKIP_SAVE"})  # type: ignore[valid-type]

    def execute(self, context: bpy.types.Context) -> set[str]:
        asked = session.board.jobs.get(self.job_id)
        if asked is None or asked.wish is None:
            self.report({"WARNING"}, _GONE)
            return CANCELLED
        context.window_manager.posewright.person = str(self.number)
        try:
            job = session.ask(context, replace(asked.wish, person=str(self.number), box=None))
        except ServiceError as error:
            tell(self, error)
            return CANCELLED
        return report_blocking(self, job) if bpy.app.background and job is not None else FINISHED


class POSEWRIGHT_OT_apply_everybody(bpy.types.Operator):
    """Pose the selected characters like the people in the picture, both from left to right"""

    bl_idname = "posewright.apply_everybody"
    bl_label = "Pose Everybody"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    job_id: _job_property()  # type: ignore[valid-type]

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..posing.everybody import apply_everybody

        job = session.board.jobs.get(self.job_id)
        if job is None or job.result is None or not job.result.poses:
            self.report({"WARNING"}, _GONE)
            return CANCELLED
        if apply_everybody(context, job):
            return FINISHED
        self.report({"WARNING"}, job.note)
        return CANCELLED


CLASSES: Final = (
    POSEWRIGHT_OT_show_overlay,
    POSEWRIGHT_OT_number_people,
    POSEWRIGHT_OT_pose_person,
    POSEWRIGHT_OT_apply_everybody,
)
