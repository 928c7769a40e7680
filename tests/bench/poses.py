"""Poses of motion capture for the benchmarks."""

from __future__ import annotations

import numpy as np

from backend.body.model import BodyModel
from backend.body.rotations import rotmat_to_rotvec
from backend.solver.stance import neutral_stance
from rigs.skeleton import N_BODY
from rigs.wire import Pose


def padded(body: np.ndarray, air: float = 0.0) -> Pose:
    """A pose of 22 joints (22, 3) rad with relaxed fingers, its lowest point `air` m above the ground."""
    rotvecs = rotmat_to_rotvec(neutral_stance())
    rotvecs[:N_BODY] = body
    lowest = float(BodyModel.load().shaped().posed(rotvecs).vertices()[:, 1].min())
    return Pose(rotvecs, np.array([0.0, air - lowest, 0.0]))
