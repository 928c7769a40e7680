"""A picture to check a fit by: the photo with the skeleton of the pose over it, and the posed body from two sides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from backend.body.camera import Camera
from backend.body.lettering import LINE, draw_text, text_mask
from backend.body.picture import two_views
from backend.body.png import write_png
from rigs.skeleton import JOINTS, N_BODY, PARENTS
from rigs.wire import PoseEntry

from .detector import Found
from .images import Picture
from .landmarks import Box
from .regions import Region, cropped

HEIGHT: Final = 480  # px
_MARGIN: Final = 1.5  # side of what is shown of the photo, of the longer side of the person
_LEFT, _RIGHT, _MIDDLE = (235, 70, 60), (60, 140, 250), (250, 210, 60)


def write_overlay(picture: Picture, entries: Sequence[PoseEntry], path: Path) -> None:
    """Write the PNG for the poses that were found in a picture, of several people with their numbers from 1.

    Raises:
        OSError: it cannot be written.
    """
    shown = over(picture, entries)
    write_png(path, np.concatenate([shown, two_views([e.pose for e in entries], (2 * HEIGHT, HEIGHT))], axis=1))


def over(picture: Picture, entries: Sequence[PoseEntry], zoom: int = 1, margin: float = _MARGIN) -> np.ndarray:
    """What is around the poses in a picture with their skeletons: (h, h, 3) uint8 with h = HEIGHT * zoom.

    Args:
        zoom: more of it draws bolder, to be seen when the picture is shown small again.
        margin: side of what is shown, of the longer side of the person.
    """
    region = _around([_scaled(e.person, picture) for e in entries if e.person is not None], margin)
    shown: np.ndarray = (cropped(picture, region, HEIGHT * zoom) * 255).astype(np.uint8)
    for number, entry in enumerate(entries, 1):
        assert entry.camera is not None
        pixels, _ = Camera.from_dict(entry.camera).project(entry.joints[:N_BODY])
        at = zoom * _within(region, pixels / picture.scale)
        for joint in range(1, N_BODY):
            _draw_line(shown, at[PARENTS[joint]], at[joint], _colour(JOINTS[joint]), 2 * zoom - 1)
        if len(entries) > 1:
            scale = 2 * zoom
            _draw_number(shown, at[JOINTS.index("head")] - [0, 1.5 * scale * LINE], number, scale)
    return shown


def write_people(picture: Picture, people: Sequence[Found], path: Path) -> None:
    """Write the PNG of `numbered`.

    Raises:
        OSError: it cannot be written.
    """
    write_png(path, numbered(picture, people))


def numbered(picture: Picture, people: Sequence[Found], scale: int = 2) -> np.ndarray:
    """The picture, as a square, with a box and its number, from 0 as `choose` counts, for everybody who was found.

    scale: of the letters.
    """
    width, height = picture.size
    region = _around([(0.0, 0.0, float(width), float(height))], 1.0)
    shown: np.ndarray = (cropped(picture, region, 2 * HEIGHT) * 255).astype(np.uint8)
    for number, found in enumerate(people):
        x, y, w, h = found.box
        corners = 2 * _within(region, np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]]))
        for a, b in zip(corners, np.roll(corners, 1, axis=0), strict=True):
            _draw_line(shown, a, b, _MIDDLE, scale // 2)
        _draw_number(shown, corners[0] + 2 * scale, number, scale)
    return shown


def _scaled(box: Box, picture: Picture) -> Box:
    """A box in px of the file as one in px of the picture that was read."""
    x, y, w, h = (v / picture.scale for v in box)
    return (x, y, w, h)


def _around(boxes: Sequence[Box], margin: float = _MARGIN) -> Region:
    """A square around all boxes."""
    corners = np.array([[x, y, x + w, y + h] for x, y, w, h in boxes])
    (left, top), (right, bottom) = corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)
    return Region.around((float(left), float(top), float(right - left), float(bottom - top)), margin)


def _within(region: Region, at: np.ndarray) -> np.ndarray:
    """Places (..., 2) px of the picture as px of a region that is shown HEIGHT px high."""
    out: np.ndarray = ((at - np.array([region.x, region.y])) / region.side + 0.5) * HEIGHT
    return out


def _draw_number(image: np.ndarray, at: np.ndarray, number: int, scale: int = 2) -> None:
    """A number on a dark ground, its top left at a place, moved into the picture where it lies outside."""
    text = str(number)
    high, wide = text_mask(text, scale).shape
    room = np.array(image.shape[1::-1]) - (wide, high) - scale
    x, y = (int(v) for v in np.clip(at, scale, room))
    image[y - scale : y + high + scale, x - scale : x + wide + scale] = 30
    draw_text(image, x, y, text, _MIDDLE, scale)


def _colour(joint: str) -> tuple[int, int, int]:
    """The character's left is red, its right blue."""
    return _LEFT if joint.startswith("left_") else _RIGHT if joint.startswith("right_") else _MIDDLE


def _draw_line(image: np.ndarray, a: np.ndarray, b: np.ndarray, colour: tuple[int, int, int], reach: int = 1) -> None:
    """A line that reaches so many pixels to each side of its middle, as far as it lies in the picture."""
    steps = int(np.ceil(np.abs(b - a).max())) + 1
    for x, y in np.round(a + (b - a) * np.linspace(0, 1, min(steps, 4 * HEIGHT))[:, None]).astype(int):
        if reach <= x < image.shape[1] - reach and reach <= y < image.shape[0] - reach:
            image[y - reach : y + reach + 1, x - reach : x + reach + 1] = colour
