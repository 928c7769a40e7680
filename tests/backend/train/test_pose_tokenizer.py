"""Training of the pose tokenizer: it learns, logs, goes on where it stopped, and writes what it reached."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch

from backend.body.rotations import rotvec_to_rotmat
from backend.errors import BadFile, BadInput
from backend.lm.body_points import BodyPoints
from backend.lm.pose_tokenizer import PoseTokenizer, TokenizerConfig, load
from backend.train.config import from_dict, read_config
from backend.train.pose_tokenizer import Plan, Run, learning_rate, reconstruction
from backend.train.tokenizer_data import PoseSet

CONFIGS = Path(__file__).parents[3] / "backend" / "train" / "configs"
GIVEN = {
    "model": {"width": 16, "code_dim": 8, "codes": 64, "revive_below": 0.1},
    "augmentation": {"noise_share": 0.0, "yaw_deg": 0.0, "tilt_deg": 0.0},
    "weights": {"pose": 20, "joints": 100, "vertices": 100, "commitment": 1},
    "batch": 16,
    "steps": 90,
    "free_steps": 30,
    "atlas_share": 0.25,
    "learning_rate": 3e-3,
    "warmup": 5,
    "log_every": 10,
    "evaluate_every": 30,
}  # fmt: skip


def few(count: int, seed: int) -> np.ndarray:
    """Poses that differ in how a shoulder and a hip are turned, so that a few of them tell all."""
    rotvecs = np.zeros((count, 22, 3))
    rotvecs[:, [16, 2], 2] = np.random.default_rng(seed).normal(0, 0.8, (count, 2))
    return rotvec_to_rotmat(rotvecs).astype(np.float32)


POSES = PoseSet({"mocap": few(20, 0), "atlas": few(8, 1)}, {"mocap": few(6, 2), "atlas": few(4, 3)})


def test_a_run_learns_logs_and_writes_a_tokenizer(tmp_path: Path) -> None:
    run = Run(from_dict(Plan, GIVEN), POSES, tmp_path)
    before = run.evaluate()
    run.train()
    measured = run.finish()
    assert measured["held_out"]["mocap"]["mpjpe"] < 0.8 * before["mocap"]["mpjpe"]
    rows = list(csv.DictReader((tmp_path / "log.csv").read_text().splitlines()))
    assert [int(r["step"]) for r in rows] == [10, 20, 30, 40, 50, 60, 70, 80, 90]
    assert float(rows[-1]["pose"]) < float(rows[0]["pose"]) and float(rows[-1]["perplexity"]) > 1
    again = load(tmp_path / "pose_tokenizer.safetensors")
    ids = run.tokenizer.eval().encode(torch.tensor(few(6, 2)))
    assert float((again.encode(torch.tensor(few(6, 2))) == ids).float().mean()) > 0.95


def test_a_stopped_run_ends_as_one_that_was_not(tmp_path: Path) -> None:
    whole = Run(from_dict(Plan, GIVEN), POSES, tmp_path / "a")
    whole.train()
    plan = from_dict(Plan, GIVEN)
    first = Run(plan, POSES, tmp_path / "b")
    first.train(until=40)
    second = Run(plan, POSES, tmp_path / "b")
    second.resume()
    assert second.step == 40
    second.train()
    for a, b in zip(whole.tokenizer.parameters(), second.tokenizer.parameters(), strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-4)


def test_a_run_learns_on_from_another_tokenizer(tmp_path: Path) -> None:
    first = Run(from_dict(Plan, GIVEN), POSES, tmp_path / "a")
    first.train()
    first.finish()
    second = Run(from_dict(Plan, {**GIVEN, "free_steps": 0, "steps": 20}), POSES, tmp_path / "b")
    second.start(tmp_path / "a" / "pose_tokenizer.safetensors")
    assert second.evaluate()["mocap"]["mpjpe"] == pytest.approx(first.evaluate()["mocap"]["mpjpe"], rel=0.1)
    second.train()
    assert second.evaluate()["mocap"]["mpjpe"] < 1.3 * first.evaluate()["mocap"]["mpjpe"]
    other = Run(from_dict(Plan, {**GIVEN, "model": {**GIVEN["model"], "width": 24}}), POSES, tmp_path / "c")
    with pytest.raises(BadFile, match="width=16"):
        other.start(tmp_path / "a" / "pose_tokenizer.safetensors")


def test_going_on_without_a_state_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"state\.pt"):
        Run(from_dict(Plan, GIVEN), POSES, tmp_path).resume()


def test_a_perfect_tokenizer_measures_zero() -> None:
    tokenizer = PoseTokenizer(TokenizerConfig(width=8, code_dim=4, codes=8))
    poses = torch.tensor(few(5, 4))
    tokenizer.encode = lambda rotmats: torch.zeros(len(rotmats), 80, dtype=torch.long)  # type: ignore[method-assign]
    tokenizer.decode = lambda ids: poses[: len(ids)]  # type: ignore[method-assign]
    found = reconstruction(tokenizer, BodyPoints(), poses)
    assert found["mpjpe"] == found["surface"] == 0.0
    assert found["pa_mpjpe"] < 1e-2 and found["angle"] < 0.1
    assert found["codes"] == pytest.approx(1 / 8) and found["perplexity"] == pytest.approx(1.0, abs=1e-3)


def test_a_known_error_is_measured_in_mm_and_degrees() -> None:
    tokenizer = PoseTokenizer(TokenizerConfig(width=8, code_dim=4, codes=8))
    rest = torch.eye(3).repeat(1, 22, 1, 1)
    turned = rest.clone()
    turned[:, 0] = torch.tensor(rotvec_to_rotmat(np.array([0.0, np.pi / 2, 0.0])), dtype=torch.float32)
    tokenizer.encode = lambda rotmats: torch.zeros(len(rotmats), 80, dtype=torch.long)  # type: ignore[method-assign]
    tokenizer.decode = lambda ids: turned  # type: ignore[method-assign]
    points = BodyPoints()
    found = reconstruction(tokenizer, points, rest)
    joints, _ = points(rest)
    radius = joints[0, :, [0, 2]].norm(dim=-1)
    assert found["mpjpe"] == pytest.approx(1000 * float((2**0.5 * radius).mean()), rel=1e-4)
    assert found["pa_mpjpe"] < 0.01
    assert found["angle"] == pytest.approx(90 / 22, abs=0.05)


def test_the_rate_goes_up_and_then_down() -> None:
    plan = from_dict(Plan, GIVEN)
    rates = [learning_rate(plan, s) for s in range(91)]
    assert rates[0] < rates[4] == pytest.approx(3e-3)
    assert sorted(rates[5:], reverse=True) == rates[5:]
    assert rates[90] == pytest.approx(0.02 * 3e-3)


@pytest.mark.parametrize("name", ["pose_tokenizer", "pose_tokenizer_published"])
def test_shipped_settings_are_read(name: str) -> None:
    assert read_config(CONFIGS / f"{name}.yaml", (), Plan).model.codes == 2048


@pytest.mark.parametrize(
    ("change", "told"),
    [({"colour": 1}, "colour"), ({"weights": {"pose": 1}}, "joints"), ({"model": {"depth": 3}}, "depth")],
)
def test_wrong_settings_are_named(change: dict[str, object], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        from_dict(Plan, {**GIVEN, **change})
