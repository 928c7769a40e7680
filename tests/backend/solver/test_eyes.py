"""Eyes that follow the gaze."""

import numpy as np
import pytest

from backend.body.rotations import geodesic, rotmat_to_rotvec, rotvec_to_rotmat
from backend.posecodes import read_program
from backend.posecodes.tracking import body_at
from backend.solver import neutral_stance
from backend.solver.eyes import EYES, PITCH, YAW, with_eyes
from backend.solver.pose_program import Setting, pose_program
from rigs.skeleton import INDEX, N_JOINTS, expand_joints

FREE = np.ones(N_JOINTS, bool)
EYE = [INDEX[e] for e in EYES]


def _eyes(shaped, line, local=None, free=FREE):
    """(2, 3) rad: rotation vectors of the eyes on a standing body that has not turned its head."""
    body = body_at(shaped.joints, neutral_stance() if local is None else local, np.zeros(3), read_program(line))
    return rotmat_to_rotvec(with_eyes(body, read_program(line), free)[EYE])


def test_eyes_look_exactly_where_they_can(shaped):
    head = neutral_stance()[INDEX["head"]]
    assert np.allclose(_eyes(shaped, "look front 0.3 left"), [0, np.arctan(0.3), 0], atol=0.03), head
    assert np.allclose(_eyes(shaped, "look front 0.2 up"), [-np.arctan(0.2), 0, 0], atol=0.03)


def test_eyes_turn_no_further_than_eyes_do(shaped):
    assert np.allclose(_eyes(shaped, "look left"), [0, YAW, 0], atol=0.02)
    assert np.allclose(_eyes(shaped, "look front 3 down"), [PITCH, 0, 0], atol=0.02)


def test_eyes_converge_on_something_near(shaped):
    place = shaped.joints[EYE].mean(axis=0) + [0, 0, 0.15]
    left, right = _eyes(shaped, f"look at ({place[0]:.3f} {place[1]:.3f} {place[2]:.3f})")
    assert left[1] < -0.1 and right[1] > 0.1


@pytest.mark.parametrize("held", ["head", EYES[0]])
def test_what_may_not_move_stays(held, shaped):
    free = FREE.copy()
    free[INDEX[held]] = False
    assert np.abs(_eyes(shaped, "look left", free=free)[0]).max() == 0


def test_without_a_gaze_eyes_stay(shaped):
    local = neutral_stance().copy()
    local[EYE] = rotvec_to_rotmat(np.array([0.0, 0.2, 0.0]))
    assert np.allclose(_eyes(shaped, "left elbow bent 30", local), [0, 0.2, 0])


def test_head_and_eyes_together_meet_a_gaze(shaped):
    program = read_program("look left 0.3 down")
    solution = pose_program(shaped, program, Setting.neutral())[0]
    world = body_at(shaped.joints, solution.local, solution.transl, program).world[0]
    goal = np.array([1.0, -0.3, 0.0]) / np.hypot(1, 0.3)
    assert solution.verdicts[0].measured.met
    assert world[EYE[0], :, 2] @ goal > world[INDEX["head"], :, 2] @ goal - 1e-9
    assert world[EYE[0], :, 2] @ goal > np.cos(np.radians(3))


def test_a_scope_without_the_eyes_leaves_them(shaped):
    setting = Setting(neutral_stance(), np.array([0.0, 1.0, 0.0]), frozenset(expand_joints(["head"])), keep=True)
    solution = pose_program(shaped, read_program("look left"), setting)[0]
    assert np.array_equal(solution.local[EYE], neutral_stance()[EYE])
    assert geodesic(solution.local[INDEX["head"]], neutral_stance()[INDEX["head"]]) > 0.1
