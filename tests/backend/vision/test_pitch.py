"""The camera's pitch is read off the body: who stands upright before a camera that looks down comes out upright."""

from __future__ import annotations

import numpy as np
import pytest

from backend.body.kinematics import Kinematics
from backend.body.model import BodyModel
from backend.body.png import encode_png
from backend.body.rotations import rotvec_to_rotmat
from backend.pipeline import Pipeline
from backend.posecodes.tracking import posed, tracked_by
from backend.vision.photo import pose_photo
from backend.vision.pitch import estimated, levelling, pitch_of
from rigs.skeleton import INDEX
from rigs.wire import ImageBytes, PoseRequest

from .scenes import scene

ALL_SEEN = np.ones(33)


def before_camera(prompt: str, down: float, turned: float = 0.0) -> Kinematics:
    """The body of a prompt as a camera that looks down by `down` degrees has it before itself."""
    pose = Pipeline().pose(PoseRequest(prompt=prompt)).poses[0].pose
    local = rotvec_to_rotmat(pose.rotvecs)
    seen = levelling(np.radians(down)).T @ rotvec_to_rotmat(np.array([0.0, np.radians(turned), 0.0]))
    local[0] = seen @ local[0]
    return posed(BodyModel.load().shaped().joints, local, np.zeros(3), tracked_by((), ("com",)))


def test_a_camera_that_looks_down_sees_the_vertical_lean_towards_it() -> None:
    up = levelling(np.radians(20.0)).T @ np.array([0.0, 1.0, 0.0])
    assert up[2] > 0.3 and up[1] > 0.9  # Z points at the camera
    assert pitch_of(levelling(0.35)) == pytest.approx(0.35)


@pytest.mark.parametrize("prompt", ["standing", "waving with the right hand", "arms crossed"])
@pytest.mark.parametrize("turned", [0.0, 70.0, 180.0])
def test_who_stands_tells_how_far_the_camera_looked_down(prompt: str, turned: float) -> None:
    for down in (0.0, 15.0):
        assert np.degrees(estimated(before_camera(prompt, down, turned), ALL_SEEN)) == pytest.approx(down, abs=9.5)


@pytest.mark.parametrize("degrees", [10.0, 170.0])
def test_who_stands_upright_comes_out_upright(degrees: float) -> None:
    """From the front and from behind, by a camera that looks down a little."""
    drawn = scene("waving with the right hand", degrees, 10.0)
    found = pose_photo(ImageBytes(encode_png(drawn.pixels)), drawn.box, None, BodyModel.load().shaped()).fit
    neck, pelvis = found.joints[[INDEX["neck"], INDEX["pelvis"]]]
    lean = np.degrees(np.arccos((neck - pelvis)[1] / np.linalg.norm(neck - pelvis)))
    assert lean < 9.0
    assert pitch_of((np.diag([1.0, -1.0, -1.0]) @ found.camera.rotation).T) > 0.0
