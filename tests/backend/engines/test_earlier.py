"""The conversation so far: poses and pictures stand with the words they belong to, and the oldest turns go first."""

from __future__ import annotations

import numpy as np
import pytest

from backend.engines.earlier import MOST_TURNS, earlier, earlier_pictures, fitted
from backend.errors import BadFile, BadInput
from rigs.wire import ImageBytes, Pose, Turn


def a_pose(seed: int) -> Pose:
    return Pose(np.random.default_rng(seed).normal(0.0, 0.2, (55, 3)))


A, B, C = (a_pose(k) for k in range(3))
IMAGE = ImageBytes(b"seen by nobody here")


def test_words_are_said_of_the_answer_before_them() -> None:
    turns = (Turn("user", "be a tree"), Turn("assistant", "Here.", A), Turn("user", "more"), Turn("assistant", "", B))
    assert [t.pose for t in earlier(turns)] == [None, A, A, B]


def test_a_pose_that_was_changed_by_hand_counts_as_it_was_then() -> None:
    turns = (Turn("user", "be a tree"), Turn("assistant", "", A), Turn("user", "more", C), Turn("assistant", "", B))
    assert [t.pose for t in earlier(turns)] == [None, A, C, B]


def test_an_answer_in_words_leaves_the_pose_as_it_is() -> None:
    turns = (Turn("user", "raise it", A), Turn("assistant", "Which arm?"), Turn("user", "the left"))
    found = earlier(turns)
    assert [t.pose for t in found] == [A, None, A]
    assert not found[0].posed and not found[2].posed


def test_it_is_known_which_words_were_answered_with_a_pose() -> None:
    turns = (Turn("user", "hello"), Turn("assistant", "Hello."), Turn("user", "sit"), Turn("assistant", "", B))
    assert [t.posed for t in earlier(turns)] == [False, False, True, False]


def test_the_latest_turns_count_with_the_poses_from_before_them() -> None:
    turns = (Turn("user", "be a tree"), Turn("assistant", "", A), *[Turn("user", f"what {k}?") for k in range(40)])
    found = earlier(turns)
    assert len(found) == MOST_TURNS and found[-1].text == "what 39?" and found[0].pose is A


def shown(*with_picture: bool) -> tuple[Turn, ...]:
    return tuple(Turn("user", str(i), image=IMAGE if there else None) for i, there in enumerate(with_picture))


def look(turn: Turn) -> np.ndarray:
    return np.full((2, 2, 3), int(turn.text), np.uint8)


def test_the_latest_pictures_are_shown_with_their_turns() -> None:
    pictures, told = earlier_pictures(shown(True, False, True, True), 2, look)
    assert {k: int(v[0, 0, 0]) for k, v in pictures.items()} == {2: 2, 3: 3}
    assert told == ("The model was not shown 1 of the 3 earlier pictures: it takes only the latest.",)
    found = earlier(shown(True, False, True, True), pictures)
    assert [(t.shown, t.picture is not None) for t in found] == [(True, False), (False, False), (True, True)] + [
        (True, True)
    ]


def test_models_without_eyes_are_shown_none_and_it_is_said() -> None:
    pictures, told = earlier_pictures(shown(True), None, look)
    assert not pictures and "does not look at pictures" in told[0]
    assert earlier_pictures(shown(False), None, look) == ({}, ())


def test_a_picture_that_is_gone_is_left_out_and_an_older_one_shown() -> None:
    def gone(turn: Turn) -> np.ndarray:
        if turn.text == "1":
            raise BadFile("there is no file b.png")
        return look(turn)

    pictures, told = earlier_pictures(shown(True, True), 1, gone)
    assert list(pictures) == [0] and told == (
        "The model was not shown 1 of the 2 earlier pictures: there is no file b.png.",
    )


def test_whole_exchanges_go_the_oldest_first() -> None:
    roles = ["user", "assistant", "user", "user", "assistant", "user"]
    tried: list[int] = []

    def read(first: int) -> range:
        tried.append(first)
        return range(10 * (len(roles) - first))

    assert fitted(roles, read, 60) == (range(60), ())
    tried.clear()
    found, told = fitted(roles, read, 25)
    assert tried == [0, 2, 5] and len(found) == 10
    assert told == ("This model reads 25 tokens, so it was given no turns of the conversation.",)
    assert fitted(roles, read, 45)[1][0].endswith("only the last 3 turns of the conversation.")


def test_what_is_asked_must_fit_by_itself() -> None:
    with pytest.raises(BadInput, match="30 tokens, this model reads 20"):
        fitted(["user", "assistant", "user"], lambda first: range(30), 20)
