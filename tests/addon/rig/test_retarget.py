"""addon/rig/retarget.py, without Blender."""

import numpy as np
import pytest
from posewright_ext.addon.rig import retarget
from posewright_ext.addon.rig.bodydata import load_body
from posewright_ext.rigs.skeleton import INDEX
from posewright_ext.rigs.wire import Pose


def _rotations(rng, count):
    return retarget.rotvec_to_matrix(rng.normal(size=(count, 3)))


def _rig(rng, **changes):
    fields = {
        "axes": retarget.Z_UP,
        "bones": _rotations(rng, 55),
        "present": np.ones(55, bool),
        "units": 1.0,
        "stand": np.array([0.0, 0.95, 0.0]),
        "keel": np.eye(3),
        "arm": np.zeros(3),
    }
    return retarget.RestRig(**{**fields, **changes})


def test_rotvec_and_quat_are_inverse_also_near_zero(rng):
    for size in (0.0, 1e-9, 1e-4, 1.0, 3.14):
        rotvec = rng.normal(size=(20, 3))
        rotvec *= size / np.linalg.norm(rotvec, axis=1, keepdims=True)
        back = retarget.quat_wxyz_to_rotvec(retarget.rotvec_to_quat_wxyz(rotvec))
        assert np.allclose(back, rotvec, atol=1e-12)


def test_matrix_to_rotvec_is_exact_at_half_turns(rng):
    for axis in (*np.eye(3), *rng.normal(size=(5, 3))):
        matrix = retarget.rotvec_to_matrix(np.pi * axis / np.linalg.norm(axis))
        assert np.allclose(retarget.rotvec_to_matrix(retarget.matrix_to_rotvec(matrix)), matrix, atol=1e-12)


def test_quat_product_is_the_matrix_product(rng):
    a, b = rng.normal(size=(2, 3))
    quat = retarget.quat_product(retarget.rotvec_to_quat_wxyz(a), retarget.rotvec_to_quat_wxyz(b))
    whole = retarget.rotvec_to_matrix(retarget.quat_wxyz_to_rotvec(quat))
    assert np.allclose(whole, retarget.rotvec_to_matrix(a) @ retarget.rotvec_to_matrix(b))


def test_bone_rotation_is_the_conjugate_of_the_joint_rotation(rng):
    rig, pose = _rig(rng), Pose(rng.normal(size=(55, 3)) * 0.5)
    quats = retarget.to_bones(rig, pose).quats_wxyz
    got = retarget.rotvec_to_matrix(retarget.quat_wxyz_to_rotvec(quats))
    turned = retarget.Z_UP @ retarget.rotvec_to_matrix(pose.rotvecs) @ retarget.Z_UP.T
    want = np.swapaxes(rig.bones, 1, 2) @ turned @ rig.bones
    assert np.allclose(got, want)


@pytest.mark.parametrize("units", [1.0, 100.0])
def test_from_bones_inverts_to_bones(rng, units):
    keel = retarget.keel(retarget.rotvec_to_matrix([-np.pi / 2, 0, 0]), np.array([0.0, 0.0, 1.0]))
    rig = _rig(rng, units=units, keel=keel, arm=rng.normal(size=3))
    pose = Pose(rng.normal(size=(55, 3)) * 0.5, rng.normal(size=3))
    back = retarget.from_bones(rig, retarget.to_bones(rig, pose))
    assert np.allclose(back.rotvecs, pose.rotvecs, atol=1e-9)
    assert np.allclose(back.transl, pose.transl, atol=1e-9)


def test_joints_without_a_bone_read_as_rest(rng):
    present = np.ones(55, bool)
    present[22] = False
    rig = _rig(rng, present=present)
    pose = retarget.from_bones(rig, retarget.to_bones(rig, Pose(rng.normal(size=(55, 3)))))
    assert (pose.rotvecs[22] == 0).all()


def test_axes_are_found_for_all_24_orientations():
    joints = load_body().joints
    for axes in retarget._AXIS_ROTATIONS:
        heads = dict(enumerate(joints @ axes.T * 3.0))
        assert np.allclose(retarget.armature_axes(heads), axes)


def test_a_rest_pose_that_is_no_upright_t_pose_is_refused():
    tilted = load_body().joints @ retarget.rotvec_to_matrix([0.0, 0.0, np.pi / 4]).T
    with pytest.raises(retarget.CannotRetarget, match="T-pose"):
        retarget.armature_axes(dict(enumerate(tilted)))
    with pytest.raises(retarget.CannotRetarget, match="point"):
        retarget.armature_axes(dict(enumerate(np.zeros((55, 3)))))


@pytest.mark.parametrize(
    ("joint", "axis", "below"),
    [("left_shoulder", 2, ("left_elbow", "left_wrist")), ("right_knee", 0, ("right_ankle",))],
)
def test_a_rest_pose_with_lowered_arms_or_bent_knees_is_refused_and_the_limb_named(joint, axis, below):
    """An A-pose: the shoulders are where they are in a T-pose, the arms hang at 45 degrees."""
    joints = load_body().joints.copy()
    turn = retarget.rotvec_to_matrix(-np.pi / 4 * np.eye(3)[axis])
    at = joints[INDEX[joint]]
    for name in below:
        joints[INDEX[name]] = at + turn @ (joints[INDEX[name]] - at)
    with pytest.raises(retarget.CannotRetarget, match=f"look at {joint} and {below[0]}"):
        retarget.armature_axes(dict(enumerate(joints)))


def test_arms_that_hang_a_little_as_in_smplx_itself_are_a_t_pose():
    joints = load_body().joints.copy()
    turn = retarget.rotvec_to_matrix([0.0, 0.0, -np.radians(15)])
    at = joints[INDEX["left_shoulder"]]
    for name in ("left_elbow", "left_wrist"):
        joints[INDEX[name]] = at + turn @ (joints[INDEX[name]] - at)
    assert np.allclose(retarget.armature_axes(dict(enumerate(joints))), np.eye(3))


def test_keel_rights_a_tilted_root_and_leaves_a_turned_one():
    up = np.array([0.0, 0.0, 1.0])
    turn = retarget.rotvec_to_matrix(up * 2.0)
    assert np.allclose(retarget.keel(turn, up), np.eye(3))
    for tilt in ([-np.pi / 2, 0, 0], [np.pi, 0, 0], [0, 2.0, 0]):
        root = retarget.rotvec_to_matrix(tilt)
        assert np.allclose(root @ retarget.keel(root, up) @ up, up)
