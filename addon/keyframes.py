"""Keys, and only when the animator has switched auto-key on. Blender's own auto-key settings decide how."""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from .rotation_modes import rotation_channel

_AVAILABLE = "INSERTKEY_AVAILABLE"


def auto_key_options(context: bpy.types.Context) -> set[str] | None:
    """Options for `keyframe_insert` as the user set them, None when auto-key is off."""
    tools = context.scene.tool_settings
    if not tools.use_keyframe_insert_auto:
        return None
    edit = context.preferences.edit
    wanted = {
        "INSERTKEY_REPLACE": tools.auto_keying_mode == "REPLACE_KEYS",
        "INSERTKEY_NEEDED": edit.use_auto_keyframe_insert_needed,
        _AVAILABLE: edit.use_keyframe_insert_available,
        "INSERTKEY_CYCLE_AWARE": tools.use_keyframe_cycle_aware,
    }
    return {option for option, on in wanted.items() if on}


def key_bones(
    armature: bpy.types.Object, bones: Iterable[bpy.types.PoseBone], options: set[str], *, located: bpy.types.PoseBone
) -> None:
    """Key each bone's rotation, in the channel of its mode, and the location of `located`, on the current frame."""
    # Blender prints a warning for every curve that is not available
    have = animated_paths(armature) if _AVAILABLE in options else None
    for bone in bones:
        for channel in (rotation_channel(bone), "location") if bone == located else (rotation_channel(bone),):
            if have is None or bone.path_from_id(channel) in have:
                bone.keyframe_insert(channel, group=bone.name, options=options)


def animated_paths(armature: bpy.types.Object) -> set[str]:
    """Data paths of the F-curves that the armature's action has for it."""
    animation = armature.animation_data
    if animation is None or animation.action is None or animation.action_slot is None:
        return set()
    bags = (
        strip.channelbag(animation.action_slot)
        for layer in animation.action.layers
        for strip in layer.strips
        if strip.type == "KEYFRAME"
    )
    return {curve.data_path for bag in bags if bag is not None for curve in bag.fcurves}
