"""Checkpoints as they are published, with their names of weights and tiny sizes, and a forward pass by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, linear, relu
from transformers import CLIPImageProcessor, CLIPVisionModel, LlamaForCausalLM

from tests.backend.lm import tiny

WIDTH = 64  # bitsandbytes takes 64 numbers together
EYE = 24
TALK = """A chat between a curious human and an artificial intelligence assistant.
The assistant gives helpful, detailed, and polite answers to the human's questions.
USER: There is a person: the left arm is raised. Please output this person's SMPL pose.
ASSISTANT: Sure, it is here. The SMPL pose is it. a person sits on a chair with crossed legs."""


def write_words(folder: Path, added: dict[str, int] | None = None) -> int:
    """A sentencepiece tokenizer with added tokens, trained on the spot. Returns how many tokens there are."""
    import sentencepiece

    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TALK.split("\n") * 20),
        model_prefix=str(folder / "tokenizer"),
        vocab_size=400,
        model_type="bpe",
        byte_fallback=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        unk_id=0,
        bos_id=1,
        eos_id=2,
        pad_id=-1,
        minloglevel=2,
    )
    (folder / "tokenizer.vocab").unlink()
    config = {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    added = {"[SEG]": 400} if added is None else added
    (folder / "added_tokens.json").write_text(json.dumps(added))
    return 400 + len(added)


def write_vision(folder: Path) -> Path:
    """A CLIP with a vision part, as it is downloaded by name."""
    torch.manual_seed(11)
    CLIPVisionModel(tiny.vision_config(EYE)).save_pretrained(folder)
    sides = {"height": tiny.SIDE, "width": tiny.SIDE}
    CLIPImageProcessor(size={"shortest_edge": tiny.SIDE}, crop_size=sides).save_pretrained(folder)
    return folder


def write_config(folder: Path, rows: int, vision: Path, **more: Any) -> None:
    config = {
        "model_type": "llava",
        "architectures": ["ChatPoseForCausalLM"],
        "hidden_size": WIDTH,
        "intermediate_size": 2 * WIDTH,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 4,
        "vocab_size": rows,
        "rms_norm_eps": 1e-5,
        "mm_vision_tower": str(vision),
        "mm_hidden_size": EYE,
        "mm_projector_type": "mlp2x_gelu",
        "mm_vision_select_layer": -2,
        "mm_vision_select_feature": "patch",
    }
    (folder / "config.json").write_text(json.dumps(config | more))


def llava_weights(rows: int, seed: int = 3) -> dict[str, Tensor]:
    """A LLaVA's own names: those of a Llama, and the projector of pictures."""
    weights = {n: t.detach() for n, t in tiny.llama(rows, WIDTH, seed).state_dict().items()}
    linear_weights(weights, "model.mm_projector.0", EYE, WIDTH)
    linear_weights(weights, "model.mm_projector.2", WIDTH, WIDTH)
    return weights


def linear_weights(weights: dict[str, Tensor], name: str, inner: int, outer: int) -> None:
    layer = nn.Linear(inner, outer)
    weights[f"{name}.weight"], weights[f"{name}.bias"] = layer.weight.detach(), layer.bias.detach()


def chatpose_weights(rows: int) -> dict[str, Tensor]:
    """CHATPOSE-V0's names."""
    weights = llava_weights(rows)
    linear_weights(weights, "model.text_hidden_fcs.0.0", WIDTH, WIDTH)
    linear_weights(weights, "model.text_hidden_fcs.0.2", WIDTH, 144)
    weights["model.smplx.v_template"] = torch.zeros(4, 3)
    weights["model.layers.0.self_attn.rotary_emb.inv_freq"] = torch.zeros(4)
    return weights


def write_shards(folder: Path, weights: dict[str, Tensor], count: int = 3) -> None:
    """Torch files with an index, as the checkpoint has them."""
    names = list(weights)
    where = {n: f"pytorch_model-{1 + k % count:05d}-of-{count:05d}.bin" for k, n in enumerate(names)}
    for file in set(where.values()):
        torch.save({n: weights[n].clone() for n in names if where[n] == file}, folder / file)
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps({"weight_map": where}))


def write_chatpose(folder: Path, weights: dict[str, Tensor] | None = None) -> dict[str, Tensor]:
    """The whole checkpoint, its vision tower beside it. Returns its weights."""
    folder.mkdir()
    rows = write_words(folder)
    weights = chatpose_weights(rows) if weights is None else weights
    write_config(folder, rows, write_vision(folder.parent / "clip"))
    write_shards(folder, weights)
    return weights


@dataclass(frozen=True)
class ByHand:
    """hidden: (T, width) before the word head. logits: (T, V) of the published tokens."""

    hidden: Tensor
    logits: Tensor


@torch.no_grad()
def llava_by_hand(weights: dict[str, Tensor], vision: Path, pieces: list[Any], rows: int) -> ByHand:
    """What a LLaVA calculates, from its published weights.

    Args:
        pieces: lists of ids, pictures (1, 3, side, side), and embeddings (n, width), in the order of the prompt.
    """
    names = {n for n in weights if n.startswith(("model.layers", "model.norm", "model.embed", "lm_head"))}
    llama = LlamaForCausalLM(tiny.llama_config(rows, WIDTH, rms_norm_eps=1e-5)).eval()
    llama.load_state_dict({n: weights[n] for n in names if "inv_freq" not in n})
    tower = CLIPVisionModel.from_pretrained(vision)
    parts = []
    for piece in pieces:
        if isinstance(piece, list):
            parts.append(weights["model.embed_tokens.weight"][piece])
        elif piece.dim() == 4:
            patches = tower(piece, output_hidden_states=True).hidden_states[-2][0, 1:]
            inner = gelu(linear_by_hand(weights, "model.mm_projector.0", patches))
            parts.append(linear_by_hand(weights, "model.mm_projector.2", inner))
        else:
            parts.append(piece)
    out = llama(inputs_embeds=torch.cat(parts)[None], output_hidden_states=True)
    return ByHand(out.hidden_states[-1][0], out.logits[0])


def head_by_hand(weights: dict[str, Tensor], name: str, hidden: Tensor, activation: str) -> Tensor:
    """(T, 144) raw numbers of a published head."""
    inner = linear_by_hand(weights, f"{name}.0", hidden)
    return linear_by_hand(weights, f"{name}.2", relu(inner) if activation == "relu" else gelu(inner))


def linear_by_hand(weights: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    return linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])
