"""Touches without sides find theirs in the picture; rare ones and those that it contradicts are left out."""

from __future__ import annotations

from functools import cache

import pytest

from backend.body.model import BodyModel
from backend.body.png import encode_png
from backend.posecodes.contact import Contact
from backend.posecodes.vocabulary import regions_of
from backend.vision.contacts import with_contacts
from backend.vision.fit import Fit
from backend.vision.photo import Photo, pose_photo
from backend.vision.stated import missed
from backend.vision.touches import Pair, Told
from rigs.skeleton import INDEX
from rigs.wire import ImageBytes

from .scenes import aligned_error, scene

_ARMS = [INDEX["neck"], *(INDEX[f"{s}_{j}"] for s in ("left", "right") for j in ("shoulder", "elbow", "wrist"))]
SHAPED = BodyModel.load().shaped()


def _side(part: str) -> str:
    return part.split("_")[0]


@cache
def photo(prompt: str) -> Photo:
    drawn = scene(prompt, 10.0)
    return pose_photo(ImageBytes(encode_png(drawn.pixels)), drawn.box, None, SHAPED)


def told(prompt: str, *samples: list[Pair]) -> tuple[Fit, list[Contact], list[Told]]:
    seen = photo(prompt)
    found, program, left = with_contacts(seen.fit, seen.person, seen.picture, SHAPED, samples)
    assert all(m <= 1.0 for m in missed(found, SHAPED, program))
    return found, [c for c in program if isinstance(c, Contact)], left


def test_both_hands_on_the_hips_are_both_found() -> None:
    found, touches, _ = told("hands on hips", [("hand", "hip")], [("hip", "hand"), ("hand", "hand")], [("hand", "hip")])
    assert {(_side(c.a), _side(c.b)) for c in touches} == {("left", "left"), ("right", "right")}
    drawn, own = scene("hands on hips", 10.0).joints, photo("hands on hips").fit
    assert aligned_error(found.joints[_ARMS], drawn[_ARMS]) < aligned_error(own.joints[_ARMS], drawn[_ARMS])


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_hand_that_touches_the_head_is_the_one_that_is_seen_there(side: str) -> None:
    _, (touch,), _ = told(f"{side} hand on the head", [("hand", "head")])
    assert _side(touch.a) == side and touch.b in ("head", *regions_of("head"))


def test_a_touch_that_the_picture_contradicts_leaves_the_fit_as_it_is() -> None:
    found, touches, left = told("hands on hips", [("hand", "foot")])
    assert found is photo("hands on hips").fit and not touches and left == [Told("foot", "hand")]


def test_loosely_named_hips_do_no_harm() -> None:
    found, touches, _ = told("hands on hips", [("hands", "waist")])
    drawn, own = scene("hands on hips", 10.0).joints, photo("hands on hips").fit
    assert len(touches) == 2
    assert aligned_error(found.joints[_ARMS], drawn[_ARMS]) < aligned_error(own.joints[_ARMS], drawn[_ARMS]) + 0.005


def test_a_wrong_touch_does_not_keep_a_right_one_out() -> None:
    _, (touch,), _ = told("right hand on the head", [("hand", "head"), ("hand", "foot")])
    assert _side(touch.a) == "right" and touch.b in ("head", *regions_of("head"))
