"""The engine `small`: the project's own small pose language model, which comes with the program (docs/training.md)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from backend.ticks import Tick, quiet
from rigs.wire import PoseRequest

from .proposal import Proposal
from .talking import Source, TalkingEngine

_RENDERS: Final = "This small model knows pictures from renders of a body; for photos of people take the engine photo."
FOLDER: Final = Path(__file__).parent.parent / "lm" / "shipped" / "small"


class SmallEngine(TalkingEngine):
    """A model of a few million weights: to see the tier work without a download."""

    name = "small"
    title = "The small pose language model that comes with the program"
    does = ("text", "image", "edit", "describe", "dialogue")

    def propose(self, request: PoseRequest, tick: Tick = quiet) -> Proposal:
        """As of any model; with a picture, a word on what it knows of pictures."""
        found = super().propose(request, tick)
        return replace(found, warnings=(*found.warnings, _RENDERS)) if request.image is not None else found

    def source(self) -> Source:
        if not (FOLDER / "pose_lm.json").is_file():
            return Source(None, "its weights, which come with the program", "install Posewright again")
        return Source(FOLDER)
