from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.body.kinematics import heading_of
from backend.body.rotations import geodesic, rotvec_to_rotmat
from backend.errors import BadFile
from backend.train.data.poses import N_LEARNED, PoseTable, learned, mirrored, read_motion_poses, whole
from backend.train.kinematics import body_joints
from rigs.skeleton import INDEX, JOINTS, mirror_rotvecs


def test_a_pose_of_the_data_has_all_joints_but_jaw_and_eyes() -> None:
    rotvecs = np.random.default_rng(0).normal(0, 0.2, (4, 55, 3))
    back = whole(learned(rotvecs))
    for name in JOINTS[1:]:
        expected = 0 if name in ("jaw", "left_eye_smplhf", "right_eye_smplhf") else rotvecs[:, INDEX[name]]
        assert back[:, INDEX[name]] == pytest.approx(np.broadcast_to(expected, (4, 3)), abs=1e-6)
    assert N_LEARNED == 52


def test_poses_face_ahead_and_keep_how_they_lean() -> None:
    rotvecs = np.random.default_rng(1).normal(0, 0.6, (8, 55, 3))
    before = rotvec_to_rotmat(rotvecs[:, 0])
    after = rotvec_to_rotmat(whole(learned(rotvecs))[:, 0].astype(float))
    assert heading_of(after) == pytest.approx(np.broadcast_to(np.eye(3), (8, 3, 3)), abs=1e-5)
    assert after[:, 1] == pytest.approx(before[:, 1], abs=1e-5)  # the row of heights


def test_mirroring_is_that_of_the_skeleton() -> None:
    rotvecs = np.random.default_rng(2).normal(0, 0.3, (3, 55, 3))
    rotvecs[:, [INDEX["jaw"], INDEX["left_eye_smplhf"], INDEX["right_eye_smplhf"]]] = 0
    assert whole(mirrored(learned(rotvecs))) == pytest.approx(whole(learned(mirror_rotvecs(rotvecs))), abs=1e-5)


def test_near_copies_within_a_trial_are_thinned(motion_file: Path) -> None:
    table = read_motion_poses(motion_file, apart=5.0)
    assert len(table) == 24 and len(set(table.keys)) == 12


def test_hinges_change_and_limbs_stay(motion_file: Path) -> None:
    """Elbows bend about one axis as on the body, while every joint stays where the capture had it."""
    table = read_motion_poses(motion_file, apart=1e-6)
    with np.load(motion_file) as data:
        raw = data["poses"].astype(float)
    full = np.zeros((len(raw), 55, 3))
    full[:, :22] = raw
    expected = body_joints(whole(learned(full)))
    assert np.abs(body_joints(whole(table.rotvecs)) - expected).max() < 2e-3
    before = rotvec_to_rotmat(raw[:, INDEX["left_elbow"]])
    after = rotvec_to_rotmat(table.rotvecs[:, INDEX["left_elbow"]].astype(float))
    assert geodesic(before, after).max() > 0.05


def test_a_file_without_poses_is_named(tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    np.savez(path, stances=np.zeros(3))
    with pytest.raises(BadFile, match="expected poses"):
        read_motion_poses(path)
    with pytest.raises(BadFile, match="cannot be read"):
        PoseTable.load(tmp_path / "absent.npz")
