"""Swing and twist coordinates and their derivatives."""

import numpy as np

from backend.body.rotations import rotmat_to_quat_wxyz, rotvec_to_rotmat
from backend.body.swing_twist import from_swing_twist, swing_twist, swing_twist_jac, twist, twist_jac
from rigs.skeleton import INDEX, N_JOINTS
from tests.backend.conftest import random_rotvecs

ALL = np.arange(N_JOINTS)


def _coordinates(rotmat, joints=ALL):
    return swing_twist(rotmat_to_quat_wxyz(np.broadcast_to(rotmat, (1, len(joints), 3, 3))), joints)[0]


def test_pure_rotation_about_one_axis_is_its_own_coordinate():
    for axis in range(3):
        rotvec = 0.8 * np.eye(3)[axis]
        assert np.allclose(_coordinates(rotvec_to_rotmat(rotvec)), rotvec, atol=1e-9), axis


def test_twist_does_not_change_the_swing():
    elbow = np.array([INDEX["left_elbow"]])
    swing, twist = rotvec_to_rotmat(np.array([0, -1.2, 0])), rotvec_to_rotmat(np.array([0.9, 0, 0]))
    assert np.allclose(_coordinates(swing @ twist, elbow)[0], [0.9, -1.2, 0], atol=1e-9)


def test_coordinates_have_the_right_derivative():
    rotmats = rotvec_to_rotmat(random_rotvecs(8, 2, size=0.6))
    exact = swing_twist_jac(rotmat_to_quat_wxyz(rotmats), ALL)
    for axis in range(3):
        step = rotvec_to_rotmat(1e-6 * np.eye(3)[axis])
        plus, minus = (swing_twist(rotmat_to_quat_wxyz(rotmats @ r), ALL) for r in (step, step.T))
        assert np.abs((plus - minus) / 2e-6 - exact[..., axis]).max() < 1e-5


def test_coordinates_give_the_rotation_back():
    rotmats = rotvec_to_rotmat(random_rotvecs(3, 1, size=0.7)[0])
    assert np.allclose(from_swing_twist(_coordinates(rotmats), ALL), rotmats, atol=1e-9)


def test_twist_about_any_axis_is_what_the_swing_leaves():
    axes = np.array([[0, -1.0, 0], [0.6, 0, 0.8]])
    swing = rotvec_to_rotmat(np.cross(axes, [1.0, 0.5, 0.2]))
    turned = swing @ rotvec_to_rotmat(axes * np.array([[0.7], [-1.9]]))
    assert np.allclose(twist(rotmat_to_quat_wxyz(turned[None]), axes), [[0.7, -1.9]])


def test_twist_has_the_right_derivative():
    axes = np.array([[0, -1.0, 0], [0.6, 0, 0.8]])
    rotmats = rotvec_to_rotmat(random_rotvecs(8, 3, size=0.6)[:, :2])
    exact = twist_jac(rotmat_to_quat_wxyz(rotmats), axes)
    for axis in range(3):
        step = rotvec_to_rotmat(1e-6 * np.eye(3)[axis])
        plus, minus = (twist(rotmat_to_quat_wxyz(rotmats @ r), axes) for r in (step, step.T))
        assert np.abs((plus - minus) / 2e-6 - exact[..., axis]).max() < 1e-5
