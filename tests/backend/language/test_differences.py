"""The instruction from one pose to another is short, names the right sides, and can be carried out."""

from __future__ import annotations

import numpy as np
import pytest

from backend.language.differences import difference
from backend.language.measures import Measures
from backend.posecodes.paircodes import agreement, changes, scale_of
from rigs.wire import Pose

from .posing import LINES, edited, mirrored, posed

_UPRIGHT = ("standing", "t_pose", "arms_up", "left_arm_up", "hands_on_hips", "right_hand_wave", "squat", "lunge")
_EDITS = (
    "raise the left arm by 40 degrees", "lower the head", "bend the right elbow by 60 degrees", "look to the right",
    "lean forward by 25 degrees and to the left by 15 degrees", "bend both knees by 40 degrees",
    "move the left hand 20 cm up and 15 cm forward", "swing the right leg 30 degrees back and 15 degrees outwards",
    "raise the left knee", "turn the whole body 90 degrees to the left", "put the right hand on the head",
    "turn the left foot out by 40 degrees", "make a fist with the right hand", "move the right elbow 20 cm forward",
)  # fmt: skip


def _kept(a: Pose, b: Pose, c: Pose) -> tuple[int, int]:
    """How many of the changes from `a` to `b`, or from `a` to `c`, are of one class, and how many there are."""
    before = Measures(a).body
    wanted, got = (changes(before, Measures(p).body) for p in (b, c))
    told = [k for k in wanted if scale_of(k).name(wanted[k]) or scale_of(k).name(got[k])]
    agrees = agreement(wanted, got)
    return sum(agrees[k] for k in told), len(told)


def test_a_text_carried_out_reaches_the_other_pose() -> None:
    """Both ways between all upright poses that the tests have."""
    right, total = 0, 0
    for a in _UPRIGHT:
        for b in _UPRIGHT:
            text = difference(posed(a), posed(b))
            if a != b and not text.startswith(("Mirror", "Hardly")):
                some, of = _kept(posed(a), posed(b), edited(posed(a), text)[1])
                right, total = right + some, total + of
    assert right / total > 0.9


@pytest.mark.parametrize("prompt", _EDITS)
def test_an_edit_is_told_and_told_again(prompt: str) -> None:
    start = posed("standing")
    goal = edited(start, prompt)[1]
    right, total = _kept(start, goal, edited(start, difference(start, goal))[1])
    assert total - right <= max(2, 0.15 * total)


@pytest.mark.parametrize("name", [n for n in LINES if n not in ("standing", "bowing")])
def test_a_mirrored_pair_has_the_text_with_the_sides_exchanged(name: str) -> None:
    here = difference(posed("standing"), posed(name))
    there = difference(mirrored(posed("standing")), mirrored(posed(name)))
    swapped = here.replace("left", "@").replace("right", "left").replace("@", "right")
    assert sorted(_sentences(swapped)) == sorted(_sentences(there))


def _sentences(text: str) -> list[str]:
    return text.split(". ")


@pytest.mark.parametrize("name", LINES)
def test_sentences_are_short(name: str) -> None:
    for sentence in _sentences(difference(posed("standing"), posed(name))):
        assert len(sentence.split()) <= 32


def test_the_largest_change_comes_first() -> None:
    start = posed("standing")
    goal = edited(start, "turn the head 20 degrees to the left, raise the right arm by 80 degrees")[1]
    assert difference(start, goal).startswith("Raise the right arm")


def test_the_turn_of_the_whole_body_is_said_before_all() -> None:
    start = posed("standing")
    goal = edited(start, "raise both arms by 90 degrees, turn the whole body 40 degrees to the left")[1]
    assert difference(start, goal).startswith("Turn the whole body 40 degrees to the left. Raise both arms")


def test_both_sides_share_an_order() -> None:
    assert difference(posed("standing"), posed("hands_on_hips")) == "Put both hands on the hips."


def test_one_hand_to_its_own_left_is_said_by_the_side_of_the_body() -> None:
    start = posed("t_pose")
    goal = edited(start, "move the left hand 30 cm to the right")[1]
    text = difference(start, goal)
    assert "to the right" in text
    assert "to the left" not in text


def test_small_things_are_left_out() -> None:
    start = posed("standing")
    rotvecs = start.rotvecs.copy()
    rotvecs[15] += np.radians(3)
    assert difference(start, Pose(rotvecs, start.transl)) == "Hardly anything changes."
