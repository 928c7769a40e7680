"""A picture to check a fit by: the photo with the skeleton of the pose over it, and the posed body from two sides."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from backend.body.camera import Camera
from backend.body.picture import two_views
from backend.body.png import write_png
from rigs.skeleton import JOINTS, N_BODY, PARENTS
from rigs.wire import PoseEntry

from .images import Picture
from .regions import Region, cropped

HEIGHT: Final = 480  # px
_MARGIN: Final = 1.5  # side of what is shown of the photo, of the longer side of the person
_LEFT, _RIGHT, _MIDDLE = (235, 70, 60), (60, 140, 250), (250, 210, 60)


def write_overlay(picture: Picture, entry: PoseEntry, path: Path) -> None:
    """Write the PNG for a pose that was found in a picture. Raises OSError where that is not possible."""
    assert entry.camera is not None and entry.person is not None
    box = tuple(v / picture.scale for v in entry.person)
    region = Region.around((box[0], box[1], box[2], box[3]), _MARGIN)
    shown = (cropped(picture, region, HEIGHT) * 255).astype(np.uint8)
    pixels, _ = Camera.from_dict(entry.camera).project(entry.joints[:N_BODY])
    at = ((pixels / picture.scale - np.array([region.x, region.y])) / region.side + 0.5) * HEIGHT
    for joint in range(1, N_BODY):
        _draw_line(shown, at[PARENTS[joint]], at[joint], _colour(JOINTS[joint]))
    write_png(path, np.concatenate([shown, two_views(entry.pose, (2 * HEIGHT, HEIGHT))], axis=1))


def _colour(joint: str) -> tuple[int, int, int]:
    """The character's left is red, its right blue."""
    return _LEFT if joint.startswith("left_") else _RIGHT if joint.startswith("right_") else _MIDDLE


def _draw_line(image: np.ndarray, a: np.ndarray, b: np.ndarray, colour: tuple[int, int, int]) -> None:
    """A line three pixels wide, as far as it lies in the picture."""
    steps = int(np.ceil(np.abs(b - a).max())) + 1
    for x, y in np.round(a + (b - a) * np.linspace(0, 1, min(steps, 4 * HEIGHT))[:, None]).astype(int):
        if 1 <= x < image.shape[1] - 1 and 1 <= y < image.shape[0] - 1:
            image[y - 1 : y + 2, x - 1 : x + 2] = colour
