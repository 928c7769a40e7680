"""How the head stands on the chest, and the chest on the pelvis: turned, tilted, bowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backend.body.dual import Dual, atan2, dot
from backend.body.kinematics import Kinematics

from .base import Scalar, Uses, choice, named, pattern, register, side_number
from .vocabulary import words

_CHAIN = {"head": "chest", "torso": "pelvis"}
_AXIS_OF = {"head": "head", "torso": "chest"}
_LINE = pattern(r"(?P<part>head|torso) (?P<how>turned|tilted) (?P<side>left|right) {n}")
_BOW = pattern(r"(?P<part>head|torso) bowed (?P<side>front|forward|back) {n}")
# motion -> (numerator: axis of the moving part, axis of its base; denominator likewise)
_MOTIONS = {
    "turned": (("front", "left"), ("front", "front")),
    "tilted": (("up", "left"), ("up", "up")),
    "bowed": (("up", "front"), ("up", "up")),
}
# (part, motion) -> deg to the right or back, to the left or front: what the joints of neck and spine add up to
_ABLE = {
    ("head", "turned"): (-82, 82), ("head", "tilted"): (-45, 45), ("head", "bowed"): (-65, 72),
    ("torso", "turned"): (-60, 60), ("torso", "tilted"): (-60, 60), ("torso", "bowed"): (-66, 108),
}  # fmt: skip


@register
@dataclass(frozen=True)
class Turn(Scalar):
    """The head relative to the chest, or the chest relative to the pelvis.

    turned is a "no" or a twist, positive to the character's left; tilted is ear to shoulder or a side bend, positive to
    the left; bowed is a nod or a rounded back, positive forward and negative back. A head turns by 80 at most and nods
    by 60, a torso twists by 50. To lean the whole trunk use lean, to look somewhere use gaze.
    """

    kind = "turn"
    examples = ("head turned left 30", "torso bowed forward 25")
    amount = "degrees"
    unit = "rad"
    tolerance = np.radians(10)

    part: str = named(_CHAIN, "head (on the chest) or torso (the chest on the pelvis)")
    motion: str = choice(_MOTIONS, "turned: about the long axis; tilted: ear to shoulder; bowed: forward")
    degrees: float = side_number("positive: to the character's left; for bowed: forward", -150, 150)

    def uses(self) -> Uses:
        mine, base = _AXIS_OF[self.part], _CHAIN[self.part]
        return Uses.of(axes=(f"{p}_{a}" for p in (mine, base) for a in ("left", "up", "front")))

    @classmethod
    def quantities(cls, codes: Sequence[Turn], body: Kinematics) -> Dual:
        """(S, K) rad: atan2 of two products of an axis of the moving part with one of its base."""
        y, x = (
            dot(
                body.axes(f"{_AXIS_OF[c.part]}_{_MOTIONS[c.motion][i][0]}" for c in codes),
                body.axes(f"{_CHAIN[c.part]}_{_MOTIONS[c.motion][i][1]}" for c in codes),
            )
            for i in (0, 1)
        )
        return atan2(y, x)

    def limits(self) -> tuple[float, float, str]:
        verb = {"turned": "turns", "tilted": "tilts", "bowed": "bows"}[self.motion]
        return *_ABLE[self.part, self.motion], f"a {self.part} {verb} {self._side} by {{limit}} at most"

    @property
    def _side(self) -> str:
        return (("front", "back") if self.motion == "bowed" else ("left", "right"))[self.degrees < 0]

    def limbs(self) -> frozenset[str]:
        return frozenset({self.part})

    def mirrored(self) -> Turn:
        return self if self.motion == "bowed" else Turn(self.part, self.motion, -self.degrees)

    def said(self) -> str:
        return f"{words(self.part)} {self.motion} {self._side} {abs(self.degrees):g}"

    @classmethod
    def read(cls, line: str) -> Turn | None:
        m = _LINE.match(line) or _BOW.match(line)
        if not m:
            return None
        sign = 1.0 if m["side"] in ("left", "front", "forward") else -1.0
        return cls(m["part"], "bowed" if m.re is _BOW else m["how"], sign * float(m.groups()[-1]))
