"""UniPose of a few thousand random weights: real classes, a small codebook, pictures of 2 x 2 patches."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from transformers import CLIPVisionModel, VitPoseBackbone, VitPoseBackboneConfig

from backend.lm.pose_tokenizer import PoseTokenizer, TokenizerConfig
from backend.lm.unipose import UniPose, UniPoseConfig, new_unipose
from backend.lm.unipose_reading import Read
from backend.lm.visual import VisualProcessor
from tests.backend.lm import tiny

SIZES = TokenizerConfig(width=16, code_dim=8, codes=24)
PLACES = 80


@cache
def _codes() -> torch.Tensor:
    return torch.randn(SIZES.codes, SIZES.code_dim, generator=torch.Generator().manual_seed(5))


def pose_tokenizer(seed: int = 0) -> PoseTokenizer:
    torch.manual_seed(seed)
    out = PoseTokenizer(SIZES)
    out.quantizer.codebook.copy_(_codes())
    out.quantizer.ready.fill_(True)
    return out.eval()


def pose_vit(seed: int = 0) -> VitPoseBackbone:
    torch.manual_seed(seed)
    config = VitPoseBackboneConfig(
        image_size=[32, 24], patch_size=[8, 8], hidden_size=20, num_hidden_layers=2, num_attention_heads=2, mlp_ratio=2
    )
    return VitPoseBackbone(config).eval()


def visual(width: int = 32, seed: int = 0) -> VisualProcessor:
    torch.manual_seed(seed)
    return VisualProcessor(CLIPVisionModel(tiny.vision_config()).eval(), pose_vit(), width)


def unipose(attention: str = "mixed", pictures: bool = False, seed: int = 0) -> UniPose:
    words = tiny.tokenizer()
    torch.manual_seed(seed)
    language = tiny.llama(len(words), seed=seed, max_position_embeddings=512)
    config = UniPoseConfig(conversation="plain", attention=attention)  # type: ignore[arg-type]
    return new_unipose(language, words, pose_tokenizer(), config, visual() if pictures else None).eval()


def pose(model: UniPose, seed: int = 0) -> tuple[np.ndarray, str]:
    """Codes of a pose, and its text."""
    codes = np.random.default_rng(seed).integers(0, SIZES.codes, PLACES)
    return codes, model.vocabulary.text(codes)


def answered(model: UniPose, seed: int = 0, before: str = "It is", after: str = "so") -> tuple[np.ndarray, Read]:
    """Codes of a pose, and a conversation that answers with it."""
    codes, text = pose(model, seed)
    return codes, model.reader.read([("user", "sitting on a chair"), ("assistant", f"{before} {text} {after}")])
