"""One deed told by several words: what only names the doer, the field or a part of it adds nothing to its pose."""

from __future__ import annotations

import pytest

from backend.language.atlas import atlas
from backend.language.reader import read
from backend.posecodes import mirrored


@pytest.mark.parametrize(
    ("prompt", "deed"),
    [
        ("golfer standing over a putt", "golf address"),
        ("a batter hits a home run", "baseball swing"),
        ("tennis player hitting a two-handed backhand", "tennis backhand"),
        ("boxer throwing a jab", "jab"),
        ("sprinter in the starting blocks", "sprint start"),
        ("the shot putter holds the iron ball", "shot put"),
        ("jumping to head the ball", "football header"),
    ],
)
def test_the_doer_and_the_things_add_no_pose(prompt: str, deed: str) -> None:
    assert read(prompt).named == (deed,)


@pytest.mark.parametrize(
    ("prompt", "both"),
    [
        ("kicking and punching", {"kick", "punch"}),
        ("sitting on a chair and pointing a pistol", {"sit on chair", "aim a pistol"}),
        ("a boxer waving to the crowd", {"boxing guard", "wave"}),
    ],
)
def test_two_deeds_stay_two(prompt: str, both: set[str]) -> None:
    assert both <= set(read(prompt).named)


def test_a_doer_alone_is_his_deed() -> None:
    assert read("a golfer").named == ("golf swing",)


def test_the_field_beside_a_doer_does_not_take_the_deed_away() -> None:
    assert read("a tennis player").named == ("tennis forehand",)
    assert read("an archer practising archery").named == ("archery",)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(
    "said", ["{} foot forward", "with the {} foot in front", "{} leg leading", "his {} foot is ahead"]
)
def test_the_leading_foot_is_the_side_of_a_stance(side: str, said: str) -> None:
    reading = read(f"surfing, {said.format(side)}")
    assert reading.program == atlas().program("surf", side)
    assert not reading.unread


def test_the_leading_foot_says_nothing_of_a_kick() -> None:
    assert read("kicking with the left foot, right foot in front").named[0] == "kick"
    assert read("kicking with the left foot, right foot in front").explicit


@pytest.mark.parametrize("deed", ["pitch", "baseball batter", "tennis serve", "golf swing"])
def test_left_handed_is_the_other_side(deed: str) -> None:
    assert read(f"left-handed {deed}").program == mirrored(atlas().program(deed))
    assert read(f"right-handed {deed}").program == atlas().program(deed)
