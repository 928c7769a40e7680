"""Where the character looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backend.body.dual import Dual, unit
from backend.body.kinematics import Kinematics

from .base import Measured, Posecode, direction_in, direction_words, name_in, named, pattern, place, register, vector
from .direction import off_by, toward
from .vocabulary import PLACES, words

_AT = pattern(r"look at (?P<target>[a-z ]+)")
_TO = pattern(r"look (?P<toward>.+)")


@register
@dataclass(frozen=True)
class Gaze(Posecode):
    """The gaze: a direction, a part of the own body, or a place in the scene (give one of the three)."""

    kind = "gaze"
    unit = "rad"
    tolerance = np.radians(20)

    toward: tuple[float, float, float] | None = vector("(left, up, front) components", default=None)
    target: str | None = named(PLACES, "a part of the own body that is looked at", default=None)
    place: tuple[float, float, float] | None = place("a place in the scene, m", default=None)

    def uses(self) -> tuple[frozenset[str], frozenset[str]]:
        points = {"eyes"} | ({self.target} if self.target else set())
        return frozenset(points), frozenset({"head_front"})

    def residual(self, body: Kinematics) -> Dual:
        front = body.axis("head_front")
        if self.target:
            return front - unit(body.point(self.target) - body.point("eyes"))
        if self.place is not None:
            return front - unit(-(body.point("eyes") - np.asarray(self.place)))
        return toward(front, self.toward or (0, 0, 1), body, "heading")

    def measure(self, body: Kinematics) -> Measured:
        return off_by(self, body)

    def limbs(self) -> frozenset[str]:
        return frozenset({"head"})

    def said(self) -> str:
        if self.target:
            return f"look at {words(self.target)}"
        if self.place is not None:
            return f"look at ({self.place[0]:g} {self.place[1]:g} {self.place[2]:g})"
        return f"look {direction_words(self.toward or (0, 0, 1))}"

    @classmethod
    def read(cls, line: str) -> Gaze | None:
        m = _AT.match(line)
        target = m and name_in(m["target"], PLACES)
        if target:
            return cls(target=target)
        m = _TO.match(line)
        goal = m and direction_in(m["toward"])
        return cls(toward=goal) if goal else None
