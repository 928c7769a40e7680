"""language/questions.py: what is asked about a pose is measured, and what is no question is left alone."""

from __future__ import annotations

import pytest

from backend.language.questions import answer_question
from rigs.wire import Turn

from .posing import prompted

KNEELING = "kneeling, looking up, left arm raised"


def ask(question: str, prompt: str = KNEELING, turns: tuple[Turn, ...] = ()) -> str:
    told = answer_question(question, prompted(prompt), turns)
    assert told is not None, question
    return told


@pytest.mark.parametrize(
    "question",
    ["what is she doing?", "What's he doing", "describe the pose", "describe her", "what pose is this?",
     "What is this?"],
)  # fmt: skip
def test_asked_what_it_is_the_pose_is_described(question: str) -> None:
    told = ask(question)
    assert told.startswith("Kneeling on both knees") and "left arm" in told


def test_detail_says_more_and_brief_says_less() -> None:
    brief, plain, full = (ask(f"describe {how}".strip()) for how in ("briefly", "", "in detail"))
    assert len(brief) <= len(plain) < len(full)


@pytest.mark.parametrize(
    ("question", "start"),
    [
        ("is she kneeling?", "Yes"),
        ("is she standing?", "No"),
        ("is the left arm raised?", "Yes"),
        ("is the right arm raised?", "No: right arm up"),
        ("is she looking up?", "Yes"),
        ("are the knees bent?", "Yes. The left knee is bent by 9"),
        ("is the left knee straight?", "No"),
        ("which hand is higher?", "The left hand, by"),
        ("which hand is lower?", "The right hand, by"),
        ("which knee is higher?", "Neither"),
        ("where is she looking?", "Up"),
        ("where is the weight?", "On both knees"),
        ("how bent is the right knee?", "The right knee is bent by 9"),
        ("is it balanced?", "It is balanced: the weight is over both knees"),
    ],
)
def test_questions_are_answered_by_measuring(question: str, start: str) -> None:
    assert ask(question).startswith(start), ask(question)


def test_a_mirrored_pose_gets_the_mirrored_answer() -> None:
    told = ask("which hand is higher?", "kneeling, looking up, right arm raised")
    assert told.startswith("The right hand")


def test_off_balance_says_which_way_and_what_would_help() -> None:
    told = ask("why is it unbalanced?", "sprinting")
    assert "not balanced" in told and "in front of the" in told and "lean back" in told


def test_a_jump_is_in_the_air() -> None:
    assert "in the air" in ask("would she fall?", "jumping for joy")


def test_what_changed_compares_with_the_pose_before() -> None:
    before, after = prompted("standing"), prompted("standing, left arm raised")
    turns = (Turn("user", "stand"), Turn("assistant", "", before), Turn("user", "arm"), Turn("assistant", "", after))
    assert "left arm" in (answer_question("what changed?", after, turns) or "")
    assert "no earlier pose" in (answer_question("what changed?", after) or "")


def test_without_a_pose_the_answer_says_so() -> None:
    assert "no pose yet" in (answer_question("is it balanced?", None) or "")


@pytest.mark.parametrize(
    "words",
    ["arms crossed", "now more tired", "a man asking what is going on", "balanced on one leg",
     "where the wild things are",
     "describe a circle with the arm", "falling over", "is he sad?", "raise the left arm", "what a jump"],
)  # fmt: skip
def test_what_is_no_question_about_the_pose_is_left_alone(words: str) -> None:
    assert answer_question(words, prompted(KNEELING)) is None
