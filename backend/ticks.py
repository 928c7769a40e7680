"""What is told while a request is worked on, and the place where its caller can stop it."""

from __future__ import annotations

from typing import Protocol


class Tick(Protocol):
    """Told the stage in words, and by engines that write word by word the reply so far.

    Raises errors.Cancelled when the caller wants to stop.
    """

    def __call__(self, stage: str, reply: str = "") -> None: ...


def quiet(stage: str, reply: str = "") -> None:
    """Nobody listens."""
    return
