"""The only place that asks which Blender this is. Everything else calls these functions."""

from __future__ import annotations

from typing import Any, Final

import bpy

HAS_TEXTBOX: Final[bool] = bpy.app.version >= (5, 2, 0)
"""UILayout.textbox, the text field of several lines, is there."""

POSE_BONE_SELECT: Final[bool] = bpy.app.version >= (5, 0, 0)
"""Bone selection lives on PoseBone (5.0 and later), before that on Bone."""


def draw_prompt(layout: Any, data: Any, prop: str, placeholder: str) -> None:
    """A text field: several lines where this Blender has them, one line elsewhere."""
    if HAS_TEXTBOX:
        layout.textbox(data, prop, initial_visible_lines=3, placeholder=placeholder)
    else:
        layout.prop(data, prop, text="", placeholder=placeholder)


def selected_bones(armature: bpy.types.Object) -> list[str]:
    """Names of the selected bones."""
    if POSE_BONE_SELECT:
        return [b.name for b in armature.pose.bones if b.select]
    return [b.name for b in armature.data.bones if b.select]

