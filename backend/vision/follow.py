"""One person followed through frames: where it was last tells where to look next."""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.errors import BadFile

from .choose import choose, clipped
from .company import Company, common
from .finders import BUILT_IN, Finders
from .hands import with_hands
from .head import with_face
from .images import Picture
from .landmarks import LIMB_ROWS, Box
from .observe import Person

_LOST: Final = 0.25  # mean vote for the limbs below which the person is looked for anew
_FAINT: Final = 0.12  # below which nobody is there
_SEEN: Final = 0.2  # a vote from which on a landmark bounds the person
_MARGIN: Final = 0.1  # of the longer side, around the landmarks
_SAME: Final = 0.5  # of the smaller of two boxes that is common from which on they are of one person
_LOOK_AROUND: Final = (0.7, 0.2)  # s after which it is looked who else is there: where nobody was, and where others are


class Follower:
    """Finds the person that is meant in one picture of a shot after the other.

    notes: what is to be said about the choice. finders: who finds people and their landmarks.
    """

    def __init__(
        self, box: Box | None, who: int | str | None, rate: float, hands: bool = True, finders: Finders = BUILT_IN
    ) -> None:
        self.given, self.who, self.rate, self.hands, self._find = box, who, rate, hands, finders
        self.box: Box | None = None
        self.size: tuple[int, int] | None = None
        self.notes: list[str] = []
        self._company: Company | None = None
        self._number = 0
        self._looked = 0.0

    def next(self, picture: Picture) -> Person | None:
        """The person in the next picture; None where it is not to be seen."""
        if self.size is None:
            self.size = picture.size
        elif picture.size != self.size:
            raise BadFile("the pictures are not all of one size", "give the frames of one shot, unchanged")
        self._number += 1
        person = self._first(picture) if self.box is None else self._again(picture, self.box)
        if person is None:
            return None
        self.box = bounds(person, picture)
        return with_face(picture, with_hands(picture, person)) if self.hands else person

    def skip(self) -> None:
        """A picture that does not belong to the shot."""
        self._number += 1

    @property
    def _now(self) -> float:
        """S since the first picture."""
        return self._number / self.rate

    def _first(self, picture: Picture) -> Person | None:
        people = self._find.people(picture)
        if self.given is not None:
            box = clipped(self.given, picture.size, picture.scale)
        elif people:
            chosen, told = choose(people, self.who, picture)
            self.notes += [told] if told and told not in self.notes else []
            box = chosen.box
        else:
            return None
        person = _there(self._find.landmarks(picture, box))
        if person is not None:
            self._company = Company(person.points, person.size, picture, self._now)
            self._company.join([f for f in people if common(f.box, box) < _SAME], picture, self._now)
            self._looked = self._now
        return person

    def _again(self, picture: Picture, box: Box) -> Person | None:
        """Where the person was last, unless that may be somebody else by now."""
        company = self._company
        assert company is not None
        person = self._find.landmarks(picture, box)
        due = self._now - self._looked > _LOOK_AROUND[company.others]
        if due or sureness(person) < _LOST or company.doubtful(person.points, picture, self._now):
            return self._looked_for(picture, person, company)
        company.goes_on(person.points, max(box[2:]), picture, self._now)
        return person

    def _looked_for(self, picture: Picture, person: Person, company: Company) -> Person | None:
        """The person among all that are found; where nobody was found at all, what was seen where it was."""
        self._looked = self._now
        people = self._find.people(picture)
        mine = company.found(people, picture, self._now)
        if mine is None:
            taken = any(common(f.box, person.box) > _SAME for f in people) or company.others_near(self._now)
            return None if taken or company.unlike_me(person.points, picture) else _there(person)
        if common(mine, bounds(person, picture)) > _SAME and sureness(person) >= _LOST:
            return person
        other = self._find.landmarks(picture, mine)
        return _there(max((person, other), key=sureness) if common(mine, person.box) > _SAME else other)


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
