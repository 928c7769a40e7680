"""Training a few numbers beside those of a large model: LoRA (Hu et al. 2021) and the rows of new tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .devices import EYES
from .pose_lm import PoseLM


@dataclass(frozen=True)
class LoraSettings:
    """The defaults are ChatPose's; PoseLLaVA has rank 16."""

    rank: int = 128
    alpha: int = 256
    dropout: float = 0.05
    targets: tuple[str, ...] = ("q_proj", "v_proj")


def add_lora(model: PoseLM, settings: LoraSettings | None = None) -> None:
    """Freeze the language model and put LoRA beside it, in place.

    Of its tables of tokens the row of the pose token stays trainable, in both of them.
    """
    from peft import LoraConfig, get_peft_model

    settings, language = settings or LoraSettings(), model.language
    tables = [language.get_input_embeddings()]
    if not language.config.get_text_config().tie_word_embeddings:
        tables.append(language.get_output_embeddings())
    targets = targets_of(language, settings.targets)
    first = language.get_submodule(targets[0])
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=targets,
        fan_in_fan_out=type(first).__name__ == "Conv1D",  # GPT-2 stores its matrices the other way round
        trainable_token_indices={
            n: [model.pose_id] for n, m in language.named_modules() if any(m is t for t in tables)
        },
        task_type="CAUSAL_LM",
    )
    model.language = get_peft_model(language, config)


def targets_of(language: Any, endings: tuple[str, ...]) -> list[str]:
    """Full names of the modules that end so, but for those that look at pictures."""
    found = [
        name
        for name, _ in language.named_modules()
        if name.split(".")[-1] in endings and not any(eye in name.split(".") for eye in EYES)
    ]
    if not found:
        raise ValueError(f"no module of this model ends with {', '.join(endings)}")
    return found
