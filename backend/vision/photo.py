"""From a request with a picture to the pose of one person: read, find, choose, observe, fit; and how sure it all is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from backend.body.model import ShapedBody
from backend.errors import BadInput
from rigs.wire import Image

from .choose import choose, clipped
from .confidence import confidence_of_limbs, confidence_of_whole
from .detector import Found
from .finders import BUILT_IN, Finders
from .fit import Fit, fit
from .flips import depth_flips
from .hands import with_hands
from .head import with_face
from .images import Picture, read_picture
from .landmarks import INDEX, Box
from .layout import together
from .observe import Person

_SEEN: Final = 0.3  # weight of a landmark from which on it counts as seen
_LIMBS: Final = {
    "left arm": ("left_elbow", "left_wrist"), "right arm": ("right_elbow", "right_wrist"),
    "left leg": ("left_knee", "left_ankle"), "right leg": ("right_knee", "right_ankle"),
}  # fmt: skip
_ENDS: Final = {
    "left forearm": "left_wrist", "right forearm": "right_wrist",
    "left lower leg": "left_ankle", "right lower leg": "right_ankle",
}  # fmt: skip
_POOR: Final = 0.5  # confidence below which a warning is due


@dataclass(frozen=True, eq=False)
class Photo:
    """The pose of one person of a picture. box: px of the file; confidence 0..1, also by limb; warnings: sentences."""

    fit: Fit
    person: Person
    picture: Picture
    box: Box
    confidence: float
    warnings: tuple[str, ...]
    limbs: Mapping[str, float] = field(default_factory=dict)

    def others(self, shaped: ShapedBody, n: int) -> list[Fit]:
        """Up to n - 1 other poses that land in the picture as well."""
        return depth_flips(self.fit, self.person, self.picture, shaped, n)


def pose_photo(
    image: Image,
    box: Box | None,
    who: int | str | None,
    shaped: ShapedBody,
    tick: Callable[[str], None] = lambda stage: None,
    finders: Finders = BUILT_IN,
) -> Photo:
    """The pose of the person that is meant.

    Raises:
        BadInput: nobody is there, or it is not clear who is meant. BadFile: the picture cannot be read.
        NotAvailable: the photo tier is not set up.
    """
    tick("Reading the picture")
    picture = read_picture(image)
    region, told = _region(picture, box, who, tick, finders)
    return _posed(picture, region, shaped, tick, told, finders)


def pose_everybody(
    image: Image,
    shaped: ShapedBody,
    tick: Callable[[str], None] = lambda stage: None,
    finders: Finders = BUILT_IN,
) -> tuple[Photo, ...]:
    """The poses of all people of a picture from left to right, where they stand on one ground.

    Raises: as `pose_photo`.
    """
    tick("Reading the picture")
    picture = read_picture(image)
    people = sorted(_people(picture, tick, finders), key=lambda f: f.box[0] + f.box[2] / 2)
    photos = [_posed(picture, found.box, shaped, tick, (), finders) for found in people]
    placed = together([photo.fit for photo in photos], shaped)
    return tuple(replace(photo, fit=fit_) for photo, fit_ in zip(photos, placed, strict=True))


def _people(picture: Picture, tick: Callable[[str], None], finders: Finders) -> list[Found]:
    tick("Looking for people")
    people = finders.people(picture)
    if not people:
        raise BadInput(
            "I see nobody in this picture", "draw a box around the person, or take another picture", "nobody"
        )
    return people


def _region(
    picture: Picture, box: Box | None, who: int | str | None, tick: Callable[[str], None], finders: Finders
) -> tuple[Box, tuple[str, ...]]:
    """Where the person is that is meant, and what is to be said about the choice."""
    if box is not None:
        return clipped(box, picture.size, picture.scale), ()
    chosen, told = choose(_people(picture, tick, finders), who, picture)
    return chosen.box, (told,) if told else ()


def _posed(
    picture: Picture,
    region: Box,
    shaped: ShapedBody,
    tick: Callable[[str], None],
    told: tuple[str, ...],
    finders: Finders,
) -> Photo:
    tick("Finding the landmarks")
    person = with_face(picture, with_hands(picture, finders.landmarks(picture, region)))
    tick("Fitting the pose")
    found = fit(person, picture, shaped)
    sure = round(confidence_of_whole(found, person), 3)
    x, y, w, h = (v * picture.scale for v in region)
    warnings = (*picture.notes, *told, *_warnings(found, person, picture, sure))
    limbs = {limb: round(c, 3) for limb, c in confidence_of_limbs(found, person).items()}
    return Photo(found, person, picture, (x, y, w, h), sure, warnings, limbs)


def _warnings(found: Fit, person: Person, picture: Picture, confidence: float) -> list[str]:
    """What of the pose is a guess."""
    out: list[str] = []
    guessed = [limb for limb, names in _LIMBS.items() if max(found.sure[INDEX[n]] for n in names) < _SEEN]
    ends = {end: n for end, n in _ENDS.items() if found.sure[INDEX[n]] < _SEEN}
    ends = {end: n for end, n in ends.items() if not any(n in _LIMBS[limb] for limb in guessed)}
    unseen = {limb: _LIMBS[limb] for limb in guessed} | {end: (n,) for end, n in ends.items()}
    beyond = {part for part, names in unseen.items() if all(_outside(person.points[INDEX[n]], picture) for n in names)}
    for parts, why in (
        ([p for p in unseen if p in beyond], "out of the frame: left as at rest"),
        ([p for p in unseen if p not in beyond], "hidden or too faint: posed as a guess"),
    ):
        if parts:
            told = ", the ".join(parts[:-1]) + " and the " * (len(parts) > 1) + parts[-1]
            out.append(f"The {told} {'is' if len(parts) == 1 else 'are'} {why}.")
    doubtful = {limb: c for limb, c in confidence_of_limbs(found, person).items() if c < _POOR and limb not in guessed}
    if doubtful:
        told = ", ".join(f"the {limb} {100 * c:.0f} %" for limb, c in doubtful.items())
        out.append(f"Not sure of every limb ({told}): compare with the picture, or ask for more poses.")
    if confidence < _POOR:
        out.append("The pose is uncertain: compare it with the picture.")
    return out


def _outside(point: np.ndarray, picture: Picture) -> bool:
    return not (0 <= point[0] < picture.size[0] and 0 <= point[1] < picture.size[1])
