"""Feet of a moving body, and how those that rest are held where they are, so that they do not slide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from backend.body.kinematics import Kinematics
from backend.body.model import ShapedBody
from backend.body.rotations import rotation_between, rotmat_to_rotvec, rotvec_to_rotmat
from backend.posecodes.tracking import tracked_by
from backend.posecodes.vocabulary import SIDES, skin
from rigs.skeleton import INDEX as JOINT

from .plants import runs
from .smoothing import stiffness, whittaker

POINTS: Final = tuple(skin(f"{s}_{part}") for s in SIDES for part in ("heel", "toes"))
_HOLD: Final = 6.0  # Hz: how quickly legs follow what holds their feet
_WHOLE: Final = 1e3  # how much a correction counts where a foot is held, beside 1 where it is under the ground
_BODY: Final = 4.0  # Hz: how quickly bodies do
_MISSED: Final = 0.005  # m from its spot beyond which a point does not rest there
_FREE: Final = 2e-3  # how much a foot that is not held keeps its own place, beside 1 for one that is
_ROUNDS: Final = 6  # of bending legs and moving the body
_FEET: Final = (slice(0, 2), slice(2, 4))  # the points of each
_STRETCH: Final = 0.998  # of a straight leg


def bodies(shaped: ShapedBody, local: np.ndarray, transl: np.ndarray) -> Kinematics:
    """The bodies of all frames: local (T, 55, 3, 3), transl (T, 3) m."""
    heading = np.broadcast_to(np.eye(3), (len(local), 3, 3))
    return Kinematics(shaped.joints, local, transl, tracked_by((), ("com", *POINTS)), heading)


def foot_points(shaped: ShapedBody, local: np.ndarray, transl: np.ndarray) -> np.ndarray:
    """(T, 4, 3) m: heel and toes of the left foot and of the right."""
    return bodies(shaped, local, transl).points(POINTS).value


def rest_heights(shaped: ShapedBody) -> np.ndarray:
    """(4,) m: how high the points of flat feet are above the ground."""
    points = foot_points(shaped, np.broadcast_to(np.eye(3), (1, len(JOINT), 3, 3)), np.zeros((1, 3)))[0]
    out: np.ndarray = points[:, 1] - shaped.vertices[:, 1].min()
    return out


def held_still(
    shaped: ShapedBody,
    local: np.ndarray,
    transl: np.ndarray,
    held: np.ndarray,
    high: np.ndarray,
    rate: float,
    between: Callable[[], None] = lambda: None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Local rotations (T, 55, 3, 3) and transl (T, 3) m with what is held (T, 4) of the feet resting at one place each.

    Legs bend and feet turn; where a leg is too short for that the body gives way, and what it cannot reach even then is
    no longer held: the third value is what still is. No foot is left under the ground. `between` may raise to stop.
    """
    points = foot_points(shaped, local, transl)
    spots = np.concatenate([anchored(points[:, m], held[:, m], high[m]) for m in _FEET], axis=1)
    for _ in range(_ROUNDS):
        between()
        for side, mine in zip(SIDES, _FEET, strict=True):
            local = _soles_turned(shaped, local, transl, side, spots[:, mine], held[:, mine], rate)
            shift = _missing(foot_points(shaped, local, transl)[:, mine], spots[:, mine], held[:, mine], high[mine])
            local = reached(shaped, local, transl, side, _eased(shift, held[:, mine].any(axis=1), rate))
        left = np.where(held[..., None], spots - foot_points(shaped, local, transl), 0.0)
        each = left.sum(axis=1) / np.maximum(held.sum(axis=1), 1)[:, None]
        weights = np.repeat(np.where(held.any(axis=1), 1.0, _FREE)[:, None], 3, axis=1)
        transl = transl + whittaker(each, weights, stiffness(_BODY, rate))
    off = np.linalg.norm(spots - foot_points(shaped, local, transl), axis=-1)
    return local, transl, held & (off < _MISSED)


def _missing(points: np.ndarray, spots: np.ndarray, held: np.ndarray, high: np.ndarray) -> np.ndarray:
    """(T, 3) m by which a foot (T, 2, 3) misses its spots where it is held, and is under the ground elsewhere."""
    some = held.sum(axis=1)
    out: np.ndarray = np.where(held[..., None], spots - points, 0.0).sum(axis=1) / np.maximum(some, 1)[:, None]
    out[:, 1] = np.where(some > 0, out[:, 1], np.maximum((high - points[..., 1]).max(axis=1), 0.0))
    return out


def _eased(shift: np.ndarray, held: np.ndarray, rate: float) -> np.ndarray:
    """Corrections (T, 3) that are whole where a foot is held (T,), and fade in and out where it is not."""
    weights = np.where(held[:, None], _WHOLE, np.where(np.abs(shift) > 0.0, 1.0, _FREE))
    eased = whittaker(shift, weights, stiffness(_HOLD, rate))
    out: np.ndarray = np.where(held[:, None], shift, eased)
    return out


def anchored(points: np.ndarray, held: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Where heel and toes (T, 2, 3) rest in each stretch; where both do, they are as far apart as a foot is long."""
    out = points.copy()
    for k in range(2):
        for first, last in runs(held[:, k]):
            out[first:last, k] = points[first:last, k].mean(axis=0)
            out[first:last, k, 1] = high[k]
    for first, last in runs(held.any(axis=1)):
        both = first + np.flatnonzero(held[first:last].all(axis=1))
        if len(both) == 0:
            continue
        toes, heel = out[both[0], 1], out[both[0], 0]
        long = float(np.linalg.norm(points[both[0], 1] - points[both[0], 0]))
        level = np.sqrt(max(long**2 - float(high[1] - high[0]) ** 2, 1e-6))
        way = (heel - toes) * [1.0, 0.0, 1.0]
        spot = toes + way * level / max(float(np.linalg.norm(way)), 1e-6)
        rests = first + np.flatnonzero(held[first:last, 0])
        out[rests, 0] = [spot[0], high[0], spot[2]]
        out[first + np.flatnonzero(held[first:last, 1]), 1] = toes
    return out


def _soles_turned(
    shaped: ShapedBody,
    local: np.ndarray,
    transl: np.ndarray,
    side: str,
    spots: np.ndarray,
    held: np.ndarray,
    rate: float,
) -> np.ndarray:
    """Local rotations with one foot turned from heel to toes as its spots (T, 2, 3) lie, while both are held."""
    both = held.all(axis=1)
    if not both.any():
        return local
    k = 2 * SIDES.index(side)
    now = foot_points(shaped, local, transl)[:, k : k + 2]
    turn = rotation_between(_unit(now[:, 1] - now[:, 0]), _unit(spots[:, 1] - spots[:, 0]))
    angles = _eased(np.where(both[:, None], rotmat_to_rotvec(turn), 0.0), both, rate)
    world = bodies(shaped, local, transl).world
    ankle, knee = JOINT[f"{side}_ankle"], JOINT[f"{side}_knee"]
    out = local.copy()
    out[:, ankle] = np.swapaxes(world[:, knee], 1, 2) @ rotvec_to_rotmat(angles) @ world[:, ankle]
    return out


def reached(shaped: ShapedBody, local: np.ndarray, transl: np.ndarray, side: str, shift: np.ndarray) -> np.ndarray:
    """Local rotations with the ankle of one leg moved by shift (T, 3) m, the foot turned as before (two-bone IK)."""
    hip, knee, ankle = (JOINT[f"{side}_{j}"] for j in ("hip", "knee", "ankle"))
    body = bodies(shaped, local, transl)
    at, world = body.joints, body.world
    goal = at[:, ankle] + shift - at[:, hip]
    thigh, shin = at[:, knee] - at[:, hip], at[:, ankle] - at[:, knee]
    a, b = np.linalg.norm(thigh, axis=1), np.linalg.norm(shin, axis=1)
    far = np.minimum(np.linalg.norm(goal, axis=1), _STRETCH * (a + b))
    axis = np.cross(thigh, shin)
    sine = np.linalg.norm(axis, axis=1, keepdims=True) / (a * b)[:, None]
    axis = np.where(sine > 0.1, axis / np.maximum(sine * (a * b)[:, None], 1e-9), world[:, knee, :, 0])
    now = np.arctan2((np.cross(thigh, shin) * axis).sum(axis=1), (thigh * shin).sum(axis=1))
    bend = np.arccos(np.clip((far**2 - a**2 - b**2) / (2 * a * b), -1.0, 1.0))
    turn = rotvec_to_rotmat(axis * (bend - now)[:, None])
    reach = thigh + np.einsum("tab,tb->ta", turn, shin)
    swing = rotation_between(_unit(reach), _unit(goal))
    thighs, shins = swing @ world[:, hip], swing @ turn @ world[:, knee]
    out = local.copy()
    out[:, hip] = np.swapaxes(world[:, 0], 1, 2) @ thighs
    out[:, knee] = np.swapaxes(thighs, 1, 2) @ shins
    out[:, ankle] = np.swapaxes(shins, 1, 2) @ world[:, ankle]
    return out


def _unit(v: np.ndarray) -> np.ndarray:
    out: np.ndarray = v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-12)
    return out


def slide(points: np.ndarray, held: np.ndarray) -> float:
    """M: the farthest that a held point (T, 4, 3) gets, over the ground, from where it rests on average."""
    far = [
        np.linalg.norm(part - part.mean(axis=0), axis=1).max()
        for k in range(held.shape[1]) for first, last in runs(held[:, k])
        for part in [points[first:last, k, ::2]]
    ]  # fmt: skip
    return float(max(far, default=0.0))
