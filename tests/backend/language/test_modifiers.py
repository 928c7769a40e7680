"""Moods: each is found by all its words and by degree, is denied where it is denied, and a faulty table is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.errors import BadProgram
from backend.language.modifiers import find_moods, load, modifiers
from backend.language.tokens import tokens_of

SAID = [(m.name, word) for m in modifiers().values() for word in m.words]


@pytest.mark.parametrize(("name", "word"), SAID)
def test_every_word_finds_its_mood(name: str, word: str) -> None:
    found = find_moods(tokens_of(f"a {word} man walking"))
    assert [m.modifier.name for m in found] == [name]


@pytest.mark.parametrize(
    ("said", "name"),
    [("walking angrily", "angry"), ("gracefully dancing", "elegant"), ("energetically", "energetic"), ("sadder", "sad"),
     ("sits lazily", "slow"), ("nobly", "proud")],
)  # fmt: skip
def test_adverbs_and_comparatives_are_moods_too(said: str, name: str) -> None:
    assert [m.modifier.name for m in find_moods(tokens_of(said))] == [name]


def test_words_before_a_mood_say_how_much() -> None:
    strengths = [
        find_moods(tokens_of(f"walking {how} tired"))[0].strength
        for how in ("slightly", "a bit", "", "very", "extremely")
    ]
    assert strengths == sorted(strengths)
    assert strengths[0] < 0.7 < 1.3 < strengths[-1]


@pytest.mark.parametrize("said", ["not tired", "he is not very tired", "never angry"])
def test_a_denied_mood_is_none(said: str) -> None:
    assert not find_moods(tokens_of(said))


def test_a_denial_ends_with_its_clause() -> None:
    assert find_moods(tokens_of("not sitting, tired"))


GOOD = '[[modifier]]\nname = "a"\nwords = {a = 1}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + "colour = 3\n", "colour"),
        (GOOD + 'head = "low"\n', "head"),
        (GOOD + 'hands = "paw"\n', "paw"),
        ('[[modifier]]\nname = "a"\n', "words"),
        ("[[modifier]\n", "bad.toml"),
        ("other = 1\n", "modifier"),
    ],
)
def test_a_faulty_table_is_named_with_its_fault(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(BadProgram) as caught:
        load(file)
    assert said in str(caught.value)
