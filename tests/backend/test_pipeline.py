"""The whole way from a request to a result, on the real reader, atlas and solver."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from backend.body.rotations import geodesic, rotvec_to_rotmat
from backend.errors import BadFile, BadInput, Cancelled, NotAvailable
from backend.pipeline import Pipeline
from rigs.skeleton import GROUPS, INDEX, expand_joints
from rigs.wire import DescribeRequest, ImageBytes, PictureRequest, Pose, PoseRequest, PoseResult, Turn


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline()


def ask(pipeline: Pipeline, prompt: str, **fields) -> PoseResult:
    return pipeline.pose(PoseRequest(prompt=prompt, **fields))


def test_result_survives_the_wire(pipeline):
    result = ask(pipeline, "a man proposing marriage", id="7")
    again = PoseResult.from_dict(result.to_dict())
    assert again.id == "7" and again.engine == "embedded"
    assert np.allclose(again.poses[0].joints, result.poses[0].joints)


def test_reported_joints_are_those_of_the_pose(pipeline, shaped):
    entry = ask(pipeline, "left hand on the left hip").poses[0]
    assert np.allclose(shaped.posed(entry.pose.rotvecs, entry.pose.transl).joints, entry.joints, atol=1e-9)


def test_words_left_unread_are_returned_and_said(pipeline):
    result = ask(pipeline, "raising the left arm and grokking")
    assert any("grok" in word for word in result.unread)
    assert "grok" in result.reply


def test_words_without_a_pose_give_a_reply_and_no_pose(pipeline):
    result = ask(pipeline, "quarterly interest rates")
    assert result.poses == () and "no pose" in result.reply


def test_empty_prompt_says_what_to_type(pipeline):
    with pytest.raises(BadInput) as caught:
        ask(pipeline, "  \n ")
    assert caught.value.code == "empty_prompt" and "kneeling" in caught.value.hint


def test_the_embedded_engine_declines_a_picture_with_a_next_step(pipeline):
    with pytest.raises(NotAvailable) as caught:
        ask(pipeline, "", image=ImageBytes(b"\x89PNG"), engine="embedded")
    assert caught.value.hint


def test_a_broken_picture_is_a_bad_file(pipeline):
    with pytest.raises(BadFile, match="no picture"):
        ask(pipeline, "", image=ImageBytes(b"\x89PNG"))


def test_the_photo_engine_without_a_picture_asks_for_one(pipeline):
    with pytest.raises(BadInput, match="picture"):
        ask(pipeline, "standing", engine="photo")


def test_unknown_engine_lists_the_known_ones(pipeline):
    with pytest.raises(BadInput, match="no engine") as caught:
        ask(pipeline, "tree pose", engine="gpt")
    assert "embedded" in caught.value.hint


def test_planned_engine_says_what_is_missing(pipeline):
    with pytest.raises(NotAvailable):
        ask(pipeline, "tree pose", engine="chatpose")


def test_locked_joints_keep_their_rotation_exactly(pipeline):
    start = ask(pipeline, "sitting on a chair").poses[0].pose
    after = ask(pipeline, "both arms raised", start=start, locks=("right_arm",)).poses[0].pose
    locked = [INDEX[j] for j in expand_joints(["right_arm"])]
    assert np.allclose(rotvec_to_rotmat(after.rotvecs[locked]), rotvec_to_rotmat(start.rotvecs[locked]), atol=1e-9)


def test_scope_moves_nothing_else(pipeline):
    start = ask(pipeline, "standing with the arms at the sides").poses[0].pose
    after = ask(pipeline, "tree pose", start=start, scope=("left_arm",)).poses[0].pose
    still = [i for i in range(55) if i not in {INDEX[j] for j in GROUPS["left_arm"]}]
    assert np.allclose(rotvec_to_rotmat(after.rotvecs[still]), rotvec_to_rotmat(start.rotvecs[still]), atol=1e-9)


def test_edit_starts_from_the_last_pose_of_the_conversation(pipeline):
    start = ask(pipeline, "standing with the arms at the sides").poses[0].pose
    turns = (Turn("user", "stand"), Turn("assistant", "done", start))
    after = ask(pipeline, "raise the left arm a bit", turns=turns).poses[0].pose
    moved = np.degrees(geodesic(rotvec_to_rotmat(after.rotvecs), rotvec_to_rotmat(start.rotvecs)))
    assert moved[INDEX["left_shoulder"]] > 5
    assert moved[[INDEX[j] for j in GROUPS["legs"]]].max() < 2


def test_named_point_is_reached(pipeline):
    result = ask(pipeline, "right hand reaching for the handle", points={"handle": (-0.35, 1.1, 0.45)})
    wrist = result.poses[0].joints[INDEX["right_wrist"]]
    assert np.linalg.norm(wrist - np.array([-0.35, 1.1, 0.45])) < 0.2


@pytest.mark.parametrize("side", [1, -1])
def test_head_and_eyes_look_at_a_named_point(pipeline, side):
    lamp = (0.8 * side, 1.2, 1.0)
    entry = ask(pipeline, "standing, looking at the lamp", points={"lamp": lamp}).poses[0]
    assert {"type": "gaze", "place": list(lamp)} in entry.posecodes
    assert any(s.text == "looking at the place" for s in entry.met)
    eye = entry.pose.rotvecs[INDEX["left_eye_smplhf"]]
    assert entry.pose.rotvecs[INDEX["head"]][1] * side > 0.1 and np.linalg.norm(eye) < np.radians(37)


def test_what_nobody_can_do_is_said_in_the_warnings(pipeline):
    result = ask(pipeline, "head turned 100 degrees to the left")
    assert any("a head turns left by 82 at most" in w for w in result.warnings), result.warnings


def test_alternatives_are_as_many_as_asked(pipeline):
    assert len(ask(pipeline, "waving", n=3).poses) == 3


def test_same_request_gives_the_same_pose(pipeline):
    a, b = (ask(pipeline, "a boxer on guard", seed=3).poses[0].pose for _ in range(2))
    assert a == b


def test_cancel_stops_between_the_stages(pipeline):
    stages = []

    def tick(stage: str) -> None:
        stages.append(stage)
        if len(stages) == 2:
            raise Cancelled("stopped by the test")

    with pytest.raises(Cancelled):
        pipeline.pose(PoseRequest(prompt="tree pose"), tick)
    assert len(stages) == 2


def test_shape_of_the_start_is_kept(pipeline):
    betas = np.array([1.0, 0.5, 0, 0, 0, 0, 0, 0, 0, 0])
    result = ask(pipeline, "kneeling on both knees", start=Pose(np.zeros((55, 3)), np.zeros(3), betas))
    assert np.array_equal(result.poses[0].pose.betas, betas)
    assert not np.allclose(result.rest_joints, ask(pipeline, "kneeling on both knees").rest_joints)


def test_description_has_three_lengths_and_a_difference(pipeline):
    sitting = ask(pipeline, "sitting on a chair").poses[0].pose
    raised = ask(pipeline, "raise the left arm", start=sitting).poses[0].pose
    said = pipeline.describe(DescribeRequest(raised, sitting))
    assert "sit" in said.line.lower()
    assert max(len(said.line), len(said.paragraph)) < len(said.full)
    assert "left arm" in said.difference


@pytest.mark.parametrize("side", ["left", "right"])
def test_lying_on_a_side_puts_that_side_down(pipeline, side):
    joints = ask(pipeline, f"lying on the {side} side").poses[0].joints
    other = "right" if side == "left" else "left"
    assert joints[INDEX[f"{side}_shoulder"]][1] < joints[INDEX[f"{other}_shoulder"]][1] - 0.15


def test_a_straight_back_keeps_the_lean(pipeline):
    joints = ask(pipeline, "torso bent 45 degrees forward with a straight back").poses[0].joints
    trunk = joints[INDEX["neck"]] - joints[INDEX["pelvis"]]
    assert 30 < np.degrees(np.arctan2(trunk[2], trunk[1])) < 60


def test_intent_says_what_words_are_for(pipeline: Pipeline) -> None:
    start = ask(pipeline, "kneeling").poses[0].pose
    auto = ask(pipeline, "left arm raised", start=start).poses[0].pose
    new = ask(pipeline, "left arm raised", start=start, intent="new").poses[0].pose
    legs = [INDEX[j] for j in ("left_knee", "right_knee")]
    assert np.allclose(auto.rotvecs[legs], start.rotvecs[legs], atol=1e-6)  # a change leaves the legs
    assert np.linalg.norm(new.rotvecs[legs]) < 0.6  # a new pose stands
    told = ask(pipeline, "", start=start, intent="describe")
    assert not told.poses and told.reply.startswith("Kneeling")
    wave, anew = (ask(pipeline, "waving", start=start, intent=i).poses[0].pose for i in ("change", "new"))
    assert np.allclose(wave.rotvecs[legs], start.rotvecs[legs], atol=1e-6)
    assert np.linalg.norm(anew.rotvecs[legs]) < 0.6


def test_describing_needs_a_pose(pipeline: Pipeline) -> None:
    with pytest.raises(BadInput, match="no pose to describe"):
        ask(pipeline, "", intent="describe")


def test_a_question_is_answered_and_moves_nothing(pipeline: Pipeline) -> None:
    start = ask(pipeline, "kneeling").poses[0].pose
    result = ask(pipeline, "is she balanced?", start=start)
    assert not result.poses and "weight" in result.reply


def test_pictures_are_png_files_of_the_size_asked_for(pipeline: Pipeline) -> None:
    poses = tuple(ask(pipeline, words).poses[0].pose for words in ("kneeling", "arms raised"))
    first, second = pipeline.pictures(PictureRequest(poses, (96, 64))).pngs
    assert first[:8] == second[:8] == b"\x89PNG\r\n\x1a\n" and first != second
    assert struct.unpack(">II", first[16:24]) == (96, 64)
