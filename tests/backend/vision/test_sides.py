"""Legs that a network exchanges for some frames are put right; legs that really pass each other are left alone."""

from __future__ import annotations

import numpy as np
import pytest

from backend.posecodes.vocabulary import SIDES
from backend.vision.landmarks import INDEX
from backend.vision.observe import Person
from backend.vision.sides import sorted_sides

RNG = np.random.default_rng(4)
RATE, COUNT = 30.0, 60
LEGS = np.array([[INDEX[f"{s}_{n}"] for n in ("knee", "ankle", "heel", "foot_index")] for s in SIDES])


def walker() -> list[Person]:
    """Legs that swing past each other before a trunk that stands still, in profile."""
    out = []
    for t in np.arange(COUNT) / RATE:
        points = np.full((33, 2), 200.0) + RNG.normal(0, 1.5, (33, 2))
        space = np.zeros((33, 3))
        for k, sign in enumerate((1, -1)):
            swing = sign * 60 * np.sin(2 * np.pi * t)
            points[LEGS[k]] += [[0.5 * swing, 80], [swing, 160], [swing - 8, 170], [swing + 25, 172]]
            space[LEGS[k], 2] = 0.1 * sign
        space[:, :2] = points / 200
        out.append(Person((100, 100, 200, 300), points, space, np.full(33, 0.6), np.ones(33), np.zeros(33)))
    return out


def exchanged(person: Person) -> Person:
    """As a network errs: both legs are each other's, and it is not so sure of them."""
    points, space, votes = person.points.copy(), person.space.copy(), person.votes.copy()
    points[LEGS], space[LEGS, :2] = person.points[LEGS[::-1]], person.space[LEGS[::-1], :2]
    votes[LEGS] = 0.4
    return Person(person.box, points, space, votes, person.visible, person.spread)


@pytest.mark.parametrize("wrong", [range(0), range(4, 7), [20], [*range(11, 14), *range(40, 44)]])
def test_exchanged_legs_are_put_right(wrong: range | list[int]) -> None:
    true = walker()
    shown = [exchanged(p) if t in wrong else p for t, p in enumerate(true)]
    for person, right in zip(sorted_sides(shown, RATE), true, strict=True):
        assert person is not None
        assert np.allclose(person.points, right.points) and np.allclose(person.space, right.space)


def test_frames_without_the_person_stay_empty() -> None:
    shown: list[Person | None] = list(walker())
    shown[10:14] = [None] * 4
    found = sorted_sides(shown, RATE)
    assert [t for t, p in enumerate(found) if p is None] == [10, 11, 12, 13]
    assert sorted_sides([None, shown[0], None], RATE)[1] is shown[0]
