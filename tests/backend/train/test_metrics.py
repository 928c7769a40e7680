"""Every figure on values that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from backend.body.rotations import rotvec_to_rotmat
from backend.train.metrics import (
    contacts_kept,
    diversity,
    frechet_distance,
    m_recall,
    mpjpe,
    pa_mpjpe,
    r_precision,
    recall,
)


@pytest.fixture
def joints() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(5, 22, 3))


def test_mpjpe_is_the_mean_distance_in_mm_once_the_roots_meet(joints: np.ndarray) -> None:
    moved = joints + np.array([3.0, -1.0, 2.0])
    assert mpjpe(moved, joints) == pytest.approx(np.zeros(5), abs=1e-9)
    moved[:, 7] += [0.022, 0, 0]
    assert mpjpe(moved, joints) == pytest.approx(np.ones(5))


def test_pa_mpjpe_forgives_turn_scale_and_place_but_no_mirror(joints: np.ndarray) -> None:
    turn = rotvec_to_rotmat(np.array([0.3, -1.2, 2.0]))
    assert pa_mpjpe(1.7 * joints @ turn.T + 4.0, joints) == pytest.approx(np.zeros(5), abs=1e-6)
    assert (pa_mpjpe(joints * [-1, 1, 1], joints) > 100).all()


def test_pa_mpjpe_of_four_points_by_hand() -> None:
    """A square whose one diagonal is stretched: the best fit scales it, and each end is off by what is left."""
    truth = np.array([[[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]]], float)
    other = truth * [2, 1, 1]
    scale = (2 + 2 + 1 + 1) / (4 + 4 + 1 + 1)
    by_hand = 1000 * (2 * abs(2 * scale - 1) + 2 * abs(scale - 1)) / 4
    assert pa_mpjpe(other, truth) == pytest.approx([by_hand])


def test_recall_counts_ranks_over_the_full_set() -> None:
    targets = np.eye(4)
    queries = np.array([[1, 0, 0, 0], [0.9, 1, 0, 0], [1, 0.8, 0.5, 0], [1, 0.9, 0.8, 0.7]], float)  # ranks 0, 0, 2, 3
    assert recall(queries, targets, (1, 3, 4)) == {1: 50.0, 3: 75.0, 4: 100.0}


def test_m_recall_is_the_mean_of_both_directions() -> None:
    assert m_recall(np.eye(20), np.eye(20)) == 100.0
    shifted = np.roll(np.eye(20), 1, axis=1)  # every query is nearest to a neighbour's target; its own ties at 0
    assert m_recall(np.eye(20), shifted) == 0.0


def test_r_precision_of_chance_is_k_in_the_pool() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 4000, 16))
    found = r_precision(a, b, 32, (1, 3, 32))
    assert found[1] == pytest.approx(100 / 32, abs=1.0)
    assert found[3] == pytest.approx(300 / 32, abs=1.5)
    assert found[32] == 100.0


def test_r_precision_of_the_whole_set_is_recall() -> None:
    rng = np.random.default_rng(2)
    a = rng.normal(size=(50, 8))
    b = a + rng.normal(size=(50, 8))
    assert r_precision(a, b, 50, (1, 5)) == recall(a, b, (1, 5))


def test_features_that_are_all_alike_find_nothing() -> None:
    """A collapsed encoder must not score: ties count against."""
    assert r_precision(np.ones((40, 4)), np.ones((40, 4)), 32, (1,))[1] == 0.0


def test_contacts_are_counted_in_metres() -> None:
    assert contacts_kept(np.array([0.004, 0.02]), np.array([0.005])) == 50.0
    # Radii 0, 0.05 ... 0.95 m: a gap of 0.12 m is within 17 of the 20, one of 2 m within none.
    assert contacts_kept(np.array([0.12, 2.0])) == pytest.approx(100 * 17 / 40)


def test_frechet_distance_of_known_gaussians() -> None:
    rng = np.random.default_rng(3)
    white = rng.normal(size=(4000, 3))
    white = (white - white.mean(0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(white.T))).T  # exactly mean 0, cov 1
    assert frechet_distance(white, white) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(white + [3, 0, 4], white) == pytest.approx(25)
    assert frechet_distance(2 * white, white) == pytest.approx(3)  # 3 (1 + 4 - 2 sqrt 4)


def test_diversity_is_the_mean_distance_of_pairs() -> None:
    assert diversity(np.array([[0.0, 0.0], [3.0, 4.0]])) == pytest.approx(5)
    assert diversity(np.zeros((9, 2))) == 0
