"""Statements that hold beside what a picture shows, in the same solve: of words, and of touches that somebody saw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.posecodes import Posecode, Program
from backend.posecodes.contact import Contact
from backend.posecodes.vocabulary import limb_of_point, regions_of, skin

from .landmarks import INDEX, NAMES

_SHARE: Final = 0.15  # of its weight that a landmark keeps where a statement says otherwise
_FACE: Final = [INDEX[n] for n in ("nose", "left_ear", "right_ear")]
_BELOW: Final = {
    "shoulder": ("elbow", "wrist", "index", "pinky", "thumb"), "elbow": ("wrist", "index", "pinky", "thumb"),
    "wrist": ("index", "pinky", "thumb"), "hip": ("knee", "ankle", "heel", "foot_index"),
    "knee": ("ankle", "heel", "foot_index"), "ankle": ("heel", "foot_index"),
}  # fmt: skip
_MOVED: Final = {  # what a statement names -> the joint below which the picture counts less
    "upper_arm": "shoulder", "arm": "shoulder", "forearm": "elbow", "hand": "wrist", "elbow": "elbow", "palm": "wrist",
    "thigh": "hip", "leg": "hip", "shin": "knee", "foot": "ankle", "knee": "knee", "ankle": "ankle", "wrist": "wrist",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Beside:
    """program: the statements. share (33,): the part of its weight that each landmark keeps.

    starts: local rotations (55, 3, 3) to begin with, in the frame of the camera; the first is what the picture alone
    gave. transl: (3,) m of all. heading: (3, 3), what directions refer to.
    """

    program: Program
    share: np.ndarray
    starts: tuple[np.ndarray, ...]
    transl: np.ndarray
    heading: np.ndarray


def shares(program: Iterable[Posecode], override: bool = False) -> np.ndarray:
    """(33,): how much each landmark still counts beside statements: little on limbs that they speak of.

    Touches override nothing: the picture says where, the statement that they meet. With `override` the picture does not
    show them, and the arms that come count little.
    """
    out = np.ones(len(NAMES))
    for code in program:
        if "head" in code.limbs() and not isinstance(code, Contact):
            out[_FACE] = 0.0  # where it looks is told
        if isinstance(code, Contact) and override:
            for side in _arms(code):
                out[[INDEX[f"{side}_{below}"] for below in _BELOW["shoulder"]]] = _SHARE
        name = next((str(v) for f in ("segment", "joint", "part") if (v := getattr(code, f, None))), "")
        side, _, what = name.partition("_")
        if isinstance(code, Contact) or side not in ("left", "right"):
            continue
        for below in _BELOW.get(_MOVED.get(what, ""), ()):  # a whole limb is straight, whatever the picture shows
            out[INDEX[f"{side}_{below}"]] = 0.0 if what in ("arm", "leg") else _SHARE
    return out


def _arms(code: Contact) -> set[str]:
    """The sides whose arms a touch moves."""
    limbs = {limb_of_point(skin(regions_of(end)[0])) for end in (code.a, code.b)}
    return {limb.removesuffix("_arm") for limb in limbs if limb.endswith("_arm")}
