"""Learning the limb prior, on poses made here."""

import json
import sys

import numpy as np
import pytest

from backend.solver.limb_prior import LIMBS
from backend.train import limb_prior
from rigs.skeleton import INDEX, N_BODY, mirror_rotvecs


def _poses(n=400, seed=0):
    rng = np.random.default_rng(seed)
    poses = np.zeros((n, 55, 3))
    poses[:, INDEX["left_elbow"], 1] = -rng.uniform(0.6, 1.8, n)
    poses[:, INDEX["left_shoulder"]] = rng.normal((0.1, -0.3, -0.9), 0.2, (n, 3))
    for i in (1, 2, 3):
        poses[:, INDEX[f"spine{i}"], 0] = rng.normal(0.05, 0.1, n)
    right = mirror_rotvecs(poses)
    for joint in ("shoulder", "elbow"):
        poses[:, INDEX[f"right_{joint}"]] = right[:, INDEX[f"right_{joint}"]]
    return poses[:, :N_BODY]


def test_mean_and_spread_are_those_of_the_poses():
    learned = limb_prior.learn(limb_prior.coordinates(_poses()), LIMBS["trunk"])
    mean, covariance = np.array(learned["mean"]), np.array(learned["covariance"])
    assert mean[0] == pytest.approx(0.05, abs=0.02)
    assert covariance[0, 0] == pytest.approx(0.1**2 + np.radians(4) ** 2, rel=0.25)
    assert np.linalg.eigvalsh(covariance).min() > 0


def test_a_slanting_elbow_axis_is_put_straight():
    poses = _poses()
    bend = -poses[:, INDEX["left_elbow"], 1]
    slanting = np.zeros((len(poses), 3))
    slanting[:, 1], slanting[:, 2] = -np.cos(0.5) * bend, np.sin(0.5) * bend
    poses[:, INDEX["left_elbow"]] = slanting
    x = limb_prior.coordinates(poses)[:, INDEX["left_elbow"]]
    assert np.abs(x[:, 2]).max() < 0.02
    assert np.allclose(-x[:, 1], bend, atol=0.01)


def test_only_even_trials_are_learned_from(tmp_path, monkeypatch):
    poses = _poses(60)
    poses[1::2, INDEX["spine1"], 0] = 9.9  # what odd trials hold must not matter
    np.savez(tmp_path / "poses.npz", poses=poses, trial_id=np.arange(60))
    monkeypatch.setattr(sys, "argv", ["limb_prior", str(tmp_path / "poses.npz"), "--out", str(tmp_path / "out.json")])
    limb_prior.main()
    learned = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert learned["poses"] == 30 and abs(learned["limbs"]["trunk"]["mean"][0]) < 0.2
