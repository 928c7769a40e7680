"""The typed body: rest pose, forward kinematics, skinning, batches and clear refusals."""

from pathlib import Path

import numpy as np
import pytest

from backend.body.model import BodyModel, WrongShape
from backend.body.rotations import rotvec_to_rotmat
from backend.errors import BadFile
from rigs.skeleton import INDEX, MIRROR, N_JOINTS, mirror_rotvecs

BODY = BodyModel.load()
FLIP = np.array([-1.0, 1.0, 1.0])


def random_pose(seed: int, batch: tuple[int, ...] = ()) -> np.ndarray:
    return np.random.default_rng(seed).normal(scale=0.4, size=(*batch, N_JOINTS, 3))


def test_zero_pose_is_the_rest_pose() -> None:
    shaped = BODY.shaped()
    posed = shaped.posed(np.zeros((N_JOINTS, 3)))
    np.testing.assert_allclose(posed.joints, shaped.joints, atol=1e-12)
    np.testing.assert_allclose(posed.vertices(), BODY.v_template, atol=1e-12)


def test_joints_are_the_regressed_vertices_for_any_betas() -> None:
    shaped = BODY.shaped(np.random.default_rng(0).normal(size=10))
    np.testing.assert_allclose(BODY.j_regressor @ shaped.vertices, shaped.joints, atol=1e-9)


def test_transl_is_the_position_of_the_pelvis_for_any_betas() -> None:
    transl = np.array([0.3, 1.1, -0.2])
    posed = BODY.shaped(np.random.default_rng(1).normal(size=10)).posed(random_pose(1), transl)
    np.testing.assert_allclose(posed.joints[0], transl, atol=1e-9)


def test_rotating_the_root_turns_the_whole_body_about_the_pelvis() -> None:
    rotvecs = np.zeros((N_JOINTS, 3))
    rotvecs[0] = [0.3, -0.8, 0.5]
    expected = BODY.v_template @ rotvec_to_rotmat(rotvecs[0]).T
    np.testing.assert_allclose(BODY.shaped().posed(rotvecs).vertices(), expected, atol=1e-12)


def test_bones_keep_their_length_in_any_pose() -> None:
    shaped = BODY.shaped()
    posed = shaped.posed(random_pose(2))
    for child, parent in (("left_knee", "left_hip"), ("right_wrist", "right_elbow"), ("left_index3", "left_index2")):
        c, p = INDEX[child], INDEX[parent]
        rest = np.linalg.norm(shaped.joints[c] - shaped.joints[p])
        assert np.linalg.norm(posed.joints[c] - posed.joints[p]) == pytest.approx(rest, abs=1e-12)


def test_elbow_moves_only_what_hangs_on_it() -> None:
    rotvecs = np.zeros((N_JOINTS, 3))
    rotvecs[INDEX["left_elbow"], 1] = -1.5
    posed = BODY.shaped().posed(rotvecs)
    assert posed.joints[INDEX["left_wrist"], 2] > 0.2, "a bent elbow brings the hand forward"
    moved = np.linalg.norm(posed.vertices() - BODY.v_template, axis=1) > 1e-6
    assert (BODY.v_template[moved, 0] > 0.3).all()


def test_positive_jaw_rotation_opens_the_mouth() -> None:
    rotvecs = np.zeros((N_JOINTS, 3))
    rotvecs[INDEX["jaw"], 0] = 0.3
    jaw = BODY.weights[:, INDEX["jaw"]] > 0.9
    drop = BODY.shaped().posed(rotvecs).vertices()[jaw, 1] - BODY.v_template[jaw, 1]
    assert drop.min() < -0.01


def test_eyes_turn_about_their_own_centre() -> None:
    rotvecs = np.zeros((N_JOINTS, 3))
    rotvecs[INDEX["left_eye_smplhf"]] = [0.2, 0.4, 0.0]
    ball = BODY.weights[:, INDEX["left_eye_smplhf"]] > 0.999
    centre = BODY.joint_template[INDEX["left_eye_smplhf"]]
    before = np.linalg.norm(BODY.v_template[ball] - centre, axis=1)
    after = np.linalg.norm(BODY.shaped().posed(rotvecs).vertices()[ball] - centre, axis=1)
    np.testing.assert_allclose(before, after, atol=1e-9)


def test_mirrored_pose_gives_the_mirrored_body() -> None:
    rotvecs = random_pose(3)
    joints = BODY.shaped().posed(rotvecs).joints
    mirrored = BODY.shaped().posed(mirror_rotvecs(rotvecs)).joints
    np.testing.assert_allclose(mirrored, joints[MIRROR] * FLIP, atol=1e-9)


def test_a_batch_equals_its_members() -> None:
    rotvecs, transl = random_pose(4, (2, 3)), np.random.default_rng(5).normal(size=(3, 3))
    batch = BODY.shaped().posed(rotvecs, transl)
    assert batch.joints.shape == (2, 3, N_JOINTS, 3)
    one = BODY.shaped().posed(rotvecs[1, 2], transl[2])
    np.testing.assert_allclose(batch.joints[1, 2], one.joints, atol=1e-12)
    np.testing.assert_allclose(batch.vertices()[1, 2], one.vertices(), atol=1e-12)


def test_a_batch_of_shapes_takes_one_pose() -> None:
    betas = np.random.default_rng(6).normal(size=(2, 10))
    posed = BODY.shaped(betas).posed(random_pose(7))
    np.testing.assert_allclose(posed.vertices()[1], BODY.shaped(betas[1]).posed(random_pose(7)).vertices(), atol=1e-12)


def test_skin_stays_near_its_bones_when_the_body_sits() -> None:
    rotvecs = np.zeros((N_JOINTS, 3))
    for side in ("left", "right"):
        rotvecs[INDEX[f"{side}_hip"], 0] = -np.pi / 2
        rotvecs[INDEX[f"{side}_knee"], 0] = np.pi / 2
    posed = BODY.shaped().posed(rotvecs)
    strongest = posed.joints[BODY.skin_idx[:, 0]]
    rest = np.linalg.norm(BODY.v_template - BODY.joint_template[BODY.skin_idx[:, 0]], axis=1)
    assert np.abs(np.linalg.norm(posed.vertices() - strongest, axis=1) - rest).max() < 0.12, "no spikes"


def test_fewer_betas_are_filled_with_zeros() -> None:
    np.testing.assert_array_equal(BODY.shaped([0.7]).vertices, BODY.shaped([0.7] + [0.0] * 9).vertices)


def test_loading_twice_gives_the_same_object() -> None:
    assert BodyModel.load() is BodyModel.load()


def test_arrays_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        BODY.v_template[0, 0] = 1.0


@pytest.mark.parametrize("shape", [(22, 3), (55,), (55, 4), (165,)])
def test_wrong_rotvecs_are_named_with_what_came(shape: tuple[int, ...]) -> None:
    with pytest.raises(WrongShape, match="rotvecs has shape") as caught:
        BODY.shaped().posed(np.zeros(shape))
    assert str(shape) in str(caught.value) and "55, 3" in str(caught.value)


def test_wrong_transl_and_betas_are_refused() -> None:
    with pytest.raises(WrongShape, match="transl"):
        BODY.shaped().posed(np.zeros((55, 3)), np.zeros(4))
    with pytest.raises(WrongShape, match="betas"):
        BODY.shaped(np.zeros(11))
    with pytest.raises(WrongShape, match="batch"):
        BODY.shaped().posed(np.zeros((2, 55, 3)), np.zeros((3, 3)))


def test_a_missing_or_foreign_file_is_a_bad_file(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot read"):
        BodyModel.load(tmp_path / "none.npz")
    other = tmp_path / "other.npz"
    np.savez(other, version=np.array(99), joint_names=np.array(["pelvis"]))
    with pytest.raises(BadFile, match="version 99"):
        BodyModel.load(other)
