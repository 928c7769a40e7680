"""Motions, leans and elevations: what they come to on a solved body, and that the start is near it."""

import numpy as np
import pytest

from backend.posecodes import read_program
from backend.posecodes.motion import Motion
from backend.posecodes.tracking import body_at
from backend.solver import neutral_stance, starting_pose
from backend.solver.pose_program import Setting, pose_program
from rigs.skeleton import N_JOINTS, expand_joints

MEANS = {  # program -> what it looks like
    "left shoulder flexed 90; left elbow straight": "left arm points front",
    "both shoulders flexed 175; both elbows straight": "both arms points up",
    "both shoulders abducted 90; both elbows straight": "both arms points out",
    "right shoulder abducted 135": "right upper arm points up out",
    "right shoulder extended 40": "right upper arm points 0.64 back 0.77 down",
    "left shoulder horizontally adducted 60": "left upper arm points 0.5 out 0.87 front",
    "left elbow bent 90; left shoulder rotated in 0; left shoulder flexed 5": "left forearm points front",
    "both elbows bent 90; both shoulders rotated out 60": "both forearms points 0.87 out 0.5 front",
    "right elbow bent 90; right shoulder rotated in 70": "right forearm points 0.94 in 0.34 front",
    "left elbow bent 90; left shoulder flexed 0; left forearm pronated 80": "left palm faces down",
    "both elbows bent 90; both shoulders flexed 0; both forearms supinated 80": "both palms faces up",
    "right elbow bent 90; right forearm pronated 80; right wrist extended 60": "right hand points up 0.5 front",
    "left hip flexed 90; left knee bent 90": "left thigh points front; left shin points down",
    "left hip flexed 90; left hip abducted 40": "left thigh points 0.77 front 0.64 out",
    "right hip abducted 40": "right leg points 0.77 down 0.64 out",
    "right hip rotated out 45": "right foot faces front out",
    "left hip flexed 90; left knee bent 90; left ankle plantarflexed 50": "left foot faces 0.64 front 0.77 down",
    "torso leans forward 60": "torso points 0.87 front 0.5 up",
    "torso leans left 25": "torso points 0.42 left 0.91 up",
    "torso elevated at most 20": "torso points 0.94 front 0.34 up",
    "both thighs level; both shins points down; left foot, right foot on ground": "both thighs points front",
    "left arm elevated 30": "left arm points 0.87 front 0.5 up",
}


@pytest.mark.parametrize(("program", "look"), MEANS.items())
def test_motions_look_as_people_mean_them(program, look, shaped):
    local = starting_pose(neutral_stance(), read_program(program), np.ones(N_JOINTS, bool))
    body = body_at(shaped.joints, local, np.zeros(3), read_program(look))
    for code in read_program(look):
        assert code.measure(body).error < np.radians(25), code.said()


@pytest.mark.parametrize("program", MEANS)
def test_a_program_of_motions_is_met(program, shaped):
    solution = pose_program(shaped, read_program(program), Setting.neutral())[0]
    assert [v.code.said() for v in solution.verdicts if not v.measured.met] == []


def test_an_arm_that_is_flexed_alone_stays_ahead(shaped):
    solution = pose_program(shaped, read_program("both shoulders flexed 90; left hip flexed 90"), Setting.neutral())[0]
    look = read_program("both upper arms points front; left thigh points front")
    body = body_at(shaped.joints, solution.local, solution.transl, look)
    assert max(code.measure(body).error for code in look) < np.radians(30)


def test_an_arm_that_alone_may_move_is_flexed_ahead(shaped):
    setting = Setting(neutral_stance(), np.array([0.0, 1.0, 0.0]), frozenset(expand_joints(["left_arm"])), keep=True)
    solution = pose_program(shaped, read_program("left shoulder flexed 120; left elbow straight"), setting)[0]
    look = read_program("left arm points 0.87 front 0.5 up")
    assert look[0].measure(body_at(shaped.joints, solution.local, solution.transl, look)).error < np.radians(28)


CLOSED = """
left shoulder flexed 90; right shoulder abducted 70; right hip abducted 30; left hip flexed 60
left forearm pronated 40; right wrist flexed 30; left ankle dorsiflexed 15; left toes bent up 30; right collar raised 10
left shoulder rotated in 30; torso leans forward 20; right shin elevated -40; right hip rotated out 20
"""


def test_the_start_carries_out_motions_exactly_and_leans_nearly(shaped):
    program = read_program(CLOSED)
    local = starting_pose(neutral_stance(), program, np.ones(N_JOINTS, bool))
    body = body_at(shaped.joints, local, np.zeros(3), program)
    for code in program:
        assert code.measure(body).error < np.radians(4 if isinstance(code, Motion) else 12), code.said()


def test_a_bound_that_holds_already_changes_nothing():
    program = read_program("left shoulder flexed at most 60; torso elevated at least 50; left toes bent up at most 9")
    start = starting_pose(neutral_stance(), program, np.ones(N_JOINTS, bool))
    assert np.abs(start - neutral_stance()).max() < 0.12


def test_joints_that_may_not_move_do_not():
    start = starting_pose(neutral_stance(), read_program(CLOSED), np.zeros(N_JOINTS, bool))
    assert np.array_equal(start, neutral_stance())
