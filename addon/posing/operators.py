"""What can be done: thin operators over `session`. All names begin with `posewright.`.

What needs numpy is imported where it is used, see `session`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import bpy

from ..memory import remembered
from ..service.client import ServiceError
from ..ui.reporting import CANCELLED, FINISHED, report_blocking, tell
from . import choices, session
from .asking import Wish

if TYPE_CHECKING:
    from .mixing import Mix

_DOUBLE_CLICK_SECONDS: Final = 0.4


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
        from ..rig.armature import find_armature

        if find_armature(context) is None and "FINISHED" not in bpy.ops.posewright.add_body("INVOKE_DEFAULT", True):
            return CANCELLED
        state.mode = "auto"
        state.prompt = self.words  # in a window this poses, as Enter does
        return bpy.ops.posewright.pose(prompt=self.words)


class POSEWRIGHT_OT_apply_result(bpy.types.Operator):
    """Apply a pose that has already been made"""

    bl_idname = "posewright.apply_result"
    bl_label = "Apply Pose"
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
        from ..rig.armature import find_armature

        job = remembered.kept_job(self.entry) if self.entry else session.board.jobs.get(self.job_id)
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

    def draw(self, context: bpy.types.Context) -> None:
        """The redo panel."""
        from ..rig.armature import selected_armatures

        job = session.board.jobs.get(self.job_id)
        layout = self.layout
        layout.use_property_split = True
        if job is not None and job.result is not None and len(job.result.poses) > 1:
            layout.prop(self, "choice")
        layout.prop(self, "factor")
        layout.prop(self, "mirror")
        layout.prop(self, "root")
        layout.column(align=True).prop(self, "parts")
        if len(selected_armatures(context)) > 1:
            layout.prop(self, "all_selected")


class POSEWRIGHT_OT_cancel(bpy.types.Operator):
    """Stop working on this pose; the character stays as it is"""

    bl_idname = "posewright.cancel"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    def execute(self, _context: bpy.types.Context) -> set[str]:
        # the button appears where Pose was: the second click of a double click does not mean it
        return FINISHED if session.cancel(older_than=_DOUBLE_CLICK_SECONDS) else CANCELLED


CLASSES: Final = (
    POSEWRIGHT_OT_pose,
    POSEWRIGHT_OT_try_example,
    POSEWRIGHT_OT_apply_result,
    POSEWRIGHT_OT_cancel,
)
