"""A request as UniPose gets it: its conversation under the one instruction format, poses as their tokens.

Models of ours read earlier turns as they were asked then: the same instructions, with the poses that lay before them,
and answers with theirs. The published model learned from single instructions only and gets one: what is asked now, with
the current pose, and where that means something only after earlier words ("more") these before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from backend.errors import BadInput
from backend.language.edits import read_edit
from backend.language.questions import answer_question
from backend.language.remarks import plain, remark_in, without_pronoun
from rigs.wire import Pose, PoseRequest

from .earlier import UNSEEN, Earlier, earlier, from_the_user

if TYPE_CHECKING:
    from backend.lm.pose_instructions import Task
    from backend.lm.unipose import UniPose
    from backend.lm.unipose_reading import Read

WORDLESS: Final = "The model answered with a pose."  # what the user reads where it wrote no words


@dataclass(frozen=True, eq=False)
class Part:
    """One turn as the model reads it: text with poses and pictures in their places."""

    role: str
    text: str
    picture: np.ndarray | None = None


def task_of(request: PoseRequest) -> Task:
    """Which of UniPose's tasks a request is: its intent says, else its words, as the embedded engine reads them.

    Raises:
        BadInput: a pose is to be described or changed, and there is none.
    """
    current, intent = request.current, request.intent
    if request.image is not None:
        return "image_to_text" if intent == "describe" else "image_to_pose"
    asks = intent == "auto" and answer_question(request.prompt, current, request.turns) is not None
    if intent in ("describe", "change") and current is None:
        raise BadInput(f"there is no pose to {intent}", "give one as start, or pose something first", "no_pose")
    if intent == "describe" or (asks and current is not None):
        return "pose_to_text"
    if current is not None and intent != "new" and (intent == "change" or _changes(request.prompt, current)):
        return "edit"
    return "text_to_pose"


def _changes(words: str, pose: Pose) -> bool:
    """Whether words change a pose: an instruction, or what goes on with an earlier one ("more", "a bit higher")."""
    return bool(read_edit(words, pose)) or _goes_on(words)


def _goes_on(words: str) -> bool:
    """Whether words mean something only after what was said before."""
    said = plain(words)
    return remark_in(said) is not None or bool(without_pronoun(said, "it"))


def conversation(
    model: UniPose,
    task: Task,
    request: PoseRequest,
    picture: np.ndarray | None,
    pictures: Mapping[int, np.ndarray] | None = None,
) -> list[Part]:
    """What the model reads, from where the user first speaks; the last part is what is asked now.

    Args:
        picture, pictures: squares of the request's picture and, by the number of their turn, of earlier ones.
    """
    words = model.reader.plain(request.prompt).rstrip(".")
    alone = model.config.wording == "published"
    if alone and task == "edit" and _goes_on(request.prompt):
        words = "; ".join([*(model.reader.plain(t).rstrip(".") for t in _gone_on_with(request)), words])
    pose = request.current if task in ("edit", "pose_to_text") else None
    now = Part("user", _question(model, task, words, pose), picture)
    if alone:
        return [now]
    before = [_part(model, turn) for turn in earlier(request.turns, pictures)]
    return [*from_the_user(before), now]


def _gone_on_with(request: PoseRequest) -> list[str]:
    """What the user said before, from the last words on that mean something by themselves."""
    said = [t.text for t in request.turns if t.role == "user"]
    first = next((i for i in reversed(range(len(said))) if not _goes_on(said[i])), 0)
    return said[first:]


def _part(model: UniPose, turn: Earlier) -> Part:
    words = model.reader.plain(turn.text.removesuffix(WORDLESS)).strip()
    if turn.role != "user":
        return Part("assistant", f"{words} {model.told(turn.pose.rotvecs)}".strip() if turn.pose is not None else words)
    task = _task_then(turn)
    words = (words or (UNSEEN if turn.shown else "")).rstrip(".")
    return Part("user", words if task is None else _question(model, task, words, turn.pose), turn.picture)


def _task_then(turn: Earlier) -> Task | None:
    """Which task a user's earlier words were; None for what is no task, such as a greeting."""
    if turn.picture is not None:
        return "image_to_pose" if turn.posed else "image_to_text"
    if turn.posed:
        return "edit" if turn.pose is not None and _changes(turn.text, turn.pose) else "text_to_pose"
    asks = turn.pose is not None and answer_question(turn.text, turn.pose) is not None
    return "pose_to_text" if asks else None


def _question(model: UniPose, task: Task, words: str, pose: Pose | None) -> str:
    things = {"caption": words, "image": model.reader.picture}
    if pose is not None:
        things["pose"] = model.told(pose.rotvecs)
    return model.asked(task, **things)


def read_from(model: UniPose, parts: Sequence[Part], first: int) -> Read:
    """The conversation from a part on, as tokens; who speaks twice in a row says both at once, as templates demand."""
    said: list[tuple[str, str]] = []
    for part in parts[first:]:
        text = part.text
        if said and said[-1][0] == part.role:
            text = f"{said.pop()[1]}\n{text}"
        said.append((part.role, text))
    return model.reader.read(said, [p.picture for p in parts[first:] if p.picture is not None], ask=True)
