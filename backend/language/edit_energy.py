"""Edits of everything at once: more or less energetic, larger strides."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from backend.body.rotations import rotation_between, rotmat_to_rotvec, rotvec_to_rotmat
from backend.posecodes import Posecode, Program
from backend.posecodes.angle import Angle
from backend.posecodes.ground import Airborne, Support
from backend.posecodes.turn import Turn
from backend.posecodes.vocabulary import SIDES
from rigs.skeleton import JOINTS

from .ease import SEGMENTS, at_ease
from .edit_change import BEARING, DOWN, Change, joints, pointing
from .edit_words import Clause
from .measures import Measures
from .postures import posture_of

_ENERGY: Final = re.compile(
    r"\b(more|less|much more|a (?:bit|little) (?:more|less)) (?:energetic|dynamic|dramatic|exaggerated|intense"
    r"|expressive|extreme|powerful|lively|active|explosive)\b"
    r"|\bexaggerate\b|\bfaster\b|\bquicker\b|\b(slower|calmer|softer|subtler|gentler|tone (?:it|this)? ?down)\b"
)
_ACTION: Final = {  # (left, up, front): a stride with the left leg in front
    "left_thigh": (0.12, -1.0, 0.75), "left_shin": (0.0, -1.0, -0.12),
    "right_thigh": (-0.15, -1.0, -0.4), "right_shin": (0.0, -1.0, -0.75),
    "left_upper_arm": (0.45, -0.8, -0.75), "left_forearm": (0.0, -0.25, 1.0),
    "right_upper_arm": (-0.35, -0.5, 0.9), "right_forearm": (0.35, 0.9, 0.6),
    "torso": (0.0, 1.0, 0.3),
}  # fmt: skip


def edit_energy(clause: Clause, m: Measures) -> Change | None:
    """Like "more energetic": every limb further away from a neutral stance, the trunk's lean larger; "less": nearer."""
    found = _ENERGY.search(clause.text)
    if found is None:
        return None
    less = bool(found[2]) or "less" in (found[1] or "")
    if not less and _at_ease(m):
        return _into_action(m, min(1.0, 0.75 * clause.amount.scale))
    factor = 1.0 + (-0.35 if less else 0.3) * clause.amount.scale
    codes: list[Posecode] = []
    for side in SIDES:
        for segment in SEGMENTS:
            frame = "chest" if "arm" in segment else "pelvis"
            goal = _further(at_ease(side, segment), m.direction(f"{side}_{segment}", frame), factor)
            codes.append(pointing(f"{side}_{segment}", goal, frame))
    torso = m.direction("torso")
    codes.append(pointing("torso", _further(np.array([0.0, 1.0, 0.0]), torso, 1.0 + 1.6 * (factor - 1.0))))
    return Change((*codes, *_same_supports(m)), frozenset(JOINTS))


def _at_ease(m: Measures) -> bool:
    """Whether a body stands so quietly that nothing of it could be done more."""
    away = [float(np.arccos(np.clip(at_ease(s, b) @ m.direction(f"{s}_{b}"), -1, 1))) for s in SIDES for b in SEGMENTS]
    return posture_of(m).kind == "standing" and np.degrees(max(away)) < 25


def _into_action(m: Measures, share: float) -> Change:
    """From standing at ease a share of the way into a stride with arms that swing against it."""
    codes: list[Posecode] = []
    for segment, goal in _ACTION.items():
        now = m.direction(segment)
        turn = rotmat_to_rotvec(rotation_between(now, np.array(goal) / np.linalg.norm(goal)))
        codes.append(pointing(segment, rotvec_to_rotmat(share * turn) @ now))
    codes.append(Turn("torso", "turned", round(m.turn("torso", "turned") + 18.0 * share, 1)))
    return Change((*codes, Support(("left_foot", "right_toes"))), frozenset(JOINTS))


def _further(home: np.ndarray, now: np.ndarray, factor: float) -> np.ndarray:
    """(3,) unit: the turn from home to now, times a factor, at most 30 degrees more."""
    turn = rotmat_to_rotvec(rotation_between(home, now))
    angle = float(np.linalg.norm(turn))
    wanted = min(angle * factor, angle + np.radians(30), np.pi * 0.95)
    return np.asarray(rotvec_to_rotmat(turn * (wanted / max(angle, 1e-9))) @ home)


def longer_stride(m: Measures) -> Change:
    """Thighs further from the vertical; knees, trunk and what bears stay as they are."""
    codes: list[Posecode] = []
    for side in SIDES:
        now = m.direction(f"{side}_thigh", "pelvis")
        codes.append(pointing(f"{side}_thigh", _further(at_ease(side, "thigh"), now, 1.4), "pelvis"))
        codes.append(Angle(f"{side}_knee", round(m.flexion(f"{side}_knee"), 1)))
    return Change((*codes, *_same_supports(m)), joints("root", "legs"))


def _same_supports(m: Measures) -> Program:
    """What bears now bears later, wherever it comes to be."""
    if m.lowest > DOWN + 0.02:
        return (Airborne(round(m.lowest, 3)),)
    parts = tuple(f"{s}_{p}" for s in SIDES for skin, p in BEARING if m.height(f"{s}_{skin}") < DOWN)
    return (Support(parts),) if parts else ()
