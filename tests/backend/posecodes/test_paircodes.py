"""Changes from one body to another: their classes, and statements about them that can be carried out."""

from __future__ import annotations

import numpy as np
import pytest

from backend.body.kinematics import Kinematics, heading_of
from backend.body.model import BodyModel
from backend.body.rotations import rotvec_to_rotmat
from backend.errors import BadProgram
from backend.posecodes import read_line
from backend.posecodes.angle import Angle
from backend.posecodes.contact import Contact
from backend.posecodes.distance import Distance
from backend.posecodes.paircodes import (
    SCALES,
    Paircode,
    agreement,
    changes,
    paircode_from_json,
    paircodes,
    scale_of,
    tracked,
)
from backend.posecodes.position import Position
from backend.posecodes.turn import Turn
from backend.solver.pose_program import Setting, pose_program
from rigs.skeleton import INDEX, mirror_name
from tests.backend.conftest import bodies, mirror, random_rotvecs, turned

STATEMENTS = [
    Paircode(Angle("right_elbow", 0.0), 30.0),
    Paircode(Position("left_hand", "pelvis", "up", 0.0), 0.15),
    Paircode(Position("left_wrist", "spine3", "left", 0.0, "=", "chest"), -0.1),
    Paircode(Distance("left_ankle", "right_ankle", 0.0), 0.2),
    Paircode(Turn("head", "turned", 0.0), -25.0),
    Paircode(Turn("torso", "bowed", 0.0), 20.0),
]


def body(rotvecs: np.ndarray) -> Kinematics:
    """A body that tracks what `changes` needs, and no more."""
    local = rotvec_to_rotmat(rotvecs)[None]
    return Kinematics(BodyModel.load().shaped().joints, local, np.zeros((1, 3)), tracked(), heading_of(local[:, 0]))


def bent(joint: str, axis: int, degrees: float) -> np.ndarray:
    out = np.zeros((55, 3))
    out[INDEX[joint], axis] = np.radians(degrees)
    return out


def test_nothing_changes_between_equal_bodies():
    rotvecs = random_rotvecs(3, 1)[0]
    assert paircodes(body(rotvecs), body(rotvecs)) == {}
    apart = {k: v for k, v in changes(body(rotvecs), body(rotvecs)).items() if not k.startswith("touch")}
    assert np.abs(list(apart.values())).max() < 1e-9


def test_a_bent_knee_is_said_with_its_grade():
    rest = np.zeros((55, 3))
    assert paircodes(body(rest), body(bent("left_knee", 0, 30)))["angle left_knee"] == "bend more a bit"
    assert paircodes(body(rest), body(bent("left_knee", 0, 60)))["angle left_knee"] == "bend more"
    assert paircodes(body(bent("left_knee", 0, 95)), body(rest))["angle left_knee"] == "straighten more a lot"


def test_head_and_whole_body_turn_to_their_left():
    rest = np.zeros((55, 3))
    assert paircodes(body(rest), body(bent("head", 1, 20))) == {"head turned": "left"}
    assert paircodes(body(rest), body(turned(rest, np.radians(90)))) == {"turn": "left"}
    assert paircodes(body(rest), body(turned(rest, np.radians(-30)))) == {"turn": "right a bit"}


def test_an_arm_that_comes_down_moves_its_hand_down():
    codes = paircodes(body(np.zeros((55, 3))), body(bent("left_shoulder", 2, -80)))
    assert codes["position left_hand up"] == "down a lot"
    assert codes["distance left_hand right_hand"].startswith("closer")
    assert not any("right_hand" in key and key.startswith("position") for key in codes)


def test_skin_that_touches_only_afterwards_is_a_change():
    rest = np.zeros((55, 3))
    shaped = BodyModel.load().shaped()
    touching = pose_program(shaped, read_line("left palm touches left hip"), Setting.neutral())[0].local
    local = touching[None]
    after = Kinematics(shaped.joints, local, np.zeros((1, 3)), tracked(), heading_of(local[:, 0]))
    assert paircodes(body(rest), after)["touch left_hand hip"] == "touch"
    assert not any(k.startswith("touch") for k in paircodes(after, after))


def test_turning_the_whole_body_changes_only_the_turn():
    a, b = random_rotvecs(4, 2)
    here, there = (changes(body(a), body(x)) for x in (b, turned(b, 1.0)))
    assert {k for k in here if abs(here[k] - there[k]) > 1e-6} == {"turn"}


def _mirrored_key(key: str) -> str:
    return " ".join(mirror_name(w) if "_" in w else w for w in key.split())


def test_mirrored_bodies_change_on_the_other_side():
    a, b = random_rotvecs(5, 2)
    here, there = changes(body(a), body(b)), changes(body(mirror(a)), body(mirror(b)))
    for key, value in here.items():
        if key.startswith(("touch", "distance")):
            continue  # the names of the pairs are in another order
        sign = -1.0 if key.split()[-1] in ("left", "turned", "tilted", "turn") else 1.0
        assert there[_mirrored_key(key)] == pytest.approx(sign * value, abs=2e-3)


def test_near_a_limit_both_classes_agree():
    scale = scale_of("angle left_elbow")
    assert scale.near(19.0) == {"", "bend more a bit"}
    assert agreement({"angle left_elbow": 20.0}, {"angle left_elbow": 10.0}) == {"angle left_elbow": True}
    assert agreement({"angle left_elbow": 30.0}, {"angle left_elbow": 10.0}) == {"angle left_elbow": False}
    assert scale_of("position left_hand up") is SCALES["position up"]


@pytest.mark.parametrize("scale", SCALES.values(), ids=list(SCALES))
def test_every_scale_has_a_class_between_its_limits(scale):
    assert len(scale.names) == len(scale.limits) + 1
    assert list(scale.limits) == sorted(scale.limits)
    assert len({*scale.names} - {"around"}) == len([n for n in scale.names if n != "around"])


@pytest.mark.parametrize("code", STATEMENTS, ids=str)
def test_json_gives_the_statement_back(code):
    assert paircode_from_json(code.to_json()) == code
    assert code.mirrored().mirrored() == code


@pytest.mark.parametrize("code", STATEMENTS, ids=str)
def test_mirrored_statement_measures_the_mirrored_change(code, shaped):
    a, b = random_rotvecs(6, 2)
    here = code.measure(bodies(shaped, a), bodies(shaped, b))
    there = code.mirrored().measure(bodies(shaped, mirror(a)), bodies(shaped, mirror(b)))
    assert there == pytest.approx(np.sign(code.by * code.mirrored().by) * here, abs=2e-3)


@pytest.mark.parametrize("code", STATEMENTS, ids=str)
def test_carried_out_it_makes_the_change_that_it_says(code, shaped):
    setting = Setting.neutral()
    before = bodies(shaped, np.zeros((1, 55, 3)))
    before = Kinematics(
        before.rest, setting.local[None], setting.transl[None], before.tracked, heading_of(setting.local[None, 0])
    )
    end = pose_program(shaped, (code.resolved(before),), setting)[0]
    after = Kinematics(before.rest, end.local[None], end.transl[None], before.tracked, heading_of(end.local[None, 0]))
    assert code.measure(before, after) == pytest.approx(code.by, abs=4.0 if code.unit == "deg" else 0.025)


def test_a_target_stays_in_the_range_of_its_kind(shaped):
    straight = bodies(shaped, np.zeros((1, 55, 3)))
    assert Paircode(Angle("left_elbow", 0.0), -90.0).resolved(straight).degrees == 0.0
    assert Paircode(Angle("left_elbow", 0.0), 400.0).resolved(straight).degrees == 170.0


def test_words_say_which_way_and_how_far():
    assert [c.said() for c in STATEMENTS] == [
        "right elbow bent 30 degrees more",
        "left hand 15 cm higher",
        "left wrist 10 cm further right seen from the spine3 (chest)",
        "left ankle 20 cm farther from right ankle",
        "head turned 25 degrees further to the right",
        "torso bowed 20 degrees further forward",
    ]


def test_the_target_and_its_comparison_are_ignored():
    assert Paircode(Angle("left_knee", 90.0, ">="), 5.0) == Paircode(Angle("left_knee", 0.0), 5.0)


FAULTS = [
    ([], "change"),
    ({"type": "angle"}, "change"),
    ({"type": "change", "of": {"type": "angle", "joint": "left_elbow"}, "by": 3, "speed": 1}, "change.speed"),
    ({"type": "change", "of": {"type": "angle", "joint": "left_elbow"}}, "change.by"),
    ({"type": "change", "of": {"type": "angle", "joint": "left_elbow"}, "by": float("inf")}, "change.by"),
    ({"type": "change", "of": {"type": "contact", "a": "chin", "b": "chest"}, "by": 3}, "change.of.type"),
    ({"type": "change", "of": {"type": ["angle"]}, "by": 3}, "change.of.type"),
    ({"type": "change", "of": "left elbow", "by": 3}, "change.of.type"),
    ({"type": "change", "of": {"type": "angle", "joint": "left_elbov"}, "by": 3}, "change.of.joint"),
]


@pytest.mark.parametrize(("value", "path"), FAULTS)
def test_broken_statement_is_refused_with_the_path_of_the_fault(value, path):
    with pytest.raises(BadProgram) as caught:
        paircode_from_json(value)
    assert caught.value.message.startswith(path)


def test_what_has_no_number_cannot_change():
    with pytest.raises(BadProgram):
        Paircode(Contact("left_palm", "left_hip"), 0.1)
