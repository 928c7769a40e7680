"""Where the character looks."""

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
    direction_in,
    direction_words,
    name_in,
    named,
    pattern,
    place,
    register,
    vector,
)
from .direction import off_by, toward
from .vocabulary import PLACES, words

_AT = pattern(r"look at (?P<target>[a-z0-9 ]+)")
_PLACE = pattern(r"look at \({n} {n} {n}\)")
_TO = pattern(r"look (?P<toward>.+)")


@register
@dataclass(frozen=True)
class Gaze(Posecode):
    """The gaze: a direction, a part of the own body, or a place in the scene (give one of the three).

    Use it for where the character looks; the head turns with it. Directions are the heading's, lying too: up is the
    ceiling. Without one an upright head looks ahead and level.
    """

    kind = "gaze"
    examples = ("look up front", "look at left palm", "look at (0.5 1.2 2)")
    unit = "rad"
    tolerance = np.radians(20)
    one_of = ("toward", "target", "place")

    toward: tuple[float, float, float] | None = vector("(left, up, front) components", default=None)
    target: str | None = named(PLACES, "a part of the own body that is looked at", default=None)
    place: tuple[float, float, float] | None = place("a place in the scene, m", default=None)

    def uses(self) -> Uses:
        return Uses.of({"eyes"} | ({self.target} if self.target else set()), ["head_front"])

    def alike(self) -> Hashable:
        return "target" if self.target else "place" if self.place is not None else "toward"

    @classmethod
    def residuals(cls, codes: Sequence[Gaze], body: Kinematics) -> Dual:
        fronts, how = body.axes("head_front" for _ in codes), codes[0].alike()
        if how == "toward":
            return toward(fronts, [c.toward or (0, 0, 1) for c in codes], body, "heading")
        eyes = body.points("eyes" for _ in codes)
        if how == "target":
            return fronts - unit(body.points(c.target or "eyes" for c in codes) - eyes)
        return fronts - unit(-(eyes - np.array([c.place for c in codes])))

    def measure(self, body: Kinematics) -> Measured:
        return off_by(self, body, body.axes(["head_front"]) if self.alike() == "toward" else None)

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
        m = _PLACE.match(line)
        if m:
            x, y, z = (float(v) for v in m.groups())
            return cls(place=(x, y, z))
        m = _TO.match(line)
        goal = m and direction_in(m["toward"])
        return cls(toward=goal) if goal else None
