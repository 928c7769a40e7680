"""UniPose's tasks as one instruction format (§3.4): a question and an answer, poses and pictures in their places."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Final, Literal, get_args

import numpy as np

from backend.errors import BadInput

Task = Literal[
    "pose_to_text", "pose_difference", "image_to_text", "image_difference", "text_to_pose", "image_to_pose", "edit"
]
TASKS: Final[tuple[Task, ...]] = get_args(Task)
Wording = Literal["ours", "published"]
# How the published model was asked in its first stages (facts of its instruction files); it answers with a full stop.
PUBLISHED: Final[dict[Task, str]] = {
    "pose_to_text": "Generate description of the pose {pose}.",
    "pose_difference": "Output the difference between pose {pose} and pose {other}.",
    "image_to_text": "Generate description of the pose in the image: {image}.",
    "image_difference": "Output the difference between image {image} and {other_image}.",
    "text_to_pose": "Generate pose of the description: {caption}.",
    "image_to_pose": "Generate pose of the image: {image}.",
    "edit": "Edit pose {pose} by description: {caption}.",
}
FILE: Final = Path(__file__).with_name("pose_instructions.toml")


@dataclass(frozen=True)
class Template:
    """Texts with places: {caption}, {pose}, {other}, {image}, {other_image}."""

    question: str
    answer: str

    @property
    def places(self) -> frozenset[str]:
        """Names of what must be given to fill it."""
        return frozenset(n for text in (self.question, self.answer) for _, n, _, _ in Formatter().parse(text) if n)

    def filled(self, **things: str) -> tuple[str, str]:
        """Question and answer with everything in its place.

        Raises:
            BadInput: something is not given.
        """
        lacking = sorted(self.places - set(things))
        if lacking:
            raise BadInput(f"the instruction {self.question!r} lacks {', '.join(lacking)}", "give what the task needs")
        return self.question.format(**things), self.answer.format(**things)


@cache
def templates(task: Task) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Questions and answers of a task. Raises BadInput for one that there is not."""
    if task not in TASKS:
        raise BadInput(f"there is no task {task!r}", f"tasks: {', '.join(TASKS)}")
    table = tomllib.loads(FILE.read_text("utf-8"))[task]
    return tuple(table["questions"]), tuple(table["answers"])


def drawn(task: Task, rng: np.random.Generator) -> Template:
    """One of a task's questions with one of its answers."""
    questions, answers = templates(task)
    return Template(questions[int(rng.integers(len(questions)))], answers[int(rng.integers(len(answers)))])


def asked(task: Task, wording: Wording, **things: str) -> str:
    """A task as one question: the plainest of its templates.

    Raises:
        BadInput: something that the task needs is not given.
    """
    question = PUBLISHED[task] if wording == "published" else templates(task)[0][0]
    return Template(question, "").filled(**things)[0]
