"""Typing errors: slips are mended, real words are left alone."""

from __future__ import annotations

import pytest

from backend.language.reader import vocabulary
from backend.language.spelling import mended


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("wlaking", "walking"),
        ("foward", "forward"),
        ("streching", "stretching"),
        ("rigth", "right"),
        ("kneling", "kneeling"),
        ("shoudlers", "shoulders"),
        ("wawing", "waving"),
    ],
)
def test_a_slip_is_mended(typed: str, meant: str) -> None:
    assert mended(typed, vocabulary()) == meant


@pytest.mark.parametrize(
    "word", ["house", "create", "spitting", "mining", "farming", "boiling", "previous", "raping", "strong", "training"]
)
def test_a_real_word_stays(word: str) -> None:
    assert mended(word, vocabulary()) == word


@pytest.mark.parametrize("word", ["a", "arm", "x" * 50, "über", "a1b2c3"])
def test_what_is_no_word_of_ordinary_length_stays(word: str) -> None:
    assert mended(word, vocabulary()) == word
