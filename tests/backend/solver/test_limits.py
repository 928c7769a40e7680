import numpy as np
import pytest

from backend.body.rotations import rotmat_to_quat_wxyz, rotvec_to_rotmat
from backend.solver.limits import HIGH, LOW, clamped, swing_twist, swing_twist_jac
from rigs.skeleton import INDEX, MIRROR, N_JOINTS
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


def test_ranges_are_mirror_images():
    flip = np.array([1, -1, -1])
    assert np.allclose(np.sort(np.stack([LOW * flip, HIGH * flip]), axis=0)[0], np.stack([LOW, HIGH])[0][MIRROR])


def test_rest_pose_is_within_every_range():
    assert np.all((LOW <= 0) & (HIGH >= 0))
    assert not clamped(np.broadcast_to(np.eye(3), (N_JOINTS, 3, 3))).any()


@pytest.mark.parametrize(
    ("joint", "rotvec", "allowed"),
    [
        ("left_knee", (1.5, 0, 0), True),
        ("left_knee", (-0.3, 0, 0), False),
        ("left_elbow", (0, -1.5, 0), True),
        ("left_elbow", (0, 1.5, 0), False),
        ("right_elbow", (0, 1.5, 0), True),
        ("right_elbow", (0, -0.5, 0), False),
        ("left_hip", (-1.6, 0, 0), True),
        ("left_hip", (1.2, 0, 0), False),
        ("neck", (0, 1.2, 0), False),
    ],
)
def test_known_motions_are_within_or_beyond(joint, rotvec, allowed):
    local = np.tile(np.eye(3), (N_JOINTS, 1, 1))
    local[INDEX[joint]] = rotvec_to_rotmat(np.array(rotvec))
    assert (clamped(local).max() < 1e-9) == allowed
