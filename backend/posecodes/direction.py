"""Where a segment points: upper arms, forearms, thighs, shins, hands, the torso."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from backend.body.dual import Dual, unit
from backend.body.kinematics import Kinematics

from .base import (
    Measured,
    Posecode,
    Uses,
    choice,
    direction_in,
    direction_words,
    name_in,
    named,
    pattern,
    register,
    side_of,
    vector,
)
from .vocabulary import SEGMENTS, limb_of_point, words

Vector = tuple[float, float, float]
FRAMES = ("heading", "pelvis", "chest")
_LINE = pattern(r"(?P<segment>.+?) points (?P<toward>[^()]+?)(?: \((?P<frame>pelvis|chest)\))?")


def toward(directions: Dual, targets: Sequence[Vector], body: Kinematics, frame: str) -> Dual:
    """(S, K, 3) rad: differences of unit vectors and unit targets, whose components are those of one frame.

    A chord: equal to the angle for small errors, two at the opposite direction, smooth everywhere.
    """
    goals = np.array(targets, float)
    goals /= np.linalg.norm(goals, axis=-1, keepdims=True)
    if frame == "heading":
        return directions - goals @ np.swapaxes(body.heading, -1, -2)
    axes = body.axes(frame_names(frame))
    jac = None if axes.jac is None else np.einsum("ki,sicd->skcd", goals, axes.jac)
    return directions - Dual(goals @ axes.value, jac)


def components(directions: Dual, body: Kinematics, frame: str) -> np.ndarray:
    """(S, K, 3): the (left, up, front) components of vectors in a frame."""
    axes = body.heading if frame == "heading" else np.swapaxes(body.axes(frame_names(frame)).value, -1, -2)
    out: np.ndarray = directions.value @ axes
    return out


def off_by(code: Posecode, body: Kinematics, reached: Dual | None = None, frame: str = "heading") -> Measured:
    """A statement whose residual is such a chord, as the angle between what is and what was asked.

    reached: (S, 1, 3), what should point there, where the statement asks for a direction in a frame.
    """
    chord = float(np.linalg.norm(code.residual(body).value[0]))
    angle = 2 * float(np.arcsin(min(1.0, chord / 2)))
    x, y, z = (0.0, 0.0, 0.0) if reached is None else (float(v) for v in components(reached, body, frame)[0, 0])
    direction = None if reached is None else (x, y, z)
    return Measured(angle, angle <= code.tolerance, "deg", 0.0, float(np.degrees(angle)), direction)


def limb_of_segment(segment: str) -> frozenset[str]:
    """The limb group that a segment's direction settles; where a foot points is a matter of its own."""
    near, far = SEGMENTS[segment]
    if segment.endswith("_foot"):
        return frozenset({f"{limb_of_point(near)}_facing"})
    return frozenset({limb_of_point(near if segment in ("torso", "shoulders") else far)})


def frame_names(frame: str) -> tuple[str, ...]:
    """The names of the three axes of a frame that the body carries."""
    return () if frame == "heading" else tuple(f"{frame}_{a}" for a in ("left", "up", "front"))


@register
@dataclass(frozen=True)
class Direction(Posecode):
    """The direction in which a segment of the body points, from its near end to its far end.

    The plainest way to place a limb: an arm that hangs points down, [0, -1, 0]; a left arm out to the side points [1,
    0, 0], a right one [-1, 0, 0]; a thigh of somebody on a chair points front, its shin down; an upright torso points
    up. Say upper_arm and forearm (thigh and shin) one by one, or arm (leg) for a straight limb.
    """

    kind = "direction"
    examples = ("left upper arm points left", "right forearm points up front (chest)")
    unit = "rad"
    tolerance = np.radians(17)

    segment: str = named(SEGMENTS, "the segment, e.g. left_upper_arm (shoulder to elbow) or torso (pelvis to neck)")
    toward: tuple[float, float, float] = vector("(left, up, front) components of the direction")
    frame: str = choice(
        FRAMES,
        "whose left, up and front: the character's heading on level ground, its pelvis or its chest",
        default="heading",
    )

    def uses(self) -> Uses:
        return Uses.of(SEGMENTS[self.segment], frame_names(self.frame))

    def alike(self) -> Hashable:
        return self.frame

    @staticmethod
    def along(segments: Sequence[str], body: Kinematics) -> Dual:
        """(S, K, 3): unit vectors along segments."""
        near, far = (body.points(SEGMENTS[s][i] for s in segments) for i in (0, 1))
        return unit(far - near)

    @classmethod
    def residuals(cls, codes: Sequence[Direction], body: Kinematics) -> Dual:
        return toward(cls.along([c.segment for c in codes], body), [c.toward for c in codes], body, codes[0].frame)

    def measure(self, body: Kinematics) -> Measured:
        return off_by(self, body, self.along([self.segment], body), self.frame)

    def limbs(self) -> frozenset[str]:
        return limb_of_segment(self.segment)

    def mirrored(self) -> Direction:
        """The line of the shoulders runs from right to left, and so turns round in the mirror."""
        flipped = super().mirrored()
        if self.segment != "shoulders":
            return flipped
        x, y, z = flipped.toward
        return Direction(self.segment, (-x, -y, -z), self.frame)

    def said(self) -> str:
        frame = "" if self.frame == "heading" else f" ({self.frame})"
        return f"{words(self.segment)} points {direction_words(self.toward)}{frame}"

    @classmethod
    def read(cls, line: str) -> Direction | None:
        m = _LINE.match(line)
        segment = m and name_in(m["segment"], SEGMENTS)
        goal = segment and m and direction_in(m["toward"], side_of(segment))
        return cls(segment, goal, m["frame"] or "heading") if m and segment and goal else None
