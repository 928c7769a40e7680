"""A model that writes: what it is asked and what it gives back. It is behind an address, or on this computer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from backend.errors import PosewrightError
from backend.ticks import Tick

from .answers import Form
from .prompt import Message

Schema = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """Messages, and the JSON Schema of what is to be written.

    schema: called with the form that it has to have (`answers`). reply: of a text that is still being written, what the
    user may be shown of it.
    """

    messages: tuple[Message, ...]
    schema: Callable[[Form], Schema]
    reply: Callable[[str], str] = lambda text: ""


@dataclass(frozen=True)
class Written:
    """One text. held: whether it was held to the schema. finished: whether the model came to an end of its own."""

    text: str
    held: bool
    finished: bool = True
    tokens_in: int = 0
    tokens_out: int = 0


class Author(Protocol):
    """One model, ready to write."""

    def write(self, task: Task, n: int, seed: int, tick: Tick) -> list[Written | PosewrightError]:
        """N texts, or why one could not be written.

        Raises:
            errors.Cancelled: by `tick`.
        """
        ...
