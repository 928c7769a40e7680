"""The neutral stance: standing at ease, arms hanging, hands relaxed. What nobody mentions looks like this."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from backend.posecodes import Program, read_program
from rigs.skeleton import N_JOINTS

from .start import starting_pose

AT_EASE: Final = """
both upper arms points down 0.25 out 0.04 back
both forearms points down 0.08 out 0.22 front
both palms faces in 0.35 back
both legs points down 0.06 out
both hands relaxed
"""


@cache
def stance_program() -> Program:
    return read_program(AT_EASE, "neutral stance")


@cache
def neutral_stance() -> np.ndarray:
    """(55, 3, 3) local rotations; read-only."""
    tpose = np.broadcast_to(np.eye(3), (N_JOINTS, 3, 3))
    out = starting_pose(tpose, stance_program(), np.ones(N_JOINTS, bool))
    out.setflags(write=False)
    return out
