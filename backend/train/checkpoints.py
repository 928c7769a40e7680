"""Checkpoints of a run: what is trained, the optimiser, the place in the data and the state of the random numbers.

A run that goes on from one takes the steps that it would have taken. Frozen weights come from `base`.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn

from backend.errors import BadFile

_FILE: Final = "state.pt"


@dataclass
class Progress:
    """step: optimiser steps done. position: batches that this process has seen. seconds: of training so far."""

    step: int = 0
    position: int = 0
    seconds: float = 0.0


def save(folder: Path, progress: Progress, model: nn.Module, optimizer: Any, rng: list[Any], keep: int) -> Path:
    """Write a checkpoint and remove all but the newest `keep`. rng: of every process."""
    final = folder / f"step-{progress.step:07d}"
    partial = folder / f".{final.name}"
    partial.mkdir(parents=True, exist_ok=True)
    state = {
        "progress": vars(progress),
        "trained": {n: p.detach().cpu() for n, p in model.named_parameters() if p.requires_grad},
        "buffers": {n: b.detach().cpu() for n, b in model.named_buffers()},
        "optimizer": optimizer.state_dict(),
        "rng": rng,
    }
    torch.save(state, partial / _FILE)
    shutil.rmtree(final, ignore_errors=True)
    partial.rename(final)  # whole or not there at all
    for old in found(folder)[:-keep]:
        shutil.rmtree(old)
    return final


def found(folder: Path) -> list[Path]:
    """The checkpoints of a run, the oldest first."""
    return sorted(p for p in folder.glob("step-*") if (p / _FILE).exists())


def load(checkpoint: Path, model: nn.Module, optimizer: Any, rank: int = 0) -> Progress:
    """Put everything back as it was.

    Raises:
        BadFile: the checkpoint is of another model.
    """
    state = torch.load(checkpoint / _FILE, map_location="cpu", weights_only=True)
    mine = {n: p for n, p in model.named_parameters() if p.requires_grad}
    theirs = state["trained"]
    differing = sorted(n for n in mine.keys() | theirs.keys() if n not in mine or n not in theirs)
    differing += [n for n in mine if n in theirs and mine[n].shape != theirs[n].shape]
    if differing:
        raise BadFile(
            f"{checkpoint} is of another model: {len(differing)} weights differ, among them {', '.join(differing[:3])}",
            "give the run another folder (out=...), or --fresh to begin anew",
        )
    with torch.no_grad():
        for name, parameter in mine.items():
            parameter.copy_(theirs[name])
        for name, buffer in model.named_buffers():
            if name in state["buffers"]:
                buffer.copy_(state["buffers"][name])
    optimizer.load_state_dict(state["optimizer"])
    set_rng(state["rng"][min(rank, len(state["rng"]) - 1)])
    return Progress(**state["progress"])


def rng_state() -> dict[str, Any]:
    """Of torch in this process, on the CPU and its GPU."""
    gpu = [torch.cuda.get_rng_state()] if torch.cuda.is_available() else []
    return {"cpu": torch.get_rng_state(), "gpu": gpu}


def set_rng(state: dict[str, Any]) -> None:
    torch.set_rng_state(state["cpu"])
    if torch.cuda.is_available() and state["gpu"]:
        torch.cuda.set_rng_state(state["gpu"][0])
