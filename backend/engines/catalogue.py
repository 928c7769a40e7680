"""Which engines there are, whether each can be used here and now, and what to do where it cannot.

An engine is a class of its own module, named in `ENGINES`. Its module and its constructor are cheap: they look for
packages and files (`find_spec`, paths) and load none; models come with the first proposal.
"""

from __future__ import annotations

from importlib import import_module
from threading import Lock
from typing import Final

from backend.errors import BadInput, NotAvailable
from backend.vision import checkpoints
from backend.vision.models import NEXT_STEP, missing
from rigs.wire import EngineInfo

from .proposal import Engine, or_embedded

# name: module within this package, class. The order is that of the list which users see.
ENGINES: Final[dict[str, tuple[str, str]]] = {
    "embedded": ("embedded", "EmbeddedEngine"),
    "writer": ("writer", "WriterEngine"),
    "chatpose": ("chatpose", "ChatPoseEngine"),
    "unipose": ("unipose", "UniPoseEngine"),
    "small": ("small", "SmallEngine"),
}
AUTO: Final = ("embedded",)  # the best first; the first that is ready answers requests that name no engine
PICTURES: Final = ("photo", "vitpose")  # engines that the pipeline itself runs, for requests with a picture


def photo_info() -> EngineInfo:
    """The engine that poses from pictures: whether its packages and models are here."""
    lacking = missing()
    step = NEXT_STEP if lacking else ""
    return EngineInfo("photo", "Photo fit (landmarks + solver)", not lacking, ("image",), lacking, step)


def vitpose_info() -> EngineInfo:
    """The same with points by the user's ViTPose: whether its packages and checkpoints are here as well."""
    lacking = (*missing(), *checkpoints.missing())
    step = (NEXT_STEP if missing() else checkpoints.NEXT_STEP) if lacking else ""
    return EngineInfo("vitpose", "Photo fit with ViTPose's points", not lacking, ("image",), lacking, step)


class Catalogue:
    """The engines by name; each is made when it is first asked for. Safe to call from several threads."""

    def __init__(self) -> None:
        self._made: dict[str, Engine] = {}
        self._lock = Lock()

    def infos(self) -> tuple[EngineInfo, ...]:
        """The state of every engine, those that can be used and those that lack something."""
        infos = [self._engine(name).info() for name in ENGINES]
        return (infos[0], photo_info(), vitpose_info(), *infos[1:])

    def get(self, name: str) -> tuple[str, Engine]:
        """The engine for a request; "auto" is the best that is ready.

        Raises:
            BadInput: no engine has this name. NotAvailable: it cannot be used here.
        """
        if name == "auto":
            ready = (each for each in AUTO if self._engine(each).info().available)
            name = next(ready, AUTO[-1])
        if name in PICTURES:
            told = f"the engine {name!r} poses from pictures, and there is none"
            raise BadInput(told, "give a picture", "no_picture")
        if name not in ENGINES:
            known = ["auto", *ENGINES, *PICTURES]
            raise BadInput(f"there is no engine {name!r}", f"engines: {', '.join(known)}", "unknown_engine")
        info = self._engine(name).info()
        if not info.available:
            raise NotAvailable(f"the engine {name!r} lacks {', '.join(info.missing)}", or_embedded(info.next_step))
        return name, self._engine(name)

    def _engine(self, name: str) -> Engine:
        with self._lock:
            if name not in self._made:
                module, cls = ENGINES[name]
                self._made[name] = getattr(import_module(f".{module}", __package__), cls)()
            return self._made[name]
