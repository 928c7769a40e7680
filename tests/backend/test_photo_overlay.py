"""backend/photo_overlay.py on drawn photos, with the real models: skeletons over people, numbers that choose them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from backend.body.png import encode_png
from backend.errors import BadInput
from backend.pipeline import Pipeline
from backend.vision.overlay import HEIGHT
from rigs.wire import ImageBytes, OverlayRequest

from .test_photo_answer import asked, pair


def _pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def test_the_skeletons_of_an_answer_lie_over_the_photo() -> None:
    image = ImageBytes(encode_png(pair()))
    drawn = Pipeline().overlay(OverlayRequest(image, asked(pair(), person="all").poses))
    pixels = _pixels(drawn.png)
    assert pixels.shape == (2 * HEIGHT, 2 * HEIGHT, 3) and drawn.people == ()
    red = np.flatnonzero((np.abs(pixels - [235, 70, 60]).sum(axis=-1) < 12).any(axis=0))
    assert red[0] < 0.45 * 2 * HEIGHT and red[-1] > 0.55 * 2 * HEIGHT


def test_the_numbers_are_those_that_a_request_takes() -> None:
    image = ImageBytes(encode_png(pair()))
    people = Pipeline().overlay(OverlayRequest(image)).people
    assert len(people) == 2
    for number, box in enumerate(people):
        assert asked(pair(), person=number).poses[0].person == pytest.approx(box)


def test_limbs_have_their_confidence() -> None:
    entry = asked(pair(), person=0).poses[0]
    assert set(entry.limbs or {}) == {"left arm", "right arm", "left leg", "right leg"}
    assert all(0 <= sure <= 1 for sure in (entry.limbs or {}).values())


def test_nobody_is_said() -> None:
    with pytest.raises(BadInput, match="nobody"):
        Pipeline().overlay(OverlayRequest(ImageBytes(encode_png(np.full((200, 200, 3), 90, np.uint8)))))
