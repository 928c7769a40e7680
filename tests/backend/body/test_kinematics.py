import numpy as np

from backend.body.kinematics import heading_of
from backend.body.rotations import rotvec_to_rotmat, yaw_rotmat
from backend.posecodes.vocabulary import AXES, POINTS
from rigs.skeleton import INDEX
from tests.backend.conftest import bodies, largest_jacobian_error, random_rotvecs


def test_joints_agree_with_the_body_model(shaped):
    rotvecs = random_rotvecs(0)
    body = bodies(shaped, rotvecs, np.array([0.1, 0.9, -0.2]))
    assert np.allclose(body.joints, shaped.posed(rotvecs, np.array([0.1, 0.9, -0.2])).joints, atol=1e-12)


def test_every_point_has_the_right_derivative(shaped):
    body = bodies(shaped, random_rotvecs(1), derivatives=True)
    for name in ("left_palm", "com", "left_index_tip", "head_top", "right_heel", "pelvis"):
        assert largest_jacobian_error(lambda b, n=name: b.point(n), body) < 1e-6, name


def test_every_axis_has_the_right_derivative(shaped):
    body = bodies(shaped, random_rotvecs(2), derivatives=True)
    for name in AXES:
        assert largest_jacobian_error(lambda b, n=name: b.axis(n), body) < 1e-6, name


def test_all_tracked_points_are_finite_and_near_the_body(shaped):
    body = bodies(shaped, random_rotvecs(3))
    for name in POINTS:
        assert np.linalg.norm(body.point(name).value - body.joints[:, 0], axis=-1).max() < 1.6, name


def test_increments_turn_the_part_below_a_joint_about_world_axes(shaped):
    body = bodies(shaped, random_rotvecs(4, 1), derivatives=True)
    step = np.zeros((1, body.columns))
    knee, turn = INDEX["left_knee"], np.array([0.3, -0.2, 0.5])
    step[0, 3 * knee : 3 * knee + 3] = turn
    moved = body.moved(step)
    assert np.allclose(moved.world[0, knee], rotvec_to_rotmat(turn) @ body.world[0, knee])
    assert np.allclose(moved.joints[0, INDEX["left_hip"]], body.joints[0, INDEX["left_hip"]])


def test_view_without_derivatives_shares_what_was_computed(shaped):
    body = bodies(shaped, random_rotvecs(4, 1), derivatives=True)
    assert body.plain.world is body.world and body.plain.point("head").jac is None


def test_heading_survives_tipping_in_any_direction():
    for tip in ([0, 0, 0], [-np.pi / 2, 0, 0], [np.pi / 2, 0, 0], [0, 0, np.pi / 2], [0, 0, -np.pi / 2], [np.pi, 0, 0]):
        pelvis = yaw_rotmat(0.8) @ rotvec_to_rotmat(np.array(tip, float))
        assert np.allclose(heading_of(pelvis), yaw_rotmat(0.8), atol=1e-6), tip
