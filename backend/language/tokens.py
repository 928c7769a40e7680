"""A prompt as words: cleaned, stemmed, with numbers read and typing errors in known words mended."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from .cleaning import clean
from .lexicon import ACTIONS, NUMBER_WORDS, PART_WORDS, PHRASES
from .slips import listed, unslipped
from .spelling import Vocabulary, mended
from .stems import stem

_TOKEN: Final = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+(?:'[^\W\d_]+)?|°|[,;.:!?()]")
_PUNCTUATION: Final = frozenset(",;.:!?()")
_BEGINNINGS: Final = frozenset(p[0] for p in PHRASES)
_MAX_PHRASE: Final = max(len(p) for p in PHRASES)

_ONE_WORD: Final = {"floor": "ground"}  # different words for what is read as one

MOST_TOKENS: Final = 300  # a prompt is a sentence or two; what follows a page's length is not read, and said so


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


def tokens_of(prompt: str, known: Vocabulary | None = None) -> list[Token]:
    """The tokens of a prompt; words that are not known are mended when one typing error leads to a known word."""
    raws = _TOKEN.findall(plain(clean(listed(prompt))))[:MOST_TOKENS]
    words = unslipped(raws, known)
    return _merged([_as_it_stands(w) for w in words] if known is None else [_token(w, known) for w in words])


def words_of(prompt: str) -> tuple[str, ...]:
    """The different words of a prompt as they stand."""
    return tuple(dict.fromkeys(w for w in _TOKEN.findall(plain(clean(prompt)))[:MOST_TOKENS] if w not in _PUNCTUATION))


def plain(text: str) -> str:
    """Lower case, straight apostrophes, no accents, hyphens as spaces."""
    text = text.replace("’", "'").lower()
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[-/_–—]", " ", text.replace("a-pose", "apose"))


@lru_cache(maxsize=1 << 14)
def _as_it_stands(raw: str) -> Token:
    """A word that nothing is mended in: the thousands of aliases are made of few different ones."""
    return _token(raw, None)


def _token(raw: str, known: Vocabulary | None) -> Token:
    if raw[0].isdigit():
        return Token(raw, raw, raw, float(raw))
    word = raw.removesuffix("'s").replace("'", "")
    if word in NUMBER_WORDS:
        return Token(word, word, raw, NUMBER_WORDS[word])
    if known is not None:
        word = mended(word, known)
    word = _ONE_WORD.get(word, word)
    return Token(word, stem(word), raw)


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
                canonical == "back_part straight"
                and i > 0
                and ACTIONS.get(tokens[i - 1].stem) in ("stretch", "point", "raise")
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
