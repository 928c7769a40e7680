"""Starting poses for arms that must reach something: inverse kinematics in closed form, the elbow held in a few ways.

A hand that must touch a place of the body or the scene gets its upper arm and forearm from the triangle of shoulder,
elbow and palm; the elbow may stand anywhere on a circle, so it is tried down, out and back, and the forearm is turned
so that the palm faces what it touches. Hands that reach each other, or places that are only roughly given, are tried
in front of the chest, beside the head and behind the back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.body.kinematics import heading_of
from backend.body.rotations import rotation_between, rotvec_to_rotmat
from backend.posecodes import Program, settled
from backend.posecodes.angle import Angle
from backend.posecodes.contact import Contact, Reach
from backend.posecodes.direction import Direction
from backend.posecodes.position import Position
from backend.posecodes.tracking import body_at
from backend.posecodes.vocabulary import AXES, limb_of_point, skin
from rigs.skeleton import INDEX

from .draft import Draft
from .start import place_arm_along, turn_palm

_PRESETS: Final = (  # (upper arm, forearm) in chest axes for the left side
    ((0.25, -0.85, 0.45), (-0.1, 0.75, 0.65)),
    ((0.9, 0.2, 0.3), (-0.7, 0.3, 0.5)),
    ((0.5, -0.6, -0.6), (-0.8, -0.2, -0.3)),
)
_ELBOWS: Final = ((0.2, -0.8, 0.7), (1.0, -0.3, 0.1), (0.5, -0.3, -0.8))  # where the elbow is held, likewise
_PALM: Final = 0.08  # m from the wrist to the middle of the palm, which lies about along the forearm
_MOST_BENT: Final = 100  # deg
_ARM_WORDS: Final = ("wrist", "palm", "hand", "finger", "index", "thumb", "fist", "elbow", "forearm")
_HAND_WORDS: Final = ("palm", "hand", "finger", "index_tip", "thumb_tip", "fist", "wrist")


@dataclass(frozen=True, eq=False)
class _Goal:
    """Where a hand must be, m in the world, and the direction that its palm should face (None: any)."""

    place: np.ndarray
    facing: np.ndarray | None


def reaching_poses(
    rest: np.ndarray, start: np.ndarray, transl: np.ndarray, program: Program, free: np.ndarray
) -> list[np.ndarray]:
    """Further starting poses (55, 3, 3) for the arms that a program makes reach, none if there are none.

    A segment whose direction is given keeps it; only the other one is tried.

    Args:
        rest: (55, 3) m. start: (55, 3, 3). transl: (3,) m. free: (55,) bool, joints that may be changed.
    """
    sides = _open_sides(program)
    if not sides:
        return []
    goals = _goals(rest, start, transl, program, sides)
    start = _leaning(rest, start, transl, program, free, goals)
    joints = body_at(rest, start, transl, ()).joints[0]
    out = []
    for preset, elbow in zip(_PRESETS, _ELBOWS, strict=True):
        draft = Draft(start.copy(), heading_of(start[0]), free)
        for side, parts in sides.items():
            if side in goals:
                _reach(draft, joints, side, parts, goals[side], elbow)
            else:
                chest = draft.world("spine3")
                along = {p: chest @ (_flip(side) * np.array(d)) for p, d in zip(_SEGMENTS, preset, strict=True)}
                place_arm_along(draft, side, *(along[p] if p in parts else None for p in _SEGMENTS))
        out.append(draft.local)
    return out


_SEGMENTS: Final = ("upper_arm", "forearm")


def _flip(side: str) -> np.ndarray:
    return np.array([1.0 if side == "left" else -1.0, 1.0, 1.0])


def _open_sides(program: Program) -> dict[str, list[str]]:
    """The sides whose hand must reach something, with the segments of the arm that nothing else settles."""
    settled = {c.segment for c in program if isinstance(c, Direction)}
    bent = {c.joint for c in program if isinstance(c, Angle)}
    reaching = _reaching(program)
    out: dict[str, list[str]] = {}
    for side in ("left", "right"):
        parts = [p for p in _SEGMENTS if not {f"{side}_{p}", f"{side}_arm"} & settled]
        free_elbow = "forearm" in parts and ("upper_arm" in parts or f"{side}_elbow" not in bent)
        if side in reaching and free_elbow:
            out[side] = parts
    return out


def _reaching(program: Program) -> set[str]:
    """The sides of arms that statements about places name."""
    points: list[str] = []
    for code in program:
        if isinstance(code, Contact):
            points += [code.a, code.b]
        elif isinstance(code, Reach):
            points.append(code.region)
        elif isinstance(code, Position):
            points.append(code.point)
    named = [p for p in points if p.startswith(("left_", "right_")) and any(word in p for word in _ARM_WORDS)]
    return {p.split("_")[0] for p in named}


def _goals(
    rest: np.ndarray, start: np.ndarray, transl: np.ndarray, program: Program, sides: dict[str, list[str]]
) -> dict[str, _Goal]:
    """For each side the place that its hand must touch, where that does not move with an arm."""
    out: dict[str, _Goal] = {}
    touching = [c for c in program if isinstance(c, (Contact, Reach))]
    body = body_at(rest, start, transl, touching)
    for code in touching:
        ends = [(code.a, code.b), (code.b, code.a)] if isinstance(code, Contact) else [(code.region, "")]
        for hand, other in ends:
            side = hand.split("_")[0]
            moving = (
                other and not other.endswith("_shoulder") and limb_of_point(skin(other)).removesuffix("_arm") in sides
            )
            if side not in sides or side in out or moving or not any(hand.endswith(w) for w in _HAND_WORDS):
                continue
            if isinstance(code, Reach):
                out[side] = _Goal(np.array(code.place), None)
            else:
                normal = body.world[0, AXES[f"normal:{other}"].joint] @ np.array(AXES[f"normal:{other}"].direction)
                facing = -normal if hand.endswith(("palm", "fingertips")) else None
                out[side] = _Goal(body.point(skin(other)).value[0] + 0.015 * normal, facing)
    return out


def _leaning(
    rest: np.ndarray, start: np.ndarray, transl: np.ndarray, program: Program, free: np.ndarray, goals: dict[str, _Goal]
) -> np.ndarray:
    """The start with the trunk bent over its legs as far as hands need to come to their goals, if it is free to."""
    if not goals or "torso" in settled(program) or not free[0]:
        return start
    body = body_at(rest, start, transl, ())
    pelvis, joints = body.joints[0, 0], body.joints[0]
    level = np.mean([g.place - pelvis for g in goals.values()], axis=0) * np.array([1.0, 0.0, 1.0])
    axis = _unit(np.cross([0.0, 1.0, 0.0], level + 0.2 * body.heading[0, :, 2]))
    for degrees in range(0, _MOST_BENT + 1, 10):
        turn = rotvec_to_rotmat(np.radians(degrees) * axis)
        apart = [
            (np.linalg.norm(g.place - pelvis - turn @ (joints[INDEX[f"{s}_shoulder"]] - pelvis)), _length(joints, s))
            for s, g in goals.items()
        ]
        if all(distance < 0.97 * length for distance, length in apart):
            break
    if degrees == 0:
        return start
    draft = Draft(start.copy(), body.heading[0], free)
    hanging = ["left_hip", "right_hip", *(f"{s}_shoulder" for s in ("left", "right") if s not in goals)]
    kept = {joint: draft.world(joint) for joint in hanging}  # legs keep standing, an arm that does not reach hangs
    draft.turn("pelvis", rotvec_to_rotmat(0.5 * np.radians(degrees) * axis))
    for joint in ("spine1", "spine2", "spine3"):
        draft.turn(joint, rotvec_to_rotmat(np.radians(degrees) / 6 * axis))
    for joint, rotation in kept.items():
        draft.set_world(joint, rotation)
    return draft.local


def _length(joints: np.ndarray, side: str) -> float:
    """Metres from the shoulder to the palm of a straight arm."""
    shoulder, elbow, wrist = (joints[INDEX[f"{side}_{j}"]] for j in ("shoulder", "elbow", "wrist"))
    return float(np.linalg.norm(elbow - shoulder) + np.linalg.norm(wrist - elbow)) + _PALM


def _reach(
    draft: Draft, joints: np.ndarray, side: str, parts: list[str], goal: _Goal, elbow: tuple[float, float, float]
) -> None:
    """Place one arm so that its palm is at the goal, or as near as it gets."""
    shoulder, middle, wrist = (joints[INDEX[f"{side}_{j}"]] for j in ("shoulder", "elbow", "wrist"))
    upper, lower = float(np.linalg.norm(middle - shoulder)), float(np.linalg.norm(wrist - middle)) + _PALM
    if "upper_arm" not in parts:  # it stays, and the forearm points at the goal
        place_arm_along(draft, side, None, _unit(goal.place - middle))
    else:
        away = goal.place - shoulder
        distance = float(np.clip(np.linalg.norm(away), abs(upper - lower) + 0.01, upper + lower - 0.005))
        axis = _unit(away)
        held = draft.world("spine3") @ (_flip(side) * np.array(elbow))
        held = _unit(held - axis * (held @ axis))
        cosine = float(upper**2 + distance**2 - lower**2) / (2 * upper * distance)
        at = upper * (cosine * axis + max(0.0, 1 - cosine**2) ** 0.5 * held)
        place_arm_along(draft, side, _unit(at), _unit(distance * axis - at))
    if goal.facing is not None and draft.free[INDEX[f"{side}_elbow"]]:
        turn_palm(draft, side, goal.facing)
        _lay_hand(draft, side, goal.facing)


def _lay_hand(draft: Draft, side: str, facing: np.ndarray) -> None:
    """Bend the wrist half of the way that would lay the palm flat."""
    wrist = f"{side}_wrist"
    palm = draft.world(wrist) @ np.array([0.0, -1.0, 0.0])
    halfway = _unit(palm + facing) if palm @ facing > -0.9 else palm
    draft.turn(wrist, rotation_between(palm, halfway))


def _unit(v: np.ndarray) -> np.ndarray:
    out: np.ndarray = v / max(float(np.linalg.norm(v)), 1e-9)
    return out
