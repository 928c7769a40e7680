"""Pictures of our own body that are harder than a clean render: clutter, occluders, neighbours, cuts, noise, blur.

For calibration (`tests.bench.confidence`): what is known of each picture is where its joints are, whatever hides them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from backend.atlas_command import posed
from backend.body.camera import Camera
from backend.body.picture import Figure, draw, figure, view_camera
from backend.body.raster import rasterise
from backend.language.atlas import atlas

SIZE = (480, 560)


@dataclass(frozen=True, eq=False)
class Varied:
    """pixels (h, w, 3) uint8; joints (55, 3) m in camera axes; box (x, y, w, h) px, as somebody would draw it."""

    name: str
    pixels: np.ndarray
    joints: np.ndarray
    box: tuple[float, float, float, float]


def varied(names: list[str], seed: int, each: int) -> Iterator[Varied]:
    """Every pose so often, each time otherwise."""
    rng = np.random.default_rng(seed)
    neighbours = [figure(posed(atlas(), name).pose) for name in rng.choice(names, 6)]
    for name in names:
        entry = posed(atlas(), name)
        body = figure(entry.pose)
        for _ in range(each):
            camera = view_camera(body, rng.uniform(-np.pi, np.pi), SIZE)
            seen = entry.joints @ camera.rotation.T + camera.translation
            picture, mask = _scene(rng, body, camera, neighbours)
            yield _cut(rng, name, _worn(rng, picture), mask, seen)


def _scene(
    rng: np.random.Generator, body: Figure, camera: Camera, neighbours: list[Figure]
) -> tuple[Image.Image, np.ndarray]:
    """The body before clutter or on its floor, behind and before other things; and where it is (h, w) bool."""
    mask = _mask(body, camera)
    pixels = _tinted(rng, draw(body, camera, SIZE), mask)
    if rng.random() < 0.6:
        pixels = np.where(mask[..., None], pixels, np.asarray(_clutter(rng)))
    for _ in range(rng.choice([0, 1, 2], p=[0.6, 0.25, 0.15])):
        pixels = _beside(rng, pixels, mask, neighbours[rng.integers(len(neighbours))])
    picture = Image.fromarray(pixels)
    if rng.random() < 0.45:
        _occlude(rng, picture, mask)
    return picture, mask


def _mask(body: Figure, camera: Camera) -> np.ndarray:
    pixels, depth = camera.project(body.vertices)
    mask = np.zeros(SIZE[0] * SIZE[1], bool)
    mask[rasterise(pixels, depth, body.triangles, SIZE).pixel] = True
    return mask.reshape(SIZE[1], SIZE[0])


def _tinted(rng: np.random.Generator, pixels: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Other skin, and clothes: bands of the body in colours of their own."""
    rows = np.flatnonzero(mask.any(axis=1))
    out = pixels.astype(float)
    edges = np.sort(rng.uniform(rows[0], rows[-1], 2)).astype(int)
    for low, high in zip((rows[0], *edges), (*edges, rows[-1] + 1), strict=True):
        band = np.zeros_like(mask)
        band[low:high] = mask[low:high]
        out[band] *= rng.uniform(0.25, 1.15, 3)
    return np.clip(out, 0, 255).astype(np.uint8)


def _clutter(rng: np.random.Generator) -> Image.Image:
    """A room of boxes, discs and lines over a coarse texture."""
    coarse = rng.integers(30, 230, (7, 6, 3)).astype(np.uint8)
    out = Image.fromarray(coarse).resize(SIZE, Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(out)
    for _ in range(rng.integers(4, 30)):
        x, y = rng.uniform(-60, SIZE[0]), rng.uniform(-60, SIZE[1])
        shape = (x, y, x + rng.uniform(8, 220), y + rng.uniform(8, 260))
        colour = tuple(int(v) for v in rng.integers(0, 255, 3))
        (pen.rectangle, pen.ellipse)[rng.integers(2)](shape, fill=colour)
        pen.line(tuple(rng.uniform(0, SIZE[0], 4)), fill=colour, width=int(rng.integers(1, 14)))
    return out.filter(ImageFilter.GaussianBlur(rng.uniform(0, 3)))


def _beside(rng: np.random.Generator, pixels: np.ndarray, mask: np.ndarray, other: Figure) -> np.ndarray:
    """Somebody else, moved to a side, behind the body or before it."""
    camera = view_camera(other, rng.uniform(-np.pi, np.pi), SIZE)
    shift = int(rng.choice([-1, 1]) * rng.uniform(0.2, 0.6) * SIZE[0])
    drawn, where = np.roll(draw(other, camera, SIZE), shift, axis=1), np.roll(_mask(other, camera), shift, axis=1)
    where[:, slice(0, shift) if shift > 0 else slice(shift, None)] = False
    if rng.random() < 0.7:
        where &= ~mask
    return np.where(where[..., None], drawn, pixels)


def _occlude(rng: np.random.Generator, picture: Image.Image, mask: np.ndarray) -> None:
    """Something flat before a part of the body."""
    rows, columns = np.nonzero(mask)
    k = rng.integers(len(rows))
    span = float(max(np.ptp(rows), np.ptp(columns)))
    w, h = rng.uniform(0.08, 0.5, 2) * span
    colour = tuple(int(v) for v in rng.integers(0, 255, 3))
    x, y = float(columns[k]), float(rows[k])
    ImageDraw.Draw(picture).rectangle((x - w / 2, y - h / 2, x + w / 2, y + h / 2), fill=colour)


def _worn(rng: np.random.Generator, picture: Image.Image) -> Image.Image:
    """Blurred, small, dark or grainy, as pictures are."""
    if rng.random() < 0.35:
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 4)))
    if rng.random() < 0.35:
        small = rng.uniform(0.12, 0.6)
        size = (int(SIZE[0] * small), int(SIZE[1] * small))
        picture = picture.resize(size, Image.Resampling.BILINEAR).resize(SIZE, Image.Resampling.BILINEAR)
    pixels = 255 * (np.asarray(picture) / 255.0) ** rng.uniform(0.6, 1.9)
    if rng.random() < 0.4:
        pixels = pixels + rng.normal(0, rng.uniform(4, 35), pixels.shape)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _cut(rng: np.random.Generator, name: str, picture: Image.Image, mask: np.ndarray, joints: np.ndarray) -> Varied:
    """The picture, sometimes cut off through the body, and a box around what is left of it, as exact as hands are."""
    rows, columns = np.nonzero(mask)
    left, top, right, bottom = 0, 0, *SIZE
    if rng.random() < 0.25:
        share = rng.uniform(0.45, 0.9)
        side = rng.choice(["bottom", "right", "left"], p=[0.6, 0.2, 0.2])
        if side == "bottom":
            bottom = int(rows.min() + share * np.ptp(rows))
        elif side == "right":
            right = int(columns.min() + share * np.ptp(columns))
        else:
            left = int(columns.max() - share * np.ptp(columns))
    low = np.array([max(columns.min(), left), max(rows.min(), top)], float)
    high = np.array([min(columns.max() + 1, right), min(rows.max() + 1, bottom)], float)
    low, high = low + rng.normal(0, 0.02, 2) * (high - low), high + rng.normal(0, 0.02, 2) * (high - low)
    low, high = np.clip([low, high], [left, top], [right, bottom])
    pixels = np.asarray(picture)[top:bottom, left:right]
    x, y = low - [left, top]
    return Varied(name, pixels, joints, (float(x), float(y), float(high[0] - low[0]), float(high[1] - low[1])))
