"""Where Posewright is found besides the sidebar: the Pose menu, and a shortcut that opens the panel at the pointer."""

from __future__ import annotations

from typing import Any, Final

import bpy

_keys: list[tuple[Any, Any]] = []


class POSEWRIGHT_OT_popover(bpy.types.Operator):
    """Type a pose here, without the sidebar"""

    bl_idname = "posewright.popover"
    bl_label = "Pose from Words or Picture…"

    def execute(self, _context: bpy.types.Context) -> set[str]:
        bpy.ops.wm.call_panel(name="POSEWRIGHT_PT_main", keep_open=True)
        return {"FINISHED"}


def _in_pose_menu(self: Any, _context: bpy.types.Context) -> None:
    self.layout.separator()
    self.layout.operator("posewright.popover", icon="POSE_HLT")


def attach() -> None:
    bpy.types.VIEW3D_MT_pose.append(_in_pose_menu)
    config = bpy.context.window_manager.keyconfigs.addon
    if config is None:  # without a window there are no keys
        return
    for name, space in (("Pose", "EMPTY"), ("Object Mode", "EMPTY")):
        keymap = config.keymaps.new(name=name, space_type=space)
        item = keymap.keymap_items.new("posewright.popover", "P", "PRESS", ctrl=True, alt=True)
        _keys.append((keymap, item))


def detach() -> None:
    bpy.types.VIEW3D_MT_pose.remove(_in_pose_menu)
    for keymap, item in _keys:
        keymap.keymap_items.remove(item)
    _keys.clear()


CLASSES: Final = (POSEWRIGHT_OT_popover,)
