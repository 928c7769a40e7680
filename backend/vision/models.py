"""The landmark models: which ones, where they lie, and running one. They are fetched at set-up, never shipped."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np

from backend.errors import NotAvailable

VARIABLE: Final = "POSEWRIGHT_MODELS"
NEXT_STEP: Final = "run: posewright setup photo"
# Google's MediaPipe models (Apache-2.0), as the wheel of this version carries them.
WHEEL: Final = ("mediapipe", "0.10.21")
THREADS: Final = 2


@dataclass(frozen=True)
class ModelFile:
    """path: within the wheel. digest: sha256 of the file."""

    path: str
    digest: str

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[1]


MODELS: Final[dict[str, ModelFile]] = {
    "person": ModelFile(
        "mediapipe/modules/pose_detection/pose_detection.tflite",
        "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
    ),
    "body": ModelFile(
        "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
        "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
    ),
    "hand": ModelFile(
        "mediapipe/modules/hand_landmark/hand_landmark_full.tflite",
        "11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3",
    ),
    "hand_region": ModelFile(
        "mediapipe/modules/holistic_landmark/hand_recrop.tflite",
        "67d996ce96f9d36fe17d2693022c6da93168026ab2f028f9e2365398d8ac7d5d",
    ),
    "face": ModelFile(
        "mediapipe/modules/face_landmark/face_landmark.tflite",
        "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
    ),
}


def folder() -> Path:
    """Where the models lie: POSEWRIGHT_MODELS, else within this Python's own environment."""
    given = os.environ.get(VARIABLE)
    return Path(given) if given else Path(sys.prefix) / "share" / "posewright" / "models"


def missing() -> tuple[str, ...]:
    """What the photo tier lacks here, in words; empty where it can run."""
    out = []
    for module, package in (("ai_edge_litert", "ai-edge-litert"), ("PIL", "Pillow")):
        if find_spec(module) is None:  # looked for, not loaded: the list of engines is asked for at every start
            out.append(f"the package {package}")
    gone = [m.name for m in MODELS.values() if not (folder() / m.name).is_file()]
    return (*out, *(f"the model {name}" for name in gone))


class Network:
    """One model in memory. Calls from several threads wait for each other."""

    def __init__(self, file: Path) -> None:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # its greeting on stderr
        from ai_edge_litert.interpreter import Interpreter

        self._interpreter: Any = Interpreter(str(file), num_threads=THREADS)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = [o["index"] for o in self._interpreter.get_output_details()]
        self._lock = Lock()

    def __call__(self, image: np.ndarray) -> list[np.ndarray]:
        """Run on one picture (h, w, 3) float32 in the model's own range; returns its outputs without the batch axis."""
        with self._lock:
            self._interpreter.set_tensor(self._input, np.ascontiguousarray(image[None], np.float32))
            self._interpreter.invoke()
            return [self._interpreter.get_tensor(o)[0].copy() for o in self._outputs]


@lru_cache(maxsize=len(MODELS))
def network(name: str) -> Network:
    """The model of a name, loaded once.

    Raises:
        NotAvailable: a package or the file is missing, or the file is not the one it should be.
    """
    lacking = missing()
    if lacking:
        raise NotAvailable(f"posing from pictures needs {', '.join(lacking)}", NEXT_STEP, "no_photo_tier")
    model = MODELS[name]
    file = folder() / model.name
    if sha256(file.read_bytes()).hexdigest() != model.digest:
        told = f"{file} is not the model that was tested (its checksum differs)"
        raise NotAvailable(told, NEXT_STEP, "no_photo_tier")
    return Network(file)
