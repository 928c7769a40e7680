"""Words around a pose that are no pose of their own: who does it, and that it is held.

"A boxer doing push-ups" does push-ups: "boxer" names a pose only where nothing else is done. "Holding a plank" holds
nothing in the hands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .atlas import atlas
from .lexicon import DETERMINERS
from .matching import Match
from .stems import stem
from .tokens import Token

_ENDINGS: Final = ("er", "or", "ist", "ina", "ers", "ors", "ists", "inas", "ician")
_DOERS: Final = frozenset(
    (
        "nurse",
        "doctor",
        "chef",
        "cook",
        "priest",
        "monk",
        "nun",
        "thief",
        "spy",
        "burglar",
        "villain",
        "pirate",
        "cop",
        "clown",
        "king",
    )
    + (
        "queen",
        "knight",
        "model",
        "student",
        "goalie",
        "mechanic",
        "bride",
        "groom",
        "waitress",
        "actress",
        "athlete",
        "judge",
        "guard",
        "maid",
        "butler",
    )
)
_HELD: Final = stem("hold")


def poses_alone(matches: list[Match], tokens: Sequence[Token]) -> list[Match]:
    """The matches without those that only say who does it, or that it is held."""
    return _without_doer([m for m in matches if not _holds_a_pose(m, matches, tokens)], tokens)


def _holds_a_pose(match: Match, matches: list[Match], tokens: Sequence[Token]) -> bool:
    """Whether the match is but a "hold" whose object is a pose that carries the body."""
    if len(match.places) != 1 or tokens[match.places[0]].stem != _HELD:
        return False
    after = next((k for k in range(match.places[0] + 1, len(tokens)) if tokens[k].text not in DETERMINERS), -1)
    return any(after in m.places and atlas().posture(m.entry) for m in matches if m is not match)


def _without_doer(matches: list[Match], tokens: Sequence[Token]) -> list[Match]:
    """The matches without whoever is named first, if what that one does is named too and carries the body.

    Postures leave the doer its pose: "a boxer on his knees" still boxes. So do poses of the arms alone: whoever plays
    the guitar and jumps has it in hand, but a musician at the double bass plays that alone.
    """
    told = [m for m in matches if atlas().entries[m.entry].category != "postures"]
    if not told:
        return matches
    first = min(told, key=lambda m: m.places)
    return [m for m in matches if m is not first] if _is_doer(first, tokens) and _yields(first, told) else matches


def _yields(doer: Match, told: list[Match]) -> bool:
    """Whether something else is done that carries the body as the doer's pose does, or is of its kind."""
    book = atlas()
    category, carries = book.entries[doer.entry].category, book.posture(doer.entry)
    others = [m for m in told if m.entry != doer.entry]
    return any(book.entries[m.entry].category == category or (carries and book.posture(m.entry)) for m in others)


def _names_one(word: str) -> bool:
    return word in _DOERS or word.endswith(_ENDINGS)


def _is_doer(match: Match, tokens: Sequence[Token]) -> bool:
    """Whether the match is a noun like "ballet dancer" with little before it: an article, a word or two."""
    before = tokens[: match.places[0]]
    article = any(t.text in DETERMINERS for t in before) or len(before) < 2
    return article and len(before) <= 3 and _names_one(tokens[match.places[-1]].text)


__all__ = ["poses_alone"]
