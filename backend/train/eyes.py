"""Eyes for a model of ours that has only read so far: a small vision transformer, joined to it as LLaVA is.

The vision tower and its projector learn from pictures alone first (`learn_pictures`), through a head of their own: in
which patch each joint of the body is, and from what is there, the pose. Told only the pose, so few pictures teach so
small a tower nothing but the mean pose. Then the whole goes on with pictures among the words.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import torch
from tokenizers import AddedToken
from torch import Tensor, nn

from backend.errors import BadInput
from backend.lm.chat import Chat
from backend.lm.config import PoseLMConfig
from backend.lm.losses import LossWeights
from backend.lm.pose_head import PoseHead
from backend.lm.pose_lm import PoseLM, new_pose_lm
from rigs.skeleton import N_BODY

from .config import EyesConfig, LossConfig
from .data.examples import Corpus
from .objective import joint_loss
from .tokenizer import CHAT_TEMPLATE
from .words_first import rotation_loss, targets_of

IMAGE: Final = "<image>"
_BATCH: Final = 48
_RATE: Final = 1e-3
_PLACES: Final = 0.5  # what the joints' places count in the first stage, beside the pose
_WHAT: Final = 32  # numbers that the first stage's head reads at each joint


def with_eyes(model: PoseLM, chat: Chat, eyes: EyesConfig) -> tuple[PoseLM, Chat]:
    """A model that reads as `model` does and has a vision tower and a projector, both untrained.

    Raises:
        BadInput: it has eyes already.
    """
    from transformers import LlavaConfig, LlavaForConditionalGeneration

    if chat.processor is not None:
        raise BadInput("model.eyes: this base sees pictures already", "leave eyes out")
    words = chat.tokenizer
    words.chat_template = CHAT_TEMPLATE
    words.add_tokens([AddedToken(IMAGE, special=True, normalized=False)])
    reading = model.language
    reading.resize_token_embeddings(len(words), mean_resizing=False)
    language = LlavaForConditionalGeneration(
        LlavaConfig(
            vision_config=_vision(eyes),
            text_config=reading.config,
            image_token_id=words.convert_tokens_to_ids(IMAGE),
            image_seq_length=(eyes.side // eyes.patch) ** 2,
            vision_feature_layer=-1,
            vision_feature_select_strategy="default",
            tie_word_embeddings=False,
        )
    )
    language.model.language_model.load_state_dict(reading.model.state_dict())
    language.lm_head.load_state_dict(reading.lm_head.state_dict())
    seeing = new_pose_lm(language, words, model.config)
    seeing.head.load_state_dict(model.head.state_dict())
    if seeing.pose_input is not None and model.pose_input is not None:
        seeing.pose_input.load_state_dict(model.pose_input.state_dict())
    return seeing, Chat(words, model.config, seeing.places, _processor(words, eyes))


def _vision(eyes: EyesConfig) -> Any:
    from transformers import CLIPVisionConfig

    if eyes.side % eyes.patch or eyes.hidden % eyes.heads:
        raise BadInput("model.eyes: side must be a multiple of patch, and hidden one of heads", "e.g. 96, 16, 192, 4")
    return CLIPVisionConfig(
        hidden_size=eyes.hidden,
        intermediate_size=3 * eyes.hidden,
        num_hidden_layers=eyes.layers,
        num_attention_heads=eyes.heads,
        image_size=eyes.side,
        patch_size=eyes.patch,
        hidden_act="gelu",
    )


def _processor(words: Any, eyes: EyesConfig) -> Any:
    from transformers import CLIPImageProcessor, LlavaProcessor

    images = CLIPImageProcessor(
        size={"shortest_edge": eyes.side}, crop_size={"height": eyes.side, "width": eyes.side}, do_resize=True
    )
    return LlavaProcessor(
        images,
        words,
        patch_size=eyes.patch,
        vision_feature_select_strategy="default",
        image_token=IMAGE,
        num_additional_image_tokens=1,  # the summary of the whole picture, which "default" leaves out
        chat_template=CHAT_TEMPLATE,
    )


def learn_pictures(
    model: PoseLM, chat: Chat, corpus: Corpus, loss: LossConfig, steps: int, seed: int, say: Callable[[str], None]
) -> None:
    """Train the vision tower and the projector on pictures; nothing else changes."""
    seen = model.language.model
    glance = Glance(model.config, model.language.get_input_embeddings().weight.shape[-1])
    glance.pose.start_at(mean_pose(model))
    trained = [*seen.vision_tower.parameters(), *seen.multi_modal_projector.parameters(), *glance.parameters()]
    optimizer = torch.optim.AdamW(trained, lr=_RATE, weight_decay=0.05, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps, pct_start=0.1)
    weights = LossWeights(0.0, loss.root, loss.body, loss.hands)
    recent: list[tuple[float, float]] = []
    for step in range(1, steps + 1):
        rng = np.random.default_rng([seed, step])
        shown = [corpus.picture(rng)[0] for _ in range(_BATCH)]
        pixels = chat.processor.image_processor([one.pixels for one in shown], return_tensors="pt")["pixel_values"]
        answered, where = glance(features(model, pixels))
        target = targets_of(chat, np.stack([one.rotvecs for one in shown]))
        apart = joint_loss(answered, target)
        found = place_loss(where, torch.from_numpy(np.stack([one.places for one in shown])).float())
        total = rotation_loss(chat, answered, target, weights) + loss.joints * apart + _PLACES * found
        optimizer.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        recent.append((found.item(), apart.item()))
        if step % 100 == 0 or step == steps:
            places, joints = np.mean(recent, axis=0)
            say(f"pictures, step {step}/{steps}  places {places:.2f}  joints {joints:.3f}")
            recent.clear()


class Glance(nn.Module):
    """Where each joint of the body is among the patches of a picture, and the pose from what is there."""

    def __init__(self, config: PoseLMConfig, width: int) -> None:
        super().__init__()
        self.where = nn.Linear(width, N_BODY)
        self.what = nn.Linear(width, _WHAT)
        self.join = nn.Sequential(nn.Linear(N_BODY * (_WHAT + 2), width), nn.GELU())
        self.pose = PoseHead(width, config)

    def forward(self, patches: Tensor) -> tuple[Tensor, Tensor]:
        """(n, patches, width) -> rotations (n, J, 3, 3) and, for each joint, logits of the patches (n, 22, patches)."""
        where = self.where(patches).transpose(1, 2)
        shares = where.softmax(dim=-1)
        place = shares @ _middles(patches.shape[1]).to(patches)
        there = torch.cat([shares @ self.what(patches), place - 0.5], dim=-1)
        return self.pose(self.join(there.flatten(1))), where


def place_loss(where: Tensor, places: Tensor) -> Tensor:
    """Mean cross-entropy (nats) of the patches where the joints are.

    Args:
        where: (n, 22, patches) logits. places: (n, 22, 2) x and y from 0 to 1.
    """
    grid = math.isqrt(where.shape[-1])
    column, row = (places * grid).long().clamp(0, grid - 1).unbind(-1)
    return nn.functional.cross_entropy(where.flatten(0, 1), (row * grid + column).flatten())


def _middles(patches: int) -> Tensor:
    """(patches, 2) x and y from 0 to 1 of the middles of the patches, row by row."""
    grid = math.isqrt(patches)
    at = (torch.arange(grid) + 0.5) / grid
    return torch.stack([at.repeat(grid), at.repeat_interleave(grid)], dim=-1)


def features(model: PoseLM, pixels: Tensor) -> Tensor:
    """(n, patches, width): what the language model is shown of pictures (n, 3, s, s)."""
    found = model.language.model.get_image_features(pixel_values=pixels)
    return torch.stack(list(getattr(found, "pooler_output", found)))


def mean_pose(model: PoseLM) -> Tensor:
    """(J, 3, 3): about where an untrained head should begin: what the bias of the model's own head says."""
    with torch.no_grad():
        return model.head(torch.zeros_like(model.head.inner.weight[:1]))[0]
