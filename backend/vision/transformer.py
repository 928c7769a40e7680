"""ViTPose and detectors of objects in torch, through transformers: loading, device, and one forward pass.

The only file of the photo tier that imports torch or transformers. Checkpoints are read from folders of the user, never
from a network.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np

from backend.errors import BadFile, NotAvailable

from .checkpoints import PACKAGES, PeopleCheckpoint, PoseCheckpoint

DEVICE_VARIABLE: Final = "POSEWRIGHT_DEVICE"  # cuda, cuda:1, mps or cpu; chosen where it is not set
_OTHER_WAY: Final = "or use the built-in landmarks (--engine photo)"


class HeatNetwork:
    """ViTPose in memory: crops -> heat maps. Calls from several threads wait for each other."""

    def __init__(self, checkpoint: PoseCheckpoint) -> None:
        torch, transformers = _packages()
        self._torch, self._lock, self._device = torch, Lock(), device()
        self._expert = checkpoint.expert
        self._model = _loaded(transformers.VitPoseForPoseEstimation, checkpoint.folder, self._device)

    def __call__(self, crops: np.ndarray) -> np.ndarray:
        """Heat (N, K, h, w) of crops (N, H, W, 3) float32 in the model's own colours.

        Raises:
            NotAvailable: the memory does not suffice.
        """
        torch = self._torch
        with self._lock, torch.inference_mode(), _memory(self._device):
            pixels = torch.from_numpy(np.ascontiguousarray(crops.transpose(0, 3, 1, 2), np.float32)).to(self._device)
            expert = None if self._expert is None else torch.full((len(crops),), self._expert, device=self._device)
            heat: np.ndarray = self._model(pixels, dataset_index=expert).heatmaps.float().cpu().numpy()
        return heat


class BoxNetwork:
    """A detector of objects in memory: a picture -> boxes of people. Calls from several threads wait for each other."""

    def __init__(self, checkpoint: PeopleCheckpoint) -> None:
        torch, transformers = _packages()
        self._torch, self._lock, self._device = torch, Lock(), device()
        self._person = checkpoint.person
        self._processor = _processor(transformers, checkpoint.folder)
        self._model = _loaded(transformers.AutoModelForObjectDetection, checkpoint.folder, self._device)

    def __call__(self, pixels: np.ndarray, least: float) -> tuple[np.ndarray, np.ndarray]:
        """Boxes (N, 4) as (x, y, w, h) px and scores (N,) of people in a picture (h, w, 3) uint8, from a score on.

        Raises:
            NotAvailable: the memory does not suffice.
        """
        torch = self._torch
        with self._lock, torch.inference_mode(), _memory(self._device):
            given = self._processor(images=pixels, return_tensors="pt").to(self._device)
            found = self._processor.post_process_object_detection(
                self._model(**given), threshold=least, target_sizes=[pixels.shape[:2]]
            )[0]
            people = found["labels"] == self._person
            corners, scores = (found[key][people].float().cpu().numpy() for key in ("boxes", "scores"))
        return np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1), scores


def device() -> str:
    """The name of the device that models run on: what the environment says, else cuda, mps or cpu, the first there is.

    Raises:
        NotAvailable: the device named is not there.
    """
    torch, _ = _packages()
    named = os.environ.get(DEVICE_VARIABLE, "").strip()
    if not named:
        return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        torch.zeros(1, device=named)
    except (RuntimeError, AssertionError) as fault:
        first = str(fault).strip().split("\n")[0]
        raise NotAvailable(
            f"the device {named!r} ({DEVICE_VARIABLE}) cannot be used: {first}", "cuda, mps or cpu; unset, it is chosen"
        ) from None
    return named


def _packages() -> tuple[Any, Any]:
    """The packages torch and transformers, imported when a model is first asked for.

    Raises:
        NotAvailable: one is not installed.
    """
    gone = [name for name in PACKAGES if find_spec(name) is None]
    if gone:
        told = f"ViTPose needs the package {' and '.join(gone)}"
        raise NotAvailable(told, f"pip install {' '.join(PACKAGES)}, {_OTHER_WAY}", "no_vitpose")
    import torch
    import transformers

    transformers.utils.logging.disable_progress_bar()  # weights are read in a second
    return torch, transformers


def _loaded(kind: Any, folder: Path, where: str) -> Any:
    """A model whose weights are all there, on its device.

    Raises:
        BadFile: they cannot be read or are not those of the architecture. NotAvailable: the memory does not suffice.
    """
    with _memory(where), _reading(f"the checkpoint in {folder}", "copy it anew"):
        model, told = kind.from_pretrained(str(folder), local_files_only=True, output_loading_info=True)
        lacking = sorted(str(k) for k in (*told["missing_keys"], *told["mismatched_keys"]))
        if lacking:
            more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
            raise ValueError(f"weights of its architecture are missing ({lacking[0]}{more})")
        return model.eval().to(where)


def _processor(transformers: Any, folder: Path) -> Any:
    with _reading(f"the picture processor in {folder}", "copy its preprocessor_config.json as well"):
        return transformers.AutoImageProcessor.from_pretrained(str(folder), local_files_only=True)


@contextmanager
def _reading(what: str, step: str) -> Iterator[None]:
    """Whatever is wrong with files of the user as an error that says which; files fail in many ways."""
    try:
        yield
    except Exception as fault:
        if _is_memory(fault):
            raise
        first = str(fault).strip().split("\n")[0] or type(fault).__name__
        raise BadFile(f"{what} cannot be loaded: {first}", f"{step}, {_OTHER_WAY}") from None


@contextmanager
def _memory(where: str) -> Iterator[None]:
    """Running out of memory as an error that says what to do."""
    try:
        yield
    except (RuntimeError, MemoryError) as fault:  # torch.OutOfMemoryError is a RuntimeError
        if not _is_memory(fault):
            raise
        raise NotAvailable(
            f"the memory of {where} does not suffice for ViTPose",
            f"close what else uses it, take a smaller checkpoint, set {DEVICE_VARIABLE}=cpu, {_OTHER_WAY}",
            "out_of_memory",
        ) from None


def _is_memory(fault: BaseException) -> bool:
    told = str(fault).lower()
    return isinstance(fault, MemoryError) or "out of memory" in told or "allocate memory" in told
