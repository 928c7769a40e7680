"""Where a motion goes: what of it one pose shows, what the reply says it does not, and which moment is posed."""

from __future__ import annotations

import pytest

from backend.language.reader import read
from backend.language.replies import reply_to
from backend.posecodes import mirrored
from backend.posecodes.direction import Direction
from backend.posecodes.turn import Turn


@pytest.mark.parametrize("prompt", ["walks in a curve to the {s}", "runs in a circle to the {s}", "walks to the {s}"])
def test_a_curve_is_leant_into(prompt: str) -> None:
    left, right = (read(prompt.format(s=s)).program for s in ("left", "right"))
    turns = {c.motion: c.degrees for c in left if isinstance(c, Turn)}
    assert turns["tilted"] > 0 and turns["turned"] > 0
    assert {c for c in right if isinstance(c, Turn)} == {c for c in mirrored(left) if isinstance(c, Turn)}


def test_clockwise_is_to_the_right() -> None:
    assert read("walks in a circle clockwise").program == read("walks in a circle to the right").program
    assert read("walks in a circle counter-clockwise").program == read("walks in a circle to the left").program


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("walks backwards", "step back"),
        ("takes three steps backwards", "step back"),
        ("walks sideways", "sidestep"),
        ("steps to the left", "sidestep"),
        ("walks forward", "walk"),
        ("running forward for a few steps", "run"),
    ],
)
def test_the_way_chooses_the_steps(prompt: str, name: str) -> None:
    assert name in read(prompt).named


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_foot_that_begins_is_ahead(side: str) -> None:
    program = read(f"walks forward 4 steps starting with the {side} foot").program
    ahead = {c.segment.split("_")[0]: c.toward[2] for c in program if isinstance(c, Direction) and "_le" in c.segment}
    thighs = {
        c.segment.split("_")[0]: c.toward[2] for c in program if isinstance(c, Direction) and "thigh" in c.segment
    }
    reach = thighs | ahead
    other = "right" if side == "left" else "left"
    assert reach[side] > reach[other]


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("walks 4 steps forward", "4 steps"),
        ("walks a quarter circle to the left", "quarter circle"),
        ("turns 90 degrees while walking", "90 degrees"),
        ("walks in a circle", "in a circle"),
        ("jumps twice", "twice"),
        ("waves three times", "three times"),
        ("runs 5 meters", "5 meters"),
    ],
)
def test_what_one_pose_does_not_show_is_said(prompt: str, said: str) -> None:
    reply = reply_to(read(prompt))
    assert "One pose does not show" in reply and said in reply


@pytest.mark.parametrize("prompt", ["walking while looking to the left", "walks, the head turned to the left"])
def test_where_one_looks_is_not_where_one_goes(prompt: str) -> None:
    trunk = [c for c in read("walking").program if isinstance(c, Turn) and c.part == "torso"]
    turns = [c for c in read(prompt).program if isinstance(c, Turn)]
    assert [c for c in turns if c.part == "torso"] == trunk
    assert next(c.degrees for c in turns if c.part == "head") > 0


@pytest.mark.parametrize(
    ("prompt", "shown", "not_shown"),
    [
        ("walks forward, then sits down on a chair", "sit on chair", "walk"),
        ("sits on a chair, then kneels and prays", "kneel", "sit on chair"),
        ("a man walks, then does a cartwheel", "cartwheel", "walk"),
    ],
)
def test_of_a_sequence_the_telling_moment_is_posed_and_said(prompt: str, shown: str, not_shown: str) -> None:
    reading = read(prompt)
    assert any(shown in name for name in reading.named) and not_shown not in reading.named
    assert not_shown in " ".join(reading.notes)


@pytest.mark.parametrize(
    ("prompt", "name", "side"),
    [
        ("gets pushed from the left", "pushed to the side", "right"),
        ("is pushed to the left", "pushed to the side", "left"),
        ("is suddenly shoved from behind", "pushed forward", ""),
        ("gets pushed backwards", "pushed backward", ""),
        ("pushes a box", "push", ""),
    ],
)
def test_who_is_pushed_does_not_push(prompt: str, name: str, side: str) -> None:
    reading = read(prompt)
    assert reading.named == (name,)
    if side:
        lean = next(c.toward[0] for c in reading.program if isinstance(c, Direction) and c.segment == "torso")
        assert (lean > 0) == (side == "left")


@pytest.mark.parametrize("prompt", ["walking while reading a book", "walking with an umbrella", "walks carrying a box"])
def test_arms_go_over_a_gait(prompt: str) -> None:
    reading = read(prompt)
    assert "walk" in reading.named and len(reading.named) == 2
