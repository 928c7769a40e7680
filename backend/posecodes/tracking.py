"""What a body has to track so that the statements of a program can be measured on it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from backend.body.kinematics import Kinematics, Tracked, heading_of

from .base import Posecode
from .vocabulary import AXES, POINTS


def tracked_by(program: Iterable[Posecode], points: Iterable[str] = (), axes: Iterable[str] = ()) -> Tracked:
    """What the statements look at, and further points and axes by name."""
    used = [code.uses() for code in program]
    wanted_points = set(points).union(*(u.points for u in used))
    wanted_axes = set(axes).union(*(u.axes for u in used))
    patches = set[str]().union(*(u.patches for u in used))
    return Tracked(
        {n: POINTS[n] for n in sorted(wanted_points)}, {n: AXES[n] for n in sorted(wanted_axes)}, sorted(patches)
    )


def body_at(
    rest: np.ndarray,
    local: np.ndarray,
    transl: np.ndarray,
    program: Iterable[Posecode],
    heading: np.ndarray | None = None,
) -> Kinematics:
    """One posed body, ready to be measured: rest (55, 3) m, local rotations (55, 3, 3), transl (3,) m.

    heading: (3, 3), what directions refer to; None takes it from the pelvis.
    """
    return posed(rest, local, transl, tracked_by(program), heading)


def posed(
    rest: np.ndarray, local: np.ndarray, transl: np.ndarray, tracked: Tracked, heading: np.ndarray | None = None
) -> Kinematics:
    """One posed body that tracks what it is told to; all as in `body_at`."""
    frame = heading_of(local[None, 0]) if heading is None else heading[None]
    return Kinematics(rest, local[None], transl[None], tracked, frame)
