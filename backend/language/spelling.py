"""Typing errors: a word that nobody knows, and that is one slip of the fingers away from a known one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from .real_words import REAL_STEMS
from .stems import stem

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_SHORTEST: Final = 5
_LONGEST: Final = 20
_RARE: Final = 9.0


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words that are known. full: as written, what errors lead to; weight: of stems, the lower the commoner."""

    full: frozenset[str]
    stems: frozenset[str]
    weight: Mapping[str, float] = field(default_factory=dict)

    def __contains__(self, word: object) -> bool:
        return word in self.full or word in self.stems


def mended(word: str, known: Vocabulary) -> str:
    """The word itself, or the known word that one typing error made it of."""
    if not _SHORTEST <= len(word) <= _LONGEST or not (word.isascii() and word.isalpha()):
        return word
    return _mended(word, known)


@lru_cache(maxsize=4096)
def _mended(word: str, known: Vocabulary) -> str:
    """Two letters swapped, one missing, one too many or one wrong, in this order; the commonest word of them."""
    root = stem(word)
    if word in known or root in known or root in REAL_STEMS:
        return word
    splits = [(word[:i], word[i:]) for i in range(1, len(word) + 1)]  # the first letter is seldom wrong
    swapped = [a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1]
    fewer = [a + b[1:] for a, b in splits if b]
    more = [a + c + b for a, b in splits for c in _LETTERS]
    other = [a + c + b[1:] for a, b in splits if b for c in _LETTERS]
    body = [t for t in (*swapped, *more, *fewer) if known.weight.get(t) == 0.0 and t in known.full]
    if body:  # a part of the body, a side, a direction: what prompts are about
        return body[0]
    for tries in (swapped, fewer, more, other if len(word) > _SHORTEST else []):  # "house" is no horse
        found = [t for t in tries if t in known.full and len(t) >= 4]
        if found:
            return min(found, key=lambda t: known.weight.get(stem(t), _RARE))
    return word
