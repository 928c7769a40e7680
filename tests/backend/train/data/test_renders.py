from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.body.kinematics import heading_of
from backend.body.rotations import geodesic, rotvec_to_rotmat
from backend.train.data.examples import Corpus
from backend.train.data.poses import PoseTable, mirrored
from backend.train.data.renders import SIDE, Job, PictureTable, Shown, drawn, jobs_of, rendered
from backend.train.data.sources import answered
from backend.train.kinematics import body_joints
from backend.train.metrics import pa_mpjpe
from rigs.skeleton import INDEX


@pytest.fixture(scope="module")
def pointing() -> np.ndarray:
    """(52, 3) rad: the left arm held out to the character's left."""
    pose = answered("the left arm stretched out to the side")
    assert pose is not None
    return pose


def test_a_picture_is_made_from_its_seed_alone(pointing: np.ndarray) -> None:
    one, again, other = (rendered(Job("atlas", 0, pointing, seed)) for seed in (3, 3, 4))
    assert (one.pixels == again.pixels).all() and (one.rotvecs == again.rotvecs).all()
    assert (one.pixels != other.pixels).any()
    assert one.pixels.shape == (SIDE, SIDE, 3) and one.pixels.dtype == np.uint8


def test_only_the_heading_changes_to_what_the_camera_sees(pointing: np.ndarray) -> None:
    turns = []
    for seed in range(12):
        seen = rendered(Job("atlas", 0, pointing, seed)).rotvecs
        assert np.allclose(seen[1:], pointing[1:], atol=1e-6)
        assert pa_mpjpe(body_joints(seen[None]), body_joints(pointing[None]))[0] < 1.0
        up = rotvec_to_rotmat(seen[0].astype(float)) @ np.array([0.0, 1.0, 0.0])
        before = rotvec_to_rotmat(pointing[0].astype(float)) @ np.array([0.0, 1.0, 0.0])
        assert up[1] == pytest.approx(before[1], abs=1e-5)
        turns.append(float(np.degrees(geodesic(np.eye(3), heading_of(rotvec_to_rotmat(seen[0].astype(float)))))))
    assert max(turns) > 30.0


def test_places_picture_and_pose_agree_about_sides(pointing: np.ndarray) -> None:
    """As seen, +X is to the right of the picture and +Y up, whatever the camera."""
    for seed in range(20):
        shown = rendered(Job("atlas", 0, pointing, seed))
        joints = body_joints(shown.rotvecs[None])[0]
        for axis, sign in ((0, 1.0), (1, -1.0)):
            away = joints[:, axis] - joints[:, axis].mean()
            there = shown.places[:, axis] - shown.places[:, axis].mean()
            far = np.abs(away) > 0.25
            if far.sum() > 3:
                assert np.corrcoef(sign * away[far], there[far])[0, 1] > 0.8


def test_places_lie_on_the_body(pointing: np.ndarray) -> None:
    """With one colour behind it the body is what differs from the corners; its trunk is there where places say."""
    found = 0
    for seed in range(40):
        shown = rendered(Job("atlas", 0, pointing, seed))
        corners = shown.pixels[[0, 0, -1, -1], [0, -1, 0, -1]].astype(int)
        if np.ptp(corners, axis=0).max() > 4:
            continue
        for joint in ("pelvis", "spine2", "neck"):
            x, y = (shown.places[INDEX[joint]] * SIDE).astype(int)
            assert np.abs(shown.pixels[y, x].astype(int) - corners[0]).sum() > 12
            found += 1
    assert found >= 6


def test_the_mirror_image_of_a_picture_has_its_places_and_pose(pointing: np.ndarray) -> None:
    shown = rendered(Job("atlas", 0, pointing, 1))
    table = drawn([Job("atlas", 0, pointing, 1)], {"atlas": PoseTable(pointing[None], ("atlas x",))}, [shown])
    twin = table.shown(0, mirror=True)
    assert (twin.pixels[:, ::-1] == shown.pixels).all() and np.allclose(twin.rotvecs, mirrored(shown.rotvecs))
    left, right = INDEX["left_wrist"], INDEX["right_wrist"]
    assert twin.places[left] == pytest.approx([1 - shown.places[right, 0], shown.places[right, 1]])


def test_every_pose_is_drawn_before_one_comes_twice_and_parts_follow_the_pose(tmp_path: Path) -> None:
    keys = ("cmu 1", "cmu 2", "cmu 3")
    rotvecs = np.zeros((3, 52, 3), np.float32)
    tables = {"motion": PoseTable(rotvecs, keys), "atlas": PoseTable(rotvecs[:2], ("atlas a", "atlas b"))}
    jobs = jobs_of(tables, 6, 0)
    assert sorted((j.table, j.number) for j in jobs)[-3:] == [("motion", 0), ("motion", 1), ("motion", 2)]
    table = drawn(jobs, tables, [Shown(np.zeros((4, 4, 3), np.uint8), j.rotvecs, np.zeros((22, 2))) for j in jobs])
    table.save(tmp_path / "pictures.npz")
    read = PictureTable.load(tmp_path / "pictures.npz")
    assert read.source == table.source and read.splits == table.splits
    assert read.keys == tuple(tables[j.table].keys[j.number] for j in jobs)


def test_a_picture_is_mirrored_with_its_pose_and_its_words(corpus: Corpus) -> None:
    assert corpus.pictures is not None
    originals = [corpus.pictures.rotvecs[i] for i in corpus.shown]
    kept = turned = 0
    for number in range(40):
        one, _ = corpus.picture(np.random.default_rng(number))
        assert one.pixels.dtype == np.uint8
        plain = any(np.allclose(one.rotvecs, o) for o in originals)
        assert plain or any(np.allclose(mirrored(one.rotvecs), o) for o in originals)
        kept, turned = kept + plain, turned + (not plain)
    assert kept and turned


def test_what_is_changed_of_a_picture_is_seen_from_where_it_was(corpus: Corpus) -> None:
    """Joints that the instruction leaves alone stay where the camera sees them."""
    assert corpus.changeable and corpus.pictures is not None
    for number in range(20):
        found = corpus.picture_changed(np.random.default_rng(number))
        assert found is not None
        seen, after, words = found
        assert words and after.shape == (52, 3)
        pairs = [corpus._pair(row, mirror) for row in corpus.edits for mirror in (False, True)]
        same = [
            np.allclose(b[1:], after[1:], atol=1e-6) and np.allclose(a[1:], seen.rotvecs[1:], atol=1e-6)
            for a, b, _ in pairs
        ]
        before, meant, _ = pairs[same.index(True)]
        turn = [rotvec_to_rotmat(p[0].astype(float)) for p in (seen.rotvecs, before, after, meant)]
        assert np.allclose(turn[0] @ turn[1].T, turn[2] @ turn[3].T, atol=1e-4)
        upright = (turn[0] @ turn[1].T)[:, 1]
        assert np.allclose(upright, [0.0, 1.0, 0.0], atol=1e-4)
