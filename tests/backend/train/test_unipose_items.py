"""What UniPose learns from: every task a conversation with its poses and pictures, the same for the same number."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from backend.errors import BadInput
from backend.lm.batch import IGNORED
from backend.lm.heading_words import heading_in
from backend.lm.pose_instructions import TASKS
from backend.train.unipose_items import Items
from tests.backend.lm import tiny_unipose
from tests.backend.train.three_poses import Texts


@pytest.mark.parametrize("task", TASKS)
def test_every_task_becomes_a_conversation_with_an_answer(task: str) -> None:
    model = tiny_unipose.unipose(pictures=True)
    items = Items(Texts(), model, {task: 1}, seed=0, picture_size=32)
    for number in range(4):
        read, again = items.item(number), items.item(number)
        assert torch.equal(read.input_ids, again.input_ids)
        answers = read.answers[read.answers != IGNORED]
        codes = set(model.vocabulary.code_ids.tolist())
        writes_pose = task in ("text_to_pose", "image_to_pose", "edit")
        assert bool(set(answers.tolist()) & codes) == writes_pose == bool(read.is_query.any())
        given = model.vocabulary.poses(read.input_ids.tolist())
        assert len(given) == {"pose_to_text": 1, "pose_difference": 2, "edit": 1}.get(task, 0)
        assert len(read.pictures) == {"image_difference": 2, "image_to_text": 1, "image_to_pose": 1}.get(task, 0)


def test_pictures_stand_where_the_words_speak_of_them() -> None:
    """The second picture may come first in a question; its pixels then do, too."""
    model = tiny_unipose.unipose(pictures=True)
    items = Items(Texts(), model, {"image_difference": 1}, seed=0, picture_size=32)
    read = items.of_task("image_difference", np.random.default_rng(0))
    assert read.pictures[0].shape == (32, 32, 3)
    assert not np.array_equal(read.pictures[0], read.pictures[1])


def test_people_in_pictures_face_anywhere_and_the_answer_says_where() -> None:
    model = tiny_unipose.unipose(pictures=True)
    items = Items(Texts(), model, {"image_to_pose": 1}, seed=0, picture_size=32)
    said = [
        np.degrees(heading_in(model.words.decode(r.answers[(r.answers != IGNORED) & ~r.is_query])))
        for r in map(items.item, range(12))
    ]
    assert max(said) > 90 and min(said) < -90


def test_unknown_tasks_are_named() -> None:
    with pytest.raises(BadInput, match="dance"):
        Items(Texts(), tiny_unipose.unipose(), {"dance": 1}, seed=0)
