"""A pose in the making: joints are set one after the other, in the world or relative to their parents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backend.body.rotations import rotvec_to_rotmat
from backend.posecodes.direction import Direction
from backend.posecodes.facing import Facing
from rigs.skeleton import INDEX, PARENTS

X, Y, Z = np.eye(3)
FOOT_ALONG = np.array([0.0, -0.357, 0.934])  # ankle to the ball of a flat foot, in the ankle's frame


@dataclass
class Draft:
    """Local rotations (55, 3, 3), and the heading that directions refer to."""

    local: np.ndarray
    heading: np.ndarray
    free: np.ndarray  # (55,) bool: joints that may be changed

    def world(self, joint: str | int) -> np.ndarray:
        """(3, 3) world rotation of a joint."""
        index = INDEX[joint] if isinstance(joint, str) else joint
        out = self.local[index]
        while PARENTS[index] >= 0:
            index = PARENTS[index]
            out = self.local[index] @ out
        return out

    def set_world(self, joint: str, rotation: np.ndarray) -> None:
        index = INDEX[joint]
        if self.free[index]:
            parent = np.eye(3) if PARENTS[index] < 0 else self.world(PARENTS[index])
            self.local[index] = parent.T @ rotation

    def turn(self, joint: str, rotation: np.ndarray) -> None:
        """Rotate a joint by a world rotation."""
        self.set_world(joint, rotation @ self.world(joint))

    def direction(self, code: Direction | Facing) -> np.ndarray:
        """The statement's target as a unit vector in the world."""
        goal = np.asarray(code.toward, float)
        frame = {"heading": self.heading}.get(code.frame)
        if frame is None:
            frame = self.world({"pelvis": "pelvis", "chest": "spine3"}[code.frame])
        return frame @ (goal / np.linalg.norm(goal))


def about(axis: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Rotation about `axis` that brings `a` nearest to `b`."""
    pa, pb = a - axis * (a @ axis), b - axis * (b @ axis)
    if min(np.linalg.norm(pa), np.linalg.norm(pb)) < 1e-6:
        return np.eye(3)
    angle = np.arctan2(axis @ np.cross(pa, pb), pa @ pb)
    return rotvec_to_rotmat(axis * angle)
