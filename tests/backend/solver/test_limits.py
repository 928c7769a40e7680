import numpy as np
import pytest

from backend.body.rotations import rotvec_to_rotmat
from backend.solver.limits import HIGH, LOW, clamped, coordinates, excess, swing_twist
from rigs.skeleton import INDEX, JOINTS, MIRROR, N_JOINTS
from tests.backend.conftest import bodies, largest_jacobian_error, random_rotvecs

ALL = np.arange(N_JOINTS)


def test_pure_rotation_about_one_axis_is_its_own_coordinate():
    for axis in range(3):
        rotvec = 0.8 * np.eye(3)[axis]
        value, _ = swing_twist(np.broadcast_to(rotvec_to_rotmat(rotvec), (1, N_JOINTS, 3, 3)), ALL)
        assert np.allclose(value[0], rotvec, atol=1e-9), axis


def test_twist_does_not_change_the_swing():
    elbow = np.array([INDEX["left_elbow"]])
    swing, twist = rotvec_to_rotmat(np.array([0, -1.2, 0])), rotvec_to_rotmat(np.array([0.9, 0, 0]))
    local = np.broadcast_to(swing @ twist, (1, N_JOINTS, 3, 3))
    assert np.allclose(swing_twist(local, elbow)[0][0, 0], [0.9, -1.2, 0], atol=1e-9)


def test_coordinates_have_the_right_derivative(shaped):
    body = bodies(shaped, random_rotvecs(8, size=0.6), derivatives=True)

    assert largest_jacobian_error(lambda b: coordinates(b, ALL), body) < 1e-5


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


def test_excess_is_the_angle_beyond_the_range(shaped):
    rotvecs = np.zeros((1, N_JOINTS, 3))
    rotvecs[0, INDEX["left_knee"], 0] = -0.5
    body = bodies(shaped, rotvecs, derivatives=True)
    over = excess(coordinates(body, ALL), ALL).value.reshape(N_JOINTS, 3)
    assert over[INDEX["left_knee"], 0] == pytest.approx(LOW[INDEX["left_knee"], 0] + 0.5, abs=1e-9)
    assert np.count_nonzero(over) == 1, [JOINTS[i] for i in np.flatnonzero(over.any(axis=1))]
