"""Statements that hold beside what a picture shows, in the same solve: of words, and of touches that somebody saw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.posecodes import Posecode, Program
from backend.posecodes.contact import Contact

from .landmarks import INDEX, NAMES

_SHARE: Final = 0.15  # of its weight that a landmark keeps where a statement says otherwise
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


def shares(program: Iterable[Posecode]) -> np.ndarray:
    """(33,): how much each landmark still counts beside statements: little on limbs that they speak of.

    Touches override nothing: the picture says where, the statement that they meet.
    """
    out = np.ones(len(NAMES))
    for code in program:
        name = next((str(v) for f in ("segment", "joint", "part") if (v := getattr(code, f, None))), "")
        side, _, what = name.partition("_")
        if isinstance(code, Contact) or side not in ("left", "right"):
            continue
        for below in _BELOW.get(_MOVED.get(what, ""), ()):  # a whole limb is straight, whatever the picture shows
            out[INDEX[f"{side}_{below}"]] = 0.0 if what in ("arm", "leg") else _SHARE
    return out
