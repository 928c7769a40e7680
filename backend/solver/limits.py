"""Anatomical ranges of the joints, over their swing and twist coordinates (`body.swing_twist`).

Ranges are for the left side in degrees, in the T-pose's frame (X left, Y up, Z front); the right side mirrors them.
They are the usual goniometric ranges (e.g. Norkin & White, Measurement of Joint Motion), widened to what trained people
(yoga, dance) reach, since a pose tool must allow a split.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.body.rotations import rotmat_to_quat_wxyz
from backend.body.swing_twist import family, swing_twist, swing_twist_jac
from rigs.skeleton import JOINTS

Range = tuple[float, float]
# joint family -> ranges about X, Y, Z (deg)
RANGES: Final[dict[str, tuple[Range, Range, Range]]] = {
    "spine": ((-22, 36), (-20, 20), (-20, 20)),
    "neck": ((-35, 40), (-42, 42), (-25, 25)),
    "head": ((-30, 32), (-40, 40), (-20, 20)),
    "collar": ((-12, 12), (-28, 18), (-10, 35)),
    "shoulder": ((-100, 95), (-138, 50), (-105, 105)),  # Y-: across the chest; Z-: down; Z+: up
    "elbow": ((-88, 88), (-150, 2), (-3, 3)),  # Y-: flexion; X: pronation and supination
    "wrist": ((-12, 12), (-25, 35), (-80, 75)),
    "hip": ((-138, 35), (-48, 100), (-38, 85)),  # X-: flexion; Y+: toes out (most when flexed); Z+: abduction
    "knee": ((-2, 158), (-18, 18), (-3, 3)),
    "ankle": ((-38, 62), (-25, 25), (-28, 28)),  # X+: toes down
    "foot": ((-65, 40), (-6, 6), (-6, 6)),
}


def _bounds() -> tuple[np.ndarray, np.ndarray]:
    low, high = np.full((len(JOINTS), 3), -10.0), np.full((len(JOINTS), 3), 10.0)
    for i, joint in enumerate(JOINTS):
        entry = RANGES.get(family(joint))
        if entry is None:
            continue
        box = np.radians(np.array(entry, float))
        if joint.startswith("right_"):
            box[1:] = -box[1:, ::-1]
        low[i], high[i] = box[:, 0], box[:, 1]
    return low, high


__all__ = ["HIGH", "LOW", "RANGES", "clamped", "family", "swing_twist", "swing_twist_jac"]
LOW, HIGH = _bounds()  # (55, 3) rad; joints without a range have a wide one


def clamped(local: np.ndarray) -> np.ndarray:
    """(55, 3) rad: how far each coordinate of one pose (55, 3, 3) lies outside its range."""
    value = swing_twist(rotmat_to_quat_wxyz(local)[None], np.arange(len(JOINTS)))[0]
    return np.maximum(value - HIGH, 0) + np.maximum(LOW - value, 0)
