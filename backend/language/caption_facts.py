"""The statements that a description chooses from: what trunk, arms, legs, head and hands do, each measured and worded.

Words follow PoseScript's classes (Delmas et al., 2022) where it has them. Arms are read in the chest's own axes while
the character lies or hangs, and in its heading's while it is upright, as people speak of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from backend.posecodes.vocabulary import SIDES

from .aims import aim
from .measures import Measures
from .postures import Posture, is_upright

_TOUCH: Final = 0.065  # m between the middles of two regions that touch
_TARGETS: Final = {  # what a hand can be on -> regions ({s}: the hand's side, {o}: the other)
    "hip": ("{s}_hip", "{s}_waist"), "thigh": ("{s}_thigh", "{s}_thigh_outer"), "knee": ("{s}_knee",),
    "shin": ("{s}_shin",),
    "chest": ("chest", "{s}_chest", "{o}_chest"), "belly": ("stomach", "lower_belly"), "chin": ("chin",),
    "mouth": ("mouth",), "face": ("face", "{s}_cheek", "{s}_eye", "{o}_cheek"), "forehead": ("forehead", "{s}_temple"),
    "top of the head": ("head_top",), "ear": ("{s}_ear",), "back of the head": ("head_back", "neck_back"),
    "lower back": ("lower_back",), "opposite shoulder": ("{o}_shoulder",), "opposite elbow": ("{o}_elbow",),
    "opposite upper arm": ("{o}_upper_arm",), "opposite forearm": ("{o}_forearm",), "opposite knee": ("{o}_knee",),
    "foot": ("{s}_foot_top", "{s}_toes", "{s}_ankle"), "opposite foot": ("{o}_foot_top", "{o}_toes", "{o}_ankle"),
}  # fmt: skip
_HAND_PARTS: Final = ("palm", "fingertips", "fist", "hand_back", "index_tip")
_HEAD_TARGETS: Final = ("chin", "mouth", "face", "forehead", "ear", "back of the head", "top of the head")
_FEW_WORDS: Final = 1.6  # see `aim`
_BENDS: Final = ((150, "fully bent"), (110, "sharply bent"), (75, "bent at a right angle"), (45, "bent"))


@dataclass(frozen=True)
class Fact:
    """One worded statement: "the left arm" + " " + "raised overhead".

    side: left or right, "both" once merged, or "" for a central part. key: equal for both sides when they do the same.
    salience: how much it says, 0 to 1. text: what follows "with the left arm" or "The left arm is".
    whole: worded fully ("looking up"), without a part. many: `text` for both sides, where it differs.
    """

    part: str
    side: str
    text: str
    salience: float
    whole: bool = False
    many: str = ""

    def subject(self) -> str:
        """Like "the left arm", "both arms", "the head"."""
        if self.side == "both":
            return f"both {PLURALS.get(self.part, self.part + 's')}"
        return f"the {self.side} {self.part}" if self.side else f"the {self.part}"

    def phrase(self) -> str:
        return self.text if self.whole else f"{self.subject()} {self.text}"


PLURALS: Final = {
    "foot": "feet",
    "knee": "knees",
    "hand": "hands",
    "arm": "arms",
    "leg": "legs",
    "elbow": "elbows",
    "forearm": "forearms",
    "thigh": "thighs",
    "shoulder": "shoulders",
}


def facts_of(m: Measures, posture: Posture) -> list[Fact]:
    """All statements about a pose, the most telling first; symmetric ones merged."""
    found = [*_trunk(m, posture), *_arms(m, posture), *_legs(m, posture), *_head(m, posture), *_hands(m)]
    return sorted(merged(found), key=lambda f: -f.salience)


def merged(facts: list[Fact]) -> list[Fact]:
    """Statements that hold for left and right alike become one about both."""
    out: list[Fact] = []
    for fact in facts:
        twin = next((i for i, f in enumerate(out) if _twins(f, fact)), None)
        if twin is None:
            out.append(fact)
        else:
            out[twin] = replace(
                fact, side="both", text=fact.many or fact.text, salience=max(out[twin].salience, fact.salience) + 0.05
            )
    return out


def _twins(a: Fact, b: Fact) -> bool:
    return a.part == b.part and a.text == b.text and {a.side, b.side} == {"left", "right"}


# --- trunk --------------------------------------------------------------------------------------------------


def _trunk(m: Measures, posture: Posture) -> Iterator[Fact]:
    left, up, front = m.direction("torso")
    if is_upright(posture):
        yield from _lean(
            float(np.degrees(np.arctan2(front, up))), float(np.degrees(np.arctan2(left, np.hypot(up, front))))
        )
    twist = m.turn("torso", "turned")
    if abs(twist) > 15:
        yield Fact(
            "torso", "", f"{_slightly(twist, 30)}twisted to the {_side(twist)}", 0.55 if abs(twist) > 30 else 0.3
        )


def _lean(forward: float, sideways: float) -> Iterator[Fact]:
    """Degrees of the trunk forward of and to the left of upright."""
    if forward > 75:
        yield Fact("torso", "", "bent right over", 0.95, True)
    elif forward > 40:
        yield Fact("torso", "", "bent far forward", 0.9, True)
    elif forward > 14:
        yield Fact("torso", "", f"leaning {_slightly(forward, 24)}forward", 0.6 if forward > 24 else 0.4, True)
    elif forward < -12:
        yield Fact("torso", "", f"leaning {_slightly(forward, 22)}back", 0.65, True)
    if abs(sideways) > 10:
        yield Fact(
            "torso",
            "",
            f"leaning {_slightly(sideways, 18)}to the {_side(sideways)}",
            0.6 if abs(sideways) > 18 else 0.4,
            True,
        )


def _slightly(degrees: float, limit: float) -> str:
    return "slightly " if abs(degrees) < limit else ""


def _side(value: float) -> str:
    return "left" if value > 0 else "right"


# --- arms ---------------------------------------------------------------------------------------------------


def _arms(m: Measures, posture: Posture) -> Iterator[Fact]:
    if m.gap("left_palm", "right_palm") < 0.07:
        yield Fact("hand", "both", f"together {_hands_place(m)}", 0.85)
        return
    if arms_crossed(m):
        yield Fact("arm", "both", "crossed in front of the chest", 0.85)
        return
    for side in SIDES:
        touched = hand_contact(m, side)
        if touched:
            many = (
                touched
                if touched in ("chest", "belly", "chin", "mouth", "face", "forehead", "lower back")
                else _plural(touched)
            )
            where = touched.replace("opposite", _other(side))
            salience = 0.6 if touched == "thigh" else 0.8
            if touched.startswith("opposite"):
                yield Fact("hand", side, f"on the {where}", salience)
            else:
                yield Fact("hand", side, f"on the {where}", salience, many=f"on the {many}")
        else:
            yield from _free_arm(m, side, posture)


def _plural(noun: str) -> str:
    return noun if " of the head" in noun else f"{PLURALS.get(noun, noun + 's')}"


def _other(side: str) -> str:
    return SIDES[1 - SIDES.index(side)]


def hand_contact(m: Measures, side: str) -> str:
    """What a hand is on ("hip", "opposite shoulder"), or ""."""
    best, name = _TOUCH, ""
    for target, regions in _TARGETS.items():
        gap = min(m.gap(f"{side}_{p}", r.format(s=side, o=_other(side))) for p in _HAND_PARTS for r in regions)
        hanging = target == "thigh" and m.direction(f"{side}_arm", "chest")[1] < -0.9 and m.flexion(f"{side}_knee") < 60
        if gap < best and not hanging:
            best, name = gap, target
    return name


def arms_crossed(m: Measures) -> bool:
    """Both elbows bent, the wrists past each other before the chest."""
    bent = all(m.flexion(f"{s}_elbow") > 60 for s in SIDES)
    past = m.offset("left_wrist", "right_wrist", "chest")[0] < 0.06
    near = all(np.linalg.norm(m.offset(f"{s}_hand", f"{_other(s)}_elbow")) < 0.26 for s in SIDES)
    height = m.offset("left_wrist", "spine3", "chest")[1]
    return bool(bent and past and near and -0.3 < height < 0.25 and m.offset("left_wrist", "spine3", "chest")[2] > 0)


def _hands_place(m: Measures) -> str:
    """Where the joined hands are."""
    left, up, front = m.offset("left_wrist", "spine3", "chest")
    del left
    if up > 0.45:
        return "above the head"
    if up > 0.2 and m.offset("left_wrist", "head", "chest")[2] < 0:
        return "behind the head"
    if front < 0:
        return "behind the back"
    height = "face" if up > 0.22 else "chest" if up > -0.2 else "hips"
    return f"in front of the {height}"


def arm_direction(m: Measures, side: str, segment: str, posture: Posture) -> tuple[float, float, float]:
    """(out, up, front) of a segment of an arm in the axes that people would use."""
    frame = "heading" if is_upright(posture) and m.direction("torso")[1] > 0.4 else "chest"
    left, up, front = m.direction(f"{side}_{segment}", frame)
    return (float(left if side == "left" else -left), float(up), float(front))


def _free_arm(m: Measures, side: str, posture: Posture) -> Iterator[Fact]:
    """An arm that touches nothing: by where its hand is, where that tells most, else by where it goes."""
    out, up, front = arm_direction(m, side, "upper_arm", posture)
    elbow = m.flexion(f"{side}_elbow")
    if elbow < 50:
        yield _straight_arm(m, side, posture)
        return
    place = _hand_place(m, side) if front > -0.5 or up > 0 else ""
    if place:
        yield Fact("hand", side, place, 0.72 if up > -0.35 else 0.55)
    bend = next(word for least, word in _BENDS if elbow >= least)
    how = f"with the elbow {bend}", f"with the elbows {bend}"
    if up > -0.35:
        verb = "raised" if up > 0.35 else "lifted"
        where = f"{verb} {aim((out, up, front), cost=_FEW_WORDS)}"
        yield Fact("arm", side, f"{where} {how[0]}", 0.5 if place else 0.75, many=f"{where} {how[1]}")
    else:
        fore = arm_direction(m, side, "forearm", posture)
        yield Fact("forearm", side, f"pointing {aim(fore, cost=_FEW_WORDS)}", 0.3 if place else 0.5)


def _straight_arm(m: Measures, side: str, posture: Posture) -> Fact:
    out, up, front = arm_direction(m, side, "arm", posture)
    if up > 0.9:
        return Fact("arm", side, "raised straight up", 0.85)
    if up < -0.87:
        return Fact("arm", side, "hanging at the side", 0.12, many="hanging at the sides")
    verb, salience = ("raised", 0.85) if up > 0.35 else ("stretched", 0.8) if up > -0.5 else ("pointing", 0.45)
    return Fact("arm", side, f"{verb} {aim((out, up, front), cost=_FEW_WORDS)}", salience)


def _hand_place(m: Measures, side: str) -> str:
    """Where the hand of a bent arm is, when that is telling."""
    left, up, front = m.offset(f"{side}_wrist", "spine3", "chest")
    head = m.offset(f"{side}_wrist", "head", "chest")
    if head[1] > 0.1 and np.linalg.norm(head[::2]) < 0.4:
        return "above the head"
    if abs(head[1]) < 0.15 and np.linalg.norm(head[::2]) < 0.3:
        return "beside the head" if head[2] < 0.08 else "in front of the face"
    if front < -0.08 and up < 0:
        return "behind the back"
    if 0.1 < front < 0.45 and -0.15 < up < 0.2 and abs(left) < 0.2:
        return "in front of the chest"
    return ""


# --- legs ---------------------------------------------------------------------------------------------------


def _legs(m: Measures, posture: Posture) -> Iterator[Fact]:
    if posture.kind in ("standing", "balancing", "crouching", "squatting", "lunging"):
        yield from _stance(m, posture)
        yield from _against(m)
    if posture.kind in (
        "balancing",
        "air",
        "handstand",
        "headstand",
        "shoulderstand",
        "inverted",
        "lying_back",
        "lying_front",
    ):
        for side in SIDES:
            yield from _free_leg(m, side, posture)
    elif posture.kind in ("sitting", "perching", "lying_left", "lying_right"):
        if "crossed" not in posture.words:
            yield from _resting_legs(m)
    elif posture.kind == "standing":
        for side in SIDES:
            knee = m.flexion(f"{side}_knee")
            if knee > 32:
                yield Fact("knee", side, f"{'slightly ' if knee < 50 else ''}bent", 0.5)


def _against(m: Measures) -> Iterator[Fact]:
    """A foot that rests against the other leg."""
    for side in SIDES:
        gaps = {r: m.gap(f"{side}_foot_sole", f"{_other(side)}_{r}") for r in ("thigh_inner", "knee", "calf")}
        region = min(gaps, key=lambda r: gaps[r])
        if gaps[region] < _TOUCH:
            yield Fact("foot", side, f"against the {_other(side)} {region.removesuffix('_inner')}", 0.8)


def _stance(m: Measures, posture: Posture) -> Iterator[Fact]:
    """How the feet stand to each other."""
    left, _, front = m.offset("left_ankle", "right_ankle", "pelvis")
    if left < -0.02 and posture.kind != "balancing":
        yield Fact("legs", "", "crossed", 0.6)
    elif posture.kind in ("standing", "crouching") and abs(front) < 0.25 and left > 0.42:
        yield Fact("feet", "", "wide apart" if left > 0.62 else "apart", 0.5)
    if posture.kind in ("standing", "crouching") and abs(front) > 0.25:
        yield Fact("foot", _side(front), "in front", 0.55)


def _free_leg(m: Measures, side: str, posture: Posture) -> Iterator[Fact]:
    """A leg that bears no weight, by the direction of its thigh from the hips (1: up the trunk)."""
    left, up, front = m.direction(f"{side}_thigh", "pelvis")
    out = left if side == "left" else -left
    knee = m.flexion(f"{side}_knee")
    if posture.kind == "balancing" and posture.words.endswith(f"{side} leg"):
        return
    lifted = up > -0.82
    bend = "" if knee < 45 else " with the knee bent"
    if front > 0.5 and lifted:
        height = "high" if up > 0.2 else "" if up < -0.35 else "to hip height"
        text = f"raised {height} in front" if height != "to hip height" else "raised to hip height"
        yield Fact("knee" if bend else "leg", side, " ".join(text.split()), 0.75)
    elif front < -0.3:
        yield Fact("leg", side, f"stretched back{bend}", 0.7)
    elif out > 0.5 and lifted:
        yield Fact("leg", side, f"raised to the side{bend}", 0.75)
    elif knee > 60:
        yield Fact("knee", side, "bent" + (", the foot behind" if up < -0.8 else ""), 0.55)


def _resting_legs(m: Measures) -> Iterator[Fact]:
    if m.offset("left_ankle", "right_ankle", "pelvis")[0] < 0:
        yield Fact("legs", "", "crossed", 0.6)
    for side in SIDES:
        knee = m.flexion(f"{side}_knee")
        if knee < 35:
            yield Fact("leg", side, "stretched out", 0.5)
        elif knee > 120:
            yield Fact("knee", side, "drawn up", 0.5)


# --- head and hands -----------------------------------------------------------------------------------------


def _head(m: Measures, posture: Posture) -> Iterator[Fact]:
    pitch = float(np.degrees(np.arcsin(np.clip(m.gaze()[1], -1, 1))))
    bowed, turned, tilted = (m.turn("head", motion) for motion in ("bowed", "turned", "tilted"))
    if is_upright(posture) and m.direction("torso")[1] > 0.6:
        if pitch > 17:
            yield Fact("head", "", f"looking {_slightly(pitch, 25)}up", 0.65, True)
        elif pitch < -20:
            yield Fact("head", "", "looking down", 0.6, True)
    elif abs(bowed) > 22:
        yield Fact("head", "", "bowed" if bowed > 0 else "tipped back", 0.5)
    if abs(turned) > 18:
        yield Fact(
            "head", "", f"{_slightly(turned, 30)}turned to the {_side(turned)}", 0.6 if abs(turned) > 30 else 0.5
        )
    if abs(tilted) > 12:
        yield Fact("head", "", f"tilted to the {_side(tilted)}", 0.45)


_SHAPE_WORDS: Final = {
    "fist": "in a fist", "open": "open", "spread": "spread", "point": "pointing", "peace": "making a peace sign",
    "thumbs_up": "giving a thumbs up", "ok": "making an OK sign", "pinch": "pinching", "grip": "gripping",
    "cup": "cupped",
    "claw": "clawed", "rock": "making the horns", "call": "making a call sign", "gun": "making a finger gun",
}  # fmt: skip


def _hands(m: Measures) -> Iterator[Fact]:
    for side in SIDES:
        words = _SHAPE_WORDS.get(m.hand_shape(side))
        if words:
            many = {"in a fist": "in fists"}.get(words, words)
            yield Fact("hand", side, words, 0.5 if words != "open" else 0.3, many=many)
