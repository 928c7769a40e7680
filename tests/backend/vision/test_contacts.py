"""Touches without sides find theirs in the picture; rare ones and those that it contradicts are left out."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from backend.body.model import BodyModel
from backend.body.png import encode_png
from backend.posecodes.contact import Contact
from backend.posecodes.vocabulary import regions_of
from backend.vision.contacts import Pair, assignments, frequent, with_contacts
from backend.vision.fit import Fit
from backend.vision.photo import Photo, pose_photo
from backend.vision.stated import missed
from rigs.skeleton import INDEX
from rigs.wire import ImageBytes

from .scenes import scene

_ARMS = [INDEX["neck"], *(INDEX[f"{s}_{j}"] for s in ("left", "right") for j in ("shoulder", "elbow", "wrist"))]
SHAPED = BodyModel.load().shaped()


def _side(part: str) -> str:
    return part.split("_")[0]


def aligned_error(a: np.ndarray, b: np.ndarray) -> float:
    x, y = a - a.mean(axis=0), b - b.mean(axis=0)
    u, _, vt = np.linalg.svd(x.T @ y)
    turn = (u * [1.0, 1.0, np.sign(np.linalg.det(u @ vt))]) @ vt
    return float(np.linalg.norm(x @ turn - y, axis=1).mean())


@cache
def photo(prompt: str) -> Photo:
    drawn = scene(prompt, 10.0)
    return pose_photo(ImageBytes(encode_png(drawn.pixels)), drawn.box, None, SHAPED)


def told(prompt: str, *samples: list[Pair]) -> tuple[Fit, list[Contact]]:
    seen = photo(prompt)
    found, program = with_contacts(seen.fit, seen.person, seen.picture, SHAPED, samples)
    assert all(m <= 1.0 for m in missed(found, SHAPED, program))
    return found, [c for c in program if isinstance(c, Contact)]


def test_pairs_of_half_of_the_samples_count_by_any_name() -> None:
    samples = [[("Hand", "butt"), ("hand", "ground")], [("butt", "hand"), ("foot", "leg")], [("hand", "seat")], []]
    assert frequent(samples) == [("hand", "seat")]
    assert frequent([[("left hand", "Chest")]]) == [("breast", "left_hand")]


def test_no_limb_touches_itself() -> None:
    assert [{c.a, c.b} for c in assignments(("hand", "hand"))] == [{"left_hand", "right_hand"}]
    assert {frozenset((c.a, c.b)) for c in assignments(("arm", "hand"))} == {
        frozenset({"left_arm", "right_hand"}), frozenset({"right_arm", "left_hand"})
    }  # fmt: skip
    assert len(assignments(("hand", "knee"))) == 4


def test_both_hands_on_the_hips_are_both_found() -> None:
    found, touches = told("hands on hips", [("hand", "hip")], [("hip", "hand"), ("hand", "hand")], [("hand", "hip")])
    assert {(_side(c.a), _side(c.b)) for c in touches} == {("left", "left"), ("right", "right")}
    drawn, own = scene("hands on hips", 10.0).joints, photo("hands on hips").fit
    assert aligned_error(found.joints[_ARMS], drawn[_ARMS]) < aligned_error(own.joints[_ARMS], drawn[_ARMS])


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_hand_that_touches_the_head_is_the_one_that_is_seen_there(side: str) -> None:
    _, (touch,) = told(f"{side} hand on the head", [("hand", "head")])
    assert _side(touch.a) == side and touch.b in ("head", *regions_of("head"))


def test_a_touch_that_the_picture_contradicts_leaves_the_fit_as_it_is() -> None:
    found, touches = told("hands on hips", [("hand", "foot")])
    assert found is photo("hands on hips").fit and not touches


def test_a_wrong_touch_does_not_keep_a_right_one_out() -> None:
    _, (touch,) = told("right hand on the head", [("hand", "head"), ("hand", "foot")])
    assert _side(touch.a) == "right" and touch.b in ("head", *regions_of("head"))
