"""Feet that are held rest at one place, whatever the body does, and none is under the ground."""

from __future__ import annotations

import numpy as np

from backend.body.model import BodyModel
from backend.body.rotations import rotvec_to_rotmat
from backend.pipeline import Pipeline
from backend.vision.footing import anchored, foot_points, held_still, rest_heights, slide
from rigs.wire import PoseRequest

RATE, COUNT = 30.0, 40
RNG = np.random.default_rng(1)
SHAPED = BodyModel.load().shaped()
HIGH = rest_heights(SHAPED)


def swaying() -> tuple[np.ndarray, np.ndarray]:
    """Local rotations and transl of a body that drifts and trembles above its bent knees."""
    stand = Pipeline().pose(PoseRequest(prompt="standing, knees bent")).poses[0].pose.rotvecs
    local = rotvec_to_rotmat(stand + RNG.normal(0, 0.005, (COUNT, *stand.shape)))
    transl = np.cumsum(RNG.normal(0, 0.002, (COUNT, 3)), axis=0)
    transl[:, 1] -= (foot_points(SHAPED, local, transl)[..., 1] - HIGH).min(axis=1)
    return local, transl


def test_held_feet_stay_though_the_body_drifts_and_trembles() -> None:
    local, transl = swaying()
    held = np.ones((COUNT, 4), bool)
    assert slide(foot_points(SHAPED, local, transl), held) > 0.01
    local, transl, still = held_still(SHAPED, local, transl, held, HIGH, RATE)
    points = foot_points(SHAPED, local, transl)
    assert still.all()
    assert slide(points, held) < 0.003
    assert np.abs(points[..., 1] - HIGH).max() < 0.01


def test_a_foot_that_swings_is_left_to_itself() -> None:
    local, transl = swaying()
    held = np.zeros((COUNT, 4), bool)
    held[:, :2] = held[:10, 2:] = True  # the right foot leaves after a while
    still, moved, _ = held_still(SHAPED, local, transl, held, HIGH, RATE)
    before, after = (foot_points(SHAPED, x, t) for x, t in ((local, transl), (still, moved)))
    free = np.linalg.norm((after - before)[25:, 2:] - (moved - transl)[25:, None], axis=-1)
    assert free.max() < 0.02
    steps = np.linalg.norm(np.diff(after[:, 2:], axis=0), axis=-1).max(axis=1)
    assert steps.max() < 0.05, "nothing pops where it leaves the ground"


def test_no_foot_is_left_under_the_ground() -> None:
    local, transl = swaying()
    low = transl - [0.0, 0.04, 0.0]
    still, moved, _ = held_still(SHAPED, local, low, np.zeros((COUNT, 4), bool), HIGH, RATE)
    assert (foot_points(SHAPED, still, moved)[..., 1] - HIGH).min() > -0.012


def test_a_foot_that_rolls_keeps_its_length() -> None:
    points = np.zeros((30, 2, 3))
    points[:, 1, 2] = 0.22  # toes ahead of the heel
    points[:, 0] += RNG.normal(0, 0.01, (30, 3))
    held = np.zeros((30, 2), bool)
    held[:20, 0], held[10:, 1] = True, True
    spots = anchored(points, held, np.zeros(2))
    long = np.linalg.norm(points[10, 1] - points[10, 0])
    assert np.allclose(np.linalg.norm(spots[10:20, 1] - spots[10:20, 0], axis=1), long)
    assert np.ptp(spots[:20, 0], axis=0).max() == 0 and np.ptp(spots[10:, 1], axis=0).max() == 0
