"""What a training run is, read from one YAML: `python -m backend.train CONFIG.yaml [key=value ...]`.

Every field says what it controls. A key that is not a field is an error that names those that are; values are checked
for their type and range before anything is loaded. `key=value` on the command line goes over the file, with dots for
what lies deeper: `optim.steps=200`.
"""

from __future__ import annotations

import argparse
import sys
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml

from backend.errors import BadFile, BadInput, PosewrightError

T = TypeVar("T")
TASKS: Final = ("generate", "describe", "edit", "compare", "talk", "look")


def _positive(path: str, owner: object, *names: str) -> None:
    for name in names:
        if getattr(owner, name) <= 0:
            raise BadInput(f"{path}.{name}: expected a positive number, got {getattr(owner, name)}", "leave it out")


@dataclass(frozen=True)
class LoraConfig:
    """Low-rank adapters on the language model (Hu et al., 2022). The defaults are ChatPose's (Feng et al., 2024)."""

    rank: int = 128
    alpha: int = 256
    """The adapter's output is scaled by alpha / rank."""
    dropout: float = 0.05
    targets: tuple[str, ...] = ("q_proj", "v_proj")
    """Names of the linear layers that get an adapter; vision tower and projector never do."""


@dataclass(frozen=True)
class ScratchConfig:
    """A Llama-shaped model of our own, with its own byte-pair tokenizer learned from the training texts."""

    vocabulary: int = 3000
    hidden: int = 256
    intermediate: int = 704
    layers: int = 5
    heads: int = 4
    words_first: int = 0
    """Steps of a first stage that learns what single words say of a pose (`words_first`)."""


@dataclass(frozen=True)
class ModelConfig:
    """Which model is trained: `base`, a folder or a name that transformers can load, or a new one from `scratch`."""

    base: str = ""
    joints: str = "smplx52"
    """The joint set that the pose head answers in (`backend.lm.joints`)."""
    scratch: ScratchConfig | None = None
    copies: bool = False
    """Whether joints of an answer may be taken over from the pose that it changes; given to a base that has it not."""
    eyes: str = ""
    """A folder of `backend.train.eyes`; given to a base of ours that has none. They do not change any more."""
    lora: LoraConfig | None = None
    """None trains every weight of the language model."""

    def __post_init__(self) -> None:
        if bool(self.base) == (self.scratch is not None):
            raise BadInput("model: give either base or scratch", "base: a folder or name; scratch: a new small model")
        if self.eyes and not self.base:
            raise BadInput(
                "model.eyes are given to a model that can read", "train the words first, then name it as base"
            )


@dataclass(frozen=True)
class DataConfig:
    """What is learned from: a folder made by `python -m backend.train.data.build`."""

    folder: str
    mix: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(TASKS[:-1], 1.0))
    """Task -> how often it comes up, relative to the others; "look" is for models that see pictures."""
    batch: int = 32
    """Conversations in one step of one process."""
    longest: int = 192
    """Tokens; a longer conversation gives way to another."""
    bucket: int = 16
    """Batches that are sorted by length together, so that little is padded."""

    def __post_init__(self) -> None:
        unknown = sorted(set(self.mix) - set(TASKS))
        if unknown:
            raise BadInput(f"data.mix: no task is called {unknown[0]!r}", f"tasks: {', '.join(TASKS)}")
        if not any(self.mix.values()) or min(self.mix.values()) < 0:
            raise BadInput("data.mix: expected shares, none negative and one positive", "e.g. generate: 1")
        _positive("data", self, "batch", "longest", "bucket")


@dataclass(frozen=True)
class LossConfig:
    """What the terms of the loss count; the defaults are ChatPose's (Feng et al., 2024, section 3.2)."""

    words: float = 1.0
    """Cross-entropy of the answers' tokens, nats."""
    root: float = 0.1
    """Difference of the root's rotation matrix, mean over its elements."""
    body: float = 0.1
    """The same of the other joints but the fingers."""
    hands: float = 0.1
    """The same of the fingers."""
    joints: float = 0.0
    """Mean distance (m) of the 22 joints of the body, pelvis on pelvis."""
    norm: str = "l1"
    """Of a difference of matrices: l1 (ChatPose) or l2 (PoseLLaVA)."""

    def __post_init__(self) -> None:
        if self.norm not in ("l1", "l2"):
            raise BadInput(f"loss.norm: expected l1 or l2, got {self.norm!r}", "leave it out for ChatPose's l1")


@dataclass(frozen=True)
class OptimConfig:
    """AdamW with a linear warm-up and a cosine down to `floor`."""

    lr: float = 3e-4
    head_lr: float = 0.0
    """Of the pose head and the input of poses, which are new where the language model is not; 0: as `lr`."""
    words_lr: float = 0.0
    """Of the words' embeddings, which a cheap first stage may have learned already (`words_first`); 0: as `lr`."""
    steps: int = 1000
    """Optimiser steps; the cosine ends there."""
    warmup: int = 50
    floor: float = 0.05
    """Share of `lr` that is left at the end."""
    weight_decay: float = 0.05
    clip: float = 1.0
    """Largest norm of the gradient."""
    accumulate: int = 1
    """Batches whose gradients are added for one step."""

    def __post_init__(self) -> None:
        _positive("optim", self, "lr", "steps", "clip", "accumulate")


@dataclass(frozen=True)
class RunConfig:
    """How the run goes: precision, logs, checkpoints."""

    precision: str = "no"
    """no (float32), bf16 or fp16."""
    threads: int = 0
    """Of torch on the CPU; 0 leaves torch's own choice."""
    minutes: float = 0.0
    """Wall clock after which the run ends as if its steps were done, the cosine following the clock; 0: never."""
    log_every: int = 20
    check_every: int = 500
    """Steps between losses on the validation part and checkpoints."""
    keep: int = 2
    """Checkpoints that are kept, the newest."""
    tensorboard: bool = False
    half: bool = False
    """Save the finished model in float16: half the size."""

    def __post_init__(self) -> None:
        if self.precision not in ("no", "bf16", "fp16"):
            raise BadInput(f"run.precision: expected no, bf16 or fp16, got {self.precision!r}", "no runs everywhere")
        _positive("run", self, "log_every", "check_every", "keep")


@dataclass(frozen=True)
class TrainConfig:
    """A whole run. out: the folder of its checkpoints, logs and its last model."""

    out: str
    data: DataConfig
    model: ModelConfig
    loss: LossConfig = LossConfig()
    optim: OptimConfig = OptimConfig()
    run: RunConfig = RunConfig()
    seed: int = 0


def read_config(path: Path, overrides: Sequence[str] = (), kind: type[T] = TrainConfig) -> T:  # type: ignore[assignment]
    """The configuration of a YAML file with `key=value` overrides.

    Raises:
        BadFile: no such file, or no YAML. BadInput: an unknown key, a wrong type or a value out of range.
    """
    try:
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror or error}", "check the name and the folder") from None
    except yaml.YAMLError as error:
        raise BadFile(f"{path} is no YAML: {error}", "see docs/training.md for an example") from None
    if not isinstance(value, dict):
        raise BadFile(f"{path}: expected keys and values, got {type(value).__name__}", "see docs/training.md")
    for override in overrides:
        _override(value, override)
    return from_dict(kind, value)


def run_from(argv: Sequence[str] | None, doc: str | None, kind: type[T], run: Callable[[T], int]) -> int:
    """A command that is one YAML with overrides: reads it, runs, says errors; the exit status."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path)
    parser.add_argument("override", nargs="*", metavar="key=value", help="over the file, e.g. steps=200")
    options = parser.parse_args(argv)
    try:
        return run(read_config(options.config, options.override, kind))
    except PosewrightError as error:
        print("\n".join(filter(None, (error.message, error.hint))), file=sys.stderr)
        return error.exit_status


def _override(value: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise BadInput(f"{override!r}: expected key=value", "for example optim.steps=200")
    *parents, last = key.split(".")
    for parent in parents:
        value = value.setdefault(parent, {})
        if not isinstance(value, dict):
            raise BadInput(f"{override!r}: {parent} holds a value, not keys", "name a key of the file")
    value[last] = yaml.safe_load(text)


def from_dict(kind: type[T], value: Any, path: str = "") -> T:
    """A dataclass from plain values, checked field by field.

    Raises:
        BadInput: naming the path of the fault and what is allowed there.
    """
    if not isinstance(value, Mapping):
        raise BadInput(f"{path or 'the file'}: expected keys and values, got {_brief(value)}", "see docs/training.md")
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    hints = typing.get_type_hints(kind)
    for key in value:
        if key not in known:
            near = get_close_matches(str(key), known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"keys: {', '.join(known)}"
            raise BadInput(f"{_at(path, str(key))}: unknown key", hint)
    try:
        return kind(**{key: _value(hints[key], v, _at(path, key)) for key, v in value.items()})
    except TypeError as error:  # a field without a default
        missing = str(error).rpartition(": ")[2]
        raise BadInput(f"{path or 'the file'}: missing {missing}", f"keys: {', '.join(known)}") from None


def _value(hint: Any, value: Any, path: str) -> Any:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _value(inner[0], value, path)
    if is_dataclass(hint) and isinstance(hint, type):
        return from_dict(hint, value, path)
    if origin is tuple:
        if not isinstance(value, list):
            raise BadInput(f"{path}: expected a list, got {_brief(value)}", "write it as [a, b]")
        return tuple(_value(inner[0], v, f"{path}[{i}]") for i, v in enumerate(value))
    if origin is not None:  # Mapping[str, float]
        if not isinstance(value, Mapping):
            raise BadInput(f"{path}: expected keys and values, got {_brief(value)}", "write it as {a: 1, b: 2}")
        return {str(k): _value(inner[1], v, _at(path, str(k))) for k, v in value.items()}
    return _plain(hint, value, path)


def _plain(kind: type, value: Any, path: str) -> Any:
    if kind is float and isinstance(value, str):  # YAML 1.1 reads 3e-4 as text
        try:
            return float(value)
        except ValueError:
            pass
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        if kind is str and value is False:  # YAML 1.1 reads a bare no as false
            return "no"
        raise BadInput(f"{path}: expected {kind.__name__}, got {_brief(value)}", "see docs/training.md")
    return value


def _at(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _brief(value: Any) -> str:
    return f"{value!r:.60}"
