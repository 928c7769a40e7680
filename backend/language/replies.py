"""What a reading is answered with: what was posed and assumed, what a pose does not show, what was not understood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from .phrases import phrases
from .unshown import MOTION, SCENERY

if TYPE_CHECKING:
    from .reading import Reading

_EXAMPLE: Final = 'Try a named pose ("tree pose") or body language ("left arm raised, looking up").'
_MOST_NAMED: Final = 24  # words listed; a pasted text has thousands


def reply_to(reading: Reading) -> str:
    """The reply in a few short sentences. Every word that nothing was made of is in it."""
    if reading.is_empty:
        return _nothing_read(reading)
    posed = list(dict.fromkeys([*reading.named, *phrases(reading.explicit), *(m.said for m in reading.moods)]))
    parts = [f"Posed: {', '.join(posed)}."]
    parts.extend(reading.notes)
    return " ".join([*parts, *_left_over(reading)])


def _left_over(reading: Reading) -> list[str]:
    """Sentences on the words left over: those that one pose cannot show, and those nobody knew."""
    unshown = list(dict.fromkeys([*reading.unshown, *(w for w in reading.unread if _is_unshown(w))]))
    unknown = [w for w in reading.unread if not _is_unshown(w)]
    out = [f"One pose does not show: {_listed(unshown)}."] if unshown else []
    return [*out, f"I did not understand: {_listed(unknown)}."] if unknown else out


def _is_unshown(said: str) -> bool:
    return all(w in SCENERY or w in MOTION or w[0].isdigit() for w in said.split() if w not in ("the", "a"))


def _listed(words: Sequence[str]) -> str:
    more = len(words) - _MOST_NAMED
    return f"{', '.join(words[:_MOST_NAMED])} and {more} more words" if more > 0 else ", ".join(words)


def _nothing_read(reading: Reading) -> str:
    told = [note for note in reading.notes if "I took the" not in note]  # what was assumed has come to nothing
    if told and (reading.free or not reading.unread):
        return " ".join([*told, *_left_over(reading), _EXAMPLE])
    if told:
        return f"{' '.join(told)} {_EXAMPLE}"
    words = f" ({_listed(reading.unread)})" if reading.unread else ""
    return f"I found no pose in these words{words}. {_EXAMPLE}"
