"""Who does it, and that it is held, are no poses beside what is done."""

from __future__ import annotations

import pytest

from backend.language.reader import read


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("a boxer doing push-ups", ("push-up",)),
        ("a ballerina doing a plie", ("plie",)),
        ("the cheerleader does the splits", ("splits",)),
        ("the conductor bows", ("bow",)),
        ("a jazz musician on an upright bass", ("play double bass",)),
    ],
)
def test_what_is_done_goes_before_who_does_it(prompt: str, names: tuple[str, ...]) -> None:
    assert read(prompt).named == names


@pytest.mark.parametrize(
    ("prompt", "name"), [("a boxer", "boxing guard"), ("the boxer kneels on one knee", "boxing guard")]
)
def test_who_does_it_keeps_the_pose_where_nothing_else_is_done(prompt: str, name: str) -> None:
    assert name in read(prompt).named


def test_arms_of_who_plays_go_with_what_else_is_done() -> None:
    assert set(read("a guitarist jumping").named) == {"jump", "play guitar"}


def test_a_held_pose_is_nothing_in_the_hand() -> None:
    assert read("holding a plank").named == ("plank",)
    assert read("holding something while standing").named[-1] == "hold something"


@pytest.mark.parametrize("prompt", ["raises her front leg", "she lifts one leg", "tapping a friend on the shoulder"])
def test_an_exercise_is_not_read_into_a_sentence_that_turns_its_words_round(prompt: str) -> None:
    assert not {"front raise", "lying leg raise", "plank shoulder tap"} & set(read(prompt).named)


def test_a_stance_without_its_kind_is_no_direction() -> None:
    assert "back stance" not in read("leaning back with one leg back").named
    assert "back stance" in read("a back stance").named
