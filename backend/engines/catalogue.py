"""Which engines there are, whether each can be used here and now, and what to do where it cannot."""

from __future__ import annotations

from backend.errors import BadInput, NotAvailable
from backend.vision.models import NEXT_STEP, missing
from rigs.wire import EngineInfo

from .embedded import EmbeddedEngine
from .proposal import Engine

_LATER = "not part of this version; the embedded engine answers meanwhile"
PLANNED: tuple[EngineInfo, ...] = (
    EngineInfo(
        "writer",
        "Any instruct model writes posecodes",
        False,
        ("text", "dialogue"),
        ("the language-model tier",),
        _LATER,
    ),
    EngineInfo(
        "chatpose", "ChatPose checkpoints", False, ("text", "image", "dialogue"), ("the language-model tier",), _LATER
    ),
    EngineInfo(
        "unipose",
        "UniPose checkpoints",
        False,
        ("text", "image", "edit", "describe"),
        ("the language-model tier",),
        _LATER,
    ),
)


def photo_info() -> EngineInfo:
    """The engine that poses from pictures: whether its packages and models are here."""
    lacking = missing()
    step = NEXT_STEP if lacking else ""
    return EngineInfo("photo", "Photo fit (landmarks + solver)", not lacking, ("image",), lacking, step)


class Catalogue:
    """The engines by name."""

    def __init__(self) -> None:
        self._ready: dict[str, Engine] = {"embedded": EmbeddedEngine()}

    def infos(self) -> tuple[EngineInfo, ...]:
        return (*(e.info() for e in self._ready.values()), photo_info(), *PLANNED)

    def get(self, name: str) -> tuple[str, Engine]:
        """The engine for a request; "auto" is the best that is ready.

        Raises:
            BadInput: no engine has this name. NotAvailable: it cannot be used here.
        """
        if name == "auto":
            name = "embedded"
        if name in self._ready:
            return name, self._ready[name]
        if name == "photo":
            raise BadInput("the engine 'photo' poses from pictures, and there is none", "give a picture", "no_picture")
        planned = next((e for e in PLANNED if e.name == name), None)
        if planned is None:
            known = ["auto", *self._ready, "photo", *(e.name for e in PLANNED)]
            raise BadInput(f"there is no engine {name!r}", f"engines: {', '.join(known)}", "unknown_engine")
        raise NotAvailable(f"the engine {name!r} lacks {', '.join(planned.missing)}", planned.next_step)
