from __future__ import annotations

import torch

from backend.lm.config import PoseLMConfig
from backend.lm.glance import WHAT, Glance


def test_a_glance_is_a_rotation_for_each_joint() -> None:
    rotmats = Glance(8, PoseLMConfig())(torch.randn(2, 9, 8))
    assert rotmats.shape == (2, 52, 3, 3)
    assert torch.allclose(rotmats @ rotmats.transpose(-1, -2), torch.eye(3).expand_as(rotmats), atol=1e-5)


def test_a_joint_is_where_its_patch_is() -> None:
    """X to the right, y down, from the middle of the picture."""
    glance = Glance(9, PoseLMConfig())
    with torch.no_grad():
        glance.where.weight.zero_()
        glance.where.weight[0, 5] = 50.0  # the first joint looks for what only the sixth patch has: right, middle
        glance.where.weight[1, 6] = 50.0  # the second for the seventh: left, below
    _, there = glance.at_joints(torch.eye(9)[None])
    places = there[0, :, WHAT:]
    assert torch.allclose(places[0], torch.tensor([1 / 3, 0.0]), atol=1e-4)
    assert torch.allclose(places[1], torch.tensor([-1 / 3, 1 / 3]), atol=1e-4)
    assert torch.allclose(places[2], torch.zeros(2), atol=1e-6)
