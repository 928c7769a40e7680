"""The person meant is the person taken; what cannot be told from the picture is asked."""

from __future__ import annotations

import numpy as np
import pytest

from backend.errors import BadInput
from backend.vision.choose import choose, clipped
from backend.vision.detector import Found, find_people
from backend.vision.images import Picture

from .scenes import scene

TALL, LEFT, RIGHT = Found((200, 10, 60, 260), 1.0), Found((20, 100, 100, 140), 1.0), Found((400, 120, 50, 110), 1.0)
PEOPLE = [TALL, LEFT, RIGHT]  # the largest first


@pytest.mark.parametrize(
    ("who", "found"),
    [
        (None, TALL), (0, TALL), (2, RIGHT), ("the man on the left", LEFT), ("rightmost", RIGHT),
        ("second from the right", TALL), ("the second from the left", TALL), ("third from the left", RIGHT),
        ("the one in the middle", TALL), ("the tallest", TALL), ("shortest", RIGHT), ("the smallest person", RIGHT),
        ("in the foreground", TALL),
    ],
)  # fmt: skip
def test_words_and_numbers_choose(who: int | str | None, found: Found) -> None:
    assert choose(PEOPLE, who)[0] is found


def test_an_unsaid_choice_among_several_is_told() -> None:
    assert "3 people" in choose(PEOPLE, None)[1]
    assert choose(PEOPLE[:1], None)[1] == ""


@pytest.mark.parametrize("who", [7, -1, "the one in the red shirt", "the fifth from the left"])
def test_who_cannot_be_told_is_asked(who: int | str) -> None:
    with pytest.raises(BadInput) as caught:
        choose(PEOPLE, who)
    assert "3 people" in caught.value.message and caught.value.hint


def test_a_box_is_cut_to_the_picture_and_scaled() -> None:
    assert clipped((-10, 20, 120, 400), (200, 100), 2.0) == (0.0, 10.0, 55.0, 90.0)


def test_a_box_outside_is_refused() -> None:
    with pytest.raises(BadInput, match="outside"):
        clipped((500, 20, 50, 50), (200, 100), 1.0)


def test_who_sits_low_is_not_passed_over_for_squatting() -> None:
    """A look at somebody on a step cannot tell; where nobody sits, whoever squats is meant."""
    picture = Picture(np.concatenate([scene("standing").pixels, scene("squatting, arms forward").pixels], axis=1))
    people = find_people(picture)
    (low,) = [f for f in people if f.box[0] > scene("standing").pixels.shape[1] * 0.7]
    assert choose(people, "the one sitting", picture)[0] is low
    assert choose(people, "the one squatting", picture)[0] is low
