"""Requests as conversations with a pose language model, and its replies as words and poses for the user.

A model stands its characters in front of itself: poses are turned to face ahead before they are given to it, and what
it answers without a picture faces where the character of the request does. Earlier turns are put as they were put when
they were asked: with the pose that was to be changed and their picture, in the same form of words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from backend.body.kinematics import heading_of
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.solver.stance import neutral_stance
from rigs.wire import Pose, PoseRequest

from .earlier import UNSEEN, Earlier, earlier, from_the_user
from .settling import allowed_joints, resting, with_fixed

if TYPE_CHECKING:
    from backend.lm.chat import Chat, Utterance

_SPOKEN: Final = "this pose"
_NUMBERED: Final = re.compile(r"\bpose (\d+)\b")
_ASKED: Final = re.compile(r"\?\s*$|\bSMPL\b", re.IGNORECASE)  # words that are put to the model as they are


@dataclass(frozen=True)
class Talk:
    """A request as the model gets it. given: whether the current pose is in it."""

    turns: tuple[Utterance, ...]
    given: bool


def talk_of(
    request: PoseRequest,
    chat: Chat,
    picture: np.ndarray | None,
    pictures: Mapping[int, np.ndarray] | None = None,
) -> Talk:
    """The conversation so far, from where the user first speaks, and what is asked now.

    Args:
        picture: (s, s, 3) uint8, the square of the request's picture that the model is to see.
        pictures: the same of earlier turns, by their number.
    """
    from backend.lm.chat import Utterance

    before = tuple(_utterance(turn, chat) for turn in earlier(request.turns, pictures))
    poses = () if request.intent == "new" else _given(request.current, chat)
    asked = Utterance("user", _asked(request, chat, bool(poses)), poses, picture=picture)
    return Talk((*from_the_user(before), asked), bool(poses))


def _utterance(turn: Earlier, chat: Chat) -> Utterance:
    """A turn of the conversation so far; an answered pose stands behind the words that brought it."""
    from backend.lm.chat import Utterance

    words = chat.plain(turn.text)
    if turn.role == "user":
        poses, seen = _given(turn.pose, chat), turn.picture is not None
        words = words or (UNSEEN if turn.shown and not seen else "")
        return Utterance(
            "user", _worded(words, chat, bool(poses), seen) if turn.posed else words, poses, picture=turn.picture
        )
    if turn.pose is None:
        return Utterance("assistant", words)
    return Utterance("assistant", unspoken(words, chat.config.pose_token), (_ahead(turn.pose, chat),))


def _given(pose: Pose | None, chat: Chat) -> tuple[np.ndarray, ...]:
    """A pose as it is given to a model that takes poses; none to others."""
    return (_ahead(pose, chat),) if pose is not None and chat.config.takes_poses else ()


def _ahead(pose: Pose, chat: Chat) -> np.ndarray:
    """(J, 3, 3): a pose that faces ahead, in the model's joints and frame."""
    from backend.lm.joints import facing_ahead, to_model

    return to_model(facing_ahead(pose.rotvecs)[0], chat.config.joint_set, chat.config.root_frame)


def in_turn(turns: Sequence[Utterance]) -> list[Utterance]:
    """Speakers one after the other, as chat templates demand: who speaks twice in a row says both at once."""
    out: list[Utterance] = []
    for turn in turns:
        if not out or out[-1].role != turn.role:
            out.append(turn)
            continue
        last = out.pop()
        poses = (*last.poses, *turn.poses) if turn.role == "assistant" else turn.poses or last.poses
        picture = last.picture if turn.picture is None else turn.picture
        text = "\n".join(t for t in (last.text, turn.text) if t)
        out.append(replace(turn, text=text, poses=poses, picture=picture))
    return out


def _asked(request: PoseRequest, chat: Chat, given: bool) -> str:
    """What is asked now."""
    words = chat.plain(request.prompt)
    if request.intent == "describe":
        return words or "What does this person do?"
    return _worded(words, chat, given, request.image is not None)


def _worded(words: str, chat: Chat, given: bool, seen: bool) -> str:
    """Words in the form that the model answers with a pose, where they are no question."""
    config = chat.config
    form = config.asks_change if given else config.asks_picture if seen else config.asks_words
    if form == "{prompt}" or _ASKED.search(words):
        return words
    ended = words if not words or words[-1] in ".!" else f"{words}."
    return form.format(prompt=ended).strip()


def spoken(text: str, token: str) -> str:
    """A reply as the user reads it: "It is [SEG] ." becomes "It is this pose."; several poses are numbered."""
    count = text.count(token)
    parts = [part.strip() for part in text.split(token)]
    said = parts[0]
    for k, part in enumerate(parts[1:], 1):
        name = _SPOKEN if count == 1 else f"pose {k}"
        said = f"{said} {name}" if said else name.capitalize()
        said += part if re.match(r"[.,;:!?)]", part) else f" {part}" if part else ""
    return said


def unspoken(text: str, token: str) -> str:
    """The words of an earlier reply with the pose token in them once, where its pose was, else behind them."""
    for pattern in (re.compile(re.escape(_SPOKEN), re.IGNORECASE), _NUMBERED):
        if pattern.search(text):
            return pattern.sub(token, text, count=1)
    return f"{text} {token}".strip()


def pose_of(rotmats: np.ndarray, request: PoseRequest, chat: Chat) -> Pose:
    """A pose that the model answered (J, 3, 3) as ours: where the character stands, on the ground, locked joints kept.

    Joints that the model does not speak of, such as the fingers of older ones, are at ease.
    """
    from backend.lm.joints import from_model

    config, current = chat.config, request.current
    ease = rotmat_to_rotvec(neutral_stance())
    rotvecs = from_model(rotmats, config.joint_set, config.root_frame, ease)
    place = np.zeros(3)
    betas = np.zeros(10) if current is None else current.betas
    if current is not None:
        place = current.transl * np.array([1.0, 0.0, 1.0])
    if current is not None and request.image is None:
        heading = heading_of(rotvec_to_rotmat(current.rotvecs[0]))
        rotvecs[0] = rotmat_to_rotvec(heading @ rotvec_to_rotmat(rotvecs[0]))
    allowed = allowed_joints(request)
    kept = current or resting(Pose(ease, place, betas))
    pose = with_fixed(Pose(rotvecs, place, betas), kept, allowed)
    return pose if allowed is not None and "pelvis" not in allowed else resting(pose)
