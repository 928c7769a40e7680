"""A drawn body is found again, where it stands in the picture and in its pose; words and boxes steer what is taken."""

from __future__ import annotations

import numpy as np
import pytest

from backend.body.model import BodyModel
from backend.body.png import encode_png
from backend.errors import BadInput, NotAvailable
from backend.pipeline import Pipeline
from backend.vision import models
from backend.vision.photo import pose_photo
from rigs.skeleton import INDEX, N_BODY
from rigs.wire import ImageBytes, PoseRequest, PoseResult

from .scenes import SIZE, Scene, aligned_error, scene

LIMBS = [INDEX[f"{s}_{j}"] for s in ("left", "right") for j in ("elbow", "wrist", "knee", "ankle")]

SHAPED = BodyModel.load().shaped()


def _asked(of: Scene, prompt: str = "", **options: object) -> PoseResult:
    request = {"prompt": prompt, "image": ImageBytes(encode_png(of.pixels)), **options}
    return Pipeline().pose(PoseRequest(**request))


@pytest.mark.parametrize(
    "prompt", ["waving with the right hand", "squatting, arms forward", "tree pose on the left leg"]
)
def test_a_drawn_pose_is_found_again(prompt: str) -> None:
    drawn = scene(prompt)
    entry = _asked(drawn).poses[0]
    assert aligned_error(entry.joints[:N_BODY], drawn.joints[:N_BODY]) < 0.085
    camera = entry.camera
    assert camera is not None
    seen = entry.joints @ np.array(camera["R"]).T + np.array(camera["t"])
    pixels = seen[:, :2] / seen[:, 2:] * [camera["fx"], camera["fy"]] + [camera["cx"], camera["cy"]]
    off = np.linalg.norm(pixels[LIMBS] - drawn.points[LIMBS], axis=1) / max(drawn.box[2:])
    assert np.median(off) < 0.035


def test_left_and_right_are_the_characters_own() -> None:
    """Seen from the front and from behind."""
    for degrees in (10.0, 175.0):
        entry = _asked(scene("left arm raised straight up", degrees)).poses[0]
        wrists = entry.joints[[INDEX["left_wrist"], INDEX["right_wrist"]], 1]
        assert wrists[0] > wrists[1] + 0.5, degrees


def test_the_body_stands_on_the_ground() -> None:
    entry = _asked(scene("waving with the right hand")).poses[0]
    lowest = (
        BodyModel.load().shaped(entry.pose.betas).posed(entry.pose.rotvecs, entry.pose.transl).vertices()[:, 1].min()
    )
    assert abs(lowest) < 0.02


def test_a_box_points_at_its_person() -> None:
    one, two = scene("waving with the right hand"), scene("squatting, arms forward")
    both = Scene(np.concatenate([one.pixels, two.pixels], axis=1), one.joints, one.points, one.box)
    x, y, w, h = two.box
    entry = _asked(both, box=(x + SIZE[0], y, w, h)).poses[0]
    assert aligned_error(entry.joints[:N_BODY], two.joints[:N_BODY]) < 0.09
    left = _asked(both, "the one on the left").poses[0]
    assert aligned_error(left.joints[:N_BODY], one.joints[:N_BODY]) < 0.09
    assert any("2 people" in w for w in _asked(both).warnings)


def test_words_change_what_the_picture_shows() -> None:
    drawn = scene("waving with the right hand")
    result = _asked(drawn, "this, but with the left arm raised straight up")
    assert result.poses[0].joints[INDEX["left_wrist"], 1] > result.poses[0].joints[INDEX["head"], 1]
    assert result.poses[0].joints[INDEX["right_wrist"], 1] > result.poses[0].joints[INDEX["right_shoulder"], 1]
    assert result.engine == "photo" and "Changed" in result.reply


def test_limbs_out_of_the_frame_are_said() -> None:
    drawn = scene("waving with the right hand")
    x, y, w, h = drawn.box
    cut = drawn.pixels[: int(y + 0.5 * h)]
    photo = pose_photo(ImageBytes(encode_png(cut)), (x, y, w, 0.5 * h), None, BodyModel.load().shaped())
    assert any("left leg" in w and "right leg" in w and "out of the frame" in w for w in photo.warnings)
    shins = pose_photo(ImageBytes(encode_png(drawn.pixels[: int(drawn.points[[4, 5], 1].mean())])), None, None, SHAPED)
    assert any("left lower leg and the right lower leg are out of the frame" in w for w in shins.warnings)
    whole = pose_photo(ImageBytes(encode_png(drawn.pixels)), drawn.box, None, BodyModel.load().shaped())
    assert not any("guess" in w or "frame" in w for w in whole.warnings)
    assert whole.confidence > photo.confidence + 0.1


def test_an_empty_picture_shows_nobody() -> None:
    with pytest.raises(BadInput) as caught:
        _asked(Scene(np.full((300, 300, 3), 180, np.uint8), np.zeros(0), np.zeros(0), (0, 0, 1, 1)))
    assert caught.value.code == "nobody" and "box" in caught.value.hint


def test_without_the_models_the_next_step_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv(models.VARIABLE, str(tmp_path))
    models.network.cache_clear()
    with pytest.raises(NotAvailable) as caught:
        _asked(scene("waving with the right hand"))
    models.network.cache_clear()
    assert "pose_landmark_full.tflite" in caught.value.message and "setup photo" in caught.value.hint


def test_a_body_that_lies_is_found_by_turning_the_picture_with_it() -> None:
    drawn = scene("lying on the back, legs straight, arms at the sides", 75.0)
    photo = pose_photo(ImageBytes(encode_png(drawn.pixels)), drawn.box, None, BodyModel.load().shaped())
    joints = photo.fit.joints @ photo.fit.camera.rotation.T + photo.fit.camera.translation
    assert aligned_error(joints[:N_BODY], drawn.joints[:N_BODY]) < 0.12
