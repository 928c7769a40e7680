"""Checkpoints in LLaVA's own format, as the pose models of this field are published, put into transformers' LLaVA.

What they share: shards of torch or safetensors, LLaVA's names of weights, a sentencepiece tokenizer with added tokens,
no vision tower (it is named in the config and comes from its own folder). Every weight must be accounted for: mapped,
or dropped by name. What is missing, left over or of another shape stops the loading with a list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from backend.errors import BadFile, NotAvailable

from .chat import IMAGE_MARK
from .devices import Placement, check_room
from .pose_lm import token_id
from .saving import listed, read_weights

Renames = Sequence[tuple[str, str]]  # (pattern at the beginning of a published name, ours); "" as ours: dropped
_SP: Final = "tokenizer.model"

LLAVA_RENAMES: Final[Renames] = (
    (r".*\.rotary_emb\.inv_freq$", ""),  # calculated, no longer stored
    (r".*\.embeddings\.position_ids$", ""),
    (r"model\.(embed_tokens|layers|norm)\.", r"language.model.language_model.\1."),
    (r"lm_head\.", r"language.lm_head."),
    (r"model\.mm_projector\.0\.", r"language.model.multi_modal_projector.linear_1."),
    (r"model\.mm_projector\.2\.", r"language.model.multi_modal_projector.linear_2."),
    (r"model\.vision_tower\.vision_tower\.vision_model\.", r"language.model.vision_tower."),
)


@dataclass(frozen=True)
class PublishedConfig:
    """What a published config.json says that we need."""

    raw: Mapping[str, Any]
    where: str

    def __getitem__(self, name: str) -> Any:
        if self.raw.get(name) is None:
            told = f"{self.where} ({self.raw.get('model_type')}) does not say {name!r}: it is no LLaVA with poses"
            raise BadFile(told, "name the folder of ChatPose, PoseLLaVA, or of a model that Posewright has trained")
        return self.raw[name]

    def get(self, name: str, default: Any) -> Any:
        found = self.raw.get(name)
        return default if found is None else found


def read_config(folder: Path) -> PublishedConfig:
    """Raises errors.BadFile."""
    file = folder / "config.json"
    try:
        return PublishedConfig(json.loads(file.read_text(encoding="utf-8")), f"{folder.name}/config.json")
    except FileNotFoundError:
        raise BadFile(f"{folder.name} has no config.json", "name the folder of the downloaded checkpoint") from None
    except ValueError as fault:
        raise BadFile(f"{folder.name}/config.json is damaged: {fault}", "download it again") from None


def shards_of(folder: Path) -> list[Path]:
    """The files that the weights of a folder are in, safetensors where there are both.

    Raises:
        BadFile: there are none, or one that the index names is not there.
    """
    for single in ("model.safetensors", "pytorch_model.bin"):
        index = folder / f"{single}.index.json"
        if index.is_file():
            names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
            gone = [n for n in names if Path(n).name != n or not (folder / n).is_file()]
            if gone:
                raise BadFile(
                    f"{folder.name} lacks {listed(gone)}", "download the checkpoint again: it is not complete"
                )
            return [folder / n for n in names]
        if (folder / single).is_file():
            return [folder / single]
    raise BadFile(f"{folder.name} has no weights", "download the .safetensors or .bin files of the checkpoint, too")


def read_shards(folder: Path) -> dict[str, Tensor]:
    """All weights under their published names; torch files are mapped into memory, not read."""
    out: dict[str, Tensor] = {}
    for file in shards_of(folder):
        out |= read_weights(file)
    return out


def renamed(weights: Mapping[str, Tensor], renames: Renames) -> tuple[dict[str, Tensor], list[str]]:
    """Weights under our names, and the published names that no pattern knows."""
    out: dict[str, Tensor] = {}
    unknown = []
    for name, tensor in weights.items():
        rule = next(((p, ours) for p, ours in renames if re.match(p, name)), None)
        if rule is None:
            unknown.append(name)
        elif rule[1]:
            out[re.sub(rf"^{rule[0]}", rule[1], name)] = tensor
    return out, sorted(unknown)


def check_exact(found: Mapping[str, Tensor], wanted: Mapping[str, Tensor], unknown: Sequence[str], where: str) -> None:
    """Raises errors.BadFile where published weights and the model's own differ in names or shapes."""
    shapes = [
        f"{n} {tuple(found[n].shape)} instead of {tuple(w.shape)}"
        for n, w in wanted.items()
        if n in found and found[n].shape != w.shape
    ]
    faults = {
        "missing": sorted(wanted.keys() - found.keys()),
        "unexpected": [*unknown, *sorted(found.keys() - wanted.keys())],
        "of another shape": shapes,
    }
    told = "; ".join(f"{what}: {listed(list(names))}" for what, names in faults.items() if names)
    if told:
        hint = "it is not the model that this reader is for, or not all of it was downloaded"
        raise BadFile(f"the weights of {where} are not those expected. {told}", hint)


def read_tokenizer(folder: Path, added: Sequence[str]) -> Any:
    """The tokenizer of a checkpoint, reading text as it did in training.

    Those tokenizers began every stretch of text between special tokens anew ("legacy"), and took the spaces beside
    tokens that were added.

    Args:
        added: tokens beside which spaces go; those that the vocabulary lacks are left out.

    Raises:
        BadFile, NotAvailable: the package sentencepiece is needed and missing.
    """
    from tokenizers import AddedToken
    from transformers import AutoTokenizer, LlamaTokenizer

    if not (folder / "tokenizer.json").is_file():
        if not (folder / _SP).is_file():
            raise BadFile(f"{folder.name} has no tokenizer", f"download {_SP} and the other small files, too")
        if find_spec("sentencepiece") is None:
            raise NotAvailable(f"reading {_SP} needs the package sentencepiece", "pip install sentencepiece")
    kind = LlamaTokenizer if not (folder / "tokenizer.json").is_file() else AutoTokenizer
    options = {"legacy": True} if kind is LlamaTokenizer else {}
    tokenizer = kind.from_pretrained(str(folder), local_files_only=True, **options)
    here = [t for t in added if t in tokenizer.get_vocab()]
    tokenizer.add_tokens([AddedToken(t, lstrip=True, rstrip=True, normalized=False) for t in here])
    tokenizer.pad_token = tokenizer.unk_token
    return tokenizer


def add_last(tokenizer: Any, text: str, rows: int) -> int:
    """Add a token behind all others, and behind the rows of the checkpoint that have none. Returns its id.

    Raises:
        BadFile: tokenizer and weights do not belong together.
    """
    from tokenizers import AddedToken

    if text in tokenizer.get_vocab():
        return token_id(tokenizer, text)
    if len(tokenizer) > rows:
        raise BadFile(
            f"the tokenizer has {len(tokenizer)} tokens and the weights rows for {rows}",
            "tokenizer and weights are not of one checkpoint: download them together",
        )
    tokenizer.add_tokens([AddedToken(text, special=True, normalized=False)])
    return token_id(tokenizer, text)


def with_rows(table: Tensor, rows: int) -> Tensor:
    """A table of tokens (V, width) with rows of zeros behind, for tokens whose embedding comes from elsewhere."""
    return torch.cat([table, table.new_zeros(rows, table.shape[1])]) if rows > 0 else table


def vision_parts(config: PublishedConfig, given: Path | None) -> tuple[Any, Any, dict[str, Tensor]]:
    """The config, the picture processor and the weights of the CLIP vision tower that a checkpoint names.

    Raises:
        NotAvailable: it is not on this computer; nothing is downloaded unasked.
    """
    from transformers import CLIPImageProcessor, CLIPVisionModel

    name = str(given) if given is not None else str(config["mm_vision_tower"])
    try:
        tower = CLIPVisionModel.from_pretrained(name, local_files_only=True, dtype=torch.float32)
        images = CLIPImageProcessor.from_pretrained(name, local_files_only=True)
    except (OSError, ValueError) as fault:
        raise NotAvailable(
            f"the vision tower {name!r} is not on this computer ({str(fault).splitlines()[0][:200]})",
            f"download it: hf download {config['mm_vision_tower']}",
            "no_weights",
        ) from None
    return tower.config, images, {f"language.model.vision_tower.{k}": v for k, v in tower.state_dict().items()}


def llava_config(config: PublishedConfig, vision: Any, rows: int, image_id: int) -> Any:
    """The config of transformers' LLaVA for a published one."""
    from transformers import LlamaConfig, LlavaConfig

    text = LlamaConfig(
        vocab_size=rows,
        hidden_size=config["hidden_size"],
        intermediate_size=config["intermediate_size"],
        num_hidden_layers=config["num_hidden_layers"],
        num_attention_heads=config["num_attention_heads"],
        num_key_value_heads=config.get("num_key_value_heads", config["num_attention_heads"]),
        max_position_embeddings=config.get("max_position_embeddings", 4096),
        rms_norm_eps=config.get("rms_norm_eps", 1e-5),
        rope_theta=config.get("rope_theta", 10000.0),
        bos_token_id=config.get("bos_token_id", 1),
        eos_token_id=config.get("eos_token_id", 2),
        pad_token_id=config.get("pad_token_id", 0),
        tie_word_embeddings=False,
    )
    if (
        config.get("mm_projector_type", "mlp2x_gelu") != "mlp2x_gelu"
        or config.get("mm_vision_select_feature", "patch") != "patch"
    ):
        raise BadFile(f"{config.where}: its pictures enter in a way that is not known here (not mlp2x_gelu of patches)")
    return LlavaConfig(
        vision_config=vision,
        text_config=text,
        image_token_id=image_id,
        image_seq_length=(vision.image_size // vision.patch_size) ** 2,
        projector_hidden_act="gelu",
        vision_feature_layer=config.get("mm_vision_select_layer", -2),
        vision_feature_select_strategy="default",
        tie_word_embeddings=False,
    )


def processor_of(tokenizer: Any, images: Any, vision: Any) -> Any:
    """A processor that gives a picture as many tokens as it has patches."""
    from transformers import LlavaProcessor

    return LlavaProcessor(
        images,
        tokenizer,
        patch_size=vision.patch_size,
        vision_feature_select_strategy="default",
        image_token=IMAGE_MARK,
        num_additional_image_tokens=1,  # CLIP's summary of the whole picture, which "default" leaves out
    )


def llava_of(config: Any, weights: Mapping[str, Tensor], where: Placement) -> Any:
    """Transformers' LLaVA with these weights, which were checked before, on its device and in its bits."""
    from transformers import LlavaForConditionalGeneration

    check_room(sum(w.numel() for w in weights.values()), where)
    model = LlavaForConditionalGeneration.from_pretrained(
        None, config=config, state_dict=dict(weights), **where.options()
    ).eval()
    return model.to(where.device) if where.bits >= 16 else model


def split(weights: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Weights of the language model, without its prefix, and those of the parts beside it."""
    prefix = "language."
    language = {n[len(prefix) :]: w for n, w in weights.items() if n.startswith(prefix)}
    return language, {n: w for n, w in weights.items() if not n.startswith(prefix)}
