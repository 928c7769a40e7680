"""Words about which person is meant -> what of it can be looked for: a number, a place, deeds, clothes, an order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .colours import WORDS
from .detector import Found

_ORDINALS: Final = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4, "5th": 4,
    "sixth": 5, "6th": 5, "seventh": 6, "7th": 6, "last": -1,
}  # fmt: skip
_LARGEST: Final = re.compile(
    r"\b(?:largest|biggest|nearest|closest|main|front(?:most)?)\b|\bin (?:the )?(?:front|foreground)\b"
)
_SMALLEST: Final = re.compile(
    r"\b(?:smallest|farthest|furthest|backmost)\b|\b(?:in|at|from) (?:the )?(?:back(?:ground)?)\b"
)
_POINT: Final = re.compile(r"^\(?\s*(\d+(?:\.\d+)?)\s*[,; ]\s*(\d+(?:\.\d+)?)\s*\)?$")
_NUMBER: Final = re.compile(r"^(?:the )?(?:person|number|no\.?|#)\s*(?:number\s*)?(\d+)$")
EVERYBODY: Final = re.compile(
    r"^(?:all(?: (?:of (?:them|the people)|(?:the )?(?:people|persons)|two|three|four|five|six))?|everybody|everyone"
    r"|both(?: (?:of them|people|persons|men|women|figures|of the people))?|each (?:of them|person|one)"
    r"|the whole group|all (?:the )?(?:men|women|dancers|players|figures|kids|children))$"
)
_KIND: Final = re.compile(
    r"\b(?:wo)?m[ae]n\b|\b(?:boy|girl|kid|child|toddler|baby|lady|guy|gentleman|female|male|mother|father|bride|groom)\b"
)
_ARM: Final = r"(?:arm|hand)"
_OWN: Final = r"(?:the |his |her |their |an? |one )"
_UP: Final = r"(?:raised|up(?: high)?|lifted|overhead|above (?:the |his |her |their )?head|in the air)"
_POSTURES: Final = (
    (rf"\b(?:with )?{_OWN}?(left|right) {_ARM} {_UP}|\braising {_OWN}?(left|right) {_ARM}\b", ""),
    (rf"\b(?:with )?(?:both )?{_OWN}?{_ARM}s {_UP}|\braising (?:both )?{_OWN}?{_ARM}s\b", "arms raised"),
    (rf"\b(?:with )?{_OWN}?{_ARM} {_UP}|\braising {_OWN}?{_ARM}\b", "arm raised"),
    (r"\b(?:sitting|seated|sits|sat)(?: down)?\b", "sitting"),
    (r"\b(?:lying|laying|lies|reclining)(?: down)?\b", "lying"),
    (r"\b(?:jumping|leaping|jumps|in the air|mid-?air)\b", "jumping"),
    (r"\b(?:kneeling|kneels|on (?:the|his|her|their) knees?)\b", "kneeling"),
    (r"\b(?:squatting|crouching|crouched|squats)\b", "squatting"),
    (r"\b(?:bending|bent|leaning)(?: (?:over|forward|down))\b", "bending"),
    (r"\b(?:upside[- ]down|in a handstand|doing a handstand)\b", "upside down"),
    (r"\b(?:standing|stands)(?: up)?\b", "standing"),
)  # fmt: skip
_TOPS: Final = (
    r"(?:t-?shirt|tee|shirt|top|jacket|coat|sweater|jumper|pullover|hoodie|blouse|jersey|vest|tank top|cardigan|blazer)"
)
_BOTTOMS: Final = r"(?:trousers|pants|jeans|skirt|shorts|leggings|tights|bottoms|sweatpants)"
_BOTH: Final = r"(?:dress|suit|outfit|clothes|costume|overalls|leotard|robe|kimono|gi)"
_COLOUR: Final = rf"(?:(?:dark|light|bright|pale|deep) ?)?({'|'.join(WORDS)})"
_WORN: Final = re.compile(
    rf"\b(?:in|with|wearing|who wears)? ?(?:an? |the |his |her )?{_COLOUR}(?:[ -](?:({_TOPS})|({_BOTTOMS})|{_BOTH})\b)?"
)


@dataclass(frozen=True)
class Wanted:
    """What words say about a person.

    postures: what the person does. clothes: (colour, "top", "bottom" or ""). place: what is left of the words where
    they order people. kind: a word such as "man", which cannot be seen here.
    """

    number: int | None = None
    point: tuple[float, float] | None = None
    postures: tuple[str, ...] = ()
    clothes: tuple[tuple[str, str], ...] = ()
    place: str = ""
    kind: str = ""


def wanted(who: str) -> Wanted:
    """Read words about a person."""
    words = " ".join(who.lower().split())
    if point := _POINT.match(words):
        return Wanted(point=(float(point[1]), float(point[2])))
    if number := _NUMBER.match(words):
        return Wanted(number=int(number[1]))
    postures, clothes = [], []
    for pattern, posture in _POSTURES:
        found = re.search(pattern, words)
        if found:
            side = next((g for g in found.groups() if g), "")
            postures.append(posture or f"{side} arm raised")
            words = f"{words[: found.start()]} {words[found.end() :]}"
    for found in _WORN.finditer(words):
        clothes.append((found[1], "top" if found[2] else "bottom" if found[3] else ""))
    words = _WORN.sub(" ", words)
    kind = _KIND.search(words)
    return Wanted(None, None, tuple(postures), tuple(clothes), words if _orders(words) else "", kind[0] if kind else "")


def _orders(words: str) -> bool:
    ordinal = "|".join(_ORDINALS)
    return bool(
        re.search(
            rf"\b(?:{ordinal}|left(?:most)?|right(?:most)?|middle|centre|center|tall(?:est|er)?|short(?:est|er)?|big"
            r"|small|top(?:most)?|bottom|upper|lower|above|below|highest|lowest)\b",
            words,
        )
        or _LARGEST.search(words)
        or _SMALLEST.search(words)
    )


def place_of(people: Sequence[Found], asked: Wanted) -> Found | None:
    """Who has the place among people (the largest first) that words say; None where nobody does."""
    words = asked.place
    line = _line(people, words)
    ordinal = next((n for word, n in _ORDINALS.items() if re.search(rf"\b{word}\b", words)), None)
    if ordinal is not None:
        line = line or sorted(people, key=_across)
        return line[ordinal] if ordinal < len(line) else None
    if re.search(r"\b(?:middle|centre|center)\b", words):
        by_place = sorted(people, key=_across)
        return by_place[len(by_place) // 2]
    return line[0] if line else None


def _line(people: Sequence[Found], words: str) -> list[Found]:
    """The people in the order that the words speak of, whom they mean first; none where they speak of no order."""
    if re.search(r"\bleft(?:most)?\b", words):
        return sorted(people, key=_across)
    if re.search(r"\bright(?:most)?\b", words):
        return sorted(people, key=_across)[::-1]
    if re.search(r"\b(?:top(?:most)?|upper|above|highest)\b", words):
        return sorted(people, key=_down)
    if re.search(r"\b(?:bottom|lower|below|lowest)\b", words):
        return sorted(people, key=_down)[::-1]
    if re.search(r"\btall(?:est|er)?\b", words):
        return sorted(people, key=lambda f: -f.box[3])
    if re.search(r"\bshort(?:est|er)?\b", words):
        return sorted(people, key=lambda f: f.box[3])
    if _SMALLEST.search(words) or re.search(r"\bsmall\b", words):
        return list(people)[::-1]
    return list(people) if _LARGEST.search(words) or re.search(r"\bbig\b", words) else []


def _across(found: Found) -> float:
    return found.box[0] + found.box[2] / 2


def _down(found: Found) -> float:
    return found.box[1] + found.box[3] / 2
