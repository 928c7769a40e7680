"""What of a picture a model is shown: a square, because its picture processor would cut one out of the middle."""

from __future__ import annotations

from typing import Final

import numpy as np

from .config import Framing

MARGIN: Final = 1.2  # of the larger side of a person's box: as the crops of 4D-Humans, which ChatPose was trained on
Box = tuple[float, float, float, float]  # x, y, width, height in px


def framed(pixels: np.ndarray, box: Box | None, framing: Framing) -> np.ndarray:
    """A square (s, s, 3) uint8 of a picture (h, w, 3): around the person where one is known and models want that.

    Where the square goes beyond the picture it is black.
    """
    height, width = pixels.shape[:2]
    if framing == "whole" or box is None:
        side = max(height, width)
        return _cut(pixels, (width - side) // 2, (height - side) // 2, side)
    x, y, w, h = box
    side = max(round(MARGIN * max(w, h)), 1)
    return _cut(pixels, round(x + w / 2 - side / 2), round(y + h / 2 - side / 2), side)


def _cut(pixels: np.ndarray, left: int, top: int, side: int) -> np.ndarray:
    out = np.zeros((side, side, 3), np.uint8)
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + side, width), min(top + side, height)
    if x1 > x0 and y1 > y0:
        out[y0 - top : y1 - top, x0 - left : x1 - left] = pixels[y0:y1, x0:x1]
    return out
