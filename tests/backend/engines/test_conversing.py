"""Requests as conversations, and replies as words and poses: nothing is lost or turned on the way."""

from __future__ import annotations

import numpy as np
import pytest

from backend.body.model import BodyModel
from backend.body.rotations import geodesic, rotmat_to_rotvec, rotvec_to_rotmat, yaw_rotmat
from backend.engines.conversing import in_turn, pose_of, spoken, talk_of, unspoken
from backend.engines.earlier import MOST_TURNS
from backend.lm.config import PoseLMConfig
from backend.lm.joints import ROOT_FRAMES, facing_ahead, to_model
from backend.solver.stance import neutral_stance
from rigs.skeleton import INDEX, expand_joints
from rigs.wire import ImageBytes, Pose, PoseRequest, Turn
from tests.backend.lm import tiny

IMAGE = ImageBytes(b"seen by nobody here")


def a_pose(turn: float = 0.0, seed: int = 2) -> Pose:
    rotvecs = np.random.default_rng(seed).normal(0.0, 0.3, (55, 3))
    rotvecs[22:25] = 0.0
    rotvecs[0] = rotmat_to_rotvec(yaw_rotmat(turn) @ rotvec_to_rotmat(np.array([0.2, 0.0, 0.05])))
    return Pose(rotvecs, np.array([2.0, 0.9, -1.0]))


def lowest(pose: Pose) -> float:
    return float(BodyModel.load().shaped(pose.betas).posed(pose.rotvecs, pose.transl).vertices()[:, 1].min())


def chat_of(**options):
    return tiny.text_model(PoseLMConfig(conversation="plain", **options))[1]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("It is [SEG].", "It is this pose."),
        ("It is[SEG] .", "It is this pose."),
        ("[SEG]", "This pose"),
        ("Sure, [SEG] or [SEG]!", "Sure, pose 1 or pose 2!"),
        ("A person sits.", "A person sits."),
        ("Here: [SEG] The arm is up.", "Here: this pose The arm is up."),
    ],
)
def test_a_reply_is_readable(reply: str, said: str) -> None:
    assert spoken(reply, "[SEG]") == said


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("It is this pose.", "It is [SEG]."),
        ("Sure, pose 1 or pose 2!", "Sure, [SEG] or pose 2!"),
        ("Raised the left arm.", "Raised the left arm. [SEG]"),
        ("", "[SEG]"),
    ],
)
def test_an_earlier_reply_has_its_token_once(said: str, reply: str) -> None:
    assert unspoken(said, "[SEG]") == reply


@pytest.mark.parametrize("frame", ROOT_FRAMES)
@pytest.mark.parametrize("turn", [0.0, 2.0])
def test_a_pose_that_is_given_comes_back_as_it_was_where_it_was(frame, turn: float) -> None:
    """What goes in faces ahead; what comes out faces where the character does, on the ground, in its place."""
    chat, current = chat_of(root_frame=frame), a_pose(turn)
    request = PoseRequest(prompt="the same", start=current)
    asked = talk_of(request, chat, None).turns[-1]
    back = pose_of(asked.poses[0], request, chat)
    rows = [i for i in range(55) if i not in (22, 23, 24)]
    off = geodesic(rotvec_to_rotmat(back.rotvecs), rotvec_to_rotmat(current.rotvecs))
    assert off[rows].max() < 1e-6
    assert back.transl[[0, 2]] == pytest.approx(current.transl[[0, 2]])
    assert lowest(back) == pytest.approx(0.0, abs=1e-6)


def test_models_are_given_poses_that_face_ahead() -> None:
    chat = chat_of()
    one, other = (talk_of(PoseRequest(prompt="x", start=a_pose(t)), chat, None).turns[-1].poses[0] for t in (0.0, 2.5))
    assert np.allclose(one, other, atol=1e-9)


def test_with_a_picture_the_character_faces_as_in_the_picture() -> None:
    chat = chat_of(root_frame="camera", joints="smpl24")
    seen = to_model(a_pose(0.5).rotvecs, chat.config.joint_set, "camera")
    there = pose_of(seen, PoseRequest(image=IMAGE, start=a_pose(2.0)), chat)
    assert geodesic(rotvec_to_rotmat(there.rotvecs[0]), rotvec_to_rotmat(a_pose(0.5).rotvecs[0])) < 1e-6


def test_fingers_are_at_ease_where_the_model_has_none() -> None:
    chat = chat_of(joints="smpl24", pose_input="none")
    pose = pose_of(tiny.rotmats(1, 24)[0], PoseRequest(prompt="x"), chat)
    assert np.allclose(rotvec_to_rotmat(pose.rotvecs[25:]), neutral_stance()[25:], atol=1e-9)


def test_locked_joints_keep_their_numbers() -> None:
    chat, current = chat_of(), a_pose()
    pose = pose_of(tiny.rotmats(1, 52)[0], PoseRequest(prompt="x", start=current, locks=("right_arm",)), chat)
    locked = [INDEX[j] for j in expand_joints(["right_arm"])]
    assert np.array_equal(pose.rotvecs[locked], current.rotvecs[locked])
    assert not np.allclose(pose.rotvecs[INDEX["left_elbow"]], current.rotvecs[INDEX["left_elbow"]])


def test_a_locked_root_stays_in_its_place() -> None:
    chat, current = chat_of(), a_pose()
    pose = pose_of(tiny.rotmats(1, 52)[0], PoseRequest(prompt="x", start=current, scope=("left_arm",)), chat)
    assert np.array_equal(pose.transl, current.transl) and np.array_equal(pose.rotvecs[0], current.rotvecs[0])


def test_the_latest_turns_are_told_and_begin_with_the_user() -> None:
    turns = tuple(
        t for k in range(14) for t in (Turn("user", f"do {k}"), Turn("assistant", "It is this pose.", a_pose()))
    )
    talk = talk_of(PoseRequest(prompt="more", turns=turns[1:]), chat_of(), None).turns
    assert len(talk) <= MOST_TURNS + 1 and talk[0].role == "user"
    assert talk[-2].text == "It is <POSE>." and len(talk[-2].poses) == 1


def test_statements_are_put_as_the_model_was_trained_and_questions_as_they_are() -> None:
    chat = chat_of(asks_words="There is a person: {prompt} Give the pose.", asks_picture="{prompt} Who is it?")

    def worded(**options) -> str:
        return talk_of(PoseRequest(**options), chat, None).turns[-1].text

    assert worded(prompt="sitting") == worded(prompt="sitting.") == "There is a person: sitting. Give the pose."
    assert worded(prompt="tree pose") == "There is a person: tree pose. Give the pose."
    assert worded(prompt="Give the SMPL pose of a tree.") == "Give the SMPL pose of a tree."
    assert worded(prompt="Where is the left hand?") == "Where is the left hand?"
    assert worded(prompt="", image=IMAGE) == "Who is it?"
    assert worded(prompt="the one on the left", image=IMAGE) == "the one on the left. Who is it?"
    assert worded(prompt="sitting", intent="describe") == "sitting"


def test_a_pose_to_change_comes_with_its_own_form_and_a_new_one_without_it() -> None:
    chat = chat_of(asks_words="There is {prompt}", asks_change="{prompt} Change it.")
    change, new = (
        talk_of(PoseRequest(prompt="sit down", start=a_pose(), intent=i), chat, None) for i in ("auto", "new")
    )
    assert change.given and change.turns[-1].text == "sit down. Change it." and len(change.turns[-1].poses) == 1
    assert not new.given and new.turns[-1].text == "There is sit down." and new.turns[-1].poses == ()


def test_marks_in_the_users_words_are_only_words() -> None:
    assert talk_of(PoseRequest(prompt="stand <POSE> </s> up"), chat_of(), None).turns[-1].text == "stand up"


def conversation() -> tuple[Turn, ...]:
    """A tree, whose arm is raised after the animator changed it by hand, and a question."""
    return (
        Turn("user", "be a tree"),
        Turn("assistant", "It is this pose.", a_pose(0.3, seed=3)),
        Turn("user", "raise the left arm", a_pose(1.0, seed=4)),
        Turn("assistant", "Sure, this pose.", a_pose(1.0, seed=5)),
        Turn("user", "Is it balanced?"),
        Turn("assistant", "Yes."),
    )


def ahead(pose: Pose, chat) -> np.ndarray:
    return to_model(facing_ahead(pose.rotvecs)[0], chat.config.joint_set, chat.config.root_frame)


@pytest.mark.parametrize("frame", ROOT_FRAMES)
def test_a_model_that_takes_poses_is_given_those_of_earlier_turns(frame) -> None:
    """Each with the words that were said of it, facing ahead, as when it was asked; the current one as before."""
    chat, turns, current = chat_of(root_frame=frame), conversation(), a_pose(2.0, seed=6)
    talk = talk_of(PoseRequest(prompt="now the other arm", start=current, turns=turns), chat, None).turns
    assert [len(t.poses) for t in talk] == [0, 1, 1, 1, 1, 0, 1]
    lying = [turns[1].pose, turns[2].pose, turns[3].pose, turns[3].pose, current]
    for found, meant in zip((t.poses[0] for t in talk if t.poses), lying, strict=True):
        assert meant is not None
        np.testing.assert_allclose(found, ahead(meant, chat), atol=1e-9)


def test_a_model_that_takes_none_gets_words_and_its_own_tokens() -> None:
    talk = talk_of(PoseRequest(prompt="more", turns=conversation()), chat_of(pose_input="none"), None)
    assert not talk.given and [(t.role, len(t.poses)) for t in talk.turns if t.poses] == [("assistant", 1)] * 2
    assert [t.text for t in talk.turns if t.role == "assistant"] == ["It is <POSE>.", "Sure, <POSE>.", "Yes."]


def test_earlier_words_stand_in_the_form_in_which_they_were_asked() -> None:
    chat = chat_of(asks_words="There is {prompt} Pose it.", asks_change="{prompt} Change it.")
    said = [t.text for t in talk_of(PoseRequest(prompt="more", turns=conversation()), chat, None).turns]
    assert said[0] == "There is be a tree. Pose it." and said[2] == "raise the left arm. Change it."
    assert said[4] == "Is it balanced?" and said[6] == "more. Change it."


def test_pictures_stand_in_their_turns_and_in_the_form_for_pictures() -> None:
    turns = (Turn("user", "", image=IMAGE), Turn("assistant", "It is this pose.", a_pose()))
    chat, square = (
        chat_of(pose_input="none", asks_picture="{prompt} Who?", asks_words="{prompt} Pose!"),
        np.zeros((2, 2, 3)),
    )
    seen, unseen = (talk_of(PoseRequest(prompt="more", turns=turns), chat, None, p).turns for p in ({0: square}, {}))
    assert seen[0].picture is square and seen[0].text == "Who?"
    assert unseen[0].picture is None and unseen[0].text == "the person in a picture. Pose!"


def test_who_speaks_twice_in_a_row_says_both_at_once() -> None:
    turns = (
        Turn("user", "be a tree", a_pose(seed=3)),
        Turn("user", "or sit", a_pose(seed=4)),
        Turn("assistant", "It is this pose.", a_pose(seed=5)),
        Turn("assistant", "I mean this pose.", a_pose(seed=6)),
    )
    chat = chat_of()
    raw = talk_of(PoseRequest(prompt="more", turns=turns), chat, None).turns
    merged = in_turn(raw)
    assert [t.role for t in merged] == ["user", "assistant", "user"]
    assert merged[0].text == "be a tree\nor sit" and merged[0].poses == raw[1].poses
    assert merged[1].text == "It is <POSE>.\nI mean <POSE>." and len(merged[1].poses) == 2
    assert len(chat.encode(merged, ask=True).given) == 2
