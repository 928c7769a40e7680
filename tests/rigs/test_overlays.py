"""rigs/overlays.py: what is asked of a picture over a photo, there and back."""

import json

import numpy as np
import pytest

from rigs.wire import ImageBytes, ImageFile, Overlay, OverlayRequest, Pose, PoseEntry, WireError

CAMERA = {"fx": 1.0}


def _entry(**changes) -> PoseEntry:
    fields = {"camera": CAMERA, "person": (1.0, 2.0, 3.0, 4.0), "limbs": {"left arm": 0.25}} | changes
    return PoseEntry(Pose(np.zeros((55, 3))), np.zeros((55, 3)), **fields)


def test_a_request_comes_back_as_it_was() -> None:
    asked = OverlayRequest(ImageFile("/a b/ü.png"), (_entry(),), "photo")
    back = OverlayRequest.from_dict(json.loads(json.dumps(asked.to_dict())))
    assert back.image == asked.image and back.engine == "photo"
    assert back.poses[0].person == (1, 2, 3, 4) and back.poses[0].limbs == {"left arm": 0.25}
    assert OverlayRequest.from_dict(OverlayRequest(ImageBytes(b"x")).to_dict()).poses == ()


def test_an_overlay_comes_back_as_it_was() -> None:
    overlay = Overlay(b"\x89PNG", ((1.0, 2.0, 3.0, 4.0),))
    assert Overlay.from_dict(json.loads(json.dumps(overlay.to_dict()))) == overlay


@pytest.mark.parametrize("missing", ["camera", "person"])
def test_a_pose_of_no_picture_is_refused(missing: str) -> None:
    with pytest.raises(WireError, match=r"poses\[0\].*not from a picture"):
        OverlayRequest.from_dict(OverlayRequest(ImageFile("a"), (_entry(**{missing: None}),)).to_dict())


@pytest.mark.parametrize("limbs", [3, {"arm": "much"}, ["arm"]])
def test_limbs_are_numbers_by_name(limbs: object) -> None:
    with pytest.raises(WireError, match="limbs"):
        PoseEntry.from_dict(_entry().to_dict() | {"limbs": limbs})
