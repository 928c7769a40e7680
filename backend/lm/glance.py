"""What a model's eyes tell of a picture beside its patches: the pose of the one who is in it, as at first glance.

Each joint of the body looks for itself among the patches; what is found there, and where, becomes the pose. It goes to
the language model as a given pose does, behind the patches, so that whatever it knows to do with poses it can do with
pictures. UniPose shows its model a picture twice for the same reason, the second time through the eyes of a pose
estimator (section 3.2).
"""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import Tensor, nn

from rigs.skeleton import N_BODY

from .config import PoseLMConfig
from .pose_head import PoseHead

WHAT: Final = 48  # numbers that are read at each joint
JOINED: Final = 512  # width at which the joints are thought of together


class Glance(nn.Module):
    """Patches (n, P, width) of square pictures, row by row -> where each joint is, and the pose."""

    def __init__(self, width: int, config: PoseLMConfig) -> None:
        super().__init__()
        self.where = nn.Linear(width, N_BODY)
        self.what = nn.Linear(width, WHAT)
        self.join = nn.Sequential(
            nn.Linear(N_BODY * (WHAT + 2), JOINED), nn.GELU(), nn.Linear(JOINED, JOINED), nn.GELU()
        )
        self.pose = PoseHead(JOINED, config)

    def forward(self, patches: Tensor) -> Tensor:
        """(n, J, 3, 3)."""
        rotmats: Tensor = self.pose(self.joined(self.at_joints(patches)[1]))
        return rotmats

    def at_joints(self, patches: Tensor) -> tuple[Tensor, Tensor]:
        """For each joint of the body logits of the patches (n, 22, P), and what is there (n, 22, WHAT + 2): the last
        two are where, x and y from -1/2 to 1/2.
        """
        patches = patches.to(self.where.weight.dtype)
        where = self.where(patches).transpose(1, 2)
        shares = where.softmax(dim=-1)
        place = shares @ _middles(patches.shape[1]).to(patches)
        return where, torch.cat([shares @ self.what(patches), place - 0.5], dim=-1)

    def joined(self, there: Tensor) -> Tensor:
        """(n, 22, WHAT + 2) -> (n, JOINED)."""
        out: Tensor = self.join(there.flatten(1))
        return out


def _middles(patches: int) -> Tensor:
    """(P, 2) x and y from 0 to 1 of the middles of the patches."""
    grid = math.isqrt(patches)
    at = (torch.arange(grid) + 0.5) / grid
    return torch.stack([at.repeat(grid), at.repeat_interleave(grid)], dim=-1)
