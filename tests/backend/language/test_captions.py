"""What is said of a pose is what it measures; sides are always right."""

from __future__ import annotations

import re

import numpy as np
import pytest

from backend.body.kinematics import Kinematics, heading_of
from backend.body.model import BodyModel
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.language.captions import describe, difference
from backend.language.reader import read
from backend.posecodes.classes import TRACKED, agreeing, values_of
from backend.solver.pose_program import Setting, pose_program
from rigs.wire import Pose

from .posing import LINES, edited, mirrored, posed


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("standing", "Standing"),
        ("sitting", "Sitting on a seat"),
        ("kneeling", "Kneeling on the right knee"),
        ("lying", "Lying on the back"),
        ("all_fours", "On all fours"),
        ("squat", "Squatting"),
        ("lunge", "Lunging with the right leg in front"),
        ("tree", "Standing on the right leg"),
    ],
)
def test_the_posture_comes_first(name: str, start: str) -> None:
    for text in describe(posed(name)):
        assert text.startswith(start)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("arms_up", "both arms raised straight up"),
        ("left_arm_up", "the left arm raised straight up"),
        ("t_pose", "both arms stretched out to the side"),
        ("hands_on_hips", "both hands on the hips"),
        ("right_hand_wave", "the right arm lifted out to the side with the elbow bent at a right angle"),
        ("kneeling", "looking up"),
        ("bowing", "bent far forward"),
    ],
)
def test_what_is_salient_is_in_the_line(name: str, words: str) -> None:
    assert words in describe(posed(name))[0]


def _swapped(text: str) -> str:
    return re.sub(r"left|right(?! angle| over)", lambda m: "right" if m[0] == "left" else "left", text)


@pytest.mark.parametrize("name", ["left_arm_up", "right_hand_wave", "kneeling", "lunge", "tree"])
def test_a_mirrored_pose_is_described_with_the_sides_swapped(name: str) -> None:
    """Compared as sets of words: the order of a left and a right statement may change."""
    here, there = (describe(p)[0] for p in (posed(name), mirrored(posed(name))))
    assert here != there
    assert sorted(_swapped(here).lower().split()) == sorted(there.lower().split())


@pytest.mark.parametrize("name", LINES)
def test_the_longer_texts_say_more(name: str) -> None:
    line, paragraph, full = describe(posed(name))
    assert line.endswith(".")
    assert paragraph.endswith(".")
    assert len(line) < len(full)
    assert len(paragraph) < len(full)


def test_a_turned_body_is_described_alike() -> None:
    pose = posed("right_hand_wave")
    assert describe(edited(pose, "turn around")[0].base(pose)) == describe(pose)


def test_a_pose_without_a_place_is_described_alike() -> None:
    """Pose files may leave `transl` out: the body then lies half below y = 0."""
    pose = posed("kneeling")
    assert describe(Pose(pose.rotvecs)) == describe(pose)


@pytest.mark.parametrize("name", LINES)
def test_equal_poses_have_no_difference(name: str) -> None:
    assert difference(posed(name), posed(name)) == "Nothing changes."


@pytest.mark.parametrize("name", ["lunge", "left_arm_up"])
def test_the_difference_to_the_mirror_image_is_to_mirror(name: str) -> None:
    assert difference(posed(name), mirrored(posed(name))) == "Mirror the pose."


def test_the_difference_names_each_change_with_its_side() -> None:
    text = difference(posed("standing"), posed("right_hand_wave"))
    assert text.startswith("Raise the right arm out to the side by ")
    assert "bend the right elbow by " in text
    assert "open the right hand" in text
    assert "left" not in text


def test_a_new_posture_is_ordered_first() -> None:
    assert difference(posed("standing"), posed("kneeling")).startswith("Kneel on the right knee, ")


@pytest.mark.parametrize(
    "prompt",
    [
        "raise the left arm by 40 degrees", "bend the right elbow by 60 degrees",
        "turn the head to the left by 30 degrees",
        "lean forward by 25 degrees", "bend both knees by 40 degrees", "make a fist with the left hand",
        "put the right hand on the hip", "twist the torso to the right by 25 degrees",
        "tilt the head forward by 20 degrees",
    ],
)  # fmt: skip
def test_the_difference_carried_out_again_reaches_the_same_pose(prompt: str) -> None:
    start = posed("standing")
    _, goal = edited(start, prompt)
    _, again = edited(start, difference(start, goal))
    # Equal up to the rounding of figures to 5 degrees and what words leave open.
    assert np.abs(again.rotvecs - goal.rotvecs).max() < np.radians(16)


READ_BACK = ["standing", "t_pose", "left_arm_up", "right_hand_wave", "hands_on_hips", "lunge", "bowing", "sitting"]


def _classes(pose: Pose) -> dict[str, float]:
    local = rotvec_to_rotmat(pose.rotvecs)[None]
    rest = BodyModel.load().shaped().joints
    return values_of(Kinematics(rest, local, np.zeros((1, 3)), TRACKED, heading_of(local[:, 0])))


def _read_back(text: str) -> Pose:
    reading = read(text)
    assert not reading.unread, (text, reading.unread)
    solution = pose_program(BodyModel.load().shaped(), reading.program, Setting.neutral())[0]
    return Pose(rotmat_to_rotvec(solution.local), solution.transl)


@pytest.mark.parametrize("name", READ_BACK)
def test_the_full_description_reads_back(name: str) -> None:
    pose = posed(name)
    agree = agreeing(_classes(pose), _classes(_read_back(describe(pose)[2])))
    assert sum(agree.values()) >= 0.9 * len(agree), [key for key, right in agree.items() if not right]


@pytest.mark.parametrize("name", ["left_arm_up", "right_hand_wave", "lunge", "kneeling", "tree"])
def test_what_is_read_back_is_on_the_right_side(name: str) -> None:
    """The pose that a description gives is nearer to the described one than to its mirror image."""
    pose = posed(name)
    for text in describe(pose):
        again = _classes(_read_back(text))
        here, there = (agreeing(_classes(p), again) for p in (pose, mirrored(pose)))
        assert sum(here.values()) / len(here) > sum(there.values()) / len(there) + 0.02, text


@pytest.mark.parametrize("name", LINES)
def test_every_word_of_a_description_is_read(name: str) -> None:
    for text in describe(posed(name)):
        assert not read(text).unread, text


@pytest.mark.parametrize("name", LINES)
def test_a_line_is_short(name: str) -> None:
    assert len(describe(posed(name))[0].split()) <= 22
