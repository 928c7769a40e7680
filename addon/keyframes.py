"""Keys, and only when the animator has switched auto-key on. Blender's own auto-key settings decide how."""

from __future__ import annotations

import bpy

from .rotation_modes import rotation_channel


def auto_key_options(context: bpy.types.Context) -> set[str] | None:
    """Options for `keyframe_insert` as the user set them, None when auto-key is off."""
    tools = context.scene.tool_settings
    if not tools.use_keyframe_insert_auto:
        return None
    edit = context.preferences.edit
    options = set()
    if tools.auto_keying_mode == "REPLACE_KEYS":
        options.add("INSERTKEY_REPLACE")
    if getattr(edit, "use_auto_keyframe_insert_needed", False):
        options.add("INSERTKEY_NEEDED")
    if getattr(edit, "use_keyframe_insert_available", False) or getattr(edit, "use_auto_keying_available", False):
        options.add("INSERTKEY_AVAILABLE")
    return options


def key_bone(bone: bpy.types.PoseBone, options: set[str], *, location: bool) -> None:
    """Key the channel of the bone's rotation mode on the current frame, and the location when asked."""
    bone.keyframe_insert(rotation_channel(bone), group=bone.name, options=options)
    if location:
        bone.keyframe_insert("location", group=bone.name, options=options)
