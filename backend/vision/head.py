"""Which way the head of an observed person is turned: by the face's own landmarks (Kartynnik et al. 2019).

The body's landmarks place a head well and turn it badly. Where the face is large enough, landmarks of the face give its
rotation, and nose and ears are put where they then are, so that the fit turns neck and head by them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from backend.body.rotations import best_rotation

from .images import Picture
from .landmarks import INDEX
from .models import network
from .observe import Person
from .regions import Region, cropped

SMALLEST: Final = 24.0  # px between the outermost landmarks of a head; of a smaller one the face is not read
_SIZE: Final = 192  # px of the model's input
_MARGIN: Final = 2.0  # side of the region, of the span of the head's landmarks
_SEEN: Final = 0.2  # votes of a nose below which no face is looked for
_PRESENT: Final = 0.6  # of the face's presence, 0..1
_ALIKE: Final = 0.12  # how far (root of the sum of squares) landmarks of unit size may be from a face's
_HEAD: Final = tuple(range(11))  # the body's landmarks of the head
# Rigid landmarks of the face, in parts (1/100) of their common size in the head's frame (x to its left, y up, z ahead).
_FACE: Final[dict[int, tuple[int, int, int]]] = {
    33: (-19, 8, -1), 263: (19, 8, -1), 133: (-7, 8, 2), 362: (7, 8, 2), 1: (0, -6, 18), 61: (-10, -20, 7),
    291: (10, -20, 7), 152: (0, -35, 7), 10: (0, 31, 3), 234: (-28, -2, -21), 454: (28, -2, -21), 70: (-23, 16, -3),
    300: (23, 16, -3), 50: (-20, -5, 3), 280: (20, -5, 3),
}  # fmt: skip
# Nose and ears of our own body about the middle of the ears, m, in the same frame.
_OWN: Final = {"nose": (0.0, -0.037, 0.131), "left_ear": (0.086, 0.0, 0.0), "right_ear": (-0.086, 0.0, 0.0)}


def with_face(picture: Picture, person: Person) -> Person:
    """The person with nose and ears in space as its face is turned; as it is where no face is seen well enough."""
    turn = face_turn(picture, person)
    if turn is None:
        return person
    space, votes, spread = person.space.copy(), person.votes.copy(), person.spread.copy()
    middle = (space[INDEX["left_ear"]] + space[INDEX["right_ear"]]) / 2
    for name, place in _OWN.items():
        space[INDEX[name]] = middle + turn @ np.array(place)
        votes[INDEX[name]], spread[INDEX[name]] = max(votes[INDEX[name]], 0.3), 0.0
    return replace(person, space=space, votes=votes, spread=spread, faced=True)


def face_turn(picture: Picture, person: Person) -> np.ndarray | None:
    """(3, 3): from the head's frame to OpenCV's axes; None where no face is seen well enough."""
    at = person.points[list(_HEAD)]
    low, high = at.min(axis=0), at.max(axis=0)
    span = float((high - low).max())
    if person.votes[INDEX["nose"]] < _SEEN or span < SMALLEST:
        return None
    eyes = person.points[INDEX["left_eye"]] - person.points[INDEX["right_eye"]]
    middle = (low + high) / 2
    region = Region(float(middle[0]), float(middle[1]), _MARGIN * span, float(np.arctan2(eyes[1], eyes[0])))
    flat, logit = network("face")(cropped(picture, region, _SIZE))
    if 1 / (1 + np.exp(-float(logit.ravel()[0]))) < _PRESENT:
        return None
    c, s = np.cos(region.angle), np.sin(region.angle)
    return _turned(flat.reshape(-1, 3)[list(_FACE)] @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]))


def _turned(seen: np.ndarray) -> np.ndarray | None:
    """The rotation that takes the face at rest to landmarks that were seen, if they look like a face."""
    rest = np.array(list(_FACE.values()), float)
    rest, seen = rest - rest.mean(axis=0), seen - seen.mean(axis=0)
    rest, seen = rest / np.linalg.norm(rest), seen / max(float(np.linalg.norm(seen)), 1e-9)
    turn = best_rotation(rest, seen)
    return turn if float(((rest @ turn.T - seen) ** 2).sum()) < _ALIKE else None
