"""The conversation so far, for language models that are to see its poses and pictures where they were spoken of.

A pose stands with the words that were said of it: with each thing that the user said goes the pose as it was then,
changed by hand or not, else the answer before it. So an answer's pose is seen with what was said next, in the form in
which models learn to change a pose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

import numpy as np

from backend.errors import BadFile, BadInput, NotAvailable
from rigs.wire import Pose, Turn

MOST_TURNS: Final = 24  # the latest: as many as the add-on keeps

UNSEEN: Final = "the person in a picture"  # what stands for a picture that came without words and is not shown

T = TypeVar("T", bound=Sized)


class Spoken(Protocol):
    """Anything that one side says in a turn."""

    @property
    def role(self) -> str: ...


S = TypeVar("S", bound=Spoken)


@dataclass(frozen=True, eq=False)
class Earlier:
    """One turn of the conversation so far.

    pose: of a user, what the words were said of; of the assistant, what was answered. posed: whether a user's words
    were answered with a pose. shown: whether a picture came with them. picture: (s, s, 3) uint8, of those that the
    model is to see.
    """

    role: str
    text: str
    pose: Pose | None = None
    posed: bool = False
    shown: bool = False
    picture: np.ndarray | None = None


def earlier(turns: Sequence[Turn], pictures: Mapping[int, np.ndarray] | None = None) -> tuple[Earlier, ...]:
    """The latest turns, each with what belongs to it.

    Args:
        pictures: by the number of the turn that they came with.
    """
    out: list[Earlier] = []
    now: Pose | None = None
    for i, turn in enumerate(turns):
        now = turn.pose or now
        if turn.role == "user":
            posed = i + 1 < len(turns) and turns[i + 1].role == "assistant" and turns[i + 1].pose is not None
            picture = (pictures or {}).get(i)
            out.append(Earlier("user", turn.text, now, posed, turn.image is not None, picture))
        else:
            out.append(Earlier("assistant", turn.text, turn.pose))
    return tuple(out[-MOST_TURNS:])


def from_the_user(turns: Sequence[S]) -> Sequence[S]:
    """The turns from where the user first speaks: conversations that models know begin so."""
    return turns[next((i for i, t in enumerate(turns) if t.role == "user"), len(turns)) :]


def earlier_pictures(
    turns: Sequence[Turn], most: int | None, look: Callable[[Turn], np.ndarray]
) -> tuple[dict[int, np.ndarray], tuple[str, ...]]:
    """The latest pictures of the conversation by the number of their turn, and a sentence about those that are lacking.

    Args:
        most: how many the model takes beside that of the request; None where it sees none.
        look: the square of a turn's picture. What it cannot read (BadFile, NotAvailable) is left out.
    """
    wanted = [i for i in range(len(turns)) if turns[i].role == "user" and turns[i].image is not None]
    wanted = [i for i in wanted if i >= len(turns) - MOST_TURNS]
    out: dict[int, np.ndarray] = {}
    why = "this model does not look at pictures" if most is None else "it takes only the latest"
    for i in reversed(wanted):
        if len(out) == (most or 0):
            break
        try:
            out[i] = look(turns[i])
        except (BadFile, NotAvailable) as fault:
            why = fault.message
    lacking = len(wanted) - len(out)
    told = f"The model was not shown {lacking} of the {len(wanted)} earlier pictures: {why}." if lacking else ""
    return out, (told,) if told else ()


def fitted(roles: Sequence[str], read: Callable[[int], T], room: int) -> tuple[T, tuple[str, ...]]:
    """A conversation as tokens, without its oldest turns where it is longer than a model reads, and a sentence on that.

    Args:
        roles: who speaks in each turn; the last is what is asked now.
        read: the conversation from a turn on. It begins with a user: models know no other conversations.

    Raises:
        BadInput: what is asked is too long by itself.
    """
    starts = [i for i, role in enumerate(roles) if role == "user" and (i == 0 or roles[i - 1] != "user")]
    for first in sorted({*starts, len(roles) - 1}):
        found = read(first)
        if len(found) <= room:
            kept = len(roles) - 1 - first
            told = f"only the last {kept} turns" if kept > 1 else "only the last turn" if kept else "no turns"
            cut = f"This model reads {room} tokens, so it was given {told} of the conversation."
            return found, (cut,) if first > starts[0] else ()
    raise BadInput(f"the prompt takes {len(found)} tokens, this model reads {room}", "say it shorter", "too_long")
