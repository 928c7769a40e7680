"""Which person of a picture is meant: a box or a click, a number, or words about place, size, deeds and clothes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from backend.errors import BadInput

from .colours import SYNONYMS, distance, name_of
from .detector import Found
from .images import Picture
from .landmarks import INDEX, LIMB_ROWS, Box
from .traits import Traits, traits_of
from .who import Wanted, place_of, wanted

_NEAR: Final = 0.35  # of a person's size: how far beside somebody a click may be
_MUCH_LIKE: Final = {  # postures that one look takes for each other, as on a low step
    "sitting": frozenset({"squatting"}), "squatting": frozenset({"sitting", "kneeling"}),
    "kneeling": frozenset({"squatting"}),
}  # fmt: skip
_LIKE: Final = 0.13  # distance in Oklab up to which a colour may stand for another
_LIKER: Final = 0.04  # by how much one of several must then be nearer than the next
_UNSEEN: Final = "Who is a man, a woman or a child takes a model of vision and language, which is not built in"


def choose(people: Sequence[Found], who: int | str | None, picture: Picture | None = None) -> tuple[Found, str]:
    """The person meant, and a sentence about the choice ("" where there was none).

    Args:
        people: the largest first.
        who: an index into them, words ("the second from the left", "the one in the red shirt"), a place "x,y" in px of
            the file, or None: the largest.

    Raises:
        BadInput: there are not so many, or the words say nothing that can be seen here.
    """
    if who is None or who == "":
        told = f"There are {len(people)} people; I took the largest. Say which: a box, a number, or words."
        return people[0], told if len(people) > 1 else ""
    asked = Wanted(number=who) if isinstance(who, int) else wanted(who)
    if asked.number is not None:
        if not 0 <= asked.number < len(people):
            raise BadInput(
                f"there is no person {asked.number}: {len(people)} people were found", "count from 0, the largest first"
            )
        return people[asked.number], ""
    if asked.point is not None:
        return _at(people, asked.point, picture.scale if picture is not None else 1.0), ""
    return _by_words(people, str(who), asked, traits_of(people, picture) if picture is not None else None)


def _at(people: Sequence[Found], point: tuple[float, float], scale: float) -> Found:
    """Who is under a click (x, y) px of the file: whose limbs are nearest to it, of their size."""
    at = np.array(point) / scale
    away = [_away(found, at) for found in people]
    nearest = int(np.argmin(away))
    if away[nearest] > _NEAR:
        raise BadInput(
            f"nobody was found at {point[0]:g},{point[1]:g}: {len(people)} people were found elsewhere",
            "click on the body, or draw a box around the person",
            "which_person",
        )
    return people[nearest]


def _away(found: Found, at: np.ndarray) -> float:
    """How far a place is from somebody's limbs, or from the box where they are not known, of the size."""
    x, y, w, h = found.box
    beside = np.maximum(np.abs(at - [x + w / 2, y + h / 2]) - [w / 2, h / 2], 0.0)
    if found.view is None:
        return float(np.hypot(*beside)) / max(w, h)
    points = found.view.points
    bones = [(a, b) for a in LIMB_ROWS for b in LIMB_ROWS if b - a in (2, 12)] + [(INDEX["nose"], 11), (0, 12)]
    ends = np.array([[points[a], points[b]] for a, b in bones])
    along = ends[:, 1] - ends[:, 0]
    share = np.clip(((at - ends[:, 0]) * along).sum(1) / np.maximum((along**2).sum(1), 1e-9), 0.0, 1.0)
    return float(np.linalg.norm(ends[:, 0] + share[:, None] * along - at, axis=1).min()) / max(w, h)


def _by_words(people: Sequence[Found], who: str, asked: Wanted, traits: Sequence[Traits] | None) -> tuple[Found, str]:
    left, told = list(range(len(people))), ""
    if traits is not None and len(people) > 1:
        left, missing = _fitting(left, asked, traits)
        if missing:
            raise _question(people, traits, f"nobody fits {missing!r}, as far as I see")
    elif asked.postures or asked.clothes:
        if len(people) > 1:
            raise _question(people, traits, f"I cannot tell who is meant by {who!r}")
        told = _doubt(asked, traits)
    if asked.place:
        found = place_of([people[k] for k in left], asked)
        if found is None:
            raise _question(people, traits, f"I cannot tell who is meant by {who!r}")
        if asked.kind and len(people) > 1 and not (asked.postures or asked.clothes):
            told = f"{_UNSEEN}: I counted everybody."
        return found, told
    if len(left) == 1:
        return people[left[0]], told
    if len(left) < len(people):
        raise _question(people, traits, f"{len(left)} people fit {who!r}")
    raise _question(people, traits, _UNSEEN if asked.kind else f"I cannot tell who is meant by {who!r}")


def _fitting(left: list[int], asked: Wanted, traits: Sequence[Traits]) -> tuple[list[int], str]:
    """Those who do and wear what was said, or none and what nobody does."""
    for posture in asked.postures:
        some = [k for k in left if posture in traits[k].postures]
        some = some or [k for k in left if traits[k].postures & _MUCH_LIKE.get(posture, frozenset())]
        if not some:
            return [], posture
        left = some
    for colour, where in asked.clothes:
        some = _wearing(left, colour, where, traits)
        if not some:
            return [], f"{colour} {where}".strip()
        left = some
    return left, ""


def _wearing(left: list[int], colour: str, where: str, traits: Sequence[Traits]) -> list[int]:
    """Who wears a colour: by its name, else whoever comes clearly nearest to it."""
    parts: tuple[Callable[[Traits], np.ndarray | None], ...] = {
        "top": (lambda t: t.top,), "bottom": (lambda t: t.bottom,)
    }.get(where, (lambda t: t.top, lambda t: t.bottom))  # fmt: skip
    for part in parts:
        worn = {k: c for k in left if (c := part(traits[k])) is not None}
        named = [k for k, c in worn.items() if name_of(c) == SYNONYMS.get(colour, colour)]
        if named:
            return named
        away = sorted((distance(c, colour), k) for k, c in worn.items())
        if away and away[0][0] < _LIKE and (len(away) == 1 or away[1][0] - away[0][0] > _LIKER):
            return [away[0][1]]
    return []


def _doubt(asked: Wanted, traits: Sequence[Traits] | None) -> str:
    """A sentence where the only person does not look as was said."""
    if traits is None:
        return ""
    left, missing = _fitting([0], asked, traits)
    return "" if left else f"There is one person, who does not look like {missing!r} to me; I took that one."


def _question(people: Sequence[Found], traits: Sequence[Traits] | None, why: str) -> BadInput:
    """What is asked where it cannot be told who is meant: how many there are, and where."""
    order = sorted(range(len(people)), key=lambda k: people[k].box[0] + people[k].box[2] / 2)
    each = [f"{k} ({said})" if traits is not None and (said := traits[k].said()) else str(k) for k in order]
    return BadInput(
        f"{why}: {len(people)} people were found; from left to right they are number {', '.join(each)}",
        'say the number, the place ("on the left", "second from the right"), the size ("the tallest"), '
        "a place x,y in px, or give a box",
        "which_person",
    )


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
