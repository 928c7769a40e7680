"""A crop shows what the region says, and places go back to where they came from."""

from __future__ import annotations

import numpy as np
import pytest

from backend.vision.images import Picture
from backend.vision.regions import Region, cropped

RNG = np.random.default_rng(0)


def test_a_region_the_size_of_the_picture_is_the_picture() -> None:
    pixels = RNG.integers(0, 255, (32, 32, 3), np.uint8)
    crop = cropped(Picture(pixels), Region(16, 16, 32), 32)
    assert np.allclose(crop, pixels / 255, atol=1e-6)


def test_a_quarter_turn_turns_the_picture() -> None:
    pixels = RNG.integers(0, 255, (32, 32, 3), np.uint8)
    crop = cropped(Picture(pixels), Region(16, 16, 32, np.pi / 2), 32)
    assert np.allclose(crop[1:-1, 1:-1], np.rot90(pixels)[1:-1, 1:-1] / 255, atol=0.01)  # within rounding and edges


def test_the_way_to_the_picture_and_back_ends_where_it_began() -> None:
    region, places = Region(14, 17, 20, 0.3), RNG.uniform(0, 1, (5, 2))
    assert np.allclose(region.from_picture(region.to_picture(places)), places)


def test_the_mirror_image_is_mirrored() -> None:
    pixels = RNG.integers(0, 255, (32, 32, 3), np.uint8)
    region = Region(14, 17, 20, 0.3)
    assert np.allclose(
        cropped(Picture(pixels), region, 24, mirrored=True), cropped(Picture(pixels), region, 24)[:, ::-1]
    )


def test_outside_is_black() -> None:
    crop = cropped(Picture(np.full((10, 10, 3), 255, np.uint8)), Region(5, 5, 40), 40)
    assert crop[0].max() == 0 and crop[20, 20].min() == 1


@pytest.mark.parametrize("angle", [0.0, 0.7, np.pi])
def test_places_go_back_to_the_picture(angle: float) -> None:
    pixels = np.zeros((100, 100, 3), np.uint8)
    pixels[30, 62] = 255
    region = Region(50, 45, 80, angle)
    crop = cropped(Picture(pixels), region, 80)
    row, column = np.unravel_index(crop[..., 0].argmax(), (80, 80))
    assert np.allclose(region.to_picture(np.array([(column + 0.5) / 80, (row + 0.5) / 80])), [62.5, 30.5], atol=1.2)
