import pytest

from backend.language.phrases import phrases
from backend.posecodes import read_program

SAID = {
    "both arms points up": ["both arms up"],
    "left upper arm points up out; left forearm points up out": ["left arm up and out"],
    "left palm touches left hip; right palm touches right hip": ["both palms on the hip"],
    "left palm touches right hip; right palm touches left hip": ["both palms on the opposite hip"],
    "right elbow bent 90": ["right elbow bent 90 degrees"],
    "left knee straight": ["left knee straight"],
    "left thigh points out": ["left thigh out"],
    "left thigh points right": ["left thigh in"],
    "seat on seat 0.45": ["seat on a seat"],
    "left palm faces front": ["left palm facing forward"],
    "look front 0.9 up": ["looking forward and up"],
    "look at left palm": ["looking at left palm"],
    "head turned right 30": ["head turned right 30 degrees"],
    "torso bowed front 20": ["torso bowed forward 20 degrees"],
}


@pytest.mark.parametrize(("program", "said"), SAID.items())
def test_statement_is_said_plainly(program, said):
    assert phrases(read_program(program)) == said


def test_nothing_said_for_nothing():
    assert phrases(()) == []
