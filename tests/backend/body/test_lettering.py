"""The bitmap font: every printable ASCII character, lines that fit, text cut at the border."""

from __future__ import annotations

import string

import numpy as np

from backend.body.lettering import ADVANCE, GLYPHS, draw_text, fit_lines, text_mask


def test_every_printable_character_has_its_own_shape() -> None:
    wanted = string.ascii_letters + string.digits + string.punctuation + " "
    assert set(wanted) <= set(GLYPHS)
    assert len({GLYPHS[c].tobytes() for c in wanted}) == len(wanted)
    assert {g.shape for g in GLYPHS.values()} == {(9, 5)}


def test_accents_are_dropped_and_unknown_letters_are_boxes() -> None:
    assert (text_mask("é") == text_mask("e")).all()
    assert text_mask("語").sum() == text_mask("鉄").sum() > 0
    assert text_mask("").shape == (9, 0)
    assert text_mask("ab", 2).shape == (18, 2 * (2 * ADVANCE - 1))


def test_lines_fit() -> None:
    width = 20 * ADVANCE
    assert fit_lines("short", width) == ["short"]
    lines = fit_lines("a long label that certainly needs more than two lines of text", width)
    assert len(lines) == 2 and lines[-1].endswith("...")
    assert all(len(line) <= 20 for line in lines)
    assert fit_lines("x" * 50, width) == ["x" * 17 + "..."]


def test_text_outside_is_cut() -> None:
    image = np.zeros((12, 12, 3), np.uint8)
    for x, y in ((-3, -3), (8, 8), (50, 50), (-50, 0)):
        draw_text(image, x, y, "Mg", (255, 0, 0))
    assert image.any() and not image[..., 1].any()
