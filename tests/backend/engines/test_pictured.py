"""Pictures and the writer: who is meant by number, what touches by several looks, and a program on what is seen."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backend.body.png import encode_png
from backend.errors import BadInput, NotAvailable
from backend.pipeline import Pipeline
from backend.writer.settings import FILE_VARIABLE
from rigs.skeleton import INDEX
from rigs.wire import ImageBytes, PoseRequest, PoseResult
from tests.backend.vision.scenes import scene
from tests.backend.writer.model_server import Asked, Handler, ModelServer, model_server, streamed

__all__ = ["model_server"]
WAVES, SQUATS = "waving with the right hand", "squatting, arms forward"
UP = {"type": "direction", "segment": "left_arm", "toward": [0, 1, 0], "frame": "heading"}


@pytest.fixture(autouse=True)
def settings(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "writer.toml"))
    monkeypatch.setenv("POSEWRIGHT_WRITER_URL", model_server.url)
    monkeypatch.setenv("POSEWRIGHT_WRITER_MODEL", "m")
    monkeypatch.setenv("POSEWRIGHT_WRITER_VISION", "yes")


def answering(server: ModelServer, touches: list[list[str]] | None = None, **answer: Any) -> None:
    """A server that tells the two questions apart: the pose, and what touches."""
    whole = {"reply": "The one on the right.", "begin": "photo", "person": 0, "program": []} | answer

    def step(handler: Handler, asked: Asked) -> None:
        looks = "touches" in json.dumps(asked.body.get("response_format", {}))
        streamed(json.dumps({"touches": touches or []} if looks else whole))(handler, asked)

    server.script = [step]


def posed(pixels: np.ndarray, prompt: str = "", **more: Any) -> PoseResult:
    return Pipeline().pose(PoseRequest(prompt=prompt, image=ImageBytes(encode_png(pixels)), engine="writer", **more))


def pair() -> np.ndarray:
    return np.concatenate([scene(WAVES).pixels, scene(SQUATS).pixels], axis=1)


def images(server: ModelServer, k: int) -> list[np.ndarray]:
    content = server.asked[k].body["messages"][-1]["content"]
    urls = [part["image_url"]["url"] for part in content if part["type"] == "image_url"]
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1])))) for url in urls]


@pytest.mark.parametrize("person", [0, 1])
def test_the_person_whose_number_the_model_says_is_posed(model_server: ModelServer, person: int) -> None:
    answering(model_server, person=person)
    result = posed(pair(), "the pose of the woman who squats")
    where = result.poses[0].person
    assert where is not None and result.poses[0].camera is not None
    answering(model_server, person=1 - person)
    other = posed(pair(), "the other one").poses[0].person
    assert other is not None and abs(where[0] - other[0]) > 150
    assert result.reply.startswith("The one on the right.") and result.engine == "writer"


def test_the_model_is_shown_the_picture_with_numbers_then_the_person_alone(model_server: ModelServer) -> None:
    answering(model_server, person=1)
    posed(pair())
    (first,), (second,) = images(model_server, 0), images(model_server, 1)
    assert first.shape == (960, 960, 3) and second.shape == (640, 640, 3)
    marks = (np.abs(first.astype(int) - (250, 210, 60)).sum(axis=2) < 90).sum()
    assert marks > 500  # the yellow of boxes and numbers
    looks = [a for a in model_server.asked if "touches" in json.dumps(a.body["response_format"])]
    assert len(looks) == 5


def test_a_program_changes_the_pose_that_is_seen(model_server: ModelServer) -> None:
    answering(model_server, program=[UP])
    changed = posed(scene(SQUATS).pixels, "but with the left arm up")
    answering(model_server)
    seen = posed(scene(SQUATS).pixels)
    joints, before = changed.poses[0].joints, seen.poses[0].joints
    assert joints[INDEX["left_wrist"], 1] > joints[INDEX["head"], 1] > before[INDEX["left_wrist"], 1]
    assert np.allclose(joints[INDEX["right_knee"]], before[INDEX["right_knee"]], atol=0.03)
    assert changed.poses[0].camera == seen.poses[0].camera


def test_what_touches_goes_into_the_fit(model_server: ModelServer) -> None:
    pixels = scene("hands on hips").pixels
    answering(model_server, touches=[["left hand", "left hip"], ["right hand", "right hip"]])
    result = posed(pixels)
    assert any("hip" in s.text for s in (*result.poses[0].met, *result.poses[0].unmet)) or "hip" in result.reply


def test_a_pose_that_the_picture_does_not_show_is_written_in_full(model_server: ModelServer) -> None:
    answering(model_server, begin="jumping", person=None, program=[UP])
    result = posed(scene(WAVES).pixels, "she just won the lottery")
    assert len(model_server.asked) == 1 and result.poses[0].camera is None
    assert result.poses[0].joints[:, 1].min() > 0.2


def test_a_number_that_the_model_does_not_say_is_asked_of_the_user(model_server: ModelServer) -> None:
    answering(model_server, person=None)
    with pytest.raises(BadInput, match="2 people") as caught:
        posed(pair())
    assert caught.value.code == "which_person"


def test_a_model_that_sees_nothing_is_not_sent_pictures(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSEWRIGHT_WRITER_VISION", "no")
    with pytest.raises(NotAvailable, match="pictures"):
        posed(scene(WAVES).pixels)
    assert not model_server.asked
