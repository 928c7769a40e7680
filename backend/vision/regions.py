"""Square regions of a picture, turned and sized for a model, and the way back from the model's pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .images import Picture


@dataclass(frozen=True)
class Region:
    """centre (x, y) and side in px; angle: rad by which its top is turned clockwise in the picture."""

    x: float
    y: float
    side: float
    angle: float = 0.0

    @classmethod
    def around(cls, box: tuple[float, float, float, float], margin: float = 1.25) -> Region:
        """The square around a box (x, y, w, h) px, `margin` times its longer side."""
        x, y, w, h = box
        return cls(x + w / 2, y + h / 2, margin * max(w, h))

    @property
    def axes(self) -> np.ndarray:
        """(2, 2): px in the picture for the whole side along the region's x and y, as columns."""
        c, s = np.cos(self.angle), np.sin(self.angle)
        return self.side * np.array([[c, -s], [s, c]])

    def to_picture(self, points: np.ndarray) -> np.ndarray:
        """Points (..., 2) in parts of the side (0..1) -> px of the picture."""
        out: np.ndarray = (np.asarray(points) - 0.5) @ self.axes.T + np.array([self.x, self.y])
        return out

    def from_picture(self, points: np.ndarray) -> np.ndarray:
        """Points (..., 2) px of the picture -> parts of the side (0..1)."""
        out: np.ndarray = (np.asarray(points) - np.array([self.x, self.y])) @ self.axes / self.side**2 + 0.5
        return out

    def scaled(self, factor: float) -> Region:
        return replace(self, side=self.side * factor)

    def turned(self, angle: float) -> Region:
        return replace(self, angle=self.angle + angle)


def cropped(picture: Picture, region: Region, size: int, *, mirrored: bool = False) -> np.ndarray:
    """The region as (size, size, 3) float32 in 0..1, bilinear; what lies outside the picture is black.

    Args:
        mirrored: left and right exchanged.
    """
    level = max(0, int(np.floor(np.log2(max(region.side / size, 1.0)))))
    image = picture.level(level)
    factor = picture.size[0] / image.size[0]
    # From a place (u, v) of the crop in px to one of the image: the region's axes, from its top left corner.
    axes = region.axes / size / factor
    corner = region.to_picture(np.zeros(2)) / factor
    if mirrored:
        corner, axes = corner + axes[:, 0] * size, axes * np.array([-1.0, 1.0])
    affine = (axes[0, 0], axes[0, 1], corner[0], axes[1, 0], axes[1, 1], corner[1])
    crop = image.transform((size, size), _AFFINE, affine, _BILINEAR)
    return np.asarray(crop, np.float32) * np.float32(1.0 / 255.0)


_AFFINE, _BILINEAR = 0, 2  # Pillow's Transform.AFFINE and Resampling.BILINEAR


def enlarged(values: np.ndarray, size: int) -> np.ndarray:
    """Values (n, n) as (size, size) float32, bilinear between the middles of cells."""
    from PIL import Image as Pillow

    return np.asarray(Pillow.fromarray(values.astype(np.float32)).resize((size, size), _BILINEAR))
