"""Tracks lose their jitter and their outliers, keep their motion, and are bridged where nothing was seen."""

from __future__ import annotations

import numpy as np
import pytest

from backend.body.rotations import geodesic, quat_wxyz_to_rotmat, rotvec_to_rotmat
from backend.vision.smoothing import smooth_rotations, smooth_values, stiffness, whittaker

RNG = np.random.default_rng(5)
RATE = 30.0


def test_the_quick_elimination_solves_the_equations() -> None:
    for n in (3, 4, 5, 30):
        y, w = RNG.normal(size=(n, 2)), RNG.uniform(0.1, 1, (n, 2))
        second = np.diff(np.eye(n), 2, axis=0)
        for k in range(2):
            direct = np.linalg.solve(np.diag(w[:, k]) + 7.0 * second.T @ second, w[:, k] * y[:, k])
            assert np.allclose(whittaker(y, w, 7.0)[:, k], direct, atol=1e-8), n


def test_half_of_the_cutoff_passes() -> None:
    t = np.arange(600) / RATE
    wave = np.sin(2 * np.pi * 3.0 * t)[:, None]
    out = whittaker(wave, np.ones_like(wave), stiffness(3.0, RATE))
    assert out[200:400].std() / wave[200:400].std() == pytest.approx(0.5, abs=0.01)


def test_an_outlier_leaves_no_trace_and_a_gap_is_bridged() -> None:
    line = np.linspace(0, 1, 40)[:, None]
    spoilt, weights = line.copy(), np.ones(40)
    spoilt[17], spoilt[25:30], weights[25:30] = 9.0, -50.0, 0.0
    noisy = spoilt + RNG.normal(0, 0.002, line.shape)
    assert np.abs(smooth_values(noisy, weights, stiffness(4.0, RATE)) - line).max() < 0.01


def test_rotations_are_followed_through_whole_turns_without_jitter() -> None:
    t = np.arange(90) / RATE
    true = rotvec_to_rotmat(np.outer(2.5 * t, [0.0, 1.0, 0.0]))  # more than one turn
    noisy = true @ rotvec_to_rotmat(RNG.normal(0, 0.05, (90, 3)))
    noisy[40] = noisy[40] @ rotvec_to_rotmat(np.array([2.0, 0, 0]))
    found = quat_wxyz_to_rotmat(smooth_rotations(noisy[:, None], np.ones((90, 1)), stiffness(3.0, RATE)))[:, 0]
    off = geodesic(found, true)
    assert off.max() < 0.1 and off.mean() < 0.5 * geodesic(noisy, true).mean()
