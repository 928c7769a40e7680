"""The properties that every kind of posecode must have, and a known value for each."""

import numpy as np
import pytest

from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.errors import BadProgram
from backend.posecodes import from_json, program_from_json, read_line, read_program
from backend.posecodes.finger import seen
from backend.posecodes.hand import SHAPES, hand_joints, shape_rotvecs
from tests.backend.conftest import bodies, largest_jacobian_error, mirror, random_rotvecs, turned

LINES = """
left elbow bent 90
right knee bent at least 120
left upper arm points 0.96 down 0.29 left
right forearm points up front (chest)
torso points up front
left palm touches right hip
right palm reaches (0.1 1.2 0.4)
left foot, right foot on ground
left buttock, right buttock on seat 0.45
airborne 0.3
look up front
look at left palm
look at (0.5 1.2 2)
head turned left 30
torso tilted right 20
torso bowed front 25
left palm faces front
chest faces up (pelvis)
pelvis left faces up
shoulders points left 0.3 up
left wrist at least 0.4 above head
left wrist 0.2 in front of chest (chest)
right wrist at most 0.1 right of pelvis
left ankle at least 1.9 from right ankle
left hand fist
right hand thumbs up
left shoulder flexed 60
right shoulder extended 20
left shoulder abducted 40
right shoulder abducted at least 30
left shoulder abducted 120
right shoulder horizontally adducted 40
left shoulder rotated in 30
right shoulder rotated out 20
left hip flexed at most 20
right hip extended 10
left hip abducted 40
right hip rotated out 30
left forearm supinated 20
right forearm pronated 60
left wrist extended 30
right wrist flexed 20
right wrist deviated radially 12
left wrist deviated ulnarly 10
left ankle dorsiflexed 15
right ankle plantarflexed 30
left ankle inverted 10
right ankle everted at least 5
left toes bent up 30
right collar raised 20
left collar retracted 10
right collar protracted at most 12
left thigh elevated 0
torso elevated at least 60
shoulders elevated at most 10
left middle points 0.8 up 0.6 front
right foot points front 0.3 up
left hand touches right upper leg
head touches right lower arm
right hand touches head
left index curled 0.6
right thumb curled 0.3 spread 20
left pinky straight spread 12
weight on left foot
weight even on left foot, right foot
weight 0.7 on right foot, left hand, left knee
arms symmetric
legs symmetric
hands symmetric
body symmetric
torso leans forward 30
torso leans back at least 10
torso leans right 15
""".strip().splitlines()
# Statements about the world, which a turn of the body may change.
SCENE = ("reaches", "seat", "on ground", "airborne", "look at (")


@pytest.mark.parametrize("line", LINES)
def test_jacobian_agrees_with_finite_differences(line, shaped):
    code = read_line(line)[0]
    assert largest_jacobian_error(code.residual, bodies(shaped, random_rotvecs(5), derivatives=True)) < 1e-5


@pytest.mark.parametrize("line", LINES)
def test_line_and_json_give_the_statement_back(line):
    code = read_line(line)[0]
    assert from_json(code.to_json()) == code
    assert code.mirrored().mirrored() == code
    again = read_line(code.said())[0]
    assert again.said() == code.said()


@pytest.mark.parametrize("line", LINES)
def test_mirrored_statement_about_the_mirrored_pose_has_the_same_error(line, shaped):
    code, rotvecs = read_line(line)[0], random_rotvecs(6, 1)
    here = code.measure(bodies(shaped, rotvecs)).error
    there = code.mirrored().measure(bodies(shaped, mirror(rotvecs))).error
    assert there == pytest.approx(here, abs=2e-3)  # the skin's regions are symmetric to a millimetre


@pytest.mark.parametrize("line", [x for x in LINES if not any(w in x for w in SCENE)])
def test_turning_the_whole_body_changes_no_error(line, shaped):
    code, rotvecs = read_line(line)[0], random_rotvecs(7, 1)
    here = code.measure(bodies(shaped, rotvecs)).error
    assert code.measure(bodies(shaped, turned(rotvecs, 2.1))).error == pytest.approx(here, abs=1e-6)


KNOWN = {  # in the T-pose, pelvis at the origin
    "left elbow bent 0": 0.0,
    "left elbow bent 90": np.pi / 2,
    "left upper arm points left": 0.0,
    "left upper arm points up": np.pi / 2,
    "right arm points right": 0.0,
    "torso points up": 0.04,
    "left palm faces down": 0.0,
    "left palm faces up": np.pi,
    "head turned left 0": 0.0,
    "head turned right 30": np.pi / 6,
    "look front": 0.0,
    "look down": np.pi / 2,
    "pelvis faces front": 0.0,
    "left wrist 0 in front of right wrist": 0.0,
    "left hand flat": 0.0,
    "left shoulder abducted 90": 0.0,
    "right shoulder abducted 120": np.pi / 6,
    "right shoulder horizontally adducted 0": 0.0,
    "left shoulder rotated in 0": 0.0,
    "right shoulder rotated in 40": np.radians(40),
    "left hip flexed 0": 0.0,
    "right hip flexed 90": np.pi / 2,
    "left hip abducted 30": np.pi / 6,
    "left forearm pronated 60": np.pi / 3,
    "right wrist flexed 0": 0.0,
    "left ankle dorsiflexed 20": np.radians(20),
    "right toes bent up 0": 0.0,
    "left collar raised 10": np.radians(10),
    "left thigh elevated -90": 0.0,
    "right thigh level": np.pi / 2,
    "left arm elevated 0": 0.0,
    "torso elevated at least 60": 0.0,
    "torso leans forward 30": np.pi / 6,
    "torso leans right 0": 0.0,
    "left ring straight": 0.0,
    "weight even on both feet": 0.04,
    "weight on left foot": 0.11,
    "arms symmetric": 0.0,
    "body symmetric": 0.0,
    "right index curled 0.5": np.radians(49),
    "right middle points right": 0.0,
    "left foot points front": 0.4,
}


@pytest.mark.parametrize(("line", "error"), KNOWN.items())
def test_known_value_in_the_t_pose(line, error, shaped):
    assert read_line(line)[0].measure(bodies(shaped, np.zeros((1, 55, 3)))).error == pytest.approx(error, abs=0.05)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_hand_in_its_shape_has_no_error(shape, shaped):
    rotvecs = np.zeros((1, 55, 3))
    rotvecs[0, hand_joints("right")] = shape_rotvecs(shape, "right")
    measured = read_line(f"right hand {shape.replace('_', ' ')}")[0].measure(bodies(shaped, rotvecs))
    assert measured.met and measured.error < 1e-9


@pytest.mark.parametrize(
    "line", ["left index curled 0.6 spread 10", "right thumb curled 0.3 spread 20", "right ring straight"]
)
def test_a_finger_in_its_place_has_no_error_and_is_seen_so(line, shaped):
    code = read_line(line)[0]
    rotmats = rotvec_to_rotmat(np.zeros((55, 3)))
    rotmats[code.joints] = code.target()
    assert code.measure(bodies(shaped, rotmat_to_rotvec(rotmats)[None])).error < 1e-9
    again = seen(code.finger, rotmats)
    assert (again.curl, again.spread) == (pytest.approx(code.curl, abs=0.03), pytest.approx(code.spread, abs=4))


def test_angle_measures_degrees(shaped):
    rotvecs = np.zeros((1, 55, 3))
    rotvecs[0, 4, 0] = np.radians(70)
    measured = read_line("left knee bent 90")[0].measure(bodies(shaped, rotvecs))
    assert measured.reached == pytest.approx(70, abs=1.5) and not measured.met


FAULTS = [
    ([{"type": "angel", "joint": "left_elbow", "degrees": 3}], "program[0].type"),
    ([{"type": "angle", "joint": "left_elbow", "degrees": 900}], "program[0].degrees"),
    ([{"type": "angle", "joint": "left_elbow"}], "program[0].degrees"),
    ([{"type": "angle", "joint": "left_elbov", "degrees": 3}], "program[0].joint"),
    ([{"type": "angle", "joint": "left_elbow", "degrees": 3, "speed": 1}], "program[0].speed"),
    ([{"type": "facing", "part": "chest", "toward": [0, 0, 0]}], "program[0].toward"),
    ([{"type": "facing", "part": "chest", "toward": [0, float("nan"), 0]}], "program[0].toward"),
    ([{"type": "support", "parts": []}], "program[0].parts"),
    ([{"type": "motion", "motion": "left_elbow_rotation", "degrees": 3}], "program[0].motion"),
    ([{"type": "motion", "motion": "left_hip_flexion", "degrees": 300}], "program[0].degrees"),
    ([{"type": "elevation", "segment": "left_tail", "degrees": 3}], "program[0].segment"),
    ([{"type": "lean", "way": "left", "degrees": 3}], "program[0].way"),
    ([{"type": "finger", "finger": "left_toe", "curl": 0.5}], "program[0].finger"),
    ([{"type": "finger", "finger": "left_ring", "curl": 2}], "program[0].curl"),
    ([{"type": "balance", "parts": ["left_tail"]}], "program[0].parts[0]"),
    ([{"type": "balance", "parts": ["left_foot"], "share": 1.5}], "program[0].share"),
    ([{"type": "symmetry", "what": "tails"}], "program[0].what"),
    ([{"type": "contact", "a": "left_hand", "b": "left_tail"}], "program[0].b"),
    (["left elbow bent 3"], "program[0]"),
    ({"type": "angle"}, "program"),
]


@pytest.mark.parametrize(("program", "path"), FAULTS)
def test_broken_program_is_refused_with_the_path_of_the_fault(program, path):
    with pytest.raises(BadProgram) as caught:
        program_from_json(program)
    assert caught.value.message.startswith(path)


def test_unreadable_line_says_which_line():
    with pytest.raises(BadProgram, match=r"line 2.*flarb"):
        read_program("left elbow bent 90\nleft flarb bent 3")


def test_both_makes_a_statement_for_each_side():
    assert [c.said() for c in read_line("both elbows bent 90")] == ["left elbow bent 90", "right elbow bent 90"]
