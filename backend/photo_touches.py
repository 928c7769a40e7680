"""Touches that a request names beside a picture (`contacts`): into the fit of each person, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backend.body.model import ShapedBody
from backend.language.phrases import phrases
from backend.vision.contacts import with_contacts
from backend.vision.photo import Photo
from backend.vision.touches import unknown
from rigs.wire import PoseRequest, Touch


def touched(photo: Photo, request: PoseRequest, index: int, shaped: ShapedBody) -> tuple[Photo, str]:
    """The photo with its fit told what touches, and a sentence about it ("" where nothing was named of this person).

    Args:
        index: of the person among the poses of the answer.
    """
    samples = [[(t.a, t.b) for t in sample if t.person in (None, index)] for sample in request.contacts]
    if not any(samples):
        return photo, ""
    held, program, left = with_contacts(photo.fit, photo.person, photo.picture, shaped, samples)
    said = []
    if program:
        said.append(f"Of what touches, these go with the picture: {', '.join(phrases(program))}.")
    if left:
        said.append(f"These do not, and were left out: {', '.join(f'{t.a} and {t.b}' for t in left)}.")
    return replace(photo, fit=held), " ".join(said)


def unknown_parts(contacts: Sequence[Sequence[Touch]]) -> tuple[str, ...]:
    """Names in a request's touches that are no parts of a body here."""
    return tuple(unknown([(t.a, t.b) for t in sample] for sample in contacts))
