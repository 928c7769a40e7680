import pytest

from backend.language.phrases import phrases
from backend.posecodes import KINDS, read_program

SAID = {
    "both shoulders flexed 90": ["both shoulders flexed 90 degrees"],
    "left wrist extended at least 30": ["left wrist extended at least 30 degrees"],
    "both toes bent up 20": ["both toes bent up 20 degrees"],
    "both thighs elevated 0": ["both thighs level"],
    "left arm elevated at least 30": ["left arm at least 30 degrees above level"],
    "right shin elevated -60": ["right shin 60 degrees below level"],
    "torso leans back at least 20": ["torso leaning back at least 20 degrees"],
    "torso leans left 15": ["torso leaning left 15 degrees"],
    "left index straight spread 10; right index straight spread 10": ["both index fingers straight and spread"],
    "right thumb curled 0.5": ["right thumb half curled"],
    "weight on left foot": ["weight on the left foot"],
    "weight even on both feet": ["weight shared by the left foot and the right foot"],
    "weight 0.8 on left foot, right foot": ["weight mostly on the left foot"],
    "arms symmetric": ["arms mirroring each other"],
    "body symmetric": ["both sides of the body alike"],
    "left hand touches right upper leg": ["left hand on right upper leg"],
}


@pytest.mark.parametrize(("program", "said"), SAID.items())
def test_statement_is_said_plainly(program, said):
    assert phrases(read_program(program)) == said


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_words(kind):
    for line in KINDS[kind].examples:
        assert all(phrases([code]) for code in read_program(line))
