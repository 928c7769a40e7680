"""Who finds people in a picture, and who finds their landmarks: what the rest of the photo tier asks of either.

Built in are MediaPipe's detector and the vote of several looks. Users with other models (`vitpose.py`) have theirs
answer the same two questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from .detector import Found, find_people
from .images import Picture
from .landmarks import Box
from .observe import Person, observe


class PeopleFinder(Protocol):
    """Finds the people of a picture."""

    def __call__(self, picture: Picture) -> list[Found]:
        """The people, the largest first; empty where nobody is seen. Boxes in px of the picture."""
        ...


class LandmarkFinder(Protocol):
    """Finds the landmarks of one person."""

    def __call__(self, picture: Picture, box: Box) -> Person:
        """The person in a box (x, y, w, h) px of the picture: never nobody, however faint."""
        ...


@dataclass(frozen=True)
class Finders:
    """name: of the engine that answers with them. said: how a reply names them; "" where nothing needs to be said."""

    name: str
    people: PeopleFinder
    landmarks: LandmarkFinder
    said: str = ""


BUILT_IN: Final = Finders("photo", find_people, observe)
