"""Pose language models as folders. Nothing in them is code or a pickle.

pose_lm.json           format, the config (PoseLMConfig), the base model where only an adapter is here
pose_lm.safetensors    the head and the other parts that are not the language model
language/              the language model as transformers saves it; or
adapter/               LoRA and the rows of new tokens as peft saves them
words/                 tokenizer, chat template and picture processor
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from backend.errors import BadFile, NotAvailable

from .chat import Chat
from .config import PoseLMConfig
from .devices import Placement, check_room, memory_told, placement, quiet
from .pose_lm import PoseLM, new_pose_lm

NOTE: Final = "pose_lm.json"
PARTS: Final = "pose_lm.safetensors"
FORMAT: Final = 1
_WHOLE: Final = "copy or download the folder again; it needs config.json and the weights as .safetensors"
_MOST_NAMES: Final = 12  # of weights that an error lists


def save_pose_lm(model: PoseLM, chat: Chat, folder: Path, base: str = "", dtype: torch.dtype | None = None) -> None:
    """Write a model.

    Args:
        base: name or folder of the language model that an adapter belongs to; needed where there is one.
        dtype: what numbers are written as; None: as they are. Half precision halves the folder.
    """
    from safetensors.torch import save_file

    adapted = hasattr(model.language, "peft_config")
    if adapted and not base:
        raise ValueError("an adapter is saved with the name or folder of the model that it belongs to")
    folder.mkdir(parents=True, exist_ok=True)
    own = {n: t.to(dtype).contiguous() for n, t in model.state_dict().items() if not n.startswith("language.")}
    save_file(own, str(folder / PARTS))
    if adapted:
        # The rows of new tokens are among the adapter's weights; all others are the base model's.
        model.language.save_pretrained(folder / "adapter", save_embedding_layers=False)
    else:
        state = {n: t.to(dtype) for n, t in model.language.state_dict().items()} if dtype else None
        model.language.save_pretrained(folder / "language", state_dict=state)
    (chat.processor or chat.tokenizer).save_pretrained(folder / "words")
    note = {"format": FORMAT, "config": model.config.to_dict(), "base": base if adapted else None}
    (folder / NOTE).write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")


def load_pose_lm(folder: Path, where: Placement | None = None) -> tuple[PoseLM, Chat]:
    """Read a model, ready to answer.

    Raises:
        BadFile: a part is missing or does not fit. NotAvailable: its base model is not on this computer, or the memory
            does not suffice.
    """
    where = where or placement()
    quiet()
    config, base = read_note(folder)
    with memory_told("loading this model"):
        processor, tokenizer = load_words(folder / "words")
        language = load_language(str(folder / "language") if base is None else base, where)
        if base is None:
            check_rows(language, tokenizer, folder)
        model = new_pose_lm(language, tokenizer, config)
        if base is not None:
            if find_spec("peft") is None:
                raise NotAvailable("an adapter needs the package peft", "pip install peft")
            from peft import PeftModel

            model.language = PeftModel.from_pretrained(model.language, str(folder / "adapter"))
        load_exactly(model, read_weights(folder / PARTS), folder / PARTS, skip="language.")
        for part in model.own_parts:
            part.to(where.device)
        if where.bits >= 16:
            model.language.to(where.device)
    return model.eval(), Chat(tokenizer, config, model.places, processor)


def read_note(folder: Path) -> tuple[PoseLMConfig, str | None]:
    """The config and the base of a folder.

    Raises:
        BadFile: it is no folder of a pose language model, or of a newer format.
    """
    config, base = read_config(folder, NOTE, FORMAT, "a pose language model")
    return PoseLMConfig.from_dict(config, f"{folder.name}/{NOTE}"), base


def read_config(folder: Path, note: str, form: int, kind: str) -> tuple[dict[str, Any], str | None]:
    """The config, as it was written, and the base of a folder of some kind.

    Raises:
        BadFile: it is no such folder, or of another format than `form`.
    """
    try:
        told = json.loads((folder / note).read_text(encoding="utf-8"))
        found, config, base = told["format"], told["config"], told["base"]
    except FileNotFoundError:
        raise BadFile(f"{folder.name} has no {note}", f"name the folder of {kind}") from None
    except (ValueError, KeyError, TypeError) as fault:
        raise BadFile(f"{folder.name}/{note} cannot be read: {fault!r}", "copy or download the folder again") from None
    if found != form:
        raise BadFile(f"{folder.name} has format {found}, this version reads {form}", "update Posewright")
    return config, base


def load_words(folder: Path) -> tuple[Any, Any]:
    """The processor (None for models of words only) and the tokenizer of a folder."""
    from transformers import AutoProcessor, AutoTokenizer

    try:
        if any((folder / name).is_file() for name in ("processor_config.json", "preprocessor_config.json")):
            processor = AutoProcessor.from_pretrained(str(folder), local_files_only=True)
            return processor, processor.tokenizer
        return None, AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    except (OSError, ValueError, KeyError, ImportError) as fault:
        raise BadFile(f"the tokenizer in {folder.name} cannot be read: {_first_line(fault)}", "copy it again") from None


def load_language(name: str, where: Placement) -> Any:
    """A language model of transformers, by folder or by the name under which it was downloaded before.

    Raises:
        NotAvailable: it is not on this computer: nothing is downloaded unasked. BadFile: it cannot be read.
    """
    from safetensors import SafetensorError
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForImageTextToText
    from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING

    from . import sight  # noqa: F401  (makes the eyes of our own models known to transformers)

    try:
        config = AutoConfig.from_pretrained(name, local_files_only=True)
        sees = type(config) in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING
        kind = AutoModelForImageTextToText if sees else AutoModelForCausalLM
        with torch.device("meta"):
            check_room(sum(p.numel() for p in kind.from_config(config).parameters()), where)
        return kind.from_pretrained(name, local_files_only=True, use_safetensors=True, **where.options()).eval()
    except OSError as fault:
        if Path(name).exists():
            told = f"the language model in {Path(name).name} cannot be read: {_first_line(fault)}"
            raise BadFile(told, _WHOLE) from None
        raise NotAvailable(
            f"the base model {name!r} is not on this computer", f"download it: hf download {name}", "no_weights"
        ) from None
    except SafetensorError as fault:
        told = f"the weights of the language model in {Path(name).name} are damaged: {_first_line(fault)}"
        raise BadFile(told, _WHOLE) from None
    except (ValueError, KeyError) as fault:
        told = f"{Path(name).name} is no language model that transformers knows: {_first_line(fault)}"
        raise BadFile(told, "name the folder of a model that writes (causal, or of pictures and words)") from None


def check_rows(language: Any, tokenizer: Any, folder: Path) -> None:
    """Raises BadFile where a saved model has not an embedding for each of its tokens."""
    rows = language.get_input_embeddings().weight.shape[0]
    if len(tokenizer) > rows:
        told = f"{folder.name}: {len(tokenizer)} tokens, and embeddings for {rows}"
        raise BadFile(told, "tokenizer and weights are not of one model: copy the folder again")


def read_weights(file: Path) -> dict[str, Tensor]:
    """Named tensors: of safetensors, or of a torch file without unpickling anything but tensors.

    Raises:
        BadFile: it is missing, damaged, or a pickle with more than tensors in it.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        if file.suffix == ".safetensors":
            return load_file(str(file))
        found = torch.load(file, map_location="cpu", weights_only=True, mmap=True)
    except FileNotFoundError:
        raise BadFile(f"there is no {file.name} in {file.parent.name}", "copy or download the folder again") from None
    except (SafetensorError, OSError, RuntimeError, EOFError, ValueError) as fault:
        raise BadFile(f"{file.name} is damaged: {_first_line(fault)}", "download it again") from None
    except Exception as fault:  # pickle.UnpicklingError: weights_only refused what it holds
        raise BadFile(f"{file.name} holds more than tensors and is not loaded: {_first_line(fault)}") from None
    if not isinstance(found, dict) or not all(isinstance(v, Tensor) for v in found.values()):
        raise BadFile(f"{file.name} is no table of named tensors", "use the file as it was published")
    return found


def load_exactly(module: torch.nn.Module, weights: Mapping[str, Tensor], file: Path, skip: str = "\0") -> None:
    """Put weights into a module; every weight must be there, have its shape, and nothing may be left over.

    Args:
        skip: beginning of the names of weights that come from elsewhere.

    Raises:
        BadFile: with the names that are missing, unexpected, or of another shape.
    """
    own = {name: t for name, t in module.state_dict().items() if not name.startswith(skip)}
    faults = {
        "missing": sorted(own.keys() - weights.keys()),
        "unexpected": sorted(weights.keys() - own.keys()),
        "of another shape": [
            f"{n} {tuple(weights[n].shape)} instead of {tuple(t.shape)}"
            for n, t in sorted(own.items())
            if n in weights and weights[n].shape != t.shape
        ],
    }
    told = "; ".join(f"{what}: {listed(names)}" for what, names in faults.items() if names)
    if told:
        raise BadFile(
            f"the weights of {file.name} do not fit this model. {told}", "use weights and config of one model"
        )
    module.load_state_dict(weights, strict=False)


def listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _first_line(fault: BaseException) -> str:
    return (str(fault).strip() or type(fault).__name__).splitlines()[0][:300]
