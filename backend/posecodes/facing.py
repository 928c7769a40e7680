"""Where a face of the body looks: chest, pelvis, head, palms, soles, toes."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from backend.body.dual import Dual
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
from .direction import FRAMES, frame_names, off_by, toward
from .vocabulary import AXES, FACES, limb_of_joint, words

_LINE = pattern(r"(?P<part>.+?) faces (?P<toward>[^()]+?)(?: \((?P<frame>pelvis|chest)\))?")


@register
@dataclass(frozen=True)
class Facing(Posecode):
    """The direction that a face of the body looks to: the chest (lying on the back: up), a palm, a sole, the head.

    Use it for lying bodies (chest and pelvis up: on the back; down: on the belly; pelvis_left up: on the right side),
    for palms and for where toes point (foot: level where the sole is flat; its segment slopes down 20 degrees).
    Standing and sitting bodies face front, and stay so. For the eyes use gaze.
    """

    kind = "facing"
    examples = ("chest faces up", "left palm faces front")
    unit = "rad"
    tolerance = np.radians(25)

    part: str = named(
        FACES, "what faces; left_thumb is the thumb's side of the hand, chest_up the crown end of the chest"
    )
    toward: tuple[float, float, float] = vector("(left, up, front) components of the direction")
    frame: str = choice(FRAMES, "whose left, up and front: the heading, the pelvis or the chest", default="heading")

    def uses(self) -> Uses:
        return Uses.of(axes=(FACES[self.part], *frame_names(self.frame)))

    def alike(self) -> Hashable:
        return self.frame

    @classmethod
    def residuals(cls, codes: Sequence[Facing], body: Kinematics) -> Dual:
        return toward(body.axes(FACES[c.part] for c in codes), [c.toward for c in codes], body, codes[0].frame)

    def measure(self, body: Kinematics) -> Measured:
        return off_by(self, body, body.axes([FACES[self.part]]), self.frame)

    def limbs(self) -> frozenset[str]:
        limb = limb_of_joint(AXES[FACES[self.part]].joint)
        return frozenset({f"{limb}_facing" if limb.endswith(("arm", "leg")) else limb})

    def mirrored(self) -> Facing:
        """A left axis becomes a right one in the mirror, and what its left one does is the opposite."""
        flipped = super().mirrored()
        if AXES[FACES[self.part]].direction != (1.0, 0.0, 0.0):
            return flipped
        x, y, z = flipped.toward
        return Facing(self.part, (-x, -y, -z), self.frame)

    def said(self) -> str:
        frame = "" if self.frame == "heading" else f" ({self.frame})"
        return f"{words(self.part)} faces {direction_words(self.toward)}{frame}"

    @classmethod
    def read(cls, line: str) -> Facing | None:
        m = _LINE.match(line)
        part = m and name_in(m["part"], FACES)
        goal = part and m and direction_in(m["toward"], side_of(part))
        return cls(part, goal, m["frame"] or "heading") if m and part and goal else None
