"""The engine `chatpose`: a pose language model of the user's choice, of ours or as it was published.

Its folder is named by POSEWRIGHT_CHATPOSE, or lies as `chatpose` among the other models. It holds what `backend.train`
saved, the published ChatPose, or the published PoseLLaVA.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from backend.vision.models import folder as models_folder
from rigs.licences import SMPLX_NOT_NEEDED

from .talking import Source, TalkingEngine

if TYPE_CHECKING:
    from backend.lm.chat import Chat
    from backend.lm.pose_lm import PoseLM

VARIABLE: Final = "POSEWRIGHT_CHATPOSE"
VISION_VARIABLE: Final = "POSEWRIGHT_CLIP"
_KNOWN: Final = ("pose_lm.json", "config.json", "adapter_config.json")
_NEXT: Final = (
    "download a model, e.g. ChatPose's (26 GB): hf download YaoFeng/CHATPOSE-V0 --local-dir FOLDER and hf download "
    f"openai/clip-vit-large-patch14-336, then set {VARIABLE}=FOLDER; docs/models.md has sizes and licences; "
    f"{SMPLX_NOT_NEEDED}"
)


def place() -> Path:
    """Where the model lies, or would."""
    noted = os.environ.get(VARIABLE, "")
    return Path(noted) if noted else models_folder() / "chatpose"


class ChatPoseEngine(TalkingEngine):
    """A folder with a pose language model in it."""

    name = "chatpose"
    title = "A pose language model (ChatPose, PoseLLaVA, or one trained here)"
    does = ("text", "image", "edit", "describe", "dialogue")

    def source(self) -> Source:
        folder = place()
        if not folder.is_dir():
            told = f"the folder {folder.name} that {VARIABLE} names" if os.environ.get(VARIABLE) else "a model"
            return Source(None, told, _NEXT)
        if not any((folder / name).is_file() for name in _KNOWN):
            return Source(None, f"a model in the folder {folder.name}", _NEXT)
        return Source(folder)

    def open(self, folder: Path) -> tuple[PoseLM, Chat]:
        from backend.lm.chatpose_checkpoint import load_chatpose
        from backend.lm.posellava_checkpoint import is_posellava, load_posellava
        from backend.lm.saving import NOTE

        if (folder / NOTE).is_file():
            return super().open(folder)
        noted = os.environ.get(VISION_VARIABLE, "")
        vision = Path(noted) if noted else None
        if is_posellava(folder):
            return load_posellava(folder, vision=vision)
        return load_chatpose(folder, vision)
