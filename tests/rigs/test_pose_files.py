"""rigs/pose_files.py: motions go out and come back as they were, in every format; what is wrong is said."""

import numpy as np
import pytest

from rigs.pose_errors import BadPoseFile, NoSuchFrame
from rigs.pose_files import FORMATS, read_motion, read_pose, write_pose
from rigs.quaternions import quat_wxyz_to_rotvec, rotvec_to_quat_wxyz
from rigs.wire import Pose


@pytest.fixture
def poses():
    rng = np.random.default_rng(3)
    return [Pose(rng.normal(0, 0.6, (55, 3)), rng.normal(0, 1, 3)) for _ in range(4)]


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_motion_comes_back_as_it_was(tmp_path, poses, suffix):
    path = tmp_path / f"motion{suffix}"
    write_pose(path, poses, 60.0)
    motion = read_motion(path)
    assert len(motion) == 4 and motion.rate == (30.0 if suffix == ".json" else 60.0)
    for frame, pose in enumerate(poses):
        assert np.allclose(motion.rotvecs[frame], pose.rotvecs, atol=1e-12)
        assert np.allclose(motion.transl[frame], pose.transl, atol=1e-12)
        assert np.allclose(read_pose(path, frame).rotvecs, pose.rotvecs, atol=1e-12)
    assert np.allclose(read_pose(path, -1).transl, poses[-1].transl)
    with pytest.raises(NoSuchFrame, match="has 4"):
        read_pose(path, 4)


def test_amass_is_z_up_and_smpl_is_y_up(tmp_path):
    rotvecs = np.zeros((55, 3))
    pose = Pose(rotvecs, [0.0, 1.0, 0.0])
    write_pose(tmp_path / "a.npz", pose)
    write_pose(tmp_path / "a.smpl", pose)
    with np.load(tmp_path / "a.npz") as amass:
        assert np.allclose(amass["trans"], [[0, 0, 1]]) and np.allclose(amass["poses"][0, :3], [np.pi / 2, 0, 0])
    with np.load(tmp_path / "a.smpl") as smpl:
        assert np.allclose(smpl["bodyTranslation"], [[0, 1, 0]]) and not smpl["bodyPose"].any()
        assert smpl["bodyPose"].shape == (1, 22, 3) and smpl["leftHandPose"].shape == (1, 15, 3)


def test_a_row_of_165_numbers_is_a_pose(tmp_path):
    path = tmp_path / "row.json"
    path.write_text('{"pose": [' + ", ".join(str(i / 100) for i in range(165)) + "]}")
    assert np.allclose(read_pose(path).rotvecs.ravel(), np.arange(165) / 100)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"bodyPose": np.zeros((2, 21, 3))}, "bodyPose has shape"),
        ({"bodyPose": np.zeros((2, 22, 3)), "headPose": np.zeros((3, 3, 3))}, "headPose has shape"),
        ({"bodyPose": np.zeros((2, 22, 3)), "smplVersion": np.array(0)}, "SMPL version 0"),
        ({"bodyPose": np.zeros((2, 22, 3)), "bodyTranslation": np.zeros((1, 3))}, "bodyTranslation has shape"),
        ({"bodyPose": np.full((1, 22, 3), np.nan)}, "frame 0 has numbers that are NaN"),
        ({"head": np.zeros(3)}, "no array 'bodyPose'"),
    ],
)
def test_a_smpl_file_that_is_none_says_what_is_wrong(tmp_path, arrays, words):
    with open(tmp_path / "bad.smpl", "wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(BadPoseFile, match=words):
        read_motion(tmp_path / "bad.smpl")


def test_quaternions_and_rotvecs_agree():
    rng = np.random.default_rng(0)
    rotvecs = rng.normal(0, 1, (50, 3))
    assert np.allclose(quat_wxyz_to_rotvec(rotvec_to_quat_wxyz(rotvecs)), rotvecs)
