"""Which person of a picture is meant: a box or a click, a number, or words about place and size."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from backend.errors import BadInput

from .detector import Found
from .landmarks import Box

_ORDINALS: Final = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4, "5th": 4,
    "sixth": 5, "6th": 5,
}  # fmt: skip
_LARGEST: Final = re.compile(r"\b(?:largest|biggest|nearest|closest|main|front)\b|\bin (?:the )?(?:front|foreground)\b")
_SMALLEST: Final = re.compile(r"\b(?:smallest|farthest|furthest)\b|\bin the background\b")


def choose(people: Sequence[Found], who: int | str | None) -> tuple[Found, str]:
    """The person meant, and a sentence about the choice ("" where there was none).

    Args:
        people: the largest first. who: an index into them, words ("the second from the left"), or None: the largest.

    Raises:
        BadInput: there are not so many, or the words say nothing that can be seen here.
    """
    if who is None or who == "":
        told = f"There are {len(people)} people; I took the largest. Say which: a box, a number, or words."
        return people[0], told if len(people) > 1 else ""
    if isinstance(who, int):
        if not 0 <= who < len(people):
            raise BadInput(
                f"there is no person {who}: {len(people)} people were found", "count from 0, the largest first"
            )
        return people[who], ""
    found = _by_words(people, who.lower())
    if found is None:
        raise BadInput(
            f"I cannot tell who is meant by {who!r}: {len(people)} people were found",
            'say the place ("on the left", "second from the right"), the size ("the tallest"), or give a box',
            "which_person",
        )
    return found, ""


def _by_words(people: Sequence[Found], words: str) -> Found | None:
    by_place = sorted(people, key=lambda f: f.box[0] + f.box[2] / 2)
    ordinal = next((n for word, n in _ORDINALS.items() if re.search(rf"\b{word}\b", words)), None)
    if ordinal is not None:
        line = by_place[::-1] if "right" in words else by_place
        return line[ordinal] if ordinal < len(line) else None
    if re.search(r"\bleft(?:most)?\b", words):
        return by_place[0]
    if re.search(r"\bright(?:most)?\b", words):
        return by_place[-1]
    if re.search(r"\b(?:middle|centre|center)\b", words):
        return by_place[len(by_place) // 2]
    if re.search(r"\btall(?:est)?\b", words):
        return max(people, key=lambda f: f.box[3])
    if re.search(r"\bshort(?:est)?\b", words):
        return min(people, key=lambda f: f.box[3])
    if _SMALLEST.search(words):
        return people[-1]
    if _LARGEST.search(words) or len(people) == 1:
        return people[0]
    return None


def clipped(box: Box, size: tuple[int, int], scale: float) -> Box:
    """A user's box in px of the file as a box within the picture that was read.

    Raises:
        BadInput: it lies outside.
    """
    x, y, w, h = (v / scale for v in box)
    left, top = max(x, 0.0), max(y, 0.0)
    right, bottom = min(x + w, float(size[0])), min(y + h, float(size[1]))
    if right - left < 2 or bottom - top < 2:
        raise BadInput(
            f"the box {tuple(round(v, 1) for v in box)} lies outside the picture",
            f"the picture has {round(size[0] * scale)} x {round(size[1] * scale)} pixels",
        )
    return (left, top, right - left, bottom - top)
