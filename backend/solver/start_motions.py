"""The closed-form start for motions, leans, elevations and symmetry.

Those that say where a segment lies become directions of it, which the start then places like any other; rotations of a
bone and motions of small joints are carried out on the joint itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from backend.body.rotations import rotmat_to_quat_wxyz, rotvec_to_rotmat
from backend.body.swing_twist import from_swing_twist, swing_twist, twist
from backend.posecodes import Posecode, Program
from backend.posecodes.angle import Angle
from backend.posecodes.balance import Balance
from backend.posecodes.direction import Direction
from backend.posecodes.elevation import Elevation
from backend.posecodes.ground import Airborne, Support
from backend.posecodes.lean import Lean
from backend.posecodes.motion import HANGING, INWARD, Motion, sign_of
from backend.posecodes.symmetry import Symmetry
from rigs.skeleton import INDEX

from .draft import FOOT_ALONG, Draft, X, Y, Z

_SYMMETRIC: Final = {"arms": ("arm",), "legs": ("leg",), "hands": ("arm_facing",), "body": ("arm", "leg")}
_GLOBE: Final = ("flexion", "abduction", "across")
_KEPT: Final = np.radians(20)  # of abduction, where only the flexion is given: flexing an arm brings it ahead
# segment -> the joint that carries it, its direction in the T-pose (left side), where it goes from upright
_CARRIED: Final = {
    "upper_arm": ("shoulder", X, Z), "arm": ("shoulder", X, Z), "forearm": ("elbow", X, Z), "hand": ("wrist", X, Z),
    "thigh": ("hip", -Y, Z), "leg": ("hip", -Y, Z), "shin": ("knee", -Y, -Z), "foot": ("ankle", FOOT_ALONG, Z),
}  # fmt: skip


def stand_ins(draft: Draft, program: Program) -> tuple[Direction, ...]:
    """Directions that leans, elevations and motions of shoulders and hips come down to, for segments without one."""
    aimed = {c.segment for c in program if isinstance(c, Direction)}
    found = [*_leans(draft, program), *_elevations(draft, program), *_motions(draft, program), *_shifted(program)]
    return tuple({d.segment: d for d in found if not _covered(d.segment) & aimed}.values())


def reflected(program: Program) -> Program:
    """What one side says, for the other one where both are to be symmetric and it says nothing of the kind itself."""
    limbs = {limb for c in program if isinstance(c, Symmetry) for limb in _SYMMETRIC[c.what]}
    said = {(type(c), c.limbs()) for c in program}
    both = [(c, c.mirrored()) for c in program if any(part in limb for limb in c.limbs() for part in limbs)]
    return tuple(twin for c, twin in both if twin != c and (type(twin), twin.limbs()) not in said)


def carry_out(draft: Draft, program: Iterable[Posecode], joints: tuple[str, ...]) -> None:
    """Rotations of bones and motions of small joints (shoulder, wrist ...), in their order."""
    for code in program:
        if isinstance(code, Motion) and code.range.joint in joints and draft.free[INDEX[code.joint]]:
            if code.range.form == "coordinate":
                _set_coordinate(draft, code)
            elif code.range.form == "rotation":
                _set_rotation(draft, code)


def _covered(segment: str) -> set[str]:
    """The segment, and the whole limb that it is part of."""
    side, _, part = segment.partition("_")
    whole = {"upper_arm": "arm", "forearm": "arm", "thigh": "leg", "shin": "leg"}.get(part)
    return {segment, f"{side}_{whole}"} if whole else {segment}


def _taken(code: Lean | Elevation | Motion, current: float) -> float:
    """The number to start with, rad; an inequality is taken only where the current one (rad) breaks it."""
    broken = {"=": True, ">=": current < code.target, "<=": current > code.target}[code.compare]
    return code.target if broken else current


def _leans(draft: Draft, program: Iterable[Posecode]) -> Iterator[Direction]:
    codes = {c.way: c for c in program if isinstance(c, Lean)}
    if not codes:
        return
    x, y, z = draft.heading.T @ draft.world("spine1") @ Y
    forward, sideways = np.arctan2(z, y), np.arctan2(x, y)
    forward = _taken(codes["forward"], forward) if "forward" in codes else forward
    sideways = _taken(codes["sideways"], sideways) if "sideways" in codes else sideways
    across = np.tan(sideways) * np.cos(forward) if np.cos(forward) > 0.1 and abs(sideways) < 1.4 else 0.0
    yield _direction("torso", np.array([across, np.cos(forward), np.sin(forward)]))


def _shifted(program: Program) -> Iterator[Direction]:
    """Weight on one of the feet: that leg below the pelvis and a little bent, as a straight one cannot get longer.

    The other leg is out to the side where it stands too, else its foot is lifted.
    """
    borne = [c for c in program if isinstance(c, (Support, Airborne))]
    down = {part for c in borne if isinstance(c, Support) and not c.height for part in c.parts}
    down |= set() if borne else {"left_foot", "right_foot"}  # who is told nothing else stands
    bent = {c.joint for c in program if isinstance(c, Angle)}
    for code in program:
        if not isinstance(code, Balance) or 0 < code.share < 0.6 or (len(code.parts) > 1 and not code.share):
            continue
        part = code.parts[0]
        side, other, sign = ("left", "right", 1.0) if part.startswith("left") else ("right", "left", -1.0)
        if f"{side}_foot" not in down or not part.endswith(("foot", "heel", "toes")):
            continue
        bearing = [(side, -0.12 * sign, 0.2)] if f"{side}_knee" not in bent else []
        lifted = [(other, -0.1 * sign, 0.4)] if f"{other}_foot" not in down and f"{other}_knee" not in bent else []
        for leg, out, front in (*bearing, *lifted):
            yield _direction(f"{leg}_thigh", np.array([out, -1.0, front]))
            yield _direction(f"{leg}_shin", np.array([out, -1.0, -front]))
        if f"{other}_foot" in down:
            yield _direction(f"{other}_leg", np.array([-0.22 * sign, -1.0, 0.0]))


def _elevations(draft: Draft, program: Iterable[Posecode]) -> Iterator[Direction]:
    for code in program:
        if not isinstance(code, Elevation):
            continue
        side, _, part = code.segment.partition("_")
        if code.segment == "torso":
            along, bearing = draft.world("spine1") @ Y, Z
        elif part in _CARRIED:
            joint, rest, bearing = _CARRIED[part]
            flip = np.array([1.0 if side == "left" else -1.0, 1.0, 1.0])
            along = draft.world(f"{side}_{joint}") @ (rest * flip)
        else:
            continue
        along = draft.heading.T @ along
        level = along * (1 - Y)
        angle = _taken(code, float(np.arctan2(along[1], np.linalg.norm(level))))
        ahead = level / np.linalg.norm(level) if np.linalg.norm(level) > 0.35 else bearing
        yield _direction(code.segment, np.cos(angle) * ahead + np.sin(angle) * Y)


def _motions(draft: Draft, program: Iterable[Posecode]) -> Iterator[Direction]:
    """Upper arms and thighs, from the longitudes and latitudes that are given and the current ones."""
    by_segment: dict[str, dict[str, Motion]] = {}
    for code in program:
        if isinstance(code, Motion) and code.range.form in _GLOBE:
            by_segment.setdefault(code.segment, {})[code.range.form] = code
    for segment, codes in by_segment.items():
        code = next(iter(codes.values()))
        side = 1.0 if segment.startswith("left") else -1.0
        base = draft.world({"chest": "spine3", "pelvis": "pelvis"}[code.frame])
        rest = side * X if code.frame == "chest" else -Y
        now = base.T @ draft.world(code.joint) @ rest * np.array([side, 1.0, 1.0])
        yield _direction(segment, _on_globe(codes, now) * np.array([side, 1.0, 1.0]), code.frame)


def _on_globe(codes: dict[str, Motion], now: np.ndarray) -> np.ndarray:
    """(out, up, front) of a segment that is now at such a place."""
    out, up, front = now
    if "across" in codes:
        angle = _taken(codes["across"], float(np.arctan2(front, out)))
        height = up if abs(up) < 0.7 else 0.0
        level = np.sqrt(1 - height * height)
        return np.array([level * np.cos(angle), height, level * np.sin(angle)])
    flexion = float(np.arctan2(front, -up)) if np.hypot(front, up) > 0.3 else 0.0
    abduction = float(np.arcsin(np.clip(out, -1, 1)))
    if "flexion" in codes:
        flexion = _taken(codes["flexion"], flexion)
        abduction = float(np.clip(abduction, -_KEPT, _KEPT))
    if "abduction" in codes:
        abduction = _taken(codes["abduction"], abduction)
        if abduction > np.pi / 2:  # over the top, through the frontal plane
            flexion = 0.0
    sideways = np.cos(abduction)
    return np.array([np.sin(abduction), -sideways * np.cos(flexion), sideways * np.sin(flexion)])


def _direction(segment: str, toward: np.ndarray, frame: str = "heading") -> Direction:
    x, y, z = (float(v) for v in toward)
    return Direction(segment, (x, y, z), frame)


def _set_coordinate(draft: Draft, code: Motion) -> None:
    index = np.array([INDEX[code.joint]])
    now = swing_twist(rotmat_to_quat_wxyz(draft.local[None, index]), index)[0]
    axis, sign = code.range.axis, sign_of(code)
    now[0, axis] = sign * _taken(code, sign * now[0, axis])
    draft.local[index] = from_swing_twist(now, index)


def _set_rotation(draft: Draft, code: Motion) -> None:
    """Turn the bone about itself: R H^T -> R H^T T with T about the axis that turns a hanging limb in."""
    hanging, inward = HANGING[code.joint], np.array(INWARD[code.joint], float)
    local = draft.local[INDEX[code.joint]] @ hanging.T
    now = float(twist(rotmat_to_quat_wxyz(local)[None, None], inward[None])[0, 0])
    turned = local @ rotvec_to_rotmat(inward * (_taken(code, now) - now))
    draft.local[INDEX[code.joint]] = turned @ hanging
