"""LoRA: what is trained, what stays as it was."""

from __future__ import annotations

import pytest
import torch

from backend.lm.batch import Batch, collate
from backend.lm.chat import Chat, Utterance
from backend.lm.lora import LoraSettings, add_lora, targets_of
from tests.backend.lm import tiny

SMALL = LoraSettings(rank=4, alpha=8, dropout=0.0)


def lesson(chat: Chat) -> Batch:
    given, target = tiny.rotmats(2, 52)
    turns = [Utterance("user", "See <pose>.", (given,)), Utterance("assistant", "It is <POSE>.", (target,))]
    return collate([chat.encode(turns)], chat.pad_id)


@pytest.mark.parametrize("make", [tiny.text_model, tiny.picture_model])
def test_a_model_with_fresh_lora_answers_as_before(make) -> None:
    model, chat = make()
    before = model(lesson(chat))
    add_lora(model, SMALL)
    after = model(lesson(chat))
    assert torch.allclose(before.logits, after.logits, atol=1e-5)
    assert torch.allclose(before.hidden, after.hidden, atol=1e-5)


@pytest.mark.parametrize("make", [tiny.text_model, tiny.picture_model])
def test_training_moves_lora_head_and_the_pose_token_and_nothing_else(make) -> None:
    model, chat = make()
    add_lora(model, SMALL)
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)
    for _ in range(3):  # LoRA's A moves once its B has
        optimiser.zero_grad()
        model.loss(lesson(chat)).total.backward()
        optimiser.step()
    moved = {n for n, p in model.named_parameters() if not torch.equal(p, before[n])}
    meant = {n for n in before if "lora_" in n or "trainable_tokens_delta" in n or not n.startswith("language.")}
    assert moved == meant


def test_eyes_stay_as_they_are() -> None:
    model, _ = tiny.picture_model()
    names = targets_of(model.language, ("q_proj", "v_proj"))
    assert len(names) == 4 and not any("vision" in n for n in names)
    assert any("vision" in n and n.endswith("q_proj") for n, _ in model.language.named_modules())


def test_a_model_without_the_targets_is_refused() -> None:
    model, _ = tiny.text_model()
    with pytest.raises(ValueError, match="c_attn"):
        targets_of(model.language, ("c_attn",))
