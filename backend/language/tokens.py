"""A prompt as words: cleaned, stemmed, with numbers read and typing errors in known words mended."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from .lexicon import ACTIONS, IRREGULAR, NUMBER_WORDS, PART_WORDS, PHRASES

_TOKEN: Final = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+(?:'[^\W\d_]+)?|°|[,;.:!?()]")
_PUNCTUATION: Final = frozenset(",;.:!?()")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_BEGINNINGS: Final = frozenset(p[0] for p in PHRASES)
_MAX_PHRASE: Final = max(len(p) for p in PHRASES)


@dataclass(frozen=True)
class Token:
    """One word. text: lower case, mended; stem: what is compared; said: as typed; number: its value or None."""

    text: str
    stem: str
    said: str
    number: float | None = None

    @property
    def is_mark(self) -> bool:
        """A punctuation mark."""
        return self.text in _PUNCTUATION


def tokens_of(prompt: str, known: Container[str] = ()) -> list[Token]:
    """The tokens of a prompt; words not in `known` are mended when one typing error leads to a known word."""
    out = [_token(raw, known) for raw in _TOKEN.findall(plain(prompt))]
    return _merged(out)


def plain(text: str) -> str:
    """Lower case, straight apostrophes, no accents, hyphens as spaces."""
    text = text.replace("’", "'").lower()
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[-/_–—]", " ", text.replace("a-pose", "apose"))


def _token(raw: str, known: Container[str]) -> Token:
    if raw[0].isdigit():
        return Token(raw, raw, raw, float(raw))
    word = raw.removesuffix("'s").replace("'", "")
    if word in NUMBER_WORDS:
        return Token(word, word, raw, NUMBER_WORDS[word])
    if known and word.isalpha() and len(word) >= 5 and word not in known and stem(word) not in known:
        word = _mended(word, known)
    return Token(word, stem(word), raw)


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


def _mended(word: str, known: Container[str]) -> str:
    """The known word at one typing error's distance: two letters swapped, one missing, one too many or one wrong."""
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    swapped = (a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1)
    fewer = (a + b[1:] for a, b in splits if b)
    more = (a + c + b for a, b in splits for c in _LETTERS)
    other = (a + c + b[1:] for a, b in splits if b for c in _LETTERS)
    for tries in (swapped, fewer, more, other if len(word) > 5 else ()):  # "house" is no horse
        found = next((t for t in tries if t in known and len(t) >= 4 and t[0] == word[0]), None)
        if found:
            return found
    return word


def _is_a_place(tokens: list[Token], i: int, size: int) -> bool:
    """As in "a hand on the back (of the neck)": where the hand is, and no lying."""
    of = i + size < len(tokens) and tokens[i + size].text == "of"
    return of or (i > 0 and (tokens[i - 1].text in PART_WORDS or tokens[i - 1].text in ("one", "other")))


def _merged(tokens: list[Token]) -> list[Token]:
    """Fixed phrases ("back of the head", "in front of") as one token each."""
    if not any(t.text in _BEGINNINGS for t in tokens):
        return tokens
    out: list[Token] = []
    i = 0
    while i < len(tokens):
        longest = min(_MAX_PHRASE, len(tokens) - i) if tokens[i].text in _BEGINNINGS else 1
        for size in range(longest, 1, -1):
            canonical = PHRASES.get(tuple(t.text for t in tokens[i : i + size]))
            other = (canonical == "onback" and _is_a_place(tokens, i, size)) or (
                canonical == "back_part straight" and i > 0 and ACTIONS.get(tokens[i - 1].stem) in ("stretch", "point")
            )  # "the arm stretched straight back" says nothing about the back
            if canonical and not other:
                said = " ".join(t.said for t in tokens[i : i + size])
                out.extend(Token(w, stem(w), said, NUMBER_WORDS.get(w)) for w in canonical.split())
                i += size
                break
        else:
            out.append(tokens[i])
            i += 1
    return out
