"""The engine `writer`: any instruct model writes a program of posecodes; the solver makes the pose.

The model is the user's own, behind an address or in a folder (docs/writer.md); nothing is downloaded and nothing is
sent anywhere that the settings do not allow.
"""

from __future__ import annotations

import socket
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from backend.body.model import BodyModel
from backend.errors import BadInput, NotAvailable, PosewrightError
from backend.posecodes import program_to_json
from backend.solver import pose_program
from backend.solver.pose_program import Setting, within_reach
from backend.ticks import Tick, quiet
from backend.writer.answers import Answer, Choices
from backend.writer.asking import messages_for
from backend.writer.author import Author
from backend.writer.beginnings import CURRENT, PHOTO, begun
from backend.writer.drafts import Draft
from backend.writer.settings import Settings, file_path, read_settings
from backend.writer.writing import Account, Outcome, write_answer
from rigs.wire import EngineInfo, PoseRequest, SolveRequest

from . import stated
from .proposal import Proposal, offering_another
from .settling import allowed_joints, setting_for

if TYPE_CHECKING:
    from .pictured import Pictured

_TITLE: Final = "Any instruct model writes posecodes"
_DOES: Final = ("text", "edit", "dialogue")
_SET_UP: Final = "run: posewright writer url=http://127.0.0.1:11434/v1 model=NAME (docs/writer.md)"
_LOCAL_PACKAGES: Final = ("torch", "transformers", "llguidance")
_REACH_SECONDS: Final = 0.3
_MOST_TAKES: Final = 4  # answers that are written for the sake of alternatives


class WriterEngine:
    """Words to posecodes by a language model. Makes its author anew when the settings change."""

    def __init__(self) -> None:
        self._made: tuple[Settings, Author] | None = None

    def info(self) -> EngineInfo:
        """From the settings, the packages and, for a server on this computer, whether something listens there."""
        try:
            settings = read_settings()
        except PosewrightError as fault:
            return EngineInfo("writer", _TITLE, False, _DOES, (fault.message,), fault.hint)
        missing, step = _missing(settings)
        does = (*_DOES, "image") if settings.vision else _DOES
        title = f"{_TITLE}: {settings.model}" if settings.is_set else _TITLE
        return EngineInfo("writer", title, not missing, does, missing, step)

    def propose(self, request: PoseRequest, tick: Tick = quiet) -> Proposal:
        """What the model writes, chosen, checked and once sent back.

        Raises:
            NotAvailable: the model cannot be asked, or writes nothing that can be used. Cancelled: by `tick`.
        """
        with offering_another():
            return self.answered(request, tick)[0]

    def answered(self, request: PoseRequest, tick: Tick = quiet) -> tuple[Proposal, Account]:
        """The proposal, and how it came about. Raises as `propose`."""
        settings = read_settings()
        author = self._author(settings)
        pictured = _pictured(request, settings, tick)
        choices = _choices(request, len(pictured.people) if pictured else 0)
        outcome = write_answer(
            author,
            messages_for(request, choices, (pictured.shown,) if pictured else ()),
            choices,
            lambda answer: _draft(answer, request),
            n=max(settings.samples, min(request.n, _MOST_TAKES)),
            seed=request.seed,
            tick=tick,
        )
        proposal = _told(outcome, request)
        if outcome.answer.begin == PHOTO and pictured is not None:
            seen = pictured.seen(outcome.answer.person, author, request, tick)
            proposal = replace(proposal, seen=seen, takes=())
        return proposal, outcome.account

    def _author(self, settings: Settings) -> Author:
        if self._made is None or self._made[0] != settings:
            self._made = (settings, _author(settings))
        return self._made[1]


def _author(settings: Settings) -> Author:
    if settings.url:
        from backend.writer.endpoint import Endpoint

        return Endpoint(settings)
    from backend.writer.local import Local

    return Local(settings)


def _missing(settings: Settings) -> tuple[tuple[str, ...], str]:
    """What is not there, and what to do about it."""
    if not settings.is_set:
        return ("a model",), _SET_UP
    if settings.url:
        return _missing_server(settings)
    lacking = tuple(f"the package {name}" for name in _LOCAL_PACKAGES if find_spec(name) is None)
    if lacking:
        return lacking, 'run: pip install "posewright[llm]", or use a server with posewright writer url=...'
    if not (settings.folder / "config.json").is_file():
        return (f"the folder {settings.model}",), f"give a folder with a transformers model, or a url; in {file_path()}"
    return (), ""


def _missing_server(settings: Settings) -> tuple[tuple[str, ...], str]:
    if find_spec("requests") is None:
        return ("the package requests",), 'run: pip install "posewright[writer]"'
    if settings.is_remote:
        if settings.remote == "refuse":
            step = "run: posewright writer remote=words (what is sent then: docs/writer.md)"
            return (f"the permission to send words to {settings.place}",), step
        return (), ""
    return ((), "") if _listens(settings) else ((f"a server at {settings.place}",), "start it, or change url")


def _listens(settings: Settings) -> bool:
    """Whether something takes connections at an address of this computer."""
    parts = urlsplit(settings.url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((parts.hostname or "", port), timeout=_REACH_SECONDS):
            return True
    except OSError:
        return False


def _pictured(request: PoseRequest, settings: Settings, tick: Tick) -> Pictured | None:
    """The picture of the request, where it has one. Raises NotAvailable where the model sees none."""
    if request.image is None:
        return None
    if not settings.vision:
        raise NotAvailable(
            f"{settings.model} is not set as a model that sees pictures",
            "if it is: posewright writer vision=yes; or use the engine photo",
            "writer_model",
        )
    from .pictured import Pictured  # who never shows a picture need not wait for its modules

    return Pictured.of(request, tick)


def _choices(request: PoseRequest, people: int) -> Choices:
    """What an answer may begin with, after what the request says its words are for."""
    there = request.current is not None
    if request.intent == "change" and not there:
        raise BadInput("there is no pose to change", "give one as start, or pose something first", "no_pose")
    new = request.intent in ("auto", "new")
    return Choices(there and request.intent != "new", people, new)


def _proposal(answer: Answer, request: PoseRequest) -> Proposal:
    """The program with what it begins with, where solving begins, and the model's own statements as what was asked."""
    if not answer.has_pose:
        return Proposal(None, Setting.neutral(), answer.reply)
    if answer.begin == PHOTO:
        return Proposal(answer.program, Setting.neutral(), answer.reply, answer.program)
    if answer.begin == CURRENT:
        body = SolveRequest(
            tuple(program_to_json(answer.program)), start=request.current, scope=request.scope, locks=request.locks
        )
        return replace(stated.propose(body), reply=answer.reply)
    asked, cut = within_reach(answer.program)
    setting = setting_for(allowed_joints(request), request.current)
    notes = tuple(f"{note}." for note in cut)
    return Proposal(begun(answer.begin, asked), setting, answer.reply, asked, warnings=notes)


def _draft(answer: Answer, request: PoseRequest) -> Draft | None:
    if not answer.has_pose or answer.begin == PHOTO:
        return None
    proposal = _proposal(answer, request)
    shaped = BodyModel.load().shaped(request.current.betas if request.current is not None else None)
    return Draft.of(pose_program(shaped, proposal.program or (), proposal.setting)[0], proposal.asked)


def _told(outcome: Outcome, request: PoseRequest) -> Proposal:
    """The proposal of an outcome, with the other answers as takes."""
    answer = outcome.answer
    if request.intent == "describe":
        answer = Answer(answer.reply, "none")
    proposal = _proposal(answer, request)
    takes = []
    for other in outcome.others:
        if PHOTO not in (other.begin, answer.begin) and (other.begin == CURRENT) == (answer.begin == CURRENT):
            taken = _proposal(other, request)
            takes.append((taken.program or (), taken.asked))
    if not proposal.reply and proposal.program is None:
        raise NotAvailable("the model said nothing", "say it in other words, or use the embedded engine", "no_program")
    return replace(proposal, takes=takes)
