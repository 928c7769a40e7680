"""The instruction format: every task has its things, and they are filled in."""

from __future__ import annotations

import numpy as np
import pytest

from backend.errors import BadInput
from backend.lm.pose_instructions import TASKS, Template, asked, drawn, templates


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_templates_with_its_things(task: str) -> None:
    questions, answers = templates(task)  # type: ignore[arg-type]
    needs = {
        "pose_to_text": {"pose", "caption"}, "pose_difference": {"pose", "other", "caption"},
        "image_to_text": {"image", "caption"}, "image_difference": {"image", "other_image", "caption"},
        "text_to_pose": {"caption", "pose"}, "image_to_pose": {"image", "pose"}, "edit": {"pose", "caption", "other"},
    }  # fmt: skip
    for question in questions:
        for answer in answers:
            assert Template(question, answer).places == needs[task]


def test_drawn_templates_are_filled() -> None:
    rng = np.random.default_rng(0)
    question, answer = drawn("edit", rng).filled(pose="P", other="Q", caption="more {braces}")
    assert "P" in question and "more {braces}" in question and "Q" in answer
    with pytest.raises(BadInput, match="lacks"):
        drawn("edit", rng).filled(pose="P")


@pytest.mark.parametrize("wording", ["ours", "published"])
@pytest.mark.parametrize("task", TASKS)
def test_every_task_can_be_asked_in_either_wording(task: str, wording: str) -> None:
    things = {"caption": "CAPTION", "pose": "POSE", "other": "OTHER", "image": "IMAGE", "other_image": "OTHERIMAGE"}
    question = asked(task, wording, **things)  # type: ignore[arg-type]
    given = {
        "pose_difference": ("POSE", "OTHER"),
        "image_difference": ("IMAGE", "OTHERIMAGE"),
        "edit": ("POSE", "CAPTION"),
    }
    for thing in given.get(task, (task.split("_to_")[0].replace("text", "caption").upper(),)):
        assert thing in question
