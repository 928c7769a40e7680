"""The eyes follow the gaze in closed form after the head was solved for: each takes what is left, within limits."""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.body.kinematics import Kinematics
from backend.body.rotations import rotvec_to_rotmat
from backend.posecodes import Program
from backend.posecodes.gaze import Gaze
from rigs.skeleton import INDEX

EYES: Final = ("left_eye_smplhf", "right_eye_smplhf")
YAW, PITCH = np.radians(30), np.radians(20)  # how far an eye turns sideways and up or down; people turn the head beyond


def with_eyes(body: Kinematics, program: Program, free: np.ndarray) -> np.ndarray:
    """Local rotations (55, 3, 3) of the first pose, with the eyes turned towards what the program says to look at.

    Args:
        body: solved, tracking what the program uses. free: (55,) bool; eyes and head that may not move stay.
    """
    local: np.ndarray = body.local[0]
    gaze = next((c for c in reversed(program) if isinstance(c, Gaze)), None)
    if gaze is None or not free[INDEX["head"]]:
        return local
    out = local.copy()
    head = body.world[0, INDEX["head"]]
    for eye in EYES:
        if free[INDEX[eye]]:
            out[INDEX[eye]] = _turned(head.T @ _toward(gaze, body, body.joints[0, INDEX[eye]]))
    return out


def _toward(gaze: Gaze, body: Kinematics, eye: np.ndarray) -> np.ndarray:
    """(3,) in the world: from an eye to what is looked at; any length."""
    if gaze.target is not None:
        return np.asarray(body.point(gaze.target).value[0] - eye)
    if gaze.place is not None:
        return np.asarray(gaze.place) - eye
    return np.asarray(body.heading[0] @ np.asarray(gaze.toward))


def _turned(direction: np.ndarray) -> np.ndarray:
    """(3, 3): the rotation of an eye, whose front is +Z, towards a direction in the head's frame: yaw, then pitch."""
    x, y, z = direction
    yaw = np.clip(np.arctan2(x, z), -YAW, YAW)
    pitch = np.clip(np.arctan2(y, np.hypot(x, z)), -PITCH, PITCH)
    return rotvec_to_rotmat(np.array([0.0, yaw, 0.0])) @ rotvec_to_rotmat(np.array([-pitch, 0.0, 0.0]))
