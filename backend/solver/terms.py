"""The terms that hold for every pose in the world, said or unsaid: balance, heading, place, level gaze.

Each is one small function of the posed body -> residual (S, K, m) in its natural unit; weights are applied in `problem`
only. What concerns the joints' own rotations is in `posture`.
"""

from __future__ import annotations

import numpy as np

from backend.body.dual import Dual, above, along
from backend.body.kinematics import Kinematics

_AXES = np.array([0, 0, 2, 2])  # x and z, the upper side and the lower side of each
_SIGNS = np.array([1.0, -1.0, 1.0, -1.0])
_BEARING_RADIUS = 0.03  # m; the skin around each bearing point bears too


def imbalance(body: Kinematics, supports: tuple[str, ...]) -> Dual:
    """(S, 1, 4) m: how far the centre of mass lies outside the box of the supporting points, along x and z.

    The box is widened by 3 cm; its sides move with the points that make them.
    """
    com, points = body.point("com"), body.points(supports)
    upper, lower = np.argmax(points.value, axis=1), np.argmin(points.value, axis=1)
    side = np.stack([upper[:, 0], lower[:, 0], upper[:, 2], lower[:, 2]], axis=1)
    edge = points[np.arange(len(side))[:, None], side, _AXES]
    return above((com[:, _AXES] - edge).scaled(_SIGNS), _BEARING_RADIUS)[:, None]


def steady_axis(pelvis: np.ndarray) -> str:
    """Which axis of a pelvis (3, 3) tells its heading: the left one, unless it is clearly steeper than the front one.

    Decided once for a problem: a choice that changed on the way would be a step in the cost.
    """
    return "left" if abs(pelvis[1, 0]) <= abs(pelvis[1, 2]) + 0.3 else "front"


def yaw_error(body: Kinematics, axis: str) -> Dual:
    """(S, 1, 1) rad: the pelvis' turn away from the heading, by its left or its front axis."""
    if axis == "left":
        return along(body.axis("pelvis_left"), -body.heading[:, :, 2])[:, None, None]
    return along(body.axis("pelvis_front"), body.heading[:, :, 0])[:, None, None]


def drift(body: Kinematics, transl: np.ndarray) -> Dual:
    """(S, 1, 2) m: horizontal shift of the pelvis from its start."""
    return (body.point("pelvis") - transl)[:, None, ::2]


def unlevel_gaze(body: Kinematics) -> Dual:
    """(S, 1, 3) rad: a head that nothing is said about looks ahead and level while the trunk is upright."""
    front = body.axis("head_front") - body.heading[:, :, 2]
    upright = (body.axis("head_up").value[:, 1] > 0.2).astype(float)[:, None]
    return front.scaled(upright * np.ones(3))[:, None]
