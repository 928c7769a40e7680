"""The model that a run trains: a new small one, one of transformers with or without LoRA, or one of ours once more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from backend.errors import BadInput
from backend.lm.chat import Chat
from backend.lm.config import PoseLMConfig
from backend.lm.devices import Placement
from backend.lm.lora import LoraSettings, add_lora
from backend.lm.pose_lm import PoseLM, new_pose_lm
from backend.lm.saving import NOTE, load_language, load_pose_lm, load_words, save_pose_lm

from . import checkpoints
from .config import ModelConfig, ScratchConfig, TrainConfig
from .data.examples import POSE, Corpus, example
from .eyes import Eyes, mean_rotation
from .objective import targets_of
from .seeing import with_eyes
from .tokenizer import learn_tokenizer
from .words_first import begin_as_a_bag, learn_words

_READ: Final = 30_000  # conversations that a new tokenizer is learned from
_LONGEST: Final = 512  # tokens that a new model has places for
_LIKE_TRAINING: Final = Placement("cpu", 32)  # accelerate moves it, and calculates in fewer bits where asked


def build(config: TrainConfig, corpus: Corpus, say: Callable[[str], None] = lambda _line: None) -> tuple[PoseLM, Chat]:
    """The model of a run before its first step, the same for the same seed.

    Raises:
        BadFile, NotAvailable: the base cannot be read or is not here. BadInput: the parts do not go together.
    """
    torch.manual_seed(config.seed)
    model, chat = _new(config, corpus, say) if config.model.scratch else _based(config.model, corpus)
    if config.model.copies and not model.config.copies:
        model, chat = with_copying(model, chat)
    if config.model.eyes:
        model, chat = with_eyes(model, chat, Eyes.load(Path(config.model.eyes)))
    if config.model.lora is not None:
        lora = config.model.lora
        add_lora(model, LoraSettings(lora.rank, lora.alpha, lora.dropout, lora.targets))
    return model, chat


def finished(model: PoseLM, chat: Chat, config: TrainConfig) -> Path:
    """Save a trained model where engines and evaluation can load it; its folder."""
    folder = Path(config.out) / "model"
    save_pose_lm(deepcopy(model).half() if config.run.half else model, chat, folder, config.model.base)
    return folder


def trained_parameters(model: PoseLM) -> tuple[int, int]:
    """How many numbers are trained, and of how many."""
    sizes = [(p.numel(), p.requires_grad) for p in model.parameters()]
    return sum(n for n, trained in sizes if trained), sum(n for n, _ in sizes)


# --- new ----------------------------------------------------------------------------------------------------------


def _new(config: TrainConfig, corpus: Corpus, say: Callable[[str], None]) -> tuple[PoseLM, Chat]:
    scratch = config.model.scratch
    assert scratch is not None
    pose_config = PoseLMConfig(joints=config.model.joints)
    tokenizer = learn_tokenizer(_texts(config, corpus), scratch.vocabulary, pose_config.tokens)
    model, chat = _headed(_language(scratch, tokenizer), tokenizer, pose_config, corpus)
    if scratch.words_first and not checkpoints.found(Path(config.out)):  # a run that goes on has learned them
        begin_as_a_bag(model.language)
        learn_words(model, chat, corpus, config.loss, scratch.words_first, config.seed + 2, say)
    return model, chat


def _language(scratch: ScratchConfig, tokenizer: Any) -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    if scratch.hidden % scratch.heads:
        raise BadInput(
            f"model.scratch: hidden {scratch.hidden} is no multiple of heads {scratch.heads}", "e.g. 256 and 4"
        )
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=scratch.hidden,
            intermediate_size=scratch.intermediate,
            num_hidden_layers=scratch.layers,
            num_attention_heads=scratch.heads,
            num_key_value_heads=scratch.heads,
            max_position_embeddings=_LONGEST,
            tie_word_embeddings=False,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id,
        )
    )


def _texts(config: TrainConfig, corpus: Corpus) -> Iterator[str]:
    """Of the tasks that the run has, each as often as the others: rare ones need words too."""
    mix = {task: 1.0 for task, share in config.data.mix.items() if share}
    for number in range(_READ):
        for _, text in example(corpus, mix, config.seed, number).messages:
            yield text.replace(POSE, "")


# --- of transformers ----------------------------------------------------------------------------------------------


def _based(config: ModelConfig, corpus: Corpus) -> tuple[PoseLM, Chat]:
    folder = Path(config.base)
    if (folder / NOTE).is_file():
        model, chat = load_pose_lm(folder, _LIKE_TRAINING)
        return model.train(), chat
    language = load_language(config.base, _LIKE_TRAINING)
    processor, tokenizer = load_words(folder)
    return _headed(language.train(), tokenizer, PoseLMConfig(joints=config.joints), corpus, processor)


def with_copying(model: PoseLM, chat: Chat) -> tuple[PoseLM, Chat]:
    """The same model with an untrained gate (`lm.copying`)."""
    config = replace(model.config, copies=True)
    copying = PoseLM(model.language, config, model.pose_id, model.input_id)
    copying.load_state_dict(model.state_dict(), strict=False)
    return copying.train(), Chat(chat.tokenizer, config, model.places, chat.processor)


def _headed(
    language: Any, tokenizer: Any, config: PoseLMConfig, corpus: Corpus, processor: Any = None
) -> tuple[PoseLM, Chat]:
    """With a pose head that begins at the mean pose of the data."""
    model = new_pose_lm(language, tokenizer, config)
    tables = [t.rotvecs for t in corpus.tables.values()]
    model.head.start_at(mean_rotation(targets_of(config, np.concatenate(tables))))
    return model, Chat(tokenizer, config, model.places, processor)
