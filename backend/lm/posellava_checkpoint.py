"""The published PoseLLaVA as a PoseLM: a LLaVA with `<POSE>`, a GELU head, and poses given through a pose tower.

Whole, or as a LoRA adapter (peft's adapter beside `non_lora_trainables.bin`) on the folder of its LLaVA. Its head
writes the first two columns row by row, its tower reads the first two rows: two layouts in one model.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from torch import Tensor

from backend.errors import BadFile, NotAvailable

from .chat import Chat
from .chatpose_checkpoint import assembled
from .config import PoseLMConfig
from .devices import Placement, memory_told, placement, quiet
from .pose_lm import PoseLM
from .published import LLAVA_RENAMES, Renames, read_config, read_shards, read_tokenizer, renamed
from .saving import listed, read_weights

CONFIG: Final = PoseLMConfig(
    pose_token="<POSE>",
    input_token="<pose>",
    joints="smpl24",
    layout="interleaved",
    input_layout="rows",
    root_frame="camera",
    activation="gelu",
    pose_input="tower",
    conversation="llava_v1",
    framing="square",
    most_pictures=1,
    asks_words="There is a person: {prompt} Please output this person's SMPL pose.",
    asks_picture="{prompt} Can you predict the SMPL pose of the person in this image?",
    asks_change="{prompt} Change the given pose as described and output the adjusted SMPL pose.",
)
_TOWER: Final = r"model\.pose_tower\.pose_encoder\."
RENAMES: Final[Renames] = (
    (r"pose_decoder\.0\.", "head.inner."),
    (r"pose_decoder\.2\.", "head.outer."),
    (rf"{_TOWER}cls_token$", "pose_input.net.summary"),
    (rf"{_TOWER}cls_pos$", "pose_input.net.summary_place"),
    (rf"{_TOWER}skelEmbedding\.", "pose_input.net.joint."),
    (rf"{_TOWER}pos_embed\.pe$", "pose_input.net.joint_place"),
    (rf"{_TOWER}seqTransEncoder\.", "pose_input.net.encoder."),
    (r"model\.pose_projector\.", "pose_input.net.projector."),
    (r"model\.image_newline$", ""),  # of LLaVA-1.6's tiles, which this model does not use
    *LLAVA_RENAMES,
)
_ADAPTER: Final = "adapter_config.json"
_UNUSUAL: Final = ("use_dora", "use_rslora", "rank_pattern", "alpha_pattern", "fan_in_fan_out", "lora_bias")


def is_posellava(folder: Path) -> bool:
    """Whether a folder looks like PoseLLaVA, whole or as an adapter."""
    if (folder / "non_lora_trainables.bin").is_file() and (folder / _ADAPTER).is_file():
        return True
    try:
        return "posellava" in str(read_config(folder).raw.get("model_type", "")).lower()
    except BadFile:
        return False


def load_posellava(
    folder: Path, base: Path | None = None, vision: Path | None = None, where: Placement | None = None
) -> tuple[PoseLM, Chat]:
    """The checkpoint, ready to answer.

    Args:
        base: the folder of the LLaVA that an adapter belongs to; None: the folder that the adapter names.
        vision: the folder of the CLIP model that the config names; None: where it was downloaded to by that name.

    Raises:
        BadFile: names or shapes are not those of the checkpoint. NotAvailable: a part is not on this computer, or the
            memory does not suffice.
    """
    where = where or placement()
    quiet()
    adapted = (folder / _ADAPTER).is_file()
    published = read_config(folder if (folder / "config.json").is_file() else _base_of(folder, base))
    with memory_told("loading this checkpoint"):
        tokenizer = read_tokenizer(folder, (CONFIG.pose_token,))
        weights = _merged(folder, _base_of(folder, base)) if adapted else read_shards(folder)
        mapped, unknown = renamed(weights, RENAMES)
        return assembled(published, CONFIG, tokenizer, mapped, unknown, vision, where, folder.name)


def _base_of(folder: Path, given: Path | None) -> Path:
    name = str(given) if given is not None else str(_adapter(folder).get("base_model_name_or_path", ""))
    if not Path(name).is_dir():
        hint = "download the LLaVA that it was trained on and name its folder"
        raise NotAvailable(f"the base model {name!r} of this adapter is not on this computer", hint, "no_weights")
    return Path(name)


def _adapter(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / _ADAPTER).read_text(encoding="utf-8"))
        return found
    except (OSError, ValueError) as fault:
        raise BadFile(f"{folder.name}/{_ADAPTER} cannot be read: {fault}", "download it again") from None


def _merged(folder: Path, base: Path) -> dict[str, Tensor]:
    """The weights of the base with what was trained beside them and the adapter's products added to them."""
    weights = read_shards(base)
    extra = {_plain(n): w for n, w in read_weights(folder / "non_lora_trainables.bin").items()}
    weights |= extra
    config = _adapter(folder)
    unusual = [name for name in _UNUSUAL if config.get(name)]
    if unusual:
        raise BadFile(f"this adapter uses {', '.join(unusual)}, which is not known here", "merge it with peft first")
    scale = float(config["lora_alpha"]) / float(config["r"])
    files = [f for f in (folder / "adapter_model.safetensors", folder / "adapter_model.bin") if f.is_file()]
    if not files:
        raise BadFile(f"{folder.name} has no adapter_model", "download it, too")
    lora = {_plain(n): w for n, w in read_weights(files[0]).items()}
    ends = [n for n in lora if not re.search(r"\.lora_[AB]\.(?:default\.)?weight$", n)]
    if ends:
        raise BadFile(f"the adapter has weights that are no LoRA: {listed(sorted(ends))}", "merge it with peft first")
    for name, down in lora.items():
        if ".lora_A." in name:
            target = re.sub(r"\.lora_A\.(?:default\.)?weight$", ".weight", name)
            up = lora.get(name.replace(".lora_A.", ".lora_B."))
            if target not in weights or up is None:
                raise BadFile(
                    f"the adapter's {name} belongs to nothing in {base.name}", "name the base it was made for"
                )
            weights[target] = (weights[target].float() + scale * up.float() @ down.float()).to(weights[target].dtype)
    return weights


def _plain(name: str) -> str:
    """A name as peft and the training script wrap it, without the wrapping."""
    name = name.removeprefix("base_model.")
    return name.removeprefix("model.") if name.startswith(("model.model.", "model.lm_head", "model.pose_dec")) else name
