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
_HEAT: Final = 64  # px of its heat maps
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


def look(picture: Picture, region: Region, *, keep: Box | None = None, mirrored: bool = False) -> View:
    """One look at a region.

    Args:
        keep: (x, y, w, h) px; what lies outside is dimmed, so that neighbours are not taken for the person.
        mirrored: look at the mirror image, and turn what is seen back.
    """
    crop = cropped(picture, region, SIZE, mirrored=mirrored)
    if keep is not None:
        share = _inside(region, keep, mirrored)
        crop = crop * share + crop.mean(axis=(0, 1)) * (1.0 - share)
    flat, body, _, logits, world = network("body")(crop)
    raw, heat = flat.reshape(39, 5)[:33], _sigmoid(logits[..., :33])
    at, space, visible = _refined(raw[:, :2] / SIZE, heat), world.reshape(39, 3)[:33].copy(), _sigmoid(raw[:, 3])
    if mirrored:
        at[:, 0], space[:, 0] = 1.0 - at[:, 0], -space[:, 0]
        at, space, visible, heat = at[_SWAPPED], space[_SWAPPED], visible[_SWAPPED], heat[:, ::-1][..., _SWAPPED]
    c, s = np.cos(region.angle), np.sin(region.angle)
    space = space @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    return View(region, region.to_picture(at), space, visible, heat, float(body[0]))


def _inside(region: Region, box: Box, mirrored: bool) -> np.ndarray:
    """(256, 256, 1) float32: 1 within a box, falling to 0 in a soft edge around it."""
    x, y, w, h = box
    coarse = SIZE // _COARSE
    steps = (np.arange(coarse) + 0.5) / coarse
    at = region.to_picture(np.stack(np.meshgrid(steps[::-1] if mirrored else steps, steps), axis=-1))
    beyond = np.maximum(np.abs(at - np.array([x + w / 2, y + h / 2])) - np.array([w, h]) / 2, 0.0)
    away = np.hypot(beyond[..., 0], beyond[..., 1]) / (_EDGE * max(w, h))
    return enlarged(np.exp(-away * away), SIZE)[..., None]


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
    out = at.copy()
    for k, (x, y) in enumerate(at):
        column, row = int(np.floor(x * _HEAT)), int(np.floor(y * _HEAT))
        if not (0 <= column < _HEAT and 0 <= row < _HEAT):
            continue
        left, top = max(0, column - _WINDOW), max(0, row - _WINDOW)
        part = sure[top : row + _WINDOW + 1, left : column + _WINDOW + 1, k]
        if part.max() >= _SURE:
            rows, columns = np.mgrid[top : top + part.shape[0], left : left + part.shape[1]]
            out[k] = np.array([(columns * part).sum(), (rows * part).sum()]) / part.sum() / _HEAT
    return out


def _sigmoid(x: np.ndarray) -> np.ndarray:
    out: np.ndarray = 1.0 / (1.0 + np.exp(-np.clip(x, -60, 60)))
    return out
