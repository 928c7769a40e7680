"""Slips that a list of letters does not mend: short words mistyped, sides abridged, missing spaces, lists of lines."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Final

from .lexicon import PART_WORDS
from .stems import stem

_ABRIDGED: Final = {"l": "left", "r": "right", "lh": "left hand", "rh": "right hand", "lt": "left", "rt": "right"}
_SHORT: Final = {
    **dict.fromkeys(("lft", "letf", "elft", "leff", "leftt", "lefft", "lfet", "lefr", "lef"), "left"),
    **dict.fromkeys(("rigth", "rihgt", "rigt", "rght", "ritgh", "righ", "rightt", "irght", "roght"), "right"),
    "teh": "the",
    "hte": "the",
    "wth": "with",
    "wiht": "with",
    "adn": "and",
    "nad": "and",
    "thier": "their",
    "hsi": "his",
    "ahnd": "hand",
    "hnad": "hand",
    "han": "hand",
    "amr": "arm",
    "lge": "leg",
    "fot": "foot",
    "kne": "knee",
    "hpi": "hip",
    "hed": "head",
    "stnad": "stand",
    "kness": "knees",
    "knes": "knees",
}
_FIRST: Final = frozenset(("left", "right", "both", *PART_WORDS)) - {"t"}
_PREDICATES: Final = (
    "up down out on raised bent crossed apart together straight behind forward left right stretched extended lifted"
)
_SECOND: Final = frozenset((*PART_WORDS, *_PREDICATES.split()))
_ITEM: Final = re.compile(r"(?:\n|^)\s*(?:[-*•·>]|\d{1,2}[.)])\s+")
_DASH: Final = re.compile(r"\s*—\s*|\s+[-–]+\s+")
_SHORT_LINE: Final = 60  # characters


def listed(text: str) -> str:
    """The text with the items of a list, short lines and dashes as clauses of their own."""
    if "\n" not in text and "—" not in text and " -" not in text and " –" not in text and text[:1] not in "-*•1":
        return text
    text = _ITEM.sub(" ; ", text).replace("\n", " ; " if _is_list(text) else " ")
    return _DASH.sub(", ", text)


def _is_list(text: str) -> bool:
    """Whether lines stand for clauses: short ones without a comma at their ends."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return len(lines) > 1 and all(len(line) < _SHORT_LINE and line[-1] not in ",;" for line in lines)


def unslipped(raws: list[str], known: Container[str] | None) -> list[str]:
    """The words of a prompt with such slips mended; words run together are parted where they are not known."""
    return [word for i, raw in enumerate(raws) for word in (_unabridged(raws, i) or _parted(raw, known))]


def _unabridged(raws: list[str], i: int) -> list[str]:
    """As in "L arm", "R. hand": the whole words, where a part of the body follows."""
    raw = raws[i]
    if raw in _SHORT:
        return [_SHORT[raw]]
    if raw == "." and i and raws[i - 1] in ("l", "r") and i + 1 < len(raws) and raws[i + 1] in PART_WORDS:
        return ["the"]
    following = next((r for r in raws[i + 1 : i + 3] if r != "."), "")
    said = _ABRIDGED.get(raw, "")
    return said.split() if said and (following in PART_WORDS or " " in said) else []


def _parted(raw: str, known: Container[str] | None) -> list[str]:
    """Two words that a missing space has run together: "leftarm", "armsup"."""
    if known is None or len(raw) < 6 or raw in known or not raw.isalpha() or stem(raw) in known:
        return [raw]
    for i in range(3, len(raw) - 1):
        if raw[:i] in _FIRST and raw[i:] in _SECOND:
            return [raw[:i], raw[i:]]
    return [raw]
