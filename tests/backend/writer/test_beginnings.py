"""Postures: each comes out as what its name says, on both sides, and gives way to what a model says of a limb."""

from __future__ import annotations

import numpy as np
import pytest

from backend.body.model import ShapedBody
from backend.body.rotations import rotmat_to_rotvec
from backend.language.measures import Measures
from backend.language.postures import posture_of
from backend.posecodes import mirrored, read_program
from backend.posecodes.ground import Support
from backend.solver import Solution, pose_program
from backend.solver.pose_program import Setting
from backend.writer.beginnings import POSTURES, STANDING, begun, statements_of
from rigs.wire import Pose

WORDS = ("sitting", "kneeling", "lying", "standing", "squatting", "handstand", "headstand", "lunging")


def solved(shaped: ShapedBody, name: str, lines: str = "") -> Solution:
    return pose_program(shaped, begun(name, read_program(lines)), Setting.neutral())[0]


def pose_of(solution: Solution) -> Pose:
    return Pose(rotmat_to_rotvec(solution.local), solution.transl)


@pytest.mark.parametrize("name", POSTURES)
def test_a_posture_is_what_it_is_called_and_does_it(shaped: ShapedBody, name: str) -> None:
    found = solved(shaped, name)
    assert all(v.measured.error < 2 * v.code.tolerance for v in found.verdicts)
    posture = posture_of(Measures(pose_of(found)))
    word = next((word for word in WORDS if name.startswith(word)), None)
    assert word is None or name == "sitting_on_heels" or word in f"{posture.kind} {posture.words}"


@pytest.mark.parametrize("name", [n for n in POSTURES if "_left_" in n])
def test_sides_are_mirror_images(name: str) -> None:
    assert set(mirrored(statements_of(name))) == set(statements_of(name.replace("_left_", "_right_")))


def test_the_side_in_a_name_is_the_side_of_the_pose(shaped: ShapedBody) -> None:
    assert Measures(pose_of(solved(shaped, "kneeling_on_left_knee"))).height("left_knee") < 0.15
    assert Measures(pose_of(solved(shaped, "kneeling_on_left_knee"))).height("right_knee") > 0.3
    walking = solved(shaped, "walking_right_leg_ahead")
    assert walking.joints[8, 2] > walking.joints[7, 2]


def test_a_limb_that_is_said_is_not_the_posture_s(shaped: ShapedBody) -> None:
    seated = solved(shaped, "sitting_on_chair", "left arm points up; left elbow bent 0")
    assert all(v.measured.met for v in seated.verdicts)
    assert seated.joints[20, 1] > seated.joints[15, 1]  # the wrist above the head


@pytest.mark.parametrize("line", ["torso leans forward 20", "torso points up 0.3 front", "torso turned left 20"])
def test_a_trunk_that_leans_still_sits(line: str) -> None:
    seats = [c for c in begun("sitting_on_chair", read_program(line)) if isinstance(c, Support) and "seat" in c.parts]
    assert seats


@pytest.mark.parametrize("name", ["kneeling", "on_all_fours", "sitting_on_heels"])
def test_a_foot_that_bears_anew_lies_anew(name: str) -> None:
    """These postures lie on the tops of the feet, which contradicts toes that are tucked under."""
    said = [c.said() for c in begun(name, read_program("left knee, left toes on ground; torso leans forward 10"))]
    assert not [line for line in said if "left foot" in line]
    assert [line for line in said if "right foot" in line]


def test_a_foot_that_faces_anew_has_one_facing() -> None:
    said = [c.said() for c in begun("walking_left_leg_ahead", read_program("left foot faces front down"))]
    assert [line for line in said if "left foot faces" in line] == ["left foot faces front down"]
    assert [line for line in said if "left heel" in line]  # and bears as before


def test_kneeling_on_the_toes_can_be_done(shaped: ShapedBody) -> None:
    lines = "left knee, right knee, left toes, right toes on ground; torso points up; both shins points back"
    assert all(v.measured.error < 1.5 * v.code.tolerance for v in solved(shaped, "kneeling", lines).verdicts)


def test_an_arm_that_props_is_not_where_it_lay(shaped: ShapedBody) -> None:
    lines = "left hand, right hand on ground; left elbow bent 20; right elbow bent 20; torso elevated 45"
    found = solved(shaped, "lying_on_belly", f"{lines}; torso bowed back 45")
    assert all(v.measured.met for v in found.verdicts)


def bearing(name: str, lines: str) -> set[str]:
    return {p for c in begun(name, read_program(lines)) if isinstance(c, Support) for p in c.parts}


def test_limbs_that_are_repeated_bear_on() -> None:
    """A model that says again how the posture holds a limb does not lift it."""
    knees = {"left_knee", "right_knee"}
    assert bearing("on_all_fours", "torso bowed front 45; both arms points down") == {"left_hand", "right_hand"} | knees
    assert bearing("on_all_fours", "left upper arm points down; left forearm points down; right arm points front") == {
        "left_hand",
        *knees,
    }
    assert knees <= bearing("kneeling", "both thighs points down; both shins points back; both arms points front")


def test_limbs_that_are_moved_bear_no_more() -> None:
    assert bearing("sitting_on_chair", "both thighs points front; both shins points front") == {"seat"}
    assert bearing("on_all_fours", "left hand touches chin; left upper arm points down") == {
        "right_hand",
        "left_knee",
        "right_knee",
    }
    assert bearing("kneeling", "left knee, right knee on ground; both shins points back") == {"left_knee", "right_knee"}


def test_a_support_adds_to_the_posture_s_and_moves_nothing() -> None:
    said = begun("sitting_on_chair", read_program("left elbow on seat 0.7"))
    assert set(statements_of("sitting_on_chair")) <= set(said) and "left_elbow" in bearing(
        "sitting_on_chair", "left elbow on seat 0.7"
    )


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("left palm touches chin", set()),
        ("left elbow bent 90", {"left_upper_arm"}),
        ("left forearm points up", {"left_upper_arm"}),
        ("left upper arm points left", {"left_forearm", "left_palm"}),
        ("left palm faces up; left hand fist", {"left_upper_arm", "left_forearm", "left_palm"}),
        ("torso leans forward 30", {"left_upper_arm", "left_forearm", "left_palm"}),
    ],
)
def test_what_stays_of_an_arm_is_as_the_prompt_says(line: str, kept: set[str]) -> None:
    program = read_program(line)
    old = [c for c in begun("sitting_on_chair", program) if c not in program]
    names = {getattr(c, "segment", "") or getattr(c, "a", "") for c in old}
    assert {n for n in names if n in ("left_upper_arm", "left_forearm", "left_palm")} == kept


HEADING = {"lying_on_back": (0, 0, -1), "lying_on_belly": (0, 0, 1), "lying_on_right_side": (-1, 0, 0)}


@pytest.mark.parametrize("name", HEADING)
def test_the_heading_of_a_lying_body_is_as_the_guide_says(shaped: ShapedBody, name: str) -> None:
    torso = np.subtract(*solved(shaped, name).joints[[12, 0]])
    assert torso @ HEADING[name] > 0.9 * np.linalg.norm(torso)


def test_in_a_handstand_the_body_faces_back(shaped: ShapedBody) -> None:
    codes = [v for v in solved(shaped, "handstand").verdicts if getattr(v.code, "part", "") == "pelvis"]
    assert codes and all(v.measured.direction[2] < -0.9 for v in codes)


def test_standing_brings_nothing() -> None:
    assert statements_of(STANDING) == ()
