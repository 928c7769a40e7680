"""Keypoints take the place of landmarks in the picture, and poses fitted with them land nearer to where joints are."""

from __future__ import annotations

import numpy as np
import pytest

from backend.body.model import BodyModel
from backend.body.png import encode_png
from backend.vision.checkpoints import KEYPOINTS
from backend.vision.finders import BUILT_IN, Finders
from backend.vision.images import Picture
from backend.vision.keypoints import COCO, LAYOUTS, Keypoints, with_keypoints
from backend.vision.landmarks import INDEX, Box, twin_of
from backend.vision.observe import Person, observe
from backend.vision.photo import pose_photo
from rigs.skeleton import INDEX as JOINT
from rigs.wire import ImageBytes

from .scenes import Scene, scene

LIMBS = tuple(f"{s}_{j}" for s in ("left", "right") for j in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle"))


def _person() -> Person:
    """Somebody who faces the camera, 1.6 m of points at 200 px a metre, with depth of its own."""
    rng = np.random.default_rng(3)
    space = rng.uniform([-0.4, -0.8, -0.2], [0.4, 0.8, 0.2], (33, 3))
    ones = np.ones(33)
    points = space[:, :2] * 200 + [300, 400]
    return Person((200, 200, 200, 400), points, space, 0.5 * ones, 0.5 * ones, 0.02 * ones)


def _truth(drawn: Scene) -> Finders:
    """Finders that know where the joints of a drawn body are, as a model that errs nowhere would."""
    known = Keypoints(LIMBS, drawn.points[[JOINT[n] for n in LIMBS]], np.ones(len(LIMBS)))

    def landmarks(picture: Picture, box: Box) -> Person:
        return with_keypoints(observe(picture, box), known)

    return Finders("truth", BUILT_IN.people, landmarks)


def _off(drawn: Scene, finders: Finders) -> np.ndarray:
    """(12,): how far joints of the fitted pose are from where they were drawn, of the longer side of the box."""
    photo = pose_photo(
        ImageBytes(encode_png(drawn.pixels)), drawn.box, None, BodyModel.load().shaped(), finders=finders
    )
    pixels, _ = photo.fit.camera.project(photo.fit.joints)
    rows = [JOINT[n] for n in LIMBS]
    return np.linalg.norm(pixels[rows] - drawn.points[rows], axis=1) / max(drawn.box[2:])


def test_every_layout_names_landmarks_and_both_sides() -> None:
    assert tuple(LAYOUTS) == KEYPOINTS
    for count, layout in LAYOUTS.items():
        assert max(layout) < count and len(set(layout.values())) == len(layout)
        assert set(layout.values()) <= set(INDEX)
        assert {twin_of(name) for name in layout.values()} == set(layout.values())


def test_a_layout_takes_the_rows_that_are_landmarks() -> None:
    points = np.arange(266.0).reshape(133, 2)
    found = Keypoints.of_layout(points, np.linspace(0, 1, 133))
    at = dict(zip(found.names, found.points[:, 0], strict=True))
    assert at["nose"] == 0 and at["left_heel"] == 38 and at["right_foot_index"] == 40
    assert at["left_index"] == 2 * (91 + 5) and at["right_pinky"] == 2 * (112 + 17)


def test_keypoints_say_where_and_how_sure_and_depth_stays() -> None:
    person = _person()
    goal = person.points[[INDEX[n] for n in COCO]] + 3.0
    out = with_keypoints(person, Keypoints(COCO, goal, np.full(17, 0.9)))
    rows = [INDEX[n] for n in COCO]
    assert np.allclose(out.points[rows], goal) and np.allclose(out.votes[rows], 0.9)
    assert np.array_equal(out.space[:, 2], person.space[:, 2])
    assert (out.visible[rows] == 0.9).all()


def test_faint_keypoints_change_nothing() -> None:
    person = _person()
    assert with_keypoints(person, Keypoints(COCO, np.zeros((17, 2)), np.full(17, 0.05))) is person


def test_a_hand_moves_along_with_its_wrist_unless_it_has_keypoints_of_its_own() -> None:
    person = _person()
    wrist, index, pinky = (INDEX[f"left_{n}"] for n in ("wrist", "index", "pinky"))
    away = np.array([40.0, -20.0])
    one = with_keypoints(person, Keypoints(("left_wrist",), person.points[[wrist]] + away, np.ones(1)))
    assert np.allclose(one.points[[wrist, index, pinky]] - person.points[[wrist, index, pinky]], away)
    two = with_keypoints(
        person, Keypoints(("left_wrist", "left_index"), person.points[[wrist, index]] + [away, 0 * away], np.ones(2))
    )
    assert np.allclose(two.points[index], person.points[index])


def test_space_goes_the_way_that_the_picture_shows_and_is_doubted_where_it_did_not() -> None:
    person = _person()
    moved = person.points[[INDEX[n] for n in COCO]].copy()
    moved[COCO.index("left_wrist")] += [100.0, 0.0]
    out = with_keypoints(person, Keypoints(COCO, moved, np.ones(17)))
    wrist, elbow = INDEX["left_wrist"], INDEX["left_elbow"]
    flat = out.space[wrist, :2] - out.space[elbow, :2]
    seen = out.points[wrist] - out.points[elbow]
    assert flat @ seen / np.linalg.norm(flat) / np.linalg.norm(seen) > 0.995
    assert out.spread[wrist] > 0.3 and out.spread[elbow] == pytest.approx(0.02)


@pytest.mark.slow
def test_true_points_bring_the_fitted_pose_nearer_to_where_the_joints_are() -> None:
    """What the path to better points is for: PCK of poses fitted with them rises, at .02 and at .05."""
    drawn = [
        scene("waving with the right hand", 75.0),
        scene("lying on the back, legs straight, arms at the sides", 75.0),
        scene("sitting cross-legged", 60.0),
        scene("squatting, arms forward", 200.0),
    ]
    built_in = np.concatenate([_off(d, BUILT_IN) for d in drawn])
    true = np.concatenate([_off(d, _truth(d)) for d in drawn])
    for close in (0.02, 0.05):
        assert (true < close).mean() > (built_in < close).mean() + 0.05, close
    assert (true < 0.05).mean() > 0.95 and true.mean() < 0.6 * built_in.mean()
