"""Feet rest where they stand still in the picture and are low: in a walk one after the other, in a jump none."""

from __future__ import annotations

import numpy as np

from backend.vision.plants import Gait, gait_of, resting, runs, steadied

RATE = 30.0
PX = 200.0  # of a metre
RNG = np.random.default_rng(2)


def feet_of(spots: np.ndarray, height: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points (T, 4, 2) px and heights (T, 4) m of heels and toes, from where feet are (T, 2) m across the picture."""
    across = np.repeat(spots, 2, axis=1) + np.array([0.0, 0.2, 0.0, 0.2])
    above = np.repeat(height, 2, axis=1)
    return np.stack([across * PX, 400.0 - above * PX], axis=-1) + RNG.normal(0, 2.0, (*across.shape, 2)), above


def walking(count: int = 90) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Spots, heights and which foot stands (T, 2): strides of a second, each foot in the air for two fifths of it."""
    t = np.arange(count) / RATE
    phase = np.stack([t, t + 0.5], axis=1)
    share = np.clip((phase % 1.0 - 0.6) / 0.4, 0.0, 1.0)
    eased = share * share * (3 - 2 * share)
    return 1.2 * (np.floor(phase) + eased), 0.12 * np.sin(np.pi * share), share == 0.0


def found(spots: np.ndarray, height: np.ndarray, pace: float) -> np.ndarray:
    points, above = feet_of(spots, height)
    count = len(points)
    steady = steadied(points, np.ones((count, 4)), RATE)
    goes = np.gradient(spots[:, 0] - spots[:, 1]) * RATE / max(pace, 0.1)
    gait = Gait(np.full(count, pace), goes, np.zeros(count))
    return resting(steady, np.full(count, PX), above, gait, RATE)


def test_the_feet_of_a_walk_rest_in_turn() -> None:
    spots, height, stands = walking()
    held = found(spots, height, 1.2).reshape(-1, 2, 2).any(axis=2)
    assert (held & stands).sum() > 0.85 * stands.sum()
    assert (held & stands).sum() > 0.9 * held.sum()


def test_a_jump_has_no_rest_in_the_air() -> None:
    t = np.arange(60) / RATE
    up = np.maximum(2.2 * (t - 0.7) - 4.9 * (t - 0.7) ** 2, 0.0) * (t > 0.7)
    spots = np.repeat(0.8 * np.clip((t - 0.7) / 0.45, 0, 1)[:, None], 2, axis=1)
    held = found(spots, np.repeat(up[:, None], 2, axis=1), 0.4)
    assert not held[up > 0.08].any()
    assert held[:15].all() and held[-15:].all()


def test_a_raised_foot_that_is_kept_still_does_not_rest() -> None:
    spots = np.zeros((40, 2))
    held = found(spots, np.array([[0.0, 0.4]] * 40), 0.0)
    assert held[:, :2].all() and not held[:, 2:].any()


def test_points_are_steadied_without_outliers() -> None:
    true = np.stack([np.linspace(0, 60, 50), np.full(50, 100.0)], axis=1)[:, None]
    noisy = true + RNG.normal(0, 1.5, true.shape)
    noisy[20] += 80.0
    assert np.linalg.norm(steadied(noisy, np.ones((50, 1)), RATE) - true, axis=-1).max() < 5.0


def test_stretches_are_told_by_their_ends() -> None:
    assert runs(np.array([1, 1, 0, 1], bool)) == [(0, 2), (3, 4)]
    assert runs(np.zeros(3, bool)) == []


def test_the_gait_is_told_from_pelvis_and_feet() -> None:
    t = np.arange(60) / RATE
    pelvis = np.stack([0.02 * np.sin(12 * t), np.full(60, 0.95), 1.2 * t], axis=1)
    feet = np.zeros((60, 4, 3))
    feet[:, :2, 2] = 1.2 * t[:, None]  # the left foot swings: it goes ahead of the body
    feet[:, 2:, 2] = -1.2 * t[:, None]
    ahead = gait_of(pelvis, feet, np.array([0.0, 1.5, 6.0]), RATE)
    aside = gait_of(pelvis, feet, np.array([60.0, 1.5, 1.0]), RATE)
    inner = slice(10, -10)
    assert np.allclose(ahead.pace[inner], 1.2, atol=0.05) and np.allclose(ahead.goes[inner], 2.0, atol=0.1)
    assert ahead.along[inner].min() > 0.95 and aside.along[inner].max() < 0.1
