"""Language models of other families than Llama: the same head, poses and cache on all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    Gemma3TextConfig,
    GPT2Config,
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    Idefics3ImageProcessor,
    Idefics3Processor,
    MistralConfig,
    OPTConfig,
    PaliGemmaConfig,
    PaliGemmaForConditionalGeneration,
    PaliGemmaProcessor,
    Phi3Config,
    PreTrainedConfig,
    Qwen3Config,
    SiglipImageProcessor,
)

from backend.lm.batch import Encoded, collate
from backend.lm.chat import Chat, Utterance
from backend.lm.config import PoseLMConfig
from backend.lm.generating import reply, stop_ids
from backend.lm.lora import LoraSettings, add_lora
from backend.lm.pose_lm import PoseLM, new_pose_lm
from tests.backend.lm import tiny

COMMON = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
FAMILIES: dict[str, tuple[type[PreTrainedConfig], dict[str, Any], tuple[str, ...]]] = {
    "mistral": (MistralConfig, COMMON | {"sliding_window": 8}, ("q_proj", "v_proj")),
    "qwen3": (Qwen3Config, COMMON | {"head_dim": 8, "tie_word_embeddings": True}, ("q_proj", "v_proj")),
    "gemma3": (Gemma3TextConfig, COMMON | {"head_dim": 8, "sliding_window": 8}, ("q_proj", "v_proj")),
    "phi3": (Phi3Config, COMMON, ("qkv_proj",)),
    "opt": (OPTConfig, {"hidden_size": 32, "word_embed_proj_dim": 32, "ffn_dim": 64, "num_hidden_layers": 2,
                        "num_attention_heads": 4, "max_position_embeddings": 256}, ("q_proj", "v_proj")),
    "gpt2": (GPT2Config, {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 256}, ("c_attn",)),
}  # fmt: skip


@pytest.fixture(params=FAMILIES)
def family(request: pytest.FixtureRequest) -> tuple[PoseLM, Chat, tuple[str, ...]]:
    kind, options, targets = FAMILIES[request.param]
    words = tiny.tokenizer()
    torch.manual_seed(0)
    language = AutoModelForCausalLM.from_config(kind(vocab_size=len(words), **options))
    config = PoseLMConfig(conversation="plain", joints="smplx22")
    model = new_pose_lm(language, words, config).eval()
    return model, Chat(words, config, model.places), targets


@pytest.fixture(params=["idefics3", "paligemma"])
def seeing(request: pytest.FixtureRequest) -> tuple[PoseLM, Chat]:
    """Models that look at pictures in other ways: in tiles between marks; with all of the prompt seen at once."""
    words = tiny.tokenizer()
    words.add_tokens(
        ["<fake_token_around_image>", "<image>", "<end_of_utterance>", "<global-img>"], special_tokens=True
    )
    image = words.convert_tokens_to_ids("<image>")
    eye = {
        "hidden_size": 24,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "image_size": 16,
    }
    torch.manual_seed(0)
    if request.param == "idefics3":
        text = COMMON | {"model_type": "llama", "vocab_size": len(words)}
        config = Idefics3Config(
            vision_config=eye | {"patch_size": 4},
            text_config=text,
            scale_factor=2,
            image_token_id=image,
            pad_token_id=0,
        )
        language = Idefics3ForConditionalGeneration(config)
        sides = {"longest_edge": 16}
        images = Idefics3ImageProcessor(size=sides, max_image_size=sides, do_image_splitting=False)
        processor = Idefics3Processor(images, words, image_seq_len=4)
    else:
        text = COMMON | {"model_type": "gemma", "head_dim": 8, "vocab_size": len(words)}
        look = eye | {"patch_size": 8, "projection_dim": 32, "model_type": "siglip_vision_model"}
        language = PaliGemmaForConditionalGeneration(
            PaliGemmaConfig(vision_config=look, text_config=text, image_token_index=image, projection_dim=32)
        )
        images = SiglipImageProcessor(size={"height": 16, "width": 16})
        images.image_seq_length = 4
        processor = PaliGemmaProcessor(images, words)
    options = PoseLMConfig(conversation="plain", joints="smplx22")
    model = new_pose_lm(language, words, options).eval()
    return model, Chat(words, options, model.places, processor)


def test_other_eyes_see_as_well(seeing) -> None:
    model, chat = seeing
    question = Utterance("user", "Who? <pose>", tuple(tiny.rotmats(1, 22, 5)), picture=tiny.picture())
    tiny.teach(model, chat, [[question, talk()[1]]], steps=60)
    assert reply(model, chat, chat.encode([question], ask=True)).text == "It is <POSE>."
    dark = replace(question, picture=np.zeros((20, 24, 3), np.uint8))
    a, b = (model(collate([chat.encode([q])], chat.pad_id)).hidden[0, -1] for q in (question, dark))
    assert not torch.allclose(a, b, atol=1e-3)


def talk(seed: int = 1) -> list[Utterance]:
    given, target = tiny.rotmats(2, 22, seed)
    return [Utterance("user", "See <pose>.", (given,)), Utterance("assistant", "It is <POSE>.", (target,))]


def test_it_learns_and_answers_with_the_cache_as_without(family) -> None:
    model, chat, _ = family
    tiny.teach(model, chat, [talk()], steps=50)
    prompt = chat.encode(talk()[:1], ask=True)
    found = reply(model, chat, prompt)
    assert found.text == "It is <POSE>." and found.ended
    ids = prompt.input_ids.tolist()
    for _ in range(20):
        seen = model(collate([_longer(prompt, ids)], chat.pad_id))
        token = int(seen.logits[0, -1].argmax())
        if token == model.pose_id:
            pose = model.head(seen.hidden[0, -1]).detach().numpy()
        if token in stop_ids(model, chat):
            break
        ids.append(token)
    assert ids[len(prompt) :] == list(found.ids)
    assert np.allclose(found.rotmats[0], pose, atol=1e-4)


def _longer(prompt: Encoded, ids: list[int]) -> Encoded:
    return Encoded(torch.tensor(ids), torch.tensor(ids), prompt.given, prompt.targets, prompt.known)


def test_lora_trains_beside_it(family) -> None:
    model, chat, targets = family
    batch = collate([chat.encode(talk())], chat.pad_id)
    before = model(batch).logits
    add_lora(model, LoraSettings(4, 8, 0.0, targets))
    assert torch.allclose(model(batch).logits, before, atol=1e-5)
    model.loss(batch).total.backward()
    trained = {n for n, p in model.named_parameters() if p.requires_grad}
    assert all(p.grad is not None for n, p in model.named_parameters() if n in trained)
    assert any("trainable_tokens_delta" in n for n in trained) and any("lora_A" in n for n in trained)
