"""Known poses have known classes; mirror images the mirrored ones; turning round changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from backend.body.kinematics import Kinematics, heading_of
from backend.body.model import BodyModel
from backend.body.rotations import rotvec_to_rotmat
from backend.posecodes.classes import TRACKED, agreeing, classes_of, looks, mirrored, named, possible, values_of
from backend.posecodes.scale import Scale
from rigs.skeleton import INDEX
from tests.backend.conftest import mirror, random_rotvecs, turned


def posed(**rotvecs: tuple[float, float, float]) -> np.ndarray:
    """(55, 3) rad: the T-pose with some joints turned, in degrees."""
    out = np.zeros((55, 3))
    for joint, degrees in rotvecs.items():
        out[INDEX[joint]] = np.radians(degrees)
    return out


def body(rotvecs: np.ndarray) -> Kinematics:
    local = rotvec_to_rotmat(rotvecs)[None]
    return Kinematics(BodyModel.load().shaped().joints, local, np.zeros((1, 3)), TRACKED, heading_of(local[:, 0]))


T_POSE = {
    "angle left_elbow": "straight",
    "slope left_forearm": "horizontal",
    "slope right_shin": "vertical",
    "distance left_hand | right_hand": "wide",
    "up left_hand | left_hip": "above",
    "left left_hand | right_hand": "left of",
    "left right_hand | right_shoulder": "right of",
    "up left_hand | right_hand": "level",
    "ground left_foot": "on ground",
}
POSES = [
    (posed(), T_POSE),
    (posed(left_elbow=(0, -90, 0)), {"angle left_elbow": "right angle", "angle right_elbow": "straight"}),
    (posed(left_elbow=(0, -120, 0)), {"angle left_elbow": "almost fully bent"}),
    (posed(right_knee=(30, 0, 0)), {"angle right_knee": "slightly bent", "angle left_knee": "straight"}),
    (posed(spine1=(20, 0, 0), spine2=(20, 0, 0)), {"body bow": "forward"}),
    (posed(spine2=(0, 40, 0)), {"body twist": "left"}),
    (posed(spine1=(0, 0, -25)), {"body lean": "left"}),
    (posed(head=(0, -40, 0)), {"head turned": "far right"}),
    (posed(head=(0, 20, 0)), {"head turned": "left"}),
    (posed(neck=(20, 0, 0), head=(20, 0, 0)), {"head bowed": "forward"}),
    (posed(left_hip=(-90, 0, 0)), {"slope left_thigh": "horizontal", "front left_foot | torso": "in front of"}),
    (posed(left_shoulder=(0, 0, -88)), {"slope left_upper_arm": "vertical", "up left_hand | right_hand": "below"}),
    (posed(pelvis=(90, 0, 0)), {"slope torso": "horizontal"}),
    (
        posed(left_knee=(100, 0, 0), right_hip=(-90, 0, 0), right_knee=(90, 0, 0)),
        {"kneeling left_knee": "held", "ground left_knee": "on ground"},
    ),
]


@pytest.mark.parametrize(("rotvecs", "known"), POSES)
def test_known_poses_have_known_classes(rotvecs: np.ndarray, known: dict[str, str]) -> None:
    found = classes_of(body(rotvecs))
    assert {key: found.get(key) for key in known} == known


def test_what_does_not_hold_has_no_class() -> None:
    found = classes_of(body(posed()))
    assert not [key for key in found if key.startswith(("body", "head", "kneeling", "touch"))]
    assert "ground left_knee" not in found


@pytest.mark.parametrize("seed", range(3))
def test_the_mirror_image_has_the_mirrored_classes(seed: int) -> None:
    rotvecs = random_rotvecs(seed, 1)[0]
    assert classes_of(body(mirror(rotvecs))) == mirrored(classes_of(body(rotvecs)))


@pytest.mark.parametrize("seed", range(3))
def test_turning_round_changes_nothing(seed: int) -> None:
    """Up to rounding: compared within the tolerance. The body stands, so that it has a heading of its own."""
    rotvecs = random_rotvecs(seed, 1)[0]
    rotvecs[0] *= 0.2
    here, there = values_of(body(rotvecs)), values_of(body(turned(rotvecs, 2.3)))
    assert here.keys() == there.keys()
    assert np.allclose(list(here.values()), list(there.values()), atol=1e-6)


def test_mirrored_twice_is_itself() -> None:
    classes = classes_of(body(random_rotvecs(7, 1)[0]))
    assert mirrored(mirrored(classes)) == classes


def test_near_an_edge_either_class_agrees() -> None:
    scale = Scale((20,), ("straight", "bent"), 5)
    assert scale.near(16) == {"straight", "bent"}
    assert scale.near(14) == {"straight"}
    assert scale.name(21) == "bent"


def test_agreement_is_asked_of_every_class_of_the_original() -> None:
    straight, bent = values_of(body(posed())), values_of(body(posed(left_elbow=(0, -90, 0))))
    assert all(agreeing(straight, straight).values())
    found = agreeing(straight, bent)
    assert found.keys() == named(straight).keys()
    assert not found["angle left_elbow"]
    assert found["angle right_elbow"]


def test_a_question_that_makes_no_sense_has_no_answer() -> None:
    lying = values_of(body(posed(pelvis=(-90, 0, 0))))
    assert "body bow" not in lying
    assert possible(lying, "body bow") == {""}


def test_every_key_names_what_it_looks_at() -> None:
    assert all(len(key.split(" ", 1)[1]) > 2 for key in looks())
