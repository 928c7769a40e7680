"""What the tokenizer learns from: apart from what tests it, facing ahead, widened without leaving rotations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from backend.body.kinematics import heading_of
from backend.body.rotations import rotvec_to_rotmat
from backend.errors import BadFile
from backend.language.atlas import Atlas, shipped
from backend.train import tokenizer_data
from backend.train.tokenizer_data import (
    Augmentation,
    PoseSet,
    anyhow,
    atlas_poses,
    batches,
    mocap,
    pose_set,
    turns,
    twins,
)
from rigs.skeleton import N_BODY, N_JOINTS, mirror_rotvecs

NAMES = ("tree pose", "kneeling", "standing", "sitting")


def capture(folder: Path, trials: int = 12, each: int = 5) -> Path:
    file = folder / "poses.npz"
    poses = np.random.default_rng(0).normal(0, 0.4, (trials * each, N_BODY, 3)).astype(np.float32)
    np.savez(file, poses=poses, trial_id=np.repeat(np.arange(trials), each))
    return file


@pytest.fixture
def small_atlas(monkeypatch: pytest.MonkeyPatch) -> Atlas:
    whole = shipped()
    names = [n for n in whole.entries if not whole.entries[n].based_on][:6]
    book = Atlas([whole.entries[n] for n in names])
    monkeypatch.setattr(tokenizer_data, "shipped", lambda: book)
    return book


def test_trials_and_names_are_learned_from_or_tested_with(tmp_path: Path, small_atlas: Atlas) -> None:
    poses = pose_set(capture(tmp_path), tmp_path / "cache", lambda _: None)
    learned, aside = len(poses.train["mocap"]), len(poses.held_out["mocap"])
    assert learned + 2 * aside == 2 * 60 and aside % 5 == 0  # whole trials; twins of what is learned from
    assert len(poses.train["atlas"]) + 2 * len(poses.held_out["atlas"]) == 2 * len(small_atlas.entries)


def test_all_poses_face_ahead(tmp_path: Path, small_atlas: Atlas) -> None:
    poses = pose_set(capture(tmp_path), tmp_path / "cache", lambda _: None)
    for found in (*poses.train.values(), *poses.held_out.values()):
        np.testing.assert_allclose(heading_of(found[:, 0]), np.broadcast_to(np.eye(3), (len(found), 3, 3)), atol=1e-5)


def test_the_atlas_is_solved_once(tmp_path: Path, small_atlas: Atlas) -> None:
    told: list[str] = []
    names, first = atlas_poses(small_atlas, tmp_path, told.append)
    again, second = atlas_poses(small_atlas, tmp_path, told.append)
    assert len(told) == 1 and names == again
    np.testing.assert_array_equal(first, second)
    assert first.shape == (len(names), N_BODY, 3)


def test_twins_are_mirror_images() -> None:
    rotvecs = np.random.default_rng(1).normal(0, 0.5, (3, N_JOINTS, 3))
    both = twins(rotvecs[:, :N_BODY])
    np.testing.assert_allclose(both[3:], mirror_rotvecs(rotvecs)[:, :N_BODY])


@pytest.mark.parametrize("arrays", [{"poses": np.zeros((4, 21, 3))}, {"trial_id": np.zeros(4)}, {"other": np.zeros(1)}])
def test_files_of_other_poses_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    file = tmp_path / "p.npz"
    np.savez(file, **{"trial_id": np.zeros(4), **arrays})
    with pytest.raises(BadFile, match="poses"):
        mocap(file)


def test_turns_are_rotations_about_their_vectors() -> None:
    rotvecs = np.random.default_rng(2).normal(0, 1.0, (5, 3))
    np.testing.assert_allclose(turns(torch.tensor(rotvecs)).numpy(), rotvec_to_rotmat(rotvecs), atol=1e-9)


def local(count: int = 64) -> torch.Tensor:
    return torch.tensor(rotvec_to_rotmat(np.random.default_rng(3).normal(0, 0.3, (count, N_BODY, 3)))).float()


def test_what_is_widened_are_rotations_still() -> None:
    out = Augmentation(mixed_share=1.0)(local(), 1.0, torch.Generator().manual_seed(0))
    eye = torch.eye(3, dtype=out.dtype).expand(out.shape)
    torch.testing.assert_close(out @ out.transpose(-1, -2), eye, atol=1e-5, rtol=0)


def test_without_shares_only_the_root_turns_and_within_its_ranges() -> None:
    before = local()
    out = Augmentation(10.0, 0.0, noise_share=0.0)(before, 1.0, torch.Generator().manual_seed(0))
    torch.testing.assert_close(out[:, 1:], before[:, 1:])
    turn = out[:, 0] @ before[:, 0].transpose(-1, -2)
    torch.testing.assert_close(turn[:, 1], torch.tensor([0.0, 1.0, 0.0], dtype=turn.dtype).expand(64, 3))
    angle = torch.rad2deg(torch.atan2(turn[:, 0, 2], turn[:, 2, 2]))
    assert float(angle.abs().max()) <= 10.0 and float(angle.abs().max()) > 5.0


def test_tumbled_bodies_lie_every_way_and_face_ahead() -> None:
    before = local(400)
    out = Augmentation(0.0, 0.0, noise_share=0.0, tumbled_share=1.0)(before, 1.0, torch.Generator().manual_seed(0))
    torch.testing.assert_close(out[:, 1:], before[:, 1:])
    torch.testing.assert_close(out[:, 0] @ out[:, 0].mT, torch.eye(3).expand(400, 3, 3), atol=1e-5, rtol=0)
    np.testing.assert_allclose(heading_of(out[:, 0].numpy()), np.broadcast_to(np.eye(3), (400, 3, 3)), atol=1e-4)
    up = out[:, 0, 1, 1]
    assert (
        all(float((side > 0.5).float().mean()) > 0.15 for side in (up, -up))
        and float((up.abs() < 0.5).float().mean()) > 0.3
    )


def test_any_way_is_every_way_alike() -> None:
    drawn = anyhow(4000, torch.Generator().manual_seed(1))
    torch.testing.assert_close(drawn @ drawn.mT, torch.eye(3).expand(4000, 3, 3), atol=1e-5, rtol=0)
    torch.testing.assert_close(torch.linalg.det(drawn), torch.ones(4000), atol=1e-5, rtol=0)
    assert float(drawn.mean(dim=0).abs().max()) < 0.05


def test_noise_takes_one_part_at_a_time_and_rises() -> None:
    before = local(400)
    sizes = []
    for rise in (0.1, 1.0):
        aug = Augmentation(0.0, 0.0, noise=0.5, noise_share=1.0)
        out = aug(before, rise, torch.Generator().manual_seed(0))
        cosine = ((out * before).sum((-1, -2)) - 1) / 2
        sizes.append(float(torch.arccos(cosine.clamp(-1, 1)).max()))
    assert sizes[0] < 0.06 and 0.3 < sizes[1] <= 0.51


def test_mixed_poses_take_whole_parts_of_others() -> None:
    before = torch.arange(30.0)[:, None, None, None].expand(30, N_BODY, 3, 3)
    out = Augmentation(0.0, 0.0, noise_share=0.0, mixed_share=1.0)(before, 1.0, torch.Generator().manual_seed(0))
    arm = [13, 16, 18, 20]
    assert bool((out[:, arm] == out[:, arm[:1]]).all())
    assert bool((out[:, 13] != before[:, 13]).any())
    torch.testing.assert_close(out[:, 3], before[:, 3])  # the trunk stays


def test_batches_have_their_share_of_the_atlas() -> None:
    poses = PoseSet({"atlas": np.ones((3, N_BODY, 3, 3)), "mocap": np.zeros((5, N_BODY, 3, 3))}, {})
    batch = next(batches(poses, 20, 0.3, torch.Generator().manual_seed(0)))
    assert batch.shape == (20, N_BODY, 3, 3)
    assert float(batch[:, 0, 0, 0].sum()) == 6
