"""Where a segment points: upper arms, forearms, thighs, shins, hands, the torso."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backend.body.dual import Dual, along, dot, stack, unit
from backend.body.kinematics import Kinematics

from .base import (
    Measured,
    Posecode,
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

FRAMES = ("heading", "pelvis", "chest")
_LINE = pattern(r"(?P<segment>.+?) points (?P<toward>[^()]+?)(?: \((?P<frame>pelvis|chest)\))?")


def toward(direction: Dual, target: tuple[float, float, float], body: Kinematics, frame: str) -> Dual:
    """(S, 3) rad: difference of a unit vector and the unit target, in the frame's own axes.

    A chord: equal to the angle for small errors, two at the opposite direction, smooth everywhere.
    """
    goal = np.asarray(target, float)
    goal = goal / np.linalg.norm(goal)
    if frame == "heading":
        parts = [along(direction, body.heading[:, :, i]) for i in range(3)]
    else:
        parts = [dot(direction, body.axis(f"{frame}_{name}")) for name in ("left", "up", "front")]
    return stack(parts) - goal


def off_by(code: Posecode, body: Kinematics) -> Measured:
    """A statement whose residual is such a chord, as the angle between what is and what was asked."""
    chord = float(np.linalg.norm(code.residual(body).value[0]))
    angle = 2 * float(np.arcsin(min(1.0, chord / 2)))
    return Measured(angle, angle <= code.tolerance, "deg", 0.0, float(np.degrees(angle)))


def frame_axes(frame: str) -> frozenset[str]:
    return frozenset() if frame == "heading" else frozenset(f"{frame}_{a}" for a in ("left", "up", "front"))


@register
@dataclass(frozen=True)
class Direction(Posecode):
    """The direction in which a segment of the body points, from its near end to its far end."""

    kind = "direction"
    unit = "rad"
    tolerance = np.radians(17)

    segment: str = named(SEGMENTS, "the segment, e.g. left_upper_arm (shoulder to elbow) or torso (pelvis to neck)")
    toward: tuple[float, float, float] = vector("(left, up, front) components of the direction")
    frame: str = choice(
        FRAMES,
        "whose left, up and front: the character's heading on level ground, its pelvis or its chest",
        default="heading",
    )

    def uses(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(SEGMENTS[self.segment]), frame_axes(self.frame)

    def segment_direction(self, body: Kinematics) -> Dual:
        near, far = SEGMENTS[self.segment]
        return unit(body.point(far) - body.point(near))

    def residual(self, body: Kinematics) -> Dual:
        return toward(self.segment_direction(body), self.toward, body, self.frame)

    def measure(self, body: Kinematics) -> Measured:
        return off_by(self, body)

    def limbs(self) -> frozenset[str]:
        near, far = SEGMENTS[self.segment]
        return (
            frozenset({limb_of_point(near)})
            if self.segment in ("torso", "shoulders")
            else frozenset({limb_of_point(far)})
        )

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
