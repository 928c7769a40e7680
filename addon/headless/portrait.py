"""From where to look at a pose, so that the face and every limb can be seen. Pure numpy, no bpy.

Blender space: Z-up, m; an unturned body faces -Y. Azimuth 0 stands in front of it (at -Y); positive goes round to the
character's left (+X).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

_LIMBS: Final = tuple(f"{s}_{j}" for s in ("left", "right") for j in ("elbow", "wrist", "knee", "ankle"))
_BONES: Final = tuple(
    (f"{s}_{a}", f"{s}_{b}")
    for s in ("left", "right")
    for a, b in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"))
)
_AZIMUTHS: Final = np.radians(np.arange(-70, 71, 5))
_FLATTERING: Final = np.radians(32.0)


def towards(azimuth: float, elevation: float) -> np.ndarray:
    """Unit vector (3,) from the body to a viewer, rad."""
    level = np.cos(elevation)
    return np.array([np.sin(azimuth) * level, -np.cos(azimuth) * level, np.sin(elevation)])


def best_view(joints: Mapping[str, np.ndarray], face: np.ndarray) -> np.ndarray:
    """Unit vector (3,) from the body towards the camera.

    Args:
        joints: positions (3,) m by joint name, world.
        face: (3,) unit, where the face looks, world.
    """
    points = np.array(list(joints.values()))
    extent = np.ptp(points, axis=0)
    lying = float(np.clip((1.0 - extent[2] / max(extent[0], extent[1], 1e-6)) / 0.7, 0.0, 1.0))
    elevation = np.radians(7.0 + 20.0 * lying)
    heading = _heading(joints, face)
    views = [towards(heading + turn, elevation) for turn in _AZIMUTHS]
    scores = [_score(joints, face, v) - 0.35 * _stray(turn) for v, turn in zip(views, _AZIMUTHS, strict=True)]
    return views[int(np.argmax(scores))]


def _heading(joints: Mapping[str, np.ndarray], face: np.ndarray) -> float:
    """Azimuth (rad) of the body's front: of the face where it looks about level, else of the chest."""
    across = joints["left_shoulder"] - joints["right_shoulder"]
    chest = np.cross(across, joints["neck"] - joints["pelvis"])
    for direction in (face * [1, 1, 0] + 0.5 * _unit(chest) * [1, 1, 0], chest * [1, 1, 0], np.array([0.0, -1.0, 0.0])):
        if np.linalg.norm(direction) > 0.3:
            return float(np.arctan2(direction[0], -direction[1]))
    return 0.0


def _stray(turn: float) -> float:
    """How far a view is from three-quarter, 0 at the flattering angle, 1 at a right angle from it."""
    return abs(abs(turn) - _FLATTERING) / (np.pi / 2)


def _score(joints: Mapping[str, np.ndarray], face: np.ndarray, view: np.ndarray) -> float:
    """Higher is better: the face turned to us, long limbs seen long, hands and feet apart from each other."""
    right = _unit(np.cross(np.array([0.0, 0.0, 1.0]), view))
    up = np.cross(view, right)
    flat = {name: np.array([p @ right, p @ up]) for name, p in joints.items()}
    seen = [np.linalg.norm(flat[b] - flat[a]) / np.linalg.norm(joints[b] - joints[a]) for a, b in _BONES]
    ends = np.array([flat[name] for name in (*_LIMBS, "head", "pelvis")])
    gaps = np.linalg.norm(ends[:, None] - ends[None], axis=2)[np.triu_indices(len(ends), 1)]
    apart = np.mean(np.minimum(gaps, 0.25)) / 0.25
    return 1.1 * min(float(face @ view), 0.85) + 0.6 * float(np.mean(seen)) + 0.4 * float(np.min(seen)) + 1.2 * apart


def _unit(v: np.ndarray) -> np.ndarray:
    return v / max(float(np.linalg.norm(v)), 1e-9)
