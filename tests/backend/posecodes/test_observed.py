"""What is observed on a pose holds for it, and gives it back."""

import numpy as np
import pytest

from backend.body.kinematics import Kinematics, heading_of
from backend.body.outline import floor_of
from backend.language.atlas import atlas
from backend.posecodes import from_json
from backend.posecodes.contact import Contact
from backend.posecodes.ground import Airborne, Support
from backend.posecodes.observed import TRACKED, observed
from backend.solver import Setting, pose_program
from rigs.skeleton import N_BODY

POSES = ("tree pose", "warrior two", "sitting on a chair", "crouch", "star shape")


def _solved(shaped, name):
    book = atlas()
    return pose_program(shaped, book.program(name if name in book.entries else "crouch"), Setting.neutral())[0]


def _body(shaped, local, rise=0.0):
    body = Kinematics(shaped.joints, local[None], np.zeros((1, 3)), TRACKED, heading_of(local[None, 0]))
    transl = np.array([[0.0, rise - floor_of(shaped, body), 0.0]])
    return Kinematics(shaped.joints, local[None], transl, TRACKED, body.heading)


@pytest.mark.parametrize("name", POSES)
def test_every_observed_statement_is_met_by_the_pose_itself(name, shaped):
    body = _body(shaped, _solved(shaped, name).local)
    for code in observed(body):
        limit = 0.04 if isinstance(code, Contact) else code.tolerance
        assert code.measure(body).error <= limit, code.said()
        assert from_json(code.to_json()) == code


@pytest.mark.parametrize("name", POSES)
def test_observed_statements_give_the_pose_back(name, shaped):
    first = _solved(shaped, name)
    program = observed(_body(shaped, first.local))
    again = pose_program(shaped, program, Setting.neutral())[0]
    apart = (first.joints - first.joints[0]) - (again.joints - again.joints[0])
    assert np.linalg.norm(apart[:N_BODY], axis=1).mean() < 0.04


def test_a_body_in_the_air_rests_on_nothing(shaped):
    program = observed(_body(shaped, _solved(shaped, "crouch").local, rise=0.4))
    assert not any(isinstance(c, Support) for c in program)
    assert next(c.height for c in program if isinstance(c, Airborne)) == pytest.approx(0.4, abs=0.02)
