"""A pose in full: enough said, in plain sentences, to pose it again. Every figure is one that `exact` reads.

Directions are those of the character's heading, as for a body that stands; degrees and cm are rounded to fives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.posecodes.vocabulary import SIDES

from .aims import Triple, aim
from .caption_facts import Fact
from .exact_limbs import bent_ways
from .measures import Measures
from .postures import Posture, is_upright

_STRAIGHT: Final = 20.0  # deg; a joint that is bent less counts as straight
_AT_EASE: Final = 0.94  # cosine; an arm whose two parts are this near to hanging at ease hangs
_NO_NECK: Final = 80  # deg; no head tilts or bows further, however the angles of a broken pose come out
_PREDICTED: Final = 0.978  # cosine; parts of a limb this near to what its bend makes one expect need no words
_BENDS: Final = (
    (135, "fully bent"), (105, "sharply bent"), (75, "bent at a right angle"), (45, "bent"), (0, "slightly bent"),
)  # fmt: skip
_TOLD: Final = 9.0  # deg; trunk and head are said to be upright where they lean or turn less
_OF_ARMS: Final = frozenset(("arm", "forearm", "elbow", "hand"))
_OF_LEGS: Final = frozenset(("leg", "legs", "knee", "thigh", "foot", "feet"))
_LIES: Final = {  # how torso and chest are in a posture that says it: directions (left, up, front)
    "lying_back": ((0, 0, -1), (0, 1, 0)),
    "lying_front": ((0, 0, 1), (0, -1, 0)),
    "fours": ((0, 0, 1), (0, -1, 0)),
}
_ALIKE: Final = 0.975  # cosine; a limb this near to the mean of both sides does the same as the other
_DOWN: Final = 0.06  # m; skin this near to the ground is on it
_HANGING: Final = (np.array([0.16, -0.99, -0.04]), np.array([0.05, -0.97, 0.22]))  # upper arm, forearm at ease
_HEIGHT_OF_FOOT: Final = 0.08  # m; a foot lower than this is as good as on the ground


PARTS: Final = {"arm": ("elbow", "upper_arm", "forearm"), "leg": ("knee", "thigh", "shin")}


@dataclass(frozen=True)
class _Limb:
    """An arm or leg. bend: deg; ways: (out, up, front) of the whole and of its two parts; eased: an arm that hangs."""

    limb: str
    bend: float
    ways: tuple[np.ndarray, ...]
    eased: bool = False

    @property
    def straight(self) -> bool:
        return self.bend < _STRAIGHT

    @property
    def simple(self) -> bool:
        """Whether the way of the whole limb and the bend tell how its parts go."""
        if self.bend > (50 if self.limb == "arm" else 65):
            return False
        guess = bent_ways(self.ways[0], self.bend, "left", self.limb)
        return min(float(np.dot(a, b)) for a, b in zip(guess, self.ways[1:], strict=True)) > _PREDICTED

    def says(self, other: _Limb) -> bool:
        """Whether what is said of this one holds for the other."""
        if self.eased or other.eased:
            return self.eased and other.eased
        if self.straight != other.straight or abs(self.bend - other.bend) > 8:
            return False
        mine, its = (limb.ways[:1] if self.straight else limb.ways[1:] for limb in (self, other))
        return min(float(np.dot(a, b)) for a, b in zip(mine, its, strict=True)) > _ALIKE


def everything(m: Measures, posture: Posture, facts: list[Fact]) -> str:
    """The pose in sentences: the trunk, then arms with hands and legs with feet, the more telling first, the head."""
    arms = [*limbs(m, posture, "arm"), *_hands(m, facts)]
    against = [f"{f.subject()} is {f.text}" for f in facts if f.part == "foot" and f.text.startswith("against")]
    legs = [*limbs(m, posture, "leg"), *against, *_ground(m, posture)]
    limbs_told = [*legs, *arms] if _telling(facts, _OF_LEGS) > _telling(facts, _OF_ARMS) else [*arms, *legs]
    said = [*_trunk(m, posture), *limbs_told, *_head(m)]
    return " ".join(f"{s[:1].upper()}{s[1:]}." for s in said)


def _telling(facts: list[Fact], parts: frozenset[str]) -> float:
    return max((f.salience for f in facts if f.part in parts), default=0.0)


# --- trunk ----------------------------------------------------------------------------------------------------


def _trunk(m: Measures, posture: Posture) -> Iterator[str]:
    left, up, front = (float(v) for v in m.direction("torso"))
    start = posture.words
    if posture.kind == "air":
        start = f"in the air, {max(5, fives(100 * m.lowest))} cm off the ground"
    turns = list(_spine(m))
    if is_upright(posture):
        lean = _joined_numbers(list(_leaning(left, up, front)))
        bent = posture.kind in ("crouching", "squatting", "lunging")  # of which one expects a lean
        told = ([f"leaning {lean}"] if lean else ["upright"] if bent else []) + turns
        upright = f"{start} upright" if start in ("standing", "sitting on a seat", "sitting on the ground") else start
        yield f"{start}, the torso {_listed(told)}" if told else upright
        return
    yield start
    chest = m.facing("chest")
    if posture.kind in _LIES:
        along, faced = _LIES[posture.kind]
        if float(np.dot(along, (left, up, front))) > _AT_EASE and float(np.dot(faced, chest)) > 0.85 and not turns:
            return
    told = [f"points {aim((left, up, front), limb=False)}", *(f"it is {t}" for t in turns[:1]), *turns[1:]]
    yield f"the torso {_listed(told)}"
    yield f"the chest faces {aim((float(chest[0]), float(chest[1]), float(chest[2])), limb=False)}"


def _leaning(left: float, up: float, front: float) -> Iterator[tuple[int, str]]:
    """Degrees of the trunk's lean and where to."""
    forward = told_degrees(np.degrees(np.arctan2(front, up)))
    aside = told_degrees(np.degrees(np.arcsin(np.clip(left, -1, 1))))
    if forward:
        yield abs(forward), "forward" if forward > 0 else "back"
    if aside:
        yield abs(aside), f"to the {_side(aside)}"


def _joined_numbers(parts: list[tuple[int, str]]) -> str:
    """Like "15 degrees forward and 10 to the left"."""
    told = [f"{degrees} degrees {way}" if not k else f"{degrees} {way}" for k, (degrees, way) in enumerate(parts)]
    return " and ".join(told)


def _spine(m: Measures) -> Iterator[str]:
    """How the chest stands on the pelvis."""
    turned, tilted, bowed = (told_degrees(m.turn("torso", motion)) for motion in ("turned", "tilted", "bowed"))
    if abs(bowed) < 80:  # folded in two, a turn has no meaning
        if turned:
            yield f"turned {abs(turned)} degrees to the {_side(turned)}"
        if abs(tilted) >= 15:
            yield f"tilted {abs(tilted)} degrees to the {_side(tilted)}"
    if bowed >= 15:
        yield f"rounded {bowed} degrees forward"
    elif bowed <= -15:
        yield f"arched {-bowed} degrees back"


# --- arms and legs ----------------------------------------------------------------------------------------------


def _limb(m: Measures, sides: tuple[str, ...], limb: str) -> _Limb:
    """One limb, or what both do on average."""
    hinge, upper, lower = PARTS[limb]
    ways = [
        np.mean([_sided(m.direction(f"{side}_{part}"), side) for side in sides], axis=0)
        for part in (limb, upper, lower)
    ]
    ways = [way / max(float(np.linalg.norm(way)), 1e-6) for way in ways]
    near = [float(np.dot(way, ease / np.linalg.norm(ease))) for way, ease in zip(ways[1:], _HANGING, strict=True)]
    bend = float(np.mean([m.flexion(f"{side}_{hinge}") for side in sides]))
    return _Limb(limb, bend, tuple(ways), limb == "arm" and min(near) > _AT_EASE)


def _sided(vector: np.ndarray, side: str) -> Triple:
    """(left, up, front) as (out, up, front) of a side."""
    return (float(vector[0] if side == "left" else -vector[0]), float(vector[1]), float(vector[2]))


def limbs(m: Measures, posture: Posture, limb: str, *, cost: float = 1.0) -> list[str]:
    """A sentence for each side, or one for both. cost: 1 for figures, more for fewer words and none."""
    left, right, both = (_limb(m, sides, limb) for sides in (("left",), ("right",), SIDES))
    lying = posture.kind.removeprefix("lying_") if posture.kind in ("lying_back", "lying_front") else ""
    upright = float(m.direction("torso")[1]) > 0.7
    if both.says(left) and both.says(right):
        return [_told(both, "both", cost, lying, upright)]
    ways = {aim(each.ways[0], cost=cost, lying=lying) for each in (left, right)}
    if len(ways) == 1 and not any(each.straight or each.eased or not each.simple for each in (left, right)):
        hinge = PARTS[limb][0]
        first, second = (_bent(each.bend, cost) for each in (left, right))
        second = second.removeprefix("bent ") if cost <= 1 else second
        return [f"both {limb}s point {ways.pop()}, the left {hinge} {first} and the right {hinge} {second}"]
    return [_told(each, side, cost, lying, upright) for each, side in zip((left, right), SIDES, strict=True)]


def _told(it: _Limb, side: str, cost: float, lying: str, upright: bool) -> str:
    """Like "the left arm is raised out and up with the elbow bent 95 degrees, the forearm pointing forward"."""
    many = "s" if side == "both" else ""
    whose, be = ("both", "are") if many else (f"the {side}", "is")
    hinge, upper, lower = (part.replace("_", " ") for part in PARTS[it.limb])
    whole, first, second = (aim(way, cost=cost, lying=lying) for way in it.ways)
    bent = _bent(it.bend, cost)
    height = float(it.ways[0 if it.straight else 1][1])
    if it.eased:
        where = f"at the side{many}" if upright else "down"
        return f"{whose} arm{many} hang{'' if many else 's'} {where}"
    if it.straight:
        way = f"straight, pointing {whole}" if height < -0.8 else f"stretched {whole}"
        if lying and it.limb == "leg" and whole == "towards the feet":
            way = "stretched out"
        elif way.startswith("stretched") and not {"and", "towards"} & set(whole.split()):
            way = f"stretched straight {whole}"
        return f"{whose} {it.limb}{many} {be} {way}"
    if it.simple:
        return f"{whose} {it.limb}{many} point{'' if many else 's'} {whole}, the {hinge}{many} {bent}"
    lower_part = f"the {lower}{many} pointing {second}"
    if it.limb == "arm" and float(np.dot(it.ways[1], _HANGING[0])) > _AT_EASE:
        return f"{whose} {hinge}{many} {be} {bent}, {lower_part}"
    if height > -0.5 and it.limb == "arm":
        verb = "raised" if height > 0.35 else "lifted"
        return f"{whose} arm{many} {be} {verb} {first} with the elbow{many} {bent}, {lower_part}"
    if height > -0.5 and it.ways[1][2] > 0.3:
        return f"{whose} knee{many} {be} raised {first}, {bent}, {lower_part}"
    join = "," if "and" in first else " and"
    parts = f"the {upper}{many} pointing {first}{join} the {lower}{many} {second}"
    return f"{whose} {hinge}{many} {be} {bent}, {parts}"


def _bent(bend: float, cost: float) -> str:
    """In degrees, or in few words."""
    return f"bent {fives(bend)} degrees" if cost <= 1 else bend_words(bend)


def bend_words(bend: float) -> str:
    """PoseScript's classes of bends."""
    return next(words for least, words in _BENDS if bend >= least)


def _hands(m: Measures, facts: list[Fact]) -> Iterator[str]:
    """What the hands are on, how far apart they are, and their shapes."""
    yield from (f"{f.subject()} {_are(f)} {f.text}" for f in facts if f.part == "hand" and _places(f))
    hanging = all(_limb(m, (side,), "arm").eased for side in SIDES)
    if not hanging and not any(f.part == "hand" and "together" in f.text for f in facts):
        yield from _spacing(m, "hands", "left_hand", "right_hand")
    yield from (f"{f.subject()} {_are(f)} {f.text}" for f in facts if f.part == "hand" and f.text in SHAPES)


SHAPES: Final = frozenset(
    (
        "in a fist", "in fists", "open", "spread", "pointing", "making a peace sign", "giving a thumbs up", "gripping",
        "making an OK sign", "pinching", "cupped", "clawed", "making the horns", "making a call sign",
        "making a finger gun",
    )
)  # fmt: skip


def _places(fact: Fact) -> bool:
    return fact.text.startswith(("on the ", "together"))


def _are(fact: Fact) -> str:
    return "are" if fact.side == "both" else "is"


def _spacing(m: Measures, pair: str, left: str, right: str) -> Iterator[str]:
    """Like "the hands are 45 cm apart, the left one 10 cm above and 15 cm in front of the right one"."""
    offset = m.offset(left, right)
    up, front = (fives(100 * float(v)) for v in offset[1:])
    apart = fives(100 * float(np.linalg.norm(offset)))
    steps = [(up, "above", "below"), (front, "in front of", "behind")]
    least = max(10, 0.6 * max(abs(up), abs(front)))
    told = [f"{abs(v)} cm {plus if v > 0 else minus}" for v, plus, minus in steps if abs(v) >= least]
    if apart:
        text = f"the {pair} are {apart} cm apart"
        yield f"{text}, the left one {_listed(told)} the right one" if told else text


# --- ground and head ----------------------------------------------------------------------------------------------


def _ground(m: Measures, posture: Posture) -> Iterator[str]:
    """How the feet stand and how far apart, and what else is on the ground."""
    spacing = "".join(_spacing(m, "feet", "left_ankle", "right_ankle"))
    left, right = ("" if posture.kind == "air" else _foot(m, side) for side in SIDES)
    if left and left == right:
        yield f"both feet are {_plural(left)}{spacing.replace('the feet are', ',').replace(' ,', ',')}"
    else:
        if spacing:
            yield spacing
        told = [f"the {side} foot is {state}" for side, state in zip(SIDES, (left, right), strict=True) if state]
        if told:
            yield ", ".join(told).replace(", the right foot is", " and the right one")
    for part in ("knee", "hand"):
        regions = ("palm", "fingertips") if part == "hand" else ("knee",)
        down = [side for side in SIDES if m.height(*(f"{side}_{r}" for r in regions)) < _DOWN]
        if down and posture.kind != "air":
            yield f"both {part}s are on the ground" if len(down) == 2 else f"the {down[0]} {part} is on the ground"


def _plural(state: str) -> str:
    return state.replace("its heel", "their heels").replace("its", "their")


def _foot(m: Measures, side: str) -> str:
    """How a foot stands: flat, on its toes, on its heel, or above the ground."""
    ball, heel = m.height(f"{side}_foot_sole", f"{side}_toes"), m.height(f"{side}_heel")
    if min(ball, heel) > _HEIGHT_OF_FOOT:
        return "" if min(ball, heel) > 0.5 else f"{fives(100 * m.height(f'{side}_foot_sole'))} cm above the ground"
    if abs(heel - ball) < 0.05:
        return "flat on the ground"
    return "on its toes" if heel > ball else "on its heel"


def _head(m: Measures) -> Iterator[str]:
    """How the head stands on the chest, in degrees; where it is neither turned nor tilted the gaze says it."""
    turned, tilted, bowed = (told_degrees(m.turn("head", motion)) for motion in ("turned", "tilted", "bowed"))
    told = [f"turned {abs(turned)} degrees to the {_side(turned)}"] if turned else []
    if max(abs(tilted), abs(bowed)) > _NO_NECK:
        tilted = bowed = 0
    told += [f"tilted {abs(tilted)} degrees to the {_side(tilted)}"] if tilted else []
    if told:
        told += [f"bowed {bowed} degrees" if bowed > 0 else f"tipped back {-bowed} degrees"] if abs(bowed) > 10 else []
        yield f"the head is {_listed(told)}"
        return
    gaze = m.gaze()
    looks = aim((float(gaze[0]), float(gaze[1]), float(gaze[2])), limb=False)
    yield "looking straight ahead" if looks == "forward" else f"looking {looks}"


# --- words ----------------------------------------------------------------------------------------------------


def fives(value: float) -> int:
    """Rounded to fives."""
    return 5 * round(float(value) / 5)


def told_degrees(value: float) -> int:
    """Rounded to fives; 0 where it is not worth saying."""
    return fives(value) if abs(value) >= _TOLD else 0


def _side(value: float) -> str:
    return "left" if value > 0 else "right"


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


__all__ = ["SHAPES", "bend_words", "everything", "fives", "limbs"]
