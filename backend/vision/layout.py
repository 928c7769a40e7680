"""Several people of one picture on one ground: the camera is one, so it looked down on all of them by one angle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from backend.body.camera import Camera
from backend.body.model import ShapedBody
from backend.body.outline import floor_of
from backend.posecodes.tracking import body_at

from .fit import Fit
from .lens import FACING
from .pitch import PITCHES, levelling, pitch_of

_OWN: Final = np.radians(7.0)  # sigma of the pitch that one person shows
_LEVEL: Final = 0.15  # m: sigma of how far from one level the soles of people on one ground come out
_AIR: Final = 3.0  # sigmas from which on somebody is not taken to stand on that ground


@dataclass(frozen=True, eq=False)
class _Seen:
    """A body before the camera: local (55, 3, 3) and joints (55, 3) m in the frame of a level camera at the origin.

    pitch: rad by which the camera looked down, as its own fit has it.
    """

    local: np.ndarray
    joints: np.ndarray
    pitch: float


def together(fits: Sequence[Fit], shaped: ShapedBody) -> list[Fit]:
    """The fits in one world: turned by one camera's pitch, on one ground, the middle of all at the origin.

    Each keeps a camera of its own through which it lands where it was seen. They all look the same way, and differ by
    what a person was moved up or down to stand on the ground.
    """
    if len(fits) < 2:
        return list(fits)
    seen = [_before_camera(f) for f in fits]
    level = levelling(_shared_pitch(seen))
    bodies = [_levelled(s, level) for s in seen]
    middle = np.mean([joints[0] for _, joints in bodies], axis=0) * [1.0, 0.0, 1.0]
    return [_placed(f, local, joints, level, middle, shaped) for f, (local, joints) in zip(fits, bodies, strict=True)]


def standing_as(found: Fit, other: Fit, shaped: ShapedBody) -> Fit:
    """A fit of the same person as `other`, its camera turned as that one's and its pelvis over the same spot."""
    level = (FACING @ other.camera.rotation).T
    local, joints = _levelled(_before_camera(found), level)
    middle = (joints[0] - other.joints[0]) * [1.0, 0.0, 1.0]
    return _placed(found, local, joints, level, middle, shaped)


def _before_camera(found: Fit) -> _Seen:
    back = FACING @ found.camera.rotation  # world of the fit -> that of the level camera
    local = found.local.copy()
    local[0] = back @ local[0]
    joints = (found.joints @ found.camera.rotation.T + found.camera.translation) @ FACING.T
    return _Seen(local, joints, pitch_of(back.T))


def _levelled(seen: _Seen, level: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    local = seen.local.copy()
    local[0] = level @ local[0]
    return local, seen.joints @ level.T


def _shared_pitch(seen: Sequence[_Seen]) -> float:
    """The angle that suits what each body shows, and at which they come to stand on one level."""
    cost = sum(((PITCHES - s.pitch) / _OWN) ** 2 for s in seen)
    for k, angle in enumerate(PITCHES):
        low = np.array([_levelled(s, levelling(angle))[1][:, 1].min() for s in seen])
        off = np.abs(low - np.median(low)) / _LEVEL
        cost[k] += float(np.minimum(off, _AIR) @ np.minimum(off, _AIR))
    return float(PITCHES[int(np.argmin(cost))])


def _placed(
    found: Fit, local: np.ndarray, joints: np.ndarray, level: np.ndarray, middle: np.ndarray, shaped: ShapedBody
) -> Fit:
    """A body on the ground, where it is beside the middle of all."""
    lift = -floor_of(shaped, body_at(shaped.joints, local, np.zeros(3), ()))  # of the body with its transl at zero
    transl = joints[0] - shaped.joints[0] - middle
    transl[1] = lift
    shift = transl - (joints[0] - shaped.joints[0])
    rotation, c = FACING @ level.T, found.camera
    camera = Camera(c.fx, c.fy, c.cx, c.cy, rotation, -rotation @ shift)
    return replace(found, local=local, transl=transl, joints=joints + shift, camera=camera)
