"""The ground y = 0: no part of the skin goes below it. Of each part the deepest vertex counts."""

from __future__ import annotations

import numpy as np

from backend.body.dual import Dual
from backend.body.kinematics import Kinematics
from backend.body.outline import height_jac, heights, outline

_SLACK = 0.002  # m; soles and palms are not quite flat, and give way this much before it counts


def penetration(body: Kinematics) -> Dual:
    """(S, 1, parts) m: depth of the deepest vertex of each part below the ground beyond the slack, else zero."""
    o = outline()
    y = heights(body)[:, : len(o.joint)]
    depth = np.maximum(-np.minimum.reduceat(y, o.starts, axis=1) - _SLACK, 0.0)
    if body.active is None:
        return Dual(depth[:, None])
    jac = np.zeros((*depth.shape, body.columns))
    sunk = np.flatnonzero(depth.any(axis=0))
    if len(sunk):
        deepest = [o.starts[p] + np.argmin(y[:, o.starts[p] : o.ends[p]], axis=1) for p in sunk]
        jac[:, sunk] = -height_jac(body, np.stack(deepest, axis=1)) * (depth[:, sunk] > 0)[..., None]
    return Dual(depth[:, None], jac[:, None])
