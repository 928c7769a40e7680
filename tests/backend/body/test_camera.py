"""The camera: the projection formula, where things appear, and framing that is tight and complete."""

from __future__ import annotations

import numpy as np
import pytest

from backend.body.camera import Camera, framing, look_at, look_rotation, orbit_direction


def test_projection_is_the_pinhole_formula() -> None:
    rng = np.random.default_rng(0)
    rotation = look_rotation(rng.normal(size=3))
    camera = Camera(500.0, 480.0, 310.0, 250.0, rotation, np.array([0.1, -0.2, 4.0]))
    point = np.array([0.3, 0.4, -0.2])
    x, y, z = rotation @ point + camera.translation
    pixels, depth = camera.project(point)
    assert pixels == pytest.approx([500.0 * x / z + 310.0, 480.0 * y / z + 250.0])
    assert depth == pytest.approx(z)


def test_from_the_front_the_characters_left_is_on_the_right_and_up_is_up() -> None:
    camera = look_at(np.array([0.0, 1.0, 3.0]), np.array([0.0, 1.0, 0.0]), 600.0, (400, 300))
    pixels, _ = camera.project(np.array([[0.0, 1.0, 0.0], [0.5, 1.0, 0.0], [0.0, 1.5, 0.0]]))
    assert pixels[0] == pytest.approx([200.0, 150.0])
    assert pixels[1, 0] > 200 and pixels[1, 1] == pytest.approx(150.0)
    assert pixels[2, 1] < 150 and pixels[2, 0] == pytest.approx(200.0)


@pytest.mark.parametrize("direction", [(0, -1, 0), (0, 1, 0), (1, 0, 0), (-0.3, -0.5, -0.8)])
def test_look_rotation_is_a_rotation_even_straight_down(direction: tuple[float, float, float]) -> None:
    rotation = look_rotation(np.array(direction, float))
    assert rotation @ rotation.T == pytest.approx(np.eye(3), abs=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1.0)
    assert rotation[2] @ np.array(direction) > 0


def test_orbit_goes_round_to_the_characters_left() -> None:
    assert orbit_direction(0.0, 0.0) == pytest.approx([0, 0, -1])
    assert orbit_direction(np.pi / 2, 0.0) == pytest.approx([-1, 0, 0], abs=1e-12)
    assert orbit_direction(0.3, 0.4)[1] < 0, "a positive elevation looks down"


@pytest.mark.parametrize("seed", range(6))
def test_framing_has_all_points_inside_and_touches_two_opposite_margins(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(200, 3)) * rng.uniform(0.2, 2.0, 3) + rng.normal(size=3)
    size, margin = (300, 500), 0.05
    camera = framing(points, orbit_direction(rng.uniform(-3, 3), 0.2), size, margin=margin)
    pixels, depth = camera.project(points)
    border = margin * 300
    assert depth.min() > 0
    low, high = pixels.min(axis=0) - border, np.array(size) - border - pixels.max(axis=0)
    assert low.min() > -1e-6 and high.min() > -1e-6
    tight = (np.abs(low) < 1e-6) & (np.abs(high) < 1e-6)
    assert tight.any(), "one axis fills the picture exactly"


def test_framing_of_one_point_stands_before_it() -> None:
    camera = framing(np.array([[1.0, 2.0, 3.0]]), orbit_direction(0.0, 0.0), (100, 100))
    pixels, depth = camera.project(np.array([1.0, 2.0, 3.0]))
    assert depth > 0 and pixels == pytest.approx([50.0, 50.0])


def test_rays_and_position_agree_with_projection() -> None:
    camera = look_at(np.array([1.0, 2.0, 3.0]), np.zeros(3), 200.0, (40, 30))
    rays = camera.rays(40, 30)
    pixels, depth = camera.project(camera.position + 2.5 * rays)
    assert depth == pytest.approx(np.full((30, 40), 2.5))
    assert pixels[7, 11] == pytest.approx([11.5, 7.5])


def test_dict_and_back() -> None:
    camera = look_at(np.array([1.0, 2.0, 3.0]), np.zeros(3), 200.0, (40, 30))
    again = Camera.from_dict(camera.to_dict())
    assert again.to_dict() == camera.to_dict()
    assert set(camera.to_dict()) == {"fx", "fy", "cx", "cy", "R", "t"}
