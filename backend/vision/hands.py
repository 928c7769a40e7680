"""Hands of an observed person: 21 landmarks in a region of their own (MediaPipe Hands; Zhang et al. 2020).

The region follows from wrist and knuckles of the body, and a second model corrects it, as MediaPipe's holistic graph
does. What the landmarks say goes two ways: the palm's knuckles replace the body's coarser ones, so that the fit turns
the wrist by them, and the bends of the fingers are set (`fingers.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from backend.posecodes.vocabulary import SIDES

from .images import Picture
from .landmarks import INDEX
from .models import network
from .observe import Person
from .regions import Region, cropped

SMALLEST: Final = 24.0  # px of the picture; of a hand shorter than this nothing is read
_SIZE, _RECROP_SIZE = 224, 256  # px of the models' inputs
_AROUND: Final = 2.7  # side of the first region, of the length of the hand
_ONWARD: Final = 0.1  # of a region's side: how far it moves from the wrist to the fingertips
_LENGTH: Final = 0.17  # m from the wrist to the middle of the palm and on, as the first region counts it
_FORESHORTENED: Final = 0.6  # of that length: what a hand that points at the camera is taken for at least
_PRESENT: Final = 0.55  # of the hand's presence, 0..1
_OTHER: Final = 0.9  # handedness from which on it is taken for a hand of the other side
_HANDED: Final = 1.0  # how much the handedness counts beside the agreement with the body
_DEPTH_TURNED: Final = np.array([1.0, 1.0, -1.0])
_SEEN: Final = 0.2  # votes of a wrist below which no hand is looked for
_STRAY: Final = 0.6  # of the hand's length: how far the model's wrist may be from the body's
_WRIST, _INDEX, _PINKY = 0, 5, 17


@dataclass(frozen=True, eq=False)
class HandSeen:
    """points (21, 2) px of the picture; space (21, 3) m in OpenCV axes (x right, y down, z away); presence 0..1."""

    points: np.ndarray
    space: np.ndarray
    presence: float


def with_hands(picture: Picture, person: Person) -> Person:
    """The person with what its hands' own model sees of them."""
    return with_palms(person, see_hands(picture, person))


def see_hands(picture: Picture, person: Person) -> dict[str, HandSeen]:
    """The hands that are seen well enough, by side."""
    seen = {side: _look(picture, person, side) for side in SIDES}
    found = {side: hand for side, hand in seen.items() if hand is not None}
    if len(found) == 2 and _same(found["left"], found["right"]):
        del found[min(found, key=lambda side: found[side].presence)]  # one hand is not both
    return found


def with_palms(person: Person, hands: Mapping[str, HandSeen]) -> Person:
    """The person with the knuckles of its hands where the hands' own model sees them."""
    points, space = person.points.copy(), person.space.copy()
    votes, visible, spread = person.votes.copy(), person.visible.copy(), person.spread.copy()
    for side, hand in hands.items():
        wrist = INDEX[f"{side}_wrist"]
        for name, row in (("index", _INDEX), ("pinky", _PINKY)):
            k = INDEX[f"{side}_{name}"]
            points[k] = hand.points[row]
            space[k] = space[wrist] + hand.space[row] - hand.space[_WRIST]
            votes[k], visible[k] = max(votes[k], hand.presence), max(visible[k], hand.presence)
            spread[k] = spread[wrist] = min(spread[wrist], spread[k])
    seen = {side: hand.space for side, hand in hands.items()}
    return replace(person, points=points, space=space, votes=votes, visible=visible, spread=spread, hands=seen)


def region_of(person: Person, side: str) -> Region | None:
    """Where a hand may be, its fingers up; None where it is too small or its wrist is not seen."""
    rows = [INDEX[f"{side}_{n}"] for n in ("wrist", "index", "pinky")]
    if person.votes[rows[0]] < _SEEN:
        return None
    wrist, index, pinky = person.points[rows]
    knuckles = (2 * index + pinky) / 3
    along = knuckles - wrist
    seen = 2 * float(np.hypot(*along))
    length = max(seen, _FORESHORTENED * _LENGTH * _pixels_per_metre(person))
    if length < SMALLEST:
        return None
    return _upright(knuckles, along, _AROUND * length)


def _upright(middle: np.ndarray, up: np.ndarray, side: float) -> Region:
    """The region about a place whose top lies in a direction of the picture."""
    return Region(float(middle[0]), float(middle[1]), side, float(np.arctan2(up[0], -up[1])))


def _pixels_per_metre(person: Person) -> float:
    """How large a metre is in the picture at the person, from how far its landmarks lie apart."""
    sure = person.votes[:, None] + 1e-3
    spans = []
    for at in (person.points, person.space[:, :2]):
        middle = (sure * at).sum(0) / sure.sum()
        spans.append(float(np.sqrt((sure * (at - middle) ** 2).sum() / sure.sum())))
    return spans[0] / max(spans[1], 1e-3)


def _look(picture: Picture, person: Person, side: str) -> HandSeen | None:
    first = region_of(person, side)
    if first is None:
        return None
    region = _corrected(picture, first)
    flat, present, handed, world = network("hand")(cropped(picture, region, _SIZE))
    presence, right = float(present[0]), float(handed[0])
    if presence < _PRESENT:
        return None
    points = region.to_picture(flat.reshape(21, 3)[:, :2] / _SIZE)
    wrist = person.points[INDEX[f"{side}_wrist"]]
    if float(np.hypot(*(points[_WRIST] - wrist))) > _STRAY * first.side / _AROUND:
        return None  # somebody else's hand, or the other one
    c, s = np.cos(region.angle), np.sin(region.angle)
    space = world.reshape(21, 3) @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    other = right if side == "left" else 1.0 - right
    depth_turned = _agreement(space, person, side) < _HANDED * (2 * other - 1)
    if other > _OTHER and not depth_turned:
        return None  # a hand of the other side, by itself and by the body
    return HandSeen(points, space * _DEPTH_TURNED if depth_turned else space, presence)


def _agreement(space: np.ndarray, person: Person, side: str) -> float:
    """How much better (-2..2) the palm goes with the body's wrist and knuckles as it is than with its depth turned.

    The back of a left hand and the palm of a right one look alike, so a hand that is taken for the other side's has
    its depth the wrong way round.
    """
    body = _normal(*person.space[[INDEX[f"{side}_{n}"] for n in ("wrist", "index", "pinky")]])
    ways = [_normal(*h[[_WRIST, _INDEX, _PINKY]]) for h in (space, space * _DEPTH_TURNED)]
    return float(body @ (ways[0] - ways[1]))


def _normal(wrist: np.ndarray, index: np.ndarray, pinky: np.ndarray) -> np.ndarray:
    out: np.ndarray = np.cross(index - wrist, pinky - wrist)
    return out / max(float(np.linalg.norm(out)), 1e-12)


def _corrected(picture: Picture, region: Region) -> Region:
    """The region that the second model proposes by its middle and a place at its lower edge, towards the arm."""
    flat = network("hand_region")(cropped(picture, region, _RECROP_SIZE))[0]
    middle, low = region.to_picture(flat.reshape(2, 2) / _RECROP_SIZE)
    up = middle - low
    side = 2 * float(np.hypot(*up))
    if not 0.2 < side / region.side < 2.0:
        return region
    return _upright(middle + 2 * _ONWARD * up, up, side)


def _same(a: HandSeen, b: HandSeen) -> bool:
    """Whether two hands lie on each other in the picture, finger by finger."""
    size = float(np.ptp(a.points, axis=0).max())
    return float(np.linalg.norm(a.points - b.points, axis=1).mean()) < 0.2 * size
