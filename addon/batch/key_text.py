"""A list of key poses as a text of the file: a first one to begin with, and the editor to write it in."""

from __future__ import annotations

from typing import Any, Final

import bpy

from ..ui.editors import open_editor
from ..ui.reporting import FINISHED

NAME: Final = "Key Poses"
FIRST: Final = """\
# A pose a line, keyed at a frame. Change these, then press Key List in the sidebar.
# 24: is a frame; +12: so many frames after the line before; 2s: seconds after the first frame.
# A line without a number comes one Step after the line before.
1: standing, relaxed
24: crouching, ready to jump
+12: jumping for joy
+12: standing, arms crossed
"""


class POSEWRIGHT_OT_edit_key_text(bpy.types.Operator):
    """Write the list of key poses in a text editor; without one, a first list is made to begin with"""

    bl_idname = "posewright.edit_key_text"
    bl_label = "Edit List of Key Poses"

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.window_manager.posewright_keys
        text = bpy.data.texts.get(settings.text) or new_text(settings)
        if not bpy.app.background:
            open_editor("TEXT_EDITOR").text = text
        return FINISHED


def new_text(settings: Any) -> bpy.types.Text:
    """A text with a short list, chosen in the panel."""
    text = bpy.data.texts.new(NAME)
    text.write(FIRST)
    text.cursor_set(0)
    settings.text = text.name
    return text


CLASSES: Final = (POSEWRIGHT_OT_edit_key_text,)
