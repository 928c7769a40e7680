"""Stems: what the forms of a word have in common, by which words are compared."""

from __future__ import annotations

import re
from functools import lru_cache

from .lexicon import IRREGULAR, PART_WORDS


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """A crude stem: equal for the forms of a verb; the names of body parts keep their plural, which matters."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word in PART_WORDS or len(word) <= 3:
        return word
    for ending, put in (("ying", "y"), ("ing", ""), ("ies", "y"), ("ied", "y"), ("ed", "")):
        base = word.removesuffix(ending)
        if base != word and len(base) >= 2 and re.search("[aeiouy]", base):
            return IRREGULAR.get(base + put, _bare(base + put))
    if word.endswith("es") and word[:-2].endswith(("ch", "sh", "x", "ss", "z")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return IRREGULAR.get(word, _bare(word))


def _bare(word: str) -> str:
    """Without a doubled last consonant and without a mute e."""
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
        return word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word
