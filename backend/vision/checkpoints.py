"""Checkpoints of the user for the ViTPose path: where they lie, and whether they are what they should be.

All of this is read from `config.json` alone, so that the list of engines and wrong folders cost no import of torch.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from backend.errors import BadFile, NotAvailable

from .models import folder as models_folder

VITPOSE_VARIABLE: Final = "POSEWRIGHT_VITPOSE"  # a folder with a ViTPose checkpoint
DETECTOR_VARIABLE: Final = "POSEWRIGHT_DETECTOR"  # a folder with one that finds people
NEXT_STEP: Final = f"run: posewright setup vitpose, or let {VITPOSE_VARIABLE} name a folder with a checkpoint"
PACKAGES: Final = ("torch", "transformers")
KEYPOINTS: Final = (17, 133)  # COCO, COCO-WholeBody
_ARCHITECTURE: Final = "VitPoseForPoseEstimation"
_DETECTS: Final = "ForObjectDetection"  # what names of architectures that find things end with
_WEIGHTS: Final = ("*.safetensors", "pytorch_model*.bin")
_COCO_WHOLE_BODY: Final = 5  # which of the data sets of ViTPose++ has 133 keypoints; 0 is COCO


@dataclass(frozen=True)
class PoseCheckpoint:
    """folder; size (height, width) px of the input; mean, deviation of its colours; keypoints: 17 or 133.

    experts: data sets that the backbone was trained on, each with an expert of its own (ViTPose++; Xu et al. 2022).
    """

    folder: Path
    size: tuple[int, int]
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    keypoints: int
    experts: int

    @property
    def expert(self) -> int | None:
        """The data set whose expert answers."""
        if self.experts <= 1:
            return None
        return _COCO_WHOLE_BODY if self.keypoints == 133 and self.experts > _COCO_WHOLE_BODY else 0


@dataclass(frozen=True)
class PeopleCheckpoint:
    """folder; person: the label of people."""

    folder: Path
    person: int


def vitpose_folder() -> Path:
    """Where the ViTPose checkpoint lies: where the environment says, else beside the landmark models."""
    given = os.environ.get(VITPOSE_VARIABLE)
    return Path(given) if given else models_folder() / "vitpose"


def detector_folder() -> Path | None:
    """Where the checkpoint that finds people lies; None: there is none, and the built-in detector finds them."""
    given = os.environ.get(DETECTOR_VARIABLE)
    own = models_folder() / "detector"
    return Path(given) if given else own if (own / "config.json").is_file() else None


def set_up() -> bool:
    """Whether a user has said where a ViTPose checkpoint is, or put one where it is looked for."""
    return bool(os.environ.get(VITPOSE_VARIABLE)) or (vitpose_folder() / "config.json").is_file()


def missing() -> tuple[str, ...]:
    """What the ViTPose path lacks here beyond the photo tier, in words; empty where it can run."""
    out = [f"the package {name}" for name in PACKAGES if find_spec(name) is None]
    try:
        pose_checkpoint(vitpose_folder())
        people = detector_folder()
        if people is not None:
            people_checkpoint(people)
    except (BadFile, NotAvailable) as fault:
        out.append(f"a usable checkpoint ({fault.message})")
    return tuple(out)


def pose_checkpoint(folder: Path) -> PoseCheckpoint:
    """The ViTPose checkpoint in a folder, checked.

    Raises:
        NotAvailable: there is none. BadFile: it is of another kind, with what was found and what is allowed.
    """
    config = _config(folder, "ViTPose checkpoint")
    named = _architecture(config)
    if named != _ARCHITECTURE:
        raise BadFile(f"{folder} holds {named}, not {_ARCHITECTURE}", "take a ViTPose checkpoint for transformers")
    labels = [str(v) for v in config.get("id2label", {}).values()]
    if len(labels) not in KEYPOINTS:
        allowed = " or ".join(str(n) for n in KEYPOINTS)
        raise BadFile(f"{folder} finds {len(labels)} keypoints; {allowed} are understood", "take one trained on COCO")
    if any("paw" in label.lower() or "tail" in label.lower() for label in labels):
        raise BadFile(f"{folder} finds keypoints of animals", "take one trained on people (COCO)")
    backbone = config.get("backbone_config") or {}
    shape = _read(folder / "preprocessor_config.json") if (folder / "preprocessor_config.json").is_file() else {}
    size = backbone.get("image_size", (256, 192))
    return PoseCheckpoint(
        folder,
        (int(size[0]), int(size[1])),
        tuple(shape.get("image_mean", (0.485, 0.456, 0.406))),
        tuple(shape.get("image_std", (0.229, 0.224, 0.225))),
        len(labels),
        int(backbone.get("num_experts", 1)),
    )


def people_checkpoint(folder: Path) -> PeopleCheckpoint:
    """The checkpoint of an object detector in a folder, checked.

    Raises:
        NotAvailable: there is none. BadFile: it is of another kind, or knows no people.
    """
    config = _config(folder, "detector of people")
    named = _architecture(config)
    if not named.endswith(_DETECTS):
        raise BadFile(f"{folder} holds {named}, which is no object detector", f"take one whose name ends in {_DETECTS}")
    people = [int(k) for k, v in config.get("id2label", {}).items() if str(v).lower() == "person"]
    if not people:
        raise BadFile(f"{folder} knows no label 'person'", "take a detector trained on COCO")
    return PeopleCheckpoint(folder, people[0])


def _config(folder: Path, what: str) -> dict[str, Any]:
    for lacking, there in (
        ("config.json", (folder / "config.json").is_file()),
        (".safetensors", any(any(folder.glob(pattern)) for pattern in _WEIGHTS)),
    ):
        if not there:
            told = f"there is no {what} in {folder}: no {lacking}"
            raise NotAvailable(told, f"{NEXT_STEP}; or use the engine photo", "no_vitpose")
    return _read(folder / "config.json")


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise BadFile(f"{file} cannot be read: {fault}", "copy the checkpoint anew") from None
    if not isinstance(found, dict):
        raise BadFile(f"{file} holds no object", "copy the checkpoint anew")
    return found


def _architecture(config: dict[str, Any]) -> str:
    names = config.get("architectures") or [str(config.get("model_type", "an unnamed model"))]
    return str(names[0])
