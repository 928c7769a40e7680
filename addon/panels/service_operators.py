"""The pose service by hand: start, stop, its log; and copying a message of the panel."""

from __future__ import annotations

from typing import Final

import bpy

from ..posing import session
from ..settings import preferences
from ..ui.reporting import CANCELLED, FINISHED, open_log, tell


class POSEWRIGHT_OT_start_backend(bpy.types.Operator):
    """Start the pose service on this computer. Pose does this by itself"""

    bl_idname = "posewright.start_backend"
    bl_label = "Start"

    def execute(self, _context: bpy.types.Context) -> set[str]:
        session.start_service()
        error = session.service.error
        if bpy.app.background and error is not None:
            tell(self, error)
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
        return open_log(self, preferences.log_path(), "the pose service has not been started")


CLASSES: Final = (
    POSEWRIGHT_OT_start_backend,
    POSEWRIGHT_OT_stop_backend,
    POSEWRIGHT_OT_copy_text,
    POSEWRIGHT_OT_open_log,
)
