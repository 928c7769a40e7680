"""A first, cheap stage for a new model: what single words say about a pose, before their order matters.

A new language model spends thousands of steps before its attention hands words on to the pose token. So it begins as a
bag of words: `identity_values` lets an attention that looks everywhere alike hand on the mean of the words, and
`learn_words` trains embeddings and pose head on just that mean, at a thirtieth of the cost of the whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from backend.lm.chat import Chat
from backend.lm.joints import to_model
from backend.lm.losses import LossWeights, losses
from backend.lm.pose_lm import PoseLM

from .config import LossConfig
from .data.examples import Corpus, example
from .data.poses import whole
from .objective import joint_loss

_BATCH: Final = 64
_SMALL: Final = 1e-6


def identity_values(language: Any) -> None:
    """Make every attention's output undo its values: where all weights are alike, the mean of the input comes out."""
    for layer in language.model.layers:
        attention = layer.self_attn
        nn.init.orthogonal_(attention.v_proj.weight)
        with torch.no_grad():
            attention.o_proj.weight.copy_(attention.v_proj.weight.T)


def learn_words(
    model: PoseLM, chat: Chat, corpus: Corpus, loss: LossConfig, steps: int, seed: int, say: Callable[[str], None]
) -> None:
    """Train the embeddings and the pose head on the mean of a prompt's words; the rest of the model stays as it is."""
    table = model.language.get_input_embeddings()
    trained = [*table.parameters(), *model.head.parameters()]
    optimizer = torch.optim.AdamW(trained, lr=3e-3, weight_decay=0.01, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps, pct_start=0.1)
    weights = LossWeights(0.0, loss.root, loss.body, loss.hands)
    recent: list[float] = []
    for step in range(1, steps + 1):
        first = (step - 1) * _BATCH
        found = [example(corpus, {"generate": 1.0}, seed, first + i) for i in range(_BATCH)]
        batch = chat.tokenizer([e.messages[0][1] for e in found], padding=True, truncation=True, max_length=96)
        ids, mask = torch.tensor(batch["input_ids"]), torch.tensor(batch["attention_mask"])
        joints = chat.config.joint_set
        poses = to_model(whole(np.stack([e.poses[0] for e in found])), joints, chat.config.root_frame)
        target = torch.from_numpy(poses).float()
        answered = model.head(mean_word(table(ids), mask))
        known = torch.ones(target.shape[:2], dtype=torch.bool)
        nothing = torch.full((1, 2), -100)
        terms = losses(torch.zeros(1, 2, 1), nothing, answered, target, known, joints, weights).total
        apart = joint_loss(answered, target)
        optimizer.zero_grad()
        (terms + loss.joints * apart).backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        recent.append(apart.item())
        if step % 200 == 0 or step == steps:
            say(f"words, step {step}/{steps}  joints {sum(recent) / len(recent):.3f}")
            recent.clear()


def mean_word(embedded: Tensor, mask: Tensor) -> Tensor:
    """(n, width) of embeddings (n, t, width): the mean of the normalised words, normalised, as the model's norms do."""
    weight = mask[..., None].to(embedded)
    return _normalised((_normalised(embedded) * weight).sum(dim=1) / weight.sum(dim=1).clamp(min=1))


def _normalised(x: Tensor) -> Tensor:
    return x * (x.pow(2).mean(dim=-1, keepdim=True) + _SMALL).rsqrt()
