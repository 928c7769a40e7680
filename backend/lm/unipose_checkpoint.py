"""The published UniPose in transformers: LoRA, embeddings, word head and projector, two encoders, the pose tokenizer.

Everything is one folder; what is not in it under its name is looked for among the downloads of the hub:

| in the folder | what | from where |
|---|---|---|
| adapter_config.json, adapter_model.*, tokenizer files | LoRA, and how words are cut | L-yiheng/UniPose |
| non_lora_trainables.bin | embeddings, word head, projector | L-yiheng/UniPose |
| llava-v1.6-mistral-7b/ | the language model below | liuhaotian/llava-v1.6-mistral-7b |
| clip-vit-large-patch14-336/ | CLIP | openai/clip-vit-large-patch14-336 |
| tokenhmr_model.ckpt | the pose ViT, in TokenHMR's checkpoint | UniPose's page |
| best_MPJPE.ckpt | the pose tokenizer | UniPose's page |

Names of weights are those of the published code, read there; no published file could be loaded while this was written.
So every weight must be found, have its shape, and nothing may be left over but what is listed here as of no use. Not
verified either: that poses of words stand in AMASS's frame (z up, facing -y) and those of pictures in the camera's,
which is how the data that it was trained on have them; and that its tokenizer reads as ours does around its marks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from backend.errors import BadFile, NotAvailable

from .devices import Placement, check_room, memory_told, placement, quiet
from .mixed_attention import ATTENTION
from .pose_tokenizer import PoseTokenizer, TokenizerConfig, filled
from .pose_vocabulary import PICTURE
from .saving import check_rows, listed, load_exactly, load_words, read_weights
from .unipose import UniPose, UniPoseConfig
from .visual import VisualProcessor

BASE: Final = "liuhaotian/llava-v1.6-mistral-7b"
CLIP: Final = "openai/clip-vit-large-patch14-336"
POSE_VIT: Final = "tokenhmr_model.ckpt"
POSE_TOKENIZER: Final = "best_MPJPE.ckpt"
TRAINED: Final = "non_lora_trainables.bin"
ADAPTER: Final = ("adapter_model.safetensors", "adapter_model.bin")
PUBLISHED: Final = UniPoseConfig("mistral_instruct", "mixed", "z_up", "camera", "published", "coded")
_OF_NO_USE: Final = ("body_model.", "loss.", "metric.")  # in the pose tokenizer's checkpoint
_BASE_EXTRAS: Final = ("model.mm_projector.", "model.vision_tower.", "model.image_newline")
_HEAD_WIDTH: Final = 80  # of an attention head of ViT-H


def load_published(folder: Path, where: Placement | None = None) -> UniPose:
    """The published model, ready to answer. Without the pose ViT it sees no pictures.

    Raises:
        BadFile: a part is missing, damaged or does not fit. NotAvailable: the base model or CLIP is not on this
            computer, or the memory does not suffice.
    """
    where = where or placement()
    quiet()
    pose_tokenizer = load_pose_tokenizer(folder / POSE_TOKENIZER)
    _, words = load_words(folder)
    trained = trained_weights(folder / TRAINED)
    with memory_told("loading UniPose"):
        language = with_adapter(_with_tables(load_base(folder, where), trained), folder, merge=where.bits >= 16)
        check_rows(language, words, folder)
        words.add_tokens([PICTURE], special_tokens=True)
        language.resize_token_embeddings(len(words), mean_resizing=False)
        visual = _visual(folder, trained, language) if (folder / POSE_VIT).exists() else None
        model = UniPose(language, words, pose_tokenizer, PUBLISHED, visual)
        if where.bits >= 16:
            model.to(where.device)
        pose_tokenizer.to(where.device)
        if visual is not None:
            visual.to(where.device)
    return model.eval()


def load_base(folder: Path, where: Placement) -> Any:
    """The language model of LLaVA-1.6-mistral, without its eyes.

    Its configuration is of a class of LLaVA's own package ("llava_mistral"), which has Mistral's fields.
    """
    from transformers import MistralConfig, MistralForCausalLM

    place = part(folder, BASE)
    try:
        noted = json.loads((place / "config.json").read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise BadFile(f"{place.name}/config.json cannot be read: {fault}", f"download {BASE} again") from None
    if noted.get("model_type") not in ("llava_mistral", "mistral"):
        raise BadFile(f"{place.name} is a {noted.get('model_type')!r}, not a Mistral", f"the base is {BASE}")
    config = MistralConfig(**{k: v for k, v in noted.items() if k in MistralConfig().to_dict() and k != "model_type"})
    with torch.device("meta"):
        check_room(sum(p.numel() for p in MistralForCausalLM(config).parameters()), where)
    options = {"attn_implementation": ATTENTION, "local_files_only": True, "use_safetensors": None, **where.options()}
    try:
        found, told = MistralForCausalLM.from_pretrained(
            str(place), config=config, output_loading_info=True, ignore_mismatched_sizes=False, **options
        )
    except (OSError, RuntimeError, ValueError) as fault:
        raise BadFile(f"the base model in {place.name} cannot be read: {str(fault).splitlines()[0]}") from None
    extra = sorted(k for k in told["unexpected_keys"] if not k.startswith(_BASE_EXTRAS))
    if told["missing_keys"] or extra:
        faults = f"missing: {listed(sorted(told['missing_keys']))}; unexpected: {listed(extra)}"
        raise BadFile(f"the base model in {place.name} does not fit. {faults}", f"the base is {BASE}")
    return found.eval()


def part(folder: Path, name: str) -> Path:
    """The folder of a part: in the folder under its short name, or where the hub's downloads are.

    Raises:
        NotAvailable: it is in neither; nothing is downloaded unasked.
    """
    from transformers.utils import cached_file

    here = folder / name.split("/")[-1]
    if here.is_dir():
        return here
    try:
        return Path(cached_file(name, "config.json", local_files_only=True)).parent
    except OSError:
        hint = f"put it into {here}, or download it: hf download {name}"
        raise NotAvailable(f"UniPose is built on {name}, which is not on this computer", hint, "no_weights") from None


def trained_weights(file: Path) -> dict[str, Tensor]:
    """What was trained beside the LoRA: embeddings, word head and projector, under our names.

    Raises:
        BadFile: others are there, or one of these is not.
    """
    ours = {
        "model.embed_tokens.weight": "embeddings",
        "lm_head.weight": "head",
        **{f"model.mm_projector.{i}.{kind}": f"projector.{i}.{kind}" for i in (0, 2) for kind in ("weight", "bias")},
    }
    found = {k.removeprefix("base_model.model."): v for k, v in read_weights(file).items()}
    missing, extra = sorted(set(ours) - set(found)), sorted(set(found) - set(ours))
    if missing or extra:
        told = f"missing: {listed(missing)}; unexpected: {listed(extra)}"
        raise BadFile(f"{file.name} is not as UniPose's. {told}", "use the folder as it was published")
    return {ours[k]: v for k, v in found.items()}


def _with_tables(language: Any, trained: Mapping[str, Tensor]) -> Any:
    """The language model with the trained embeddings and word head, as many rows as they have."""
    rows, width = trained["embeddings"].shape
    if trained["head"].shape != (rows, width) or width != language.config.hidden_size:
        got = f"embeddings {(rows, width)}, word head {tuple(trained['head'].shape)}"
        raise BadFile(
            f"{TRAINED}: {got}; the base model has width {language.config.hidden_size}", f"the base is {BASE}"
        )
    language.resize_token_embeddings(rows, mean_resizing=False)
    with torch.no_grad():
        language.get_input_embeddings().weight.copy_(trained["embeddings"])
        language.get_output_embeddings().weight.copy_(trained["head"])
    return language


def with_adapter(language: Any, folder: Path, merge: bool) -> Any:
    """The language model with the folder's LoRA, every weight of it in its place.

    Raises:
        BadFile: the adapter is of another model.
    """
    from peft import PeftConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict

    file = next((folder / name for name in ADAPTER if (folder / name).exists()), folder / ADAPTER[0])
    tables = ("embed_tokens.weight", "lm_head.weight")  # newer peft writes them as well; TRAINED has them
    weights = {k: v for k, v in read_weights(file).items() if not k.endswith(tables)}
    try:
        config = PeftConfig.from_pretrained(str(folder))
        config.inference_mode = True
        adapted = get_peft_model(language, config)
    except (OSError, ValueError, TypeError, KeyError) as fault:
        raise BadFile(
            f"adapter_config.json does not fit: {str(fault).splitlines()[0]}", f"the base is {BASE}"
        ) from None
    kept = get_peft_model_state_dict(adapted, save_embedding_layers=False)
    own = {k: v for k, v in kept.items() if not k.endswith(tables)}
    missing, extra = sorted(set(own) - set(weights)), sorted(set(weights) - set(own))
    shapes = sorted(k for k in set(own) & set(weights) if own[k].shape != weights[k].shape)
    if missing or extra or shapes:
        told = f"missing: {listed(missing)}; unexpected: {listed(extra)}; of another shape: {listed(shapes)}"
        raise BadFile(f"the LoRA of {file.name} does not fit this model. {told}", f"the base is {BASE}")
    set_peft_model_state_dict(adapted, weights)
    return adapted.merge_and_unload() if merge else adapted


def _visual(folder: Path, trained: Mapping[str, Tensor], language: Any) -> VisualProcessor:
    from transformers import CLIPVisionModel

    place = part(folder, CLIP)
    try:
        clip = CLIPVisionModel.from_pretrained(str(place), local_files_only=True, dtype=language.dtype)
    except (OSError, ValueError) as fault:
        raise BadFile(f"CLIP in {place.name} cannot be read: {str(fault).splitlines()[0]}") from None
    out = VisualProcessor(clip, load_pose_vit(folder / POSE_VIT).to(language.dtype), language.config.hidden_size)
    projector = {k.removeprefix("projector."): v for k, v in trained.items() if k.startswith("projector.")}
    load_exactly(out.projector, projector, Path(TRAINED))
    out.projector.to(language.dtype)
    return out.eval()


def load_pose_tokenizer(file: Path) -> PoseTokenizer:
    """The published pose tokenizer; its sizes are those of its weights.

    Raises:
        BadFile: it is missing, damaged or another network.
    """
    state: dict[str, Tensor] = {}
    for name, value in read_state(file).items():
        if not name.startswith(_OF_NO_USE):
            kind, _, rest = name.partition(".")
            state[f"{kind}.{rest.removeprefix(f'{kind}.')}"] = value.float()
    try:
        width, codes = state["encoder.0.weight"].shape[0], state["quantizer.codebook"].shape
    except KeyError as fault:
        raise BadFile(
            f"{file.name} is no pose tokenizer: it has no {fault}", f"use UniPose's {POSE_TOKENIZER}"
        ) from None
    return filled(PoseTokenizer(TokenizerConfig(width, codes[1], codes[0])), state, file)


def load_pose_vit(file: Path, size: tuple[int, int] = (256, 192), head_width: int = _HEAD_WIDTH) -> Any:
    """The pose ViT of a TokenHMR or HMR2 checkpoint, which is ViTPose's backbone in transformers.

    Args:
        size: height and width (px) of what it sees.

    Raises:
        BadFile: it is missing, damaged or another network.
    """
    from transformers import VitPoseBackbone, VitPoseBackboneConfig

    state = {k.removeprefix("backbone."): v for k, v in read_state(file).items() if k.startswith("backbone.")}
    try:
        hidden, _, patch, _ = state["patch_embed.proj.weight"].shape
        inner = state["blocks.0.mlp.fc1.weight"].shape[0]
    except (KeyError, ValueError) as fault:
        raise BadFile(f"{file.name} has no pose ViT: {fault}", f"use TokenHMR's {POSE_VIT}") from None
    config = VitPoseBackboneConfig(
        image_size=list(size),
        patch_size=[patch, patch],
        hidden_size=hidden,
        num_hidden_layers=len({k.split(".")[1] for k in state if k.startswith("blocks.")}),
        num_attention_heads=hidden // head_width,
        mlp_ratio=inner // hidden,
        layer_norm_eps=1e-6,
    )
    vit = VitPoseBackbone(config)
    load_exactly(vit, dict(_renamed(state)), file)
    return vit.eval()


def _renamed(state: Mapping[str, Tensor]) -> list[tuple[str, Tensor]]:
    """Weights of HMR2's ViT under the names of transformers; queries, keys and values come apart."""
    whole = {
        "pos_embed": "embeddings.position_embeddings",
        "patch_embed.proj": "embeddings.patch_embeddings.projection",
        "last_norm": "layernorm",
        "norm1": "layernorm_before",
        "norm2": "layernorm_after",
        "attn.proj": "attention.output.dense",
        "mlp.fc1": "mlp.fc1",
        "mlp.fc2": "mlp.fc2",
    }
    out: list[tuple[str, Tensor]] = []
    for name, value in state.items():
        block, _, inside = name.removeprefix("blocks.").partition(".") if name.startswith("blocks.") else ("", "", name)
        before = f"encoder.layer.{block}." if block else ""
        stem, _, kind = inside.rpartition(".") if inside != "pos_embed" else (inside, "", "")
        if stem == "attn.qkv":
            parts = zip(("query", "key", "value"), value.chunk(3), strict=True)
            out += [(f"{before}attention.attention.{n}.{kind}", v) for n, v in parts]
        else:
            known = whole.get(stem, f"(unknown) {stem}")
            out.append((f"{before}{known}{'.' if kind else ''}{kind}", value))
    return out


def read_state(file: Path) -> dict[str, Tensor]:
    """The weights of a training checkpoint (`state_dict` among other things) or of a plain table of weights.

    Raises:
        BadFile: it is missing or damaged, or cannot be read without running code that it brings.
    """
    if file.suffix == ".safetensors":
        return read_weights(file)
    try:
        found = torch.load(file, map_location="cpu", weights_only=True, mmap=True)
    except FileNotFoundError:
        raise BadFile(f"there is no {file.name} in {file.parent.name}", "see docs/models.md: UniPose") from None
    except Exception as fault:  # pickle.UnpicklingError, zip and torch errors of many kinds
        hint = (
            "where you trust it, keep its weights only: "
            f"torch.save(torch.load('{file.name}', weights_only=False)['state_dict'], '{file.name}')"
        )
        raise BadFile(
            f"{file.name} is damaged or holds more than tensors: {str(fault).splitlines()[0]}", hint
        ) from None
    table = found.get("state_dict", found) if isinstance(found, dict) else None
    if not isinstance(table, dict) or not all(isinstance(v, Tensor) for v in table.values()):
        raise BadFile(f"{file.name} is no table of named tensors", "use the file as it was published")
    return table
