"""Words unseen by rules and names: what they are taken for, what is said of it, and what they never decide."""

from __future__ import annotations

import pytest

from backend.language.atlas import atlas
from backend.language.lexicon import NEGATIONS, NUMBER_WORDS
from backend.language.paraphrase import reworded
from backend.language.reader import read
from backend.language.replies import reply_to
from backend.language.synonyms import ALONE, SYNONYMS

EVERY = SYNONYMS | ALONE


@pytest.mark.parametrize("meant", sorted(set(EVERY.values())))
def test_what_synonyms_lead_to_is_read_without_synonyms(meant: str) -> None:
    reading = read(meant)
    assert not reading.is_empty and not reading.unread
    assert not any(note.startswith("I took '") for note in reading.notes), reading.notes


def test_synonyms_are_never_sides_negations_or_numbers() -> None:
    fixed = {"left", "right", *NEGATIONS, *NUMBER_WORDS} - {"instead"}
    for said, meant in EVERY.items():
        if "left" not in meant.split():  # "look away" has to choose one
            assert not fixed & set(meant.split()), (said, meant)
        assert not {"left", "right"} & set(said.split()), said


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("an elderly couple ambles home", "walk"),
        ("she saunters along", "walk"),
        ("the boy weeps", "crying"),
        ("he grabs a beer", "hold a cup"),
        ("the child gulps lemonade", "drink"),
        ("somebody munches a burger", "eat"),
        ("hobbling along", "limping"),
        ("wielding a katana", "sword guard"),
    ],
)
def test_what_is_said_otherwise_is_found_by_its_meaning(prompt: str, name: str) -> None:
    reading = read(prompt)
    assert name in reading.named or atlas().entries[reading.named[0]].category == atlas().entries[name].category


def test_the_reply_says_what_was_taken_for_what() -> None:
    assert "I took 'ambles' as walk." in reply_to(read("a man ambles"))
    assert "I took" not in reply_to(read("walks forward"))


def test_a_negation_stays_one() -> None:
    reading = read("not ambling")
    assert not reading.named and any("not to be done" in note for note in reading.notes)


@pytest.mark.parametrize(("side", "other"), [("left", "right"), ("right", "left")])
def test_a_side_stays_the_one_that_was_said(side: str, other: str) -> None:
    said, plain = (
        read(f"the {side} arm raised, the {other} hand on the hip, {word}") for word in ("ambling", "walking")
    )
    assert said.program == plain.program and "walk" in said.named


def test_what_was_said_in_so_many_words_is_kept() -> None:
    with_it = read("left arm raised, glorping")
    assert with_it.unread == ("glorping",)
    assert with_it.explicit == read("left arm raised").explicit


def test_things_beside_what_was_understood_are_no_deeds() -> None:
    reading = read("waving next to a computer")
    assert reading.named == ("wave",) and "computer" in reading.unread


def test_nothing_unread_is_left_as_it_is() -> None:
    reading = read("left arm raised")
    assert reworded([], reading, lambda tokens: pytest.fail("read again")) is reading
