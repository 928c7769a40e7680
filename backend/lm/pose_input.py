"""Given poses as embeddings among those of the words, so that a model can speak of a pose and change it (PoseLLaVA)."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from .config import PoseLMConfig
from .layouts import rotmat_to_six

_TOWER_WIDTH: Final = 512  # PoseLLaVA's pose tower
_TOWER_LAYERS: Final = 6
_TOWER_HEADS: Final = 4
_TOWER_FEEDFORWARD: Final = 1024


class PoseMLP(nn.Module):
    """A pose as one embedding: all rotations through Linear - GELU - Linear."""

    tokens = 1

    def __init__(self, width: int, joints: int) -> None:
        super().__init__()
        self.inner = nn.Linear(6 * joints, width)
        self.activation = nn.GELU()
        self.outer = nn.Linear(width, width)

    def forward(self, six: Tensor) -> Tensor:
        """(n, J, 6) -> (n, 1, width)."""
        out: Tensor = self.outer(self.activation(self.inner(six.flatten(1))))
        return out[:, None]


class PoseTower(nn.Module):
    """A pose as J + 1 embeddings: a transformer over its joints and a summary, then Linear - GELU - Linear.

    Widths and names are PoseLLaVA's, so that its weights fit (`posellava_checkpoint`).
    """

    def __init__(self, width: int, joints: int) -> None:
        super().__init__()
        self.tokens = joints + 1
        self.summary = nn.Parameter(torch.zeros(1, 1, _TOWER_WIDTH))
        self.summary_place = nn.Parameter(torch.randn(1, 1, _TOWER_WIDTH))
        self.joint = nn.Linear(6, _TOWER_WIDTH)
        self.joint_place = nn.Parameter(torch.randn(1, joints, _TOWER_WIDTH))
        layer = nn.TransformerEncoderLayer(
            _TOWER_WIDTH, _TOWER_HEADS, _TOWER_FEEDFORWARD, dropout=0.1, activation="gelu", batch_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, _TOWER_LAYERS, enable_nested_tensor=False)
        self.projector = nn.Sequential(nn.Linear(_TOWER_WIDTH, width), nn.GELU(), nn.Linear(width, width))

    def forward(self, six: Tensor) -> Tensor:
        """(n, J, 6) -> (n, J + 1, width)."""
        joints = self.joint(six)
        # The published tower adds the joints' embeddings twice: once as what they are, once within their places.
        places = torch.cat([self.summary_place.expand(len(six), -1, -1), joints + self.joint_place], dim=1)
        found = torch.cat([self.summary.expand(len(six), -1, -1), joints], dim=1) + places
        out: Tensor = self.projector(self.encoder(found))
        return out


class PoseInput(nn.Module):
    """Poses (n, J, 3, 3) in the model's joints and frame -> embeddings (n, tokens, width)."""

    def __init__(self, width: int, config: PoseLMConfig) -> None:
        super().__init__()
        self.layout = config.input_layout
        kind = PoseTower if config.pose_input == "tower" else PoseMLP
        self.net: PoseMLP | PoseTower = kind(width, len(config.joint_set))

    @property
    def tokens(self) -> int:
        """Embeddings for each pose, and so how often its token stands in a prompt."""
        return self.net.tokens

    def forward(self, rotmats: Tensor) -> Tensor:
        six = rotmat_to_six(rotmats, self.layout)
        out: Tensor = self.net(six.to(next(self.net.parameters()).dtype))
        return out
