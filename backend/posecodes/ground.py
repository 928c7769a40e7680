"""What the body rests on: feet, knees, hands, seat, back on the ground, or a seat above it, or nothing (a jump)."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.body.dual import Dual, stack
from backend.body.kinematics import Kinematics
from backend.body.outline import lowest, lowest_of

from .base import Measured, Posecode, Uses, name_in, names, number, pattern, register
from .vocabulary import limb_of_point, skin, words

_SIDED: Final = {
    "foot": ("foot_sole", "heel"), "toes": ("foot_sole", "toes"), "heel": ("heel",), "knee": ("knee",),
    "shin": ("shin", "knee"),
    "hand": ("palm", "fingertips"), "fist": ("fist",), "fingers": ("fingertips",), "elbow": ("elbow",),
    "forearm": ("elbow", "palm"), "hip": ("hip",), "buttock": ("buttock",), "shoulder": ("shoulder",),
    "thigh": ("thigh",), "foot_top": ("foot_top",), "calf": ("calf",), "cheek": ("cheek",),
    "outer_thigh": ("thigh_outer",), "outer_foot": ("ankle",),
}  # fmt: skip
_CENTRAL: Final = {
    "seat": ("left_buttock", "right_buttock"), "back": ("upper_back", "left_buttock", "right_buttock"),
    "upper_back": ("upper_back",), "head": ("head_back",), "head_top": ("head_top",), "forehead": ("forehead",),
    "chest": ("chest",), "belly": ("stomach",), "chin": ("chin",),
}  # fmt: skip
BEARERS: Final[dict[str, tuple[str, ...]]] = {
    **{
        f"{s}_{part}": tuple(f"{s}_{r}" for r in regions) for s in ("left", "right") for part, regions in _SIDED.items()
    },
    **_CENTRAL,
}
_FLAT: Final = ("foot_sole", "heel", "palm", "fingertips")
_LINE = pattern(r"(?P<parts>.+?) on (?:the )?(?:ground|floor)")
_SEAT = pattern(r"(?P<parts>.+?) on (?:a )?seat {n}")
_AIR = pattern(r"airborne {n}")


def _lies_flat(region: str) -> bool:
    return region.removeprefix("left_").removeprefix("right_") in _FLAT


@register
@dataclass(frozen=True)
class Support(Posecode):
    """Parts that bear weight: they lie on the ground, or on a seat of the given height.

    Name every part that bears: [left_foot] on one leg; on a chair [seat] with height 0.45 and the feet in a statement
    of their own, as every height has one (steps, rungs, a table). Without any the feet bear; beside others name them. A
    part is a sole or palm laid flat (foot, hand) or what its name says.
    """

    kind = "support"
    examples = ("left foot, right foot on ground", "seat on seat 0.45")
    unit = "m"
    tolerance = 0.03

    parts: tuple[str, ...] = names(BEARERS, "the parts that bear weight")
    height: float = number(
        "height of what they rest on above the ground: 0 the ground, 0.45 a chair", 0, 2, default=0.0
    )

    def regions(self) -> tuple[str, ...]:
        """The points of the skin that bear, each once for every part that names it."""
        return tuple(skin(r) for part in self.parts for r in BEARERS[part])

    def _flat(self) -> list[str]:
        return [r for part in self.parts for r in BEARERS[part] if _lies_flat(r)]

    def _rounded(self) -> list[str]:
        return [r for part in self.parts for r in BEARERS[part] if not _lies_flat(r)]

    def uses(self) -> Uses:
        return Uses.of(self.regions(), patches=self._rounded())

    def alike(self) -> Hashable:
        return (len(self._flat()), len(self._rounded()))

    @classmethod
    def residuals(cls, codes: Sequence[Support], body: Kinematics) -> Dual:
        """(S, K, n) m: height of every bearing place above what it should rest on.

        Soles and palms lie flat on two points each; of a rounded part (knee, seat, back ...) whatever is lowest bears.
        """
        flat, rounded = [r for c in codes for r in c._flat()], [r for c in codes for r in c._rounded()]
        parts = [body.points(skin(r) for r in flat).component(1)] if flat else []
        parts += [lowest_of(body, rounded)] if rounded else []
        grouped = [p.grouped(len(codes)) for p in parts]
        return stack(grouped) - np.array([[c.height] for c in codes])

    def measure(self, body: Kinematics) -> Measured:
        heights = self.residual(body).value[0]
        worst = float(heights[np.argmax(np.abs(heights))])
        return Measured(abs(worst), abs(worst) <= self.tolerance, "m", self.height, self.height + worst)

    def limbs(self) -> frozenset[str]:
        limbs = frozenset(limb_of_point(r) for r in self.regions()) - {"torso", "head"}
        return limbs | {"support"} if {"torso", "head"} & {limb_of_point(r) for r in self.regions()} else limbs

    def said(self) -> str:
        where = "on ground" if self.height == 0 else f"on seat {self.height:g}"
        return f"{', '.join(words(p) for p in self.parts)} {where}"

    @classmethod
    def read(cls, line: str) -> Support | None:
        m = _LINE.match(line) or _SEAT.match(line)
        if not m:
            return None
        parts = tuple(name_in(p, BEARERS) for p in re.split(r", | and ", m["parts"]))
        if not all(parts):
            return None
        return cls(tuple(p for p in parts if p), float(m.groups()[1]) if m.re is _SEAT else 0.0)


@register
@dataclass(frozen=True)
class Airborne(Posecode):
    """The whole body is off the ground: a jump, a fall, flight. The solver puts its lowest point at this height.

    Use it instead of a support, never with one: 0.1 a hop, 0.4 a leap.
    """

    kind = "airborne"
    examples = ("airborne 0.3",)
    unit = "m"
    tolerance = 0.05

    height: float = number("height of the lowest point of the body above the ground, m", 0, 3)

    def uses(self) -> Uses:
        return Uses()

    @classmethod
    def residuals(cls, codes: Sequence[Airborne], body: Kinematics) -> Dual:
        """(S, K, 1) m: the lowest point of the skin against the height."""
        each = lowest(body)[:, np.zeros(len(codes), int)]
        return (each - np.array([c.height for c in codes])).as_row()

    def limbs(self) -> frozenset[str]:
        return frozenset({"support"})

    def said(self) -> str:
        return f"airborne {self.height:g}"

    @classmethod
    def read(cls, line: str) -> Airborne | None:
        m = _AIR.match(line)
        return cls(float(m.groups()[0])) if m else None
