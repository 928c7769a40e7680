"""The atlas: every entry is sound, findable by all its aliases, and mirrors into itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.errors import BadProgram
from backend.language.atlas import atlas, load
from backend.language.matching import ways
from backend.language.reader import read
from backend.posecodes import mirrored
from backend.posecodes.ground import Airborne, Support

ENTRIES = sorted(atlas().entries)


@pytest.mark.parametrize("name", ENTRIES)
def test_every_program_reads(name: str) -> None:
    assert atlas().program(name)


@pytest.mark.parametrize("name", ENTRIES)
def test_mirrored_twice_is_itself(name: str) -> None:
    program = atlas().program(name)
    assert mirrored(mirrored(program)) == program


@pytest.mark.parametrize("name", ENTRIES)
def test_every_alias_finds_its_entry(name: str) -> None:
    entry = atlas().entries[name]
    for phrase in (entry.name, *entry.aliases):
        for side in ("left", "right") if "{side}" in phrase else ("",):
            reading = read(phrase.replace("{side}", side))
            assert name in reading.named, (phrase, reading.named)
            assert not reading.unread, (phrase, reading.unread)


def test_there_are_many() -> None:
    assert len(ENTRIES) >= 1500
    assert len({atlas().entries[n].category for n in ENTRIES}) >= 25


@pytest.mark.parametrize("name", ENTRIES)
def test_there_are_six_really_different_ways_to_ask(name: str) -> None:
    assert len(ways(atlas().entries[name])) >= 6


def test_yoga_goes_from_a_to_z() -> None:
    assert sum(e.category == "yoga" for e in atlas().entries.values()) >= 120


def test_a_side_mirrors_the_program() -> None:
    book = atlas()
    assert book.program("tree pose", "left") == mirrored(book.program("tree pose"))
    assert book.program("tree pose", "right") == book.program("tree pose")
    assert book.program("mountain pose", "left") == book.program("mountain pose")


@pytest.mark.parametrize("name", [n for n in ENTRIES if atlas().posture(n) not in ("", "air")])
def test_what_has_a_posture_says_what_bears(name: str) -> None:
    assert any(isinstance(c, (Support, Airborne)) for c in atlas().program(name)), name


def test_gestures_leave_the_legs_alone() -> None:
    book = atlas()
    for name in ("arms crossed", "wave", "thinking", "telephone", "hands on hips"):
        assert not any("leg" in limb for code in book.own(name) for limb in code.limbs()), name


STANCED = [n for n in ENTRIES if atlas().entries[n].stance]
_BELOW = {"torso", "balance", "left_leg", "right_leg", "left_leg_facing", "right_leg_facing"}


@pytest.mark.parametrize("name", STANCED)
def test_a_stance_is_of_trunk_and_legs_and_of_gestures_alone(name: str) -> None:
    book = atlas()
    assert not book.posture(name)
    assert all(code.limbs() <= _BELOW for code in book.stance(name)), name
    assert not any("_leg" in limb for code in book.own(name) for limb in code.limbs()), name


def test_a_gesture_keeps_its_stance_for_itself() -> None:
    alone, seated = read("wave"), read("sitting on a chair and waving")
    assert alone.stance and set(alone.stance) < set(alone.whole)
    assert not set(alone.stance) & set(alone.program)
    assert not seated.stance and seated.whole == seated.program


def test_a_stance_mirrors_with_its_gesture() -> None:
    book = atlas()
    assert book.stance("wave", "left") == mirrored(book.stance("wave"))
    assert book.whole("wave", "left") == mirrored(book.whole("wave"))


def test_what_is_said_of_the_legs_replaces_the_stance() -> None:
    whole = read("waving, left leg raised to the front").whole
    assert sum("left_thigh" in str(c) or "left_leg" in str(getattr(c, "segment", "")) for c in whole) <= 1


GOOD = 'category = "x"\n[[pose]]\nname = "a"\nprogram = "look up"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + 'colour = "red"\n', "colour"),
        ('[[pose]]\nprogram = "look up"\n', "name: missing"),
        ('[[pose]]\nname = "a"\n', "program: missing"),
        (GOOD + 'side = "middle"\n', "side"),
        (GOOD + 'limb = "tail"\n', "limb"),
        (GOOD + "aliases = 3\n", "aliases"),
        (GOOD + 'based_on = "nobody"\n', "nobody"),
        (GOOD + '[[pose]]\nname = "a"\nprogram = "look up"\n', "twice"),
        (GOOD + 'based_on = "a"\n', "goes round"),
        ("poses = 3\n", "[[pose]]"),
        ("[[pose\n", "bad.toml"),
    ],
)
def test_a_faulty_file_is_named_with_its_fault(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(BadProgram) as caught:
        load([file])
    assert "bad.toml" in str(caught.value) and said in str(caught.value)


def test_a_faulty_line_is_named_with_its_entry(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text('[[pose]]\nname = "a"\nprogram = """\nlook up\nwiggle\n"""\n')
    with pytest.raises(BadProgram, match=r"bad\.toml: 'a': program line 2.*wiggle"):
        load([file]).program("a")
