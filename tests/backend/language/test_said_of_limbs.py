"""Verbs and adjectives that are said of a limb or a thing are no deeds, and what was said is done on the side said."""

from __future__ import annotations

import pytest

from backend.language.reader import read
from backend.posecodes import read_line


def _lines(prompt: str) -> set[str]:
    return {c.said() for c in read(prompt).whole}


def _has(prompt: str, line: str) -> bool:
    return all(c.said() in _lines(prompt) for c in read_line(line))


@pytest.mark.parametrize(
    ("prompt", "hijacker"),
    [
        ("she glances over her right shoulder", "big wave"),
        ("kneeling with the left foot planted in front", "plant seedlings"),
        ("lying on the back with one arm flung over the eyes", "throw"),
        ("a sad player after the winning goal", "celebrate"),
        ("arms pinned to his sides", "working with both hands"),
        ("right arm up, looking at the raised hand", "raising the hand"),
    ],
)
def test_a_word_said_of_a_limb_or_thing_is_no_deed(prompt: str, hijacker: str) -> None:
    assert hijacker not in read(prompt).named


@pytest.mark.parametrize("side", ["left", "right"])
def test_holding_an_arm_out_grabs_nothing(side: str) -> None:
    assert _has(f"hold the {side} arm out to the side", f"{side} arm points out")


@pytest.mark.parametrize("side", ["left", "right"])
def test_one_looks_back_over_the_shoulder_that_the_trunk_turns_to(side: str) -> None:
    assert _has(f"twist to the {side} and look back over the shoulder", f"head turned {side} 62")


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_raised_hand_is_the_one_that_was_raised(side: str) -> None:
    assert _has(f"{side} arm up, looking at the raised hand", f"look at {side} hand")


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_hand_reaches_for_the_toes_of_the_leg_that_was_raised(side: str) -> None:
    other = "left" if side == "right" else "right"
    prompt = f"raise your {side} leg straight in front and touch the toes with the {other} hand"
    assert _has(prompt, f"{other} fingertips touches {side} toes")


def test_a_fist_of_a_bent_elbow_points_with_the_forearm() -> None:
    assert _has("left elbow bent 90 degrees with the fist pointing at the ceiling", "left forearm points up")


def test_a_southpaw_leads_with_the_right_foot() -> None:
    assert read("boxing guard, southpaw").whole == read("boxing guard with the right foot forward").whole


def test_a_bent_front_leg_stands_in_a_long_step() -> None:
    lines = _lines("front leg bent, back leg straight")
    assert "right foot, left toes on ground" in lines or {"right foot on ground", "left toes on ground"} <= lines


def test_instead_at_the_end_takes_nothing_back() -> None:
    assert _has("fifth position with the hands on the hips instead", "left palm touches left hip")


def test_arms_that_bear_the_body_are_stretched_down() -> None:
    assert _has("push-up, arms fully extended", "both arms points down")


@pytest.mark.parametrize(
    ("prompt", "deed"),
    [
        ("a cook tasting the soup from a spoon", "taste food"),
        ("holding her breath under water", "holding the breath"),
        ("a nurse checking the pulse", "check the pulse"),
        ("running a hand through his hair", "comb hair"),
    ],
)
def test_who_does_it_and_what_it_is_done_with_are_no_second_deed(prompt: str, deed: str) -> None:
    assert read(prompt).named == (deed,)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_held_ankle_behind_the_body_lifts_its_leg(side: str) -> None:
    other = "left" if side == "right" else "right"
    prompt = f"standing, the {other} hand holds the {side} ankle behind the back"
    assert _has(prompt, f"{side} knee bent 125") and _has(prompt, f"{other} foot on ground")


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_knee_goes_to_the_elbow_that_is_named(side: str) -> None:
    other = "left" if side == "right" else "right"
    assert _has(f"raise the {side} knee to the {other} elbow", f"{side} knee touches {other} elbow")


def test_arms_so_many_degrees_from_the_body_touch_nothing() -> None:
    assert not any("touches" in line for line in _lines("arms at 45 degrees from the body"))


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_hand_on_the_wall_is_the_one_that_is_named(side: str) -> None:
    other = "left" if side == "right" else "right"
    prompt = f"drinking from a bottle in the {other} hand while leaning on a wall with the {side}"
    assert _has(prompt, f"{side} palm faces {side}")
    assert not _has(prompt, f"{other} hand flat")


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_hand_that_gestures_is_raised_beside_what_the_other_does(side: str) -> None:
    assert _has(f"on the phone, {side} hand gesturing in the air", f"{side} hand open")
