"""Peaks of heat maps are found between cells; heat of mirrored pictures is turned back."""

from __future__ import annotations

import numpy as np

from backend.vision.heatmaps import peaks, turned_back


def _gaussians(at: np.ndarray, size: tuple[int, int] = (64, 48), sigma: float = 2.0, high: float = 0.9) -> np.ndarray:
    """(K, h, w): heat as ViTPose is taught to give it, around places (K, 2) in cells."""
    y, x = np.mgrid[: size[0], : size[1]]
    away = (x - at[:, 0, None, None]) ** 2 + (y - at[:, 1, None, None]) ** 2
    return high * np.exp(-away / (2 * sigma * sigma))


def test_the_top_of_a_gaussian_is_found_between_cells() -> None:
    at = np.random.default_rng(0).uniform([3, 3], [44, 60], (40, 2))
    found, scores = peaks(_gaussians(at))
    assert np.abs(found - at).max() < 0.01
    assert (scores > 0.8).all() and (scores <= 0.9).all()


def test_noise_moves_a_peak_by_less_than_its_cell_alone_would() -> None:
    rng = np.random.default_rng(1)
    at = rng.uniform([3, 3], [44, 60], (200, 2))
    heat = _gaussians(at) + rng.normal(0, 0.01, (200, 64, 48))
    found, _ = peaks(heat)
    off, rounded = np.linalg.norm(found - at, axis=1), np.linalg.norm(np.round(at) - at, axis=1)
    assert off.mean() < 0.6 * rounded.mean()


def test_a_peak_at_the_edge_stays_in_the_map() -> None:
    at = np.array([[-3.0, 20.0], [47.0, 63.0], [20.0, 70.0]])
    found, _ = peaks(_gaussians(at))
    assert (found >= 0).all() and (found <= [47, 63]).all()


def test_a_map_without_a_peak_gives_a_place_and_no_heat() -> None:
    found, scores = peaks(np.zeros((2, 16, 12)))
    assert np.isfinite(found).all() and (scores == 0).all()
    found, scores = peaks(np.full((1, 16, 12), -0.3))
    assert np.isfinite(found).all() and scores[0] < 0


def test_mirrored_heat_is_turned_back_with_left_and_right_exchanged() -> None:
    twins = np.array([0, 2, 1])
    at = np.array([[10.0, 20.0], [30.0, 25.0], [12.0, 40.0]])  # nose, left, right
    mirrored = _gaussians((np.array([47.0, 0.0]) + at * [-1, 1])[twins])  # what a network says of the mirror image
    found, _ = peaks(turned_back(mirrored, twins))
    assert np.abs(found - at).max() < 0.01
    assert np.array_equal(turned_back(turned_back(mirrored, twins), twins), mirrored)
