"""Edits of head and trunk: turn, tilt, bow, look, twist, lean; moods; a turn of the whole body."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import numpy as np

from backend.posecodes import Program
from backend.posecodes.direction import Direction
from backend.posecodes.gaze import Gaze
from backend.posecodes.turn import Turn
from backend.posecodes.vocabulary import SIDES

from .edit_change import Change, joints, pointing
from .edit_stance import planted, standing_legs
from .edit_words import Clause
from .in_mood import added, arm, head, shoulder, trunk
from .lexicon import STOP
from .measures import Measures
from .modifiers import find_moods
from .tokens import tokens_of

_HEAD_USUAL: Final = {"turned": 40.0, "tilted": 20.0, "bowed": 25.0}  # deg
_HEAD_MOST: Final = {"turned": 75.0, "tilted": 38.0, "bowed": 50.0}
_LEAN_USUAL, _BEND_USUAL, _LEAN_MOST = 22.0, 42.0, 100.0  # deg
_CHORD: Final = 1.4  # deg of the chest on the pelvis for a degree of the trunk's lean
_SPINE_REACH: Final = 50.0  # deg that the spine alone leans; beyond it the hips do
_LOOKS: Final = {
    "up": (0, 0.75, 0.7),
    "down": (0, -0.7, 0.7),
    "left": (0.9, 0, 0.45),
    "right": (-0.9, 0, 0.45),
    "front": (0, 0, 1),
    "back": (0.9, 0, -0.4),
}
_MOOD_VERB: Final = re.compile(
    r"^(?:look|looks|be|seem|appear|feel|act|make (?:it|this|the pose)|more|a (?:bit|little) more|much more)\b"
)


def edit_trunk(clause: Clause, m: Measures) -> Change | None:
    """The change that an instruction about head, trunk or the whole body makes; None where it is not understood."""
    return edit_mood(clause, m) or _look(clause, m) or _head(clause, m) or _trunk(clause, m)


# --- head ------------------------------------------------------------------------------------------


def _look(clause: Clause, m: Measures) -> Change | None:
    """Where to look: a direction, or more of one."""
    facing = re.match(r"(?:face|turn (?:to|towards?)) (?:the )?(?:camera|viewer|front|audience)\b", clause.text)
    if facing:
        return Change((Gaze(toward=(0.0, 0.0, 1.0)),), joints("head"))
    if clause.action != "look" and not (clause.has("eyes") and clause.ways):
        return None
    if re.search(r"\bhands?\b|\bfoot|\bfeet|\bknee|\bground|\bfloor|\bsky|\bceiling|shoulder", clause.text):
        return _look_at(clause)
    ways = tuple(w for w in clause.ways if w in _LOOKS)
    if not ways:
        if re.search(r"straight|ahead|camera", clause.text):
            ways = ("front",)
        else:
            return None
    goal = np.sum([np.array(_LOOKS[w], float) for w in ways], axis=0)
    if clause.amount.given and not clause.amount.full:
        now, usual = m.gaze(), 25.0
        step = np.sin(np.radians(clause.amount.turn(usual if clause.amount.scale >= 1 else 36.0)))
        goal = now + step * way_to(ways)
    x, y, z = (round(float(v), 4) for v in goal / np.linalg.norm(goal))
    return Change((Gaze(toward=(x, y, z)),), joints("head"))


def way_to(ways: tuple[str, ...]) -> np.ndarray:
    """(3,) unit (left, up, front) of looks."""
    table = {
        "up": (0, 1, 0),
        "down": (0, -1, 0),
        "left": (1, 0, 0),
        "right": (-1, 0, 0),
        "front": (0, 0, 1),
        "back": (0, 0, -1),
    }
    total = np.sum([np.array(table[w], float) for w in ways], axis=0)
    return total / max(float(np.linalg.norm(total)), 1e-9)


def _look_at(clause: Clause) -> Change | None:
    """A part of the own body, the sky or the ground."""
    if re.search(r"sky|ceiling", clause.text):
        return Change((Gaze(toward=(0.0, 0.8, 0.6)),), joints("head"))
    if re.search(r"ground|floor", clause.text):
        return Change((Gaze(toward=(0.0, -0.75, 0.65)),), joints("head"))
    found = re.search(r"(left|right)? ?(hand|foot|knee|shoulder)", clause.text.replace("feet", "foot"))
    if not found:
        return None
    if found[2] == "foot" and not found[1]:
        return Change((Gaze(toward=(0.0, -0.85, 0.5)),), joints("head"))
    point = f"{found[1] or 'right'}_{found[2]}"
    if found[2] == "shoulder":
        return Change((Turn("head", "turned", 65.0 if found[1] == "left" else -65.0),), joints("head"))
    return Change((Gaze(target=point),), joints("head"))


def _head(clause: Clause, m: Measures) -> Change | None:
    if not clause.has("head") and not re.match(r"(?:nod|tuck)\b", clause.text):
        return None
    if clause.steps:
        each = [_head(replace(clause, ways=w, amount=a, steps=()), m) for w, a in clause.moves()]
        return sum((c for c in each if c is not None), Change()) if any(each) else None
    motion = _head_motion(clause)
    if motion is None:
        return None
    name, sign = motion
    if clause.amount.less:
        sign = -sign
    now, most = m.turn("head", name), _HEAD_MOST[name]
    if sign == 0.0:
        codes: Program = tuple(Turn("head", k, 0.0) for k in ("turned", "tilted", "bowed"))
    elif clause.amount.degrees is not None and clause.amount.to:
        # "turn the head 30 degrees" moves it by as much, "turn the head to 30 degrees" ends there
        base = 0.0 if "to" in clause.text.split(str(int(clause.amount.degrees)))[0].split()[-1:] else now
        codes = (Turn("head", name, float(np.clip(base + sign * clause.amount.degrees, -most, most))),)
    else:
        step = clause.amount.turn(_HEAD_USUAL[name])
        codes = (Turn("head", name, round(float(np.clip(now + sign * step, -most, most)), 1)),)
    return Change(codes, joints("head"))


def _head_motion(clause: Clause) -> tuple[str, float] | None:
    """The motion of the head and its sign; sign 0: back to straight."""
    action, ways = clause.action, clause.ways
    if action == "straighten" or re.search(r"\bstraight\b", clause.text):
        return "turned", 0.0
    side = 1.0 if "left" in ways else -1.0 if "right" in ways else 0.0
    if side and action in ("tilt", "lean", "bend"):
        return "tilted", side
    if side:
        return "turned", side
    if action == "raise" or "up" in ways or "back" in ways:
        return "bowed", -1.0
    if action in ("lower", "bow", "bend", "tilt") or "down" in ways or "front" in ways:
        return "bowed", 1.0
    return None


# --- trunk -----------------------------------------------------------------------------------------


def _trunk(clause: Clause, m: Measures) -> Change | None:
    action, ways = clause.action, clause.ways
    about = clause.has("torso", "hips", "body") or (not clause.parts and action != "move")
    side = 1.0 if "left" in ways else -1.0 if "right" in ways else 0.0
    if clause.amount.less:
        side = -side
    if action == "straighten" and clause.has("torso", "body"):
        return Change((Direction("torso", (0.0, 1.0, 0.0)), Turn("torso", "tilted", 0.0)), joints("torso"))
    if not about:
        return None
    if side and (action == "twist" or (action == "turn" and clause.has("torso", "hips"))):
        goal = m.turn("torso", "turned") + side * clause.amount.turn(30.0)
        code = Turn("torso", "turned", round(float(np.clip(goal, -60, 60)), 1))
        return Change((code,), joints("torso"), held=(pointing("torso", m.direction("torso")),))
    if action == "turn" and (side or "around" in clause.text or "back" in ways):
        usual = 180.0 if "around" in clause.text or "back" in ways else 90.0
        return Change(turn=(side or 1.0) * clause.amount.turn(usual))
    if action in ("lean", "bend", "tilt", "move", "bow") or (action in ("lower", "raise") and clause.has("torso")):
        return _lean(clause, m)
    return None


def _lean(clause: Clause, m: Measures) -> Change | None:
    """The trunk away from where it is; by the spine alone as far as that goes, so that the legs keep still."""
    ways = clause.ways
    if re.search(r"\b(?:over|hunch|slouch|slump|round)\b", clause.text) or (
        clause.action in ("lower", "bow") and not ways
    ):
        ways = ("front",)
    if clause.action == "raise":
        ways = ("back",)
    if re.search(r"\barch\b", clause.text):
        ways = ("back",)
    usual = _BEND_USUAL if clause.action == "bend" else _LEAN_USUAL
    forward, left = lean_of(m.direction("torso"))
    before = np.array([forward, left])
    sign = -1.0 if clause.amount.less else 1.0
    for which, amount in ((ways, clause.amount), *clause.steps):
        level = np.array([("front" in which) - ("back" in which), ("left" in which) - ("right" in which)], float)
        if level.any():
            by = sign * min(amount.turn(usual), _LEAN_MOST) * level / np.linalg.norm(level)
            forward, left = forward + by[0], left + by[1]
    step = float(np.linalg.norm(np.array([forward, left]) - before))
    if step == 0.0:
        return None
    goal = leaning(forward, left)
    by = np.array([forward, left]) - before
    lean = Change((pointing("torso", goal),), joints("torso"), held=_spine(by, m, step <= _SPINE_REACH))
    if step > _SPINE_REACH:
        lean += Change(standing_legs(m)) + planted(m, level=False)
    return lean + hanging_arms(m, (float(by[0]), float(by[1])))


def _spine(by: np.ndarray, m: Measures, alone: bool) -> Program:
    """How the chest stands on the pelvis after a lean (forward, left) deg: not twisted, bent further than the trunk is.

    The line from pelvis to neck follows two thirds of what the spine bends, so that the spine alone bends by more.
    """
    turned, bowed, tilted = (m.turn("torso", k) for k in ("turned", "bowed", "tilted"))
    codes: Program = (Turn("torso", "turned", round(turned, 1)),)
    if alone:
        goals = (("bowed", bowed + _CHORD * by[0]), ("tilted", tilted + _CHORD * by[1]))
        codes = (*codes, *(Turn("torso", k, round(float(np.clip(v, -60, 70)), 1)) for k, v in goals))
    return codes


def lean_of(torso: np.ndarray) -> tuple[float, float]:
    """Degrees of the trunk forward of upright, and to its left."""
    left, up, front = torso
    return float(np.degrees(np.arctan2(front, up))), float(np.degrees(np.arcsin(np.clip(left, -1, 1))))


def leaning(forward: float, left: float) -> np.ndarray:
    """(3,) unit (left, up, front): the inverse of `lean_of`."""
    a, b = np.radians(forward), np.radians(left)
    return np.array([np.sin(b), np.cos(a) * np.cos(b), np.sin(a) * np.cos(b)])


def hanging_arms(m: Measures, lean: tuple[float, float] = (0.0, 0.0)) -> Change:
    """Arms that hang by their weight go on hanging when the trunk leans, unless more is asked of them.

    Args:
        lean: degrees by which it leans forward and to the left; an arm that comes to lie on the body goes with it.
    """
    total = Change()
    for side in SIDES:
        if hanging(m, side) and not lies_on(side, lean):
            held = tuple(pointing(f"{side}_{b}", m.direction(f"{side}_{b}")) for b in ("upper_arm", "forearm"))
            total += Change((), joints(f"{side}_shoulder"), held=held)
    return total


def lies_on(side: str, lean: tuple[float, float]) -> bool:
    """Whether a hanging arm comes to lie on a trunk that leans by degrees forward and to the left: mostly sideways."""
    aside = lean[1] if side == "right" else -lean[1]
    return aside > max(8.0, abs(lean[0]))


def hanging(m: Measures, side: str) -> bool:
    """Whether an arm hangs by its weight."""
    return bool(m.direction(f"{side}_upper_arm")[1] < -0.88 and m.direction(f"{side}_forearm")[1] < -0.7)


# --- moods -----------------------------------------------------------------------------------------


def edit_mood(clause: Clause, m: Measures) -> Change | None:
    """A mood by body language: how head, trunk, shoulders and hanging arms are held, relative to now."""
    rest = _MOOD_VERB.sub("", clause.text, count=1)
    if (rest == clause.text and clause.action) or clause.parts:
        return None
    tokens = tokens_of(rest)
    moods = find_moods(tokens)
    places = {k for mood in moods for k in mood.places}
    if not moods or any(k not in places and t.text not in STOP for k, t in enumerate(tokens)):
        return None
    sign = -1.0 if clause.amount.less else 1.0
    effect = added([replace(mood, strength=sign * mood.strength) for mood in moods])
    codes = [*trunk(effect, m), *head(effect, m, m.gaze())]
    scope = joints("head", "torso")
    for side in SIDES:
        raised = shoulder(effect, m, side)
        codes += raised
        scope |= joints(f"{side}_collar") if raised else frozenset()
        if hanging(m, side):
            codes += arm(effect, m, side)
            scope |= joints(f"{side}_shoulder", f"{side}_elbow")
    return Change(tuple(codes), scope)
