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
    assert Posture.of(local, ALL, WEIGHTS).costs(body)["close to the start"] == pytest.approx(0, abs=1e-9)


def test_what_leaves_its_range_costs_its_excess(shaped):
    rotvecs = np.zeros((1, N_JOINTS, 3))
    rotvecs[0, INDEX["left_knee"], 0] = -0.5
    costs = Posture.of(neutral_stance(), ALL, WEIGHTS).costs(_body(shaped, rotvecs))
    excess = LOW[INDEX["left_knee"], 0] + 0.5
    assert costs["joint limits"][0] == pytest.approx(0.5 * (excess / WEIGHTS.limits) ** 2)


def test_a_raised_arm_lifts_its_collar_by_a_third(shaped):
    rotvecs = np.zeros((1, N_JOINTS, 3))
    rotvecs[0, INDEX["left_shoulder"], 2] = 1.0
    rotvecs[0, INDEX["left_collar"], 2] = 0.3
    posture = Posture.of(neutral_stance(), ALL, WEIGHTS)
    assert posture.costs(_body(shaped, rotvecs))["collars follow"][0] == pytest.approx(0, abs=1e-12)
    rotvecs[0, INDEX["left_collar"], 2] = 0.0
    assert posture.costs(_body(shaped, rotvecs))["collars follow"][0] > 0.5


def test_learned_prior_is_only_for_limbs_that_are_spoken_of(shaped):
    rotvecs = np.zeros((1, N_JOINTS, 3))
    rotvecs[0, INDEX["left_shoulder"], 0] = 1.2  # an arm twisted about its length
    silent, told = (Posture.of(neutral_stance(), ALL, WEIGHTS, limbs) for limbs in ((), ("left_arm",)))
    body = _body(shaped, rotvecs)
    assert told.costs(body)["as limbs go"][0] > silent.costs(body)["as limbs go"][0] + 0.5


def test_an_unusual_limb_is_not_pulled_back_ever_harder(shaped):
    """Beyond its size, the cost of a limb grows linearly."""
    posture = Posture.of(neutral_stance(), ALL, WEIGHTS)
    costs = []
    for bend in (0.5, 0.75, 1.0):
        rotvecs = np.zeros((1, N_JOINTS, 3))
        rotvecs[0, [INDEX[f"spine{i}"] for i in (1, 2, 3)], 2] = bend
        costs.append(posture.costs(_body(shaped, rotvecs))["as limbs go"][0])
    assert costs[2] - costs[1] == pytest.approx(costs[1] - costs[0], rel=0.1)
