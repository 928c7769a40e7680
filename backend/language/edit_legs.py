"""Edits of legs and stance: bend, straighten, raise, lower, spread, step, crouch, rise."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import numpy as np

from backend.posecodes import Posecode, Program
from backend.posecodes.angle import Angle
from backend.posecodes.facing import Facing
from backend.posecodes.position import Position
from backend.posecodes.vocabulary import SIDES

from .edit_change import (
    Change,
    elevated,
    elevation,
    joints,
    placed,
    pointing,
    sides_of,
    stated,
    way_vector,
)
from .edit_energy import longer_stride
from .edit_stance import along_share, legs_under, planted, standing_on, swing_of, swung_to, weight_over
from .edit_words import Amount, Clause, other
from .measures import Measures
from .postures import posture_of

_KINDS: Final = ("leg", "knee", "foot")
_BEND, _LIFT, _CROUCH = 35.0, 45.0, 40.0  # deg
_STEP: Final = 0.16  # m
_SQUAT: Final = 110.0  # deg of the knees
_WIDE: Final = 0.7  # m between the feet
_ON_TOES: Final = 0.08  # m that a heel rises
_HIPS: Final = 0.09  # m
_STAND: Final = """pelvis up faces up; torso points up
both thighs points down 0.06 out; both shins points down 0.06 out
both feet faces front 0.15 out; both feet on ground"""


def edit_legs(clause: Clause, m: Measures) -> Change | None:
    """The change that an instruction about legs, feet or the stance makes; None where it is not understood."""
    if clause.action in ("crouch", "rise") and not clause.has("arm", "hand", "head", "shoulder", "elbow"):
        return _crouched(clause, m)
    if clause.action == "spread" and clause.has("body"):
        return _stance(way_apart(1.0, clause.amount), m)
    stance = re.search(r"\b(?:(wider?)|narrower|narrow) (?:stance|base)\b", clause.text)
    if stance:
        return _stance((1.0 if stance[1] else -1.0) * _STEP, m)
    if re.search(r"\b(?:bigger|longer|larger|wider) (?:steps?|strides?)\b", clause.text):
        return longer_stride(m)
    if clause.action in ("move", "lean") and re.search(r"\b(?:weight|hips|pelvis)\b", clause.text):
        return _hips_moved(clause, m)
    if clause.action == "step" and clause.ways:
        side = next((s for s in SIDES if re.search(rf"\b{s} (?:foot|leg)\b", clause.text)), "right")
        ways = tuple(w for w in clause.ways if w not in SIDES) or clause.ways
        return _feet_moved({side: way_vector(ways, side) * clause.amount.shift(0.35)}, m)
    parts = [p for p in clause.parts if p.kind in _KINDS]
    if not parts:
        return None
    total = Change()
    for part in parts:
        sides, note = sides_of(part, m)
        change = _legs(clause, part.kind, sides, m)
        if change is None:
            return None
        total += change + Change(note=note)
    return total


def _legs(clause: Clause, kind: str, sides: tuple[str, ...], m: Measures) -> Change | None:
    action, amount = clause.action, clause.amount
    if action in ("bend", "straighten"):
        return _bent(clause, sides, m)
    if action in ("cross", "uncross"):
        return _crossed(clause, m) if action == "cross" else _uncrossed(m)
    if action == "raise" and all(p.noun.startswith("heel") for p in clause.parts):
        return sum((_on_toes(s, m) for s in sides), Change())
    if clause.amount.degrees is not None and clause.ways and action in ("raise", "lower", "move", "turn"):
        if kind == "foot" and action == "turn":
            return sum((_foot_turned(clause, s, m) for s in sides), Change())
        return sum((_swung_by(clause, s, m) for s in sides), Change())
    if clause.text.startswith("point ") and any(p.noun.startswith(("toe", "foot", "feet")) for p in clause.parts):
        return sum((_toes_pointed(s, m) for s in sides), Change())
    if kind == "foot" and action == "turn" and clause.ways:
        return sum((_foot_turned(clause, s, m) for s in sides), Change())
    if clause.text.startswith("swing") and clause.ways:
        return sum((_swung(clause, kind, s, m, True) for s in sides), Change())
    if action in ("spread", "close") or (action == "move" and len(sides) == 2 and {"out", "in"} & set(clause.ways)):
        apart = action == "spread" or "out" in clause.ways
        return _stance(way_apart(1.0 if apart else -1.0, amount), m)
    if action in ("raise", "lower"):
        up = (action == "raise") != amount.less
        return sum((_swung(clause, kind, s, m, up) for s in sides), Change())
    if action == "move" and clause.ways:
        moves = {s: way_vector(clause.ways, s) for s in sides}
        steps = {s: v / max(float(np.linalg.norm(v)), 1e-9) * amount.shift(_STEP) for s, v in moves.items()}
        if all(standing_on(m, s) for s in sides) and not {"up"} & set(clause.ways):
            return _feet_moved(steps, m)
        return sum((_foot_in_air(s, step, m) for s, step in steps.items()), Change())
    return None


def way_apart(sign: float, amount: Amount) -> float:
    """Metres by which each foot moves outwards."""
    return sign * amount.shift(_STEP) / (2 if amount.metres is not None else 1)


# --- feet that stay where they are -----------------------------------------------------------------


def _crouched(clause: Clause, m: Measures) -> Change:
    """Lower or higher on the same feet: the knees bend or straighten, the hips follow."""
    rise = (clause.action == "rise") != clause.amount.less
    if rise and not clause.amount.given:
        return stated(_STAND, "root", "legs", "torso")
    if clause.amount.metres is not None:
        return _hips_lowered(-clause.amount.metres if rise else clause.amount.metres, m)
    step = clause.amount.turn(_CROUCH)
    if (
        re.fullmatch(r"(?:squat|crouch)(?: down)?", clause.text)
        and max(m.flexion(f"{s}_knee") for s in SIDES) < _SQUAT - 10
    ):
        return _squatting(m)
    codes: list[Posecode] = []
    for side in SIDES:
        now = m.flexion(f"{side}_knee")
        goal = now - step if rise else now + step
        codes.append(Angle(f"{side}_knee", round(float(np.clip(goal, 3.0, 145.0)), 1)))
    return Change((*codes, *weight_over(m)), joints("root", "legs")) + planted(m)


def _hips_lowered(metres: float, m: Measures) -> Change:
    """The hips lower (negative: higher) over feet that stay; the knees bend as they must."""
    foot = next((s for s in SIDES if standing_on(m, s)), "left")
    reach = [m.offset(*ends) for ends in ((f"{foot}_hip", f"{foot}_knee"), (f"{foot}_knee", f"{foot}_ankle"))]
    longest = 0.995 * sum(float(np.linalg.norm(v)) for v in reach) + float(m.offset("pelvis", f"{foot}_hip")[1])
    height = min(float(m.offset("pelvis", f"{foot}_ankle")[1]) - metres, longest)
    drop = float(m.offset("pelvis", f"{foot}_ankle")[1]) - height
    bends = tuple(_knee_after(s, drop, m) for s in SIDES if standing_on(m, s))
    code = Position("pelvis", f"{foot}_ankle", "up", round(height, 4))
    return Change((code, *bends, *weight_over(m)), joints("root", "legs")) + planted(m)


def _knee_after(side: str, drop: float, m: Measures) -> Angle:
    """The bend of a knee whose hip comes down over an ankle that stays, by the law of cosines."""
    long = float(np.linalg.norm(m.offset(f"{side}_hip", f"{side}_knee")))
    short = float(np.linalg.norm(m.offset(f"{side}_knee", f"{side}_ankle")))
    reach = float(np.linalg.norm(m.offset(f"{side}_hip", f"{side}_ankle") - np.array([0.0, drop, 0.0])))
    cosine = (long**2 + short**2 - min(reach, long + short) ** 2) / (2 * long * short)
    return Angle(f"{side}_knee", round(180.0 - float(np.degrees(np.arccos(np.clip(cosine, -1, 1)))), 1))


def _squatting(m: Measures) -> Change:
    """All the way down on the same feet: thighs nearly level, the trunk forward over them."""
    codes: list[Posecode] = []
    for side in SIDES:
        thigh = np.array([0.0, -0.3, 0.9]) + 0.35 * way_vector(("out",), side)
        codes += [pointing(f"{side}_thigh", thigh), Angle(f"{side}_knee", _SQUAT)]
        codes.append(pointing(f"{side}_shin", np.array([0.0, -0.85, -0.5])))
    trunk = Change((*codes, pointing("torso", np.array([0.0, 0.85, 0.5]))), joints("root", "legs", "torso"))
    return trunk + planted(m, level=False)


def _bent(clause: Clause, sides: tuple[str, ...], m: Measures) -> Change:
    """Bend or straighten knees. A leg that bears weight keeps its foot where it is and the pelvis follows."""
    bend = (clause.action == "bend") != clause.amount.less
    angles = {s: _knee_goal(m.flexion(f"{s}_knee"), clause.amount, bend) for s in sides}
    codes: Program = tuple(Angle(f"{s}_knee", round(a, 1)) for s, a in angles.items())
    scope = joints(*(f"{s}_{j}" for s in sides for j in ("hip", "knee")))
    held = tuple(pointing(f"{s}_thigh", m.direction(f"{s}_thigh")) for s in sides)
    posture = posture_of(m)
    if posture.kind.startswith("lying") or posture.words.startswith("sitting on the ground"):
        return sum((_drawn_up(s, a, m) for s, a in angles.items()), Change())
    if posture.kind in ("perching", "sitting") or not any(standing_on(m, s) for s in sides):
        return Change(codes, scope, held=held)
    apart = float(np.linalg.norm(m.offset("left_ankle", "right_ankle")[[0, 2]]))
    if (
        len(sides) == 1
        and bend
        and standing_on(m, other(sides[0]))
        and apart < 0.45
        and m.flexion(f"{other(sides[0])}_knee") < 35
    ):
        return _relaxed_leg(sides[0], angles[sides[0]], m)
    weight = () if apart > _WIDE and not bend else weight_over(m)  # wide apart, the hips must go back to the middle
    return Change((*codes, *weight), joints("root", "legs")) + planted(m)


def _knee_goal(now: float, amount: Amount, bend: bool) -> float:
    if amount.degrees is not None:
        goal = amount.degrees if amount.to and bend else now + (1 if bend else -1) * amount.degrees
    elif bend:
        goal = 140.0 if amount.full else now + _BEND * amount.scale
    else:
        goal = 2.0 if not amount.given or amount.full else now - _BEND * amount.scale
    return float(np.clip(goal, 0.0, 150.0))


def _relaxed_leg(side: str, degrees: float, m: Measures) -> Change:
    """One leg of a stance bends while the other one stands: the thigh comes forward by half of it, the heel lifts."""
    thigh = m.direction(f"{side}_thigh")
    extra = (degrees - m.flexion(f"{side}_knee")) / 2
    goal = elevated(thigh * np.array([1.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0]), elevation(thigh) + extra)
    bend = Angle(f"{side}_knee", round(degrees, 1))
    return Change((bend,), joints(f"{side}_leg"), held=(pointing(f"{side}_thigh", goal),))


def _drawn_up(side: str, degrees: float, m: Measures) -> Change:
    """A leg that lies on the ground: the thigh rises by half of what the knee bends, so that the foot stays down."""
    thigh = m.direction(f"{side}_thigh", "pelvis")
    half = np.radians(degrees - m.flexion(f"{side}_knee")) / 2
    up, front = float(thigh[1]), float(thigh[2])
    turned = np.array([thigh[0], up * np.cos(half) + front * np.sin(half), front * np.cos(half) - up * np.sin(half)])
    bend = Angle(f"{side}_knee", round(degrees, 1))
    return Change((bend,), joints(f"{side}_leg"), held=(pointing(f"{side}_thigh", turned, "pelvis"),))


def _crossed(clause: Clause, m: Measures) -> Change:
    """One leg over the other while sitting; one foot past the other while standing."""
    over = next((s for s in SIDES if re.search(rf"\b{s}\b.*\bover\b", clause.text)), "right")
    sign = 1.0 if over == "right" else -1.0
    base = other(over)
    if posture_of(m).kind in ("standing", "crouching"):
        gap = float(m.offset(f"{over}_ankle", f"{base}_ankle")[0])
        return _feet_moved({over: np.array([sign * 0.1 - gap, 0.0, 0.16])}, m)
    thigh = m.direction(f"{base}_thigh")
    codes = (
        pointing(f"{base}_thigh", np.array([0.0, thigh[1], np.hypot(thigh[0], thigh[2])])),
        pointing(f"{over}_thigh", np.array([sign * 0.3, float(thigh[1]) + 0.25, 0.93])),
        pointing(f"{over}_shin", np.array([sign * 0.42, -0.85, 0.3])),
        Position(f"{over}_ankle", f"{base}_ankle", "left", sign * 0.2, ">=" if sign > 0 else "<="),
    )
    return Change(codes, joints("legs"))


def _uncrossed(m: Measures) -> Change:
    """Legs side by side: sitting as on a chair, else with the feet under the hips."""
    if posture_of(m).kind in ("standing", "crouching"):
        step = m.offset("left_ankle", "right_ankle")
        return _feet_moved(
            {"left": np.array([0.1 - step[0] / 2, 0, 0]), "right": np.array([step[0] / 2 - 0.1, 0, 0])}, m
        )
    level = min(float(m.direction(f"{s}_thigh")[1]) for s in SIDES)
    codes: list[Posecode] = []
    for side in SIDES:
        out = 0.12 * way_vector(("out",), side)
        codes += [pointing(f"{side}_thigh", np.array([0.0, level, 1.0]) + out)]
        codes += [pointing(f"{side}_shin", np.array([0.0, -1.0, 0.05]))]
    return Change(tuple(codes), joints("legs"))


def _on_toes(side: str, m: Measures) -> Change:
    """A heel lifted: the knee comes forward, the ball of the foot stays down. The other leg and the hips keep still."""
    bend = m.flexion(f"{side}_knee") + 30.0
    lines = f"{side} heel {_ON_TOES} above ground; {side} toes on ground; {side} knee bent {bend:.1f}"
    return stated(lines, f"{side}_leg")


def _hips_moved(clause: Clause, m: Measures) -> Change | None:
    """The hips pushed somewhere, or the weight put on one leg: feet and the trunk's direction stay."""
    upright = Change((pointing("torso", m.direction("torso")),), joints("torso"))
    if "weight" in clause.text:
        leg = re.search(r"\b(left|right)\b", clause.text)
        if leg:
            now = m.offset("com", f"{leg[1]}_ankle")
            goal = float(np.clip(now[0], -0.03, 0.03))
            shift = np.array([goal - float(now[0]), 0.0, 0.0])
            over: Program = (Position("com", f"{leg[1]}_ankle", "left", round(goal, 4)), *legs_under(shift, m))
            return Change(over, joints("root", "legs")) + upright + planted(m, level=False)
    way = way_vector(tuple(w for w in clause.ways if w not in ("up", "down")), "left")
    if not way.any():
        return None
    shift = way / np.linalg.norm(way) * clause.amount.shift(_HIPS)
    goal_at = m.offset("pelvis", "left_ankle") + shift
    codes = tuple(
        Position("pelvis", "left_ankle", axis, round(float(goal_at[i]), 4)) for i, axis in ((0, "left"), (2, "front"))
    )
    return Change((*codes, *legs_under(shift, m)), joints("root", "legs")) + upright + planted(m, level=False)


# --- feet that move --------------------------------------------------------------------------------


def _swung(clause: Clause, kind: str, side: str, m: Measures, up: bool) -> Change:
    """Raise or lower a leg about the hip. A raised knee lets the shin hang; a raised leg keeps its bend."""
    thigh = m.direction(f"{side}_thigh")
    now, amount = elevation(thigh), clause.amount
    level = way_vector(tuple(w for w in clause.ways if w not in ("up", "down")), side)
    if level.any():
        thigh = thigh * np.array([0.0, 1.0, 0.0])
    usual = max(_LIFT * amount.scale, 25.0)
    step = amount.degrees if amount.degrees is not None else usual
    goal = now + step if up else (-86.0 if not amount.given else now - step)
    if up and clause.level in ("hip", "waist"):
        goal = 0.0
    codes: Program = (
        pointing(
            f"{side}_thigh", elevated(thigh, level if level.any() else np.array([0.0, 0.0, 1.0]), min(goal, 60.0))
        ),
    )
    if up and kind in ("knee", "foot"):
        codes = (*codes, pointing(f"{side}_shin", np.array([0.0, -1.0, -0.1])))
    elif not up and not amount.given:
        codes = (*codes, Angle(f"{side}_knee", 4.0))
    return Change(codes, joints(f"{side}_hip", *([f"{side}_knee"] if len(codes) > 1 else [])))


def _swung_by(clause: Clause, side: str, m: Measures) -> Change:
    """A leg swung about the hip by degrees forward, back, out and in; the knee keeps its bend."""
    forward, out = swing_of(m.direction(f"{side}_thigh"), side)
    share = along_share(out)
    for ways, amount in clause.moves():
        way = way_vector(ways, side)
        sign = 1.0 if side == "left" else -1.0
        upright = {"raise": 1.0, "lower": -1.0}.get(clause.action, 0.0) if not way[[0, 2]].any() else 0.0
        forward += (np.sign(way[2]) + np.sign(way[1]) + upright) * amount.turn(_LIFT) / share
        out += np.sign(way[0]) * sign * amount.turn(_LIFT)
    goal = swung_to(float(np.clip(forward, -75, 140)), float(np.clip(out, -45, 88)), side)
    return Change((pointing(f"{side}_thigh", goal),), joints(f"{side}_hip"), feet=frozenset({side}))


def _foot_turned(clause: Clause, side: str, m: Measures) -> Change:
    """Toes turned out or in, left or right, about the vertical; the leg turns with them in the hip."""
    way = way_vector(clause.ways, side)
    now = m.facing(f"{side}_foot")
    angle = np.radians(np.sign(way[0]) * clause.amount.turn(30.0))
    x, y, z = now
    goal = np.array([x * np.cos(angle) + z * np.sin(angle), y, z * np.cos(angle) - x * np.sin(angle)])
    x, y, z = (round(float(v), 4) for v in goal)
    held = tuple(pointing(f"{side}_{b}", m.direction(f"{side}_{b}")) for b in ("thigh", "shin"))
    return Change((Facing(f"{side}_foot", (x, y, z)),), joints(f"{side}_leg"), held=held)


def _toes_pointed(side: str, m: Measures) -> Change:
    """The foot stretched towards the line of the shin."""
    x, y, z = (round(float(v), 4) for v in m.direction(f"{side}_shin") * 0.8 + m.facing(f"{side}_foot") * 0.3)
    return Change((Facing(f"{side}_foot", (x, y, z)),), joints(f"{side}_ankle"))


def _foot_in_air(side: str, step: np.ndarray, m: Measures) -> Change:
    """A foot that bears nothing, moved by (left, up, front) m."""
    ankle, hip = f"{side}_ankle", f"{side}_hip"
    target = m.offset(ankle, hip) + step
    longest = 0.99 * float(
        np.linalg.norm(m.offset(f"{side}_knee", hip)) + np.linalg.norm(m.offset(ankle, f"{side}_knee"))
    )
    target = target * min(1.0, longest / max(float(np.linalg.norm(target)), 1e-9))
    return Change(placed(ankle, hip, target), joints(hip, f"{side}_knee"))


def _stance(out: float, m: Measures) -> Change:
    """Both feet moved apart by `out` m each (negative: together), along the line between them."""
    line = m.offset("left_ankle", "right_ankle") * np.array([1.0, 0.0, 1.0])
    length = max(float(np.linalg.norm(line)), 1e-6)
    out = max(out, -(length - 0.14) / 2)
    direction = line / length if length > 0.1 else np.array([1.0, 0.0, 0.0])
    if not any(standing_on(m, s) for s in SIDES):
        return _foot_in_air("left", direction * out, m) + _foot_in_air("right", -direction * out, m)
    return planted(m, {"left": direction * out, "right": -direction * out})


def _feet_moved(steps: dict[str, np.ndarray], m: Measures) -> Change:
    """Feet set down elsewhere; the weight follows by half."""
    flat = {s: v * np.array([1.0, 0.0, 1.0]) for s, v in steps.items()}
    return replace(planted(m, flat), feet=frozenset(flat))
