import numpy as np
import pytest

from backend.body.bake.balls import filled
from backend.body.balls import balls
from backend.body.rotations import rotmat_to_rotvec
from backend.solver.collision import clearance, overlap, part_of, spheres
from backend.solver.stance import neutral_stance
from rigs.skeleton import INDEX
from tests.backend.conftest import bodies, largest_jacobian_error


def _pose(**joints) -> np.ndarray:
    rotvecs = np.zeros((1, 55, 3))
    for name, rotvec in joints.items():
        rotvecs[0, INDEX[name]] = rotvec
    return rotvecs


def _depth(shaped, rotvecs, name) -> float:
    return float(overlap(bodies(shaped, rotvecs), spheres()).value[0, spheres().names.index(name)])


def test_nothing_overlaps_in_the_t_pose_and_at_ease(shaped):
    assert overlap(bodies(shaped, np.zeros((1, 55, 3))), spheres()).value.max() == 0
    assert overlap(bodies(shaped, rotmat_to_rotvec(neutral_stance())[None]), spheres()).value.max() < 0.004


THROUGH = {"left_shoulder": (1.0, -1.0, -1.2), "left_elbow": (0, -2.6, 0)}


def test_forearm_through_the_trunk_is_deep(shaped):
    assert _depth(shaped, _pose(**THROUGH), "left forearm in trunk") > 0.01


@pytest.mark.parametrize("seed", [0, 1])
def test_derivative_agrees_with_finite_differences(seed, shaped):
    rotvecs = _pose(**THROUGH) + np.random.default_rng(seed).normal(0, 0.05, (2, 55, 3))
    body = bodies(shaped, rotvecs, derivatives=True)
    assert overlap(body, spheres()).value.max() > 0
    assert largest_jacobian_error(lambda b: overlap(b, spheres()), body) < 1e-5


def test_parts_that_are_to_touch_have_less_margin():
    index = spheres().names.index("left hand in trunk")
    start = spheres().starts[index]
    free, touching = spheres().reach[start], clearance(frozenset({("left_hand", "trunk")})).reach[start]
    assert touching < free
    other = spheres().starts[spheres().names.index("left hand in head")]
    assert clearance(frozenset({("left_hand", "trunk")})).reach[other] == spheres().reach[other]


def test_every_joint_of_the_body_belongs_to_a_part():
    assert part_of(INDEX["left_index3"]) == "left_hand" and part_of(INDEX["right_collar"]) == "trunk"
    assert part_of(INDEX["jaw"]) == "head" and part_of(INDEX["right_knee"]) == "right_shin"


def test_balls_file_is_what_the_body_gives():
    """The file agrees with the body: `python -m backend.body.bake.balls` would write the same."""
    made = filled()
    for part, shipped in balls().items():
        assert np.array_equal(shipped.joint, made[part].joint), part
        assert np.allclose(shipped.offset, made[part].offset, atol=1e-3), part
