"""What of UniPose is trained in a stage (§3.4): the adapter with the rows of pose tokens, the projector, or both."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal, get_args

import torch
from torch import nn

from .lora import LoraSettings, targets_of
from .unipose import UniPose

Part = Literal["adapter", "projector"]
PARTS: Final[tuple[Part, ...]] = get_args(Part)
# Every linear layer of the language model, as the published code has it; its rank is not known.
PUBLISHED_LORA: Final = LoraSettings(
    targets=("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
)


def add_adapter(model: UniPose, settings: LoraSettings = PUBLISHED_LORA) -> None:
    """Freeze the language model and put LoRA beside it, in place.

    Of its tables the rows of pose tokens stay trainable. The published model trains both tables whole; the other rows
    have nothing to learn from poses, and a saved adapter is smaller by half a gigabyte.
    """
    from peft import LoraConfig, get_peft_model

    names = {id(module): name for name, module in model.language.named_modules()}
    tables = [model.language.get_input_embeddings()]
    if not model.language.config.tie_word_embeddings:
        tables.append(model.language.get_output_embeddings())
    around = [model.words.convert_tokens_to_ids(t) for t in model.vocabulary.picture_around]
    rows = sorted({*model.vocabulary.all_ids.tolist(), *around})
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=targets_of(model.language, settings.targets),
        trainable_token_indices={names[id(table)]: rows for table in tables},
        task_type="CAUSAL_LM",
    )
    model.language = get_peft_model(model.language, config)


def train_only(model: UniPose, parts: Collection[Part]) -> list[nn.Parameter]:
    """Let these parts be trained and nothing else; returns their parameters.

    Raises:
        ValueError: the model has no such part.
    """
    model.requires_grad_(False)
    chosen: list[nn.Parameter] = []
    if "adapter" in parts:
        own = ("lora_", "trainable_tokens_")
        chosen += [p for n, p in model.language.named_parameters() if any(mark in n for mark in own)]
    if "projector" in parts and model.visual is not None:
        chosen += list(model.visual.projector.parameters())
    if not chosen or ("projector" in parts and model.visual is None):
        raise ValueError(f"this model has nothing to train of {', '.join(parts)}")
    for parameter in chosen:
        parameter.requires_grad_(True)
    model.language.train("adapter" in parts)  # dropout of the adapter
    return chosen


def idle(model: UniPose, parts: Collection[Part]) -> torch.Tensor:
    """Zero from parts that a batch leaves out: processes that train together must all have a gradient for them."""
    zero = torch.zeros((), device=model.device)
    if "projector" in parts and model.visual is not None:
        zero = zero + sum((p.sum() for p in model.visual.projector.parameters()), torch.zeros_like(zero)) * 0
    return zero
