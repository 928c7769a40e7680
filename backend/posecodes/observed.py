"""Everything that posecodes have to say about a posed body: the program that, solved again, gives the pose back.

What a person or a language model would be told: the trunk, the direction of every limb, bends, how head, hands and feet
are turned, what bears weight and what touches. Figures are rounded as people give them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from backend.body.kinematics import Kinematics, Tracked
from backend.body.outline import heights, outline

from .angle import HINGES, Angle
from .base import Posecode
from .contact import Contact
from .direction import FRAMES, Direction, components
from .facing import Facing
from .ground import BEARERS, Airborne, Support
from .program import Program
from .turn import Turn
from .vocabulary import AXES, FACES, POINTS, SIDES, skin

_SEGMENTS: Final = ("torso", *(f"{s}_{p}" for p in ("upper_arm", "forearm", "hand", "thigh", "shin") for s in SIDES))
_FACES: Final = ("pelvis", "chest", *(f"{s}_{p}" for p in ("palm", "foot") for s in SIDES))
_BEARING: Final = (  # looked for from the ground up; a later part is only told where no earlier one of its limb bears
    *(f"{s}_{p}" for p in ("foot", "toes", "heel", "knee", "hand", "fist", "elbow") for s in SIDES),
    "seat", "upper_back", "head", "chest", "belly",
)  # fmt: skip
_TOUCHED: Final = (  # {s}: the hand's side, {o}: the other
    "{o}_palm", "{o}_forearm", "{o}_elbow", "{o}_upper_arm", "{o}_shoulder", "{s}_hip", "{s}_waist", "{s}_thigh",
    "{o}_thigh", "{s}_knee", "{o}_knee", "chest", "stomach", "lower_back", "chin", "mouth", "forehead", "head_top",
    "head_back", "{s}_ear", "{s}_cheek",
)  # fmt: skip
_DOWN: Final = 0.03  # m above the ground that still bears
_IN_AIR: Final = 0.05  # m
_NEAR: Final = 0.04  # m between the middles of two regions that touch
_HEADING: Final = FRAMES[0]

TRACKED: Final = Tracked(
    POINTS, AXES, sorted({r for part in _BEARING for r in BEARERS[part]})
)  # what a body has to track for `observed`


def observed(body: Kinematics) -> Program:
    """The statements that hold for the first pose of a body that tracks `TRACKED`, with the ground at y = 0."""
    return tuple(_statements(body))


def _statements(body: Kinematics) -> Iterator[Posecode]:
    yield from _support(body)
    for part in _FACES:
        yield Facing(part, _rounded(components(body.axes([FACES[part]]), body, _HEADING)[0, 0]))
    for segment in _SEGMENTS:
        yield Direction(segment, _rounded(components(Direction.along([segment], body), body, _HEADING)[0, 0]))
    for joint in HINGES:
        yield Angle(joint, _sayable(Angle, "degrees", _to(Angle(joint, 0.0).value(body), 5.0)))
    for part, motion in (("torso", "turned"), ("head", "turned"), ("head", "tilted"), ("head", "bowed")):
        yield Turn(part, motion, _sayable(Turn, "degrees", _to(Turn(part, motion, 0.0).value(body), 5.0)))
    yield from _contacts(body)


def _rounded(direction: np.ndarray) -> tuple[float, float, float]:
    x, y, z = (round(float(v), 2) + 0.0 for v in direction)  # + 0.0: no -0
    return (x, y, z)


def _sayable(kind: type[Posecode], name: str, value: float) -> float:
    """The nearest number that the kind's field may hold; a twisted pose may lie beyond."""
    meta = kind.__dataclass_fields__[name].metadata
    return float(np.clip(value, meta["low"], meta["high"]))


def _to(value: float, step: float) -> float:
    return step * round(value / step)


def _support(body: Kinematics) -> Iterator[Posecode]:
    """The parts that are on the ground, or how high the body is above it."""
    floor = float(heights(body)[0, : len(outline().joint)].min())
    if floor > _IN_AIR:
        yield Airborne(_sayable(Airborne, "height", round(floor, 2)))
        return
    bearing: list[str] = []
    for part in _BEARING:
        if _is_down(body, part) and not any(_same_limb(part, other) for other in bearing):
            bearing.append(part)
    if bearing:
        yield Support(tuple(bearing))


def _is_down(body: Kinematics, part: str) -> bool:
    residual = Support((part,)).residual(body).value[0]
    return bool(np.abs(residual).max() < _DOWN)


def _same_limb(a: str, b: str) -> bool:
    """Whether two bearers are of one foot or hand."""
    feet, hands = ("foot", "toes", "heel"), ("hand", "fist")
    (side_a, _, end_a), (side_b, _, end_b) = a.partition("_"), b.partition("_")
    return side_a == side_b and any({end_a, end_b} <= set(group) for group in (feet, hands))


def _contacts(body: Kinematics) -> Iterator[Posecode]:
    """For each hand the region of the body that it touches, the nearest one."""
    for side, other in (SIDES, SIDES[::-1]):
        names = [t.format(s=side, o=other) for t in _TOUCHED]
        palm = body.point(skin(f"{side}_palm")).value[0]
        gaps = np.linalg.norm(body.points(skin(n) for n in names).value[0] - palm, axis=-1)
        best = int(np.argmin(gaps))
        if gaps[best] < _NEAR and not (names[best] == "left_palm" and side == "right"):
            yield Contact(f"{side}_palm", names[best])


__all__ = ["TRACKED", "observed"]
