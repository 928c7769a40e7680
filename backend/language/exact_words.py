"""The pieces of statements that are read to the letter: whose limb, which way, how many degrees or metres."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from backend.posecodes import Posecode
from backend.posecodes.direction import Direction
from backend.posecodes.vocabulary import DIRECTIONS, SIDES

from .lexicon import DETERMINERS, PART_WORDS, PLURALS, SPLITTERS
from .tokens import Token

WEIGHTS: Final = {"slightly": 0.4, "somewhat": 0.6}  # of a direction beside one that is said plainly
_WAYS: Final = {
    "forward": "front", "forwards": "front", "back": "back", "backward": "back", "backwards": "back", "up": "up",
    "upward": "up", "upwards": "up", "down": "down", "downward": "down", "downwards": "down", "out": "out",
    "outward": "out", "outwards": "out", "sideways": "out", "inward": "in", "inwards": "in",
}  # fmt: skip
BE: Final = frozenset(("is", "are", "be", "being", "held"))
UNITS: Final = {"cm": 0.01, "centimeters": 0.01, "centimetres": 0.01, "m": 1.0, "meters": 1.0, "metres": 1.0}


@dataclass
class Exact:
    """What was read to the letter."""

    codes: list[Posecode] = field(default_factory=list)

    @property
    def segments(self) -> frozenset[str]:
        """The segments whose directions were said."""
        return frozenset(c.segment for c in self.codes if isinstance(c, Direction))

    @property
    def aimed(self) -> frozenset[str]:
        """The limbs whose directions were said in full: torso, left_arm, right_leg ..."""
        said = self.segments
        halves = (("arm", "upper_arm", "forearm"), ("leg", "thigh", "shin"))
        full = {f"{s}_{limb}" for s in SIDES for limb, a, b in halves if {f"{s}_{a}", f"{s}_{b}"} <= said}
        return frozenset(full | (said & {"torso", *(f"{s}_{limb[0]}" for s in SIDES for limb in halves)}))


@dataclass
class Scan:
    """Walks over the tokens. last: the sides spoken of last, by limb.

    bends: where bends were told, of which hinges, how far (deg; negative where only a word says it); hinge, pair: the
    hinge and the pair (feet, hands) spoken of last. headward: front or back, where the head of a body that lies is.
    bent: the hinge whose bend was told last. aimed_at: where the last direction of a limb ended, -1 before any.
    """

    tokens: list[Token]
    taken: list[bool]
    out: Exact = field(default_factory=Exact)
    last: dict[str, tuple[str, ...]] = field(default_factory=dict)
    bends: list[tuple[int, int, tuple[str, ...], float]] = field(default_factory=list)
    hinge: str = ""
    pair: str = ""
    headward: str = ""
    bent: str = ""
    aimed_at: int = -1

    def text(self, i: int) -> str:
        return self.tokens[i].text if i < len(self.tokens) and not self.taken[i] else ""

    def stem(self, i: int) -> str:
        return self.tokens[i].stem if i < len(self.tokens) and not self.taken[i] else ""

    def ends(self, i: int) -> bool:
        """Whether a statement may end before i."""
        text = self.text(i)
        return not text or self.tokens[i].is_mark or text in SPLITTERS or text == "to"

    def keep(self, start: int, end: int, codes: list[Posecode]) -> int:
        self.out.codes += codes
        self.taken[start:end] = [True] * (end - start)
        return end


def skip(r: Scan, i: int, words: frozenset[str]) -> int:
    while r.text(i) in words and r.text(i):
        i += 1
    return i


def noun_at(r: Scan, i: int) -> tuple[tuple[str, ...], str, str, int] | None:
    """Sides, kind, word and end of "the left upper arm", "both knees", "the forearm"."""
    i = skip(r, i, DETERMINERS)
    sides: tuple[str, ...] = ()
    if r.text(i) in (*SIDES, "both"):
        sides = SIDES if r.text(i) == "both" else (r.text(i),)
        i += 1
    kind = PART_WORDS.get(r.text(i))
    return (sides, kind, r.text(i), i + 1) if kind else None


def sides_of(r: Scan, sides: tuple[str, ...], limb: str, word: str) -> tuple[str, ...]:
    """As said, else those of the limb that the sentence is about; () where that is not known."""
    if not sides:
        sides = r.last.get(limb, SIDES if word in PLURALS else ())
    if sides:
        r.last[limb] = sides
    return sides


def directions(r: Scan, i: int) -> tuple[list[tuple[float, str]], int]:
    """Weighed direction words from i on, and where they end: "forward, somewhat out and slightly up"."""
    found: list[tuple[float, str]] = []
    end = i
    while True:
        k = i
        if found:
            k = i + 1 if r.text(i) in (",", "and") else i
            k = k + 1 if r.text(k) == "and" and r.text(i) == "," else k
            if k == i:
                break
        k = k + 1 if r.text(k) == "a" and r.text(k + 1) in ("little", "bit") else k
        weight = WEIGHTS.get({"little": "slightly", "bit": "slightly"}.get(r.text(k), r.text(k)), 1.0)
        k = k + 1 if r.text(k) in (*WEIGHTS, "little", "bit", "straight") else k
        way, k = way_at(r, k)
        if not way:
            break
        k = k + 1 if way == "out" and r.text(k) == "sideways" else k
        found.append((weight, way))
        i = end = k
    return found, end


def way_at(r: Scan, i: int) -> tuple[str, int]:
    """One direction word, or "to the left", or of a body that lies "towards the head"."""
    if (
        r.headward
        and r.text(i) in ("towards", "toward")
        and r.text(i + 1) == "the"
        and r.text(i + 2) in ("head", "feet")
    ):
        return (r.headward if r.text(i + 2) == "head" else {"front": "back", "back": "front"}[r.headward]), i + 3
    if r.text(i) == "to" and r.text(i + 1) == "the" and r.text(i + 2) in SIDES:
        named = PART_WORDS.get(r.text(i + 3), "") not in ("", "back")
        return ("", i) if named else (r.text(i + 2), i + 3)
    return (_WAYS.get(r.text(i), ""), i + 1) if r.text(i) in _WAYS else ("", i)


def vector(items: list[tuple[float, str]], side: str) -> tuple[float, float, float]:
    """(left, up, front) unit vector of weighed directions, for a limb of a side."""
    total = np.zeros(3)
    for weight, way in items:
        if way in ("out", "in"):
            way = side if way == "out" else SIDES[1 - SIDES.index(side)]
        total += weight * np.array(DIRECTIONS[way])
    x, y, z = (round(float(v), 4) for v in total / max(float(np.linalg.norm(total)), 1e-6))
    return (x, y, z)


def makes_sense(items: list[tuple[float, str]], side: str) -> bool:
    if not side and any(way in ("out", "in") for _, way in items):
        return False
    return bool(items) and float(np.linalg.norm(vector(items, side or "left"))) > 0.5


def figure_at(r: Scan, i: int, units: tuple[str, ...] = ("degrees", "degree", "deg", "°")) -> tuple[float | None, int]:
    """A figure with its unit, and where it ends."""
    if i + 1 < len(r.tokens) and r.text(i) and r.tokens[i].number is not None and r.text(i + 1) in units:
        return r.tokens[i].number, i + 2
    return None, i


def degrees_at(r: Scan, i: int, bare: bool) -> tuple[float | None, int]:
    """Degrees; the unit may be left out where figures follow each other: "15 degrees forward and 10 to the left"."""
    degrees, end = figure_at(r, i)
    if degrees is None and bare and r.text(i) and r.tokens[i].number is not None and way_at(r, i + 1)[0]:
        return r.tokens[i].number, i + 1
    return degrees, end


def metres_at(r: Scan, i: int) -> tuple[float | None, int]:
    amount, end = figure_at(r, i, tuple(UNITS))
    return (None, i) if amount is None else (amount * UNITS[r.text(i + 1)], end)
