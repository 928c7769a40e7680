"""Statements with a figure or a full direction, read to the letter before anything else looks at the words.

"The left elbow is bent 95 degrees, the upper arm pointing down and slightly back and the forearm forward", "the feet are
35 cm apart, the left foot 20 cm in front of the right": such words leave nothing to interpret. Descriptions speak like
this (caption_full), and so do people who know what they want. What does not fit a form in full is left to the rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from backend.posecodes import Posecode
from backend.posecodes.angle import Angle
from backend.posecodes.direction import Direction
from backend.posecodes.distance import Distance
from backend.posecodes.facing import Facing
from backend.posecodes.gaze import Gaze
from backend.posecodes.ground import Airborne, Support
from backend.posecodes.position import Position
from backend.posecodes.turn import Turn
from backend.posecodes.vocabulary import DIRECTIONS, SIDES

from .lexicon import ARM_KINDS, DETERMINERS, LEG_KINDS, PART_WORDS, PLURALS, SPLITTERS
from .tokens import Token

WEIGHTS: Final = {"slightly": 0.4, "somewhat": 0.6}  # of a direction beside one that is said plainly
_WAYS: Final = {
    "forward": "front", "forwards": "front", "back": "back", "backward": "back", "backwards": "back", "up": "up",
    "upward": "up", "upwards": "up", "down": "down", "downward": "down", "downwards": "down", "out": "out",
    "outward": "out", "outwards": "out", "sideways": "out", "inward": "in", "inwards": "in",
}  # fmt: skip
_SEGMENTS: Final = {"upper_arm": "arm", "forearm": "arm", "thigh": "leg", "shin": "leg"}
_WHOLE: Final = frozenset(("stretch", "extend", "point", "reach"))  # what a whole limb does that goes one way
_MOVES: Final = frozenset((*_WHOLE, "rais", "lift", "hold"))
_BE: Final = frozenset(("is", "are", "be", "being", "held"))
_HINGES: Final = {"elbow": "arm", "knee": "leg"}
_LIMB_OF: Final = {"elbow": ("arm", "upper_arm", "forearm"), "knee": ("leg", "thigh", "shin")}
_BENT: Final = {"slightly": 30.0, "sharply": 120.0, "fully": 145.0, "deeply": 120.0, "halfway": 60.0}
_TURNS: Final = {"turn": "turned", "twist": "turned", "rotat": "turned", "tilt": "tilted", "bow": "bowed", "tip": "bowed",
    "lean": "lean", "round": "bowed", "arch": "bowed"}  # fmt: skip
_APART: Final = {"feet": "ankle", "ankles": "ankle", "hands": "hand", "knees": "knee", "elbows": "elbow"}
_PLACED: Final = {"hand": "hand", "foot": "ankle", "knee": "knee", "elbow": "elbow", "shoulder": "shoulder", "hip": "hip"}
_FIXED: Final = {"head": "head", "neck": "neck", "chest": "spine3", "torso": "torso"}
_COMMON: Final = frozenset(("ground", *_FIXED.values()))  # what both hands or feet may be compared with
_RELATIONS: Final = {
    "infront": ("front", 1), "behind": ("front", -1), "above": ("up", 1), "below": ("up", -1), "higher": ("up", 1),
    "lower": ("up", -1),
}  # fmt: skip
_UNITS: Final = {"cm": 0.01, "centimeters": 0.01, "centimetres": 0.01, "m": 1.0, "meters": 1.0, "metres": 1.0}


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
class _Reader:
    """Walks over the tokens. last: the sides spoken of last, by limb.

    bends: where bends were told, of which hinges, how far (deg; negative where only a word says it); hinge, pair: the
    hinge and the pair (feet, hands) spoken of last. headward: front or back, where the head of a body that lies is.
    """

    tokens: list[Token]
    taken: list[bool]
    out: Exact = field(default_factory=Exact)
    last: dict[str, tuple[str, ...]] = field(default_factory=dict)
    bends: list[tuple[int, int, tuple[str, ...], float]] = field(default_factory=list)
    hinge: str = ""
    pair: str = ""
    headward: str = ""

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


def exactly(tokens: list[Token], taken: list[bool]) -> Exact:
    """The statements that can be read to the letter; marks their words as taken."""
    r = _Reader(tokens, taken, headward=_headward(tokens))
    forms: tuple[Callable[[_Reader, int], int], ...] = (
        _turns, _aimed, _apart, _offset, _on_toes, _in_air, _gaze, _faced, _bend,
    )  # fmt: skip
    i = 0
    while i < len(tokens):
        if not taken[i]:
            i = next((end for form in forms if (end := form(r, i)) > i), i + 1)
        else:
            i += 1
    _take_bends(r)
    r.out.codes = _opened(r.out.codes)
    return r.out


def _headward(tokens: list[Token]) -> str:
    """Where "towards the head" is: a body on its back lies with the head behind it, one that lies face down before it."""
    words = {t.text for t in tokens} | {t.stem for t in tokens}
    if "lie" not in words:
        return ""
    return "back" if "onback" in words else "front" if words & {"face", "stomach", "prone"} else ""


def _take_bends(r: _Reader) -> None:
    """Bends of limbs whose direction is told; else a rule knows better what bends with them.

    Of a limb told in full a mere word ("sharply bent") adds nothing.
    """
    told, aimed = r.out.segments, r.out.aimed
    for start, end, hinges, degrees in r.bends:
        for side, joint in (h.split("_") for h in hinges):
            limb, upper, lower = _LIMB_OF[joint]
            if not {f"{side}_{p}" for p in (limb, upper, lower)} & told:
                break
            if degrees > 0 or f"{side}_{limb}" not in aimed or f"{side}_{limb}" in told:
                r.out.codes.append(Angle(f"{side}_{joint}", abs(degrees)))
        else:
            r.keep(start, end, [])


def _opened(codes: list[Posecode]) -> list[Posecode]:
    """A whole limb that goes one way with its hinge bent, as the ways that its two parts go."""
    bends = {c.joint: c.degrees for c in codes if isinstance(c, Angle)}
    told = {c.segment for c in codes if isinstance(c, Direction)}
    out: list[Posecode] = []
    for code in codes:
        side, _, limb = code.segment.partition("_") if isinstance(code, Direction) else ("", "", "")
        joint = {"arm": "elbow", "leg": "knee"}.get(limb, "")
        if not isinstance(code, Direction) or not joint:
            out.append(code)
        elif f"{side}_{_LIMB_OF[joint][2]}" in told:  # the lower part goes its own way
            out.append(Direction(f"{side}_{_LIMB_OF[joint][1]}", code.toward))
        else:
            bend = bends.get(f"{side}_{joint}", 0.0)
            out += _parts(code, bend) if bend > 0 else [code]
    return out


def bent_ways(whole: np.ndarray, bend: float, side: str, limb: str) -> tuple[np.ndarray, np.ndarray]:
    """Upper and lower part of a limb that goes one way: knees bend to the front, elbows to the back, down and out."""
    out = 0.5 if side == "left" else -0.5
    pole = np.array((out, -1.0, -1.0)) if limb == "arm" else np.array((0.0, 0.3, 1.0))
    pole = pole - float(pole @ whole) * whole
    pole = pole / max(float(np.linalg.norm(pole)), 1e-6)
    half = np.radians(bend) / 2
    return np.cos(half) * whole + np.sin(half) * pole, np.cos(half) * whole - np.sin(half) * pole


def _parts(code: Direction, bend: float) -> list[Posecode]:
    side, limb = code.segment.split("_")
    _, upper, lower = _LIMB_OF["elbow" if limb == "arm" else "knee"]
    ways = bent_ways(np.array(code.toward), bend, side, limb)
    rounded = [(round(float(x), 4), round(float(y), 4), round(float(z), 4)) for x, y, z in ways]
    return [Direction(f"{side}_{part}", way) for part, way in zip((upper, lower), rounded, strict=True)]


# --- pieces of a statement ------------------------------------------------------------------------------------


def _skip(r: _Reader, i: int, words: frozenset[str]) -> int:
    while r.text(i) in words and r.text(i):
        i += 1
    return i


def _noun(r: _Reader, i: int) -> tuple[tuple[str, ...], str, str, int] | None:
    """Sides, kind, word and end of "the left upper arm", "both knees", "the forearm"."""
    i = _skip(r, i, DETERMINERS)
    sides: tuple[str, ...] = ()
    if r.text(i) in (*SIDES, "both"):
        sides = SIDES if r.text(i) == "both" else (r.text(i),)
        i += 1
    kind = PART_WORDS.get(r.text(i))
    return (sides, kind, r.text(i), i + 1) if kind else None


def _sides(r: _Reader, sides: tuple[str, ...], limb: str, word: str) -> tuple[str, ...]:
    """As said, else those of the limb that the sentence is about; () where that is not known."""
    if not sides:
        sides = r.last.get(limb, SIDES if word in PLURALS else ())
    if sides:
        r.last[limb] = sides
    return sides


def directions(r: _Reader, i: int) -> tuple[list[tuple[float, str]], int]:
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
        way, k = _way(r, k)
        if not way:
            break
        k = k + 1 if way == "out" and r.text(k) == "sideways" else k
        found.append((weight, way))
        i = end = k
    return found, end


def _way(r: _Reader, i: int) -> tuple[str, int]:
    """One direction word, or "to the left", or of a body that lies "towards the head"."""
    if r.headward and r.text(i) in ("towards", "toward") and r.text(i + 1) == "the" and r.text(i + 2) in ("head", "feet"):
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


def _makes_sense(items: list[tuple[float, str]], side: str) -> bool:
    if not side and any(way in ("out", "in") for _, way in items):
        return False
    return bool(items) and float(np.linalg.norm(vector(items, side or "left"))) > 0.5


def _number(r: _Reader, i: int, units: tuple[str, ...] = ("degrees", "degree", "deg", "°")) -> tuple[float | None, int]:
    """A figure with its unit, and where it ends."""
    if i + 1 < len(r.tokens) and r.text(i) and r.tokens[i].number is not None and r.text(i + 1) in units:
        return r.tokens[i].number, i + 2
    return None, i


def _degrees(r: _Reader, i: int, bare: bool) -> tuple[float | None, int]:
    """Degrees; the unit may be left out where figures follow each other: "15 degrees forward and 10 to the left"."""
    degrees, end = _number(r, i)
    if degrees is None and bare and r.text(i) and r.tokens[i].number is not None and _way(r, i + 1)[0]:
        return r.tokens[i].number, i + 1
    return degrees, end


def _metres(r: _Reader, i: int) -> tuple[float | None, int]:
    amount, end = _number(r, i, tuple(_UNITS))
    return (None, i) if amount is None else (amount * _UNITS[r.text(i + 1)], end)


# --- forms of statements ----------------------------------------------------------------------------------------


def _aimed(r: _Reader, i: int) -> int:
    """As in "the left upper arm points down and slightly back", "the right arm is stretched forward and slightly up"."""
    noun = _noun(r, i)
    if noun is None:
        return i
    sides, kind, word, k = noun
    limb = _SEGMENTS.get(kind, kind)
    if kind == "torso":
        return _torso(r, i, k)
    if kind == "knee" and r.stem(_skip(r, k, _BE)) in ("rais", "lift"):
        limb = "leg"
    if limb not in ("arm", "leg"):
        _remember(r, sides, kind, word)
        return i
    k = _skip(r, k, _BE)
    straight = r.text(k) == "straight" and (r.text(k + 1) == "," or r.stem(k + 1) in _MOVES)
    k = k + 1 + (r.text(k + 1) == ",") if straight else k
    verb = r.stem(k) if r.stem(k) in _MOVES else ""
    k = k + 1 if verb else k
    items, end = directions(r, k)
    straight = straight or (r.text(k) == "straight" and verb in _WHOLE)
    plain = len(items) == 1 and items[0][0] == 1.0 and not (verb == "point" and limb == "leg") and not _hinge_next(r, end)
    if not items or not r.ends(end) or (kind not in _SEGMENTS and (not verb or (plain and not straight))):
        _remember(r, sides, kind, word)
        return i
    if kind not in _SEGMENTS and verb not in _WHOLE and not straight and any(w < 1 for w, _ in items[:1]):
        return i  # "raised slightly forward" is raised slightly
    sides = _sides(r, sides, limb, word)
    if not sides or not all(_makes_sense(items, s) for s in sides):
        return i
    if kind == "knee":
        r.hinge = kind
    segment = "thigh" if kind == "knee" else kind
    codes: list[Posecode] = [Direction(f"{s}_{segment}", vector(items, s)) for s in sides]
    if kind == limb and (straight or verb in ("stretch", "extend")):
        codes += [Angle(f"{s}_{'elbow' if limb == 'arm' else 'knee'}", 0.0) for s in sides]
    return r.keep(i, end, codes)


def _remember(r: _Reader, sides: tuple[str, ...], kind: str, word: str) -> None:
    """Whose hand or foot is spoken of, for an "elbow" or a "shin" that follows without a side."""
    group = "arm" if kind in ARM_KINDS else "leg" if kind in LEG_KINDS else ""
    if group and (sides or word in PLURALS):
        r.last[group] = sides or SIDES


def _hinge_next(r: _Reader, i: int) -> bool:
    """Whether ", the elbow" or "with the elbow" follows, or of a raised knee ", bent"."""
    k = _skip(r, i + 1, DETERMINERS)
    return r.text(i) in (",", "with") and (PART_WORDS.get(r.text(k), "") in _HINGES or r.stem(k) == "bend")


def _torso(r: _Reader, i: int, k: int) -> int:
    """As in "the torso points forward and slightly down"."""
    items, end = directions(r, k + 1)
    if r.stem(k) != "point" or not r.ends(end) or not _makes_sense(items, ""):
        return i
    end = r.keep(i, end, [Direction("torso", vector(items, "left"))])
    after = _skip(r, end, frozenset((",", "and")))
    return _turned(r, end, after, "torso") if r.text(after) == "it" else end


def _bend(r: _Reader, i: int) -> int:
    """As in "the left elbow is bent 95 degrees", "the knee slightly bent", or "bent 95 degrees" of the hinge before."""
    noun = _noun(r, i)
    sides, kind, word, k = noun if noun is not None else ((), r.hinge, r.hinge, i)
    if kind not in _HINGES:
        return i
    sides = _sides(r, sides, _HINGES[kind], word)
    r.hinge = kind
    k = _skip(r, k, _BE)
    degrees = -_BENT.get(r.text(k), 60.0)
    k = k + 1 if r.text(k) in _BENT else k
    if r.stem(k) != "bend":
        return i
    k = _skip(r, k + 1, frozenset(("by", "at", "to", "about")))
    figure, end = _number(r, k)
    if figure is None and r.text(k) == "ninety":
        figure, end = 90.0, k + 1 + (r.text(k + 1) == "degrees")
    if noun is None and figure is None and r.text(k - 2) not in _BENT:
        return i
    if not sides or not r.ends(end):
        return i
    r.bends.append((i, end, tuple(f"{s}_{kind}" for s in sides), degrees if figure is None else min(figure, 170.0)))
    return end


def _turns(r: _Reader, i: int) -> int:
    """As in "the head is turned 20 degrees to the left and bowed 10 degrees", "leaning 15 degrees forward"."""
    noun = _noun(r, i)
    if noun is not None and noun[1] in ("head", "torso"):
        return _turned(r, i, noun[3], noun[1])
    return _turned(r, i, i, "torso") if r.stem(i) in ("lean", "twist") else i


def _turned(r: _Reader, start: int, i: int, part: str) -> int:
    """The turns of head or torso that are told from i on; returns `start` where there are none."""
    i = _skip(r, i, _BE | {"it"})
    motion, lean, end = "", np.zeros(2), start
    codes: list[Posecode] = []
    if part == "torso" and r.text(i) == "upright" and r.text(i + 1) in (",", "and") and r.stem(i + 2) in _TURNS:
        codes, i = [_lean(0.0, 0.0)], i + 2
    while True:
        motion = _TURNS.get(r.stem(i), "") if r.stem(i) in _TURNS else motion
        verb = r.stem(i)
        i = i + 1 if r.stem(i) in _TURNS else i
        before, i = _way(r, i) if verb in ("tip", "arch") else ("", i)
        degrees, i = _degrees(r, i, bare=end > start)
        way, i = _way(r, i) if degrees is not None else ("", i)
        way = way or before or {"bow": "front", "round": "front", "arch": "back"}.get(verb, "")
        if degrees is None or not motion or way not in ("front", "back", *SIDES):
            break
        if motion == "lean":
            lean += np.array({"front": (degrees, 0), "back": (-degrees, 0), "left": (0, degrees)}.get(way, (0, -degrees)))
        else:
            codes.append(_turn(part, motion, way, degrees))
        end = i
        i = i + 1 if r.text(i) in (",", "and") else i
        i = _skip(r, i, frozenset(("and", "it", "is")))
        if i == end:
            break
    if end == start or not r.ends(end):
        return start
    if lean.any():
        codes.append(_lean(float(lean[0]), float(lean[1])))
    return r.keep(start, end, codes)


def _turn(part: str, motion: str, way: str, degrees: float) -> Turn:
    if way in ("front", "back"):
        motion = "bowed"
    sign = 1.0 if way in ("front", "left") else -1.0
    return Turn(part, motion, sign * min(degrees, 150.0))


def _lean(forward: float, left: float) -> Direction:
    """The trunk's direction at so many degrees forward of upright and to the left of that."""
    f, s = np.radians(forward), np.radians(left)
    x, y, z = (round(float(v), 4) for v in (np.sin(s), np.cos(s) * np.cos(f), np.cos(s) * np.sin(f)))
    return Direction("torso", (x, y, z))


def _apart(r: _Reader, i: int) -> int:
    """As in "the feet are 35 cm apart"."""
    k = _skip(r, i, DETERMINERS | {"both"})
    r.pair = r.text(k) if r.text(k) in _APART else r.pair
    point = _APART.get(r.text(k)) or (_APART.get(r.pair) if r.text(k) and r.tokens[k].number is not None else None)
    if point is None:
        return i
    metres, end = _metres(r, _skip(r, k + (r.text(k) in _APART), _BE))
    if metres is None or r.text(end) != "apart" or not r.ends(end + 1):
        return i
    limb = "leg" if point in ("ankle", "knee") else "arm"
    if limb == "leg" and not {f"{s}_leg" for s in SIDES} & r.out.aimed:
        return i  # a rule knows how the legs stand then
    return r.keep(i, end + 1, [Distance(f"left_{point}", f"right_{point}", metres)])


def _offset(r: _Reader, i: int) -> int:
    """As in "the left foot is 20 cm in front of the right one", "the right hand 10 cm above and 5 cm behind the head"."""
    noun = _noun(r, i)
    if noun is None or noun[1] not in _PLACED or not noun[0]:
        return i
    sides, kind, _, k = noun
    side = sides[0]
    k = _skip(r, k, _BE)
    steps: list[tuple[str, float]] = []
    target = ""
    while not target:
        metres, after = _metres(r, k)
        found = _relation(r, after) if metres is not None else None
        if metres is None or found is None:
            return i
        axis, sign, k = found
        steps.append((axis, sign * metres))
        target, k = _other_end(r, k, side, kind)
        if not target and r.text(k) != "and":
            return i
        k = k if target else k + 1
    if not r.ends(k):
        return i
    if (target == "ground" and any(axis != "up" for axis, _ in steps)) or (len(sides) == 2 and target not in _COMMON):
        return i
    point = "foot_sole" if target == "ground" and kind == "foot" else _PLACED[kind]
    r.pair = "feet" if kind == "foot" else r.pair
    return r.keep(i, k, [Position(f"{s}_{point}", target, axis, metres) for s in sides for axis, metres in steps])


def _relation(r: _Reader, i: int) -> tuple[str, int, int] | None:
    if r.text(i) not in _RELATIONS:
        return None
    axis, sign = _RELATIONS[r.text(i)]
    i += 1
    return axis, sign, i + 1 if r.text(i) in ("of", "than") else i


def _other_end(r: _Reader, i: int, side: str, kind: str) -> tuple[str, int]:
    """What a point is compared with: "the right foot", "the other one", "the head"."""
    i = _skip(r, i, DETERMINERS)
    if r.text(i) in (*SIDES, "other"):
        there = SIDES[1 - SIDES.index(side)] if r.text(i) == "other" else r.text(i)
        named = _PLACED.get(PART_WORDS.get(r.text(i + 1), ""))
        if named:
            return (f"{there}_{named}", i + 2) if f"{there}_{named}" != f"{side}_{_PLACED[kind]}" else ("", i)
        return (f"{there}_{_PLACED[kind]}", i + 1) if there != side and r.ends(i + 1) else ("", i)
    if r.text(i) == "ground":
        return "ground", i + 1
    fixed = _FIXED.get(PART_WORDS.get(r.text(i), ""))
    return (fixed, i + 1) if fixed else ("", i)


def _on_toes(r: _Reader, i: int) -> int:
    """As in "the left foot is on its toes", "both feet are on their heels"."""
    noun = _noun(r, i)
    if noun is None or noun[1] != "foot":
        return i
    sides, _, word, k = noun
    k = _skip(r, k, _BE | {"only"})
    sides = sides or (SIDES if word == "feet" else ())
    part = PART_WORDS.get(r.text(k + 2), "")
    if not sides or r.text(k) != "on" or r.text(k + 1) not in ("its", "their") or part not in ("toes", "heel"):
        return i
    r.pair = "feet"
    return r.keep(i, k + 3, [Support((f"{s}_{part}",)) for s in sides])


def _in_air(r: _Reader, i: int) -> int:
    """As in "in the air, 20 cm off the ground"."""
    if i and not r.tokens[i - 1].is_mark:
        return i
    if not (r.text(i) == "in" and r.text(i + 1) == "the" and r.text(i + 2) == "air"):
        return i
    k = i + 3
    metres, end = _metres(r, k + 1 if r.text(k) == "," else k)
    if metres is not None and r.text(end) == "off":
        k = _skip(r, end + 1, frozenset(("the", "ground")))
    return r.keep(i, k, [Airborne(min(metres if metres is not None else 0.3, 3.0))])


def _gaze(r: _Reader, i: int) -> int:
    """As in "looking forward and slightly down"."""
    if r.stem(i) not in ("look", "gaz") or (i and PART_WORDS.get(r.text(i - 1)) not in (None, "head", "eye")):
        return i
    items, end = directions(r, i + 1)
    if len(items) < 2 or not r.ends(end) or not _makes_sense(items, ""):
        return i
    return r.keep(i, end, [Gaze(toward=vector(items, "left"))])


def _faced(r: _Reader, i: int) -> int:
    """As in "the left palm faces inward and slightly back", "the right foot points forward and slightly out"."""
    noun = _noun(r, i)
    if noun is None or noun[1] not in ("palm", "foot", "chest"):
        return i
    sides, kind, word, k = noun
    if kind == "chest":
        items, end = directions(r, k + 1)
        facing = r.stem(k) == "fac" and r.ends(end) and _makes_sense(items, "")
        return r.keep(i, end, [Facing("chest", vector(items, "left"))]) if facing else i
    sides = sides or (SIDES if word in PLURALS else ())
    k = _skip(r, k, _BE)
    if not sides or r.stem(k) not in ("fac", "point"):
        return i
    items, end = directions(r, k + 1)
    if not items or not r.ends(end) or not _makes_sense(items, "left"):
        return i
    return r.keep(i, end, [Facing(f"{s}_{kind}", vector(items, s)) for s in sides])
