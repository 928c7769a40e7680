"""Which posture a pose is in: what bears the weight and how the trunk stands. The first word of every description."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from backend.posecodes.ground import BEARERS
from backend.posecodes.vocabulary import SIDES

from .measures import Measures

_DOWN: Final = 0.09  # m; a part this near to the floor is on it
_AIR: Final = 0.08  # m; nothing lower than this: in the air
_FOLDED: Final = 0.3  # cosine of thighs and trunk that lie along each other: folded forward, not lying
_LEVEL: Final = 0.5  # upward component of the trunk below which it counts as level (30 degrees)
_BEHIND_FEET: Final = 0.13  # m; weight further behind the feet than this rests on a seat


@dataclass(frozen=True)
class Posture:
    """kind: one word for rules to go by. words: how a description begins ("kneeling on the right knee").

    order: the instruction that takes this posture ("kneel on the right knee").
    """

    kind: str
    words: str
    order: str


_UPRIGHT: Final = (
    "standing",
    "balancing",
    "lunging",
    "squatting",
    "crouching",
    "kneeling",
    "sitting",
    "perching",
    "air",
)


def is_upright(posture: Posture) -> bool:
    """Whether the trunk's lean is news (lying and all fours say it already)."""
    return posture.kind in _UPRIGHT


def posture_of(m: Measures) -> Posture:
    """The posture of a pose, by the first rule that holds."""
    for rule in (_upside_down, _in_the_air, _lying, _on_hands, _kneeling, _sitting):
        found = rule(m)
        if found is not None:
            return found
    return _on_feet(m)


def down(m: Measures, part: str) -> bool:
    """Whether a bearing part (left_foot, seat, right_knee ...) is on the floor."""
    return m.height(*BEARERS[part]) < _DOWN


def _upside_down(m: Measures) -> Posture | None:
    if m.facing("pelvis_up")[1] > -0.6 or m.offset("head", "pelvis")[1] > -0.1:
        return None
    if down(m, "head_top"):
        return Posture("headstand", "standing on the head", "stand on the head")
    if down(m, "left_hand") or down(m, "right_hand"):
        return Posture("handstand", "standing on the hands", "stand on the hands")
    if down(m, "upper_back"):
        return Posture("shoulderstand", "in a shoulder stand", "go into a shoulder stand")
    return Posture("inverted", "upside down", "go upside down")


def _in_the_air(m: Measures) -> Posture | None:
    if m.lowest < _AIR:
        return None
    return Posture("air", "in the air", "jump")


def _lying(m: Measures) -> Posture | None:
    level = abs(m.direction("torso")[1]) < _LEVEL
    if not level or m.height("pelvis") > 0.30 or m.height("spine3") > 0.38:
        return None
    front, left = m.facing("pelvis")[1], m.facing("pelvis_left")[1]
    folded = min(float(m.direction(f"{s}_thigh") @ m.direction("torso")) for s in SIDES) > _FOLDED
    if folded and min(m.height(f"{s}_buttock") for s in SIDES) < _DOWN:
        return Posture("sitting", "sitting on the ground", "sit on the ground")
    if abs(left) > 0.75:
        side = "left" if left < 0 else "right"
        return Posture(f"lying_{side}", f"lying on the {side} side", f"lie down on the {side} side")
    if front > 0:
        return Posture("lying_back", "lying on the back", "lie down on the back")
    return Posture("lying_front", "lying face down", "lie face down")


def _on_hands(m: Measures) -> Posture | None:
    """Hands (or elbows) and feet or knees on the floor, the trunk lifted."""
    hands = any(m.height(f"{s}_palm", f"{s}_fist", f"{s}_elbow") < _DOWN + 0.03 for s in SIDES)
    torso = m.direction("torso")
    behind = max(float(m.direction(f"{s}_thigh")[2]) for s in SIDES) < -0.6
    if hands and behind and m.height("pelvis") < 0.5 and torso[1] > 0.4:
        words = "face down, propped up on the hands"
        return Posture("propped", f"lying {words}", f"lie {words}")
    if not hands or torso[1] > 0.75 or m.height("left_buttock", "right_buttock") < _DOWN:
        return None
    if m.facing("pelvis")[1] > 0.3:
        return Posture("bridge", "in a bridge", "go into a bridge")
    if all(down(m, f"{s}_knee") for s in SIDES):
        return Posture("fours", "on all fours", "go down on all fours")
    feet = {s: m.height(f"{s}_foot_sole", f"{s}_heel") for s in SIDES}
    if m.height("pelvis") > 0.58 and min(feet.values()) < _DOWN and max(feet.values()) > 0.35:
        return None  # on one leg
    on_legs = max(float(m.direction(f"{s}_leg")[1]) for s in SIDES) < -0.75
    if on_legs or (m.height("pelvis") > 0.58 and m.offset("left_wrist", "left_ankle")[2] < 0.8):
        return Posture("folded", "bending down, the hands on the ground", "bend down and put the hands on the ground")
    if m.offset("pelvis", "neck")[1] > 0.25:
        return Posture(
            "downdog", "on hands and feet with the hips high", "put the hands on the ground and lift the hips"
        )
    straight = all(m.flexion(f"{s}_knee") < 45 for s in SIDES)
    if straight and abs(torso[1]) < 0.6:
        return Posture("plank", "in a plank", "go into a plank")
    return Posture("crawling", "on hands and feet", "go down on hands and feet")


def _kneeling(m: Measures) -> Posture | None:
    knees = [
        s for s in SIDES if down(m, f"{s}_knee") and m.direction(f"{s}_shin")[1] > -0.55 and m.flexion(f"{s}_knee") > 40
    ]
    if not knees or m.height("left_buttock", "right_buttock") < _DOWN or m.direction("torso")[1] < _LEVEL:
        return None
    if len(knees) == 1:
        side = knees[0]
        return Posture("kneeling", f"kneeling on the {side} knee", f"kneel on the {side} knee")
    if all(m.flexion(f"{s}_knee") > 125 for s in SIDES):
        return Posture("kneeling", "kneeling, sitting on the heels", "kneel and sit on the heels")
    return Posture("kneeling", "kneeling on both knees", "kneel down")


def _sitting(m: Measures) -> Posture | None:
    if m.direction("torso")[1] < _LEVEL - 0.15:
        return None
    if m.height("left_buttock", "right_buttock") < _DOWN + 0.03:
        crossed = (
            m.offset("left_ankle", "right_ankle", "pelvis")[0] < 0.03
            and min(m.flexion(f"{s}_knee") for s in SIDES) > 75
        )
        legs = ", the legs crossed" if crossed else ""
        return Posture(
            "sitting",
            f"sitting on the ground{legs}",
            "sit on the ground" + (" with the legs crossed" if crossed else ""),
        )
    thighs = [abs(m.direction(f"{s}_thigh")[1]) for s in SIDES]
    behind = min(m.offset(f"{s}_ankle", "com")[2] for s in SIDES)
    if max(thighs) < 0.55 and behind > _BEHIND_FEET:
        return Posture("perching", "sitting on a seat", "sit down on a seat")
    return None


def _on_feet(m: Measures) -> Posture:
    knees = {s: m.flexion(f"{s}_knee") for s in SIDES}
    feet = [s for s in SIDES if m.height(f"{s}_foot_sole", f"{s}_heel") < _DOWN]
    if len(feet) == 1 and max(m.height(f"{s}_foot_sole", f"{s}_heel") for s in SIDES) > 0.13:
        side = feet[0]
        return Posture("balancing", f"standing on the {side} leg", f"stand on the {side} leg")
    stride = float(m.offset("left_ankle", "right_ankle", "pelvis")[2])
    front = "left" if stride > 0 else "right"
    if abs(stride) > 0.5 and knees[front] > 45:
        return Posture("lunging", f"lunging with the {front} leg in front", f"lunge with the {front} leg in front")
    if min(knees.values()) > 95:
        return Posture("squatting", "squatting", "squat")
    if min(knees.values()) > 68:
        return Posture("crouching", "crouching", "crouch")
    return Posture("standing", "standing", "stand up")
