"""What follows from an order about the upper part of a limb: its lower part goes along in the plane it bends in.

Without this a solver is free to turn a limb about its own axis, and the forearm of a raised arm ends up elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from backend.body.rotations import rotation_between
from backend.posecodes import Posecode
from backend.posecodes.angle import Angle
from backend.posecodes.contact import Contact, Reach
from backend.posecodes.direction import Direction
from backend.posecodes.facing import Facing
from backend.posecodes.position import Position
from backend.posecodes.vocabulary import SIDES
from rigs.skeleton import INDEX

from .edit_change import Change, pointing
from .measures import Measures

_LIMBS: Final = (("upper_arm", "forearm", "elbow"), ("thigh", "shin", "knee"))
_ENDS: Final = {
    "elbow": ("wrist", "hand", "elbow", "palm", "fingertips", "fist", "hand_back"),
    "knee": ("ankle", "knee", "foot", "foot_sole", "heel", "toes"),
}
_BENT: Final = (12.0, 35.0)  # deg; a straighter limb shows no plane, one bent more shows it well


def shaped(change: Change, m: Measures) -> Change:
    """A change with statements for the forearms and shins of the upper arms and thighs that it points somewhere."""
    codes: list[Posecode] = []
    for side in SIDES:
        for upper, lower, hinge in _LIMBS:
            direction = _lower(change, f"{side}_{upper}", f"{side}_{lower}", f"{side}_{hinge}", m)
            if direction is not None:
                codes.append(pointing(f"{side}_{lower}", direction))
    return replace(change, program=(*change.program, *codes)) if codes else change


def _lower(change: Change, upper: str, lower: str, hinge: str, m: Measures) -> np.ndarray | None:
    """(3,) where the lower part goes, or None where something else says so or nothing can be told."""
    asked = {c.segment: c for c in change.program if isinstance(c, Direction)}
    top, side = asked.get(upper), upper.split("_")[0]
    if top is None or lower in asked or f"{side}_arm" in asked or f"{side}_leg" in asked or top.frame != "heading":
        return None
    if any(_places(c, side, _ENDS[hinge.split("_")[1]]) for c in change.program):
        return None
    bend = next((c for c in change.program if isinstance(c, Angle) and c.joint == hinge), None)
    if bend is not None and bend.compare != "=":
        return None
    before, after = m.direction(upper), np.asarray(top.toward, float)
    across = _plane(upper, lower, hinge, m)
    if across is None:
        return None
    across = rotation_between(before, after / np.linalg.norm(after)) @ across
    if hinge.endswith("knee") and abs(after[1]) > 0.6:
        across = _turned(across, change, side, m)
    angle = np.radians(m.flexion(hinge) if bend is None else bend.degrees)
    return np.asarray(np.cos(angle) * after / np.linalg.norm(after) + np.sin(angle) * across)


def _places(code: Posecode, side: str, ends: tuple[str, ...]) -> bool:
    """Whether a statement says where the end of a limb is."""
    names = [code.point] if isinstance(code, Position) else [code.region] if isinstance(code, Reach) else []
    names = [code.a, code.b] if isinstance(code, Contact) else names
    return any(name == f"{side}_{end}" for name in names for end in ends)


def _plane(upper: str, lower: str, hinge: str, m: Measures) -> np.ndarray | None:
    """(3,) unit, square to the upper part: the way in which the lower part leaves its line.

    A bent limb shows it; of one that is nearly straight the hinge itself tells: a knee bends back, an elbow forward.
    """
    along, side = m.direction(upper), upper.split("_")[0]
    seen = _square(m.direction(lower), along)
    ball, way = (f"{side}_hip", -1.0) if hinge.endswith("knee") else (f"{side}_shoulder", 1.0)
    heading, ball_world = m.body.heading[0], m.body.world[0, INDEX[ball]]
    hinged = _square(heading.T @ (way * ball_world[:, 2]), along)
    if seen is None or hinged is None:
        return seen if hinged is None else hinged
    share = float(np.clip((m.flexion(hinge) - _BENT[0]) / (_BENT[1] - _BENT[0]), 0, 1))
    return _square(share * seen + (1 - share) * hinged, along)


def _square(v: np.ndarray, along: np.ndarray) -> np.ndarray | None:
    """(3,) unit: the part of `v` that is square to `along`; None where there is hardly any."""
    off = v - (v @ along) * along
    length = float(np.linalg.norm(off))
    return off / length if length > 0.03 else None


def _turned(across: np.ndarray, change: Change, side: str, m: Measures) -> np.ndarray:
    """The plane of a leg turns about the vertical with a foot that is told to."""
    foot = next((c for c in change.program if isinstance(c, Facing) and c.part == f"{side}_foot"), None)
    if foot is None:
        return across
    now = m.facing(f"{side}_foot")
    angle = np.arctan2(foot.toward[0], foot.toward[2]) - np.arctan2(now[0], now[2])
    x, y, z = across
    return np.array([x * np.cos(angle) + z * np.sin(angle), y, z * np.cos(angle) - x * np.sin(angle)])
