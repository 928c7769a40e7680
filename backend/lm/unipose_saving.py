"""UniPose as trained here, as a folder. Nothing in it is code or a pickle.

unipose.json                    format, the config (UniPoseConfig), the base model where only an adapter is here
pose_tokenizer.safetensors      with its sizes in pose_tokenizer.json
language/ or adapter/           the language model as transformers saves it, or LoRA and the rows of pose tokens as peft
words/                          the tokenizer
clip/, pose_vit/, projector.safetensors    of models that see pictures
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from backend.errors import BadFile

from . import pose_tokenizer
from .devices import Placement, memory_told, placement, quiet
from .mixed_attention import ATTENTION
from .saving import load_exactly, load_language, load_words, read_config, read_weights
from .unipose import UniPose, UniPoseConfig, new_unipose
from .visual import VisualProcessor

NOTE: Final = "unipose.json"
FORMAT: Final = 1
_PROJECTOR: Final = "projector.safetensors"
_POSES: Final = "pose_tokenizer.safetensors"


def save_unipose(model: UniPose, folder: Path, base: str = "") -> None:
    """Write a model.

    Args:
        base: name or folder of the language model that an adapter belongs to; needed where there is one.
    """
    from safetensors.torch import save_file

    adapted = hasattr(model.language, "peft_config")
    if adapted and not base:
        raise ValueError("an adapter is saved with the name or folder of the model that it belongs to")
    folder.mkdir(parents=True, exist_ok=True)
    pose_tokenizer.save(model.pose_tokenizer, folder / _POSES)
    if adapted:
        model.language.save_pretrained(folder / "adapter", save_embedding_layers=False)  # their new rows it has
    else:
        model.language.save_pretrained(folder / "language")
    model.words.save_pretrained(folder / "words")
    if model.visual is not None:
        model.visual.clip.save_pretrained(folder / "clip")
        model.visual.pose_vit.save_pretrained(folder / "pose_vit")
        projector = {n: t.contiguous() for n, t in model.visual.projector.state_dict().items()}
        save_file(projector, str(folder / _PROJECTOR))
    note = {"format": FORMAT, "config": model.config.to_dict(), "base": base if adapted else None}
    (folder / NOTE).write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")


def load_unipose(folder: Path, where: Placement | None = None, trainable: bool = False) -> UniPose:
    """Read a model.

    Args:
        trainable: whether its adapter is to be trained further.

    Raises:
        BadFile: a part is missing or does not fit. NotAvailable: its base model is not on this computer, or the memory
            does not suffice.
    """
    where = where or placement()
    quiet()
    told, base = read_config(folder, NOTE, FORMAT, "a UniPose model")
    config = UniPoseConfig.from_dict(told, f"{folder.name}/{NOTE}")
    with memory_told("loading this model"):
        poses = pose_tokenizer.load(folder / _POSES)
        _, words = load_words(folder / "words")
        language = load_language(str(folder / "language") if base is None else base, where)
        language.set_attn_implementation(ATTENTION)
        visual = _load_visual(folder, language)
        model = new_unipose(language, words, poses, config, visual)
        if base is not None:
            from peft import PeftModel

            model.language = PeftModel.from_pretrained(model.language, str(folder / "adapter"), is_trainable=trainable)
        if where.bits >= 16:
            model.to(where.device)
        else:
            poses.to(where.device)
            if visual is not None:
                visual.to(where.device)
    return model.eval()


def _load_visual(folder: Path, language: Any) -> VisualProcessor | None:
    if not (folder / _PROJECTOR).exists():
        return None
    from transformers import CLIPVisionModel, VitPoseBackbone

    options = {"local_files_only": True, "dtype": language.dtype}
    try:
        clip = CLIPVisionModel.from_pretrained(str(folder / "clip"), **options).eval()
        pose_vit = VitPoseBackbone.from_pretrained(str(folder / "pose_vit"), **options).eval()
    except (OSError, ValueError) as fault:
        raise BadFile(f"an encoder of {folder.name} cannot be read: {str(fault).splitlines()[0]}") from None
    out = VisualProcessor(clip, pose_vit, language.get_input_embeddings().weight.shape[1])
    load_exactly(out.projector, read_weights(folder / _PROJECTOR), folder / _PROJECTOR)
    out.projector.to(language.dtype)
    return out
