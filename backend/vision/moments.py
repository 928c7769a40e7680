"""The pose of one person in each frame, from what was observed of it in all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.body.model import ShapedBody
from backend.body.rotations import rotmat_to_rotvec

from .confidence import confidence_of_whole
from .fit import Fit, fit
from .images import Picture, focal_pixels
from .landmarks import INDEX
from .lens import FACING
from .observe import Person

FEET: Final = tuple(INDEX[f"{s}_{n}"] for s in ("left", "right") for n in ("heel", "foot_index"))
_WORSE: Final = (1.5, 5.0)  # times the cost of the frame before, and beyond it, from which on a fit may be stuck


@dataclass(frozen=True, eq=False)
class Moment:
    """The person in one frame before a level camera at the origin.

    local (55, 3, 3); pelvis (3,) m; pitch: rad that was taken out of the camera; sure (33,): weights of the landmarks;
    feet (4, 2) px of the picture that was read: heel and toes of the left foot and of the right; votes (4,) for them;
    confidence 0..1: how likely the fit is right; hands: those seen well.
    """

    local: np.ndarray
    pelvis: np.ndarray
    pitch: float
    sure: np.ndarray
    feet: np.ndarray
    votes: np.ndarray
    confidence: float
    hands: frozenset[str]


def fitted(people: Sequence[Person | None], like: Picture, shaped: ShapedBody) -> Iterator[Moment | None]:
    """The fits frame by frame, each beginning at the one before; `like`: a picture of the size of all."""
    last: np.ndarray | None = None
    cost = np.inf
    for person in people:
        if person is None:
            last = None
            yield None
            continue
        found = fit(person, like, shaped, last)
        if last is not None and found.cost > _WORSE[0] * cost + _WORSE[1]:
            found = min((found, fit(person, like, shaped)), key=lambda f: f.cost)
        local, pelvis, pitch = before_camera(found)
        last, cost = local, found.cost
        rows = list(FEET)
        yield Moment(
            local, pelvis, pitch, found.sure, person.points[rows], person.votes[rows],
            confidence_of_whole(found, person), frozenset(person.hands),
        )  # fmt: skip


def before_camera(found: Fit) -> tuple[np.ndarray, np.ndarray, float]:
    """Local (55, 3, 3) and pelvis (3,) m before a level camera at the origin, and the pitch (rad) taken out of them."""
    level = (FACING @ found.camera.rotation).T
    local = found.local.copy()
    local[0] = level.T @ local[0]
    pelvis = FACING @ (found.camera.rotation @ found.joints[0] + found.camera.translation)
    return local, pelvis, float(rotmat_to_rotvec(level)[0])


def empty_like(picture: Picture, lens: float | None = None) -> Picture:
    """A picture of the same size that takes no memory; lens: its focal length, mm as on 35 mm film, if not as noted."""
    nothing = np.broadcast_to(np.zeros((), np.uint8), picture.pixels.shape)
    return Picture(nothing, picture.scale, focal_pixels(lens, picture.size) if lens else picture.focal)
