"""Headings in words: what is said is read again, to the nearest step, whatever stands around it."""

from __future__ import annotations

import numpy as np
import pytest

from backend.lm.heading_words import STEP, heading_in, heading_words


@pytest.mark.parametrize("degrees", range(-360, 361, 7))
def test_a_heading_comes_back_to_the_nearest_step(degrees: int) -> None:
    found = np.degrees(heading_in(f"The person stands like this: {heading_words(np.radians(degrees))}."))
    assert abs((found - degrees + 180) % 360 - 180) <= STEP / 2 + 1e-9


def test_left_is_the_bodys_own() -> None:
    assert heading_words(np.radians(41)) == "turned 40 degrees to the left"
    assert heading_words(np.radians(-90)) == "turned 90 degrees to the right"
    assert heading_words(np.radians(1)) == "facing ahead" and heading_words(np.pi) == "turned 180 degrees"


@pytest.mark.parametrize("text", ["", "somebody sits", "turned around", "facing ahead"])
def test_words_without_a_heading_mean_ahead(text: str) -> None:
    assert heading_in(text) == 0.0
