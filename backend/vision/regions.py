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
    pixels = picture.level(level)
    factor = picture.pixels.shape[1] / pixels.shape[1]
    steps = (np.arange(size) + 0.5) / size
    u, v = np.meshgrid(steps[::-1] if mirrored else steps, steps)
    at = region.to_picture(np.stack([u, v], axis=-1)) / factor - 0.5
    return _bilinear(pixels, at)


def _bilinear(pixels: np.ndarray, at: np.ndarray) -> np.ndarray:
    """(h, w, 3) float32 in 0..1 of places (h, w, 2) in px between pixel centres."""
    height, width = pixels.shape[:2]
    x, y = at[..., 0], at[..., 1]
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = (x - left).astype(np.float32), (y - top).astype(np.float32)
    out = np.zeros((*x.shape, 3), np.float32)
    for dx, wx in ((0, 1 - fx), (1, fx)):
        for dy, wy in ((0, 1 - fy), (1, fy)):
            i, j = left + dx, top + dy
            inside = (i >= 0) & (i < width) & (j >= 0) & (j < height)
            values = pixels[np.clip(j, 0, height - 1), np.clip(i, 0, width - 1)]
            out += (wx * wy * inside)[..., None] * values
    out /= 255.0
    return out
