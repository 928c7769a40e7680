"""33 landmarks of one body in a region of a picture, on it and in space (BlazePose; Bazarevsky et al. 2020)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from .images import Picture
from .models import network
from .regions import Region, cropped, enlarged

NAMES: Final = (
    "nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye", "right_eye_outer",
    "left_ear", "right_ear", "mouth_left", "mouth_right", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_pinky", "right_pinky", "left_index", "right_index",
    "left_thumb", "right_thumb", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
    "left_heel", "right_heel", "left_foot_index", "right_foot_index",
)  # fmt: skip
INDEX: Final = {name: i for i, name in enumerate(NAMES)}
LIMB_ROWS: Final = tuple(
    INDEX[f"{s}_{j}"] for s in ("left", "right") for j in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
)
SIZE: Final = 256  # px of the model's input
HEAT: Final = 64  # px of its heat maps
_WINDOW: Final = 3  # px of a heat map to each side of a landmark that refine it
_SURE: Final = 0.5  # a heat map refines where it is at least this sure
_EDGE: Final = 0.06  # of the longer side of the box: how soft the edge is around what is kept
_COARSE: Final = 4  # px of the model's input for one sample of that edge; smooth between, for steps look like limbs
Box = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class View:
    """What the model sees of one body in one region.

    points (33, 2) px of the picture; space (33, 3) m about the middle of the hips, in OpenCV axes (x right, y down, z
    away); visible (33,) 0..1: in sight rather than hidden; heat (64, 64, 33) 0..1: where in the region each landmark
    may be, however the region was looked at; body 0..1: whether there is a body.
    """

    region: Region
    points: np.ndarray
    space: np.ndarray
    visible: np.ndarray
    heat: np.ndarray
    body: float


def look(picture: Picture, region: Region, *, keep: Box | None = None) -> View:
    """One look at a region.

    Args:
        keep: (x, y, w, h) px; what lies outside is dimmed, so that neighbours are not taken for the person.
    """
    return _seen(region, _pixels(picture, region, keep))


def look_twice(picture: Picture, region: Region, *, keep: Box | None = None) -> list[View]:
    """A look at a region, and one at its mirror image, turned back: the network's habits on one side even out."""
    crop = _pixels(picture, region, keep)
    return [_seen(region, crop), _turned_back(_seen(region, crop[:, ::-1]))]


def _pixels(picture: Picture, region: Region, keep: Box | None) -> np.ndarray:
    """(256, 256, 3) float32 in 0..1: the region, dimmed to its mean outside of what is kept."""
    crop = cropped(picture, region, SIZE)
    if keep is not None:
        middle = crop[::_COARSE, ::_COARSE].mean(axis=(0, 1))
        crop -= middle
        crop *= _inside(region, keep)
        crop += middle
    return crop


def _seen(region: Region, crop: np.ndarray) -> View:
    """What the network sees in a region's pixels (256, 256, 3)."""
    flat, body, _, logits, world = network("body")(crop)
    raw, heat = flat.reshape(39, 5)[:33], _sigmoid(logits[..., :33])
    points = region.to_picture(_refined(raw[:, :2] / SIZE, heat))
    space = world.reshape(39, 3)[:33] @ _in_depth(region.angle)
    return View(region, points, space, _sigmoid(raw[:, 3]), heat, float(body[0]))


def _in_depth(angle: float) -> np.ndarray:
    """(3, 3): rows in the axes of a region turned by `angle` rad times this are in those of the picture."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])


def _turned_back(view: View) -> View:
    """A look at the mirror image of a region -> one at the region: left is right."""
    region = view.region
    turn, middle = _in_depth(region.angle)[:2, :2], np.array([region.x, region.y])
    flip = np.diag([-1.0, 1.0, 1.0])
    points = (view.points - middle) @ turn.T @ flip[:2, :2] @ turn + middle
    depth = _in_depth(region.angle)
    space = view.space @ depth.T @ flip @ depth
    heat = view.heat[:, ::-1][..., _SWAPPED]
    return View(region, points[_SWAPPED], space[_SWAPPED], view.visible[_SWAPPED], heat, view.body)


def _inside(region: Region, box: Box) -> np.ndarray:
    """(256, 256, 1) float32: 1 within a box, falling to 0 in a soft edge around it."""
    x, y, w, h = box
    coarse = SIZE // _COARSE
    steps = (np.arange(coarse) + 0.5) / coarse
    at = region.to_picture(np.stack(np.meshgrid(steps, steps), axis=-1))
    beyond = np.maximum(np.abs(at - np.array([x + w / 2, y + h / 2])) - np.array([w, h]) / 2, 0.0)
    away = (beyond**2).sum(axis=-1) / (_EDGE * max(w, h)) ** 2
    return enlarged(np.exp(-away), SIZE)[..., None]


def twin_of(name: str) -> str:
    """The same landmark on the other side, or itself."""
    twin = {"left": "right", "right": "left"}
    return "_".join(twin.get(p, p) for p in name.split("_"))


def _swapped() -> np.ndarray:
    """Where the twin of each landmark on the other side stands."""
    return np.array([INDEX[twin_of(name)] for name in NAMES])


_SWAPPED: Final = _swapped()


def _refined(at: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """Landmarks (33, 2) in 0..1 moved to the centre of heat (64, 64, 33) around them, where it is sure of them."""
    place = np.floor(at * HEAT).astype(int)
    reach = np.arange(-_WINDOW, _WINDOW + 1)
    columns, rows = place[:, :1] + reach, place[:, 1:] + reach
    inside = ((rows >= 0) & (rows < HEAT))[:, :, None] & ((columns >= 0) & (columns < HEAT))[:, None]
    part = sure[np.clip(rows, 0, HEAT - 1)[:, :, None], np.clip(columns, 0, HEAT - 1)[:, None],
                np.arange(len(at))[:, None, None]] * inside  # fmt: skip
    total = np.maximum(part.sum(axis=(1, 2)), 1e-12)
    centre = np.stack([(part.sum(axis=1) * columns).sum(axis=1), (part.sum(axis=2) * rows).sum(axis=1)], axis=1)
    believed = (part.max(axis=(1, 2)) >= _SURE) & ((place >= 0) & (place < HEAT)).all(axis=1)
    return np.where(believed[:, None], centre / total[:, None] / HEAT, at)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    out: np.ndarray = 1.0 / (1.0 + np.exp(-np.clip(x, -60.0, 60.0)))
    return out
