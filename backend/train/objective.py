"""What is minimised: the losses of `backend.lm.losses`, and how far the joints are off, in metres."""

from __future__ import annotations

from typing import Literal, cast

import numpy as np
import torch
from torch import Tensor, nn

from backend.lm.batch import IGNORED, Batch
from backend.lm.config import PoseLMConfig
from backend.lm.joints import JointSet, to_model
from backend.lm.losses import LossWeights, losses
from backend.lm.pose_lm import PoseLM

from .config import LossConfig
from .data.poses import whole
from .kinematics import joints_of


class Objective(nn.Module):
    """A model with its loss as one module, so that processes that train together exchange its gradients."""

    def __init__(self, model: PoseLM, config: LossConfig) -> None:
        super().__init__()
        self.model = model
        norm = cast(Literal["l1", "l2"], config.norm)
        self.weights = LossWeights(config.words, config.root, config.body, config.hands, norm)
        self.joints_weight = config.joints

    def forward(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """The total and its terms, unweighted."""
        model = self.model
        seen = model(batch)
        answered = model.poses(seen, batch.labels)
        joints = model.config.joint_set
        found = losses(seen.logits, batch.labels, answered, batch.targets, batch.known, joints, self.weights)
        terms = {**found.terms, "joints": joint_loss(answered, batch.targets)}
        return found.total + self.joints_weight * terms["joints"] + model.idle(), terms


def joint_loss(rotmats: Tensor, targets: Tensor) -> Tensor:
    """Mean distance (m) of the body's joints of poses (n, J, 3, 3), pelvis on pelvis; 0 without poses."""
    if not len(targets):
        return targets.new_zeros(())
    with torch.autocast(rotmats.device.type, enabled=False):  # metres need more digits than bfloat16 has
        return (joints_of(rotmats.float()) - joints_of(targets.float())).norm(dim=-1).mean()


def rotation_loss(joints: JointSet, rotmats: Tensor, targets: Tensor, weights: LossWeights) -> Tensor:
    """The terms of `losses` that speak of rotations (n, J, 3, 3), weighted."""
    known = torch.ones(targets.shape[:2], dtype=torch.bool)
    nothing_said = torch.zeros(1, 2, 1), torch.full((1, 2), IGNORED)
    return losses(*nothing_said, rotmats, targets, known, joints, weights).total


def targets_of(config: PoseLMConfig, rotvecs: np.ndarray) -> Tensor:
    """(n, J, 3, 3) of poses of the data (n, 52, 3) rad, in the model's joints and frame."""
    return torch.from_numpy(to_model(whole(rotvecs), config.joint_set, config.root_frame)).float()
