"""A first, cheap stage for a new model: what single words say about a pose, before their order matters.

A new language model spends thousands of steps before its attention hands words on to the pose token; until then every
answer is the mean pose. So it begins as a bag of words. `begin_as_a_bag` makes its first attention hand on the mean of
all words and everything else nothing, yet (as residual networks are begun: Zhang et al., 2019, "Fixup"). `learn_words`
trains embeddings and pose head on just that mean, at a thirtieth of the cost of the whole; then the whole goes on from
there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from backend.lm.chat import Chat
from backend.lm.losses import LossWeights
from backend.lm.pose_lm import PoseLM

from .config import LossConfig
from .data.examples import POSE, Corpus, Example, example
from .objective import joint_loss, rotation_loss, targets_of

_BATCH: Final = 64
_LONGEST: Final = 300  # characters of a prompt
_RATE: Final = 3e-3
_SMALL: Final = 1e-6  # as in the norms of a Llama
_USER, _ASSISTANT = "\0", "\1"  # stand for what the two say


def begin_as_a_bag(language: Any) -> None:
    """Make the first attention of a Llama hand on the mean of the normalised words, and all else nothing for now."""
    for k, layer in enumerate(language.model.layers):
        attention = layer.self_attn
        with torch.no_grad():
            layer.mlp.down_proj.weight.zero_()
            attention.o_proj.weight.zero_()
            if k == 0:
                nn.init.orthogonal_(attention.v_proj.weight)
                attention.o_proj.weight.copy_(attention.v_proj.weight.T)
                attention.q_proj.weight.zero_()  # looks everywhere alike


def learn_words(
    model: PoseLM, chat: Chat, corpus: Corpus, loss: LossConfig, steps: int, seed: int, say: Callable[[str], None]
) -> None:
    """Train the embeddings and the pose head of a model that `begin_as_a_bag` has begun; nothing else changes."""
    table = model.language.get_input_embeddings()
    trained = [*table.parameters(), *model.head.parameters()]
    optimizer = torch.optim.AdamW(trained, lr=_RATE, weight_decay=0.01, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps, pct_start=0.1)
    weights = LossWeights(0.0, loss.root, loss.body, loss.hands)
    template = chat.style.write([("user", _USER), ("assistant", _ASSISTANT)], False).text.partition(_ASSISTANT)[0]
    recent: list[float] = []
    for step in range(1, steps + 1):
        first = (step - 1) * _BATCH
        found = [example(corpus, {"generate": 1.0}, seed, first + i) for i in range(_BATCH)]
        answered = model.head(before_the_pose(table, *_tokens(chat, template, found)))
        target = targets_of(chat.config, np.stack([one.poses[-1] for one in found]))
        apart = joint_loss(answered, target)
        total = rotation_loss(chat.config.joint_set, answered, target, weights) + loss.joints * apart
        optimizer.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        recent.append(apart.item())
        if step % 200 == 0 or step == steps:
            say(f"words, step {step}/{steps}  joints {sum(recent) / len(recent):.3f}")
            recent.clear()


def before_the_pose(table: nn.Module, ids: Tensor, mask: Tensor) -> Tensor:
    """(n, width): what the pose head of a model that has just begun as a bag reads at the last token of ids (n, t)."""
    embedded = table(ids)
    weight = mask[..., None].to(embedded)
    mean = (_normalised(embedded) * weight).sum(dim=1) / weight.sum(dim=1)
    last = embedded[torch.arange(len(ids)), mask.sum(dim=1) - 1]
    return _normalised(last + mean)


def _normalised(x: Tensor) -> Tensor:
    return x * (x.pow(2).mean(dim=-1, keepdim=True) + _SMALL).rsqrt()


def _tokens(chat: Chat, template: str, found: list[Example]) -> tuple[Tensor, Tensor]:
    """Conversations up to where the pose token is to be written: ids and mask (n, t), padded at the end."""
    texts = []
    for one in found:
        (_, asked), (_, answer) = one.messages
        texts.append(template.replace(_USER, chat.plain(asked)[:_LONGEST]) + answer.partition(POSE)[0])
    batch = chat.tokenizer(texts, padding=True, padding_side="right", add_special_tokens=False)
    return torch.tensor(batch["input_ids"]), torch.tensor(batch["attention_mask"])
