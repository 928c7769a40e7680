import numpy as np
import pytest

from backend.body.rotations import rotmat_to_rotvec
from backend.solver.collision import overlap, spheres
from backend.solver.stance import neutral_stance
from rigs.skeleton import INDEX
from tests.backend.conftest import bodies, largest_jacobian_error


def _pose(**joints) -> np.ndarray:
    rotvecs = np.zeros((1, 55, 3))
    for name, rotvec in joints.items():
        rotvecs[0, INDEX[name]] = rotvec
    return rotvecs


def _depth(shaped, rotvecs, name) -> float:
    return float(overlap(bodies(shaped, rotvecs)).value[0, spheres().names.index(name)])


def test_nothing_overlaps_in_the_t_pose_and_at_ease(shaped):
    assert overlap(bodies(shaped, np.zeros((1, 55, 3)))).value.max() == 0
    assert overlap(bodies(shaped, rotmat_to_rotvec(neutral_stance())[None])).value.max() < 0.004


THROUGH = {"left_shoulder": (1.0, -1.0, -1.2), "left_elbow": (0, -2.6, 0)}


def test_forearm_through_the_trunk_is_deep(shaped):
    assert _depth(shaped, _pose(**THROUGH), "left forearm in trunk") > 0.01


@pytest.mark.parametrize("seed", [0, 1])
def test_derivative_agrees_with_finite_differences(seed, shaped):
    rotvecs = _pose(**THROUGH) + np.random.default_rng(seed).normal(0, 0.05, (2, 55, 3))
    body = bodies(shaped, rotvecs, derivatives=True)
    assert overlap(body).value.max() > 0
    assert largest_jacobian_error(overlap, body) < 1e-5
