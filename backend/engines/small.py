"""The engine `small`: the project's own small pose language model, which comes with the program (docs/training.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from .talking import Source, TalkingEngine

FOLDER: Final = Path(__file__).parent.parent / "lm" / "shipped" / "small"


class SmallEngine(TalkingEngine):
    """A model of a few million weights: to see the tier work without a download."""

    name = "small"
    title = "The small pose language model that comes with the program"
    does = ("text", "edit", "describe", "dialogue")

    def source(self) -> Source:
        if not (FOLDER / "pose_lm.json").is_file():
            return Source(None, "its weights, which come with the program", "install Posewright again")
        return Source(FOLDER)
