"""Alternatives of a photo land in the picture as well as the first pose, and are really others."""

from __future__ import annotations

import numpy as np
import pytest

from backend.body.camera import Camera
from backend.body.model import BodyModel
from backend.body.png import encode_png
from backend.pipeline import Pipeline
from backend.vision.confidence import LIMBS, confidence_of_limbs, confidence_of_whole
from backend.vision.flips import APART, apart, depth_flips, turned_over
from backend.vision.landmarks import INDEX
from backend.vision.photo import Photo, pose_photo
from rigs.wire import ImageBytes, PoseRequest

from .scenes import scene

MOVED = [f"left_{n}" for n in ("elbow", "wrist", "pinky", "index", "thumb")]


def _posed(prompt: str, share: float = 1.0) -> Photo:
    drawn = scene(prompt)
    x, y, w, h = drawn.box
    cut = drawn.pixels[: int(y + share * h)] if share < 1 else drawn.pixels
    return pose_photo(ImageBytes(encode_png(cut)), (x, y, w, share * h), None, BodyModel.load().shaped())


def test_alternatives_explain_the_picture_as_well() -> None:
    photo = _posed("squatting, arms forward")
    others = depth_flips(photo.fit, photo.person, photo.picture, BodyModel.load().shaped(), 3)
    assert others
    poses = [photo.fit, *others]
    assert all(f.off < photo.fit.off + 0.01 for f in others)
    assert all(apart(a, b) >= APART for i, a in enumerate(poses) for b in poses[:i])


def test_alternatives_come_in_the_order_of_cost_and_fewer_are_the_cheapest() -> None:
    photo, shaped = _posed("squatting, arms forward"), BodyModel.load().shaped()
    many = depth_flips(photo.fit, photo.person, photo.picture, shaped, 3)
    assert len(many) == 2
    assert many[0].cost <= many[1].cost
    (one,) = depth_flips(photo.fit, photo.person, photo.picture, shaped, 2)
    assert np.array_equal(one.local, many[0].local)
    assert depth_flips(photo.fit, photo.person, photo.picture, shaped, 1) == []


def test_a_limb_is_turned_over_in_depth_alone_and_what_hangs_on_it_moves_along() -> None:
    photo = _posed("squatting, arms forward")
    turned = [t for t in turned_over(photo.fit.sure, photo.person) if t.limb == "left arm" and t.parts == (0,)]
    assert turned
    before, after = photo.person.space, turned[0].person.space
    assert np.array_equal(before[:, :2], after[:, :2])
    shoulder, elbow, wrist = (INDEX[f"left_{j}"] for j in ("shoulder", "elbow", "wrist"))
    assert after[elbow, 2] - after[shoulder, 2] == pytest.approx(before[shoulder, 2] - before[elbow, 2])
    assert np.allclose(after[wrist] - after[elbow], before[wrist] - before[elbow])
    still = [i for name, i in INDEX.items() if name not in MOVED]
    assert np.array_equal(before[still], after[still])


def test_limbs_beyond_the_frame_are_unsure_and_neither_invented_nor_varied() -> None:
    whole, cut = _posed("waving with the right hand"), _posed("waving with the right hand", 0.5)
    sure, unsure = (confidence_of_limbs(p.fit, p.person) for p in (whole, cut))
    for limb in ("left leg", "right leg"):
        assert unsure[limb] < 0.3 < sure[limb]
        assert max(cut.fit.sure[INDEX[n]] for n in LIMBS[limb][1:]) < 0.1
    assert confidence_of_whole(cut.fit, cut.person) < confidence_of_whole(whole.fit, whole.person)
    joints = cut.fit.joints
    thigh = joints[5] - joints[2]  # right knee from right hip: about straight down, as one stands
    assert thigh[1] / np.linalg.norm(thigh) < -0.85


def test_a_request_for_several_poses_is_answered_with_alternatives() -> None:
    drawn = scene("squatting, arms forward")
    result = Pipeline().pose(PoseRequest(prompt="", image=ImageBytes(encode_png(drawn.pixels)), n=3))
    assert len(result.poses) > 1
    for entry in result.poses:
        pixels, _ = Camera.from_dict(entry.camera or {}).project(entry.joints[:22])
        off = np.linalg.norm(pixels - drawn.points[:22], axis=1) / max(drawn.box[2:])
        assert np.median(off) < 0.05
