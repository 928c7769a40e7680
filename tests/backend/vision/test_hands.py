"""Hands: the joints of fingers follow from landmarks, and hands that are drawn near enough are found as they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backend.body.camera import framing, orbit_direction
from backend.body.model import BodyModel
from backend.body.picture import draw, figure
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.pipeline import Pipeline
from backend.posecodes.hand import hand_joints, shape_rotvecs
from backend.posecodes.tracking import body_at
from backend.solver.stance import neutral_stance
from backend.vision.fingers import finger_rotations
from backend.vision.hands import SMALLEST, region_of, see_hands, with_hands
from backend.vision.images import Picture
from backend.vision.landmarks import INDEX as LANDMARK
from backend.vision.landmarks import NAMES
from backend.vision.lens import FACING
from backend.vision.observe import Person, observe
from rigs.skeleton import INDEX
from rigs.wire import Pose, PoseRequest

SHAPES = ("fist", "point", "open", "peace", "thumbs_up")
REST = BodyModel.load().shaped().joints
ORDER = ("thumb", "index", "middle", "ring", "pinky")


def _off(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.degrees(np.linalg.norm(rotmat_to_rotvec(np.swapaxes(a, -1, -2) @ b), axis=-1))


def _landmarks(shape: str, side: str) -> np.ndarray:
    """(21, 3) m in OpenCV axes: our own joints where a hand model puts its landmarks, tips in line with the last."""
    local = neutral_stance().copy()
    local[hand_joints(side)] = rotvec_to_rotmat(shape_rotvecs(shape, side))
    body = body_at(REST, local, np.zeros(3), ())
    joints, world = body.joints[0], body.world[0]
    out = [joints[INDEX[f"{side}_wrist"]]]
    for finger in ORDER:
        rows = INDEX[f"{side}_{finger}1"] + np.arange(3)
        onward = world[rows[2]] @ (REST[rows[2]] - REST[rows[1]])
        out += [*joints[rows], joints[rows[2]] + onward]
    return np.array(out) @ FACING.T


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("shape", SHAPES)
def test_joints_follow_from_landmarks(shape: str, side: str) -> None:
    found = finger_rotations(_landmarks(shape, side), side, REST)
    true = rotvec_to_rotmat(shape_rotvecs(shape, side))
    assert _off(found, true).mean() < 4
    assert _off(found, true).max() < 20


def test_fingers_stay_within_their_ranges() -> None:
    noise = np.random.default_rng(0)
    for _ in range(20):
        bends = _off(finger_rotations(noise.normal(size=(21, 3)), "left", REST), np.eye(3))
        assert bends.max() < 125


def _raised(shape: str) -> tuple[Picture, np.ndarray]:
    """Hands in a shape before the shoulders, drawn from near, and the pose's local rotations."""
    pose = (
        Pipeline().pose(PoseRequest(prompt="both hands raised in front of the shoulders, palms forward")).poses[0].pose
    )
    rotvecs = pose.rotvecs.copy()
    for side in ("left", "right"):
        rotvecs[hand_joints(side)] = shape_rotvecs(shape, side)
    body = figure(Pose(rotvecs, pose.transl, pose.betas))
    near = body.vertices[body.vertices[:, 1] > body.vertices[:, 1].max() - 1.05]
    size = (560, 640)
    return Picture(draw(body, framing(near, orbit_direction(0.0, 0.1), size), size)), rotvec_to_rotmat(rotvecs)


@pytest.mark.parametrize("shape", ["fist", "peace"])
def test_a_drawn_hand_is_found_as_it_is(shape: str) -> None:
    picture, local = _raised(shape)
    person = with_hands(picture, observe(picture, (130.0, 20.0, 300.0, 620.0)))
    assert set(person.hands) == {"left", "right"}
    for side, space in person.hands.items():
        found = finger_rotations(space, side, REST)
        true = local[hand_joints(side)]
        assert _off(found, true).mean() < 26
        wrong = {"fist": "open", "peace": "fist"}[shape]
        assert _off(found, true).mean() < 0.7 * _off(found, rotvec_to_rotmat(shape_rotvecs(wrong, side))).mean()


def _person(length: float, votes: float = 1.0) -> Person:
    """Landmarks of a body of 100 px a metre whose left hand is `length` px long, pointing right in the picture."""
    n = len(NAMES)
    space = np.random.default_rng(1).normal(scale=0.3, size=(n, 3))
    points = 300 + 100 * space[:, :2]
    for name, along in (("wrist", 0.0), ("index", length / 2), ("pinky", length / 2)):
        points[LANDMARK[f"left_{name}"]] = (300 + along, 300)
    return Person((200, 200, 200, 200), points, space, np.full(n, votes), np.ones(n), np.zeros(n))


def test_the_region_has_the_fingers_up() -> None:
    region = region_of(_person(60), "left")
    assert region is not None
    wrist, knuckles = np.array([300.0, 300.0]), np.array([330.0, 300.0])
    up = region.to_picture(np.array([0.5, 0.0])) - region.to_picture(np.array([0.5, 1.0]))
    assert up @ (knuckles - wrist) > 0.99 * np.linalg.norm(up) * 30


def test_small_and_unseen_hands_are_left_alone() -> None:
    grey = Picture(np.full((600, 600, 3), 128, np.uint8))
    assert region_of(_person(SMALLEST - 10), "left") is None
    assert region_of(_person(60, votes=0.05), "left") is None
    person = _person(60)
    assert see_hands(grey, person) == {}
    assert with_hands(grey, person).points is not None
    assert not with_hands(grey, replace(person, votes=np.zeros(len(NAMES)))).hands
