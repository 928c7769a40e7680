"""Arms, legs and the trunk to the letter: which way a limb or a part of it goes, and how far its hinge is bent."""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.posecodes import Posecode
from backend.posecodes.angle import Angle
from backend.posecodes.direction import Direction
from backend.posecodes.vocabulary import SIDES

from .exact_words import BE, Scan, directions, figure_at, makes_sense, noun_at, sides_of, skip, vector
from .lexicon import ARM_KINDS, DETERMINERS, LEG_KINDS, PART_WORDS, PLURALS

_SEGMENTS: Final = {"upper_arm": "arm", "forearm": "arm", "thigh": "leg", "shin": "leg"}
_WHOLE: Final = frozenset(("stretch", "extend", "point", "reach"))  # what a whole limb does that goes one way
_MOVES: Final = frozenset((*_WHOLE, "rais", "lift", "hold"))
_WAYS_IN_OUT: Final = frozenset(("in", "out"))
HINGES: Final = {"elbow": "arm", "knee": "leg"}
LIMB_OF: Final = {"elbow": ("arm", "upper_arm", "forearm"), "knee": ("leg", "thigh", "shin")}
_BENT: Final = {"slightly": 30.0, "sharply": 120.0, "fully": 145.0, "deeply": 120.0, "halfway": 60.0}


def aimed(r: Scan, i: int) -> int:
    """As in "the left upper arm points down and slightly back", "the right arm is stretched forward and up"."""
    noun = noun_at(r, i)
    if noun is None:
        return i
    sides, kind, word, k = noun
    limb = _SEGMENTS.get(kind, kind)
    if kind == "knee" and r.stem(skip(r, k, BE)) in ("rais", "lift"):
        limb = "leg"
    if limb not in ("arm", "leg"):
        _remember(r, sides, kind, word)
        return i
    k = skip(r, k, BE)
    straight = r.text(k) == "straight" and (r.text(k + 1) == "," or r.stem(k + 1) in _MOVES)
    k = k + 1 + (r.text(k + 1) == ",") if straight else k
    verb = r.stem(k) if r.stem(k) in _MOVES else ""
    k = k + 1 if verb else k
    items, end = directions(r, k)
    straight = straight or (r.text(k) == "straight" and verb in _WHOLE)
    told = bool(items) and r.ends(end)
    if kind in _SEGMENTS:
        told = told and (bool(verb) or limb == "arm" or _goes_on(r, i) or not {w for _, w in items} <= _WAYS_IN_OUT)
    else:
        told = told and _is_whole(r, verb, items, end, limb, straight)
    if not told:
        _remember(r, sides, kind, word)
        return i
    sides = sides_of(r, sides, limb, word)
    if not sides or not all(makes_sense(items, s) for s in sides):
        return i
    if kind == "knee":
        r.hinge = kind
    segment = "thigh" if kind == "knee" else kind
    codes: list[Posecode] = [Direction(f"{s}_{segment}", vector(items, s)) for s in sides]
    if kind == limb and (straight or verb in ("stretch", "extend")):
        codes += [Angle(f"{s}_{'elbow' if limb == 'arm' else 'knee'}", 0.0) for s in sides]
    r.aimed_at = end
    return r.keep(i, end, codes)


def _goes_on(r: Scan, i: int) -> bool:
    """Whether a direction was told in the sentence before: "turn the thighs inward" alone is no direction."""
    return r.aimed_at >= 0 and not any(t.text == "." for t in r.tokens[r.aimed_at : i])


def _is_whole(r: Scan, verb: str, items: list[tuple[float, str]], end: int, limb: str, straight: bool) -> bool:
    """Whether the direction of a whole limb is told in full; a rule knows better what "left arm raised forward" means.

    An arm that points somewhere has its finger out, unless its elbow is spoken of next.
    """
    if not verb or straight or (verb == "point" and limb == "leg") or _hinge_next(r, end):
        return bool(verb)
    if verb == "point" or (len(items) == 1 and items[0][0] == 1.0 and r.text(end - 2) != "the"):
        return False
    return verb in _WHOLE or items[0][0] == 1.0  # "raised slightly forward" is raised slightly


def _remember(r: Scan, sides: tuple[str, ...], kind: str, word: str) -> None:
    """Whose hand or foot is spoken of, for an "elbow" or a "shin" that follows without a side."""
    group = "arm" if kind in ARM_KINDS else "leg" if kind in LEG_KINDS else ""
    if group and (sides or word in PLURALS):
        r.last[group] = sides or SIDES


def _hinge_next(r: Scan, i: int) -> bool:
    """Whether ", the elbow" or "with the elbow" follows, or of a raised knee ", bent"."""
    k = skip(r, i + 1, DETERMINERS | frozenset(SIDES))
    return r.text(i) in (",", "with") and (PART_WORDS.get(r.text(k), "") in HINGES or r.stem(k) == "bend")


def bend(r: Scan, i: int) -> int:
    """As in "the left elbow is bent 95 degrees", "the knee slightly bent", or "bent 95 degrees" of the hinge before."""
    noun = noun_at(r, i)
    sides, kind, word, k = noun if noun is not None else ((), r.hinge, r.hinge, i)
    if kind not in HINGES:
        return i
    sides = sides_of(r, sides, HINGES[kind], word)
    r.hinge = kind
    k = skip(r, k, BE)
    degrees = -_BENT.get(r.text(k), 60.0)
    k = k + 1 if r.text(k) in _BENT else k
    if r.stem(k) != "bend" and (noun is None or r.bent != kind or figure_at(r, k)[0] is None):
        return i
    k = k - 1 if r.stem(k) != "bend" else k  # "the left knee bent 60 degrees and the right knee 35 degrees"
    k = skip(r, k + 1, frozenset(("by", "at", "to", "about")))
    figure, end = figure_at(r, k)
    if figure is None and r.text(k) == "ninety":
        figure, end = 90.0, k + 1 + (r.text(k + 1) == "degrees")
    bare = r.tokens[i - 1].text == "," and r.text(k) == ","  # "the knee raised forward, bent, the shin pointing down"
    if noun is None and figure is None and r.text(k - 2) not in _BENT and not bare:
        return i
    if not sides or not r.ends(end):
        return i
    r.bent = kind
    r.bends.append((i, end, tuple(f"{s}_{kind}" for s in sides), degrees if figure is None else min(figure, 170.0)))
    return end


def take_bends(r: Scan) -> None:
    """Bends of limbs whose direction is told; else a rule knows better what bends with them.

    Of a limb told in full a mere word ("sharply bent") adds nothing.
    """
    told, aimed = r.out.segments, r.out.aimed
    for start, end, hinges, degrees in r.bends:
        for side, joint in (h.split("_") for h in hinges):
            limb, upper, lower = LIMB_OF[joint]
            if not {f"{side}_{p}" for p in (limb, upper, lower)} & told:
                break
            if degrees > 0 or f"{side}_{limb}" not in aimed or f"{side}_{limb}" in told:
                r.out.codes.append(Angle(f"{side}_{joint}", abs(degrees)))
        else:
            r.keep(start, end, [])


def opened(codes: list[Posecode]) -> list[Posecode]:
    """A whole limb that goes one way with its hinge bent, as the ways that its two parts go."""
    bends = {c.joint: c.degrees for c in codes if isinstance(c, Angle)}
    told = {c.segment for c in codes if isinstance(c, Direction)}
    out: list[Posecode] = []
    for code in codes:
        side, _, limb = code.segment.partition("_") if isinstance(code, Direction) else ("", "", "")
        joint = {"arm": "elbow", "leg": "knee"}.get(limb, "")
        if not isinstance(code, Direction) or not joint:
            out.append(code)
        elif f"{side}_{LIMB_OF[joint][2]}" in told:  # the lower part goes its own way
            out.append(Direction(f"{side}_{LIMB_OF[joint][1]}", code.toward))
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
    _, upper, lower = LIMB_OF["elbow" if limb == "arm" else "knee"]
    ways = bent_ways(np.array(code.toward), bend, side, limb)
    rounded = [(round(float(x), 4), round(float(y), 4), round(float(z), 4)) for x, y, z in ways]
    return [Direction(f"{side}_{part}", way) for part, way in zip((upper, lower), rounded, strict=True)]
