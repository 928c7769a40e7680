"""The ground y = 0: no part of the skin goes below it. Of each part the deepest vertex counts."""

from __future__ import annotations

import numpy as np

from backend.body.dual import Dual
from backend.body.kinematics import Kinematics
from backend.body.outline import height_jac, heights, outline

_SLACK = 0.004  # m; soles and palms are not quite flat, and give way this much before it counts


def penetration(body: Kinematics) -> Dual:
    """(S, parts) m: depth of the deepest vertex of each part below the ground beyond the slack, else zero."""
    o, y = outline(), heights(body)
    depth = np.maximum(-np.minimum.reduceat(y, o.starts, axis=1) - _SLACK, 0.0)
    if body.active is None:
        return Dual(depth)
    jac = np.zeros((*depth.shape, body.columns))
    ends = np.append(o.starts[1:], y.shape[1])
    for part in np.flatnonzero((depth > 0).any(axis=0)):
        start = o.starts[part]
        deepest = start + np.argmin(y[:, start : ends[part]], axis=1)
        jac[:, part] = -height_jac(body, deepest) * (depth[:, part] > 0)[:, None]
    return Dual(depth, jac)
