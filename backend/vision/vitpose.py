"""People and their points by the user's own checkpoints: an object detector, and ViTPose (Xu et al. 2022).

ViTPose is a top-down model: the box of one person, widened, as a picture of fixed shape -> one heat map a keypoint. It
looks twice, once at the mirror image, and the mean of both is taken, as its authors do. The landmark network gives what
it does not: depth, hands and face, and, where keypoints are too faint, the points.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np

from .checkpoints import PoseCheckpoint, detector_folder, people_checkpoint, pose_checkpoint, set_up, vitpose_folder
from .detector import Found, find_people
from .finders import BUILT_IN, Finders
from .heatmaps import peaks, turned_back
from .images import Picture
from .keypoints import LAYOUTS, Keypoints, with_keypoints
from .landmarks import Box, look, twin_of
from .observe import Person, observe, tilt_of
from .regions import Region, cropped

MARGIN: Final = 1.25  # of the box, as ViTPose is trained
_LEAST: Final = 0.5  # score of a person
_SAME: Final = 0.85  # common area, of both, from which on two boxes are one person
_MOST: Final = 12  # people
_TURNED: Final = np.radians(50.0)  # tilt of a trunk from which on the picture is also looked at along it
_TURNED_BETTER: Final = 1.1  # times the scores that this look needs
Heat = Callable[[np.ndarray], np.ndarray]
Boxes = Callable[[np.ndarray, float], tuple[np.ndarray, np.ndarray]]


class KeypointFinder:
    """Finds the keypoints of one person.

    Args:
        heat: crops (N, H, W, 3) in the model's colours -> heat (N, K, h, w).
    """

    def __init__(self, checkpoint: PoseCheckpoint, heat: Heat) -> None:
        self._checkpoint, self._heat = checkpoint, heat
        self._twins = _twins(checkpoint.keypoints)

    def __call__(self, picture: Picture, box: Box, angle: float = 0.0) -> Keypoints:
        """The keypoints of the person in a box, in px of the picture; angle: rad by which the look is turned."""
        height, width = self._checkpoint.size
        side = max(box[3], box[2] * height / width) * MARGIN * height / (height - 1)  # between outermost middles
        region = Region(box[0] + box[2] / 2, box[1] + box[3] / 2, side, angle)
        crops = np.stack([self._crop(picture, region, mirrored) for mirrored in (False, True)])
        plain, mirrored = self._heat(crops)
        at, scores = peaks((plain + turned_back(mirrored, self._twins)) / 2)
        # Cells and pixels of the crop have their outermost middles in common (unbiased; Huang et al. 2020, eq. 6).
        cells = np.array(plain.shape[:0:-1]) - 1
        pixels = at * (np.array([width, height]) - 1) / cells
        share = (pixels + 0.5 - np.array([width, height]) / 2) / height + 0.5
        return Keypoints.of_layout(region.to_picture(share), np.clip(scores, 0.0, 1.0))

    def _crop(self, picture: Picture, region: Region, mirrored: bool) -> np.ndarray:
        """(H, W, 3): the middle columns of the square region, in the model's colours."""
        height, width = self._checkpoint.size
        square = cropped(picture, region, height, mirrored=mirrored)
        left = (height - width) // 2
        out: np.ndarray = (square[:, left : left + width] - self._checkpoint.mean) / self._checkpoint.deviation
        return out.astype(np.float32)


def _twins(count: int) -> np.ndarray:
    """(K,): for each keypoint the row of its twin on the other side, or its own."""
    rows = np.arange(count)
    for row, name in LAYOUTS[count].items():
        other = twin_of(name)
        rows[row] = next(r for r, n in LAYOUTS[count].items() if n == other)
    return rows


class WithKeypoints:
    """A landmark finder: the built-in looks, with keypoints in place of the landmarks' points in the picture."""

    def __init__(self, keypoints: KeypointFinder) -> None:
        self._keypoints = keypoints

    def __call__(self, picture: Picture, box: Box) -> Person:
        person = observe(picture, box)
        found = self._keypoints(picture, box)
        tilt = tilt_of(person)
        if abs(tilt) > _TURNED:
            along = self._keypoints(picture, box, tilt)
            found = along if along.scores.mean() > _TURNED_BETTER * found.scores.mean() else found
        return with_keypoints(person, found)


class PeopleByBoxes:
    """A people finder by the boxes of an object detector; landmarks at a glance tell people apart, as ever."""

    def __init__(self, boxes: Boxes) -> None:
        self._boxes = boxes

    def __call__(self, picture: Picture) -> list[Found]:
        boxes, scores = self._boxes(picture.pixels, _LEAST)
        found: list[Found] = []
        for k in np.argsort(-scores):
            box = _within(boxes[k], picture)
            if box is not None and len(found) < _MOST and all(_shared(box, f.box) < _SAME for f in found):
                found.append(Found(box, float(scores[k]), look(picture, Region.around(box), keep=box)))
        return sorted(found, key=lambda f: -f.box[2] * f.box[3])


def _within(box: np.ndarray, picture: Picture) -> Box | None:
    """A box as far as it lies in the picture; None where little of it does."""
    low, high = np.clip([box[:2], box[:2] + box[2:]], 0, np.array(picture.size))
    w, h = high - low
    return None if min(w, h) < 8 else (float(low[0]), float(low[1]), float(w), float(h))


def _shared(a: Box, b: Box) -> float:
    """The common area, of that of both together."""
    w = max(min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]), 0.0)
    h = max(min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1]), 0.0)
    return w * h / max(a[2] * a[3] + b[2] * b[3] - w * h, 1e-9)


def finders_for(engine: str) -> Finders:
    """Those that an engine looks with: "photo" the built-in ones, "vitpose" the user's, "auto" the latter if set up.

    Raises: as `vitpose_finders`; a checkpoint that was set up and cannot be used is never passed over in silence.
    """
    return vitpose_finders() if engine == "vitpose" or (engine == "auto" and set_up()) else BUILT_IN


def vitpose_finders() -> Finders:
    """The finders of the user's checkpoints, loaded when they are first asked for and kept.

    Raises:
        BadFile: a checkpoint is not what it should be. NotAvailable: it, a package or memory is missing.
    """
    with _LOADING:  # two requests at once do not load it twice
        return _finders(vitpose_folder(), detector_folder())


_LOADING: Final = Lock()


@lru_cache(maxsize=1)
def _finders(pose: Path, people: Path | None) -> Finders:
    from .transformer import BoxNetwork, HeatNetwork

    checkpoint = pose_checkpoint(pose)
    landmarks = WithKeypoints(KeypointFinder(checkpoint, HeatNetwork(checkpoint)))
    finder = find_people if people is None else PeopleByBoxes(BoxNetwork(people_checkpoint(people)))
    return Finders("vitpose", finder, landmarks, "ViTPose's points")
