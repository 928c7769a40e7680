"""Sides of named poses that are said outside their names."""

from __future__ import annotations

import pytest

from backend.language.atlas import atlas
from backend.language.named_sides import bears_alone
from backend.language.reader import read
from backend.posecodes.ground import Support


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("name", ["half moon pose", "tree pose", "standing hand to toe", "eagle pose"])
def test_standing_on_a_leg_turns_the_pose_and_leaves_its_free_leg(name: str, side: str) -> None:
    reading = read(f"{name} balancing on the {side} leg")
    assert reading.named == (name,)
    assert any(f"{side}_foot" in c.parts for c in reading.program if isinstance(c, Support))
    written = atlas().entries[name].side
    assert reading.program == atlas().program(name, written if bears_alone(name) == side else _other(written))


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("name", ["dancer pose", "half moon pose", "tree pose", "warrior III"])
def test_a_leg_said_to_be_up_is_the_free_leg_of_the_pose(name: str, side: str) -> None:
    written = atlas().entries[name].side
    expected = atlas().program(name, _other(written) if bears_alone(name) == side else written)
    assert read(f"{name}, {side} leg up").program == expected


def _other(side: str) -> str:
    return "left" if side == "right" else "right"


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_side_right_behind_the_name_goes_before_sides_of_parts(side: str) -> None:
    reading = read(f"seated twist to the {side}, {_other(side)} elbow on the knee")
    assert atlas().program("seated twist", side)[1] in reading.program


def test_two_feet_bear_no_pose_alone() -> None:
    assert bears_alone("warrior I") == ""
    assert bears_alone("kneel on one knee") == ""
    assert bears_alone("tree pose") == "right"
