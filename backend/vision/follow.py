"""One person followed through frames: where it was last tells where to look next."""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.errors import BadFile

from .choose import choose, clipped
from .detector import find_people
from .hands import with_hands
from .head import with_face
from .images import Picture
from .landmarks import LIMB_ROWS, Box
from .observe import Person, observe

_LOST: Final = 0.25  # mean vote for the limbs below which the person is looked for anew
_FAINT: Final = 0.12  # below which nobody is there
_SEEN: Final = 0.2  # a vote from which on a landmark bounds the person
_MARGIN: Final = 0.1  # of the longer side, around the landmarks
_STRAY: Final = 0.8  # of the person's size that it may move while it was not seen


class Follower:
    """Finds the person that is meant in one picture after the other."""

    def __init__(self, box: Box | None, who: int | str | None, hands: bool = True) -> None:
        self.given, self.who, self.hands = box, who, hands
        self.box: Box | None = None
        self.size: tuple[int, int] | None = None
        self.notes: list[str] = []

    def next(self, picture: Picture) -> Person | None:
        """The person in the next picture; None where it is not to be seen."""
        if self.size is None:
            self.size = picture.size
        elif picture.size != self.size:
            raise BadFile("the pictures are not all of one size", "give the frames of one shot, unchanged")
        person = self._found(picture)
        if person is None:
            return None
        self.box = bounds(person, picture)
        return with_face(picture, with_hands(picture, person)) if self.hands else person

    def _found(self, picture: Picture) -> Person | None:
        if self.box is None:
            region = self._first(picture)
            return None if region is None else _there(observe(picture, region))
        person = observe(picture, self.box)
        if sureness(person) >= _LOST:
            return person
        again = self._again(picture, self.box)
        other = None if again is None else observe(picture, again)
        return _there(max((p for p in (person, other) if p is not None), key=sureness))

    def _first(self, picture: Picture) -> Box | None:
        if self.given is not None:
            return clipped(self.given, picture.size, picture.scale)
        people = find_people(picture)
        if not people:
            return None
        chosen, told = choose(people, self.who, picture)
        self.notes += [told] if told else []
        return chosen.box

    @staticmethod
    def _again(picture: Picture, last: Box) -> Box | None:
        """The person nearest to where it was, if there is one near."""
        middle, size = np.array([last[0] + last[2] / 2, last[1] + last[3] / 2]), max(last[2:])
        found = [(float(np.hypot(*(np.array([b[0] + b[2] / 2, b[1] + b[3] / 2]) - middle))), b)
                 for b in (f.box for f in find_people(picture))]  # fmt: skip
        away, box = min(found, default=(np.inf, last))
        return box if away < _STRAY * size else None


def sureness(person: Person) -> float:
    """Mean vote for the better two thirds of the limbs' landmarks."""
    return float(np.sort(person.votes[list(LIMB_ROWS)])[len(LIMB_ROWS) // 3 :].mean())


def _there(person: Person) -> Person | None:
    return person if sureness(person) >= _FAINT else None


def bounds(person: Person, picture: Picture) -> Box:
    """The box around the landmarks that were seen, with a margin, within the picture."""
    points = person.points[person.votes > _SEEN]
    if len(points) < 4:
        return person.box
    low, high = points.min(axis=0), points.max(axis=0)
    margin = _MARGIN * float((high - low).max())
    low, high = np.clip([low - margin, high + margin], 0, np.array(picture.size))
    if (high - low).min() < 8:
        return person.box
    return (float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))
