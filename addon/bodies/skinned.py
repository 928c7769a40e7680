"""A body of the SMPL kind as arrays, and its arithmetic. Pure, no bpy. m, Y-up, T-pose, facing +Z."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...rigs.skeleton import N_JOINTS

N_CORRECTIVES: Final = 9 * (N_JOINTS - 1)


@dataclass(frozen=True, eq=False)
class SkinnedBody:
    """What an armature with mesh and shape keys is made from.

    vertices (V, 3) m; faces (F, k); joint_weights (55, V), joints as means of vertices; skin (V, 55) summing to one;
    shapes (V, 3, S), expressions (V, 3, E) m per unit; correctives (V, 3, 486) or (V, 3, 0), m per unit of
    `corrective_weights`; uv (F * k, 2) by corner, or None.
    """

    name: str
    vertices: np.ndarray
    faces: np.ndarray
    joint_weights: np.ndarray
    skin: np.ndarray
    shapes: np.ndarray
    expressions: np.ndarray
    correctives: np.ndarray
    uv: np.ndarray | None

    @property
    def joints(self) -> np.ndarray:
        """(55, 3) m, of the body with all shape values zero."""
        return self.joint_weights @ self.vertices

    @property
    def lift(self) -> float:
        """How far the T-pose must be raised to stand on the ground, m."""
        return float(-self.vertices[:, 1].min())


def corrective_weights(rotmats: np.ndarray) -> np.ndarray:
    """(486,) weights of the pose correctives: `R - I` of joints 1 to 54, by rows (SMPL, Loper et al. 2015, eq. 9).

    Args:
        rotmats: (55, 3, 3) parent-relative rotations.
    """
    return (np.asarray(rotmats, dtype=float)[1:] - np.eye(3)).ravel()
