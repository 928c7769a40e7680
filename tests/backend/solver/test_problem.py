"""Every term of a problem: the right derivative, and zero where it should be."""

import numpy as np
import pytest

from backend.body.rotations import rotvec_to_rotmat
from backend.posecodes import read_program
from backend.solver import build, neutral_stance
from backend.solver.pose_program import Setting, pose_program
from tests.backend.conftest import largest_jacobian_error, random_rotvecs

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
    for term in problem.terms:
        assert largest_jacobian_error(term.residual, problem.start) < 1e-5, term.names


def test_gradient_is_that_of_the_cost(problem):
    """Also where residuals are far beyond the size from which on they grow linearly."""
    body = problem.start
    gradient, _ = problem.normal(body)
    for column in range(0, body.columns, 5):
        d = np.zeros((len(body.local), body.columns))
        d[:, column] = 1e-6
        numeric = (problem.cost(body.moved(d)) - problem.cost(body.moved(-d))) / 2e-6
        assert numeric == pytest.approx(gradient[:, column], rel=1e-3, abs=0.05)


def test_costs_by_term_add_up(problem):
    assert sum(problem.costs(problem.start).values()) == pytest.approx(problem.cost(problem.start)[0])


def test_a_far_residual_costs_less_than_its_square(problem):
    costs = problem.costs(problem.start)
    contact = next(t for t in problem.terms if "left palm touches right hip" in t.names)
    size = np.linalg.norm(contact.residual(problem.start.plain).value[0, 0]) / contact.sigma
    assert size > contact.linear_from
    assert costs["left palm touches right hip"] == pytest.approx(contact.linear_from * (size - contact.linear_from / 2))


def test_printed_problem_names_every_term(problem):
    assert all(name in str(problem) for term in problem.terms for name in term.names)


def test_solved_pose_reports_every_term(shaped):
    solution = pose_program(shaped, read_program(PROGRAM), Setting.neutral())[0]
    assert {"joint limits", "below the ground", "left forearm in trunk", "left elbow bent 90"} <= set(solution.costs)
    assert sum(solution.costs.values()) == pytest.approx(solution.cost, rel=1e-6)
