"""The square that a model is shown: the person is in it, wherever in the picture."""

from __future__ import annotations

import numpy as np
import pytest

from backend.lm.framing import MARGIN, framed


def spotted(size: tuple[int, int], at: tuple[int, int]) -> np.ndarray:
    """A grey picture (h, w) with one white pixel at (x, y)."""
    pixels = np.full((*size, 3), 90, np.uint8)
    pixels[at[1], at[0]] = 255
    return pixels


def place(square: np.ndarray) -> tuple[int, int]:
    y, x = np.argwhere(square[..., 0] == 255)[0]
    return int(x), int(y)


@pytest.mark.parametrize("at", [(3, 5), (96, 5), (50, 20), (3, 37), (96, 37)])
def test_the_person_is_in_the_middle_wherever_it_stands(at: tuple[int, int]) -> None:
    square = framed(spotted((40, 100), at), (at[0] - 9, at[1] - 14, 20, 30), "square")
    assert square.shape == (36, 36, 3)
    assert np.abs(np.subtract(place(square), 18)).max() <= 1


def test_the_whole_picture_stays_whole() -> None:
    for at in ((0, 0), (99, 39)):
        square = framed(spotted((40, 100), at), (50, 10, 20, 20), "whole")
        assert square.shape == (100, 100, 3)
        assert place(square) == (at[0], at[1] + 30)


def test_without_a_person_all_is_shown() -> None:
    assert framed(spotted((40, 100), (1, 1)), None, "square").shape == (100, 100, 3)


def test_what_is_beyond_the_picture_is_black_and_the_rest_is_not() -> None:
    square = framed(spotted((40, 40), (1, 1)), (-5, -5, 20, 20), "square")
    side = round(20 * MARGIN)
    assert square.shape == (side, side, 3)
    assert (square[: side // 4] == 0).all() and (square[-5:, -5:] == 90).all()
