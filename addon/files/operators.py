"""Poses as files and assets: open, save, put into the asset library."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import bpy

from ..posing import session
from ..ui.reporting import CANCELLED, FINISHED

_FILTER: Final = "*.json;*.npz;*.smpl"
_NAME_CHARS: Final = 60
FORMATS: Final = ((".json", "Posewright"), (".npz", "AMASS, SMPL-X"), (".smpl", "SMPL codec"))
"""Endings of a file's name, and what is written then."""


class POSEWRIGHT_OT_open_pose(bpy.types.Operator):
    """Pose the character as a file says: Posewright .json, AMASS .npz, .smpl"""

    bl_idname = "posewright.open_pose"
    bl_label = "Open Pose File"
    bl_options = {"REGISTER", "UNDO"}

    filepath: bpy.props.StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})  # type: ignore[valid-type]
    filter_glob: bpy.props.StringProperty(default=_FILTER, options={"HIDDEN"})  # type: ignore[valid-type]
    frame: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Frame", description="Which pose of a file that has several; -1 is the last", default=0
    )

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ...rigs.pose_errors import BadPoseFile
        from ...rigs.pose_files import read_pose
        from ..rig.armature import CannotPose, apply_pose, find_armature

        armature = find_armature(context)
        if armature is None:
            self.report({"WARNING"}, "There is nothing to pose. Select an armature with SMPL-X bones.")
            return CANCELLED
        try:
            held = apply_pose(context, armature, read_pose(bpy.path.abspath(self.filepath), self.frame))
        except BadPoseFile as error:
            self.report({"ERROR"}, f"{error.message}: {error.hint}")
            return CANCELLED
        except (CannotPose, FileNotFoundError) as error:
            self.report({"ERROR"}, str(error))
            return CANCELLED
        if held:
            self.report({"INFO"}, f"Locked bones stayed: {', '.join(held[:4])}")
        return FINISHED


class POSEWRIGHT_OT_save_pose(bpy.types.Operator):
    """Save the character's pose: Posewright .json, AMASS .npz or .smpl, by the file's name"""

    bl_idname = "posewright.save_pose"
    bl_label = "Save Pose File"

    filepath: bpy.props.StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})  # type: ignore[valid-type]
    filter_glob: bpy.props.StringProperty(default=_FILTER, options={"HIDDEN"})  # type: ignore[valid-type]
    check_existing: bpy.props.BoolProperty(default=True, options={"HIDDEN"})  # type: ignore[valid-type]

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        if not self.filepath:
            self.filepath = "pose.json"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def draw(self, _context: bpy.types.Context) -> None:
        """Beside the list of files."""
        for ending, meaning in FORMATS:
            self.layout.label(text=f"{ending}  {meaning}")

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ...rigs.pose_errors import BadPoseFile
        from ...rigs.pose_files import write_pose
        from ..rig.armature import CannotPose, find_armature, read_pose

        armature = find_armature(context)
        if armature is None:
            self.report({"WARNING"}, "There is no pose to save. Select an armature with SMPL-X bones.")
            return CANCELLED
        path = Path(bpy.path.abspath(self.filepath))
        rate = context.scene.render.fps / context.scene.render.fps_base
        try:
            write_pose(path if path.suffix else path.with_suffix(".json"), read_pose(armature), rate)
        except BadPoseFile as error:
            self.report({"ERROR"}, f"{error.message}: {error.hint}")
            return CANCELLED
        except (CannotPose, FileNotFoundError) as error:
            self.report({"ERROR"}, str(error))
            return CANCELLED
        self.report({"INFO"}, f"Saved {path.name}")
        return FINISHED


class POSEWRIGHT_OT_add_pose_asset(bpy.types.Operator):
    """Put the character's pose into this file's pose library, under the words that made it"""

    bl_idname = "posewright.add_pose_asset"
    bl_label = "Add to Pose Library"
    bl_options = {"REGISTER", "UNDO"}

    name: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Name", description="What the asset is called; empty takes the words", options={"SKIP_SAVE"}
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..photos.pictures import pixels_of_png
        from ..rig.armature import CannotPose, find_armature
        from .pose_assets import add_pose_asset

        armature = find_armature(context)
        if armature is None:
            self.report({"WARNING"}, "There is no pose to keep. Select an armature with SMPL-X bones.")
            return CANCELLED
        job = session.board.latest
        words = job.said if job is not None and job.applied else ""
        png = job.pictures[job.choice] if job is not None and job.choice < len(job.pictures) else None
        try:
            action = add_pose_asset(
                armature, (self.name or words or "Pose")[:_NAME_CHARS], words, pixels_of_png(png) if png else None
            )
        except (CannotPose, FileNotFoundError) as error:
            self.report({"ERROR"}, str(error))
            return CANCELLED
        self.report({"INFO"}, f'Pose "{action.name}" is in the pose library of this file')
        return FINISHED


CLASSES: Final = (POSEWRIGHT_OT_open_pose, POSEWRIGHT_OT_save_pose, POSEWRIGHT_OT_add_pose_asset)
