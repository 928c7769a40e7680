"""UniPose's visual processor (§3.2): CLIP says what is in a picture, a pose ViT how the body stands, patch by patch.

    picture -> CLIP ViT, 336 px        -> 24 x 24 x 1024
            -> pose ViT, 256 x 192 px  -> 16 x 12 x 1280, padded to 16 x 16, resized to 24 x 24   -> both, 2304 -> words

The pose ViT is that of HMR2 and TokenHMR, which is ViTPose's: no class token, a patch embedding that pads by 2 px.
Sizes follow from the two networks, so that small ones work the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, pad

_CLIP_MEAN: Final = (0.48145466, 0.4578275, 0.40821073)
_CLIP_STD: Final = (0.26862954, 0.26130258, 0.27577711)
_IMAGENET_MEAN: Final = (0.485, 0.456, 0.406)
_IMAGENET_STD: Final = (0.229, 0.224, 0.225)
_CLIP_LAYER: Final = -2  # LLaVA's: the last but one


class VisualProcessor(nn.Module):
    """Two encoders and the projector into the language model's embeddings.

    Args:
        clip: `CLIPVisionModel` of transformers. pose_vit: `VitPoseBackbone`. width: of the embeddings.
    """

    def __init__(self, clip: Any, pose_vit: Any, width: int) -> None:
        super().__init__()
        self.clip, self.pose_vit = clip, pose_vit
        features = clip.config.hidden_size + pose_vit.config.hidden_size
        self.projector = nn.Sequential(nn.Linear(features, width), nn.GELU(), nn.Linear(width, width))
        self.clip.requires_grad_(False)
        self.pose_vit.requires_grad_(False)

    @property
    def grid(self) -> int:
        """Patches of CLIP along a side."""
        return int(self.clip.config.image_size // self.clip.config.patch_size)

    @property
    def patches(self) -> int:
        """How many embeddings a picture becomes."""
        return self.grid**2

    def forward(self, pictures: Sequence[np.ndarray]) -> Tensor:
        """(n, patches, width) of n pictures (h, w, 3) uint8."""
        weight = self.projector[0].weight
        with torch.no_grad():
            both = torch.cat([self._of_clip(pictures, weight), self._of_pose_vit(pictures, weight)], dim=-1)
        out: Tensor = self.projector(both.to(weight.dtype))
        return out

    def _of_clip(self, pictures: Sequence[np.ndarray], like: Tensor) -> Tensor:
        """(n, patches, C): without the class token."""
        side = self.clip.config.image_size
        pixels = torch.stack([prepared(p, side, _CLIP_MEAN, _CLIP_STD) for p in pictures]).to(like)
        found: Tensor = self.clip(pixel_values=pixels, output_hidden_states=True).hidden_states[_CLIP_LAYER][:, 1:]
        return found

    def _of_pose_vit(self, pictures: Sequence[np.ndarray], like: Tensor) -> Tensor:
        """(n, patches, C): the middle columns of a square picture, its map brought to CLIP's grid."""
        height, width = self.pose_vit.config.image_size
        pixels = torch.stack([prepared(p, height, _IMAGENET_MEAN, _IMAGENET_STD) for p in pictures]).to(like)
        cut = (height - width) // 2
        tokens = self.pose_vit(pixels[..., cut : cut + width]).feature_maps[-1]
        rows, columns = (side // size for side, size in zip((height, width), _pair(self.pose_vit), strict=True))
        maps = tokens.transpose(1, 2).unflatten(2, (rows, columns))
        beside = (rows - columns) // 2
        maps = pad(maps, (beside, rows - columns - beside))
        maps = interpolate(maps, size=(self.grid, self.grid), mode="bilinear", align_corners=True)
        return maps.flatten(2).transpose(1, 2)


def _pair(vit: Any) -> tuple[int, int]:
    size = vit.config.patch_size
    return (size, size) if isinstance(size, int) else (int(size[0]), int(size[1]))


def prepared(picture: np.ndarray, side: int, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    """(3, side, side) of a picture (h, w, 3) uint8: the short side resized, the middle cut out, normalised."""
    from PIL import Image

    height, width = picture.shape[:2]
    scale = side / min(height, width)
    size = (max(side, round(width * scale)), max(side, round(height * scale)))
    resized = Image.fromarray(picture).convert("RGB").resize(size, Image.Resampling.BICUBIC)
    left, top = (size[0] - side) // 2, (size[1] - side) // 2
    pixels = np.asarray(resized.crop((left, top, left + side, top + side)), np.float32) / 255.0
    normal = (pixels - np.array(mean, np.float32)) / np.array(std, np.float32)
    return torch.from_numpy(normal.transpose(2, 0, 1).copy())
