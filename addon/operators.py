"""What can be done: thin operators over `session` and `body`. All names begin with `posewright.`.

What needs numpy is imported where it is used, see `session`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import bpy

from . import choices, memory, session
from .asking import Wish
from .client import ServiceError
from .jobs import Job

if TYPE_CHECKING:
    from .mixing import Mix

FINISHED: Final = {"FINISHED"}
CANCELLED: Final = {"CANCELLED"}
_DOUBLE_CLICK_SECONDS: Final = 0.4


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


class POSEWRIGHT_OT_add_body(bpy.types.Operator):
    """Add a character with SMPL-X bones at the 3D cursor"""

    bl_idname = "posewright.add_body"
    bl_label = "Add Body"
    bl_options = {"REGISTER", "UNDO"}

    shape_keys: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Shape Keys", description="Ten keys for the shape of the body: height, weight and so on", default=True
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        from .body import add_body
        from .bodydata import NoBody

        try:
            add_body(context, shape_keys=self.shape_keys)
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
    bl_label = "Pose from Words"
    # no UNDO: the result is applied later, by posewright.apply_result, which makes the one undo step
    bl_options = {"REGISTER"}

    prompt: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Pose", description="Instead of the text in the panel", options={"SKIP_SAVE"}
    )
    mode: bpy.props.EnumProperty(name="Words Are", items=choices.MODES, options={"SKIP_SAVE"})  # type: ignore[valid-type]
    scope: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="What May Move", items=choices.SCOPES, options={"SKIP_SAVE"}
    )
    count: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Alternatives", description="How many poses to choose from", min=1, max=8, default=1, options={"SKIP_SAVE"}
    )

    all_selected: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="All Selected", description="The other selected characters get the pose too", options={"SKIP_SAVE"}
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            job = session.ask(context, self._wish(context))
        except ServiceError as error:
            tell(self, error)
            return CANCELLED
        return report_blocking(self, job) if bpy.app.background and job is not None else FINISHED

    def _wish(self, context: bpy.types.Context) -> Wish:
        """What the panel says; what a script or key map has set goes before it."""
        given = self.properties.is_property_set
        wish = context.window_manager.posewright.wish()
        if given("prompt"):  # not the panel's words, so its settings for them say nothing either
            wish = Wish(self.prompt.strip())
        changes = {name: getattr(self, name) for name in ("mode", "scope", "count") if given(name)}
        if given("all_selected"):
            changes["everyone"] = self.all_selected
        return replace(wish, **changes)


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
        state.mode = "auto"
        state.prompt = self.words  # in a window this poses, as Enter does
        return bpy.ops.posewright.pose(prompt=self.words)


class POSEWRIGHT_OT_apply_result(bpy.types.Operator):
    """Apply a pose that has already been made"""

    bl_idname = "posewright.apply_result"
    bl_label = "Pose from Words"
    # the redo panel runs this again: it only ever uses the kept result, never the service
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    # what to apply: a finished job, or an entry of the history
    job_id: bpy.props.StringProperty(options={"HIDDEN", "SKIP_SAVE"})  # type: ignore[valid-type]
    entry: bpy.props.StringProperty(options={"HIDDEN", "SKIP_SAVE"})  # type: ignore[valid-type]
    to_active: bpy.props.BoolProperty(options={"HIDDEN", "SKIP_SAVE"})  # type: ignore[valid-type]
    choice: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Alternative", description="Which of the poses", min=0, max=63, options={"SKIP_SAVE"}
    )
    factor: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Blend",
        description="0 is the pose from before, 1 the new one; beyond 1 it goes further the same way",
        default=1.0, min=-1.0, max=2.0, soft_min=0.0, soft_max=1.0, subtype="FACTOR", options={"SKIP_SAVE"},
    )  # fmt: skip
    mirror: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Mirror", description="Swap left and right", options={"SKIP_SAVE"}
    )
    root: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Root", description="What becomes of place and turn of the hips", items=choices.ROOTS,
        options={"SKIP_SAVE"},
    )  # fmt: skip
    parts: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Parts", description="What follows the new pose", items=choices.PARTS,
        default={name for name, _, _ in choices.PARTS}, options={"ENUM_FLAG", "SKIP_SAVE"},
    )  # fmt: skip

    all_selected: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="All Selected", description="The other selected characters get the pose too", options={"SKIP_SAVE"}
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        from .armature import find_armature

        job = memory.kept_job(self.entry) if self.entry else session.board.jobs.get(self.job_id)
        if job is None:
            self.report({"WARNING"}, "This pose is no longer kept. Press Pose to make it again.")
            return CANCELLED
        to_active = self.to_active or bool(self.entry)  # the history is for whoever is active
        other = find_armature(context) if to_active else None
        if to_active and other is None:
            self.report({"WARNING"}, "There is nothing to pose. Select an armature with SMPL-X bones.")
            return CANCELLED
        mix = self._mix()
        if not session.apply_result(context, job, other, choice=self.choice, mix=mix, everyone=self.all_selected):
            self.report({"WARNING"}, job.note)
            return CANCELLED
        if job.left_out:
            self.report({"WARNING"}, job.left_out)
        return FINISHED

    def _mix(self) -> Mix:
        from .mixing import Mix, joint_set

        groups = [group for part in self.parts for group in choices.PART_GROUPS[part]]
        return Mix(self.factor, self.mirror, joint_set(groups), self.root)

    def draw(self, _context: bpy.types.Context) -> None:
        """The redo panel."""
        job = session.board.jobs.get(self.job_id)
        layout = self.layout
        layout.use_property_split = True
        if job is not None and job.result is not None and len(job.result.poses) > 1:
            layout.prop(self, "choice")
        layout.prop(self, "factor")
        layout.prop(self, "mirror")
        layout.prop(self, "root")
        layout.column(align=True).prop(self, "parts")
        layout.prop(self, "all_selected")


class POSEWRIGHT_OT_cancel(bpy.types.Operator):
    """Stop working on this pose; the character stays as it is"""

    bl_idname = "posewright.cancel"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    def execute(self, _context: bpy.types.Context) -> set[str]:
        # the button appears where Pose was: the second click of a double click does not mean it
        return FINISHED if session.cancel(older_than=_DOUBLE_CLICK_SECONDS) else CANCELLED


class POSEWRIGHT_OT_new_conversation(bpy.types.Operator):
    """Forget what was said about this character, so that words are about the pose alone again"""

    bl_idname = "posewright.new_conversation"
    bl_label = "New Conversation"

    def execute(self, context: bpy.types.Context) -> set[str]:
        from .armature import find_armature

        armature = find_armature(context)
        if armature is None:
            return CANCELLED
        session.talks.forget(armature.session_uid)
        return FINISHED


CLASSES: Final = (
    POSEWRIGHT_OT_add_body,
    POSEWRIGHT_OT_pose,
    POSEWRIGHT_OT_try_example,
    POSEWRIGHT_OT_apply_result,
    POSEWRIGHT_OT_cancel,
    POSEWRIGHT_OT_new_conversation,
)
