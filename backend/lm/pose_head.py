"""Two layers that turn the hidden state which predicts the pose token into rotations (ChatPose, section 3.1)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .config import Activation, PoseLMConfig
from .layouts import rotmat_to_six, six_to_rotmat

ACTIVATIONS: dict[Activation, type[nn.Module]] = {"relu": nn.ReLU, "gelu": nn.GELU}


class PoseHead(nn.Module):
    """Linear - activation - Linear: (..., width) -> rotations (..., J, 3, 3) in the model's joint order and frame."""

    def __init__(self, width: int, config: PoseLMConfig) -> None:
        super().__init__()
        self.layout, self.joints = config.layout, len(config.joint_set)
        hidden = config.head_hidden or width
        self.inner = nn.Linear(width, hidden)
        self.activation = ACTIVATIONS[config.activation]()
        self.outer = nn.Linear(hidden, 6 * self.joints)
        self.start_at(torch.eye(3).expand(self.joints, 3, 3))

    def start_at(self, rotmats: Tensor) -> None:
        """Make an untrained head answer about this pose (J, 3, 3), so that training begins at a possible one."""
        with torch.no_grad():
            self.outer.weight.mul_(0.1)
            self.outer.bias.copy_(rotmat_to_six(rotmats, self.layout).flatten())

    def six(self, hidden: Tensor) -> Tensor:
        """(..., width) -> (..., J, 6), raw, in the head's layout."""
        out: Tensor = self.outer(self.activation(self.inner(hidden.to(self.inner.weight.dtype))))
        return out.unflatten(-1, (self.joints, 6))

    def forward(self, hidden: Tensor) -> Tensor:
        return six_to_rotmat(self.six(hidden), self.layout)
