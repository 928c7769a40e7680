"""Confidence goes down with each thing that speaks against a limb, and stays where nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from backend.body.model import BodyModel
from backend.body.png import encode_png
from backend.vision import confidence
from backend.vision.confidence import LIMBS, confidence_of_limbs, confidence_of_whole, evidence_of_limb
from backend.vision.landmarks import INDEX
from backend.vision.photo import Photo, pose_photo
from rigs.wire import ImageBytes

from .scenes import scene

ARM = [INDEX[f"right_{n}"] for n in ("shoulder", "elbow", "wrist")]


@cache
def _photo(prompt: str = "waving with the right hand") -> Photo:
    drawn = scene(prompt)
    return pose_photo(ImageBytes(encode_png(drawn.pixels)), drawn.box, None, BodyModel.load().shaped())


def _less_seen(photo: Photo) -> Photo:
    sure = photo.fit.sure.copy()
    sure[ARM] *= 0.3
    return replace(photo, fit=replace(photo.fit, sure=sure))


def _disputed(photo: Photo) -> Photo:
    spread = photo.person.spread.copy()
    spread[ARM] += 0.15
    return replace(photo, person=replace(photo.person, spread=spread))


def _seen_otherwise(photo: Photo) -> Photo:
    space = photo.person.space.copy()
    space[ARM[2]] = 2 * space[ARM[1]] - space[ARM[2]]
    return replace(photo, person=replace(photo.person, space=space))


@pytest.mark.parametrize("against", [_less_seen, _disputed, _seen_otherwise])
def test_what_speaks_against_a_limb_makes_it_less_sure_and_no_other(against: Callable[[Photo], Photo]) -> None:
    before, after = _photo(), against(_photo())
    was, now = (confidence_of_limbs(p.fit, p.person) for p in (before, after))
    assert now["right arm"] < was["right arm"] - 0.02
    assert all(now[limb] == was[limb] for limb in LIMBS if limb != "right arm")
    assert confidence_of_whole(after.fit, after.person) < confidence_of_whole(before.fit, before.person)


def test_evidence_is_each_better_when_larger_and_no_weight_says_otherwise() -> None:
    photo = _photo()
    for limb in LIMBS:
        assert all(0.0 <= e <= 1.0 for e in evidence_of_limb(photo.fit, photo.person, limb))
    assert all(w >= 0.0 for weights in (confidence._LIMB, confidence._WHOLE) for w in weights[:-1])


def test_a_limb_along_the_view_is_less_sure_than_one_across_it() -> None:
    photo = _photo("arms stretched out to the sides")
    turn = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])  # the same pose, seen from its side
    camera = replace(photo.fit.camera, rotation=turn @ photo.fit.camera.rotation)
    beside = (replace(photo.fit, camera=camera), replace(photo.person, space=photo.person.space @ turn.T))
    before, after = confidence_of_limbs(photo.fit, photo.person), confidence_of_limbs(*beside)
    for side in ("left", "right"):
        assert after[f"{side} arm"] < before[f"{side} arm"] - 0.02
        assert after[f"{side} leg"] == pytest.approx(before[f"{side} leg"], abs=0.05)  # upright in both
