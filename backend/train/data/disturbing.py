"""What happens to pictures on their way to a model: other crops, light, colours, noise, something in front.

A render knows none of this, and a model that learns from renders alone would take their cleanness for part of the pose.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

_ZOOM: Final = (0.8, 1.15)  # of the picture's own size
_SHIFT: Final = 0.07  # of the side, to all sides
_TINT: Final = (0.7, 1.3)  # by which each colour is multiplied
_BRIGHT: Final = (-0.15, 0.15)
_CONTRAST: Final = (0.6, 1.3)
_NOISE: Final = 0.06  # the largest deviation
_HIDDEN: Final = 0.3  # share of pictures with something in front
_HIDING: Final = (0.1, 0.35)  # side of what is in front, as a part of the picture's


def disturbed(pixels: Tensor, places: Tensor, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """Pictures (n, 3, s, s) in 0..1 as a camera of today might have them, and where the joints (n, J, 2) went.

    places: x and y from 0 to 1. What a crop shows from beyond the picture is black, as in `lm.framing`.
    """
    zoom = _between(*_ZOOM, (len(pixels), 1, 1), chance)
    shift = _between(-_SHIFT, _SHIFT, (len(pixels), 1, 2), chance)
    moved = 0.5 + (places - 0.5) * zoom + shift
    back = torch.cat([torch.eye(2).expand(len(pixels), 2, 2) / zoom, -2 * (shift / zoom).transpose(1, 2)], dim=2)
    grid = affine_grid(back, list(pixels.shape), align_corners=False)
    out = grid_sample(pixels, grid, align_corners=False)
    return _coloured(_hidden(out, chance), chance), moved


def _hidden(pixels: Tensor, chance: torch.Generator) -> Tensor:
    """A plain rectangle in front of some."""
    side = pixels.shape[-1]
    size = _between(*_HIDING, (len(pixels), 2), chance)
    corner = torch.rand((len(pixels), 2), generator=chance) * (1 - size)
    at = (torch.arange(side) + 0.5) / side
    inside = (at > corner[..., None]) & (at < (corner + size)[..., None])  # (n, 2, s)
    mask = inside[:, 1, :, None] & inside[:, 0, None, :]
    mask &= (torch.rand(len(pixels), generator=chance) < _HIDDEN)[:, None, None]
    colour = torch.rand((len(pixels), 3, 1, 1), generator=chance)
    return torch.where(mask[:, None], colour, pixels)


def _coloured(pixels: Tensor, chance: torch.Generator) -> Tensor:
    one = (len(pixels), 1, 1, 1)
    middle = pixels.mean(dim=(1, 2, 3), keepdim=True)
    out = middle + (pixels - middle) * _between(*_CONTRAST, one, chance) + _between(*_BRIGHT, one, chance)
    out = out * _between(*_TINT, (len(pixels), 3, 1, 1), chance)
    return (out + torch.randn(out.shape, generator=chance) * _between(0.0, _NOISE, one, chance)).clamp(0, 1)


def _between(low: float, high: float, shape: tuple[int, ...], chance: torch.Generator) -> Tensor:
    return low + (high - low) * torch.rand(shape, generator=chance)
