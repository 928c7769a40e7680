"""Feet that stand in two poses one after the other stay where they are: the poses move along, not the feet. No bpy.

Poses made one by one all stand on the same spot; keyed as they are, feet would glide over the floor between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...rigs.skeleton import INDEX, PARENTS
from ..rig.retarget import rotvec_to_matrix

_FEET: Final = tuple(INDEX[f"{side}_foot"] for side in ("left", "right"))
_STANDS: Final = 0.04  # m; the ball of a foot that is not higher above its place in standing bears
_LEVEL: Final = np.array([1.0, 0.0, 1.0])  # the ground is y = 0: feet are moved along it only


def joint_places(rest: np.ndarray, rotvecs: np.ndarray, transl: np.ndarray) -> np.ndarray:
    """(T, 55, 3) m: where the joints are.

    Args:
        rest: (55, 3) m, joints of the T-pose. rotvecs: (T, 55, 3) rad. transl: (T, 3) m, places of the pelvis.
    """
    local = rotvec_to_matrix(rotvecs)
    turned, places = np.empty_like(local), np.empty_like(rotvecs)
    for joint, parent in enumerate(PARENTS):
        if parent < 0:
            turned[:, joint], places[:, joint] = local[:, joint], transl
        else:
            turned[:, joint] = turned[:, parent] @ local[:, joint]
            places[:, joint] = places[:, parent] + turned[:, parent] @ (rest[joint] - rest[parent])
    return places


@dataclass(frozen=True, eq=False)
class Planted:
    """Poses moved along the floor.

    transl (T, 3) m. held (T - 1, 2): which of left and right foot bears in a pose and in the next. feet (T, 2, 3) m:
    where the balls of the feet are then.
    """

    transl: np.ndarray
    held: np.ndarray
    feet: np.ndarray


def planted(rest: np.ndarray, stand: np.ndarray, rotvecs: np.ndarray, transl: np.ndarray) -> Planted:
    """Each pose moved along the floor so that feet bearing in it and in the one before stay.

    Where both feet bear in both, the mean of what they ask for is taken. The first pose keeps its place, and so does
    one that shares no bearing foot with the pose before.

    Args:
        stand: (3,) m, the pelvis' place in the T-pose on the floor.
    """
    feet = joint_places(rest, rotvecs, transl)[:, _FEET]
    at_rest = (rest - rest[0] + stand)[list(_FEET), 1]
    bears = feet[..., 1] < at_rest + _STANDS
    held = bears[1:] & bears[:-1]
    shifts = np.zeros_like(transl)
    for t in range(1, len(transl)):
        step = (feet[t - 1] - feet[t])[held[t - 1]].mean(axis=0) * _LEVEL if held[t - 1].any() else 0.0
        shifts[t] = shifts[t - 1] + step
    return Planted(transl + shifts, held, feet + shifts[:, None])


def settled(
    rest: np.ndarray, rotvecs: np.ndarray, transl: np.ndarray, held: np.ndarray, ends: np.ndarray, parts: np.ndarray
) -> np.ndarray:
    """`transl` (F, 3) m of in-betweens, moved so that the feet that are held stay where they are at both ends.

    Args:
        rotvecs: (F, 55, 3) rad. held: (2,) which feet. ends: (2, 2, 3) m, their places in the pose before and after
            (alike, but for what two feet at once could not be given). parts: (F,) 0 to 1, how far each frame is.
    """
    feet = joint_places(rest, rotvecs, transl)[:, _FEET]
    wanted = ends[0] + parts[:, None, None] * (ends[1] - ends[0])
    return transl + (wanted - feet)[:, held].mean(axis=1)
