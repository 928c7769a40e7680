"""Kinds that concern more than one limb, or none of the solved joints, through the whole of `pose_program`."""

import numpy as np
import pytest

from backend.body.rotations import geodesic
from backend.posecodes import read_program
from backend.posecodes.finger import seen
from backend.posecodes.tracking import body_at
from backend.solver import neutral_stance
from backend.solver.pose_program import Setting, pose_program, within_reach
from rigs.skeleton import INDEX, expand_joints


def solve(shaped, text, **options):
    return pose_program(shaped, read_program(text), Setting.neutral(), **options)[0]


MET = [
    "left hand touches right upper leg",
    "right hand touches back",
    "left foot touches right leg",
    "both hands touches head",
    "weight on left foot; left foot on ground",
    "weight even on both feet; left foot, right foot on ground; torso leans forward 40",
    "weight 0.8 on left foot, right foot; left foot, right foot on ground",
    "arms symmetric; left shoulder abducted 70; left elbow bent 60",
    "body symmetric; left upper arm points front out; left elbow bent 40; left thigh points 0.5 front 0.87 down",
    "legs symmetric; left hip abducted 25",
    "hands symmetric; left palm touches chest",
]


@pytest.mark.parametrize("program", MET)
def test_a_program_is_met(program, shaped):
    solution = solve(shaped, program)
    missed = [(v.code.said(), v.measured.reached) for v in solution.verdicts if not v.measured.met]
    assert missed == []
    assert np.degrees(solution.beyond.max()) < 8


def test_a_single_finger_refines_its_hand_exactly(shaped):
    solution = solve(shaped, "left index straight spread 8; left hand fist; right pinky curled 0.5")
    said = {v.code.said(): v.measured for v in solution.verdicts}
    assert said["left index straight spread 8"].error < 1e-6 and said["right pinky curled 0.5"].error < 1e-6
    assert said["left hand fist"].met, "what the index does is said of the index"
    assert seen("left_middle", solution.local).curl == pytest.approx(1.0, abs=0.02)
    ring = INDEX["right_ring1"]
    assert geodesic(solution.local[ring], neutral_stance()[ring]) < 1e-6


def test_fingers_outside_the_scope_stay(shaped):
    setting = Setting(neutral_stance(), np.array([0.0, 1.0, 0.0]), frozenset(expand_joints(["right_hand"])), keep=True)
    program = read_program("left index straight; right index straight")
    solution = pose_program(shaped, program, setting)[0]
    assert [v.measured.met for v in solution.verdicts] == [False, True]


def test_weight_moves_over_the_foot_that_is_named(shaped):
    feet = "left foot, right foot on ground"
    left, even = (solve(shaped, text).joints for text in (f"weight on left foot; {feet}", feet))
    to_left, before = (abs(j[INDEX["left_ankle"], 0] - j[INDEX["pelvis"], 0]) for j in (left, even))
    assert to_left < before - 0.04


IMPOSSIBLE = {
    "left elbow bent 170": ("left elbow bent 150", "an elbow bends to 150 at most, so I took 150"),
    "right knee bent at least 165": ("right knee bent at least 158", "a knee bends to 158 at most"),
    "head turned right 120": ("head turned right 82", "a head turns right by 82 at most"),
    "left shoulder extended 100": ("left shoulder extended 60", "a shoulder can be extended 60 at most, so I took 60"),
    "right ankle dorsiflexed 60": ("right ankle dorsiflexed 38", "an ankle can be dorsiflexed 38 at most"),
    "left toes bent down 80": ("left toes bent down 40", "toes can be bent down 40 at most"),
    "left elbow bent at most 170": ("left elbow bent at most 170", ""),
    "torso leans forward 150": ("torso leans forward 150", ""),
}


@pytest.mark.parametrize(("asked", "expected"), IMPOSSIBLE.items())
def test_what_nobody_can_do_is_cut_and_said(asked, expected):
    program, notes = within_reach(read_program(asked))
    assert program[0].said() == expected[0]
    assert " ".join(notes).startswith(f"{asked}: " if expected[1] else "") and expected[1] in " ".join(notes)


def test_a_solution_carries_the_notes(shaped):
    solution = solve(shaped, "left elbow bent 170; right elbow bent 90")
    assert len(solution.notes) == 1 and "left elbow bent 170" in solution.notes[0]
    assert solution.verdicts[0].measured.asked == 150 and solution.verdicts[0].measured.met


def test_arms_follow_the_one_that_is_described(shaped):
    solution = solve(shaped, "arms symmetric; left upper arm points up out; left elbow bent 20")
    look = read_program("right upper arm points up out")
    assert look[0].measure(body_at(shaped.joints, solution.local, solution.transl, look)).met
