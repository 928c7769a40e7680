"""What can be done: thin operators over `session` and `body`. All names begin with `posewright.`.

What needs numpy is imported where it is used, see `session`.
"""

from __future__ import annotations

from typing import Final

import bpy

from . import preferences, session
from .client import ServiceError
from .jobs import Job

FINISHED: Final = {"FINISHED"}
CANCELLED: Final = {"CANCELLED"}
_DOUBLE_CLICK_SECONDS: Final = 0.4


def _say(operator: bpy.types.Operator, error: ServiceError) -> None:
    """Tell the user. With a window the panel already shows it; a script gets an exception."""
    operator.report({"ERROR" if bpy.app.background else "WARNING"}, f"{error.message} {error.hint}".strip())


class POSEWRIGHT_OT_add_body(bpy.types.Operator):
    """Add a character with SMPL-X bones at the 3D cursor"""

    bl_idname = "posewright.add_body"
    bl_label = "Add Body"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        from .body import add_body
        from .bodydata import NoBody

        try:
            add_body(context)
        except NoBody as error:
            self.report({"ERROR"}, str(error))
            return CANCELLED
        return FINISHED

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """A click: the first body of a scene is also brought into view, it is small from where Blender starts."""
        first = not any(o.type == "ARMATURE" for o in context.scene.objects)
        done = self.execute(context)
        if done == FINISHED and first:
            frame_selected(context)
        return done


def frame_selected(context: bpy.types.Context) -> None:
    """Let the 3D view that the user is in show what is selected; nothing happens outside a 3D view."""
    area = context.area
    if area is None or area.type != "VIEW_3D":
        return
    region = next(region for region in area.regions if region.type == "WINDOW")
    with context.temp_override(region=region):
        bpy.ops.view3d.view_selected()


class POSEWRIGHT_OT_pose(bpy.types.Operator):
    """Pose the character as the words say"""

    bl_idname = "posewright.pose"
    bl_label = "Pose"
    # no UNDO: the result is applied later, by posewright.apply_result, which makes the one undo step
    bl_options = {"REGISTER"}

    prompt: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Pose", description="Instead of the text in the panel", options={"SKIP_SAVE"}
    )
    change_current: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Change the current pose", options={"SKIP_SAVE"}
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        state = context.window_manager.posewright
        given = self.properties.is_property_set("prompt")
        words = self.prompt if given else state.prompt
        changes = self.change_current or (not given and state.change_current)
        try:
            job = session.ask(context, words, change_current=changes)
        except ServiceError as error:
            _say(self, error)
            return CANCELLED
        return self._report_blocking(job) if bpy.app.background and job is not None else FINISHED

    def _report_blocking(self, job: Job) -> set[str]:
        """Background mode: the job has ended by now."""
        if job.error is not None:
            _say(self, job.error)
            return CANCELLED
        if job.result is not None and job.result.poses and not job.applied:
            self.report({"ERROR"}, job.note)
            return CANCELLED
        if job.result is not None and job.result.reply:
            self.report({"INFO"}, job.result.reply)
        return FINISHED


class POSEWRIGHT_OT_try_example(bpy.types.Operator):
    """Pose the character with these words; a body is added when there is none"""

    bl_idname = "posewright.try_example"
    bl_label = "Try This"
    bl_options = {"INTERNAL"}

    words: bpy.props.StringProperty()  # type: ignore[valid-type]

    def execute(self, context: bpy.types.Context) -> set[str]:
        state = context.window_manager.posewright
        from .armature import find_armature

        if find_armature(context) is None and "FINISHED" not in bpy.ops.posewright.add_body("INVOKE_DEFAULT", True):
            return CANCELLED
        state.change_current = False
        state.prompt = self.words  # in a window this poses, as Enter does
        return bpy.ops.posewright.pose(prompt=self.words)


class POSEWRIGHT_OT_apply_result(bpy.types.Operator):
    """Apply a pose that has already been made"""

    bl_idname = "posewright.apply_result"
    bl_label = "Pose from Words"
    # the redo panel runs this again: it only ever uses the kept result, never the service
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    job_id: bpy.props.StringProperty(options={"HIDDEN", "SKIP_SAVE"})  # type: ignore[valid-type]
    to_active: bpy.props.BoolProperty(options={"HIDDEN", "SKIP_SAVE"})  # type: ignore[valid-type]

    def execute(self, context: bpy.types.Context) -> set[str]:
        from .armature import find_armature

        job = session.board.jobs.get(self.job_id)
        if job is None:
            self.report({"WARNING"}, "This pose is no longer kept. Press Pose to make it again.")
            return CANCELLED
        other = find_armature(context) if self.to_active else None
        if self.to_active and other is None:
            self.report({"WARNING"}, "There is nothing to pose. Select an armature with SMPL-X bones.")
            return CANCELLED
        if not session.apply_result(context, job, other):
            self.report({"WARNING"}, job.note)
            return CANCELLED
        return FINISHED


class POSEWRIGHT_OT_cancel(bpy.types.Operator):
    """Stop working on this pose; the character stays as it is"""

    bl_idname = "posewright.cancel"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    def execute(self, _context: bpy.types.Context) -> set[str]:
        # the button appears where Pose was: the second click of a double click does not mean it
        return FINISHED if session.cancel(older_than=_DOUBLE_CLICK_SECONDS) else CANCELLED


class POSEWRIGHT_OT_start_backend(bpy.types.Operator):
    """Start the pose service on this computer. Pose does this by itself"""

    bl_idname = "posewright.start_backend"
    bl_label = "Start"

    def execute(self, _context: bpy.types.Context) -> set[str]:
        session.start_service()
        error = session.service.error
        if bpy.app.background and error is not None:
            _say(self, error)
            return CANCELLED
        return FINISHED


class POSEWRIGHT_OT_stop_backend(bpy.types.Operator):
    """Stop the pose service and free its memory"""

    bl_idname = "posewright.stop_backend"
    bl_label = "Stop"

    def execute(self, _context: bpy.types.Context) -> set[str]:
        session.stop_service()
        return FINISHED


class POSEWRIGHT_OT_copy_text(bpy.types.Operator):
    """Copy this message, to search for it or to report it"""

    bl_idname = "posewright.copy_text"
    bl_label = "Copy"
    bl_options = {"INTERNAL"}

    text: bpy.props.StringProperty(options={"SKIP_SAVE"})  # type: ignore[valid-type]

    def execute(self, context: bpy.types.Context) -> set[str]:
        context.window_manager.clipboard = self.text
        self.report({"INFO"}, "Copied")
        return FINISHED


class POSEWRIGHT_OT_open_log(bpy.types.Operator):
    """Show what the pose service said, in Blender's text editor"""

    bl_idname = "posewright.open_log"
    bl_label = "Open Log"

    def execute(self, _context: bpy.types.Context) -> set[str]:
        path = preferences.log_path()
        if not path.is_file():
            self.report({"INFO"}, "There is no log yet: the pose service has not been started.")
            return CANCELLED
        bpy.ops.wm.path_open(filepath=str(path))
        return FINISHED


CLASSES: Final = (
    POSEWRIGHT_OT_add_body,
    POSEWRIGHT_OT_pose,
    POSEWRIGHT_OT_try_example,
    POSEWRIGHT_OT_apply_result,
    POSEWRIGHT_OT_cancel,
    POSEWRIGHT_OT_start_backend,
    POSEWRIGHT_OT_stop_backend,
    POSEWRIGHT_OT_copy_text,
    POSEWRIGHT_OT_open_log,
)
