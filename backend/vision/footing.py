"""Feet of a moving body: which rest on the ground and when, and how they are held there so that they do not slide."""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.body.kinematics import Kinematics
from backend.body.model import ShapedBody
from backend.body.rotations import rotation_between, rotvec_to_rotmat
from backend.posecodes.tracking import tracked_by
from backend.posecodes.vocabulary import SIDES, skin
from rigs.skeleton import INDEX as JOINT

from .smoothing import stiffness, whittaker

POINTS: Final = tuple(skin(f"{s}_{part}") for s in SIDES for part in ("heel", "toes"))
_LOW: Final = 0.07  # m above the ground below which a point of a foot may rest on it
_SLOW: Final = (0.4, 1.0)  # m/s below which it may rest: at least, at most,
_SLOWER: Final = 0.35  # and in between this part of how fast feet move in this motion
_AROUND: Final = 0.4  # s to each side in which the lowest place of the feet is the ground
_SHORTEST: Final = 0.09  # s of a rest; shorter pauses within one are filled as well
_PULL: Final = 1e-4  # how much a whole body that is held stays where it was seen, beside 1 for what is held
_FREE: Final = 0.05  # how much it keeps its own motion while nothing is held
_FLIGHT: Final = 0.12  # m of the lowest point above the ground from which on a body is taken to fly
_STEPS: Final = 0.3  # how much the lowest foot of others belongs on the ground, beside 1 for what rests
_HOLD: Final = 12.0  # Hz: how quickly legs follow what holds their feet
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


def resting(points: np.ndarray, high: np.ndarray, rate: float) -> np.ndarray:
    """(T, 4) bool: which points (T, 4, 3) m of the feet rest on the ground, being low and slow.

    high: (4,) m above the ground where they rest.
    """
    n = len(points)
    above = points[..., 1] - high
    reach = max(1, round(_AROUND * rate))
    lowest = above.min(axis=1)
    ground = np.array([lowest[max(0, t - reach) : t + reach + 1].min() for t in range(n)])
    speed = np.linalg.norm(np.gradient(points[..., ::2], axis=0), axis=-1) * rate if n > 1 else np.zeros((n, 4))
    slow = float(np.clip(_SLOWER * np.percentile(speed, 90), *_SLOW))  # what is seen of a resting foot swims a little
    held = (above - ground[:, None] < _LOW) & (speed < slow)
    shortest = max(1, round(_SHORTEST * rate))
    for column in held.T:
        for wanted in (False, True):  # pauses first, then what is too short to be a rest
            for first, last in runs(column == wanted):
                inside = first > 0 and last < n
                if last - first < shortest and (inside or wanted):
                    column[first:last] = not wanted
    return held


def runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """[first, last) of each stretch that is True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def carried(points: np.ndarray, held: np.ndarray, high: np.ndarray, rate: float) -> np.ndarray:
    """(T, 3) m by which whole bodies move so that points (T, 4, 3) that are held stay, and lie on the ground."""
    out = np.zeros((len(points), 3))
    both = held[1:] & held[:-1]
    count = both.sum(axis=1)
    steps = np.where(both[..., None], np.diff(points, axis=0), 0.0).sum(axis=1) / np.maximum(count, 1)[:, None]
    weight = np.where(count > 0, 1.0, _FREE)
    out[:, ::2] = _by_steps(np.where(count[:, None] > 0, -steps, 0.0)[:, ::2], weight)
    above, some = points[..., 1] - high, held.sum(axis=1)
    lowest = above.min(axis=1)
    height = np.where(some > 0, np.where(held, above, 0.0).sum(axis=1) / np.maximum(some, 1), lowest)
    weights = np.where(some > 0, 1.0, np.where(np.abs(lowest) < _FLIGHT, _STEPS, 1e-4))
    out[:, 1:2] = whittaker(-height[:, None], weights[:, None], stiffness(4.0, rate))
    return out


def _by_steps(steps: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Tracks (T, K) near zero whose steps are (T - 1, K), by weights (T - 1,): a tridiagonal elimination."""
    n = len(steps) + 1
    left, right = np.concatenate([[0.0], weight]), np.concatenate([weight, [0.0]])
    ahead, behind = np.zeros((n, steps.shape[1])), np.zeros((n, steps.shape[1]))
    ahead[1:], behind[:-1] = weight[:, None] * steps, weight[:, None] * steps
    main, rhs = _PULL + left + right, ahead - behind
    for i in range(1, n):
        m = -left[i] / main[i - 1]
        main[i] += m * left[i]
        rhs[i] -= m * rhs[i - 1]
    rhs[-1] /= main[-1]
    for i in range(n - 2, -1, -1):
        rhs[i] = (rhs[i] + right[i] * rhs[i + 1]) / main[i]
    return rhs


def hold(
    shaped: ShapedBody, local: np.ndarray, transl: np.ndarray, held: np.ndarray, high: np.ndarray, rate: float
) -> np.ndarray:
    """Local rotations (T, 55, 3, 3) with the legs bent so that held points rest where they are on average."""
    points = foot_points(shaped, local, transl)
    out = local
    for k, side in enumerate(SIDES):
        mine = slice(2 * k, 2 * k + 2)
        wanted = _anchored(points[:, mine], held[:, mine], high[mine]) - points[:, mine]
        some = held[:, mine].sum(axis=1)
        shift = np.where(held[:, mine, None], wanted, 0.0).sum(axis=1) / np.maximum(some, 1)[:, None]
        weights = np.repeat(np.where(some > 0, 1.0, 2e-3)[:, None], 3, axis=1)
        out = reached(shaped, out, transl, side, whittaker(shift, weights, stiffness(_HOLD, rate)))
    return out


def _anchored(points: np.ndarray, held: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Where heel and toes (T, 2, 3) rest in each stretch; a foot that rolls from one to the other keeps its length."""
    out = points.copy()
    for k in range(2):
        for first, last in runs(held[:, k]):
            out[first:last, k] = points[first:last, k].mean(axis=0)
            out[first:last, k, 1] = high[k]
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
