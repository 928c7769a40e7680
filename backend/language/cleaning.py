"""A prompt made fit for reading: one kind of letters, no invisible characters, emoji by their names, a sane length."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_MOST_CHARACTERS: Final = 20_000  # far more than is read; a prompt may be a megabyte
_LONGEST_WORD: Final = 40
_LATIN: Final = str.maketrans(  # letters of other alphabets that look like Latin ones
    "аеорсухіјѕԁɡһвмнткαοενικτρυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТУХ",
    "aeopcyxijsdghbmhtkaoevikTpux".lower() + "ABEZHIKMNOPTYX" + "ABEKMHOPCTYX",
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_NAME_NOISE: Final = re.compile(
    r"\b(?:sign|symbol|emoji|modifier|fitzpatrick|type|female|male|black|white|heavy|variation|selector|digit|with"
    r"|person|\d)\b|-"
)
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[a-z])(?=\d)")  # names of files: "WalkStraight01"
_PICTURES: Final = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")


def clean(prompt: str) -> str:
    """The prompt in NFKC, without control and zero-width characters, with look-alike letters of mixed words mended."""
    text = prompt[:_MOST_CHARACTERS]
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFKC", text)[:_MOST_CHARACTERS]
        text = _PICTURES.sub(lambda m: f" {_picture(m[0])} ", text)
        text = "".join(_visible(c) for c in text)
        text = _WORD.sub(lambda m: _one_alphabet(m[0]), text)
    text = re.sub(rf"(\w{{{_LONGEST_WORD}}})\w+", r"\1", text)
    return _HUMP.sub(" ", text)


def is_cut(prompt: str) -> bool:
    """Whether `clean` leaves an end of the prompt out."""
    return len(prompt) > _MOST_CHARACTERS


def _visible(character: str) -> str:
    """A control character is a space; one of no width is nothing."""
    kind = unicodedata.category(character)
    if kind in ("Cf", "Cs", "Co", "Cn"):
        return ""
    return " " if kind in ("Cc", "Zl", "Zp", "So", "Sk") and character not in "°^" else character


def _picture(character: str) -> str:
    """What an emoji shows, in words: "runner", "face palm"."""
    name = unicodedata.name(character, "").lower()
    return "" if "fitzpatrick" in name else " ".join(_NAME_NOISE.sub(" ", name).split())


def _one_alphabet(word: str) -> str:
    """A word of Latin and look-alike letters in Latin letters only."""
    if word.isascii() or not any(c.isascii() for c in word):
        return word
    return word.translate(_LATIN)


__all__ = ["clean", "is_cut"]
