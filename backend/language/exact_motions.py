"""Motions as physiotherapists and coaches say them: "left shoulder flexed 90 degrees", "pronate both forearms by 60".

The words are put into the order of the posecodes' own lines, which then read them.
"""

from __future__ import annotations

from typing import Final

from backend.posecodes import Posecode
from backend.posecodes.finger import Finger
from backend.posecodes.motion import MOTIONS, Motion
from backend.posecodes.symmetry import Symmetry
from backend.posecodes.vocabulary import SIDES

from .exact_words import Scan

_FILLING: Final = frozenset(("the", "is", "are", "by", "to", "be", "about", "around", "degree", "degrees", "deg", "°"))
_VERBS: Final = {  # an order -> what the joint is afterwards
    "flex": "flexed", "extend": "extended", "abduct": "abducted", "adduct": "adducted", "pronate": "pronated",
    "supinate": "supinated", "dorsiflex": "dorsiflexed", "plantarflex": "plantarflexed", "invert": "inverted",
    "evert": "everted", "protract": "protracted", "retract": "retracted", "curl": "curled",
}  # fmt: skip
_SINGULAR: Final = {
    "shoulders": "shoulder", "hips": "hip", "forearms": "forearm", "wrists": "wrist", "ankles": "ankle",
    "collars": "collar", "collarbone": "collar", "collarbones": "collar", "clavicle": "collar", "thumbs": "thumb",
}  # fmt: skip
_TELLING: Final = frozenset(  # one of these is in every motion
    (*_VERBS, *(w for m in MOTIONS.values() for way in (m.plus, m.minus) for w in way.split()), "curled", "straight",
     "symmetric", "symmetrical")
)  # fmt: skip
_KINDS: Final = (Motion, Finger, Symmetry)
_LONGEST: Final = 14  # words


def moved(r: Scan, i: int) -> int:
    """The end of a motion that begins at i, its statements kept; i where there is none."""
    end = i
    while end < len(r.tokens) and end < i + _LONGEST and not r.tokens[end].is_mark and not r.taken[end]:
        end += 1
    if not any(r.tokens[k].said in _TELLING for k in range(i, end)):
        return i
    for stop in range(end, i + 1, -1):
        if r.tokens[stop - 1].said == "and":
            continue
        codes = _read([r.tokens[k].said for k in range(i, stop)])
        if codes:
            for code in codes:
                if isinstance(code, Motion):
                    side, _, joint = code.motion.partition("_")
                    r.last["leg" if joint.startswith(("hip", "knee", "ankle")) else "arm"] = (side,)
            return r.keep(i, stop, codes)
    return i


def _read(said: list[str]) -> list[Posecode]:
    """The statements of some words, for both sides where they say so; none where they do not read as a motion."""
    words = [_SINGULAR.get(w, w) for w in said if w not in _FILLING]
    if words and words[0] in _VERBS:  # an order: its verb goes behind the part
        place = next((k for k, w in enumerate(words) if w.replace(".", "").isdigit()), len(words))
        words = [*words[1:place], _VERBS[words[0]], *words[place:]]
    if not words:
        return []
    sides = SIDES if words[0] == "both" else ("",)
    lines = [" ".join([side, *words[1:]] if side else words) for side in sides]
    codes = [next((c for c in (kind.read(line) for kind in _KINDS) if c is not None), None) for line in lines]
    return [c for c in codes if c is not None] if all(c is not None for c in codes) else []
