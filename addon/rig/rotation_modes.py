"""Reads and writes a pose bone's rotation in the bone's own mode, with the animator's locks respected.

Nothing here changes a rotation mode: that is the animator's choice, and keys on the other channels would be lost.
"""

from __future__ import annotations

import bpy
from mathutils import Euler, Quaternion


def read_quat(bone: bpy.types.PoseBone) -> Quaternion:
    """The bone's own rotation, normalised."""
    mode = bone.rotation_mode
    if mode == "QUATERNION":
        quat = bone.rotation_quaternion.copy()
        return quat.normalized() if quat.magnitude > 1e-9 else Quaternion()
    if mode == "AXIS_ANGLE":
        angle, *axis = bone.rotation_axis_angle
        return Quaternion(axis, angle) if any(axis) else Quaternion()
    return bone.rotation_euler.to_quaternion()


def write_quat(bone: bpy.types.PoseBone, quat: Quaternion) -> bool:
    """Turn the bone to `quat`; False when locks kept some of it from happening."""
    if is_rotation_locked(bone):
        return False
    wanted = quat.copy()
    respected = _respect_locks(bone, wanted)
    _write(bone, respected)
    return abs(respected.dot(wanted)) > 1 - 1e-6


def is_rotation_locked(bone: bpy.types.PoseBone) -> bool:
    """Whether no part of the rotation may change. Who locks X, Y and Z means all of it, W locked or not."""
    return all(bone.lock_rotation)


def rotation_channel(bone: bpy.types.PoseBone) -> str:
    """The property that the bone's mode uses, for keys."""
    return {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}.get(
        bone.rotation_mode, "rotation_euler"
    )


def _write(bone: bpy.types.PoseBone, quat: Quaternion) -> None:
    mode = bone.rotation_mode
    if mode == "QUATERNION":
        quat = quat.copy()
        # q and -q are one rotation; the nearer one lets curves run the short way
        if quat.dot(bone.rotation_quaternion) < 0:
            quat.negate()
        bone.rotation_quaternion = quat
    elif mode == "AXIS_ANGLE":
        axis, angle = quat.to_axis_angle()
        bone.rotation_axis_angle = (angle, *axis)
    else:
        bone.rotation_euler = quat.to_euler(mode, bone.rotation_euler)


def _respect_locks(bone: bpy.types.PoseBone, quat: Quaternion) -> Quaternion:
    """`quat` with the locked components as they are now; which components those are is as in Blender's own tools."""
    four = bone.lock_rotations_4d and bone.rotation_mode in ("QUATERNION", "AXIS_ANGLE")
    if not any(bone.lock_rotation) and not (four and bone.lock_rotation_w):
        return quat
    if four:
        return _lock_four(bone, quat)
    order = bone.rotation_mode if bone.rotation_mode not in ("QUATERNION", "AXIS_ANGLE") else "XYZ"
    now = bone.rotation_euler if order == bone.rotation_mode else read_quat(bone).to_euler("XYZ")
    new = quat.to_euler(order, now)
    kept = [old if locked else fresh for old, fresh, locked in zip(now, new, bone.lock_rotation, strict=True)]
    return Euler(kept, order).to_quaternion()


def _lock_four(bone: bpy.types.PoseBone, quat: Quaternion) -> Quaternion:
    """Component-wise locks (w, x, y, z) of a bone with "4D" locks."""
    locks = (bone.lock_rotation_w, *bone.lock_rotation)
    if bone.rotation_mode == "QUATERNION":
        now = bone.rotation_quaternion
        new = quat.copy()
        if new.dot(now) < 0:
            new.negate()
        kept = Quaternion([old if locked else fresh for old, fresh, locked in zip(now, new, locks, strict=True)])
        return kept.normalized() if kept.magnitude > 1e-9 else now.copy()
    axis, angle = quat.to_axis_angle()
    now_values = bone.rotation_axis_angle
    kept_angle, *kept_axis = (
        old if locked else fresh for old, fresh, locked in zip(now_values, (angle, *axis), locks, strict=True)
    )
    return Quaternion(kept_axis, kept_angle) if any(kept_axis) else read_quat(bone)
