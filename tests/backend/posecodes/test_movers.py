"""Which joints a statement needs: those of its limbs, never fewer than what can carry it out."""

from __future__ import annotations

import pytest

from backend.posecodes import KINDS, read_line
from backend.posecodes.movers import movers
from rigs.skeleton import GROUPS, JOINTS

CASES = {
    "left elbow bent 90": GROUPS["left_arm"],
    "look up": GROUPS["head"],
    "left hand fist": GROUPS["left_hand"],
    "right index straight": ("right_index1", "right_index2", "right_index3"),
    "left palm faces up": GROUPS["left_arm"],
    "left collar raised 20": ("left_collar",),
    "left palm touches right knee": GROUPS["left_arm"],
    "left foot touches right knee": GROUPS["legs"],
    "left foot, right foot on ground": ("pelvis", *GROUPS["legs"]),
    "seat on seat 0.4": ("pelvis", *GROUPS["legs"]),
    "pelvis 0.5 above ground": ("pelvis", *GROUPS["legs"], *GROUPS["torso"]),
    "pelvis faces up": ("pelvis", *GROUPS["legs"], *GROUPS["torso"]),
    "chest faces up": GROUPS["torso"],
    "airborne 0.3": ("pelvis", *GROUPS["legs"]),
}


@pytest.mark.parametrize(("line", "joints"), CASES.items())
def test_the_joints_of_a_statement(line: str, joints: tuple[str, ...]) -> None:
    assert movers(read_line(line)) == frozenset(joints)


@pytest.mark.parametrize("line", [x for cls in KINDS.values() for x in cls.examples])
def test_every_kind_moves_something_and_few_move_all(line: str) -> None:
    found = movers(read_line(line))
    assert found
    assert found != frozenset(JOINTS), "say in backend/posecodes/movers.py which joints this limb has"
