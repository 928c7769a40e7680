"""Which of two limbs is the left one, through all frames: a network exchanges them in profile, but motion goes on.

In each frame the ends of both legs (and of both arms) may be exchanged; the sequence of exchanges that moves with the
least acceleration in the picture is found by dynamic programming (Viterbi 1967) over pairs of neighbouring frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Final

import numpy as np

from backend.posecodes.vocabulary import SIDES

from .landmarks import INDEX
from .observe import Person

# What hangs together beyond the joint that the trunk carries.
_LIMBS: Final = (("knee", "ankle", "heel", "foot_index"), ("elbow", "wrist", "pinky", "index", "thumb"))
_USUAL: Final = 0.03  # of the person's size: a change of a landmark's step from frame to frame, at 30 Hz
_MOST: Final = 4.0  # times that, beyond which it costs no more
_EXCHANGED: Final = 1.2  # cost of a frame in which the network was wrong though it was sure
_DOUBT: Final = (0.3, 0.6)  # mean votes of two limbs at which the network is not sure at all of their sides, and quite
_CHANGE: Final = 0.6  # cost of beginning or ending to be wrong
_RATE: Final = 30.0  # Hz


def sorted_sides(people: Sequence[Person | None], rate: float) -> list[Person | None]:
    """The person in each frame, with legs and arms of one side from frame to frame; None where nobody was seen."""
    out = list(people)
    there = [t for t, person in enumerate(people) if person is not None]
    for first, last in _stretches(there, rate):
        shown = [p for t in there[first:last] if (p := out[t]) is not None]
        for names in _LIMBS:
            rows = np.array([[INDEX[f"{s}_{n}"] for n in names] for s in SIDES])
            for k, wrong in enumerate(exchanged(shown, rows, rate)):
                if wrong:
                    shown[k] = _exchange(shown[k], rows)
        for t, person in zip(there[first:last], shown, strict=True):
            out[t] = person
    return out


def _stretches(there: Sequence[int], rate: float) -> list[tuple[int, int]]:
    """[first, last) of frames between which less than a fifth of a second is missing."""
    gap = max(2.0, 0.2 * rate)
    cuts = [k for k in range(1, len(there)) if there[k] - there[k - 1] > gap]
    return list(zip([0, *cuts], [*cuts, len(there)], strict=True))


def exchanged(people: Sequence[Person], rows: np.ndarray, rate: float) -> np.ndarray:
    """(T,) bool: in which frames two limbs, landmarks rows (2, K), are each other's."""
    count = len(people)
    if count < 3:
        return np.zeros(count, bool)
    size = float(np.median([p.size for p in people]))
    points = np.array([p.points[rows] for p in people]) / size  # (T, 2, K, 2)
    sure = np.clip(np.array([p.votes[rows] for p in people]) / 0.4, 0.05, 1.0)
    sure = np.minimum(sure, sure[:, ::-1])  # the same however they are assigned
    usual = _USUAL * float(np.clip(_RATE / rate, 1.0, 3.0))
    doubt = (sure_of(people, rows) - _DOUBT[0]) / (_DOUBT[1] - _DOUBT[0])
    wrong = _EXCHANGED * np.clip(doubt, 0.2, 1.0) ** 2
    cost = np.zeros((count, 2, 2, 2))  # of the assignments two frames before, one before, and now
    for a, b, c in product(range(2), repeat=3):
        bend = _ordered(points, c)[2:] - 2 * _ordered(points, b)[1:-1] + _ordered(points, a)[:-2]
        off = np.minimum(np.linalg.norm(bend, axis=-1) / usual, _MOST)
        cost[2:, a, b, c] = (off * sure[2:]).sum(axis=(1, 2)) / sure[2:].sum(axis=(1, 2))
        cost[2:, a, b, c] += wrong[2:] * c + _CHANGE * (b != c)
    change = _CHANGE * (1 - np.eye(2))
    return _cheapest(np.array([[0.0], [wrong[0]]]) + [0.0, wrong[1]] + change, cost)


def sure_of(people: Sequence[Person], rows: np.ndarray) -> np.ndarray:
    """(T,): the mean votes for landmarks rows (2, K)."""
    out: np.ndarray = np.array([p.votes[rows].mean() for p in people])
    return out


def _ordered(points: np.ndarray, exchange: int) -> np.ndarray:
    return points[:, ::-1] if exchange else points


def _cheapest(best: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """(T,) bool: the sequence with the least sum of costs (T, 2, 2, 2), the first two frames costing (2, 2)."""
    count = len(cost)
    came = np.zeros((count, 2, 2), int)
    for t in range(2, count):
        total = best[:, :, None] + cost[t]
        came[t] = total.argmin(axis=0)
        best = total.min(axis=0)
    out = np.zeros(count, int)
    out[-2], out[-1] = np.unravel_index(int(best.argmin()), best.shape)
    for t in range(count - 1, 1, -1):
        out[t - 2] = came[t, out[t - 1], out[t]]
    return out.astype(bool)


def _exchange(person: Person, rows: np.ndarray) -> Person:
    """The person with two limbs exchanged; how far away each is goes by the side that the trunk turns there."""
    here, there = rows.ravel(), rows[::-1].ravel()
    points, space = person.points.copy(), person.space.copy()
    votes, visible, spread = person.votes.copy(), person.visible.copy(), person.spread.copy()
    points[here], space[here, :2] = person.points[there], person.space[there, :2]
    votes[here], visible[here], spread[here] = person.votes[there], person.visible[there], person.spread[there]
    return replace(person, points=points, space=space, votes=votes, visible=visible, spread=spread)
