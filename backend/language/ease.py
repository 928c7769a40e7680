"""Where the limbs of somebody at ease point: what "more" of a pose goes away from, and tiredness back to."""

from __future__ import annotations

from typing import Final

import numpy as np

SEGMENTS: Final = {  # (out, up, front), any length
    "upper_arm": (0.16, -1.0, -0.04),
    "forearm": (0.05, -1.0, 0.22),
    "thigh": (0.06, -1.0, 0.0),
    "shin": (0.0, -1.0, -0.05),
}


def at_ease(side: str, segment: str) -> np.ndarray:
    """(3,) unit (left, up, front): where a segment points at ease."""
    out = np.array(SEGMENTS[segment]) * np.array([1.0 if side == "left" else -1.0, 1.0, 1.0])
    return np.asarray(out / np.linalg.norm(out))
