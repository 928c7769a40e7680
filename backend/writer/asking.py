"""A request as a message to a language model: the conversation so far, the pose now, what may move, what is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from backend.body.model import BodyModel
from backend.body.rotations import rotvec_to_rotmat
from backend.language.captions import describe
from backend.posecodes import Program, observed
from backend.posecodes.contact import Contact
from backend.posecodes.direction import Direction
from backend.posecodes.facing import Facing
from backend.posecodes.ground import Airborne, Support
from backend.posecodes.tracking import posed
from backend.posecodes.turn import Turn
from rigs.wire import Pose, PoseRequest
from rigs.wire import Turn as Said

from .answers import Choices
from .prompt import Message, system_prompt

_TELLING: Final = (Support, Airborne, Direction, Facing, Turn, Contact)  # what bends say follows from directions
_TURNED: Final = 10.0  # deg; less is no turn
_TURNS: Final = 8  # of the conversation that are told, the last ones
_TURN_CHARS: Final = 600
_NOTHING_SAID: Final = "(no words: take the pose of the person in the picture)"


def messages_for(request: PoseRequest, choices: Choices, images: tuple[bytes, ...] = ()) -> list[Message]:
    """The system's message and the user's."""
    return [Message("system", system_prompt(choices)), Message("user", "\n".join(_lines(request, choices)), images)]


def _lines(request: PoseRequest, choices: Choices) -> Iterator[str]:
    if request.turns:
        yield "The conversation so far:"
        yield from (_turn(turn) for turn in request.turns[-_TURNS:])
    if choices.current and request.current is not None:
        yield f"The pose now: {describe(request.current)[1]}"
        yield f"In statements: {'; '.join(code.said() for code in told(request.current))}."
    if request.scope:
        yield f"Only these may move: {', '.join(request.scope)}."
    if request.locks:
        yield f"These must not move: {', '.join(request.locks)}."
    if request.points:
        places = (f"{name} [{', '.join(f'{v:.2f}' for v in place)}]" for name, place in request.points.items())
        yield f"Places in the scene: {'; '.join(places)}."
    if isinstance(request.person, str) and choices.people:
        yield f"Who is meant in the picture: {request.person}."
    if request.image is not None and not choices.people:
        yield "Nobody was found in the picture whose pose could be measured."
    yield f"Request: {request.prompt.strip() or _NOTHING_SAID}"


def _turn(turn: Said) -> str:
    who = "User" if turn.role == "user" else "You"
    return f"{who}: {' '.join(turn.text.split())[:_TURN_CHARS]}{' (a pose was made)' if turn.pose is not None else ''}"


def told(pose: Pose) -> Program:
    """What of a pose is told to a model: what bears, where the trunk and limbs point, touches."""
    shaped = BodyModel.load().shaped(pose.betas)
    body = posed(shaped.joints, rotvec_to_rotmat(pose.rotvecs), pose.transl, observed.TRACKED)
    codes = (c for c in observed.observed(body) if isinstance(c, _TELLING))
    return tuple(c for c in codes if not isinstance(c, Turn) or abs(c.degrees) >= _TURNED)
