"""A pose through the eyes of the posecodes: every number that captions, differences and edits go by is measured here.

Directions and offsets are (left, up, front) components in the character's heading or in its chest's axes; lengths in m,
angles in degrees. Angles of a straight limb are 0.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np

from backend.body.kinematics import Kinematics, Tracked
from backend.body.model import BodyModel
from backend.body.rotations import rotvec_to_rotmat
from backend.body.surfaces import REGIONS
from backend.posecodes.angle import Angle
from backend.posecodes.contact import Contact
from backend.posecodes.direction import Direction, components
from backend.posecodes.ground import BEARERS
from backend.posecodes.hand import SHAPES, Hand
from backend.posecodes.tracking import posed
from backend.posecodes.turn import Turn
from backend.posecodes.vocabulary import AXES, FACES, POINTS, skin
from rigs.wire import Pose

Vector = tuple[float, float, float]
_TRACKED: Final = Tracked(POINTS, AXES)
_LOWEST: Final = tuple(sorted({skin(r) for regions in BEARERS.values() for r in regions}))
_SHAPE_TOLERANCE: Final = 20.0  # deg, mean over the finger joints


class Measures:
    """What one pose does."""

    def __init__(self, pose: Pose) -> None:
        self.rest = BodyModel.load().shaped(pose.betas).joints
        self.pose = pose
        self.body = posed(self.rest, rotvec_to_rotmat(pose.rotvecs), pose.transl, _TRACKED)

    def flexion(self, joint: str) -> float:
        """Degrees by which an elbow or knee is bent; 0 is straight."""
        return Angle(joint, 0.0).value(self.body)

    def direction(self, segment: str, frame: str = "heading") -> np.ndarray:
        """(3,) unit (left, up, front) direction of a segment."""
        return components(Direction.along([segment], self.body), self.body, frame)[0, 0]

    def facing(self, part: str, frame: str = "heading") -> np.ndarray:
        """(3,) unit (left, up, front) direction that a face of the body looks to."""
        return components(self.body.axes([FACES[part]]), self.body, frame)[0, 0]

    def gaze(self) -> np.ndarray:
        """(3,) unit (left, up, front) direction of the gaze."""
        return components(self.body.axes(["head_front"]), self.body, "heading")[0, 0]

    def turn(self, part: str, motion: str) -> float:
        """Degrees: head on chest or torso on pelvis, turned/tilted to the left or bowed forward."""
        return Turn(part, motion, 0.0).value(self.body)

    def offset(self, point: str, relative_to: str, frame: str = "heading") -> np.ndarray:
        """(3,) m: (left, up, front) of a point from another one."""
        away = self.body.points([point]) - self.body.points([relative_to])
        return components(away, self.body, frame)[0, 0]

    def gap(self, a: str, b: str) -> float:
        """Metres between the middles of two regions of skin."""
        reached = Contact(a, b).measure(self.body).reached
        assert reached is not None
        return reached

    def height(self, *points: str) -> float:
        """Metres of the lowest of some places (of the skin where they are regions) above the floor under the body."""
        return min(self.place(p)[1] for p in points) - self.ground

    def place(self, point: str) -> Vector:
        """(x, y, z) m of a region of the skin, or of a point, in the world."""
        x, y, z = (float(v) for v in self.body.point(skin(point) if point in REGIONS else point).value[0])
        return (x, y, z)

    @cached_property
    def lowest(self) -> float:
        """World height of the lowest part, m."""
        return float(self.body.points(_LOWEST).value[0, :, 1].min())

    @cached_property
    def ground(self) -> float:
        """World height of the floor: 0, or the lowest part where a pose lies below 0 (written without a place)."""
        return min(0.0, self.lowest)

    @cached_property
    def yaw(self) -> float:
        """Degrees by which the character faces to its left of the world's front."""
        front = self.body.heading[0, :, 2]
        return float(np.degrees(np.arctan2(front[0], front[2])))

    def hand_shape(self, side: str) -> str:
        """The named shape nearest to a hand, or "" where none is near."""
        errors = {shape: _shape_error(self.body, side, shape) for shape in SHAPES}
        best = min(errors, key=lambda shape: errors[shape])
        return best if errors[best] <= _SHAPE_TOLERANCE else ""


def _shape_error(body: Kinematics, side: str, shape: str) -> float:
    """Mean over the finger joints of the angle (deg, by chord) away from a named shape."""
    chords = Hand(side, shape).residual(body).value[0].reshape(15, 9)
    return float(np.degrees(np.linalg.norm(chords, axis=1).mean()))
