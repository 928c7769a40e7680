"""The eyes of our own small model: a convolutional network, as small as a few minutes of learning on a processor allow.

Vision transformers learn from few pictures where things are only with great pains; convolutions know that what is
beside each other belongs together (Xiao et al., 2021, "Early Convolutions Help Transformers See Better"). Residual
blocks are those of He et al., 2016. It is known to transformers' Auto classes under its own name, so that a LLaVA with
it is saved and loaded like any other.
"""

from __future__ import annotations

from typing import Any, Final

from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutput

STRIDE: Final = 16  # px between the middles of two patches
_KIND: Final = "posewright_sight"


class SightConfig(PreTrainedConfig):
    """image_size: px, a multiple of 16. widths: channels at 2, 4, 8 and 16 px."""

    model_type = _KIND

    image_size: int = 96
    widths: list[int] | tuple[int, ...] = (24, 48, 96, 192)

    @property
    def hidden_size(self) -> int:
        return self.widths[-1]


class Sight(PreTrainedModel):
    """Pictures (n, 3, s, s) -> patches (n, (s / 16)^2, widths[-1]), row by row."""

    config_class = SightConfig
    main_input_name = "pixel_values"

    def __init__(self, config: SightConfig) -> None:
        super().__init__(config)
        first, second, third, last = config.widths
        self.layers = nn.Sequential(
            _convolution(3, first, 5, 2),
            _convolution(first, second, 3, 2),
            Residual(second),
            _convolution(second, third, 3, 2),
            Residual(third),
            _convolution(third, last, 3, 2),
            Residual(last),
        )
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        """As torch begins them: the norms make the scale of convolutions no matter."""

    def forward(self, pixel_values: Tensor, **_options: Any) -> BaseModelOutput:
        patches = self.layers(pixel_values).flatten(2).transpose(1, 2)
        return BaseModelOutput(last_hidden_state=patches, hidden_states=(patches,))


class Residual(nn.Module):
    """x + two convolutions of it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _convolution(width, width, 3, 1)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.relu(x + self.second(self.first(x)))


def _convolution(inside: int, outside: int, side: int, stride: int) -> nn.Sequential:
    """With norm and ReLU."""
    convolution = nn.Conv2d(inside, outside, side, stride, side // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outside), nn.ReLU())


AutoConfig.register(_KIND, SightConfig, exist_ok=True)
AutoModel.register(SightConfig, Sight, exist_ok=True)
