"""Statements with a figure or a full direction, read to the letter before anything else looks at the words.

"The left elbow is bent 95 degrees, the upper arm pointing down and slightly back and the forearm forward", "the feet
are 35 cm apart, the left foot 20 cm in front of the right": such words leave nothing to interpret. Descriptions speak
like this (caption_full), and so do people who know what they want. What fits no form in full is left to the rules.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from backend.posecodes import Posecode
from backend.posecodes.direction import Direction
from backend.posecodes.distance import Distance
from backend.posecodes.facing import Facing
from backend.posecodes.gaze import Gaze
from backend.posecodes.ground import Airborne, Support
from backend.posecodes.hand import Hand
from backend.posecodes.position import Position
from backend.posecodes.turn import Turn
from backend.posecodes.vocabulary import SIDES

from .exact_limbs import aimed, bend, opened, take_bends
from .exact_motions import moved
from .exact_words import BE, Exact, Scan, degrees_at, directions, makes_sense, metres_at, noun_at, skip, vector, way_at
from .lexicon import DETERMINERS, PART_WORDS, PLURALS
from .tokens import Token

_TURNS: Final = {
    "turn": "turned", "twist": "turned", "rotat": "turned", "tilt": "tilted", "bow": "bowed", "tip": "bowed",
    "round": "bowed", "arch": "bowed", "lean": "lean",
}  # fmt: skip
_APART: Final = {"feet": "ankle", "ankles": "ankle", "hands": "hand", "knees": "knee", "elbows": "elbow"}
_PLACED: Final = {
    "hand": "hand",
    "foot": "ankle",
    "knee": "knee",
    "elbow": "elbow",
    "shoulder": "shoulder",
    "hip": "hip",
}
_FIXED: Final = {"head": "head", "neck": "neck", "chest": "spine3", "torso": "torso"}
_COMMON: Final = frozenset(("ground", *_FIXED.values()))  # what both hands or feet may be compared with
_SIGNS: Final = {"peace": "peace", "ok": "ok", "horns": "rock", "call": "call", "gun": "gun"}
_RELATIONS: Final = {
    "infront": ("front", 1), "behind": ("front", -1), "above": ("up", 1), "below": ("up", -1), "higher": ("up", 1),
    "lower": ("up", -1),
}  # fmt: skip


def exactly(tokens: list[Token], taken: list[bool]) -> Exact:
    """The statements that can be read to the letter; marks their words as taken."""
    r = Scan(tokens, taken, headward=_headward(tokens))
    forms: tuple[Callable[[Scan, int], int], ...] = (
        moved, _turns, _torso, aimed, _apart, _offset, _on_toes, _in_air, _gaze, _faced, _sign, bend,
    )  # fmt: skip
    i = 0
    while i < len(tokens):
        if not taken[i]:
            i = next((end for form in forms if (end := form(r, i)) > i), i + 1)
        else:
            i += 1
    take_bends(r)
    r.out.codes = opened(r.out.codes)
    return r.out


def _headward(tokens: list[Token]) -> str:
    """Where "towards the head" is: behind a body that lies on its back, before one that lies face down."""
    words = {t.text for t in tokens} | {t.stem for t in tokens}
    if "lie" not in words:
        return ""
    return "back" if "onback" in words else "front" if words & {"face", "stomach", "prone"} else ""


def _torso(r: Scan, i: int) -> int:
    """As in "the torso points forward and slightly down, it is turned 20 degrees to the left"."""
    noun = noun_at(r, i)
    if noun is None or noun[1] != "torso":
        return i
    k = noun[3]
    items, end = directions(r, k + 1)
    if r.stem(k) != "point" or not r.ends(end) or not makes_sense(items, ""):
        return i
    end = r.keep(i, end, [Direction("torso", vector(items, "left"))])
    after = skip(r, end, frozenset((",", "and")))
    return _turned(r, end, after, "torso") if r.text(after) == "it" else end


def _turns(r: Scan, i: int) -> int:
    """As in "the head is turned 20 degrees to the left and bowed 10 degrees", "leaning 15 degrees forward"."""
    noun = noun_at(r, i)
    if noun is not None and noun[1] in ("head", "torso"):
        return _turned(r, i, noun[3], noun[1])
    return _turned(r, i, i, "torso") if r.stem(i) in ("lean", "twist") else i


def _turned(r: Scan, start: int, i: int, part: str) -> int:
    """The turns of head or torso that are told from i on; returns `start` where there are none."""
    i = skip(r, i, BE | {"it"})
    motion, lean, end = "", np.zeros(2), start
    codes: list[Posecode] = []
    if part == "torso" and r.text(i) == "upright" and r.text(i + 1) in (",", "and") and r.stem(i + 2) in _TURNS:
        codes, i = [_lean(0.0, 0.0)], i + 2
    while True:
        motion = _TURNS.get(r.stem(i), "") if r.stem(i) in _TURNS else motion
        verb = r.stem(i)
        i = i + 1 if r.stem(i) in _TURNS else i
        before, i = way_at(r, i) if verb in ("tip", "arch") else ("", i)
        degrees, i = degrees_at(r, i, bare=end > start)
        way, i = way_at(r, i) if degrees is not None else ("", i)
        way = way or before or {"bow": "front", "round": "front", "arch": "back"}.get(verb, "")
        if degrees is None or not motion or way not in ("front", "back", *SIDES):
            break
        if motion == "lean":
            lean += np.array(
                {"front": (degrees, 0), "back": (-degrees, 0), "left": (0, degrees)}.get(way, (0, -degrees))
            )
        else:
            codes.append(_turn(part, motion, way, degrees))
        end = i
        i = i + 1 if r.text(i) in (",", "and") else i
        i = skip(r, i, frozenset(("and", "it", "is")))
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


def _apart(r: Scan, i: int) -> int:
    """As in "the feet are 35 cm apart"."""
    k = skip(r, i, DETERMINERS | {"both"})
    r.pair = r.text(k) if r.text(k) in _APART else r.pair
    point = _APART.get(r.text(k)) or (_APART.get(r.pair) if r.text(k) and r.tokens[k].number is not None else None)
    if point is None:
        return i
    metres, end = metres_at(r, skip(r, k + (r.text(k) in _APART), BE))
    if metres is None or r.text(end) != "apart" or not r.ends(end + 1):
        return i
    limb = "leg" if point in ("ankle", "knee") else "arm"
    if limb == "leg" and not {f"{s}_leg" for s in SIDES} & r.out.aimed:
        return i  # a rule knows how the legs stand then
    return r.keep(i, end + 1, [Distance(f"left_{point}", f"right_{point}", metres)])


def _offset(r: Scan, i: int) -> int:
    """As in "the left foot is 20 cm in front of the right one", "the hand 10 cm above and 5 cm behind the head"."""
    noun = noun_at(r, i)
    if noun is None or noun[1] not in _PLACED or not noun[0]:
        return i
    sides, kind, _, k = noun
    side = sides[0]
    k = skip(r, k, BE)
    steps: list[tuple[str, float]] = []
    target = ""
    while not target:
        metres, after = metres_at(r, k)
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


def _relation(r: Scan, i: int) -> tuple[str, int, int] | None:
    if r.text(i) not in _RELATIONS:
        return None
    axis, sign = _RELATIONS[r.text(i)]
    i += 1
    return axis, sign, i + 1 if r.text(i) in ("of", "than") else i


def _other_end(r: Scan, i: int, side: str, kind: str) -> tuple[str, int]:
    """What a point is compared with: "the right foot", "the other one", "the head"."""
    i = skip(r, i, DETERMINERS)
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


def _on_toes(r: Scan, i: int) -> int:
    """As in "the left foot is on its toes", "both feet are on their heels"."""
    noun = noun_at(r, i)
    if noun is None or noun[1] != "foot":
        return i
    sides, _, word, k = noun
    k = skip(r, k, BE | {"only"})
    sides = sides or (SIDES if word == "feet" else ())
    part = PART_WORDS.get(r.text(k + 2), "")
    if not sides or r.text(k) != "on" or r.text(k + 1) not in ("its", "their") or part not in ("toes", "heel"):
        return i
    r.pair = "feet"
    return r.keep(i, k + 3, [Support((f"{s}_{part}",)) for s in sides])


def _sign(r: Scan, i: int) -> int:
    """As in "the right hand is making a peace sign"."""
    noun = noun_at(r, i)
    if noun is None or noun[1] != "hand":
        return i
    sides, _, word, k = noun
    sides = sides or (SIDES if word in PLURALS else ())
    k = skip(r, k, BE)
    if not sides or r.text(k) != "making":
        return i
    k = skip(r, k + 1, DETERMINERS | {"an", "finger"})
    shape = _SIGNS.get(r.text(k))
    end = k + 1 + (r.text(k + 1) == "sign")
    return r.keep(i, end, [Hand(s, shape) for s in sides]) if shape and r.ends(end) else i


def _in_air(r: Scan, i: int) -> int:
    """As in "in the air, 20 cm off the ground"; "upside down" goes with it as a posture that is no named pose."""
    if i and not r.tokens[i - 1].is_mark:
        return i
    if r.text(i) == "upside" and r.text(i + 1) == "down" and r.ends(i + 2):
        return r.keep(i, i + 2, [Facing("pelvis_up", (0.0, -1.0, 0.0))])
    if not (r.text(i) == "in" and r.text(i + 1) == "the" and r.text(i + 2) == "air"):
        return i
    k = i + 3
    metres, end = metres_at(r, k + 1 if r.text(k) == "," else k)
    if metres is not None and r.text(end) == "off":
        k = skip(r, end + 1, frozenset(("the", "ground")))
    return r.keep(i, k, [Airborne(min(metres if metres is not None else 0.3, 3.0))])


def _gaze(r: Scan, i: int) -> int:
    """As in "looking forward and slightly down"."""
    if r.stem(i) not in ("look", "gaz") or (i and PART_WORDS.get(r.text(i - 1)) not in (None, "head", "eye")):
        return i
    items, end = directions(r, i + 1)
    if len(items) < 2 or not r.ends(end) or not makes_sense(items, ""):
        return i
    return r.keep(i, end, [Gaze(toward=vector(items, "left"))])


def _faced(r: Scan, i: int) -> int:
    """As in "the left palm faces inward and slightly back", "the right foot points forward and slightly out"."""
    noun = noun_at(r, i)
    if noun is None or noun[1] not in ("palm", "foot", "chest"):
        return i
    sides, kind, word, k = noun
    if kind == "chest":
        items, end = directions(r, k + 1)
        facing = r.stem(k) == "fac" and r.ends(end) and makes_sense(items, "")
        return r.keep(i, end, [Facing("chest", vector(items, "left"))]) if facing else i
    sides = sides or (SIDES if word in PLURALS else ())
    k = skip(r, k, BE)
    if not sides or r.stem(k) not in ("fac", "point"):
        return i
    items, end = directions(r, k + 1)
    if not items or not r.ends(end) or not makes_sense(items, "left"):
        return i
    return r.keep(i, end, [Facing(f"{s}_{kind}", vector(items, s)) for s in sides])


__all__ = ["Exact", "exactly"]
