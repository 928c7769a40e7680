"""What an engine hands to the solver."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from backend.errors import BadFile, NotAvailable
from backend.posecodes import Program
from backend.solver.pose_program import Setting
from backend.ticks import Tick, quiet
from rigs.wire import EngineInfo, PoseRequest, Touch


@dataclass(frozen=True)
class Seen:
    """Whose pose in the request's picture comes first: box (x, y, w, h) px of the file, and what was seen to touch."""

    box: tuple[float, float, float, float]
    contacts: tuple[tuple[Touch, ...], ...] = ()


@dataclass(frozen=True, eq=False)
class Proposal:
    """program: what the pose must do. setting: where solving begins. reply: what to tell the user about the reading.

    asked: the part of the program that the user said in so many words, whose failures are worth telling.
    unread: words that nothing was made of. With None as program there is only a reply.
    takes: for alternatives, further programs that do what was asked, each with its part that was asked in words.
    seen: the program changes the pose that this person has in the picture, which the photo tier measures.
    others: further poses of an engine that makes its poses itself; with None alternatives are the solver's business.
    """

    program: Program | None
    setting: Setting
    reply: str
    asked: Program = ()
    unread: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    takes: Iterable[tuple[Program, Program]] = ()
    seen: Seen | None = None
    others: tuple[Setting, ...] | None = None


def or_embedded(step: str) -> str:
    """A next step, and the engine that answers without it."""
    other = "use the embedded engine (--engine embedded), which needs nothing more"
    return step if "embedded" in step else f"{step}; or {other}" if step else other


@contextmanager
def offering_another() -> Iterator[None]:
    """What stops a model from answering names the engine that needs none."""
    try:
        yield
    except (NotAvailable, BadFile) as fault:
        raise type(fault)(fault.message, or_embedded(fault.hint), fault.code) from fault


class Engine(Protocol):
    """One way to turn words and pictures into a proposal. `catalogue` lists them."""

    def info(self) -> EngineInfo:
        """Whether it can be used here, from what is installed; loads nothing, for it is asked at every start."""
        ...

    def propose(self, request: PoseRequest, tick: Tick = quiet) -> Proposal:
        """What the solver is to do. Engines that take long call `tick` now and then, with the reply so far.

        Raises:
            errors.BadInput: the request makes no sense. errors.NotAvailable: a tier is missing. errors.Cancelled: by
                `tick`.
        """
        ...
