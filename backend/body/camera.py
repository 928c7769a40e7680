"""A pinhole camera as a value: where a point of the world lands in the picture, and where to stand to see all of it.

Frames: world as in `rigs.skeleton` (m, Y up). Camera axes are OpenCV's: x right, y down, z forward; x_cam = R x + t.
Pixels: (0, 0) is the outer corner of the top left pixel, whose centre is (0.5, 0.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Camera:
    """fx, fy, cx, cy in px; `rotation` (3, 3) and `translation` (3,) m map world to camera."""

    fx: float
    fy: float
    cx: float
    cy: float
    rotation: np.ndarray
    translation: np.ndarray

    @property
    def position(self) -> np.ndarray:
        """Where the camera stands, (3,) m, world."""
        return -self.rotation.T @ self.translation

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """World points (..., 3) m -> pixels (..., 2) and depth (...,) m along the view axis.

        A point behind the camera has a depth <= 0; its pixels mean nothing.
        """
        seen = np.asarray(points, float) @ self.rotation.T + self.translation
        depth = seen[..., 2]
        safe = np.where(np.abs(depth) < 1e-9, 1e-9, depth)
        pixels = np.stack([self.fx * seen[..., 0] / safe + self.cx, self.fy * seen[..., 1] / safe + self.cy], axis=-1)
        return pixels, depth

    def rays(self, width: int, height: int) -> np.ndarray:
        """World directions (height, width, 3) through the pixel centres, with a depth of 1 m (not unit length)."""
        x = (np.arange(width) + 0.5 - self.cx) / self.fx
        y = (np.arange(height) + 0.5 - self.cy) / self.fy
        r = self.rotation
        return x[None, :, None] * r[0] + y[:, None, None] * r[1] + r[2]

    def scaled(self, factor: float) -> Camera:
        """The same view in a picture `factor` times as large (supersampling)."""
        return Camera(
            self.fx * factor, self.fy * factor, self.cx * factor, self.cy * factor, self.rotation, self.translation
        )

    def to_dict(self) -> dict[str, Any]:
        """The camera of the wire format (DESIGN 5)."""
        return {
            "fx": self.fx,
            "fy": self.fy,
            "cx": self.cx,
            "cy": self.cy,
            "R": self.rotation.tolist(),
            "t": self.translation.tolist(),
        }

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> Camera:
        fx, fy, cx, cy = (float(value[k]) for k in ("fx", "fy", "cx", "cy"))
        return cls(fx, fy, cx, cy, np.asarray(value["R"], float), np.asarray(value["t"], float))


def look_rotation(direction: np.ndarray, up: np.ndarray | None = None) -> np.ndarray:
    """Rotation (3, 3) of a camera that looks along `direction` (3,), with `up` (default world +Y) up in the picture.

    Looking straight up or down, the top of the picture is world -Z or +Z.
    """
    forward = np.asarray(direction, float) / np.linalg.norm(direction)
    up = np.array([0.0, 1.0, 0.0]) if up is None else np.asarray(up, float)
    right = np.cross(forward, up)
    if np.linalg.norm(right) < 1e-6:
        right = np.cross(forward, np.array([0.0, 0.0, -np.sign(forward[1])]))
    right = right / np.linalg.norm(right)
    return np.stack([right, np.cross(forward, right), forward])


def look_at(eye: np.ndarray, target: np.ndarray, focal: float, size: tuple[int, int]) -> Camera:
    """A camera at `eye` (3,) m with `target` (3,) m in the middle of a picture of `size` (width, height) px."""
    eye = np.asarray(eye, float)
    rotation = look_rotation(np.asarray(target, float) - eye)
    return Camera(focal, focal, size[0] / 2, size[1] / 2, rotation, -rotation @ eye)


def orbit_direction(azimuth: float, elevation: float) -> np.ndarray:
    """Viewing direction (3,) of a camera that circles the body, rad.

    azimuth 0 stands before a character that faces +Z; positive goes round to the character's left. A positive
    elevation looks down.
    """
    level = np.cos(elevation)
    return -np.array([np.sin(azimuth) * level, np.sin(elevation), np.cos(azimuth) * level])


def framing(
    points: np.ndarray, direction: np.ndarray, size: tuple[int, int], *, view_angle: float = 0.5, margin: float = 0.06
) -> Camera:
    """The nearest camera looking along `direction` that has all `points` (N, 3) m in the picture.

    Exact for perspective: with the rotation fixed, "inside the picture" is linear in the camera's place, so the
    smallest distance of each axis has a closed form, and the larger of the two is taken.

    Args:
        size: (width, height) px.
        view_angle: opening angle of the shorter side, rad; small angles distort limbs near the camera less.
        margin: free border, as a part of the shorter side.
    """
    width, height = size
    short = min(width, height)
    focal = 0.5 * short / np.tan(0.5 * view_angle)
    rotation = look_rotation(direction)
    seen = np.asarray(points, float).reshape(-1, 3) @ rotation.T
    half = np.array([0.5 * width - margin * short, 0.5 * height - margin * short]) / focal
    upper = np.min(half * seen[:, 2:] - seen[:, :2], axis=0)  # t_xy <= half * t_z + upper
    lower = np.max(-half * seen[:, 2:] - seen[:, :2], axis=0)  # t_xy >= lower - half * t_z
    t_z = max(np.max((lower - upper) / (2.0 * half)), 0.05 - seen[:, 2].min())
    t_xy = 0.5 * (upper + lower)
    return Camera(focal, focal, 0.5 * width, 0.5 * height, rotation, np.array([t_xy[0], t_xy[1], t_z]))
