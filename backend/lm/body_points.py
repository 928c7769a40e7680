"""The free body in torch, as far as losses need it: 22 joints and some hundred points of the skin of a posed body.

What numpy does for the solver (`backend.body.model`), this does with gradients and in batches, for the joints that pose
models regress. Frames and units as there: m, Y up, the pelvis at the origin; fingers go with their wrist, the face with
the head. Linear blend skinning of a chosen point is the same as that of the whole skin.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from backend.body.model import BodyModel
from rigs.skeleton import N_BODY, PARENTS

N_POINTS: Final = 128


class BodyPoints(nn.Module):
    """Joints (..., 22, 3) m and points of the skin (..., P, 3) m of rotations (..., 22, 3, 3), parent-relative."""

    rest: Tensor
    offsets: Tensor
    weights: Tensor

    def __init__(self, points: int = N_POINTS) -> None:
        super().__init__()
        rest, spots, weights = _table(points)
        self.register_buffer("rest", torch.tensor(rest, dtype=torch.float32), persistent=False)
        offsets = spots[:, None] - rest[None]  # (P, 22, 3): where each point lies seen from each joint
        self.register_buffer(
            "offsets", torch.tensor(offsets * weights[..., None], dtype=torch.float32), persistent=False
        )
        self.register_buffer("weights", torch.tensor(weights, dtype=torch.float32), persistent=False)

    def world(self, local: Tensor) -> tuple[Tensor, Tensor]:
        """World rotations (..., 22, 3, 3) and joints (..., 22, 3) m."""
        turned, at = [local[..., 0, :, :]], [torch.zeros_like(local[..., 0, :, 0])]
        for joint in range(1, N_BODY):
            parent = PARENTS[joint]
            bone = self.rest[joint] - self.rest[parent]
            at.append(at[parent] + turned[parent] @ bone)
            turned.append(turned[parent] @ local[..., joint, :, :])
        return torch.stack(turned, dim=-3), torch.stack(at, dim=-2)

    def forward(self, local: Tensor) -> tuple[Tensor, Tensor]:
        rotations, joints = self.world(local)
        skin = torch.einsum("...jab,pjb->...pa", rotations, self.offsets)
        return joints, skin + torch.einsum("pj,...ja->...pa", self.weights, joints)


@cache
def _table(points: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rest joints (22, 3) m, points (P, 3) m spread evenly over the skin, and their weights (P, 22)."""
    model = BodyModel.load()
    chosen = _spread(model.v_template, points)
    carrier = np.arange(len(PARENTS))
    for joint in range(N_BODY, len(PARENTS)):
        carrier[joint] = carrier[PARENTS[joint]]
    weights = np.zeros((points, N_BODY))
    for joint, share in zip(carrier, model.weights[chosen].T, strict=True):
        weights[:, joint] += share
    return model.joint_template[:N_BODY], model.v_template[chosen], weights


def _spread(vertices: np.ndarray, count: int) -> np.ndarray:
    """Indices (count,) of vertices far from each other: each next one is farthest from those before."""
    chosen = np.zeros(count, np.intp)
    away = np.full(len(vertices), np.inf)
    for n in range(1, count):
        away = np.minimum(away, np.linalg.norm(vertices - vertices[chosen[n - 1]], axis=1))
        chosen[n] = int(np.argmax(away))
    return chosen
