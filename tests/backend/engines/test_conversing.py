"""Requests as conversations, and replies as words and poses: nothing is lost or turned on the way."""

from __future__ import annotations

import numpy as np
import pytest

from backend.body.model import BodyModel
from backend.body.rotations import geodesic, rotmat_to_rotvec, rotvec_to_rotmat, yaw_rotmat
from backend.engines.conversing import MOST_TURNS, pose_of, spoken, talk_of, unspoken
from backend.lm.config import PoseLMConfig
from backend.lm.joints import ROOT_FRAMES, to_model
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
        t for k in range(9) for t in (Turn("user", f"do {k}"), Turn("assistant", "It is this pose.", a_pose()))
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
