"""How far apart two points of the body are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.body.dual import Dual, norm
from backend.body.kinematics import Kinematics

from .base import BOUND_READ, BOUND_SAID, COMPARES, Scalar, Uses, choice, name_in, named, number, pattern, register
from .vocabulary import PLACES, limb_of_point, words

_LINE = pattern(r"(?P<a>.+?) (?P<how>at least |at most )?{n} from (?P<b>.+?)")


@register
@dataclass(frozen=True)
class Distance(Scalar):
    """The distance between two points: feet shoulder-width apart, hands together.

    Use it for how wide a stance or a grip is. Left to right ankle: 0.2 at ease, 0.4 shoulder-wide, 0.9 a wide stride.
    """

    kind = "distance"
    examples = ("left ankle 0.5 from right ankle", "left wrist at most 0.25 from right wrist")
    amount = "metres"
    unit = "m"
    tolerance = 0.05

    a: str = named(PLACES, "one point")
    b: str = named(PLACES, "the other point")
    metres: float = number("the distance", 0, 2.5)
    compare: str = choice(COMPARES, "equal to, at least or at most", default="=")

    def uses(self) -> Uses:
        return Uses.of((self.a, self.b))

    @classmethod
    def quantities(cls, codes: Sequence[Distance], body: Kinematics) -> Dual:
        return norm(body.points(c.a for c in codes) - body.points(c.b for c in codes))

    def limbs(self) -> frozenset[str]:
        return frozenset({limb_of_point(self.a), limb_of_point(self.b)})

    def said(self) -> str:
        how = BOUND_SAID[self.compare]
        return f"{words(self.a)} {how}{self.metres:g} from {words(self.b)}"

    @classmethod
    def read(cls, line: str) -> Distance | None:
        m = _LINE.match(line)
        a, b = (m and name_in(m["a"], PLACES)), (m and name_in(m["b"], PLACES))
        if not m or not a or not b:
            return None
        return cls(a, b, float(m.groups()[2]), BOUND_READ[m["how"]])
