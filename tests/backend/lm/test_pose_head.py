"""The head: its shape, its layout, where it begins."""

from __future__ import annotations

import pytest
import torch

from backend.lm.config import PoseLMConfig
from backend.lm.layouts import LAYOUTS, Layout
from backend.lm.pose_head import PoseHead
from tests.backend.lm.tiny import rotmats


@pytest.mark.parametrize(("joints", "numbers"), [("smpl24", 144), ("smplx22", 132), ("smplx52", 312)])
def test_six_numbers_for_every_joint(joints: str, numbers: int) -> None:
    head = PoseHead(16, PoseLMConfig(joints=joints))
    assert head.outer.weight.shape == (numbers, 16)
    assert head(torch.randn(3, 16)).shape == (3, numbers // 6, 3, 3)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_training_begins_near_the_pose_it_is_told(layout: Layout) -> None:
    head = PoseHead(16, PoseLMConfig(joints="smpl24", layout=layout))
    start = torch.from_numpy(rotmats(1, 24)[0]).float()
    head.start_at(start)
    assert torch.allclose(head(torch.zeros(2, 16)), start.expand(2, 24, 3, 3), atol=0.2)


def test_it_equals_its_formula() -> None:
    head = PoseHead(8, PoseLMConfig(joints="smpl24", activation="gelu", head_hidden=5))
    hidden = torch.randn(2, 8)
    inner = torch.nn.functional.gelu(hidden @ head.inner.weight.T + head.inner.bias)
    assert inner.shape == (2, 5)
    six = inner @ head.outer.weight.T + head.outer.bias
    assert torch.allclose(head.six(hidden).flatten(1), six, atol=1e-6)


def test_hidden_states_of_half_precision_are_taken() -> None:
    assert PoseHead(8, PoseLMConfig())(torch.randn(1, 8).bfloat16()).dtype == torch.float32
