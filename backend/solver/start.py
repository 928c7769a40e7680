"""Starting poses in closed form: the statements that fix a rotation are carried out one after the other down the tree.

Pelvis and chest first, then the limbs: with an upper segment along u and a lower one along f, the hinge's plane is
known, so the ball joint's whole rotation and the hinge's flexion follow exactly. What no statement mentions keeps the
base pose.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from backend.body.kinematics import heading_of
from backend.body.rotations import rotation_between, rotmat_to_quat_wxyz, rotmat_to_rotvec, rotvec_to_rotmat
from backend.body.swing_twist import swing_twist
from backend.posecodes import Posecode, Program
from backend.posecodes.angle import Angle
from backend.posecodes.direction import Direction
from backend.posecodes.facing import Facing
from backend.posecodes.finger import Finger
from backend.posecodes.gaze import Gaze
from backend.posecodes.ground import Support
from backend.posecodes.hand import Hand
from backend.posecodes.turn import Turn
from backend.posecodes.vocabulary import AXES, FACES
from rigs.skeleton import INDEX

from .draft import FOOT_ALONG, Draft, X, Y, Z, about
from .limits import HIGH, LOW
from .start_motions import carry_out, reflected, stand_ins

_FOOT_STRETCHED = 0.85  # rad about X: toes away from the shin
_TOES_BENT = -0.8  # rad about X: upwards, as on tiptoe
_SPINE = ("spine1", "spine2", "spine3")


@dataclass(frozen=True)
class _Wishes:
    """The statements by what they are about."""

    segments: dict[str, Direction] = field(default_factory=dict)
    faces: dict[str, Facing] = field(default_factory=dict)
    bends: dict[str, Angle] = field(default_factory=dict)
    turns: tuple[Turn, ...] = ()
    hands: tuple[Hand | Finger, ...] = ()
    gaze: Gaze | None = None
    bearers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, program: Iterable[Posecode]) -> _Wishes:
        program = tuple(program)
        return cls(
            {c.segment: c for c in program if isinstance(c, Direction)},
            {c.part: c for c in program if isinstance(c, Facing)},
            {c.joint: c for c in program if isinstance(c, Angle)},
            tuple(c for c in program if isinstance(c, Turn)),
            tuple(c for c in program if isinstance(c, (Hand, Finger))),
            next((c for c in program if isinstance(c, Gaze)), None),
            frozenset(part for c in program if isinstance(c, Support) for part in c.parts),
        )


def starting_pose(base: np.ndarray, program: Program, free: np.ndarray) -> np.ndarray:
    """Local rotations (55, 3, 3) that carry out the program's orientations, from the local rotations of a base pose.

    Args:
        base: (55, 3, 3). free: (55,) bool, joints that may be changed.
    """
    draft = Draft(base.copy(), heading_of(base[0]), free)
    program = (*program, *reflected(program))
    wishes = _Wishes.of((*program, *stand_ins(draft, program)))
    lay = {side: _shin_lies(draft, side) for side in ("left", "right")}
    _place_trunk(draft, wishes)
    _place_head(draft, wishes)
    carry_out(draft, program, ("collar",))
    for side in ("left", "right"):
        _place_arm(draft, wishes, side)
        _place_leg(draft, wishes, side, lay[side])
    carry_out(draft, program, ("shoulder", "hip", "elbow", "wrist", "ankle", "foot"))
    return with_hands(draft.local, wishes.hands, free)


def with_hands(local: np.ndarray, hands: Iterable[Hand | Finger], free: np.ndarray) -> np.ndarray:
    """The pose (55, 3, 3) with its free finger joints in the given shapes; a single finger refines its hand."""
    out = local.copy()
    for code in sorted(hands, key=lambda c: isinstance(c, Finger)):
        joints = code.joints
        out[joints] = np.where(free[joints, None, None], code.target(), out[joints])
    return out


def _place_trunk(draft: Draft, wishes: _Wishes) -> None:
    facing = [(name, wishes.faces[name]) for name in ("pelvis", "pelvis_up", "pelvis_left") if name in wishes.faces]
    for name, code in facing:
        axis = np.array(AXES[FACES[name]].direction)
        draft.turn("pelvis", rotation_between(draft.world("pelvis") @ axis, draft.direction(code)))
    torso = wishes.segments.get("torso")
    if torso is not None:
        goal = draft.direction(torso)
        if facing:  # keep what faces where it was told: turn about that axis only
            axis = draft.world("pelvis") @ np.array(AXES[FACES[facing[0][0]]].direction)
            draft.turn("pelvis", about(axis, draft.world("pelvis") @ Y, goal))
        full = rotmat_to_rotvec(rotation_between(draft.world("pelvis") @ Y, goal))
        share = 0.55 if np.linalg.norm(full) < 1.2 else 0.8
        if not facing:
            draft.turn("pelvis", rotvec_to_rotmat(share * full))
        rest = rotmat_to_rotvec(rotation_between(draft.world("pelvis") @ Y, goal))
        limit = min(1.0, 1.3 / max(float(np.linalg.norm(rest)), 1e-9))
        for joint in _SPINE:
            # The chord pelvis-neck follows two thirds of what the three joints bend: its lowest part is fixed.
            draft.turn(joint, rotvec_to_rotmat(limit * rest * 0.42))
    chest = wishes.faces.get("chest")
    if chest is not None:
        _face_chest(draft, chest, pelvis_too=not facing)
    for turn in wishes.turns:
        if turn.part == "torso":
            step = rotvec_to_rotmat(_turn_axis(turn) * np.radians(turn.degrees) / 3)
            for joint in _SPINE:
                if draft.free[INDEX[joint]]:
                    draft.local[INDEX[joint]] = draft.local[INDEX[joint]] @ step


def _face_chest(draft: Draft, code: Facing, pelvis_too: bool) -> None:
    rotation = rotmat_to_rotvec(rotation_between(draft.world("spine3") @ Z, draft.direction(code)))
    if pelvis_too and np.linalg.norm(rotation) > 1.0:
        draft.turn("pelvis", rotvec_to_rotmat(rotation))
        return
    for joint in _SPINE:
        draft.turn(joint, rotvec_to_rotmat(rotation / 3))


def _turn_axis(code: Turn) -> np.ndarray:
    """Axis of a positive turn (to the left; forward for a bow) in the rest frame."""
    return {"turned": Y, "tilted": -Z, "bowed": X}[code.motion]


def _place_head(draft: Draft, wishes: _Wishes) -> None:
    for code in wishes.turns:
        if code.part == "head":
            step = rotvec_to_rotmat(_turn_axis(code) * np.radians(code.degrees) / 2)
            for joint in ("neck", "head"):
                if draft.free[INDEX[joint]]:
                    draft.local[INDEX[joint]] = draft.local[INDEX[joint]] @ step
    goal = None
    if wishes.gaze is not None and wishes.gaze.toward is not None:
        goal = draft.heading @ np.asarray(wishes.gaze.toward, float)
    elif "head" in wishes.faces:
        goal = draft.direction(wishes.faces["head"])
    if goal is not None:
        full = rotmat_to_rotvec(rotation_between(draft.world("head") @ Z, goal / np.linalg.norm(goal)))
        bounded = full * min(1.0, 1.2 / max(float(np.linalg.norm(full)), 1e-9))
        draft.turn("neck", rotvec_to_rotmat(bounded / 2))
        draft.turn("head", rotvec_to_rotmat(bounded / 2))


def _limb_goals(
    draft: Draft, wishes: _Wishes, upper: str, lower: str, whole: str
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """World directions asked for the upper and the lower segment; a direction of the whole limb stands for both."""
    codes = wishes.segments
    u = codes.get(upper) or codes.get(whole)
    f = codes.get(lower) or codes.get(whole)
    return (draft.direction(u) if u else None), (draft.direction(f) if f else None)


def _ball_from(along: np.ndarray, bend_towards: np.ndarray, sign: float, leg: bool) -> np.ndarray | None:
    """World rotation of a ball joint whose bone lies along `along` and whose hinge bends towards `bend_towards`.

    None where the two are parallel and the hinge's plane is not known.
    """
    side = bend_towards - along * (bend_towards @ along)
    length = float(np.linalg.norm(side))
    if length < 0.12:
        return None
    side = side / length
    if leg:  # thigh along -Y, the shin bends to -Z
        y, z = -along, -side
        return np.stack([np.cross(y, z), y, z], axis=1)
    x, z = sign * along, side  # the left arm along +X, the right along -X; the forearm bends to +Z
    return np.stack([x, np.cross(z, x), z], axis=1)


def _place_limb(
    draft: Draft,
    ball: str,
    hinge: str,
    rest: np.ndarray,
    flexion_axis: np.ndarray,
    goals: tuple,
    bend: float | None,
    leg: bool,
) -> None:
    """Set ball joint and hinge from the world directions of both segments, or one, or the bend alone."""
    u, f = goals
    sign = float(rest[0]) if not leg else 1.0
    current = draft.world(ball) @ rest
    along = current if u is None else u
    if u is not None:
        draft.turn(ball, rotation_between(current, u))
    if f is not None:
        rotation = _ball_from(along, f, sign, leg)
        if rotation is not None:
            draft.set_world(ball, rotation)
        bend = float(np.degrees(np.arccos(np.clip(along @ f, -1, 1))))
    if bend is not None and draft.free[INDEX[hinge]]:
        draft.local[INDEX[hinge]] = rotvec_to_rotmat(flexion_axis * np.radians(bend))


def _bend(wishes: _Wishes, joint: str, current: float) -> float | None:
    """The flexion asked for, deg; an inequality is taken only where the current one breaks it."""
    code = wishes.bends.get(joint)
    if code is None:
        return None
    broken = {"=": True, ">=": current < code.degrees, "<=": current > code.degrees}[code.compare]
    return code.degrees if broken else None


def _flexion(draft: Draft, hinge: str) -> float:
    return float(np.degrees(np.linalg.norm(rotmat_to_rotvec(draft.local[INDEX[hinge]]))))


def _place_arm(draft: Draft, wishes: _Wishes, side: str) -> None:
    sign = 1.0 if side == "left" else -1.0
    goals = _limb_goals(draft, wishes, f"{side}_upper_arm", f"{side}_forearm", f"{side}_arm")
    elbow = f"{side}_elbow"
    bend = _bend(wishes, elbow, _flexion(draft, elbow))
    _place_limb(draft, f"{side}_shoulder", elbow, sign * X, -sign * Y, goals, bend, leg=False)
    palm = wishes.faces.get(f"{side}_palm")
    if palm is not None and draft.free[INDEX[elbow]]:
        turn_palm(draft, side, draft.direction(palm))
    hand = wishes.segments.get(f"{side}_hand")
    if hand is not None:
        wrist = f"{side}_wrist"
        draft.turn(wrist, rotation_between(draft.world(wrist) @ (sign * X), draft.direction(hand)))


def place_arm_along(draft: Draft, side: str, upper: np.ndarray | None, fore: np.ndarray | None) -> None:
    """Set one arm from the world directions of its segments; None keeps a segment's own."""
    sign = 1.0 if side == "left" else -1.0
    elbow = f"{side}_elbow"
    _place_limb(draft, f"{side}_shoulder", elbow, sign * X, -sign * Y, (upper, fore), None, leg=False)


def turn_palm(draft: Draft, side: str, goal: np.ndarray) -> None:
    """Turn the forearm about its length, within its range, so that the palm comes nearest to `goal`."""
    index = INDEX[f"{side}_elbow"]
    along = draft.world(index) @ X
    palm = draft.world(f"{side}_wrist") @ -Y
    wanted = float(rotmat_to_rotvec(about(along, palm, goal)) @ along)
    now = swing_twist(rotmat_to_quat_wxyz(draft.local[None, [index]]), np.array([index]))
    turn = float(np.clip(now[0, 0, 0] + wanted, LOW[index, 0], HIGH[index, 0]) - now[0, 0, 0])
    draft.local[index] = draft.local[index] @ rotvec_to_rotmat(X * turn)


def _place_leg(draft: Draft, wishes: _Wishes, side: str, lay: bool) -> None:
    """`lay`: whether the shin lay on its front before anything was placed; its foot then is as it was meant."""
    knee = f"{side}_knee"
    goals = _limb_goals(draft, wishes, f"{side}_thigh", f"{side}_shin", f"{side}_leg")
    bend = _bend(wishes, knee, _flexion(draft, knee))
    _place_limb(draft, f"{side}_hip", knee, -Y, X, goals, bend, leg=True)
    foot = wishes.faces.get(f"{side}_foot")
    along = wishes.segments.get(f"{side}_foot")
    if along is not None:
        draft.turn(f"{side}_ankle", rotation_between(draft.world(f"{side}_ankle") @ FOOT_ALONG, draft.direction(along)))
    elif foot is not None:
        ankle = f"{side}_ankle"
        draft.turn(ankle, rotation_between(draft.world(ankle) @ Z, draft.direction(foot)))
    if f"{side}_toes" in wishes.bearers and f"{side}_heel" not in wishes.bearers:
        _bend_toes(draft, side, ankle_too=foot is None and along is None)
    elif foot is None and along is None and draft.free[INDEX[f"{side}_ankle"]] and _shin_lies(draft, side) and not lay:
        # A shin that lies on its front: the foot lies on its top, or it would stick into the ground.
        draft.local[INDEX[f"{side}_ankle"]] = rotvec_to_rotmat(_FOOT_STRETCHED * X)


def _shin_lies(draft: Draft, side: str) -> bool:
    """Whether a shin lies on its front, more or less level."""
    return bool(draft.world(f"{side}_knee")[1, 2] < -0.6)


def _bend_toes(draft: Draft, side: str, ankle_too: bool) -> None:
    """Toes bent up under a raised heel: stretched ankle over an upright shin, bent one over a level shin (kneeling).

    From a straight foot the solver could not tell which way to bend, and may curl the toes under.
    """
    ankle, toes = INDEX[f"{side}_ankle"], INDEX[f"{side}_foot"]
    if draft.free[toes]:
        draft.local[toes] = rotvec_to_rotmat(_TOES_BENT * X)
    if ankle_too and draft.free[ankle]:
        upright = abs(draft.world(f"{side}_knee")[1, 1]) > 0.6
        draft.local[ankle] = rotvec_to_rotmat((0.6 if upright else -0.5) * X)
