"""Which moods a prompt asks for beside the names in it, and what a mood means that stands alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from .lexicon import PART_WORDS
from .matching import find
from .modifiers import Mood, find_moods
from .tokens import Token

if TYPE_CHECKING:
    from .reading import Reading

NO_POSE: Final = ((), ("stand",))  # what is named where a mood is all that was asked for
_PART_MOODS: Final = frozenset(("relaxed", "loose", "stiff", "rigid", "ready"))  # also said of an arm, a hand, a stance
_LITTLE: Final = 0.15  # strength of a mood that is not worth showing


def moods_of(tokens: list[Token]) -> tuple[Mood, ...]:
    """The moods of a prompt but those within a longer name ("sad walk") and those said of a part ("arms relaxed")."""
    moods = find_moods(tokens)
    if not moods:
        return ()
    places = {k for m in moods for k in m.places}
    names = [m for m in find(tokens, [False] * len(tokens), 2) if not set(m.places) <= places]
    within = {k for m in names for k in m.places}
    return tuple(m for m in moods if not within & set(m.places) and not _of_a_part(tokens, m))


def _of_a_part(tokens: list[Token], mood: Mood) -> bool:
    """As in "the left arm is relaxed", "relaxed hands": said of a part of the body."""
    if not _PART_MOODS & {tokens[k].text for k in mood.places}:
        return False
    first, last = mood.places[0], mood.places[-1]
    before = next((t for t in reversed(tokens[:first]) if t.text not in ("is", "are", "hanging", "and")), None)
    after = tokens[last + 1] if last + 1 < len(tokens) else None
    return any(t is not None and t.text in PART_WORDS for t in (before, after))


def mood_alone(reading: Reading, moods: tuple[Mood, ...]) -> Reading:
    """What was read without the moods, where they are all that was asked for.

    It is the atlas's own pose of that name, more or less of it by degree; else standing in that mood.
    """
    unread = set(reading.unread)
    named = [replace(m, strength=m.strength - 1.0) for m in moods if not set(m.said.split()) & unread]
    others = [m for m in moods if set(m.said.split()) & unread]
    left = tuple(m for m in (*named, *others) if abs(m.strength) > _LITTLE) if reading.program else moods
    said = {word for m in moods for word in m.said.split()}
    return replace(reading, moods=left, unread=tuple(w for w in reading.unread if w not in said))
