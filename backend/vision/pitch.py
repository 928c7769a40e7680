"""How far the camera of a photo looked down, by what the body shows of the vertical.

A body is fitted before a level camera, so one that was seen from above comes out leaning towards the camera. People
hold cameras nearly level, and a body on its feet is in balance: the pitch that suits both is taken out of it.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.body.kinematics import Kinematics
from backend.body.rotations import rotvec_to_rotmat
from backend.posecodes.vocabulary import SIDES
from rigs.skeleton import INDEX as JOINT

from .landmarks import INDEX

PITCHES: Final = np.radians(np.arange(-10.0, 46.0, 1.0))  # rad by which a camera may look down
_USUAL: Final = (np.radians(6.0), np.radians(9.0))  # mean and spread of what people hold cameras at
_OFF_BALANCE: Final = 0.08  # sigma of how far the centre of mass may be in front of or behind the feet, m
_UNEVEN: Final = 0.08  # sigma of how much higher one foot comes out than the other, m
_FAR: Final = 3.0  # sigmas from which on a body is not in balance at all
_STANDS: Final = 0.55  # m of the centre of mass above the feet from which on a body stands on them
_LEVEL_FEET: Final = 0.3  # m between the heights of feet that both may bear
_SEEN: Final = 0.3  # weight of both ankles from which on they tell where the body stands


def levelling(pitch: float) -> np.ndarray:
    """(3, 3): from the axes of a body before a camera (Y up, Z towards it) that looks down by `pitch` rad to a world
    whose Y is vertical.
    """
    return rotvec_to_rotmat(np.array([-pitch, 0.0, 0.0]))


def pitch_of(level: np.ndarray) -> float:
    """Rad by which the camera of a `levelling` (3, 3) looks down."""
    return float(np.arctan2(level[1, 2], level[1, 1]))


def unusual(pitch: np.ndarray) -> np.ndarray:
    """How unusual (sigmas squared) it is to hold a camera at some pitches, rad."""
    out: np.ndarray = ((pitch - _USUAL[0]) / _USUAL[1]) ** 2
    return out


def estimated(body: Kinematics, sure: np.ndarray) -> float:
    """Rad by which the camera looked down that saw a body.

    Args:
        body: before the camera, as `levelling` takes it; tracks "com". sure: (33,) weights of the landmarks.
    """
    return float(PITCHES[(unusual(PITCHES) + _standing(body, sure)).argmin()])


def stands(body: Kinematics, sure: np.ndarray) -> bool:
    """Whether a body is in balance on its feet, which were seen, at some usual pitch; arguments as of `estimated`."""
    off = _standing(body, sure)
    return bool(off.any() and (off + unusual(PITCHES)).min() < _FAR**2 - 1e-9)


def _standing(body: Kinematics, sure: np.ndarray) -> np.ndarray:
    """How far (sigmas squared) from balance a body is on its feet at each pitch; 0 where the feet were not seen."""
    joints = body.joints[0] - body.joints[0, 0]
    feet = np.array([joints[JOINT[f"{s}_ankle"]] + joints[JOINT[f"{s}_foot"]] for s in SIDES]) / 2
    com = body.points(("com",)).value[0, 0] - body.joints[0, 0]
    if min(float(sure[INDEX[f"{s}_ankle"]]) for s in SIDES) < _SEEN:
        return np.zeros(len(PITCHES))
    return np.array([_unbalanced(feet, com, float(pitch)) for pitch in PITCHES])


def _unbalanced(feet: np.ndarray, com: np.ndarray, pitch: float) -> float:
    """How far (sigmas squared) the centre of mass (3,) is in front of or behind feet (2, 3) at a pitch, and how far the
    feet are from one level.
    """
    turn = levelling(pitch)
    low, mass = feet @ turn.T, turn @ com
    if float(mass[1] - low[:, 1].max()) < _STANDS or abs(low[0, 1] - low[1, 1]) > _LEVEL_FEET:
        return float(_FAR**2)  # it does not stand like this
    near, far = np.sort(low[:, 2])
    beside = max(near - mass[2], mass[2] - far, 0.0)
    uneven = (low[0, 1] - low[1, 1]) / _UNEVEN
    return float(min((beside / _OFF_BALANCE) ** 2 + uneven**2, _FAR**2))
