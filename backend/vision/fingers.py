"""The 21 landmarks of a hand -> how its fingers are bent: rotations of the fifteen joints that a hand has here."""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.body.rotations import best_rotation, rotvec_to_rotmat
from backend.posecodes.hand import finger_rotvecs, hand_joints
from rigs.skeleton import INDEX

from .lens import FACING
from .observe import Person

_FINGERS: Final = {"index": 5, "middle": 9, "pinky": 17, "ring": 13}  # finger -> its knuckle; in skeleton order
_THUMB: Final = 1
# Ranges, deg: knuckle, middle joint, end joint, and spread away from the middle finger.
_RANGE: Final = np.array([[-12.0, 90.0], [0.0, 105.0], [0.0, 70.0], [-10.0, 26.0]])
_THUMB_RANGE: Final = np.array([[-20.0, 56.0], [-26.0, 40.0], [-10.0, 60.0]])  # opposition, fold, bend; deg
_STEEP: Final = np.cos(np.radians(60.0))  # a finger bent further than this has no spread to be seen


def with_fingers(local: np.ndarray, person: Person, rest: np.ndarray) -> np.ndarray:
    """A pose (55, 3, 3) with the fingers of the hands that were seen; rest (55, 3) m."""
    out = local.copy()
    for side, space in person.hands.items():
        out[hand_joints(side)] = finger_rotations(space, side, rest)
    return out


def finger_rotations(space: np.ndarray, side: str, rest: np.ndarray) -> np.ndarray:
    """(15, 3, 3) local rotations in skeleton order.

    Args:
        space: (21, 3) m in OpenCV axes. rest: (55, 3) m, the joints of the body at rest.
    """
    mirror = np.array([1.0 if side == "left" else -1.0, 1.0, 1.0])
    hand = ((space - space[0]) @ FACING) * mirror  # everything as a left hand
    own = {f: (rest[INDEX[f"{side}_{f}1"] + np.arange(3)] - rest[INDEX[f"{side}_wrist"]]) * mirror
           for f in (*_FINGERS, "thumb")}  # fmt: skip
    at_rest = hand @ _palm(hand, own).T
    spread = {f: _finger(at_rest[k : k + 4]) for f, k in _FINGERS.items()}
    middle = spread["middle"][3]
    out = []
    for finger, (*bends, aside) in spread.items():
        away = aside if finger == "middle" else (aside - middle) * (-1.0 if finger == "index" else 1.0)
        angles = np.clip([*bends, 0.0 if finger == "middle" else away], *_RANGE.T)
        out.append(finger_rotvecs(finger, tuple(float(a) for a in angles), side))
    out.append(finger_rotvecs("thumb", _thumb(at_rest[_THUMB : _THUMB + 4], own["thumb"]), side))
    return rotvec_to_rotmat(np.concatenate(out))


def _palm(hand: np.ndarray, own: dict[str, np.ndarray]) -> np.ndarray:
    """The rotation (3, 3) that takes the palm that was seen to the one at rest."""
    seen = np.stack([hand[0], *(hand[k] for k in _FINGERS.values())])
    rest = np.stack([np.zeros(3), *(own[f][0] for f in _FINGERS)])
    return best_rotation(seen, rest)


def _finger(points: np.ndarray) -> tuple[float, float, float, float]:
    """Flexions of the three joints and how far the finger points aside (towards the pinky), deg; points (4, 3)."""
    ways = np.diff(points, axis=0)
    ways /= np.maximum(np.linalg.norm(ways, axis=1, keepdims=True), 1e-9)
    level = float(np.hypot(ways[0, 0], ways[0, 2]))
    aside = float(np.arctan2(-ways[0, 2], abs(ways[0, 0]))) if level > _STEEP else 0.0
    c, s = np.cos(aside), np.sin(aside)
    along = ways @ np.array([c, 0.0, -s])  # in the plane in which the finger bends
    pitch = np.unwrap(np.arctan2(-ways[:, 1], along))
    bends = np.degrees([pitch[0], pitch[1] - pitch[0], pitch[2] - pitch[1]])
    return float(bends[0]), float(bends[1]), float(bends[2]), float(np.degrees(aside))


def _thumb(points: np.ndarray, own: np.ndarray) -> tuple[float, float, float]:
    """Opposition, fold and bend (deg) at which the thumb of a left hand points as the one that was seen, (4, 3)."""
    seen = np.diff(points, axis=0)
    seen /= np.maximum(np.linalg.norm(seen, axis=1, keepdims=True), 1e-9)
    grid = np.stack(np.meshgrid(*(np.arange(low, high + 1, 8.0) for low, high in _THUMB_RANGE), indexing="ij"), -1)
    best = _best_thumb(grid.reshape(-1, 3), seen, own)
    fine = np.stack(np.meshgrid(*[np.arange(-6.0, 7.0, 2.0)] * 3, indexing="ij"), -1).reshape(-1, 3) + best
    best = _best_thumb(np.clip(fine, *_THUMB_RANGE.T), seen, own)
    return float(best[0]), float(best[1]), float(best[2])


def _best_thumb(angles: np.ndarray, seen: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Of angles (n, 3) deg the ones whose three segments point most as those seen (3, 3)."""
    rotvecs = _thumb_rotvecs(angles)
    world = rotvec_to_rotmat(rotvecs)
    first = world[:, 0]
    second = first @ world[:, 1]
    third = second @ world[:, 2]
    rest = np.diff(own, axis=0)
    rest = np.concatenate([rest, rest[1:]])  # the last segment goes on like the one before
    rest /= np.linalg.norm(rest, axis=1, keepdims=True)
    ways = np.stack([first @ rest[0], second @ rest[1], third @ rest[2]], axis=1)
    cost = ((ways - seen) ** 2).sum(axis=(1, 2)) + 1e-6 * (angles**2).sum(axis=1)
    out: np.ndarray = angles[cost.argmin()]
    return out


def _thumb_rotvecs(angles: np.ndarray) -> np.ndarray:
    """(n, 3, 3) rad of the left thumb: linear in the three angles (deg)."""
    basis = np.stack([finger_rotvecs("thumb", tuple(row), "left") for row in np.eye(3)])
    out: np.ndarray = np.einsum("nk,kjc->njc", angles, basis)
    return out
