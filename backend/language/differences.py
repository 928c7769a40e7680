"""The instruction that turns one pose into another: what changes, measured on both and worded as orders.

The orders are of the form that `edits` reads, with their figures, so that an instruction can be carried out again. They
are made limb by limb, a sentence each, the largest change first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.posecodes.vocabulary import SIDES
from rigs.skeleton import mirror_rotvecs
from rigs.wire import Pose

from .caption_facts import PLURALS, arms_crossed, hand_contact
from .edit_arms import swung_arm, upright_frame
from .edit_change import elevation
from .edit_stance import along_share, swing_of
from .edit_trunk import hanging, lean_of, lies_on
from .measures import Measures
from .postures import Posture, is_upright, posture_of

_TURN: Final = 17.0  # deg; smaller changes of a hinge are not worth words
_SWING: Final = 11.0  # deg, for head, trunk and thighs
_YAW: Final = 15.0  # deg of the whole body
_SHIFT: Final = 0.12  # m; a hand that moves less has not moved
_ELBOW: Final = 0.18  # m; an elbow goes with its hand as far as this
_RISE: Final = 15.0  # deg that an upper arm rises or sinks
_FITS: Final = 15.0  # deg from where words put an upper arm to where it is
_STRAIGHT: Final = 25.0  # deg of an elbow whose hand is where the upper arm points
_LEAST: Final = 0.08  # m; the smallest part of a shift that is said
_FOOT: Final = 25.0  # deg that a foot turns
_SAME: Final = 1.0  # deg; poses that nowhere differ by more are equal
_STEP: Final = 0.12  # m; a foot that moves less against its hip has not moved
_MOVE: Final = 0.10  # m
_DOWN: Final = 0.06  # m; skin this near to the floor bears
_FAINT: Final = 0.5  # size of a change that is not worth a sentence beside large ones
_WHOLE_TURN: Final = 155.0  # deg; beyond it an angle of head or trunk has gone over the top and says nothing
_ON_FEET: Final = {"standing", "crouching", "squatting", "balancing", "lunging", "air"}  # the legs say which
_SHAPE_ORDERS: Final = {
    "fist": "make a fist with {}", "open": "open {}", "flat": "open {} flat", "relaxed": "relax {}",
    "spread": "spread the fingers of {}",
    "thumbs_up": "give a thumbs up with {}", "peace": "make a peace sign with {}", "point": "point with {}",
    "ok": "make an ok sign with {}", "grip": "close {} to a grip",
}  # fmt: skip


@dataclass(frozen=True)
class Order:
    """Like "move" + "the left hand" + "20 cm up and 10 cm forward"; `{}` in the verb stands for the part.

    steps: (direction, figure, unit) with directions up, down, forward, back, outwards, inwards, left, right, apart,
    together, or "" for a bare amount; unit "deg" or "m". size: how much the change matters, 1 for a clear one.
    limb: what shares a sentence. first: said before all that is only larger.
    """

    verb: str
    part: str = ""
    side: str = ""
    steps: tuple[tuple[str, float, str], ...] = ()
    size: float = 1.0
    limb: str = ""
    first: bool = False

    def words(self, known: str = "") -> str:
        """The order; `known` is the part or the side that the sentence has named before."""
        subject = ""
        if self.part and known == self.part:
            subject = "them" if self.side == "both" else "it"
        elif self.part:
            plural = f"both {PLURALS.get(self.part, self.part + 's')}"
            side = "" if self.side == known else self.side
            subject = " ".join(w for w in ("the", side, self.part) if w)
            if self.side == "both":
                subject = plural if side else plural.replace("both", "the")
        many = self.side == "both" and self.verb.endswith(("hip", "knee", "thigh", "ear"))
        verb = f"{self.verb}s" if many else self.verb
        start = verb.format(subject) if "{}" in verb else f"{verb} {subject}"
        return f"{start.strip()} {_listed([self._step(*s) for s in self.steps])}".strip()

    def _step(self, way: str, value: float, unit: str) -> str:
        figure = f"{_degrees(value)} degrees" if unit == "deg" else f"{_cm(value)} cm"
        if not way:
            return f"by {figure}"
        if way in ("outwards", "inwards") and self.side in SIDES:
            way = self.side if way == "outwards" else SIDES[1 - SIDES.index(self.side)]
        return f"{figure} {f'to the {way}' if way in SIDES else way}"


def difference(a: Pose, b: Pose) -> str:
    """The instruction that turns `a` into `b`; "Nothing changes." when they are equal."""
    if _apart(a.rotvecs, b.rotvecs) < _SAME and abs(a.transl[1] - b.transl[1]) < _MOVE:
        return "Nothing changes."
    if _apart(mirror_rotvecs(a.rotvecs), b.rotvecs) < _SAME:
        return "Mirror the pose."
    orders = _merged(list(_orders(Measures(a), Measures(b))))
    return " ".join(_sentences(orders)) or "Hardly anything changes."


def _apart(a: np.ndarray, b: np.ndarray) -> float:
    """The largest turn (deg) of any joint between two poses (55, 3)."""
    turns = rotvec_to_rotmat(a).swapaxes(-1, -2) @ rotvec_to_rotmat(b)
    return float(np.degrees(np.linalg.norm(rotmat_to_rotvec(turns), axis=-1)).max())


# --- wording ---------------------------------------------------------------------------------------


def _sentences(orders: list[Order]) -> Iterator[str]:
    """A sentence per limb, what sets the stage first, then the largest change first."""
    limbs: dict[str, list[Order]] = {}
    for order in orders:
        limbs.setdefault(order.limb, []).append(order)
    top = max((o.size for o in orders), default=0.0)
    clear = [g for g in limbs.values() if g[0].first or max(o.size for o in g) >= min(_FAINT, top / 4)]
    groups = sorted(clear, key=lambda g: (not g[0].first, -max(o.size for o in g)))
    if len(groups) > 1 and groups[0][0].limb == "posture" and len(groups[1]) < 3:
        groups[:2] = [[*groups[0], *groups[1]]]
    for said in groups:
        words = [said[0].words(), *(o.words(_known(p, o)) for p, o in pairwise(said))]
        text = f"{words[0]}, {_listed(words[1:])}" if said[0].limb == "posture" and words[1:] else _listed(words)
        yield f"{text[0].upper()}{text[1:]}."


def _known(before: Order, order: Order) -> str:
    """What need not be said again: the part, or the side of another part of the same limb."""
    if order.part == before.part and order.side == before.side and order.verb != "open {}":
        return order.part
    return before.side if order.verb in ("move", "turn") else ""


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def _degrees(value: float) -> int:
    return max(5, 5 * round(value / 5))


def _cm(metres: float) -> int:
    """Centimetres in fives."""
    return max(5, 5 * round(20 * metres))


def _merged(orders: list[Order]) -> list[Order]:
    """Limbs that do alike on both sides share their orders."""
    limbs: dict[str, list[Order]] = {}
    for order in orders:
        limbs.setdefault(order.limb, []).append(order)
    out: list[Order] = []
    for limb, said in limbs.items():
        left, right = limb.startswith("left "), limb.startswith("right ")
        twin = limbs.get(limb.replace("left", "right") if left else limb.replace("right", "left"), [])
        alike = (left or right) and len(said) == len(twin) and all(map(_alike, said, twin))
        if not alike:
            out += said
        elif left:
            out += map(_of_both, said, twin)
    return out


def _of_both(a: Order, b: Order) -> Order:
    steps = tuple((w, (x + y) / 2, u) for (w, x, u), (_, y, _) in zip(a.steps, b.steps, strict=True))
    return replace(a, side="both", steps=steps, size=max(a.size, b.size))


def _alike(a: Order, b: Order) -> bool:
    if (a.verb, a.part, [s[0] for s in a.steps]) != (b.verb, b.part, [s[0] for s in b.steps]):
        return False
    apart = [abs(x - y) / (10 if u == "deg" else 0.05) for (_, x, u), (_, y, _) in zip(a.steps, b.steps, strict=True)]
    return max(apart, default=0.0) < 1 and {a.side, b.side} == set(SIDES)


# --- what changes ----------------------------------------------------------------------------------


def _orders(a: Measures, b: Measures) -> Iterator[Order]:
    old, new = posture_of(a), posture_of(b)
    yaw = _wrapped(b.yaw - a.yaw)
    if abs(yaw) > _YAW and is_upright(new):
        yield Order("turn", "whole body", steps=((_left(yaw), abs(yaw), "deg"),), limb="body", first=True)
    if old.words != new.words and not {old.kind, new.kind} <= _ON_FEET:
        yield Order(new.order, limb="posture", first=True)
    yield from _legs(a, b, old, new)
    yield from _trunk(a, b, old, new)
    yield from _arms(a, b)
    yield from _head(a, b)
    yield from _hands(a, b)


def _wrapped(degrees: float) -> float:
    return (degrees + 180) % 360 - 180


def _left(value: float) -> str:
    return "left" if value > 0 else "right"


def _level(front: float, left: float) -> Iterator[tuple[str, float, str]]:
    """The larger of two turns first; those too small to see are left out."""
    both = [("forward" if front > 0 else "back", abs(front), "deg"), (_left(left), abs(left), "deg")]
    yield from (s for s in sorted(both, key=lambda s: -s[1]) if s[1] > _SWING)


def _trunk(a: Measures, b: Measures, old: Posture, new: Posture) -> Iterator[Order]:
    if is_upright(old) and is_upright(new):
        (front, left), (front_now, left_now) = lean_of(a.direction("torso")), lean_of(b.direction("torso"))
        steps = tuple(_level(_wrapped(front_now - front), left_now - left))
        if steps:
            yield Order("lean", steps=steps, size=max(s[1] for s in steps) / 20, limb="trunk")
    twist = _wrapped(b.turn("torso", "turned") - a.turn("torso", "turned"))
    if _SWING < abs(twist) < _WHOLE_TURN:
        step = (_left(twist), abs(twist), "deg")
        yield Order("twist", "torso", steps=(step,), size=abs(twist) / 25, limb="trunk")


def _head(a: Measures, b: Measures) -> Iterator[Order]:
    turned, bowed, tilted = (_wrapped(b.turn("head", k) - a.turn("head", k)) for k in ("turned", "bowed", "tilted"))
    if _SWING < abs(turned) < _WHOLE_TURN:
        step = (_left(turned), abs(turned), "deg")
        yield Order("turn", "head", steps=(step,), size=abs(turned) / 35, limb="head")
    if max(abs(bowed), abs(tilted)) < _WHOLE_TURN:
        steps = tuple(_level(bowed, tilted))
        if steps:
            yield Order("tilt", "head", steps=steps, size=steps[0][1] / 35, limb="head")


def _hands(a: Measures, b: Measures) -> Iterator[Order]:
    for side in SIDES:
        shape = b.hand_shape(side)
        if shape in _SHAPE_ORDERS and shape != a.hand_shape(side):
            yield Order(_SHAPE_ORDERS[shape], "hand", side, size=0.4, limb=f"{side} arm")


# --- arms ------------------------------------------------------------------------------------------


def _arms(a: Measures, b: Measures) -> Iterator[Order]:
    if arms_crossed(b):
        if not arms_crossed(a):
            yield Order("cross", "arms", limb="arms", size=2.0)
        return
    for side in SIDES:
        shrug = b.offset(f"{side}_shoulder", "spine3", "chest")[1] - a.offset(f"{side}_shoulder", "spine3", "chest")[1]
        swing = a.direction(f"{side}_upper_arm", "chest") - b.direction(f"{side}_upper_arm", "chest")
        if abs(shrug) > 0.025 and np.linalg.norm(swing) < 0.3:
            yield Order("raise" if shrug > 0 else "lower", "shoulder", side, size=0.5, limb=f"{side} shoulder")
        touched = hand_contact(b, side)
        if touched and touched != hand_contact(a, side):
            verb = f"put {{}} on the {touched.replace('opposite', 'other')}"
            yield Order(verb, "hand", side, size=2.0, limb=f"{side} arm")
        elif not touched:
            yield from _arm(a, b, side)


def _arm(a: Measures, b: Measures, side: str) -> Iterator[Order]:
    """One arm that touches nothing: how the upper arm swings, how far the elbow bends, where the hand goes."""
    if not _stirred(a, b, side):
        return
    limb = f"{side} arm"
    elbow, hand = (b.offset(f"{side}_{j}", "pelvis") - a.offset(f"{side}_{j}", "pelvis") for j in _ENDS)
    swing = _swing(a, b, side, limb)
    if swing:
        yield swing
    elif np.linalg.norm(elbow) > _ELBOW and (steps := _steps(elbow, side)):
        yield Order("move", "elbow", side, steps, size=float(np.linalg.norm(elbow)) / 0.25, limb=limb)
    bends = [m.flexion(f"{side}_elbow") for m in (a, b)]
    if abs(bends[1] - bends[0]) > _TURN:
        yield _bend(bends[1] - bends[0], side, "elbow", limb)
    straight = swing is not None and bends[1] < _STRAIGHT and bends[0] < 2 * _STRAIGHT
    if not straight and np.linalg.norm(hand) > _SHIFT and (steps := _steps(hand, side)):
        yield Order("move", "hand", side, steps, size=float(np.linalg.norm(hand)) / 0.25, limb=limb)


def _swing(a: Measures, b: Measures, side: str, limb: str) -> Order | None:
    """Like "raise the left arm forward by 40 degrees", where such words say what the upper arm does."""
    frame = upright_frame(a)
    before, after = (m.direction(f"{side}_upper_arm", frame) for m in (a, b))
    rise = elevation(after) - elevation(before)
    if abs(rise) < _RISE:
        return None
    best: tuple[float, str] = (_FITS, "")
    for words, ways in _BEARINGS.items():
        if words and rise < 0:
            continue  # an arm is lowered, wherever it points
        goal = swung_arm(before, ways, side, elevation(before) + rise)
        off = float(np.degrees(np.arccos(np.clip(goal @ after, -1, 1))))
        if off < best[0] - (2.0 if words else 0.0):
            best = (off, f"{'raise' if rise > 0 else 'lower'} {{}} {words}".strip())
    return Order(best[1], "arm", side, (("", abs(rise), "deg"),), abs(rise) / 40, limb) if best[1] else None


_BEARINGS: Final[dict[str, tuple[str, ...]]] = {  # how the side is said -> the direction words that are read of it
    "": (), "out to the side": ("out",), "forward": ("front",), "back": ("back",),
    "forward and outwards": ("front", "out"),
}  # fmt: skip


def _stirred(a: Measures, b: Measures, side: str) -> bool:
    """Whether an arm did more than hang from its shoulder or go along with its chest."""
    (front, left), (front_now, left_now) = (lean_of(m.direction("torso")) for m in (a, b))
    frame = "heading" if hanging(a, side) and not lies_on(side, (front_now - front, left_now - left)) else "chest"
    shoulder = f"{side}_shoulder"
    moved = [b.offset(f"{side}_{j}", shoulder, frame) - a.offset(f"{side}_{j}", shoulder, frame) for j in _ENDS]
    return bool(max(np.linalg.norm(v) for v in moved) > _SHIFT)


_ENDS: Final = ("elbow", "wrist")


def _steps(shift: np.ndarray, side: str) -> tuple[tuple[str, float, str], ...]:
    """A shift (left, up, front) m as steps, the longest first; a short one has none."""
    if np.linalg.norm(shift) < _SHIFT:
        return ()
    out, far = (shift[0] if side == "left" else -shift[0]), float(np.abs(shift).max())
    named = (
        ("outwards" if out > 0 else "inwards", abs(out)),
        ("up" if shift[1] > 0 else "down", abs(shift[1])),
        ("forward" if shift[2] > 0 else "back", abs(shift[2])),
    )
    return tuple((w, float(v), "m") for w, v in sorted(named, key=lambda s: -s[1]) if v > max(_LEAST, 0.3 * far))


def _bend(change: float, side: str, joint: str, limb: str) -> Order:
    steps = (("", abs(change), "deg"),)
    return Order("bend" if change > 0 else "straighten", joint, side, steps, abs(change) / 45, limb)


# --- legs ------------------------------------------------------------------------------------------


def _legs(a: Measures, b: Measures, old: Posture, new: Posture) -> Iterator[Order]:
    if old.words != new.words and not {old.kind, new.kind} <= _ON_FEET:
        return  # the posture says it
    for side in SIDES:
        limb = f"{side} leg"
        bend = b.flexion(f"{side}_knee") - a.flexion(f"{side}_knee")
        bends = abs(bend) > _TURN
        (front, out), (front_now, out_now) = (swing_of(m.direction(f"{side}_thigh"), side) for m in (a, b))
        # A knee that bends over a foot that stays brings its thigh forward by half of that.
        bears = bends and all(_bears(m, side) for m in (a, b))
        along, aside = _wrapped(front_now - front) * along_share(out), out_now - out
        ends = [m.offset(f"{side}_ankle", f"{side}_hip") for m in (a, b)]
        far = float(np.linalg.norm(ends[1] - ends[0])) > _STEP and not bears
        expected = bend / 2 if bears else 0.0
        if far or abs(along - expected) > _SWING or abs(aside) > _SWING or (bends and not bears):
            steps = tuple(_swing_steps(along, aside))
            if steps:
                yield Order("swing", "leg", side, steps, max(s[1] for s in steps) / 25, limb)
        bends = bends or (far and abs(bend) > _SWING)
        if bends:
            yield _bend(bend, side, "knee", limb)
        yield from _foot(a, b, side)


def _swing_steps(along: float, out: float) -> Iterator[tuple[str, float, str]]:
    far = max(abs(along), abs(out))
    both = (
        ("forward" if along > 0 else "back", abs(along), "deg"),
        ("outwards" if out > 0 else "inwards", abs(out), "deg"),
    )
    yield from (s for s in sorted(both, key=lambda s: -s[1]) if s[1] > (7.0 if s[1] < far else 3.0))


def _bears(m: Measures, side: str) -> bool:
    return m.height(f"{side}_foot_sole", f"{side}_heel") < _DOWN


def _foot(a: Measures, b: Measures, side: str) -> Iterator[Order]:
    """How far the toes turn out."""
    yaws = [np.degrees(np.arctan2(v[0], v[2])) for v in (m.facing(f"{side}_foot") for m in (a, b))]
    level = all(abs(m.facing(f"{side}_foot")[1]) < 0.7 for m in (a, b))
    change = _wrapped(float(yaws[1] - yaws[0]))
    if level and _FOOT < abs(change) < _WHOLE_TURN:
        out = change if side == "left" else -change
        steps = (("outwards" if out > 0 else "inwards", abs(change), "deg"),)
        yield Order("turn", "foot", side, steps, abs(change) / 60, f"{side} leg")
