"""Alternatives: other starting poses for what a program leaves open."""

from __future__ import annotations

import numpy as np

from backend.body.rotations import rotvec_to_rotmat
from backend.posecodes import Program, settled
from backend.posecodes.ground import Support
from rigs.skeleton import INDEX

# limb group -> joint, spread of a random turn about X, Y, Z (deg)
_PLAY = {
    "head": (("neck", (6, 12, 5)), ("head", (6, 12, 5))),
    "torso": (("spine1", (3, 4, 3)), ("spine2", (3, 4, 3)), ("spine3", (3, 4, 3))),
    "left_arm": (("left_shoulder", (10, 22, 22)), ("left_elbow", (15, 30, 0))),
    "right_arm": (("right_shoulder", (10, 22, 22)), ("right_elbow", (15, 30, 0))),
    "left_leg": (("left_hip", (6, 8, 8)), ("left_knee", (8, 0, 0))),
    "right_leg": (("right_hip", (6, 8, 8)), ("right_knee", (8, 0, 0))),
}
_SETTLED_SHARE = 0.35  # settled limbs play a little too; the solver brings them back within their statements


def varied(start: np.ndarray, program: Program, free: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A starting pose (55, 3, 3) whose limbs are turned at random, unsettled ones most; repeatable by the generator."""
    out = start.copy()
    fixed = settled(c for c in program if not isinstance(c, Support))
    for limb, joints in _PLAY.items():
        share = _SETTLED_SHARE if limb in fixed else 1.0
        for joint, spread in joints:
            turn = np.radians(rng.normal(0.0, 1.0, 3) * np.array(spread) * share)
            if joint.endswith("elbow"):  # only bend further: towards -Y on the left, +Y on the right
                turn[1] = -abs(turn[1]) if joint.startswith("left") else abs(turn[1])
            if joint.endswith("knee"):
                turn[0] = abs(turn[0])
            if free[INDEX[joint]]:
                out[INDEX[joint]] = out[INDEX[joint]] @ rotvec_to_rotmat(turn)
    return out
