"""Pictures for engines whose model looks at them: who is in one, as the model is shown it, and who was meant."""

from __future__ import annotations

from dataclasses import dataclass

from backend.errors import BadInput
from backend.ticks import Tick
from backend.vision.choose import clipped
from backend.vision.detector import Found
from backend.vision.finders import BUILT_IN
from backend.vision.images import Picture, read_picture
from backend.writer.author import Author
from backend.writer.contacts_asked import ask_contacts
from backend.writer.marks import alone, marked
from rigs.wire import PoseRequest

from .proposal import Seen

_LOOKS = 5  # at the person, for what touches


@dataclass(frozen=True, eq=False)
class Pictured:
    """A picture, the people in it that may be meant, and both as a JPEG with numbers."""

    picture: Picture
    people: tuple[Found, ...]
    shown: bytes

    @classmethod
    def of(cls, request: PoseRequest, tick: Tick) -> Pictured:
        """The picture of a request.

        Raises:
            BadFile: it cannot be read. BadInput: the person is not there. NotAvailable: the photo tier is not set up.
        """
        assert request.image is not None
        tick("Reading the picture")
        picture = read_picture(request.image)
        if request.box is not None:
            people = [Found(clipped(request.box, picture.size, picture.scale), 1.0)]
        else:
            tick("Looking for people")
            people = BUILT_IN.people(picture)
        if isinstance(request.person, int):
            if not 0 <= request.person < len(people):
                raise BadInput(f"there is no person {request.person}: {len(people)} people were found", "count from 0")
            people = [people[request.person]]
        return cls(picture, tuple(people), marked(picture, people))

    def seen(self, person: int | None, author: Author, request: PoseRequest, tick: Tick) -> Seen:
        """Whose pose is measured, with what the model sees touch at this person.

        Raises:
            BadInput: the model named nobody of several people.
        """
        if person is None and len(self.people) > 1:
            raise BadInput(
                f"it is not clear which of {len(self.people)} people is meant",
                "say where they are or what they wear, or give a box",
                "which_person",
            )
        box = self.people[person or 0].box
        contacts = request.contacts
        if not contacts:
            contacts = ask_contacts(author, alone(self.picture, box), _LOOKS, request.seed, tick)
        x, y, w, h = (v * self.picture.scale for v in box)
        return Seen((x, y, w, h), contacts)
