"""Language models of a few thousand random weights, with the real classes of transformers around them."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from tokenizers.trainers import BpeTrainer
from transformers import (
    CLIPImageProcessor,
    CLIPVisionConfig,
    LlamaConfig,
    LlamaForCausalLM,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)

from backend.lm.batch import collate
from backend.lm.chat import Chat, Utterance
from backend.lm.config import PoseLMConfig
from backend.lm.losses import LossWeights
from backend.lm.pose_lm import PoseLM, new_pose_lm

WORDS = """a person is standing with the left arm raised. sitting on a chair, legs crossed. USER: ASSISTANT: User:
Assistant: It is this pose. Sure, the SMPL pose is here. raise the right arm a bit more. What does the person do?"""
SIDE = 16  # px of a picture
PATCH = 8  # px
CHAT_TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>"
    "{% if m['content'] is string %}{{ m['content'] }}"
    "{% else %}{% for p in m['content'] %}{% if p['type'] == 'text' %}{{ p['text'] }}{% endif %}{% endfor %}{% endif %}"
    "</s>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


@cache
def _vocabulary() -> str:
    """A byte-level vocabulary as JSON: it can write anything."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = BpeTrainer(
        vocab_size=340,
        special_tokens=["<unk>", "<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([WORDS] * 3, trainer)
    return tokenizer.to_str()


def tokenizer(template: bool = False) -> PreTrainedTokenizerFast:
    out = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(_vocabulary()),
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<unk>",
    )
    if template:
        out.chat_template = CHAT_TEMPLATE
    return out


def llama(rows: int, width: int = 32, seed: int = 0, **more: Any) -> LlamaForCausalLM:
    torch.manual_seed(seed)
    return LlamaForCausalLM(llama_config(rows, width, **more)).eval()


def llama_config(rows: int, width: int = 32, **more: Any) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=rows,
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
        **more,
    )


def vision_config(width: int = 24) -> CLIPVisionConfig:
    return CLIPVisionConfig(
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=3,
        num_attention_heads=4,
        image_size=SIDE,
        patch_size=PATCH,
        projection_dim=16,
    )


def text_model(config: PoseLMConfig | None = None, template: bool = False, seed: int = 0) -> tuple[PoseLM, Chat]:
    """A model of words only."""
    config = config or PoseLMConfig(conversation="plain")
    words = tokenizer(template)
    torch.manual_seed(seed)
    model = new_pose_lm(llama(len(words), seed=seed), words, config).eval()
    return model, Chat(words, config, model.places)


def picture_model(config: PoseLMConfig | None = None, seed: int = 0) -> tuple[PoseLM, Chat]:
    """A model that looks at pictures, too."""
    config = config or PoseLMConfig(conversation="plain")
    words = tokenizer()
    words.add_tokens(["<image>"], special_tokens=True)
    image_id = words.convert_tokens_to_ids("<image>")
    torch.manual_seed(seed)
    language = LlavaForConditionalGeneration(
        LlavaConfig(
            vision_config=vision_config(),
            text_config=llama_config(len(words)),
            image_token_id=image_id,
            image_seq_length=(SIDE // PATCH) ** 2,
        )
    ).eval()
    model = new_pose_lm(language, words, config).eval()
    behind = model.places if config.glances else 0
    return model, Chat(words, config, model.places, picture_processor(words, behind))


def picture_processor(words: Any, behind: int = 0) -> LlavaProcessor:
    """behind: tokens that a model adds behind the patches."""
    images = CLIPImageProcessor(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}, do_resize=True)
    return LlavaProcessor(
        images,
        words,
        patch_size=PATCH,
        vision_feature_select_strategy="default",
        image_token="<image>",
        num_additional_image_tokens=1 + behind,
    )


def teach(model: PoseLM, chat: Chat, talks: list[list[Utterance]], steps: int = 150) -> None:
    """Let a model learn conversations by heart."""
    batch = collate([chat.encode(talk) for talk in talks], chat.pad_id)
    weights = LossWeights(root=1.0, body=1.0, hands=1.0)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    model.train()
    for _ in range(steps):
        optimiser.zero_grad()
        model.loss(batch, weights).total.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    model.eval()


def rotmats(count: int, joints: int, seed: int = 0) -> np.ndarray:
    """(count, joints, 3, 3) random rotations."""
    from backend.body.rotations import rotvec_to_rotmat

    return rotvec_to_rotmat(np.random.default_rng(seed).normal(0.0, 1.0, (count, joints, 3)))


def picture(seed: int = 0, size: tuple[int, int] = (20, 24)) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (*size, 3), dtype=np.uint8)
