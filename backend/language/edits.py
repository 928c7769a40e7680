"""Words that change the current pose: what moves, what stays."""

from __future__ import annotations

from dataclasses import dataclass

from backend.posecodes import Program
from rigs.wire import Pose


@dataclass(frozen=True)
class Edit:
    """A change of the current pose."""

    program: Program
    scope: frozenset[str] | None
    mirror: bool
    reply: str
    unread: tuple[str, ...] = ()


def read_edit(prompt: str, current: Pose) -> Edit | None:
    """None: no edit but a new pose."""
    return None
