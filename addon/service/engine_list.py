"""The engines of the running service: asked for once per start, kept for the panel. No bpy."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from .client import ServiceError
from .process import RUNNING, Service

if TYPE_CHECKING:
    from ...rigs.wire import EngineInfo

known: tuple[EngineInfo, ...] = ()
"""What the last service that was asked said of its engines."""
_asked: int | None = None
_asking = threading.Lock()


def follow(service: Service, chore: Callable[[Callable[[], object]], None]) -> None:
    """Ask a service that has not been asked yet, away from the main thread; cheap, so that every tick may call it."""
    if service.state == RUNNING and service.pid is not None and service.pid != _asked and not _asking.locked():
        chore(lambda: ask(service))


def ask(service: Service) -> None:
    """Ask the service now; what was known stays where it does not answer."""
    global known, _asked
    with _asking:
        client, pid = service.client, service.pid
        if client is None or pid is None or pid == _asked:
            return
        _asked = pid
        with suppress(ServiceError):  # the panel goes on with what it knew; a service that is gone is told of elsewhere
            known = client.engines()


def get(name: str) -> EngineInfo | None:
    """What is known of an engine."""
    return next((info for info in known if info.name == name), None)


def items() -> list[tuple[str, str, str]]:
    """The engines to choose from as Blender's enumerations want them; those that lack something say so."""
    out = [("auto", "Auto", "The best engine that is ready: for words, and for pictures")]
    for info in known:
        label = info.title if info.available else f"{info.title} (not ready)"
        lacking = f"Lacks {', '.join(info.missing)}" if info.missing else info.next_step
        out.append((info.name, label, f"For {', '.join(info.does)}" if info.available else lacking))
    return out
