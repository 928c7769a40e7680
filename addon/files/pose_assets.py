"""The current pose as an asset of the pose library: an action of one frame, with words to find it and a picture.

Written by hand: Blender's own operator wants a window and an asset library, and fails without.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import bpy
import numpy as np

from .. import compat
from ..rig.armature import read_rest
from ..rig.retarget import PELVIS
from ..rig.rotation_modes import rotation_channel

FRAME: Final = 1.0
AUTHOR: Final = "Posewright"


def add_pose_asset(
    armature: bpy.types.Object, name: str, description: str = "", picture: np.ndarray | None = None
) -> bpy.types.Action:
    """An action that holds the pose the armature has now, marked as an asset.

    Args:
        name: of the action; Blender makes it unique.
        description: the words that made the pose; they are found by the asset browser's search.
        picture: (h, w, 4) float RGBA in 0..1, rows from the bottom up; without one the asset has Blender's icon.

    Raises:
        CannotPose: the armature has bones that no map knows.
    """
    _, names = read_rest(armature)
    action = bpy.data.actions.new(name)
    slot = action.slots.new(id_type="OBJECT", name=armature.name)
    bag = compat.channelbag(action, slot)
    for joint, bone_name in names.items():
        bone = armature.pose.bones[bone_name]
        channel = rotation_channel(bone)
        _key(bag, bone, channel, getattr(bone, channel))
        if joint == PELVIS:
            _key(bag, bone, "location", bone.location)
    action.asset_mark()
    data = action.asset_data
    data.description, data.author = description, AUTHOR
    data.tags.new("posewright")
    if picture is not None:
        preview = action.preview_ensure()
        preview.image_size = (picture.shape[1], picture.shape[0])
        preview.image_pixels_float = picture.astype(np.float32).ravel()
    return action


def _key(bag: bpy.types.ActionChannelbag, bone: bpy.types.PoseBone, channel: str, values: Iterable[float]) -> None:
    path = bone.path_from_id(channel)
    for index, value in enumerate(values):
        curve = compat.new_curve(bag, path, index, bone.name)
        curve.keyframe_points.insert(FRAME, value)
