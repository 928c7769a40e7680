"""Pictures to check poses by: everybody with numbers over the photo, and the numbers of those to choose from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from backend.body.camera import Camera
from backend.vision.detector import find_people
from backend.vision.images import Picture
from backend.vision.overlay import HEIGHT, write_overlay, write_people
from rigs.wire import PoseEntry

from ..test_photo_answer import asked, pair


def shown(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB")).astype(int)


def reddish(pixels: np.ndarray) -> np.ndarray:
    """(h, w) bool: the colour of left limbs."""
    return np.abs(pixels - [235, 70, 60]).sum(axis=-1) < 12


def test_everybody_is_drawn_where_they_are(tmp_path: Path) -> None:
    entries = asked(pair(), person="all").poses
    write_overlay(Picture(pair()), entries, tmp_path / "all.png")
    write_overlay(Picture(pair()), entries[:1], tmp_path / "one.png")
    everybody, one = (shown(tmp_path / name) for name in ("all.png", "one.png"))
    assert everybody.shape == one.shape == (HEIGHT, 3 * HEIGHT, 3)
    columns = np.flatnonzero(reddish(everybody[:, :HEIGHT]).any(axis=0))
    assert columns[0] < 0.45 * HEIGHT and columns[-1] > 0.55 * HEIGHT, "a skeleton in each half of the photo"
    dark = (everybody[:, :HEIGHT] == 30).all(axis=-1)
    assert dark.sum() > 100 and not (one[:, :HEIGHT] == 30).all(axis=-1).any(), "numbers only where there are several"


def test_the_skeleton_lies_where_the_camera_puts_it(tmp_path: Path) -> None:
    entry = asked(pair(), person=0).poses[0]
    assert isinstance(entry, PoseEntry) and entry.camera is not None and entry.person is not None
    write_overlay(Picture(pair()), [entry], tmp_path / "one.png")
    x, y, w, h = entry.person
    seen, _ = Camera.from_dict(entry.camera).project(entry.joints[[16]])  # the left shoulder
    at = ((seen[0] - [x + w / 2, y + h / 2]) / (1.5 * max(w, h)) + 0.5) * HEIGHT
    column, row = np.round(at).astype(int)
    assert reddish(shown(tmp_path / "one.png"))[row - 2 : row + 3, column - 2 : column + 3].any()


def test_those_to_choose_from_have_their_numbers(tmp_path: Path) -> None:
    picture = Picture(pair())
    people = find_people(picture)
    write_people(picture, people, tmp_path / "who.png")
    pixels = shown(tmp_path / "who.png")
    yellow = np.abs(pixels - [250, 210, 60]).sum(axis=-1) < 12
    assert len(people) == 2 and yellow[:, :HEIGHT].any() and yellow[:, HEIGHT:].any()
