"""Pose correctives: shape keys that mend what skinning does at bent joints. Their values follow from the pose.

They are only right for the pose they were set for, so they are set when the user asks, as in other SMPL-X tools.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import bpy

from ..rig.armature import CannotPose, read_pose
from ..rig.keyframes import AVAILABLE, KEY_TYPE, animated_paths, auto_key_options
from ..rig.retarget import rotvec_to_matrix
from .fitting import deformed_meshes
from .shape_keys import CORRECTIVE, numbered, widen
from .skinned import N_CORRECTIVES, corrective_weights

_MOST: Final = 2.0  # |R - I| of a rotation, entry by entry


def set_correctives(context: bpy.types.Context, armature: bpy.types.Object) -> int:
    """Set the pose correctives of all meshes of the armature to its pose; keyed where auto-key is on.

    Only keys that are there are set: some files have the first 207 of the 486 alone, those of the body.

    Returns:
        How many were set.

    Raises:
        CannotPose: there are none; nothing was changed.
    """
    meshes = {mesh: numbered(mesh, CORRECTIVE) for mesh in deformed_meshes(armature)}
    usable = {mesh: keys for mesh, keys in meshes.items() if keys and mesh.data.library is None}
    if not usable:
        raise CannotPose(f'"{armature.name}" has no pose correctives: import the model with Pose Correctives on.')
    weights = corrective_weights(rotvec_to_matrix(read_pose(armature).rotvecs))
    options = auto_key_options(context)
    for mesh, keys in usable.items():
        known = {number: key for number, key in keys.items() if number < N_CORRECTIVES}
        for number, key in known.items():
            widen(key, _MOST)
            key.value = weights[number]
        if options is not None:
            _key(mesh.data.shape_keys, known.values(), options)
        mesh.data.update_tag()
    return sum(number < N_CORRECTIVES for keys in usable.values() for number in keys)


def _key(owner: bpy.types.Key, keys: Iterable[bpy.types.ShapeKey], options: set[str]) -> None:
    """Key the values on the current frame; Blender prints a warning for every curve that is not available."""
    available = animated_paths(owner) if AVAILABLE in options else None
    for key in keys:
        if available is None or key.path_from_id("value") in available:
            key.keyframe_insert("value", options=options, keytype=KEY_TYPE)
