"""Keys, and only when the animator has switched auto-key on. Blender's own auto-key settings decide how.

Keys that come from us are marked as generated, so that an animator tells them from keys set by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import bpy

from .rotation_modes import rotation_channel

KEY_TYPE: Final = "GENERATED"
AVAILABLE: Final = "INSERTKEY_AVAILABLE"
_KEYING_SET_CHANNELS: Final[dict[str, frozenset[str]]] = {
    "Location": frozenset({"location"}),
    "Rotation": frozenset({"rotation"}),
    "BUILTIN_KSI_LocRot": frozenset({"location", "rotation"}),
    "LocRotScale": frozenset({"location", "rotation"}),
    "LocRotScaleCProp": frozenset({"location", "rotation"}),
    "BUILTIN_KSI_RotScale": frozenset({"rotation"}),
    "BUILTIN_KSI_LocScale": frozenset({"location"}),
    "Scaling": frozenset(),
    "WholeCharacter": frozenset({"location", "rotation"}),
    "WholeCharacterSelected": frozenset({"location", "rotation"}),
}
"""What Blender's own keying sets key of a bone, of the two channels that a pose has."""


def auto_key_options(context: bpy.types.Context) -> set[str] | None:
    """Options for `keyframe_insert` as the user set them, None when auto-key is off."""
    tools = context.scene.tool_settings
    if not tools.use_keyframe_insert_auto:
        return None
    edit = context.preferences.edit
    wanted = {
        "INSERTKEY_REPLACE": tools.auto_keying_mode == "REPLACE_KEYS",
        "INSERTKEY_NEEDED": edit.use_auto_keyframe_insert_needed,
        AVAILABLE: edit.use_keyframe_insert_available,
        "INSERTKEY_CYCLE_AWARE": tools.use_keyframe_cycle_aware,
    }
    return {option for option, on in wanted.items() if on}


@dataclass(frozen=True)
class Keying:
    """How to key.

    options: for `keyframe_insert`. channels: "location", "rotation". paths: where given, the only data paths to key.
    """

    options: frozenset[str]
    channels: frozenset[str] = frozenset({"location", "rotation"})
    paths: frozenset[str] | None = None


def auto_keying(context: bpy.types.Context, armature: bpy.types.Object) -> Keying | None:
    """How auto-key is set to key this armature; None when it is off. The active keying set is obeyed if it is to be."""
    options = auto_key_options(context)
    if options is None:
        return None
    keying_set = context.scene.keying_sets_all.active
    if not context.scene.tool_settings.use_keyframe_insert_keyingset or keying_set is None:
        return Keying(frozenset(options))
    if keying_set.bl_idname in _KEYING_SET_CHANNELS:
        return Keying(frozenset(options), _KEYING_SET_CHANNELS[keying_set.bl_idname])
    if keying_set.bl_idname == "Available":
        return Keying(frozenset(options | {AVAILABLE}))
    paths = frozenset(path.data_path for path in keying_set.paths if path.id == armature)
    return Keying(frozenset(options), paths=paths)


def key_bones(
    armature: bpy.types.Object, bones: Iterable[bpy.types.PoseBone], keying: Keying, *, located: bpy.types.PoseBone
) -> None:
    """Key each bone's rotation, in the channel of its mode, and the location of `located`, on the current frame."""
    # Blender prints a warning for every curve that is not available
    allowed = animated_paths(armature) if AVAILABLE in keying.options else None
    if keying.paths is not None:
        allowed = set(keying.paths) if allowed is None else allowed & keying.paths
    for bone in bones:
        wanted = (("rotation", rotation_channel(bone)), ("location", "location"))[: 2 if bone == located else 1]
        for kind, channel in wanted:
            if kind in keying.channels and (allowed is None or bone.path_from_id(channel) in allowed):
                bone.keyframe_insert(channel, group=bone.name, options=set(keying.options), keytype=KEY_TYPE)


def animated_paths(owner: bpy.types.ID) -> set[str]:
    """Data paths of the F-curves that the action of an armature, or of shape keys, has for it."""
    animation = owner.animation_data
    if animation is None or animation.action is None or animation.action_slot is None:
        return set()
    bags = (
        strip.channelbag(animation.action_slot)
        for layer in animation.action.layers
        for strip in layer.strips
        if strip.type == "KEYFRAME"
    )
    return {curve.data_path for bag in bags if bag is not None for curve in bag.fcurves}
