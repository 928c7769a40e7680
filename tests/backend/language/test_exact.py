"""What is said in full is read to the letter, and whatever a description may say is read."""

from __future__ import annotations

import numpy as np
import pytest

from backend.language.aims import aim
from backend.language.exact import exactly
from backend.language.exact_words import Scan, directions, vector
from backend.language.reader import read, vocabulary
from backend.language.tokens import tokens_of
from backend.posecodes import Posecode, read_program
from backend.posecodes.angle import Angle
from backend.posecodes.direction import Direction


def said(text: str) -> list[Posecode]:
    tokens = tokens_of(text, vocabulary())
    return exactly(tokens, [False] * len(tokens)).codes


def same(a: Posecode, b: Posecode) -> bool:
    """Equal, up to the digits of a direction."""
    if isinstance(a, Direction) and isinstance(b, Direction):
        return a.segment == b.segment and float(np.dot(a.toward, b.toward)) > 0.999
    return a == b


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("the left upper arm points down and slightly back", "left upper arm points down 0.4 back"),
        ("both forearms pointing inward, forward and slightly up", "both forearms points in front 0.4 up"),
        ("the right arm is stretched forward and slightly up", "right arm points front 0.4 up; right elbow straight"),
        ("the left leg is straight, pointing down and back", "left leg points down back; left knee straight"),
        (
            "the left arm is raised out and up with the elbow bent 95 degrees, the forearm pointing forward",
            "left upper arm points out up; left elbow bent 95; left forearm points front",
        ),
        (
            "the right knee is raised forward and slightly up, bent 115 degrees, the shin pointing down",
            "right thigh points front 0.4 up; right knee bent 115; right shin points down",
        ),
        (
            "the left elbow is bent 70 degrees, the forearm pointing inward",
            "left elbow bent 70; left forearm points in",
        ),
        ("the hands are 45 cm apart", "left hand 0.45 from right hand"),
        (
            "the left foot is 20 cm above and 10 cm in front of the right foot",
            "left ankle 0.2 above right ankle; left ankle 0.1 in front of right ankle",
        ),
        ("the right hand is 10 cm below the head", "right hand 0.1 below head"),
        ("both feet are 20 cm above the ground", "both foot soles 0.2 above ground"),
        ("the left foot is on its toes", "left toes on ground"),
        ("in the air, 20 cm off the ground", "airborne 0.2"),
        (
            "the head is turned 20 degrees to the left, tilted 10 degrees to the right and bowed 15 degrees",
            "head turned left 20; head tilted right 10; head bowed front 15",
        ),
        ("the head is tipped back 25 degrees", "head bowed back 25"),
        ("the torso turned 15 degrees to the right and rounded 20 degrees forward",
            "torso turned right 15; torso bowed front 20"),
        ("leaning 20 degrees forward", "torso points 0.94 up 0.342 front"),
        ("leaning 10 degrees forward and 20 to the left", "torso points 0.925 up 0.163 front 0.342 left"),
        ("the torso points forward and slightly down", "torso points front 0.4 down"),
        ("looking forward and slightly to the left", "look front 0.4 left"),
        (
            "lying on the back, the left arm stretched towards the head and up",
            "left arm points back up; left elbow straight",
        ),
    ],
)  # fmt: skip
def test_a_statement_is_read_to_the_letter(text: str, lines: str) -> None:
    found, wanted = said(text), read_program(lines)
    assert len(found) == len(wanted), found
    assert all(any(same(a, b) for a in found) for b in wanted), found


@pytest.mark.parametrize(
    "text",
    ["left arm raised", "both arms up", "left knee bent 40 degrees", "left arm raised slightly forward",
        "feet 50 cm apart",
        "leaning forward", "looking up", "left hand on the right hip", "sitting with the legs crossed"],
)  # fmt: skip
def test_what_leaves_something_open_is_left_to_the_rules(text: str) -> None:
    assert said(text) == []


def test_sides_are_those_of_the_limb_spoken_of() -> None:
    codes = said(
        "the left elbow is bent 90 degrees, the forearm pointing up; the right one hangs. the forearm points down"
    )
    assert {c.segment for c in codes if isinstance(c, Direction)} <= {"left_forearm", "right_forearm"}
    assert Angle("left_elbow", 90.0) in codes


def test_a_bend_of_a_whole_limb_bends_it_forward() -> None:
    """A knee goes to the front, an elbow to the back of a hanging arm."""
    codes = {
        c.segment: c.toward
        for c in said("the left leg points down, the knee bent 40 degrees")
        if isinstance(c, Direction)
    }
    assert codes["left_thigh"][2] > 0.3 > -0.3 > codes["left_shin"][2]
    codes = {
        c.segment: c.toward
        for c in said("the left arm points down, the elbow bent 40 degrees")
        if isinstance(c, Direction)
    }
    assert codes["left_upper_arm"][2] < -0.2 < 0.2 < codes["left_forearm"][2]


@pytest.mark.parametrize("seed", range(40))
def test_the_words_of_a_direction_lead_back_to_it(seed: int) -> None:
    """Within 25 degrees: the words are few."""
    direction = np.random.default_rng(seed).normal(size=3)
    direction /= np.linalg.norm(direction)
    tokens = tokens_of(aim(direction), vocabulary())
    items, end = directions(Scan(tokens, [False] * len(tokens)), 0)
    assert end == len(tokens)
    assert float(np.dot(vector(items, "left"), direction)) > np.cos(np.radians(25))


def test_the_letter_goes_before_what_a_rule_would_guess() -> None:
    program = read(
        "Standing on the left leg. The right knee is raised forward and up, bent 120 degrees, the shin pointing down."
    ).program
    thighs = [c for c in program if isinstance(c, Direction) and c.segment == "right_thigh"]
    assert len(thighs) == 1
    assert thighs[0].toward[1] > 0.5
    assert [c.degrees for c in program if isinstance(c, Angle) and c.joint == "right_knee"] == [120.0]


def test_a_second_bend_needs_no_verb() -> None:
    codes = said("both legs point down, the left knee bent 60 degrees and the right knee 35 degrees")
    shins = {c.segment: c.toward[2] for c in codes if isinstance(c, Direction) and c.segment.endswith("shin")}
    assert shins["left_shin"] < shins["right_shin"] < -0.2


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("the right hand is making a peace sign", "right hand peace"),
        ("both hands are making the horns", "both hands rock"),
        ("upside down, looking forward and down", "pelvis up faces down; look front down"),
    ],
)
def test_signs_and_postures_without_a_name(text: str, lines: str) -> None:
    assert set(said(text)) == set(read_program(lines))


@pytest.mark.parametrize(
    ("prompt", "lines"),
    [
        ("left shoulder flexed 90 degrees", ["left shoulder flexed 90"]),
        ("flex the right hip by 45 degrees, looking up", ["right hip flexed 45"]),
        ("pronate both forearms 60°", ["left forearm pronated 60", "right forearm pronated 60"]),
        ("the left hip is abducted 30 degrees and the right wrist is extended 20", ["left hip abducted 30"]),
    ],
)
def test_motions_are_read_in_the_words_of_anatomy(prompt, lines):
    said = [c.said() for c in read(prompt).explicit]
    assert all(line in said for line in lines), said
