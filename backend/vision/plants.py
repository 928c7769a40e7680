"""When heels and toes rest: a camera that stands still sees what rests on the ground at one place of the picture.

Landmarks of the feet in the picture are far surer than their places in space, so that is where rest is looked for: the
sequence of resting and moving that costs least, where rest costs speed and height, and a change costs as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from .smoothing import smooth_values, stiffness, whittaker

_STEADY_HZ: Final = 6.0  # motion of a foot in the picture that is quicker is taken for jitter
_REST: Final = 0.45  # m/s: sigma of how fast what rests seems to be
_MOST: Final = 9.0  # cost of a frame of rest at most
_MOVES: Final = 1.4  # cost of a frame of motion
_CHANGE: Final = 2.2  # cost of a change of one foot
_BOTH: Final = 0.5  # cost of a frame in which both feet rest though the body moves on, at
_WALK: Final = 0.8  # m/s or more;
_BOTH_ALONG: Final = 0.8  # and what it costs more where it moves along the view
_SWAY_HZ: Final = 1.0  # of the way over the ground, without the sway of steps
_SWINGS: Final = (
    0.4  # cost of a frame of rest of the foot that goes ahead of the other, for each part of the pace, up to
)
_FASTER: Final = 2.0  # parts
_PART: Final = 2.5  # cost of rest up to which a part of a resting foot rests as well
_LOW: Final = 0.06  # m above the ground below which height costs nothing
_HIGH: Final = 0.05  # m: sigma of the height beyond that
_AROUND: Final = 0.4  # s to each side in which the lowest place of the feet is the ground
_SHORTEST: Final = 0.1  # s of a rest


def steadied(points: np.ndarray, votes: np.ndarray, rate: float) -> np.ndarray:
    """Landmarks (T, K, 2) px without jitter and outliers, by votes (T, K)."""
    out = np.empty_like(points, float)
    for k in range(points.shape[1]):
        out[:, k] = smooth_values(points[:, k], np.clip(votes[:, k] / 0.4, 1e-3, 1.0), stiffness(_STEADY_HZ, rate))
    return out


@dataclass(frozen=True, eq=False)
class Gait:
    """How a body goes, (T,) each: pace, m/s over the ground without the sway of steps; goes: how much faster than the
    right foot the left one goes ahead of the body as posed, in paces; along: 0..1, how much of it is along the view.
    """

    pace: np.ndarray
    goes: np.ndarray
    along: np.ndarray


def gait_of(pelvis: np.ndarray, feet: np.ndarray, eye: np.ndarray, rate: float) -> Gait:
    """The gait of pelvis (T, 3) m and feet (T, 4, 3) m from it, seen from eye (3,) m."""
    if len(pelvis) < 3:
        nothing = np.zeros(len(pelvis))
        return Gait(nothing, nothing, nothing)
    path = whittaker(pelvis[:, ::2], np.ones((len(pelvis), 2)), stiffness(_SWAY_HZ, rate))
    way = np.gradient(path, axis=0) * rate
    pace = np.linalg.norm(way, axis=1)
    apart = np.gradient((feet[:, :2] - feet[:, 2:]).mean(axis=1)[:, ::2], axis=0) * rate
    view = path - eye[::2]
    along = np.abs((way * view).sum(axis=1)) / np.maximum(pace * np.linalg.norm(view, axis=1), 1e-6)
    return Gait(pace, (apart * way).sum(axis=1) / np.maximum(pace, 0.1) ** 2, along)


def resting(points: np.ndarray, per_metre: np.ndarray, above: np.ndarray, gait: Gait, rate: float) -> np.ndarray:
    """(T, 4) bool: which points of the feet rest: heel and toes of the left foot and of the right.

    Args:
        points: (T, 4, 2) px, without jitter. per_metre: (T,) px of a metre at the person. above: (T, 4) m of the points
            above where they rest on the ground, which may be off by some, the same for all points of a frame. gait: a
            body that walks has both feet down for moments only, and of steps along the view a picture shows little.
    """
    if len(points) < 2:
        return above - above.min(axis=1, keepdims=True) < _LOW
    speed = np.linalg.norm(np.gradient(points, axis=0), axis=-1) * rate / per_metre[:, None]
    height = above - _ground(above.min(axis=1), rate)[:, None]
    rest = np.minimum((speed / _REST) ** 2 + (np.maximum(height - _LOW, 0.0) / _HIGH) ** 2, _MOST)
    walks = np.minimum(gait.pace / _WALK, 1.0) ** 2
    swings = _SWINGS * walks[:, None] * np.clip(np.stack([gait.goes, -gait.goes], axis=1), 0.0, _FASTER)
    both = walks * (_BOTH + _BOTH_ALONG * gait.along**4)
    feet = _cheapest(rest.reshape(-1, 2, 2).min(axis=2) + swings, both)
    held = np.repeat(feet, 2, axis=1) & (rest < _PART)
    shortest = max(2, round(_SHORTEST * rate))
    for column in held.T:
        for wanted in (False, True):  # pauses first, then what is too short to be a rest
            for first, last in runs(column == wanted):
                if last - first < shortest and (wanted or (first > 0 and last < len(column))):
                    column[first:last] = not wanted
    return held


def _ground(lowest: np.ndarray, rate: float) -> np.ndarray:
    """(T,) m: the lowest place of the feet in the time around each frame, without steps."""
    reach = max(1, round(_AROUND * rate))
    least = np.array([lowest[max(0, t - reach) : t + reach + 1].min() for t in range(len(lowest))])
    return whittaker(least[:, None], np.ones((len(least), 1)), stiffness(0.5 / _AROUND, rate))[:, 0]


def _cheapest(rest: np.ndarray, both: np.ndarray) -> np.ndarray:
    """(T, 2) bool: which feet rest, by the cost (T, 2) of rest of each, and (T,) of both at once."""
    states = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
    costs = np.where(states, rest[:, None], _MOVES).sum(axis=2)
    costs[:, 3] += both
    change = _CHANGE * np.abs(states[:, None] - states).sum(axis=2)
    best, came = costs[0], np.zeros(costs.shape, int)
    for t in range(1, len(costs)):
        total = best[:, None] + change
        came[t] = total.argmin(axis=0)
        best = total.min(axis=0) + costs[t]
    out = np.zeros(len(costs), int)
    out[-1] = best.argmin()
    for t in range(len(costs) - 1, 0, -1):
        out[t - 1] = came[t, out[t]]
    return states[out].astype(bool)


def runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """[first, last) of each stretch that is True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
