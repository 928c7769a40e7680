"""The named places of the body's surface that touch things: palms, soles, knees, the small of the back.

A region's point moves exactly like the skin: point = sum of w_k (p_k + G_k offset_k), with the world position p_k and
rotation G_k of joint k. The table is rigs/regions.json, found on the baked body by bake/regions.py.
Frames as in rigs/skeleton.py (m, rest pose = T-pose).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from rigs.skeleton import joint_index

REGIONS_FILE: Final = Path(__file__).parents[2] / "rigs" / "regions.json"
Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Region:
    """A place on the skin, seen from the rest pose of the mean body."""

    name: str
    joint: str
    """Its rotation turns the normal."""
    influences: tuple[tuple[str, float, Vector], ...]
    """Up to 4 of (joint, weight, offset m from that joint's rest position), strongest first; weights sum to 1."""
    normal: Vector
    """Unit, out of the body, in the rest frame."""
    radius: float
    """Rough size, m."""
    vertices: tuple[int, ...]
    """The vertices of the body within it."""

    def point(self, joints: np.ndarray, rotations: np.ndarray) -> np.ndarray:
        """World position (..., 3) m on a body with joints (..., 55, 3) m and world rotations (..., 55, 3, 3)."""
        out = np.zeros((*joints.shape[:-2], 3))
        for name, weight, offset in self.influences:
            k = joint_index(name)
            out += weight * (joints[..., k, :] + rotations[..., k, :, :] @ np.array(offset))
        return out

    def facing(self, rotations: np.ndarray) -> np.ndarray:
        """World outward normal (..., 3), unit; rotations (..., 55, 3, 3)."""
        return rotations[..., joint_index(self.joint), :, :] @ np.array(self.normal)


def _region(name: str, entry: dict[str, Any]) -> Region:
    influences = tuple((i["joint"], float(i["weight"]), tuple(i["offset"])) for i in entry["influences"])
    total = sum(weight for _, weight, _ in influences)
    return Region(
        name=name,
        joint=entry["joint"],
        influences=tuple((joint, weight / total, offset) for joint, weight, offset in influences),
        normal=tuple(entry["normal"]),
        radius=float(entry["radius"]),
        vertices=tuple(entry["vertices"]),
    )


def load_regions(path: Path = REGIONS_FILE) -> dict[str, Region]:
    """Name -> region, as written by `python -m backend.body.bake`."""
    return {name: _region(name, entry) for name, entry in json.loads(path.read_text()).items()}


REGIONS: Final[dict[str, Region]] = load_regions()
