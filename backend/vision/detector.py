"""Who is in a picture: boxes of people, by BlazePose's detector (Bazarevsky et al. 2020), then in parts of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from .images import Picture
from .landmarks import LIMB_ROWS, Box, View, look
from .models import network
from .regions import Region, cropped

SIZE: Final = 224  # px of the model's input
_STRIDES: Final = ((8, 2), (16, 2), (32, 6))  # px between anchors, anchors at each place
_LEAST: Final = 0.5  # score of a person in the whole picture
_LEAST_IN_PART: Final = 0.6  # of one in a part of it, where limbs and furniture look like people
_SAME: Final = 0.45  # overlap (of the smaller) from which two finds are one person
_BODY: Final = 0.6  # what the landmark model must think of a find
_MOST: Final = 12  # people


@dataclass(frozen=True)
class Found:
    """A person: box (x, y, w, h) px around the limbs that are in sight; score 0..1; view: one look at it."""

    box: Box
    score: float
    view: View | None = None


def find_people(picture: Picture) -> list[Found]:
    """The people of a picture, the largest first; empty where nobody is seen."""
    width, height = picture.size
    whole = Region(width / 2, height / 2, max(width, height))
    circles = _detected(picture, whole, _LEAST)
    for part in _parts(width, height, 2):
        circles += _detected(picture, part, _LEAST_IN_PART)
    return _people(picture, circles) or _people(picture, _harder(picture, whole))


def _harder(picture: Picture, whole: Region) -> list[tuple[Region, float]]:
    """Where nobody was found at first: people upside down or lying, and very small ones."""
    circles = [c for angle in (np.pi, np.pi / 2, -np.pi / 2) for c in _detected(picture, whole.turned(angle), _LEAST)]
    for part in [] if circles else _parts(*picture.size, 4):
        circles += _detected(picture, part, _LEAST_IN_PART)
    return circles


def _people(picture: Picture, circles: list[tuple[Region, float]]) -> list[Found]:
    """The finds that are people, each once."""
    found: list[Found] = []
    for circle, score in sorted(circles, key=lambda c: -c[1]):
        if len(found) >= _MOST or any(_centre_in(circle, f.box) and circle.side < 1.6 * max(f.box[2:]) for f in found):
            continue
        person = _confirmed(picture, circle, score)
        if person is not None and all(_overlap(person.box, f.box) < _SAME for f in found):
            found.append(person)
    return sorted(found, key=lambda f: -f.box[2] * f.box[3])


def _parts(width: int, height: int, times: int) -> list[Region]:
    """Overlapping squares so many times smaller than the picture, for small people, where there are pixels for it."""
    side = max(width, height) / times
    if side < SIZE:
        return []
    across = np.arange(side / 2, width - side / 4, side / 2) if width > side else [width / 2]
    down = np.arange(side / 2, height - side / 4, side / 2) if height > side else [height / 2]
    return [Region(float(x), float(y), side) for x in across for y in down]


def _detected(picture: Picture, region: Region, least: float) -> list[tuple[Region, float]]:
    """Regions around whole bodies, with scores."""
    boxes, logits = network("person")(cropped(picture, region, SIZE) * 2.0 - 1.0)
    scores = 1.0 / (1.0 + np.exp(-np.clip(logits[:, 0], -60, 60)))
    sure = np.flatnonzero(scores >= least)
    points = boxes[sure][:, 4:12].reshape(-1, 4, 2) / SIZE + _ANCHORS[sure][:, None]
    out: list[tuple[Region, float]] = []
    for k in np.argsort(-scores[sure]):
        hub, rim = region.to_picture(points[k, 0]), region.to_picture(points[k, 1])
        radius = float(np.linalg.norm(rim - hub))
        if all(np.hypot(hub[0] - r.x, hub[1] - r.y) > 0.3 * radius for r, _ in out):
            out.append((Region(float(hub[0]), float(hub[1]), 2.5 * radius, region.angle), float(scores[sure[k]])))
    return out


def _anchors() -> np.ndarray:
    """(2254, 2): the middles of the model's anchors in 0..1, row by row."""
    out = []
    for stride, count in _STRIDES:
        n = SIZE // stride
        middles = (np.arange(n) + 0.5) / n
        out.append(np.repeat(np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2), count, axis=0))
    return np.concatenate(out)


_ANCHORS: Final = _anchors()


def _confirmed(picture: Picture, circle: Region, score: float) -> Found | None:
    """The box of the landmarks in a region, where the landmark model sees a body there too."""
    seen = look(picture, circle)
    peaks = seen.heat.reshape(-1, seen.heat.shape[-1]).max(axis=0)
    sure = [k for k in range(33) if peaks[k] > 0.25 and seen.visible[k] > 0.3]
    if seen.body < _BODY or len([k for k in sure if k in LIMB_ROWS]) < 4:
        return None
    low, high = seen.points[sure].min(axis=0), seen.points[sure].max(axis=0)
    span = high - low
    low, high = low - 0.08 * span.max() - 0.04 * span, high + 0.06 * span.max() + 0.02 * span
    size = np.array(picture.size)
    low, high = np.clip(low, 0, size), np.clip(high, 0, size)
    w, h = high - low
    if min(w, h) < 8:
        return None
    return Found((float(low[0]), float(low[1]), float(w), float(h)), score * seen.body, seen)


def _centre_in(circle: Region, box: Box) -> bool:
    x, y, w, h = box
    return bool(abs(circle.x - x - w / 2) < 0.2 * w and abs(circle.y - y - h / 2) < 0.25 * h)


def _overlap(a: Box, b: Box) -> float:
    """The common area, of the smaller box."""
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(w, 0.0) * max(h, 0.0) / max(min(a[2] * a[3], b[2] * b[3]), 1e-6)
