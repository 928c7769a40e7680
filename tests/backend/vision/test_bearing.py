"""Who rests on the ground otherwise than on the feet comes out level, however far the camera looked down."""

from __future__ import annotations

import numpy as np
import pytest

from backend.body.model import BodyModel
from backend.body.rotations import rotvec_to_rotmat
from backend.pipeline import Pipeline
from backend.vision.bearing import Bearing, borne
from backend.vision.landmarks import INDEX
from backend.vision.pitch import levelling
from rigs.wire import PoseRequest

SHAPED = BodyModel.load().shaped()
USUAL = np.radians(6.0)


def seen_from(prompt: str, down: float, sure: np.ndarray | None = None) -> Bearing | None:
    """What is found of the body of a prompt, before a camera 3.5 m away at its middle that looks `down` degrees."""
    pose = Pipeline().pose(PoseRequest(prompt=prompt)).poses[0].pose
    local, level = rotvec_to_rotmat(pose.rotvecs), levelling(np.radians(down))
    pelvis = level.T @ np.array([0.0, pose.transl[1] + SHAPED.joints[0, 1] - 0.3, 0.0]) - [0.0, 0.0, 3.5]
    local[0] = level.T @ local[0]
    return borne(SHAPED, local, pelvis - SHAPED.joints[0], np.ones(33) if sure is None else sure, USUAL)


@pytest.mark.parametrize(
    ("prompt", "parts"),
    [
        ("plank", {"left_hand", "right_hand", "left_toes", "right_toes"}),
        ("on all fours", {"left_hand", "right_hand", "left_knee", "right_knee"}),
        ("cobra pose", {"belly", "left_hand", "right_hand"}),
        ("lying on the back", {"seat", "upper_back"}),
    ],
)
def test_what_bears_is_found_and_how_far_the_camera_looked_down(prompt: str, parts: set[str]) -> None:
    found = seen_from(prompt, 32.0)
    assert found is not None and parts <= set(found.parts)
    assert found.support.height == 0.0
    assert abs(np.degrees(found.pitch) - 32.0) < 8.0


@pytest.mark.parametrize("prompt", ["plank", "on all fours", "lying on the back"])
def test_who_lies_level_as_it_is_is_left_so(prompt: str) -> None:
    assert seen_from(prompt, 6.0) is None


def test_parts_that_were_not_seen_do_not_tell_but_their_twins_take_them_along() -> None:
    sure = np.ones(33)
    sure[[INDEX["left_knee"], INDEX["left_ankle"]]] = 0.0
    found = seen_from("plank", 32.0, sure)
    assert found is not None and "left_toes" in found.parts
    assert seen_from("plank", 32.0, np.zeros(33)) is None
