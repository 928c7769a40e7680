"""What is asked of the joints' own rotations."""

import numpy as np
import pytest

from backend.body.rotations import rotvec_to_rotmat
from backend.solver.limits import LOW
from backend.solver.posture import Posture
from backend.solver.stance import neutral_stance
from backend.solver.weights import WEIGHTS
from rigs.skeleton import INDEX, N_BODY, N_JOINTS
from tests.backend.conftest import bodies, random_rotvecs

ALL = np.arange(N_BODY)


def _body(shaped, rotvecs):
    return bodies(shaped, rotvecs, derivatives=True, active=ALL)


@pytest.mark.parametrize("seed", range(3))
def test_gradient_agrees_with_finite_differences(seed, shaped):
    posture = Posture.of(neutral_stance(), ALL, WEIGHTS)
    body = _body(shaped, random_rotvecs(seed, 2, 0.7))
    gradient, _ = posture.normal(body)
    for column in range(gradient.shape[1]):
        d = np.zeros((2, body.columns))
        d[:, column] = 1e-6
        numeric = (posture.cost(body.moved(d)) - posture.cost(body.moved(-d))) / 2e-6
        assert numeric == pytest.approx(gradient[:, column], rel=1e-4, abs=1e-3)


def test_matrix_is_symmetric_and_positive(shaped):
    _, matrix = Posture.of(neutral_stance(), ALL, WEIGHTS).normal(_body(shaped, random_rotvecs(1, 1)))
    assert np.allclose(matrix, np.swapaxes(matrix, 1, 2)) and np.linalg.eigvalsh(matrix[0]).min() > 0


def test_home_costs_nothing_but_what_it_breaks_itself(shaped):
    local = rotvec_to_rotmat(random_rotvecs(2, 1, 0.05)[0])
    body = _body(shaped, random_rotvecs(2, 1, 0.05))
    assert np.allclose(Posture.of(local, ALL, WEIGHTS).residuals(body)["close to the start"], 0, atol=1e-6)


def test_excess_is_the_angle_beyond_the_range(shaped):
    rotvecs = np.zeros((1, N_JOINTS, 3))
    rotvecs[0, INDEX["left_knee"], 0] = -0.5
    posture = Posture.of(neutral_stance(), ALL, WEIGHTS)
    over = posture.residuals(_body(shaped, rotvecs))["joint limits"].reshape(-1, 3) * WEIGHTS.limits
    assert over[INDEX["left_knee"], 0] == pytest.approx(-0.5 - LOW[INDEX["left_knee"], 0], abs=1e-9)
    assert np.count_nonzero(over) == 1


def test_a_raised_arm_lifts_its_collar_by_a_third(shaped):
    rotvecs = np.zeros((1, N_JOINTS, 3))
    rotvecs[0, INDEX["left_shoulder"], 2] = 1.0
    rotvecs[0, INDEX["left_collar"], 2] = 0.3
    posture = Posture.of(neutral_stance(), ALL, WEIGHTS)
    assert np.allclose(posture.residuals(_body(shaped, rotvecs))["collars follow"], 0, atol=1e-9)
    rotvecs[0, INDEX["left_collar"], 2] = 0.0
    assert np.abs(posture.residuals(_body(shaped, rotvecs))["collars follow"]).max() > 1
