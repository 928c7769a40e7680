"""The body in torch is the body in numpy."""

from __future__ import annotations

import numpy as np
import torch

from backend.body.model import BodyModel
from backend.body.rotations import rotvec_to_rotmat
from backend.lm.body_points import BodyPoints, _spread
from rigs.skeleton import N_BODY, N_JOINTS


def test_joints_and_skin_are_those_of_the_body() -> None:
    rng = np.random.default_rng(0)
    rotvecs = np.zeros((3, N_JOINTS, 3))
    rotvecs[:, :N_BODY] = rng.normal(0, 0.4, (3, N_BODY, 3))
    body = BodyModel.load().shaped().posed(rotvecs)
    joints, skin = BodyPoints(20)(torch.tensor(rotvec_to_rotmat(rotvecs[:, :N_BODY]), dtype=torch.float32))
    np.testing.assert_allclose(joints.numpy(), body.joints[:, :N_BODY], atol=1e-5)
    chosen = _spread(BodyModel.load().v_template, 20)
    np.testing.assert_allclose(skin.numpy(), body.vertices()[:, chosen], atol=1e-5)


def test_points_lie_apart() -> None:
    vertices = BodyModel.load().v_template
    spots = vertices[_spread(vertices, 40)]
    away = np.linalg.norm(spots[:, None] - spots[None], axis=-1) + 9 * np.eye(40)
    assert away.min() > 0.08
    assert np.ptp(spots[:, 1]) > 0.95 * np.ptp(vertices[:, 1])


def test_gradients_reach_every_joint_that_carries_skin() -> None:
    local = torch.eye(3).repeat(N_BODY, 1, 1).requires_grad_()
    _, skin = BodyPoints()(local)
    (skin**2).sum().backward()
    assert local.grad is not None
    assert bool((local.grad.abs().sum((1, 2)) > 0).all())
