"""addon/headless/portrait.py, without Blender: the face is seen, whatever the pose."""

from __future__ import annotations

import numpy as np
import pytest
from posewright_ext.addon.headless.portrait import best_view, towards
from posewright_ext.addon.rig.bodydata import load_body
from posewright_ext.addon.rig.retarget import to_armature
from posewright_ext.rigs.skeleton import JOINTS

FRONT = np.array([0.0, -1.0, 0.0])


def joints(turn: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """The T-pose in Blender's space, turned by the matrix (3, 3) about the pelvis."""
    places = to_armature(load_body().joints, 0.0) @ (np.eye(3) if turn is None else turn).T
    return dict(zip(JOINTS, places, strict=True))


def about_z(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def test_azimuth_goes_from_the_front_to_the_characters_left() -> None:
    assert towards(0.0, 0.0) == pytest.approx(FRONT)
    assert towards(np.pi / 2, 0.0) == pytest.approx([1, 0, 0], abs=1e-12)
    assert towards(0.0, 0.5)[2] > 0


@pytest.mark.parametrize("angle", [0.0, 1.0, 2.5, -2.0])
def test_the_camera_follows_a_turned_body_and_sees_the_face(angle: float) -> None:
    turn = about_z(angle)
    view = best_view(joints(turn), turn @ FRONT)
    assert np.linalg.norm(view) == pytest.approx(1.0)
    assert 0.4 < view @ (turn @ FRONT) < 0.999, "in front, but not full face"


def test_a_body_that_lies_is_seen_from_higher_up() -> None:
    on_its_back = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])  # the face to the sky
    lying = best_view(joints(on_its_back), on_its_back @ FRONT)
    assert lying[2] > best_view(joints(), FRONT)[2] + 0.1
    assert lying[2] > 0


def test_a_face_turned_aside_draws_the_camera_along() -> None:
    left = best_view(joints(), about_z(0.9) @ FRONT)
    right = best_view(joints(), about_z(-0.9) @ FRONT)
    assert left[0] > 0.2 and right[0] < -0.2
