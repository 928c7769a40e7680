"""The instruction that turns one pose into another: PoseFix's paircodes, measured on both and worded as orders.

The orders are of the form that `edits` reads, with their figures, so that an instruction can be carried out again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.posecodes.vocabulary import SIDES
from rigs.skeleton import mirror_rotvecs
from rigs.wire import Pose

from .caption_facts import PLURALS, arms_crossed, hand_contact
from .measures import Measures
from .postures import Posture, is_upright, posture_of

_TURN: Final = 12.0  # deg; smaller changes of a joint are not worth words
_HEAD: Final = 8.0  # deg, for head and trunk
_MOVE: Final = 0.10  # m
_SAME: Final = 1.0  # deg; poses that nowhere differ by more are equal
_LIFTED: Final = 0.10  # m above the floor
_BY_KNEES: Final = {"standing", "crouching", "squatting"}  # the bend of the knees says which
_SHAPE_ORDERS: Final = {
    "fist": "make a fist with {}", "open": "open {}", "flat": "open {} flat", "relaxed": "relax {}",
    "spread": "spread the fingers of {}",
    "thumbs_up": "give a thumbs up with {}", "peace": "make a peace sign with {}", "point": "point with {}",
    "ok": "make an ok sign with {}", "grip": "close {} to a grip",
}  # fmt: skip


@dataclass(frozen=True)
class Order:
    """Like "raise" + "the left arm" + "by 40 degrees"; `{}` in the verb stands for the part."""

    verb: str
    part: str
    side: str = ""
    way: str = ""
    degrees: float | None = None
    metres: float | None = None

    def words(self) -> str:
        subject = (
            f"both {PLURALS[self.part]}" if self.side == "both" else " ".join(["the", *self.side.split(), self.part])
        )
        subject = subject if self.part else ""
        many = self.side == "both" and self.verb.endswith(("hip", "knee", "thigh", "ear"))
        verb = f"{self.verb}s" if many else self.verb
        start = verb.format(subject) if "{}" in verb else f"{verb} {subject}"
        amount = f"by {_round(self.degrees)} degrees" if self.degrees is not None else ""
        if self.metres is not None:
            amount = f"by {max(5, 5 * round(20 * self.metres))} cm"
        return " ".join(w for w in (start.strip(), self.way, amount) if w)


def difference(a: Pose, b: Pose) -> str:
    """The instruction that turns `a` into `b`; "Nothing changes." when they are equal."""
    if _apart(a.rotvecs, b.rotvecs) < _SAME and abs(a.transl[1] - b.transl[1]) < _MOVE:
        return "Nothing changes."
    if _apart(mirror_rotvecs(a.rotvecs), b.rotvecs) < _SAME:
        return "Mirror the pose."
    before, after = Measures(a), Measures(b)
    orders = _merged(list(_orders(before, after)))
    if not orders:
        return "Hardly anything changes."
    words = [o.words() for o in orders]
    text = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return f"{text[0].upper()}{text[1:]}."


def _apart(a: np.ndarray, b: np.ndarray) -> float:
    """The largest turn (deg) of any joint between two poses (55, 3)."""
    turns = rotvec_to_rotmat(a).swapaxes(-1, -2) @ rotvec_to_rotmat(b)
    return float(np.degrees(np.linalg.norm(rotmat_to_rotvec(turns), axis=-1)).max())


def _orders(a: Measures, b: Measures) -> Iterator[Order]:
    old, new = posture_of(a), posture_of(b)
    yaw = (b.yaw - a.yaw + 180) % 360 - 180
    if old.words != new.words and not {old.kind, new.kind} <= _BY_KNEES:
        yield Order(new.order, "")
    if abs(yaw) > 20 and is_upright(new):
        yield Order("turn", "whole body", way=_to_side(yaw), degrees=abs(yaw))
    yield from _trunk(a, b, old, new)
    yield from _arms(a, b)
    yield from _legs(a, b, old, new)
    yield from _head(a, b)
    yield from _hands(a, b)


def _merged(orders: list[Order]) -> list[Order]:
    """What both sides do alike becomes one order."""
    out: list[Order] = []
    for order in orders:
        i = next((i for i, o in enumerate(out) if _alike(o, order)), None)
        if i is None:
            out.append(order)
        else:
            out[i] = replace(
                out[i],
                side="both",
                degrees=_mean(out[i].degrees, order.degrees),
                metres=_mean(out[i].metres, order.metres),
            )
    return out


def _alike(a: Order, b: Order) -> bool:
    same = (a.verb, a.part, a.way) == (b.verb, b.part, b.way) and {a.side, b.side} == set(SIDES)
    return same and abs((a.degrees or 0) - (b.degrees or 0)) < 12 and abs((a.metres or 0) - (b.metres or 0)) < 0.08


def _mean(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else (a + b) / 2


def _round(degrees: float | None) -> int:
    return max(5, 5 * round((degrees or 0.0) / 5))


def _to_side(value: float) -> str:
    return f"to the {'left' if value > 0 else 'right'}"


def _trunk(a: Measures, b: Measures, old: Posture, new: Posture) -> Iterator[Order]:
    if is_upright(old) and is_upright(new):
        lean = _lean(b) - _lean(a)
        if abs(lean[0]) > _HEAD:
            yield Order("lean", "", way="forward" if lean[0] > 0 else "back", degrees=abs(lean[0]))
        if abs(lean[1]) > _HEAD:
            yield Order("lean", "", way=_to_side(lean[1]), degrees=abs(lean[1]))
    twist = b.turn("torso", "turned") - a.turn("torso", "turned")
    if abs(twist) > _TURN:
        yield Order("twist", "torso", way=_to_side(twist), degrees=abs(twist))


def _lean(m: Measures) -> np.ndarray:
    """(2,) degrees of the trunk forward of and to the left of upright."""
    left, up, front = m.direction("torso")
    return np.degrees([np.arctan2(front, up), np.arctan2(left, np.hypot(up, front))])


def _arms(a: Measures, b: Measures) -> Iterator[Order]:
    if arms_crossed(b):
        if not arms_crossed(a):
            yield Order("cross", "arms")
        return
    for side in SIDES:
        shrug = b.offset(f"{side}_shoulder", "spine3", "chest")[1] - a.offset(f"{side}_shoulder", "spine3", "chest")[1]
        swing = a.direction(f"{side}_upper_arm", "chest") - b.direction(f"{side}_upper_arm", "chest")
        if abs(shrug) > 0.025 and np.linalg.norm(swing) < 0.3:
            yield Order("raise" if shrug > 0 else "lower", "shoulder", side)
        touched = hand_contact(b, side)
        if touched and touched != hand_contact(a, side):
            yield Order(f"put {{}} on the {touched.replace('opposite', 'other')}", "hand", side)
        elif not touched:
            yield from _arm(a, b, side)


def _arm(a: Measures, b: Measures, side: str) -> Iterator[Order]:
    """One arm that touches nothing: up or down, its bearing, its elbow."""
    upright = min(a.direction("torso")[1], b.direction("torso")[1]) > 0.4
    frame = "heading" if upright and np.abs(_lean(b) - _lean(a)).max() < _TURN else "chest"
    before, after = a.direction(f"{side}_upper_arm", frame), b.direction(f"{side}_upper_arm", frame)
    rise = float(np.degrees(np.arcsin(np.clip(after[1], -1, 1)) - np.arcsin(np.clip(before[1], -1, 1))))
    if abs(rise) > _TURN:
        way = _bearing(after, side) if np.linalg.norm(after[[0, 2]]) > 0.5 and rise > 0 else ""
        yield Order("raise" if rise > 0 else "lower", "arm", side, way, degrees=abs(rise))
    else:
        shift = (after - before) * np.array([1.0, 0.0, 1.0])
        if np.linalg.norm(shift) > 0.25:
            metres = float(
                np.linalg.norm(
                    b.offset(f"{side}_wrist", "spine3", "chest") - a.offset(f"{side}_wrist", "spine3", "chest")
                )
            )
            yield Order("move", "arm", side, _bearing(shift, side), metres=metres)
    yield from _bend(a, b, side, "elbow")


def _bearing(direction: np.ndarray, side: str) -> str:
    """The main level direction in words that hold for either side."""
    out = direction[0] if side == "left" else -direction[0]
    if abs(out) > abs(direction[2]):
        return "out to the side" if out > 0 else "inwards"
    return "forward" if direction[2] > 0 else "back"


def _bend(a: Measures, b: Measures, side: str, joint: str) -> Iterator[Order]:
    change = b.flexion(f"{side}_{joint}") - a.flexion(f"{side}_{joint}")
    if abs(change) > _TURN:
        yield Order("bend" if change > 0 else "straighten", joint, side, degrees=abs(change))


def _legs(a: Measures, b: Measures, old: Posture, new: Posture) -> Iterator[Order]:
    if old.kind != new.kind and new.kind not in ("balancing", "lunging", *_BY_KNEES):
        return  # the posture says it
    for side in SIDES:
        lift = _lift(b, side) - _lift(a, side)
        if abs(lift) > _TURN and (_off(b, side) or _off(a, side)):
            way = _bearing(b.direction(f"{side}_thigh", "pelvis"), side) if lift > 0 else ""
            yield Order("raise" if lift > 0 else "lower", "leg", side, way.replace("inwards", ""), degrees=abs(lift))
        yield from _bend(a, b, side, "knee")
    yield from _feet(a, b)


def _lift(m: Measures, side: str) -> float:
    """Degrees of the thigh above straight down."""
    return float(np.degrees(np.arccos(np.clip(-m.direction(f"{side}_thigh")[1], -1, 1))))


def _off(m: Measures, side: str) -> bool:
    return m.height(f"{side}_foot_sole", f"{side}_heel", f"{side}_knee") > _LIFTED


def _feet(a: Measures, b: Measures) -> Iterator[Order]:
    """How the feet stand to each other, while both stand."""
    if any(_off(m, s) for m in (a, b) for s in SIDES):
        return
    change = b.offset("left_ankle", "right_ankle", "pelvis") - a.offset("left_ankle", "right_ankle", "pelvis")
    if abs(change[0]) > _MOVE:
        yield Order("move", "feet", way="apart" if change[0] > 0 else "together", metres=abs(float(change[0])))
    if abs(change[2]) > _MOVE:
        yield Order("move", "foot", "left", "forward" if change[2] > 0 else "back", metres=abs(float(change[2])))


def _head(a: Measures, b: Measures) -> Iterator[Order]:
    for motion, verb in (("turned", "turn"), ("tilted", "tilt"), ("bowed", "tilt")):
        change = b.turn("head", motion) - a.turn("head", motion)
        if abs(change) > _HEAD:
            way = _to_side(change) if motion != "bowed" else "forward" if change > 0 else "back"
            yield Order(verb, "head", way=way, degrees=abs(change))


def _hands(a: Measures, b: Measures) -> Iterator[Order]:
    for side in SIDES:
        shape = b.hand_shape(side)
        if shape in _SHAPE_ORDERS and shape != a.hand_shape(side):
            yield Order(_SHAPE_ORDERS[shape], "hand", side)
