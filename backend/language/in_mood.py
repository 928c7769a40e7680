"""A program in a mood: measured on a draft, then trunk, head, shoulders and free limbs move on from there.

What was said in so many words stays as it was said, and so do limbs that touch something or bear weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from backend.body.rotations import rotation_between, rotmat_to_rotvec, rotvec_to_rotmat
from backend.posecodes import Posecode, Program
from backend.posecodes.angle import Angle
from backend.posecodes.balance import Balance
from backend.posecodes.direction import Direction
from backend.posecodes.facing import Facing
from backend.posecodes.finger import Finger
from backend.posecodes.gaze import Gaze
from backend.posecodes.ground import Airborne, Support
from backend.posecodes.hand import Hand
from backend.posecodes.motion import Motion
from backend.posecodes.turn import Turn
from backend.posecodes.vocabulary import SIDES

from .compose import limb_slots
from .ease import at_ease
from .measures import Measures
from .modifiers import Modifier, Mood

_UPRIGHT: Final = 0.3  # of 1: a trunk that points up less than this lies, hangs or stands on its head
_CHORD: Final = 0.6  # deg of the line from pelvis to neck for a degree that the chest bows on the pelvis
_STRIDES: Final = 12.0  # deg between the thighs of a body that is on its way
_MOST_OUT: Final = 25.0  # deg by which an arm reaches further at most
_ELBOW: Final = 145.0  # deg: a fully bent elbow
_KNEES: Final = 120.0  # deg: knees of a body on its feet bend no further for a mood
_FREE_HANDS: Final = frozenset(("relaxed", "resting"))  # shapes that say nothing
_LEFT, _UP, _FRONT = np.eye(3)


@dataclass(frozen=True)
class _Limbs:
    """What the moods may move: arms that are free, hands without a task, legs of a body on its feet."""

    arms: tuple[str, ...]
    hands: tuple[str, ...]
    legs: tuple[str, ...]
    trunk: bool
    head: bool


def in_moods(program: Program, asked: Program, moods: Sequence[Mood], draft: Measures) -> Program:
    """The program with what moods change of it.

    Args:
        asked: the part of the program that was said in so many words.
        draft: a body that carries out the program, at least in its directions.
    """
    effect = added(moods)
    free = _free(program, asked, draft)
    codes: list[Posecode] = []
    if free.trunk:
        codes += trunk(effect, draft)
    if free.head:
        codes += head(effect, draft, _gaze(draft, program))
    for side in SIDES:
        codes += shoulder(effect, draft, side)
    for side in free.arms:
        codes += arm(effect, draft, side)
    if effect.hands:
        codes += [Hand(side, effect.hands) for side in free.hands]
    if len(free.legs) == 2:
        codes += legs(effect, draft, program)
    supports = [c for c in program if isinstance(c, Support)]
    if effect.tiptoe and len(free.legs) == 2 and supports:
        codes += _on_toes(supports)
    return _over(program, codes)


def added(moods: Sequence[Mood]) -> Modifier:
    """All moods as one: effects add up by strength, the first shape of hands counts, strides multiply."""
    total: dict[str, float] = {}
    for f in fields(Modifier):
        if f.type == "float" and f.name != "stride":
            total[f.name] = sum(getattr(m.modifier, f.name) * m.strength for m in moods)
    stride = float(np.prod([m.modifier.stride**m.strength for m in moods]))
    hands = next((m.modifier.hands for m in moods if m.modifier.hands and m.strength > 0.4), "")
    tiptoe = any(m.modifier.tiptoe and m.strength > 0.4 for m in moods)
    return Modifier("", {}, **total, stride=stride, hands=hands, tiptoe=tiptoe)


# --- what is free ---------------------------------------------------------------------------------------


def _free(program: Program, asked: Program, m: Measures) -> _Limbs:
    said = frozenset(slot for c in asked if not isinstance(c, Support) for slot in limb_slots(c))
    bearing = {p for c in program if isinstance(c, Support) for p in c.parts}
    fixed = {slot for c in program if not isinstance(c, _PLAIN) for slot in limb_slots(c)}
    fixed |= {f"{s}_arm" for s in SIDES if bearing & {f"{s}_{p}" for p in _ARM_BEARERS}}
    shaped = {c.side for c in program if isinstance(c, Finger)}
    shaped |= {c.side for c in program if isinstance(c, Hand) and c.shape not in _FREE_HANDS}
    arms = tuple(s for s in SIDES if f"{s}_arm" not in said | fixed)
    hands = tuple(s for s in SIDES if s not in shaped and f"{s}_fingers" not in said and f"{s}_arm" not in fixed)
    gazes = any(isinstance(c, Gaze) and c.toward is None for c in program)
    return _Limbs(
        arms,
        hands,
        tuple(s for s in SIDES if f"{s}_leg" not in said | fixed) if _on_feet(bearing, program, m) else (),
        "torso" not in said and float(m.direction("torso")[1]) > _UPRIGHT,
        "head" not in said and not gazes,
    )


_PLAIN: Final = (Direction, Angle, Facing, Hand, Finger, Gaze, Turn, Support, Airborne, Balance)
_ARM_BEARERS: Final = ("hand", "fist", "fingers", "elbow", "forearm")


def _on_feet(bearing: set[str], program: Program, m: Measures) -> bool:
    """Whether the body stands, walks or jumps: nothing but feet bears, and the thighs point down."""
    feet = {f"{s}_{p}" for s in SIDES for p in ("foot", "toes", "heel")}
    down = all(float(m.direction(f"{s}_thigh")[1]) < -0.3 for s in SIDES)
    upright = float(m.direction("torso")[1]) > _UPRIGHT
    return down and upright and bearing <= feet and not any(isinstance(c, Airborne) for c in program)


# --- trunk, head and shoulders --------------------------------------------------------------------------


def trunk(e: Modifier, m: Measures) -> Program:
    """The chest bowed, tilted and twisted on the pelvis, and the line of the trunk leaned."""
    codes: list[Posecode] = []
    if e.curl:
        codes.append(Turn("torso", "bowed", _within(m.turn("torso", "bowed") + e.curl, -45, 75)))
    if e.sway:
        codes.append(Turn("torso", "tilted", _within(m.turn("torso", "tilted") + e.sway, -45, 45)))
    if e.twist:
        now = m.turn("torso", "turned")
        further = -e.twist if now < -5 else e.twist  # a body that is twisted already twists on
        codes.append(Turn("torso", "turned", _within(now + further, -45, 45)))
    lean = max(e.lean, 0.0) if _walks(m) else e.lean  # who is on the way does not lean back
    forward, aside = lean + _CHORD * e.curl, _CHORD * e.sway
    if forward or aside:
        line = _turned(_turned(m.direction("torso"), _LEFT, forward), _FRONT, -aside)
        codes.append(_pointing("torso", line))
    return tuple(codes)


def head(e: Modifier, m: Measures, gaze: np.ndarray) -> Program:
    """The gaze (3,) raised or lowered from where it goes, and the head tilted."""
    codes: list[Posecode] = []
    if e.head:
        aside = np.cross(_UP, gaze * np.array([1.0, 0.0, 1.0]))
        axis = aside / np.linalg.norm(aside) if np.linalg.norm(aside) > 0.2 else _LEFT
        codes.append(Gaze(toward=_triple(_turned(gaze / np.linalg.norm(gaze), axis, e.head))))
    if e.head_tilt:
        codes.append(Turn("head", "tilted", _within(m.turn("head", "tilted") + e.head_tilt, -35, 35)))
    return tuple(codes)


def _gaze(m: Measures, program: Program) -> np.ndarray:
    """(3,) where a program lets the body look: ahead and level where an upright one is told nothing else."""
    said = next((c.toward for c in program if isinstance(c, Gaze)), None)
    turned = any(isinstance(c, Turn) and c.part == "head" for c in program)
    gaze = np.array(said, float) if said is not None else m.gaze()
    level = gaze * np.array([1.0, 0.0, 1.0])
    told = said is not None or turned or float(m.direction("torso")[1]) <= _UPRIGHT
    return gaze if told or np.linalg.norm(level) < 0.2 else level


def shoulder(e: Modifier, m: Measures, side: str) -> Program:
    """The shoulder raised and drawn forward; that of a raised arm is where the arm needs it."""
    if float(m.direction(f"{side}_upper_arm")[1]) > 0.2:
        return ()
    codes: list[Posecode] = []
    for name, by, low, high in (("elevation", e.collars, -9, 34), ("protraction", e.forward, -17, 27)):
        if by:
            code = Motion(f"{side}_collar_{name}", 0.0)
            codes.append(Motion(code.motion, _within(code.value(m.body) + by, low, high)))
    return tuple(codes)


# --- limbs ------------------------------------------------------------------------------------------------


def arm(e: Modifier, m: Measures, side: str) -> Program:
    """Both segments of a free arm: sunk towards hanging or reaching further, away from the body, the elbow bent on."""
    upper, fore = m.direction(f"{side}_upper_arm"), m.direction(f"{side}_forearm")
    if e.drop > 0:
        upper, fore = (
            _towards(d, at_ease(side, s), min(e.drop, 0.8)) for d, s in ((upper, "upper_arm"), (fore, "forearm"))
        )
    elif e.drop < 0:
        step = _between(at_ease(side, "upper_arm"), upper)
        by = min(float(np.linalg.norm(step)) * -e.drop, np.radians(_MOST_OUT))
        turn = rotvec_to_rotmat(step / max(float(np.linalg.norm(step)), 1e-9) * by)
        upper, fore = turn @ upper, turn @ fore
    out = (1.0 if side == "left" else -1.0) * e.arms_out * float(np.clip((0.4 - upper[1]) / 0.8, 0.0, 1.0))
    upper, fore = _turned(upper, _FRONT, out), _turned(fore, _FRONT, out)
    fore = _bent(upper, fore, e.elbows)
    return (_pointing(f"{side}_upper_arm", upper), _pointing(f"{side}_forearm", fore))


def _bent(upper: np.ndarray, fore: np.ndarray, by: float) -> np.ndarray:
    """(3,) the forearm's direction with the elbow bent further by degrees, in the plane that it bends in."""
    angle = float(np.degrees(np.arccos(np.clip(upper @ fore, -1, 1))))
    plane = np.cross(upper, fore)
    if angle < 8:  # nearly straight: it bends to the front
        plane = np.cross(upper, _FRONT)
    if np.linalg.norm(plane) < 1e-6:
        return fore
    return _turned(fore, plane / np.linalg.norm(plane), float(np.clip(angle + by, 0, _ELBOW)) - angle)


def legs(e: Modifier, m: Measures, program: Program) -> Program:
    """Strides longer or shorter, knees bent on, legs further apart; the weight on one foot of a body that stands."""
    ahead, walks = _ahead(m), _walks(m)
    bears = {p for c in program if isinstance(c, Support) for p in c.parts}
    both = not bears or all(any(p.startswith(s) for p in bears) for s in SIDES)
    codes: list[Posecode] = []
    for side in SIDES:
        thigh, shin = m.direction(f"{side}_thigh"), m.direction(f"{side}_shin")
        if walks:
            thigh, shin = (_turned(d, _LEFT, -ahead[side] * (e.stride - 1.0)) for d in (thigh, shin))
        flexion = m.flexion(f"{side}_knee")
        more = float(np.clip(flexion + e.knees, 0, max(_KNEES, flexion))) - flexion
        thigh, shin = _turned(thigh, _LEFT, -0.5 * more), _turned(shin, _LEFT, 0.5 * more)
        if both and not walks:
            out = e.legs_out if side == "left" else -e.legs_out
            thigh, shin = _turned(thigh, _FRONT, out), _turned(shin, _FRONT, out)
        codes += [_pointing(f"{side}_thigh", thigh), _pointing(f"{side}_shin", shin)]
    if e.weight > 0.05 and both and not walks:
        codes.append(Balance(("left_foot", "right_foot"), round(min(0.5 + e.weight, 1.0), 2)))
    return tuple(codes) if e.knees or e.legs_out or e.weight or (walks and e.stride != 1.0) else ()


def _ahead(m: Measures) -> dict[str, float]:
    """Degrees by which each thigh is ahead of the vertical."""
    return {s: float(np.degrees(np.arctan2(d[2], -d[1]))) for s in SIDES for d in [m.direction(f"{s}_thigh")]}


def _walks(m: Measures) -> bool:
    """Whether the thighs are in a stride."""
    ahead = _ahead(m)
    return abs(ahead["left"] - ahead["right"]) > _STRIDES


def _on_toes(supports: Iterable[Support]) -> Program:
    """What bears, with toes for feet."""
    return tuple(Support(tuple(p.replace("_foot", "_toes") for p in c.parts), c.height) for c in supports)


# --- putting it over the program --------------------------------------------------------------------------


def _over(program: Program, codes: Sequence[Posecode]) -> Program:
    """The program without what the codes say anew, followed by them."""
    anew = {_about(c) for c in codes}
    segments = {c.segment for c in codes if isinstance(c, Direction)}
    gone = {
        s.replace("upper_arm", "arm").replace("thigh", "leg") for s in segments if s.endswith(("upper_arm", "thigh"))
    }
    hinges = {
        s.replace("forearm", "elbow").replace("shin", "knee") for s in segments if s.endswith(("forearm", "shin"))
    }
    kept = [
        c
        for c in program
        if _about(c) not in anew
        and not (isinstance(c, Direction) and c.segment in gone)
        and not (isinstance(c, Angle) and c.joint in hinges)
    ]
    return (*kept, *codes)


def _about(code: Posecode) -> tuple[str, ...]:
    """What a statement is about, without its figures."""
    if isinstance(code, Gaze):
        return ("gaze",)
    if isinstance(code, Support):
        return ("support", str(code.height > 0))
    if isinstance(code, Hand):
        return ("hand", code.side)
    names = (str(v) for k, v in sorted(vars(code).items()) if isinstance(v, str) and k not in ("compare", "frame"))
    return (code.kind, *names)


def _between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(3,) rotation vector, rad, that takes unit vector a to b."""
    return np.asarray(rotmat_to_rotvec(rotation_between(a, b)))


def _towards(now: np.ndarray, goal: np.ndarray, share: float) -> np.ndarray:
    return np.asarray(rotvec_to_rotmat(_between(now, goal) * share) @ now)


def _turned(direction: np.ndarray, axis: np.ndarray, degrees: float) -> np.ndarray:
    """(3,) a direction turned about a unit axis, right-handed in (left, up, front)."""
    return np.asarray(rotvec_to_rotmat(axis * np.radians(degrees)) @ direction) if degrees else direction


def _pointing(segment: str, direction: np.ndarray) -> Direction:
    return Direction(segment, _triple(direction))


def _triple(v: np.ndarray) -> tuple[float, float, float]:
    x, y, z = (round(float(c), 4) for c in v)
    return (x, y, z)


def _within(value: float, low: float, high: float) -> float:
    return round(float(np.clip(value, low, high)), 1)
