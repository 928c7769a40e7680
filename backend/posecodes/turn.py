"""How the head stands on the chest, and the chest on the pelvis: turned, tilted, bowed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backend.body.dual import Dual, atan2, dot, stack
from backend.body.kinematics import Kinematics

from .base import Measured, Posecode, choice, named, pattern, register, side_number
from .vocabulary import words

_CHAIN = {"head": "chest", "torso": "pelvis"}
_AXIS_OF = {"head": "head", "torso": "chest"}
_LINE = pattern(r"(?P<part>head|torso) (?P<how>turned|tilted) (?P<side>left|right) {n}")
_BOW = pattern(r"(?P<part>head|torso) bowed (?P<side>front|forward|back) {n}")
# motion -> (numerator: axis of the moving part, axis of its base; denominator likewise, sign of a positive angle)
_MOTIONS = {
    "turned": (("front", "left"), ("front", "front"), 1.0),
    "tilted": (("up", "left"), ("up", "up"), 1.0),
    "bowed": (("up", "front"), ("up", "up"), 1.0),
}


@register
@dataclass(frozen=True)
class Turn(Posecode):
    """The head relative to the chest, or the chest relative to the pelvis."""

    kind = "turn"
    unit = "rad"
    tolerance = np.radians(10)

    part: str = named(_CHAIN, "head (on the chest) or torso (the chest on the pelvis)")
    motion: str = choice(_MOTIONS, "turned: about the long axis; tilted: ear to shoulder; bowed: forward")
    degrees: float = side_number("positive: to the character's left; for bowed: forward", -150, 150)

    def uses(self) -> tuple[frozenset[str], frozenset[str]]:
        mine, base = _AXIS_OF[self.part], _CHAIN[self.part]
        return frozenset(), frozenset(f"{p}_{a}" for p in (mine, base) for a in ("left", "up", "front"))

    def angle(self, body: Kinematics) -> Dual:
        """(S,) rad."""
        (y_mine, y_base), (x_mine, x_base), sign = _MOTIONS[self.motion]
        mine, base = _AXIS_OF[self.part], _CHAIN[self.part]
        y = dot(body.axis(f"{mine}_{y_mine}"), body.axis(f"{base}_{y_base}"))
        x = dot(body.axis(f"{mine}_{x_mine}"), body.axis(f"{base}_{x_base}"))
        return atan2(y, x).scaled(sign)

    def residual(self, body: Kinematics) -> Dual:
        return stack([self.angle(body) - np.radians(self.degrees)])

    def measure(self, body: Kinematics) -> Measured:
        reached = float(np.degrees(self.angle(body).value[0]))
        error = np.radians(abs(reached - self.degrees))
        return Measured(error, error <= self.tolerance, "deg", self.degrees, reached)

    def limbs(self) -> frozenset[str]:
        return frozenset({self.part})

    def mirrored(self) -> Turn:
        return self if self.motion == "bowed" else Turn(self.part, self.motion, -self.degrees)

    def said(self) -> str:
        if self.motion == "bowed":
            return f"{words(self.part)} bowed {'front' if self.degrees >= 0 else 'back'} {abs(self.degrees):g}"
        return f"{words(self.part)} {self.motion} {'left' if self.degrees >= 0 else 'right'} {abs(self.degrees):g}"

    @classmethod
    def read(cls, line: str) -> Turn | None:
        m = _LINE.match(line) or _BOW.match(line)
        if not m:
            return None
        sign = 1.0 if m["side"] in ("left", "front", "forward") else -1.0
        return cls(m["part"], "bowed" if m.re is _BOW else m["how"], sign * float(m.groups()[-1]))
