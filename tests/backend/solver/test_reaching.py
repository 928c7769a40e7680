"""Starting poses of arms that reach."""

import numpy as np
import pytest

from backend.posecodes import read_program
from backend.posecodes.tracking import body_at
from backend.posecodes.vocabulary import skin
from backend.solver import neutral_stance
from backend.solver.reaching import reaching_poses
from rigs.skeleton import INDEX, N_JOINTS

FREE = np.ones(N_JOINTS, bool)
TRANSL = np.array([0.0, 0.95, 0.0])


def _poses(shaped, text):
    return reaching_poses(shaped.joints, neutral_stance(), TRANSL, read_program(text), FREE)


@pytest.mark.parametrize(
    "text", ["left palm touches head top", "right palm touches right hip", "left palm touches chest"]
)
def test_a_hand_that_reaches_begins_near_its_place(text, shaped):
    program = read_program(text)
    gaps = []
    for local in _poses(shaped, text):
        body = body_at(shaped.joints, local, TRANSL, program)
        code = program[0]
        gaps.append(np.linalg.norm(body.point(skin(code.a)).value[0] - body.point(skin(code.b)).value[0]))
    assert len(gaps) == 3 and min(gaps) < 0.08 and max(gaps) < 0.2


def test_nothing_that_reaches_needs_no_further_start(shaped):
    assert _poses(shaped, "left elbow bent 90; look up") == []


def test_the_trunk_bends_only_where_the_hand_would_not_come(shaped):
    def lean(local):
        joints = body_at(shaped.joints, local, TRANSL, ()).joints[0]
        spine = joints[INDEX["neck"]] - joints[INDEX["pelvis"]]
        return float(np.degrees(np.arccos(spine[1] / np.linalg.norm(spine))))

    assert all(lean(p) < 5 for p in _poses(shaped, "right palm touches right hip"))
    assert all(lean(p) > 30 for p in _poses(shaped, "right palm touches right knee"))


def test_joints_that_are_not_free_stay(shaped):
    free = FREE.copy()
    free[INDEX["left_shoulder"]] = False
    program = read_program("left palm touches chest")
    for local in reaching_poses(shaped.joints, neutral_stance(), TRANSL, program, free):
        assert np.array_equal(local[INDEX["left_shoulder"]], neutral_stance()[INDEX["left_shoulder"]])
