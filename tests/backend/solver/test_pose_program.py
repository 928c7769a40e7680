"""What a solved pose must be, whatever was asked."""

import numpy as np
import pytest

from backend.body.rotations import geodesic, rotmat_to_rotvec, rotvec_to_rotmat
from backend.posecodes import read_program
from backend.solver import Stopping, neutral_stance, starting_pose
from backend.solver.pose_program import Setting, pose_program
from rigs.skeleton import GROUPS, INDEX, JOINTS, MIRROR, expand_joints

PROGRAMS = {
    "standing": "left foot, right foot on ground",
    "hand on hip": "left palm touches left hip",
    "ear": "right palm touches right ear",
    "knees": """seat on seat 0.45; left foot, right foot on ground
        both thighs points front; both shins points down; left palm touches left knee""",
    "lying": """pelvis faces up; torso points back; back, head on ground
        both legs points front 0.1 out; both arms points out 0.05 down""",
    "proposing": """right knee, right toes on ground
        left foot on ground; left thigh points front 0.1 up; left shin points down
        right thigh points down; right shin points back 0.2 up
        right upper arm points down front; right forearm points front 0.5 up; look front 0.4 up""",
}


def solve(shaped, text, **options):
    return pose_program(shaped, read_program(text), Setting.neutral(), **options)[0]


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_was_asked_is_met_on_the_ground_within_the_limits(name, shaped):
    solution = solve(shaped, PROGRAMS[name])
    missed = [v.code.said() for v in solution.verdicts if not v.measured.met]
    assert not missed or (name == "proposing" and missed == ["right thigh points down"]), missed
    lowest = shaped.posed(rotmat_to_rotvec(solution.local), solution.transl).vertices()[:, 1].min()
    assert lowest == pytest.approx(0.0, abs=1e-6)
    assert np.degrees(solution.beyond.max()) < 4


@pytest.mark.parametrize("name", ["hand on hip", "ear"])
def test_mirrored_program_gives_the_mirrored_pose(name, shaped):
    """An arm that reaches has an elbow that may swing a little at no cost, so costs agree better than places.

    The skin is symmetric to a millimetre, which is a quarter of the sigma of an overlap.
    """
    program = read_program(PROGRAMS[name])
    here = pose_program(shaped, program, Setting.neutral())[0]
    there = pose_program(shaped, tuple(c.mirrored() for c in program), Setting.neutral())[0]
    assert there.cost == pytest.approx(here.cost, rel=0.05, abs=0.3)
    flipped = there.joints[MIRROR] * np.array([-1, 1, 1])
    assert np.linalg.norm(here.joints - flipped, axis=1)[:22].max() < 0.04


def test_joints_outside_the_scope_do_not_move_at_all(shaped):
    scope = frozenset(expand_joints(["left_arm"]))
    setting = Setting(neutral_stance(), np.array([0.0, 1.0, 0.0]), scope, keep=True)
    solution = pose_program(shaped, read_program("left palm touches head top"), setting)[0]
    still = [i for i, j in enumerate(JOINTS) if j not in scope]
    assert np.array_equal(solution.local[still], neutral_stance()[still])
    assert np.array_equal(solution.transl, setting.transl)
    assert geodesic(solution.local[INDEX["left_shoulder"]], neutral_stance()[INDEX["left_shoulder"]]) > 0.5


def test_unmentioned_arm_stays_at_ease(shaped):
    solution = solve(shaped, "left palm touches left ear")
    arm = [INDEX[j] for j in GROUPS["right_arm"] if "collar" not in j]
    assert np.degrees(geodesic(solution.local[arm], neutral_stance()[arm])).max() < 8


def test_contradiction_gives_a_compromise_and_says_what_was_missed(shaped):
    solution = solve(shaped, "left elbow bent 5; left elbow bent 120")
    assert any(not v.measured.met for v in solution.verdicts)
    reached = solution.verdicts[0].measured.reached
    assert reached is not None and 20 < reached < 105
    assert np.isfinite(solution.joints).all()


def test_alternatives_are_different_and_repeatable(shaped):
    program = read_program("left palm touches left hip")
    first = pose_program(shaped, program, Setting.neutral(), n=3, seed=4)
    again = pose_program(shaped, program, Setting.neutral(), n=3, seed=4)
    other = pose_program(shaped, program, Setting.neutral(), n=3, seed=5)
    assert all(np.array_equal(a.local, b.local) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[1].local, other[1].local)
    assert np.linalg.norm(first[0].joints - first[1].joints, axis=1).mean() > 0.02


def test_airborne_pose_keeps_its_height(shaped):
    solution = solve(shaped, "airborne 0.3; both knees bent 60")
    lowest = shaped.posed(rotmat_to_rotvec(solution.local), solution.transl).vertices()[:, 1].min()
    assert lowest == pytest.approx(0.3, abs=1e-6)


def test_a_solve_says_why_it_stopped(shaped):
    assert solve(shaped, PROGRAMS["ear"]).reason == "converged"
    assert solve(shaped, PROGRAMS["ear"], stopping=Stopping(max_iterations=1)).reason == "max iterations"


def test_a_foot_that_was_placed_is_not_placed_again(shaped):
    """Toes tucked under a lying shin stay tucked, and an edit of the arms leaves such a foot alone."""
    tucked = solve(shaped, PROGRAMS["proposing"])
    ankle = INDEX["right_ankle"]
    assert rotmat_to_rotvec(tucked.local[ankle])[0] < 0.2
    lying = tucked.local.copy()
    lying[0] = rotvec_to_rotmat(np.array([0.35, 0.0, 0.0])) @ lying[0]  # tipped forward, so that the shin lies level
    start = starting_pose(lying, read_program("left arm points up"), np.ones(len(JOINTS), bool))
    assert np.array_equal(start[ankle], lying[ankle])
