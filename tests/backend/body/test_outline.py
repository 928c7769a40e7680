import numpy as np
import pytest

from backend.body.outline import floor_of, heights, lowest, outline
from tests.backend.conftest import bodies, largest_jacobian_error, random_rotvecs


@pytest.mark.parametrize("seed", range(4))
def test_lowest_outlying_vertex_is_the_lowest_of_the_skin_within_a_centimetre(seed, shaped):
    rotvecs = random_rotvecs(seed, 4, 0.6)
    skin = shaped.posed(rotvecs).vertices()[..., 1].min(axis=-1)
    found = heights(bodies(shaped, rotvecs)).min(axis=1)
    assert np.all(found >= skin - 1e-6) and np.all(found < skin + 0.01)


def test_height_of_the_lowest_vertex_has_the_right_derivative(shaped):
    body = bodies(shaped, random_rotvecs(3, 2, 0.5), np.array([0, 0.5, 0]), derivatives=True)
    assert largest_jacobian_error(lambda b: lowest(b), body) < 1e-5


@pytest.mark.parametrize("seed", range(3))
def test_floor_is_the_lowest_vertex_of_the_whole_skin(seed, shaped):
    rotvecs = random_rotvecs(seed, 1, 0.6)
    assert floor_of(shaped, bodies(shaped, rotvecs)) == pytest.approx(shaped.posed(rotvecs).vertices()[..., 1].min())


def test_every_part_of_the_outline_is_watched():
    assert len(outline().starts) > 20
