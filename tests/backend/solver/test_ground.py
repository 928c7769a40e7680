import numpy as np
import pytest

from backend.solver.ground import heights, lowest, outline, penetration
from tests.backend.conftest import bodies, largest_jacobian_error, random_rotvecs


@pytest.mark.parametrize("seed", range(4))
def test_lowest_outlying_vertex_is_the_lowest_of_the_skin_within_a_centimetre(seed, shaped):
    rotvecs = random_rotvecs(seed, 4, 0.6)
    skin = shaped.posed(rotvecs).vertices()[..., 1].min(axis=-1)
    found = heights(bodies(shaped, rotvecs)).min(axis=1)
    assert np.all(found >= skin - 1e-6) and np.all(found < skin + 0.01)


def test_a_body_above_the_ground_does_not_penetrate_it(shaped):
    body = bodies(shaped, random_rotvecs(1), np.array([0, 3.0, 0]))
    assert penetration(body).value.max() == 0


def test_depth_is_that_of_the_deepest_vertex(shaped):
    body = bodies(shaped, np.zeros((1, 55, 3)), np.array([0, 0.9, 0]))
    sole = shaped.vertices[:, 1].min() + 0.9
    assert penetration(body).value.max() == pytest.approx(-sole - 0.004, abs=1e-3)


@pytest.mark.parametrize("term", [penetration, lambda b: lowest(b, 0.1)])
def test_derivative_agrees_with_finite_differences(term, shaped):
    body = bodies(shaped, random_rotvecs(3, 2, 0.5), np.array([0, 0.5, 0]), derivatives=True)
    assert np.abs(term(body).value).max() > 0
    assert largest_jacobian_error(term, body) < 1e-5


def test_every_part_of_the_outline_is_watched():
    assert len(outline().starts) > 20
