"""The only place that asks which Blender this is. Everything else calls these functions."""

from __future__ import annotations

from typing import Any, Final

import bpy

HAS_TEXTBOX: Final[bool] = bpy.app.version >= (5, 2, 0)
"""UILayout.textbox, the text field of several lines, is there."""

MORE_LINES: Final[str] = ", Shift Enter begins a new line" if HAS_TEXTBOX else ""
"""What a tooltip adds about the text field."""


def draw_prompt(layout: Any, data: Any, prop: str, placeholder: str) -> None:
    """A text field: several lines where this Blender has them, one line elsewhere."""
    if HAS_TEXTBOX:
        layout.textbox(data, prop, initial_visible_lines=3, placeholder=placeholder)
    else:
        layout.prop(data, prop, text="", placeholder=placeholder)


def selected_bone_names(armature: bpy.types.Object) -> frozenset[str]:
    """Names of the selected bones. Blender 5.0 moved the selection from the bone to the pose bone."""
    if bpy.app.version >= (5, 0, 0):
        return frozenset(bone.name for bone in armature.pose.bones if bone.select)
    return frozenset(bone.name for bone in armature.data.bones if bone.select)


def channelbag(action: bpy.types.Action, slot: bpy.types.ActionSlot) -> bpy.types.ActionChannelbag:
    """Where the curves of a slot are; layer, strip and bag are made when they are not there."""
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(slot, ensure=True)


def new_curve(bag: bpy.types.ActionChannelbag, path: str, index: int, group: str) -> bpy.types.FCurve:
    """The curve of a channel, in the group of its bone; 4.5 has neither `ensure` nor groups by name."""
    found = bag.fcurves.find(path, index=index)
    if found is not None:
        return found
    if bpy.app.version >= (5, 0, 0):
        return bag.fcurves.new(path, index=index, group_name=group)
    curve = bag.fcurves.new(path, index=index)
    curve.group = bag.groups.get(group) or bag.groups.new(group)
    return curve
