"""language/steadiness.py: where the weight falls beside what bears it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.language.measures import Measures
from backend.language.steadiness import convex_hull, steadiness
from rigs.wire import Pose

from .posing import prompted


@pytest.mark.parametrize("prompt", ["standing", "kneeling", "sitting on a chair", "lying on the back", "downward dog"])
def test_poses_at_rest_are_steady(prompt: str) -> None:
    assert steadiness(Measures(prompted(prompt))).steady


def test_leaning_as_a_plank_falls_the_way_it_leans() -> None:
    standing = prompted("standing")
    for angle, axis, index in ((30, [1.0, 0, 0], 1), (-30, [0, 0, 1.0], 0)):  # forward; to the left
        tilt = rotvec_to_rotmat(np.radians(angle) * np.array(axis))
        rotvecs = standing.rotvecs.copy()
        rotvecs[0] = rotmat_to_rotvec(tilt @ rotvec_to_rotmat(rotvecs[0]))
        s = steadiness(Measures(Pose(rotvecs, standing.transl)))
        assert not s.steady
        assert abs(s.way[index]) > abs(s.way[1 - index])
        if index == 1:
            assert s.way[1] > 0


def test_turning_the_character_changes_nothing() -> None:
    pose = prompted("sprinting")
    turned = rotvec_to_rotmat(np.array([0.0, 2.0, 0.0]))
    rotvecs = pose.rotvecs.copy()
    rotvecs[0] = rotmat_to_rotvec(turned @ rotvec_to_rotmat(rotvecs[0]))
    a, b = (steadiness(Measures(p)) for p in (pose, replace(pose, rotvecs=rotvecs, transl=turned @ pose.transl)))
    assert a.margin == pytest.approx(b.margin, abs=2e-3) and a.way == pytest.approx(b.way, abs=5e-3)


def test_a_jump_has_no_support() -> None:
    assert steadiness(Measures(prompted("jumping for joy"))).air


def test_hull_of_a_square_has_its_corners_and_not_its_inside() -> None:
    corners = {(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)}
    points = np.array([*corners, (0.5, 0.5), (0.2, 0.9)])
    assert {tuple(p) for p in convex_hull(points)} == corners
