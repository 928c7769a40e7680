"""Where a model runs and in which numbers, and what is said when it does not fit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import torch

from backend.errors import BadInput, NotAvailable

DEVICE_VARIABLE: Final = "POSEWRIGHT_DEVICE"
BITS_VARIABLE: Final = "POSEWRIGHT_BITS"
BITS: Final = (32, 16, 8, 4)
# How transformers' models call the parts that look at pictures.
EYES: Final = ("vision_tower", "vision_model", "visual", "multi_modal_projector", "connector")
_ROOM: Final = 1.15  # memory for a model, its cache and what it calculates with, over that of its weights
_LESS: Final = f"take a smaller model, or load this one in fewer bits ({BITS_VARIABLE}=8 or 4, with bitsandbytes)"


@dataclass(frozen=True)
class Placement:
    """device: "cuda", "cuda:1", "mps" or "cpu". bits: of a weight; 8 and 4 are bitsandbytes' (QLoRA's nf4)."""

    device: str
    bits: int

    @property
    def dtype(self) -> torch.dtype:
        """What is calculated in: bfloat16 where the device does it well; products of 8 bits are made in float16."""
        if self.bits == 32:
            return torch.float32
        if self.bits == 8:
            return torch.float16
        if self.device == "mps" or (self.device.startswith("cuda") and not torch.cuda.is_bf16_supported()):
            return torch.float16
        return torch.bfloat16

    def options(self) -> dict[str, Any]:
        """For `from_pretrained`."""
        if self.bits >= 16:
            return {"dtype": self.dtype}
        from transformers import BitsAndBytesConfig

        four = {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bnb_4bit_compute_dtype": self.dtype}
        kept = ["lm_head", *(rf"(?:.*\.)?{name}" for name in EYES)]  # small, and worse for it
        quantised = BitsAndBytesConfig(
            **(four if self.bits == 4 else {"load_in_8bit": True}), llm_int8_skip_modules=kept
        )
        return {"dtype": self.dtype, "quantization_config": quantised, "device_map": {"": self.device}}


def placement(device: str = "", bits: int = 0) -> Placement:
    """Where to run: as asked, else as the environment says, else the best that is here.

    Raises:
        BadInput: there is no such device or number of bits. NotAvailable: bitsandbytes or the device is missing.
    """
    device = device or os.environ.get(DEVICE_VARIABLE, "") or best_device()
    bits = bits or _noted_bits() or (16 if device != "cpu" else 32)
    if bits not in BITS:
        raise BadInput(f"weights of {bits} bits are not known", f"{BITS_VARIABLE}: {', '.join(map(str, BITS))}")
    kind = device.split(":")[0]
    here = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if kind not in here:
        raise BadInput(f"there is no device {device!r}", f"{DEVICE_VARIABLE}: cuda, cuda:1, mps, cpu")
    if not here[kind]:
        raise NotAvailable(
            f"the device {device!r} is not here, or this torch was built without it", f"set {DEVICE_VARIABLE}=cpu"
        )
    if bits < 16 and (kind == "mps" or find_spec("bitsandbytes") is None):
        need = "CUDA or a processor" if kind == "mps" else "the package bitsandbytes"
        raise NotAvailable(f"weights of {bits} bits need {need}", "pip install bitsandbytes, or use 16 bits")
    return Placement(device, bits)


def best_device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _noted_bits() -> int:
    noted = os.environ.get(BITS_VARIABLE, "")
    if noted and not noted.isdigit():
        raise BadInput(f"{BITS_VARIABLE} is {noted!r}", f"bits: {', '.join(map(str, BITS))}")
    return int(noted or 0)


def free_bytes(device: str) -> int | None:
    """Memory that is free on a device; None where it cannot be told."""
    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info(device)[0])
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable")), None)


def check_room(parameters: int, place: Placement) -> None:
    """Refuse a model that will not fit, before it takes the machine down.

    Raises:
        NotAvailable: with what it needs and what there is.
    """
    needed, free = parameters * place.bits / 8 * _ROOM, free_bytes(place.device)
    if free is not None and needed > free:
        told = (
            f"this model needs about {needed / 2**30:.1f} GiB of memory, {free / 2**30:.1f} are free on {place.device}"
        )
        raise NotAvailable(told, _LESS, "out_of_memory")


@contextmanager
def memory_told(doing: str) -> Iterator[None]:
    """Turns running out of memory while `doing` something into an error that says what to do.

    Raises:
        NotAvailable: with the code "out_of_memory".
    """
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as fault:
        raise _too_little(doing) from fault
    except RuntimeError as fault:
        if "out of memory" in str(fault) or "not enough memory" in str(fault):
            raise _too_little(doing) from fault
        raise


def quiet() -> None:
    """Let transformers say nothing on the console: what matters is raised or told by us."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()


def _too_little(doing: str) -> NotAvailable:
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return NotAvailable(f"the memory was not enough for {doing}", _LESS, "out_of_memory")
