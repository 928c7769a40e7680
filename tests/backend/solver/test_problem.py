"""Every term of a problem: the right derivative, and zero where it should be."""

import numpy as np
import pytest

from backend.body.rotations import rotvec_to_rotmat
from backend.posecodes import read_program
from backend.solver import build, neutral_stance
from backend.solver.pose_program import Setting, pose_program
from tests.backend.conftest import random_rotvecs

PROGRAM = """
left foot, right foot on ground
left palm touches right hip
left elbow bent 90
torso points up front
look left
"""


@pytest.fixture(scope="module")
def problem(shaped):
    local = rotvec_to_rotmat(random_rotvecs(9, 2, 0.5))
    return build(shaped.joints, list(local), np.array([0.0, 0.5, 0.0]), read_program(PROGRAM), prior=neutral_stance())


def test_every_term_has_the_right_derivative(problem):
    body = problem.start
    step = 1e-6
    for term in problem.terms:
        exact = term.residual(body).jac
        numeric = np.zeros_like(exact)
        for k in range(body.columns):
            d = np.zeros((len(body.local), body.columns))
            d[:, k] = step
            numeric[..., k] = (term.residual(body.moved(d)).value - term.residual(body.moved(-d)).value) / (2 * step)
        assert np.abs(numeric - exact).max() < 1e-5 * max(1.0, np.abs(exact).max()), term.name


def test_evaluate_is_the_terms_over_their_sigmas(problem):
    residual, jacobian = problem.evaluate(problem.start)
    assert residual.shape == jacobian.shape[:2] and jacobian.shape[2] == problem.start.columns
    assert 0.5 * np.sum(residual[0] ** 2) == pytest.approx(sum(problem.costs(problem.start).values()))


def test_printed_problem_names_every_term(problem):
    assert all(term.name in str(problem) for term in problem.terms)


def test_solved_pose_reports_every_term(shaped):
    solution = pose_program(shaped, read_program(PROGRAM), Setting.neutral())[0]
    assert {"joint limits", "below the ground", "limbs apart", "left elbow bent 90"} <= set(solution.costs)
    assert sum(solution.costs.values()) == pytest.approx(solution.cost, rel=1e-6)
