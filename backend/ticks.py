"""What is told while a request is worked on, and the place where its caller can stop it."""

from __future__ import annotations

from typing import Protocol


class Tick(Protocol):
    """Told the stage in words, by engines that write word by word the reply so far, and which step of how many it is.

    Steps are 0 where there are none or nobody knows how many.
    Raises errors.Cancelled when the caller wants to stop.
    """

    def __call__(self, stage: str, reply: str = "", *, step: int = 0, steps: int = 0) -> None: ...


def quiet(stage: str, reply: str = "", *, step: int = 0, steps: int = 0) -> None:
    """Nobody listens."""
    return
