import numpy as np
import pytest

from backend.body.rotations import rotvec_to_rotmat
from backend.posecodes.motion import MOTIONS, Motion, sign_of
from backend.solver.limits import HIGH, LOW, clamped
from rigs.skeleton import INDEX, MIRROR, N_JOINTS


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


@pytest.mark.parametrize("name", [n for n, m in MOTIONS.items() if m.form == "coordinate"])
def test_motions_that_can_be_asked_are_those_that_the_joints_allow(name):
    code = Motion(name, 0)
    j, axis, sign = INDEX[code.joint], code.range.axis, sign_of(code)
    allowed = np.degrees(sorted((sign * LOW[j, axis], sign * HIGH[j, axis])))
    assert allowed == pytest.approx([code.range.low, code.range.high])
