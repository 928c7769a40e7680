"""Edits of arms and hands: raise, lower, bend, straighten, move, put somewhere, cross, open and close."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import numpy as np

from backend.posecodes import Program
from backend.posecodes.angle import Angle
from backend.posecodes.hand import Hand
from backend.posecodes.position import Position
from backend.posecodes.vocabulary import SIDES

from .edit_change import Change, elevated, elevation, joints, placed, pointing, sides_of, stated, way_vector
from .edit_hands import hand_shape, put, together
from .edit_stance import planted
from .edit_words import Amount, Clause, Part
from .measures import Measures

_KINDS: Final = ("arm", "hand", "elbow", "fingers", "shoulder")
_USUAL: Final = {"raise": 45.0, "bend": 35.0}  # deg
_LITTLE: Final = 30.0  # deg; "raise the arm a little" must be seen
_SHIFT: Final = 0.16  # m
_HANGING: Final = -0.5  # upness of an upper arm
_LEVELS: Final = {"shoulder": ("shoulder", 0.0), "chest": ("shoulder", -0.14), "head": ("head", 0.08),
"face": ("head", 0.02), "eye": ("head", 0.08),
                  "chin": ("head", -0.04), "waist": ("pelvis", 0.12), "hip": ("pelvis", 0.0),
                  "knee": ("knee", 0.0)}  # fmt: skip
_AT_SIDES: Final = """
{s} upper arm points down 0.16 out 0.04 back
{s} forearm points down 0.05 out 0.22 front
{s} palm faces in 0.35 back
"""
_CROSSED: Final = """
left upper arm points down 0.25 out 0.5 front (chest); right upper arm points down 0.25 out 0.42 front (chest)
left forearm points right 0.22 front 0.12 up (chest); right forearm points left 0.4 front 0.22 up (chest)
"""
_BEHIND: Final = """
both upper arms points down 0.35 back 0.3 out (chest); both forearms points in 0.5 down 0.3 back (chest)
both hand backs touches lower back
"""
_AIMED: Final = re.compile(
    r"^(?:turn |rotate )?(?:(?:the|his|her|both|left|right) )*(palm|hand|forearm)s? "
    r"(?:(?:are |is )?(?:point|points|pointing|face|faces|facing|turned) )?(up|down|forward|backward)s?$"
)
_AIMS: Final = {"up": "up", "down": "down", "forward": "front", "backward": "back"}


def edit_aim(clause: Clause, m: Measures) -> Change | None:
    """Like "palms up", "hands pointing up": forearm and palm turn on an arm that stays where it is."""
    found = _AIMED.match(clause.text)
    parts = [p for p in clause.parts if p.kind in ("hand", "elbow")]
    if not found or not parts:
        return None
    pointed = found[1] == "forearm" or "point" in clause.text
    if found[1] == "hand" and not pointed:
        return None
    total = Change()
    for side in sides_of(parts[0], m)[0]:
        if m.direction(f"{side}_arm")[1] < -0.7 and not pointed:
            return None  # a hanging arm has to come up first
        held = ["upper_arm"] if pointed else ["upper_arm", "forearm"]
        codes: Program = tuple(pointing(f"{side}_{b}", m.direction(f"{side}_{b}")) for b in held)
        what = "forearm points" if pointed else "palm faces"
        scope = joints(*(f"{side}_{j}" for j in ("shoulder", "elbow", "wrist")))
        total += Change(codes, scope) + stated(f"{side} {what} {_AIMS[found[2]]}", f"{side}_elbow")
    return total


def edit_arm(clause: Clause, m: Measures) -> Change | None:
    """The change that an instruction about arms, hands or shoulders makes; None where it is not understood."""
    shape = hand_shape(clause)
    if shape is not None:
        return shape
    parts = [p for p in clause.parts if p.kind in _KINDS]
    if not parts and clause.text.startswith("touch "):
        if re.search(r"\b(?:toes|feet|ground|floor)\b", clause.text):
            return _touch_toes(m)
        parts = [Part("hand", "both", "hands")]
        clause = replace(clause, target=f"on {clause.text.removeprefix('touch ')}")
    if not parts and clause.text.startswith("point ") and not clause.has("foot", "knee", "leg"):
        return _pointed_at(clause, m)
    if not parts:
        return None
    if (
        clause.has("hand")
        and re.search(r"\btogether\b|^(?:clasp|join|clap|press|interlock)", clause.text)
        and not clause.amount.given
    ):
        joined = together(clause)
        if joined is not None:
            return joined
    if clause.action == "cross" and re.search(r"\bbehind\b", clause.text):
        return stated(_BEHIND, "arms")
    if clause.action in ("cross", "uncross"):
        return stated(_CROSSED, "arms") if clause.action == "cross" else _at_sides(SIDES)
    total = Change()
    for part in parts:
        sides, note = sides_of(part, m)
        for side in sides:
            change = _one_arm(clause, part.kind, side, m)
            if change is None:
                return None
            total += change + Change(note=note)
    return total


def _pointed_at(clause: Clause, m: Measures) -> Change | None:
    """Like "point at the ground with the left hand"."""
    with_what = re.search(r"\bwith (?:the |his |her )?(left|right)\b", clause.text)
    place = re.search(r"\b(?:(ground|floor|feet)|(sky|ceiling|stars|moon|sun)|(camera|viewer|you|me))\b", clause.text)
    if not place:
        return None
    side = with_what[1] if with_what else "right"
    way = np.array([0.0, -0.75, 0.6]) if place[1] else np.array([0.0, 0.85, 0.5] if place[2] else [0.0, 0.0, 1.0])
    codes: Program = (pointing(f"{side}_arm", way, upright_frame(m)), Hand(side, "point"))
    return Change(codes, joints(f"{side}_arm", f"{side}_hand"))


def _touch_toes(m: Measures) -> Change:
    """The trunk folds at the hips over feet that stay, the arms hang to the floor."""
    lines = "torso points front 0.5 down; both arms points down 0.25 front; both hands points down"
    return stated(f"{lines}; both legs points down 0.15 back", "torso", "arms") + planted(m, level=False)


def _one_arm(clause: Clause, kind: str, side: str, m: Measures) -> Change | None:
    amount, action = clause.amount, clause.action
    if re.search(r"\bhang(?:s|ing)?\b", clause.text) and not action:
        return _at_sides((side,))
    if kind == "shoulder":
        return _shoulder(action, side, amount, m)
    if clause.level and action in ("raise", "lower", "move"):
        return _to_level(clause.level, side, m)
    if action in ("bend", "straighten") and not re.match(r"reach|point|stretch", clause.text):
        return _bent(clause, side, m)
    if action in ("raise", "lower") or (kind == "elbow" and action == "move" and {"up", "down"} & set(clause.ways)):
        return _lifted(clause, kind, side, m)
    aside = {"front", "back", "out", "in", "left", "right"} & set(clause.ways) and not clause.target
    if kind == "elbow" and action == "move" and (amount.metres is not None or aside):
        return _elbow_shifted(clause, side, m)
    if action in ("move", "straighten"):
        level = {"front", "back", "out", "in", "left", "right"} & set(clause.ways)
        lifted = m.direction(f"{side}_upper_arm", upright_frame(m))[1] > _HANGING
        if kind == "arm" and action == "move" and level and lifted and not (amount.given or clause.target):
            return _swept(clause, side, m)
        return _carried(clause, side, m)
    if action in ("spread", "open"):
        out = _shifted(clause, side, m, way_vector(("out",), side))
        return out if amount.given else stated(f"{side} arm points out 0.1 up", f"{side}_arm")
    if action == "close":
        return _shifted(clause, side, m, way_vector(("in",), side))
    if action == "relax":
        return _at_sides((side,))
    return _turned_palm(clause, side) if action == "turn" else None


def _lifted(clause: Clause, kind: str, side: str, m: Measures) -> Change | None:
    """Up or down: an arm swings about its shoulder, a hand goes straight when it is said how far."""
    up = (clause.action == "raise" or "up" in clause.ways) != clause.amount.less
    if kind == "elbow" and clause.amount.metres is not None:
        return _elbow_shifted(clause, side, m)
    if clause.action == "move":  # an elbow: a part of the usual swing, not a whole raise
        clause = replace(clause, amount=replace(clause.amount, given=True))
    elif kind == "hand" and clause.amount.given:
        return _shifted(clause, side, m, (0.0, 1.0 if up else -1.0, 0.0))
    elif not up and re.search(r"\bsides?\b", clause.text) and not clause.amount.given:
        return _at_sides((side,))
    elif clause.target and kind == "hand":
        at_place = put(clause, side, m)
        if at_place is not None:
            return at_place
    return _swung(clause, side, m, up)


def _carried(clause: Clause, side: str, m: Measures) -> Change | None:
    """A hand moved: to a place of the body, along a direction, or pointing there."""
    if re.match(r"reach|point|stretch", clause.text) and clause.ways and not clause.amount.given:
        return _pointed(clause, side, m)
    if re.search(r"\bsides?\b", clause.target) and "to the side" not in clause.text:
        return _at_sides((side,))
    return put(clause, side, m) or _shifted(clause, side, m)


def _moving(side: str, elbow: bool = False) -> frozenset[str]:
    """The joints of an arm that swings: the elbow only where it has to bend, the wrist never."""
    return joints(f"{side}_collar", f"{side}_shoulder", *([f"{side}_elbow"] if elbow else []))


def upright_frame(m: Measures) -> str:
    """Upright bodies raise their arms towards the sky, others along their chest."""
    return "heading" if m.direction("torso")[1] > 0.4 else "chest"


def _swung(clause: Clause, side: str, m: Measures, up: bool) -> Change:
    """Raise or lower an arm about the shoulder; the elbow keeps its bend."""
    frame, amount = upright_frame(m), clause.amount
    upper = m.direction(f"{side}_upper_arm", frame)
    now = elevation(upper)
    ways = tuple(w for w in clause.ways if w not in ("up", "down"))
    if not up and not amount.given and not ways:
        return _at_sides((side,))
    goal = float(np.clip(_goal(now, amount, up), -82.0, 86.0))
    codes: Program = (pointing(f"{side}_upper_arm", swung_arm(upper, ways, side, goal), frame),)
    if amount.full or (up and not amount.given and goal > 55 and m.flexion(f"{side}_elbow") < 60):
        codes = (*codes, Angle(f"{side}_elbow", 5.0, "<="))
    return Change(codes, _moving(side, elbow=len(codes) > 1))


def swung_arm(upper: np.ndarray, ways: tuple[str, ...], side: str, degrees: float) -> np.ndarray:
    """(3,) an upper arm at an elevation; direction words replace its present bearing."""
    level = way_vector(ways, side)
    if level.any():
        return elevated(upper * np.array([0.0, 1.0, 0.0]), level, degrees)
    return elevated(upper, way_vector(("out",), side) * 0.6 + np.array([0.0, 0.0, 0.8]), degrees)


def _swept(clause: Clause, side: str, m: Measures) -> Change:
    """A raised arm brought forward or to the side at the height where it is."""
    frame = upright_frame(m)
    height = elevation(m.direction(f"{side}_upper_arm", frame))
    level = way_vector(tuple(w for w in clause.ways if w not in ("up", "down")), side)
    codes: Program = (pointing(f"{side}_upper_arm", elevated(level / np.linalg.norm(level), level, height), frame),)
    return Change(codes, _moving(side))


def _goal(now: float, amount: Amount, up: bool) -> float:
    """Elevation of the upper arm, deg."""
    sign = 1.0 if up else -1.0
    if amount.full:
        return sign * 86.0
    if amount.degrees is not None:
        return amount.degrees - 90.0 if amount.to else now + sign * amount.degrees
    if not amount.given and up:
        return max(now + _USUAL["raise"], 60.0) if now < 20 else now + _USUAL["raise"]
    return now + sign * max(_USUAL["raise"] * amount.scale, _LITTLE * (amount.scale if amount.scale < 0.4 else 1.0))


def _to_level(level: str, side: str, m: Measures) -> Change:
    """The wrist at the height of another part."""
    joint, above = _LEVELS[level]
    target = f"{side}_{joint}" if joint in ("shoulder", "knee") else joint
    shoulder = f"{side}_shoulder"
    codes: Program = (Position(f"{side}_wrist", target, "up", above, "="),)
    if m.flexion(f"{side}_elbow") < 40:
        reach = float(np.linalg.norm(m.offset(f"{side}_wrist", shoulder)))
        rise = float(np.clip((m.offset(target, shoulder)[1] + above) / reach, -0.98, 0.98))
        bearing = way_vector(("out",), side) * 0.7 + np.array([0.0, 0.0, 0.7])
        goal = elevated(m.direction(f"{side}_arm"), bearing, float(np.degrees(np.arcsin(rise))))
        codes = (*codes, pointing(f"{side}_upper_arm", goal))
    return Change(codes, _moving(side, elbow=True))


def _bent(clause: Clause, side: str, m: Measures) -> Change:
    """Bend or straighten the elbow; "extend the arm to the side" also points it there."""
    joint, amount = f"{side}_elbow", clause.amount
    bend = (clause.action == "bend") != amount.less
    now = m.flexion(joint)
    if amount.degrees is not None:
        goal = amount.degrees if amount.to and bend else now + (1 if bend else -1) * amount.degrees
    elif bend:
        goal = 90.0 if not amount.given and now < 55 else 140.0 if amount.full else now + _USUAL["bend"] * amount.scale
    else:
        goal = 2.0 if not amount.given or amount.full else now - _USUAL["bend"] * amount.scale
    codes: Program = (Angle(joint, round(float(np.clip(goal, 0.0, 148.0)), 1)),)
    way = way_vector(clause.ways, side)
    if not bend and way.any():
        codes = (*codes, pointing(f"{side}_arm", way + 1e-6, upright_frame(m)))
        return Change(codes, _moving(side, elbow=True))
    held = (pointing(f"{side}_upper_arm", m.direction(f"{side}_upper_arm")),)
    return Change(codes, joints(f"{side}_shoulder", joint), held=held)


def _pointed(clause: Clause, side: str, m: Measures) -> Change:
    """Like "point forward with the right hand", "reach up with the left"."""
    way = way_vector(clause.ways, side)
    codes: Program = (pointing(f"{side}_arm", way + np.array([0.0, 1e-6, 0.0]), upright_frame(m)),)
    if clause.text.startswith("point"):
        codes = (*codes, Hand(side, "point"))
    return Change(codes, joints(f"{side}_arm", f"{side}_hand") if len(codes) > 1 else joints(f"{side}_arm"))


def _at_sides(sides: tuple[str, ...]) -> Change:
    return stated("\n".join(_AT_SIDES.format(s=s) for s in sides), *(f"{s}_arm" for s in sides))


def _shifted(
    clause: Clause, side: str, m: Measures, way: np.ndarray | tuple[float, float, float] | None = None
) -> Change | None:
    """The hand moved along a direction, no further than the arm is long."""
    step = np.zeros(3)
    for k, (ways, amount) in enumerate(clause.moves()):
        vector = np.asarray(way if way is not None and k == 0 else way_vector(ways, side), float)
        if vector.any():
            step += vector / np.linalg.norm(vector) * amount.shift(_SHIFT if amount.scale != 0.5 else 0.2)
    if not step.any():
        return None
    wrist, shoulder = f"{side}_wrist", f"{side}_shoulder"
    target = m.offset(wrist, shoulder) + step
    longest = 0.98 * float(
        np.linalg.norm(m.offset(f"{side}_elbow", shoulder)) + np.linalg.norm(m.offset(wrist, f"{side}_elbow"))
    )
    target = target * min(1.0, longest / max(float(np.linalg.norm(target)), 1e-9))
    # Seen from the pelvis, which does not move: the shoulder does, with the collar.
    return Change(placed(wrist, "pelvis", target + m.offset(shoulder, "pelvis")), _moving(side, elbow=True))


def _elbow_shifted(clause: Clause, side: str, m: Measures) -> Change:
    """The elbow moved by so many cm about a shoulder that stays: the upper arm points there."""
    step = np.zeros(3)
    for ways, amount in clause.moves():
        upright = {"raise": ("up",), "lower": ("down",)}.get(clause.action, ()) if ways == clause.ways else ()
        vector = way_vector(tuple(dict.fromkeys((*ways, *upright))), side)
        step += vector / max(float(np.linalg.norm(vector)), 1e-9) * amount.shift(_SHIFT)
    elbow, shoulder = f"{side}_elbow", f"{side}_shoulder"
    now = m.offset(elbow, shoulder)
    target = now + step
    sign = 1.0 if side == "left" else -1.0
    if target[2] < 0.1:  # beside the body an elbow comes in no further than the ribs
        target[0] = sign * max(sign * target[0], min(sign * float(now[0]), 0.02))
    target = target * float(np.linalg.norm(now)) / max(float(np.linalg.norm(target)), 1e-9)
    return Change(placed(elbow, "pelvis", target + m.offset(shoulder, "pelvis")), _moving(side))


def _turned_palm(clause: Clause, side: str) -> Change | None:
    if not clause.ways:
        return None
    return stated(f"{side} palm faces {clause.ways[0]}", f"{side}_elbow", f"{side}_wrist")


def _shoulder(action: str, side: str, amount: Amount, m: Measures) -> Change | None:
    """Shrug or drop a shoulder: the collar alone."""
    if action not in ("raise", "lower", "relax"):
        return None
    sign = 1.0 if action == "raise" else -1.0
    up = m.offset(f"{side}_shoulder", "spine3", "chest")[1] + sign * amount.shift(0.045)
    return Change(
        (Position(f"{side}_shoulder", "spine3", "up", round(float(up), 4), "=", "chest"),), joints(f"{side}_collar")
    )
