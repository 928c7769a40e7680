"""Looks vote by where each sees heat: the places most agree on win, whichever way the looks were turned."""

from __future__ import annotations

import numpy as np
import pytest

from backend.vision.ballot import elected
from backend.vision.landmarks import HEAT, View
from backend.vision.regions import Region

BOX = (100.0, 50.0, 120.0, 200.0)
AT = np.array([131.0, 97.0])  # px


def look_at(place: np.ndarray, margin: float = 1.5, angle: float = 0.0, body: float = 1.0) -> View:
    """A look that sees every landmark at one place of the picture."""
    region = Region.around(BOX, margin).turned(angle)
    u, v = region.from_picture(place) * HEAT - 0.5
    x, y = np.meshgrid(np.arange(HEAT), np.arange(HEAT))
    heat = np.exp(-0.5 * ((x - u) ** 2 + (y - v) ** 2) / 1.5**2).astype(np.float32)
    points = np.repeat(place[None], 33, axis=0)
    return View(region, points, np.zeros((33, 3)), np.ones(33), np.repeat(heat[..., None], 33, axis=-1), body)


@pytest.mark.parametrize("angles", [(0.0, 0.0), (0.4, 0.4), (0.0, 2.0)])
def test_looks_that_agree_are_believed(angles: tuple[float, float]) -> None:
    """Regions of other sizes and angles see the same place of the picture."""
    points, votes = elected(BOX, [look_at(AT, 1.5, angles[0]), look_at(AT, 1.8, angles[1])])
    assert np.linalg.norm(points - AT, axis=1).max() < 0.01 * BOX[3]
    assert votes.min() > 0.5


def test_the_odd_one_out_loses_rather_than_pulls() -> None:
    points, votes = elected(BOX, [look_at(AT), look_at(AT + 1.0), look_at(AT + np.array([0.0, 90.0]))])
    assert np.linalg.norm(points - AT, axis=1).max() < 0.015 * BOX[3]
    assert votes.max() < 0.85


def test_a_look_that_sees_no_body_hardly_counts() -> None:
    points, _ = elected(BOX, [look_at(AT), look_at(AT + np.array([0.0, 90.0]), body=0.2)])
    assert np.linalg.norm(points - AT, axis=1).max() < 0.015 * BOX[3]


def test_places_far_outside_the_box_are_not_believed() -> None:
    _, inside = elected(BOX, [look_at(AT)])
    _, outside = elected(BOX, [look_at(np.array([85.0 - 0.2 * BOX[3], 150.0]))])
    assert outside.max() < 0.5 * inside.min()
