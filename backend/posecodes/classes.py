"""The classes that a posed body falls into: PoseScript's posecodes ("left elbow: right angle", "left hand: above").

Thresholds and tolerances are those of PoseScript (Delmas et al., 2022, supplementary material); names, places and code
are our own. Where a posecode asks for a number of a pose, a class says what people would call it, so that two poses can
be compared by whether the same words hold: see `agreeing`.

A key says what is looked at ("angle left_elbow", "up left_hand | left_hip"), a class what it is; "" is the class of
numbers that no word stands for ("somewhere between above and below"). Degrees and metres.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from backend.body.kinematics import Kinematics, Tracked

from .angle import Angle
from .direction import Direction
from .distance import Distance
from .position import Position
from .scale import Scale
from .turn import Turn
from .vocabulary import AXES, POINTS, SIDES, mirror_name, skin

Measure = Callable[[Kinematics], float]
TRACKED: Final = Tracked(POINTS, AXES)  # what a body has to track for `values_of`


# PoseScript gives the angle inside the joint; this is the flexion, 180 less that.
_ANGLE: Final = Scale(
    (20, 45, 75, 105, 135),
    ("straight", "slightly bent", "partially bent", "right angle", "almost fully bent", "fully bent"),
    5,
)
_DISTANCE: Final = Scale((0.20, 0.40, 0.80), ("close", "shoulder width", "spread", "wide"), 0.05)
_OFFSETS: Final = {
    axis: Scale((-0.15, -0.05, 0.05, 0.15), (minus, "", even, "", plus), 0.05)
    for axis, minus, even, plus in (
        ("left", "right of", "in line", "left of"),
        ("up", "below", "level", "above"),
        ("front", "behind", "abreast", "in front of"),
    )
}
_LIMB: Final = Scale((10, 80), ("vertical", "", "horizontal"), 5)  # deg away from the plumb line
_GROUND: Final = Scale((0.10,), ("on ground", ""), 0.05)
_TOUCH: Final = Scale((0.065,), ("touching", ""), 0.03)  # m between the middles of two regions of skin
_INCLINE: Final = {
    "bow": Scale((-50, -20, 20, 50), ("far back", "back", "", "forward", "far forward"), 5),
    "twist": Scale((-50, -20, 20, 50), ("far right", "right", "", "left", "far left"), 5),
    "lean": Scale((-30, -15, 15, 30), ("far right", "right", "", "left", "far left"), 5),
}
_HEAD: Final = {  # x to the front, as SMPL counts
    "bowed": Scale((-45, 30), ("back", "", "forward"), 5),
    "turned": Scale((-30, -15, 15, 30), ("far right", "right", "", "left", "far left"), 5),
    "tilted": Scale((-30, 30), ("right", "", "left"), 5),
}
_FLIPPED: Final = {"above": "below", "in front of": "behind", "left of": "right of"}
_FLIPPED_BACK: Final = {b: a for a, b in _FLIPPED.items()}
_BODY_JOINTS: Final = 22  # of the skeleton's joints, those before jaw, eyes and fingers
_TOUCHED: Final = (  # what a hand is looked for on: {s} its side, {o} the other
    "{o}_hand_back", "{o}_forearm", "{o}_elbow", "{o}_upper_arm", "{o}_shoulder", "{s}_hip", "{s}_waist", "{s}_thigh",
    "{o}_thigh", "{s}_knee", "{o}_knee", "{s}_shin", "{s}_foot_top", "chest", "stomach", "lower_belly", "lower_back",
    "chin", "mouth", "face", "forehead", "head_top", "head_back", "neck_back", "{s}_cheek", "{s}_ear",
)  # fmt: skip
_OF_HAND: Final = ("palm", "fingertips", "hand_back")


@dataclass(frozen=True)
class _Look:
    """How one key is measured (deg or m; NaN where the question makes no sense) and what its numbers are called."""

    measure: Measure
    scale: Scale


# --- what is looked at ----------------------------------------------------------------------------------------


@cache
def looks() -> Mapping[str, _Look]:
    """Every key that is measured."""
    out: dict[str, _Look] = {}
    for joint in (f"{s}_{j}" for j in ("elbow", "knee") for s in SIDES):
        out[f"angle {joint}"] = _Look(Angle(joint, 0.0).value, _ANGLE)
    for a, b in _distances():
        out[f"distance {a} | {b}"] = _Look(Distance(a, b, 0.0).value, _DISTANCE)
    for axis, a, b in _offsets():
        out[f"{axis} {a} | {b}"] = _Look(Position(a, b, axis, 0.0).value, _OFFSETS[axis])
    for limb in ("torso", *(f"{s}_{p}" for p in ("upper_arm", "forearm", "thigh", "shin") for s in SIDES)):
        out[f"slope {limb}"] = _Look(_slope(limb), _LIMB)
    for part in (f"{s}_{p}" for p in ("hand", "knee", "foot") for s in SIDES):
        out[f"ground {part}"] = _Look(_above_lowest(part), _GROUND)
    for side in SIDES:
        for region in _TOUCHED:
            where = region.format(s=side, o=mirror_name(f"{side}_")[:-1])
            out[f"touch {side}_hand | {where}"] = _Look(_gap(side, where), _TOUCH)
    out |= {f"body {motion}": _Look(_incline(motion), scale) for motion, scale in _INCLINE.items()}
    return out | {f"head {m}": _Look(Turn("head", m, 0.0).value, scale) for m, scale in _HEAD.items()}


def _distances() -> list[tuple[str, str]]:
    """Pairs of the two sides, and each hand with what it may be brought to."""
    pairs = [(f"left_{p}", f"right_{p}") for p in ("hand", "elbow", "knee", "foot")]
    ends = [f"{s}_{p}" for p in ("shoulder", "elbow", "knee", "ankle", "foot") for s in SIDES]
    return pairs + [(f"{s}_hand", end) for s in SIDES for end in ends if end != f"{s}_elbow"]


def _offsets() -> list[tuple[str, str, str]]:
    """Axis, point, what it is compared with: the two sides, hands to trunk and head, feet to the trunk."""
    out = [
        (a, f"left_{p}", f"right_{p}") for p in ("shoulder", "elbow", "hand", "knee", "foot") for a in ("up", "front")
    ]
    out += [("left", f"left_{p}", f"right_{p}") for p in ("elbow", "hand", "knee", "foot")]
    for s in SIDES:
        out += [("up", f"{s}_hand", to) for to in ("neck", f"{s}_shoulder", f"{s}_hip")]
        out += [("left", f"{s}_{p}", f"{s}_{to}") for p, to in (("hand", "shoulder"), ("elbow", "shoulder"))]
        out += [("front", f"{s}_{p}", "torso") for p in ("hand", "elbow", "foot")]
        out += [("left", f"{s}_foot", f"{s}_hip"), ("up", f"{s}_foot", "pelvis"), ("up", f"{s}_knee", f"{s}_hip")]
    return out


def _slope(segment: str) -> Measure:
    """Degrees between a segment and the plumb line, 0 to 90."""
    return lambda body: float(np.degrees(np.arccos(min(1.0, abs(Direction.along([segment], body).value[0, 0, 1])))))


def _above_lowest(point: str) -> Measure:
    return lambda body: float(body.point(point).value[0, 1] - body.joints[0, :_BODY_JOINTS, 1].min())


def _gap(side: str, region: str) -> Measure:
    """Metres between the middles of a region and of the nearest side of a hand."""
    places = [skin(f"{side}_{p}") for p in _OF_HAND]
    return lambda body: float(
        np.linalg.norm(body.points(places).value[0] - body.point(skin(region)).value[0], axis=1).min()
    )


def _incline(motion: str) -> Measure:
    """Degrees of the trunk forward and to the left of upright, NaN unless an ankle is well below the shoulders."""
    turn = Turn("torso", "turned", 0.0)

    def measured(body: Kinematics) -> float:
        if motion == "twist":
            return turn.value(body)
        heights = {p: body.point(p).value[0, 1] for s in SIDES for p in (f"{s}_shoulder", f"{s}_ankle")}
        shoulders = min(h for p, h in heights.items() if p.endswith("shoulder"))
        if shoulders - min(h for p, h in heights.items() if p.endswith("ankle")) < 0.2:
            return float("nan")
        trunk = body.point("neck").value[0] - body.point("pelvis").value[0]
        left, up, front = trunk @ body.heading[0]
        across = (front, up) if motion == "bow" else (left, float(np.hypot(up, front)))
        return float(np.degrees(np.arctan2(*across)))

    return measured


# --- what several keys together are called ----------------------------------------------------------------------


def _supers() -> dict[str, tuple[tuple[str, str], ...]]:
    """A name for a few classes that hold at once: kneeling, hands or feet shoulder-width apart."""
    down = {p: (f"ground {p}", "on ground") for s in SIDES for p in (f"{s}_knee", f"{s}_foot")}
    up = {p: (f"ground {p}", "") for p in down}
    out: dict[str, tuple[tuple[str, str], ...]] = {
        "kneeling both_knees": (down["left_knee"], down["right_knee"], ("slope torso", "vertical"))
    }
    for side, other in (SIDES, SIDES[::-1]):
        out[f"kneeling {side}_knee"] = (down[f"{side}_knee"], up[f"{other}_knee"], down[f"{other}_foot"])
    for part in ("hand", "foot"):
        pair = f"left_{part} | right_{part}"
        even = (f"up {pair}", "level") if part == "hand" else (f"ground left_{part}", "on ground")
        out[f"width {pair}"] = ((f"distance {pair}", "shoulder width"), (f"front {pair}", "abreast"), even)
    return out


SUPERS: Final = _supers()


def values_of(body: Kinematics) -> dict[str, float]:
    """Every key's number (deg or m) for the first pose of a body that tracks `TRACKED`; the others left out."""
    found = {key: look.measure(body) for key, look in looks().items()}
    return {key: value for key, value in found.items() if not np.isnan(value)}


def possible(values: Mapping[str, float], key: str) -> frozenset[str]:
    """The classes that a key may go by, within the tolerance."""
    if key not in SUPERS:
        return looks()[key].scale.near(values[key]) if key in values else frozenset({""})
    may = [wanted in possible(values, part) for part, wanted in SUPERS[key]]
    must = [possible(values, part) == {wanted} for part, wanted in SUPERS[key]]
    return frozenset({"held"} if all(must) else {"held", ""} if all(may) else {""})


def named(values: Mapping[str, float]) -> dict[str, str]:
    """The classes of numbers; what has no name is left out."""
    out = {key: looks()[key].scale.name(value) for key, value in values.items()}
    held = {key: "held" for key, parts in SUPERS.items() if all(out.get(p, "") == wanted for p, wanted in parts)}
    return {key: name for key, name in (out | held).items() if name}


def classes_of(body: Kinematics) -> dict[str, str]:
    """What is looked at -> its class, for the first pose of a body that tracks `TRACKED`."""
    return named(values_of(body))


def agreeing(original: Mapping[str, float], other: Mapping[str, float]) -> dict[str, bool]:
    """For every class that the original has: whether the other pose has it too, or one that is within tolerance."""
    there = named(other)
    return {key: there.get(key, "") in possible(original, key) for key in named(original)}


def mirrored(classes: Mapping[str, str]) -> dict[str, str]:
    """The classes of the mirror image."""
    return dict(_mirrored(key, name) for key, name in classes.items())


def _mirrored(key: str, name: str) -> tuple[str, str]:
    kind, _, rest = key.partition(" ")
    ends = [mirror_name(p) for p in rest.split(" | ")]
    if kind in ("body", "head"):
        return key, name.replace("left", "#").replace("right", "left").replace("#", "right")
    flips = kind == "left"  # sides change places in a mirror, and with them what is to the left of what
    if len(ends) == 2 and mirror_name(ends[0]) == ends[1]:
        ends = ends[::-1] if ends[0].startswith("right") else ends
        flips = not flips
    if flips:
        name = _FLIPPED.get(name) or _FLIPPED_BACK.get(name, name)
    return f"{kind} {' | '.join(ends)}", name


__all__ = [
    "SUPERS", "TRACKED", "agreeing", "classes_of", "looks", "mirrored", "named", "possible", "values_of",
]  # fmt: skip
