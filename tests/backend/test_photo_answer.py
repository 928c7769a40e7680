"""Everybody of a picture, parts of what is seen, and words in one solve with the picture."""

from __future__ import annotations

import numpy as np
import pytest

from backend.body.model import BodyModel
from backend.body.png import encode_png
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.errors import BadInput
from backend.pipeline import Pipeline
from backend.posecodes.contact import Contact
from backend.posecodes.gaze import Gaze
from backend.posecodes.tracking import body_at
from backend.solver.stance import neutral_stance
from rigs.skeleton import GROUPS, INDEX, N_BODY
from rigs.wire import ImageBytes, PoseRequest, PoseResult, Touch

from .vision.scenes import scene

WAVES, SQUATS, JOINED = "waving with the right hand", "squatting, arms forward", "hands clasped overhead"


def asked(pixels: np.ndarray, prompt: str = "", **options: object) -> PoseResult:
    request = {"prompt": prompt, "image": ImageBytes(encode_png(pixels)), **options}
    return Pipeline().pose(PoseRequest(**request))


def pair() -> np.ndarray:
    return np.concatenate([scene(WAVES).pixels, scene(SQUATS).pixels], axis=1)


def reprojected(result: PoseResult, k: int = 0) -> np.ndarray:
    camera = result.poses[k].camera
    assert camera is not None
    seen = result.poses[k].joints @ np.array(camera["R"]).T + np.array(camera["t"])
    return seen[:, :2] / seen[:, 2:] * [camera["fx"], camera["fy"]] + [camera["cx"], camera["cy"]]


def test_everybody_stands_where_they_are_on_one_ground() -> None:
    result = asked(pair(), person="all")
    assert len(result.poses) == 2 and "2 people" in result.reply and "left to right" in result.reply
    left, right = result.poses
    assert left.person is not None and right.person is not None and left.person[0] < right.person[0]
    assert 1.0 < right.joints[0, 0] - left.joints[0, 0] < 2.6  # the drawings are one picture's width apart
    assert abs(right.joints[0, 2] - left.joints[0, 2]) < 0.6
    assert abs(left.joints[:N_BODY, 1].min() - right.joints[:N_BODY, 1].min()) < 0.06
    assert left.camera is not None and right.camera is not None and left.camera["R"] == right.camera["R"]
    for k, (drawn, shift) in enumerate(((scene(WAVES), 0), (scene(SQUATS), 420))):
        off = np.linalg.norm(reprojected(result, k)[:N_BODY] - drawn.points[:N_BODY] - [shift, 0], axis=1)
        assert np.median(off) < 0.05 * max(drawn.box[2:])


def test_words_for_everybody_change_everybody_where_they_stand() -> None:
    plain, changed = asked(pair(), "everybody"), asked(pair(), "both of them, but with the left arm raised")
    for before, after in zip(plain.poses, changed.poses, strict=True):
        assert after.joints[INDEX["left_wrist"], 1] > after.joints[INDEX["left_shoulder"], 1] + 0.05
        assert np.allclose(before.joints[0, [0, 2]], after.joints[0, [0, 2]], atol=0.05)


def test_one_person_asked_for_as_all_is_said() -> None:
    assert "one person" in asked(scene(WAVES).pixels, "everybody").reply


def test_stated_touches_hold_where_the_picture_shows_them() -> None:
    """Hands seen together over the head are clasped there, not where people usually clasp them."""
    drawn = scene(JOINED)
    result = asked(drawn.pixels, "her hands are clasped")
    entry = result.poses[0]
    assert "solved together" in result.reply and not entry.unmet
    assert entry.joints[INDEX["left_wrist"], 1] > entry.joints[INDEX["head"], 1]
    plain = asked(drawn.pixels).poses[0]
    gap = [
        float(np.linalg.norm(e.joints[INDEX["left_wrist"]] - e.joints[INDEX["right_wrist"]])) for e in (plain, entry)
    ]
    assert gap[1] < gap[0] + 0.01


def test_stated_limbs_win_over_the_picture_and_the_others_keep_it() -> None:
    drawn = scene(WAVES)
    plain, told = asked(drawn.pixels), asked(drawn.pixels, "right elbow bent 20 degrees")
    entry = told.poses[0]
    a, b, c = (entry.joints[INDEX[f"right_{j}"]] for j in ("shoulder", "elbow", "wrist"))
    bend = np.degrees(np.arccos((b - a) @ (c - b) / np.linalg.norm(b - a) / np.linalg.norm(c - b)))
    assert bend == pytest.approx(20.0, abs=4.0)
    left = [INDEX[f"left_{j}"] for j in ("shoulder", "elbow", "wrist", "knee", "ankle")]
    assert np.linalg.norm((entry.joints - plain.poses[0].joints)[left[:3]], axis=1).max() < 0.02
    assert np.linalg.norm((reprojected(told) - reprojected(plain))[left], axis=1).max() < 0.015 * max(drawn.box[2:])


@pytest.mark.parametrize(
    ("words", "limb", "other"),
    [("only the arms", "arms", "legs"), ("just the legs", "legs", "arms"), ("without the legs", "arms", "legs")],
)
def test_only_what_is_wanted_is_taken(words: str, limb: str, other: str) -> None:
    drawn = scene(SQUATS)
    whole, part = asked(drawn.pixels).poses[0].pose, asked(drawn.pixels, words)
    taken = [INDEX[j] for j in GROUPS[limb]]
    left = [INDEX[j] for j in GROUPS[other] if "hip" not in j]  # thighs hang down, whichever way the pelvis is tilted
    assert np.allclose(part.poses[0].pose.rotvecs[taken], whole.rotvecs[taken])
    assert np.allclose(part.poses[0].pose.rotvecs[left], rotmat_to_rotvec(neutral_stance())[left])
    assert "neutral stance" in part.reply


def test_the_rest_is_that_of_the_pose_that_was_given() -> None:
    start = Pipeline().pose(PoseRequest(prompt="lunge")).poses[0].pose
    by_words = asked(scene(WAVES).pixels, "only the right arm", start=start).poses[0].pose
    by_scope = asked(scene(WAVES).pixels, start=start, scope=("right_arm",)).poses[0].pose
    arm = [INDEX[j] for j in GROUPS["right_arm"]]
    rest = [i for i in range(N_BODY) if i not in arm]
    for pose in (by_words, by_scope):
        assert np.allclose(pose.rotvecs[rest], start.rotvecs[rest])
        assert not np.allclose(pose.rotvecs[arm], start.rotvecs[arm], atol=0.2)


def test_words_that_say_nothing_are_told_as_they_were_said() -> None:
    result = asked(scene(WAVES).pixels, "flibber the gnarl")
    assert result.unread == ("flibber", "gnarl") and "same" not in result.reply and len(result.poses) == 1


def test_a_man_among_several_people_is_asked() -> None:
    with pytest.raises(BadInput, match="2 people"):
        asked(pair(), "the man, but with the arms crossed")


def test_touches_that_were_seen_go_into_the_fit_and_are_told() -> None:
    drawn = scene("hands on hips").pixels
    seen = ((Touch("hands", "hips"), Touch("hand", "tail")), (Touch("hand", "hip"), Touch("hand", "foot")))
    plain, told = asked(drawn), asked(drawn, contacts=seen)
    gaps = [body_gap(r) for r in (plain, told)]
    assert gaps[1] < 0.05 < gaps[0]
    assert "both palms on the hip" in told.reply and "hand and hip" not in told.reply and told.unread == ("tail",)
    assert "foot and hand" in told.reply, "half of the samples said so, and the picture does not"


def body_gap(result: PoseResult) -> float:
    """M between each palm and the hip on its side, on average."""
    codes = [Contact(f"{s}_hand", f"{s}_hip") for s in ("left", "right")]
    pose = result.poses[0].pose
    body = body_at(BodyModel.load().shaped().joints, rotvec_to_rotmat(pose.rotvecs), pose.transl, codes)
    return float(np.mean([code.measure(body).error for code in codes]))


def test_a_touch_of_one_person_is_no_touch_of_the_others() -> None:
    seen = ((Touch("right hand", "head", 0),),)
    plain, told = asked(pair(), person="all"), asked(pair(), person="all", contacts=seen)
    assert np.array_equal(plain.poses[1].pose.rotvecs, told.poses[1].pose.rotvecs)


def test_touches_without_a_picture_are_refused() -> None:
    with pytest.raises(BadInput, match="there is none"):
        Pipeline().pose(PoseRequest(prompt="standing", contacts=((Touch("hand", "hip"),),)))


def off_the_camera(result: PoseResult) -> float:
    """Degrees between where the head points and the camera."""
    entry = result.poses[0]
    assert entry.camera is not None
    body = body_at(
        BodyModel.load().shaped().joints, rotvec_to_rotmat(entry.pose.rotvecs), entry.pose.transl,
        (Gaze(toward=(0.0, 0.0, 1.0)),),
    )  # fmt: skip
    camera = -np.array(entry.camera["R"]).T @ entry.camera["t"]
    way = camera - body.points(("eyes",)).value[0, 0]
    front = body.axes(("head_front",)).value[0, 0]
    return float(np.degrees(np.arccos(way @ front / np.linalg.norm(way))))


def turned_by(before: PoseResult, after: PoseResult, chain: list[int]) -> float:
    """Degrees by which the worst segment of a chain of joints points elsewhere."""
    segments = [np.diff(result.poses[0].joints[chain], axis=0) for result in (before, after)]
    a, b = (s / np.linalg.norm(s, axis=1, keepdims=True) for s in segments)
    return float(np.degrees(np.arccos(np.clip((a * b).sum(axis=1), -1, 1))).max())


@pytest.mark.parametrize("words", ["looking at the camera", "sitting on a chair, looking into the camera"])
def test_the_camera_is_where_the_photo_was_taken_from(words: str) -> None:
    """Of somebody seen from the side it is not straight ahead."""
    drawn = scene(WAVES, 50.0)
    plain, told = asked(drawn.pixels), asked(drawn.pixels, words)
    assert off_the_camera(told) < 20 < off_the_camera(plain)
    arm = [INDEX[f"right_{j}"] for j in ("shoulder", "elbow", "wrist")]
    assert turned_by(plain, told, arm) < 15, "the arm goes on waving"


def test_what_words_and_what_the_picture_did_is_said() -> None:
    drawn = scene(WAVES)
    assert "solved together" in asked(drawn.pixels, "left hand on the hip, looking up").reply
    assert "words changed the pose that the picture gave" in asked(drawn.pixels, "but sitting").reply
    assert asked(drawn.pixels, "copy this pose exactly").reply == "Posed from the picture."


def test_hands_come_to_knees_that_the_picture_shows_elsewhere_not_knees_to_hands() -> None:
    drawn = scene("sitting on a chair", 20.0)
    plain, told = asked(drawn.pixels), asked(drawn.pixels, "hands on the knees")
    assert not told.poses[0].unmet
    for side in ("left", "right"):
        leg = [INDEX[f"{side}_{j}"] for j in ("hip", "knee", "ankle")]
        assert turned_by(plain, told, leg) < 15


def test_who_squats_stands_where_that_is_said() -> None:
    joints = asked(scene(SQUATS).pixels, "but standing").poses[0].joints
    assert joints[0, 1] > 0.85, "m of the pelvis above the ground"


def test_a_question_is_answered_about_the_pose_of_the_picture() -> None:
    result = asked(scene(SQUATS).pixels, "what is she doing?")
    assert "found no pose" not in result.reply and len(result.reply) > 40 and len(result.poses) == 1


def test_legs_that_are_not_taken_hang_down_from_a_tilted_pelvis() -> None:
    joints = asked(scene("lunge").pixels, "without the legs").poses[0].joints
    for side in ("left", "right"):
        thigh = joints[INDEX[f"{side}_knee"]] - joints[INDEX[f"{side}_hip"]]
        assert -thigh[1] / np.linalg.norm(thigh) > 0.97
