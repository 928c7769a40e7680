"""The inside of the body as balls: they stand for the flesh where limbs must not run through each other.

For each part the largest balls that fit under its skin, enough to fill it; made by `backend.body.bake.balls`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from rigs.skeleton import INDEX

FILE: Final = Path(__file__).with_name("balls.json")


@dataclass(frozen=True, eq=False)
class Balls:
    """N balls of one part: joint (N,) that carries each, offset (N, 3) m from it in the rest pose, radius (N,) m."""

    joint: np.ndarray
    offset: np.ndarray
    radius: np.ndarray

    def where(self, keep: np.ndarray) -> Balls:
        return Balls(self.joint[keep], self.offset[keep], self.radius[keep])


@cache
def balls() -> dict[str, Balls]:
    """By part: head, trunk, left_upper_arm, ... of the mean body."""
    out = {}
    for part, rows in json.loads(FILE.read_text(encoding="utf-8")).items():
        numbers = np.array([row[1:] for row in rows], float)
        out[part] = Balls(np.array([INDEX[row[0]] for row in rows]), numbers[:, :3], numbers[:, 3])
    return out
