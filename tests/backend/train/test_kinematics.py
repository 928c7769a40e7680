from __future__ import annotations

import numpy as np
import pytest
import torch

from backend.body.model import BodyModel
from backend.body.rotations import rotvec_to_rotmat
from backend.train.kinematics import body_features, body_joints, joints_of
from rigs.skeleton import N_BODY


def test_joints_are_those_of_the_body() -> None:
    rotvecs = np.random.default_rng(0).normal(0, 0.5, (5, 55, 3))
    shaped = BodyModel.load().shaped()
    for one, found in zip(rotvecs, body_joints(rotvecs), strict=True):
        expected = shaped.posed(one).joints[:N_BODY]
        assert found == pytest.approx(expected - expected[0], abs=1e-9)


def test_joints_have_gradients() -> None:
    rotmats = torch.from_numpy(rotvec_to_rotmat(np.random.default_rng(1).normal(0, 0.5, (2, 52, 3)))).requires_grad_()
    joints_of(rotmats)[:, 21].sum().backward()
    assert rotmats.grad is not None
    moved = rotmats.grad.abs().sum(dim=(0, 2, 3)) > 0
    assert moved[[0, 3, 6, 9, 14, 17, 19]].all() and not moved[[1, 2, 21, 20]].any()  # only the right arm's chain


def test_features_hold_rotations_and_places() -> None:
    features = body_features(np.zeros((3, 52, 3)))
    assert features.shape == (3, 198) and features.dtype == np.float32
    assert features[0, :6] == pytest.approx([1, 0, 0, 1, 0, 0])
