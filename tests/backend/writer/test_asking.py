"""A request as a message: all that the model needs to know, and the pose now in few words."""

from __future__ import annotations

import numpy as np

from backend.pipeline import Pipeline
from backend.posecodes.ground import Support
from backend.writer.answers import Choices
from backend.writer.asking import messages_for, told
from rigs.wire import ImageBytes, Pose, PoseRequest, Turn


def user(request: PoseRequest, choices: Choices | None = None) -> str:
    return messages_for(request, choices or Choices(current=request.current is not None))[1].text


def kneeling() -> Pose:
    return Pipeline().pose(PoseRequest(prompt="kneeling, left arm raised")).poses[0].pose


def test_a_plain_request_is_one_line() -> None:
    assert user(PoseRequest(prompt="  wave\n")) == "Request: wave"


def test_the_pose_now_is_told_in_words_and_in_statements() -> None:
    text = user(PoseRequest(prompt="lower it", start=kneeling()))
    assert "The pose now: Kneeling" in text and "left upper arm points" in text
    assert len(text) < 1600


def test_what_is_told_of_a_pose_has_what_bears_and_no_turns_of_nothing() -> None:
    codes = told(kneeling())
    assert any(isinstance(c, Support) and "left_knee" in c.parts for c in codes)
    assert all(abs(getattr(c, "degrees", 90)) >= 10 for c in codes)


def test_the_conversation_is_told_without_poses_and_not_endlessly() -> None:
    turns = [Turn("user", "sit"), Turn("assistant", "x" * 5000, Pose(np.zeros((55, 3))))] * 20
    text = user(PoseRequest(prompt="more", turns=tuple(turns)))
    assert text.count("User: sit") == 4 and "(a pose was made)" in text and len(text) < 6000


def test_limits_and_places_are_told() -> None:
    text = user(PoseRequest(prompt="x", scope=("left_arm",), locks=("head",), points={"cup": (0.1, 1.0, 0.4)}))
    assert (
        "Only these may move: left_arm." in text and "must not move: head." in text and "cup [0.10, 1.00, 0.40]" in text
    )


def test_a_picture_says_who_is_meant_or_that_nobody_was_found() -> None:
    request = PoseRequest(image=ImageBytes(b"x"), person="the man on the bench")
    assert "the man on the bench" in user(request, Choices(people=2))
    assert "Nobody was found" in user(request, Choices()) and "(no words" in user(request, Choices())
