"""Everyday life: actions with objects in hand read as what people call them, and words of things are no actions."""

from __future__ import annotations

import pytest

from backend.language.atlas import atlas
from backend.language.matching import ways
from backend.language.reader import read

FAMILIES = ("kitchen", "house", "work", "office", "carrying", "care", "transport", "everyday")
ENTRIES = [e for e in atlas().entries.values() if e.category in FAMILIES]


def test_every_family_is_there() -> None:
    assert {e.category for e in ENTRIES} == set(FAMILIES)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.name)
def test_six_really_different_ways_to_ask(entry) -> None:  # type: ignore[no-untyped-def]
    assert len(ways(entry)) >= 6


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("someone chopping carrots at the counter", "chop vegetables"),
        ("a lumberjack swinging an axe", "chop wood"),
        ("chopping firewood, axe at the top of the swing", "chop wood"),
        ("golfer at the top of the backswing", "golf backswing"),
        ("she hammers a nail into a plank", "hammer"),
        ("he carries his little son on his shoulders", "child on the shoulders"),
        ("putting the book on the shelf", "reaching up to a shelf"),
        ("opening the door of the house", "open a door"),
        ("a nurse is giving an injection", "give an injection"),
        ("an old woman walking with a cane", "leaning on a cane"),
        ("pushing the wheelbarrow", "push a wheelbarrow"),
        ("making the bed", "make the bed"),
        ("stuck in traffic on the way home", "stuck in traffic"),
        ("stuck in traffic, furious at the car in front", "road rage"),
        ("climbing a ladder, reaching for the next rung", "climbing a ladder"),
        ("he dropped a contact lens somewhere on the carpet", "look under"),
        ("the suspect's been cuffed from behind", "arrested"),
        ("a waitress weaving between the tables, tray up over her shoulder", "carrying a tray"),
        ("watching the fireworks high above the rooftops", "awe"),
    ],
)
def test_an_action_is_the_pose_of_its_object(prompt: str, name: str) -> None:
    assert name in read(prompt).named


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("lying in bed", "make the bed"),
        ("a nail in a board", "cut the nails"),
        ("arms folded over the chest", "fold laundry"),
        ("legs spread wide", "make the bed"),
        ("palms pressed together", "press a button"),
        ("hands held behind the back", "hold something"),
    ],
)
def test_words_of_the_body_and_of_things_are_no_chores(prompt: str, name: str) -> None:
    assert name not in read(prompt).named


@pytest.mark.parametrize("entry", [e for e in ENTRIES if not atlas().posture(e.name)], ids=lambda e: e.name)
def test_what_hands_do_leaves_the_body_where_it_lies(entry) -> None:  # type: ignore[no-untyped-def]
    lines = [line.strip() for line in entry.text.splitlines()]
    assert not any(line.startswith(("torso points", "pelvis", "both legs", "left leg", "right leg")) for line in lines)
