from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.body.kinematics import heading_of
from backend.body.rotations import geodesic, rotvec_to_rotmat
from backend.train.data.examples import Corpus, example
from backend.train.data.poses import PoseTable, mirrored
from backend.train.data.renders import SIDE, Job, PictureTable, drawn, jobs_of, rendered
from backend.train.data.sources import answered
from backend.train.kinematics import body_joints
from backend.train.metrics import pa_mpjpe


@pytest.fixture(scope="module")
def pointing() -> np.ndarray:
    """(52, 3) rad: the left arm held out to the character's left."""
    pose = answered("the left arm stretched out to the side")
    assert pose is not None
    return pose


def test_a_picture_is_made_from_its_seed_alone(pointing: np.ndarray) -> None:
    one, again, other = (rendered(Job("atlas", 0, pointing, seed)) for seed in (3, 3, 4))
    assert (one[0] == again[0]).all() and (one[1] == again[1]).all()
    assert (one[0] != other[0]).any()
    assert one[0].shape == (SIDE, SIDE, 3) and one[0].dtype == np.uint8


def test_only_the_heading_changes_to_what_the_camera_sees(pointing: np.ndarray) -> None:
    turns = []
    for seed in range(12):
        _, seen = rendered(Job("atlas", 0, pointing, seed))
        assert np.allclose(seen[1:], pointing[1:], atol=1e-6)
        assert pa_mpjpe(body_joints(seen[None]), body_joints(pointing[None]))[0] < 1.0
        up = rotvec_to_rotmat(seen[0].astype(float)) @ np.array([0.0, 1.0, 0.0])
        before = rotvec_to_rotmat(pointing[0].astype(float)) @ np.array([0.0, 1.0, 0.0])
        assert up[1] == pytest.approx(before[1], abs=1e-5)
        turns.append(float(np.degrees(geodesic(np.eye(3), heading_of(rotvec_to_rotmat(seen[0].astype(float)))))))
    assert max(turns) > 30.0


def test_the_arm_is_on_the_side_of_the_picture_where_the_pose_has_it(pointing: np.ndarray) -> None:
    """As seen, +X is to the right of the picture: a picture and its pose agree about sides, whatever the camera."""
    agreeing = 0
    for seed in range(30):
        picture, seen = rendered(Job("atlas", 0, pointing, seed))
        joints = body_joints(seen[None])[0]
        reach = joints[20, 0] - joints[21, 0]  # m; left wrist, right wrist
        if abs(reach) < 0.35:
            continue
        # Most of the silhouette's width beyond the trunk lies where the arm is.
        edges = np.abs(np.diff(picture.astype(int), axis=1)).sum(axis=-1) > 90
        columns = np.flatnonzero(edges[: SIDE // 2].sum(axis=0))
        if len(columns) < 8:
            continue
        head = np.median(columns)
        agreeing += 1 if (columns.max() - head > head - columns.min()) == (reach > 0) else -1
    assert agreeing >= 5


def test_every_pose_is_drawn_before_one_comes_twice_and_parts_follow_the_pose(tmp_path: Path) -> None:
    keys = ("cmu 1", "cmu 2", "cmu 3")
    rotvecs = np.zeros((3, 52, 3), np.float32)
    tables = {"motion": PoseTable(rotvecs, keys), "atlas": PoseTable(rotvecs[:2], ("atlas a", "atlas b"))}
    jobs = jobs_of(tables, 6, 0)
    assert sorted((j.table, j.number) for j in jobs)[-3:] == [("motion", 0), ("motion", 1), ("motion", 2)]
    table = drawn(jobs, tables, [(np.zeros((4, 4, 3), np.uint8), j.rotvecs) for j in jobs])
    table.save(tmp_path / "pictures.npz")
    read = PictureTable.load(tmp_path / "pictures.npz")
    assert read.source == table.source and read.splits == table.splits
    assert read.keys == tuple(tables[j.table].keys[j.number] for j in jobs)


def test_a_picture_is_mirrored_with_its_pose_and_its_words(corpus: Corpus) -> None:
    assert corpus.pictures is not None
    originals = [corpus.pictures.rotvecs[i] for i in corpus.shown]
    kept = turned = 0
    for number in range(40):
        one = example(corpus, {"look": 1.0}, 0, number)
        assert one.picture is not None and one.picture.dtype == np.uint8
        for pose in one.poses:
            plain = any(np.allclose(pose, o) for o in originals)
            assert plain or any(np.allclose(mirrored(pose), o) for o in originals)
            kept, turned = kept + plain, turned + (not plain)
    assert kept and turned
