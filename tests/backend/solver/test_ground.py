import numpy as np
import pytest

from backend.solver.ground import penetration
from tests.backend.conftest import bodies, largest_jacobian_error, random_rotvecs


def test_a_body_above_the_ground_does_not_penetrate_it(shaped):
    body = bodies(shaped, random_rotvecs(1), np.array([0, 3.0, 0]))
    assert penetration(body).value.max() == 0


def test_depth_is_that_of_the_deepest_vertex(shaped):
    body = bodies(shaped, np.zeros((1, 55, 3)), np.array([0, 0.9, 0]))
    sole = shaped.vertices[:, 1].min() + 0.9
    assert penetration(body).value.max() == pytest.approx(-sole - 0.002, abs=1e-3)


def test_derivative_agrees_with_finite_differences(shaped):
    body = bodies(shaped, random_rotvecs(3, 2, 0.5), np.array([0, 0.5, 0]), derivatives=True)
    assert penetration(body).value.max() > 0
    assert largest_jacobian_error(penetration, body) < 1e-5
