"""Poses of models and ours: which joint is which, and which way is up."""

from __future__ import annotations

import numpy as np
import pytest

from backend.body.rotations import geodesic, rotvec_to_rotmat, yaw_rotmat
from backend.errors import BadInput
from backend.lm.joints import JOINT_SETS, ROOT_FRAMES, RootFrame, facing_ahead, from_model, joint_set, to_model
from rigs.skeleton import GROUPS, INDEX, JOINTS

REST = np.zeros((55, 3))
POSE = np.random.default_rng(1).normal(0.0, 0.5, (55, 3))


def test_smpl_has_its_24_joints_in_order() -> None:
    smpl = joint_set("smpl24")
    assert len(smpl) == 24
    assert smpl.names[:22] == JOINTS[:22]  # SMPL and SMPL-X agree on the body
    assert smpl.names[22:] == (None, None)


def test_the_hands_of_smplx_follow_the_body() -> None:
    full = joint_set("smplx52")
    assert len(full) == 52
    assert full.names[22:] == JOINTS[25:]
    assert {full.names[i] for i in full.hands} == set(GROUPS["hands"])
    assert len(joint_set("smpl24").hands) == 0


def test_an_unknown_joint_set_names_the_known_ones() -> None:
    with pytest.raises(BadInput) as caught:
        joint_set("smplh")
    assert all(name in caught.value.hint for name in JOINT_SETS)


@pytest.mark.parametrize("name", JOINT_SETS)
@pytest.mark.parametrize("frame", ROOT_FRAMES)
def test_poses_survive_the_way_there_and_back(name: str, frame: RootFrame) -> None:
    joints = joint_set(name)
    back = from_model(to_model(POSE, joints, frame), joints, frame, REST)
    assert np.allclose(rotvec_to_rotmat(back[joints.ours]), rotvec_to_rotmat(POSE[joints.ours]), atol=1e-9)


def test_joints_that_the_model_lacks_are_as_at_rest() -> None:
    joints = joint_set("smpl24")
    rest = np.full((55, 3), 0.1)
    pose = from_model(to_model(POSE, joints, "y_up"), joints, "y_up", rest)
    assert np.array_equal(pose[22:], rest[22:])
    assert not np.allclose(pose[:22], rest[:22])


def test_the_camera_sees_somebody_upright_turned_half_about_x() -> None:
    """A person who stands and faces the camera: SMPL's root as pictures have it, y down and z away, is this."""
    upright = to_model(REST, joint_set("smpl24"), "camera")[0]
    assert np.allclose(upright, np.diag([1.0, -1.0, -1.0]))


def test_who_leans_to_the_left_of_the_picture_leans_to_our_right() -> None:
    """Facing the camera, a person's left is on the right of the picture."""
    tip = rotvec_to_rotmat(np.array([0.0, 0.0, np.radians(-30.0)]))  # head towards -x of the picture: y is down
    seen = np.broadcast_to(np.eye(3), (24, 3, 3)).copy()
    seen[0] = tip @ np.diag([1.0, -1.0, -1.0])
    ours = from_model(seen, joint_set("smpl24"), "camera", REST)
    head = rotvec_to_rotmat(ours[0]) @ np.array([0.0, 1.0, 0.0])
    assert head[0] == pytest.approx(-0.5) and head[1] > 0.8  # the character's left is +x


def test_a_pose_is_turned_to_face_ahead_and_back() -> None:
    pose = POSE.copy()
    pose[0] = [0.3, 0.0, 0.1]
    away = pose.copy()
    turn = yaw_rotmat(2.0)
    from backend.body.rotations import rotmat_to_rotvec

    away[0] = rotmat_to_rotvec(turn @ rotvec_to_rotmat(pose[0]))
    ahead, heading = facing_ahead(away)
    again, none = facing_ahead(ahead)
    assert np.allclose(none, np.eye(3), atol=1e-9) and np.allclose(again, ahead, atol=1e-9)
    assert geodesic(heading @ rotvec_to_rotmat(ahead[0]), rotvec_to_rotmat(away[0])) < 1e-6
    assert np.array_equal(ahead[1:], away[1:])
    assert INDEX["pelvis"] == 0
