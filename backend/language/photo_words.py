"""Words that go with a picture: who is meant, and what is to be different."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_PERSON: Final = r"(?:man|woman|person|boy|girl|guy|lady|player|kid|child|dancer|one|figure|people|somebody|someone)"
_WHICH: Final = (
    r"(?:left(?:most)?|right(?:most)?|middle|first|second|third|fourth|fifth|sixth|1st|2nd|3rd|4th|5th|6th|tallest|tall"
    r"|shortest|short|largest|biggest|smallest|nearest|closest)"
)
_WHERE: Final = (
    r"(?:(?:on|at|to|from|in) the (?:far )?(?:left|right|middle|centre|center|front|background|foreground)"
    r"(?:[ -]hand)?(?: side)?)"
)
_WHO: Final = re.compile(
    rf"^(?:(?:the )?pose (?:of|as|like) |(?:copy|use|take|pose (?:like|as)) )?(?:the |that |this )?"
    rf"(?P<who>(?:{_WHICH} )?{_PERSON}(?: {_WHERE})*|{_WHICH} {_WHERE})(?=$|[ ,.;:])[ ,.;:]*",
    re.IGNORECASE,
)
_PICTURE: Final = r"(?:pose|photo|picture|image|reference)"
_OF_IT: Final = rf"(?: (?:of|from|in))?(?: (?:the|this))?(?: {_PICTURE})?"
_SAME: Final = re.compile(
    rf"^(?:(?:in|like|as in|copy|use|match|take) )?(?:this|that|the|same)?(?: same)? ?{_PICTURE}?{_OF_IT}"
    r"[ ,.;:]*(?:but|and|only|with|except)?[ ,.;:]+",
    re.IGNORECASE,
)
_NOTHING: Final = re.compile(
    rf"^(?:please )?(?:(?:copy|use|match|take|do|recreate|get|estimate) )?(?:this|that|the|same)?(?: same)?"
    rf" ?(?:{_PICTURE}|person)?{_OF_IT}[.! ]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PhotoWords:
    """who: words about which person is meant, or None. change: the instruction for the pose, "" where there is none."""

    who: str | None = None
    change: str = ""


def photo_words(prompt: str) -> PhotoWords:
    """Part a prompt: "the man on the left, but sitting" -> ("man on the left", "same but sitting")."""
    rest = " ".join(prompt.split())
    who = None
    found = _WHO.match(rest)
    if found:
        who, rest = found["who"], rest[found.end() :]
        who = who if re.search(rf"\b{_WHICH}\b|\bthe (?:left|right|middle|cent|front|back|fore)", who) else None
    if _NOTHING.match(rest):
        return PhotoWords(who, "")
    trimmed = _SAME.sub("", rest, count=1) if not found else re.sub(r"^(?:but|and|only|with|except)\b[ ,]*", "", rest)
    return PhotoWords(who, f"same but {trimmed}" if trimmed else "")
