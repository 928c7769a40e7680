"""Hand shapes (fist, open, point, peace, thumbs up, pinch, grip ...) as angles of the fifteen finger joints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.body.dual import Dual
from backend.body.kinematics import Kinematics
from backend.body.rotations import rotvec_to_rotmat
from rigs.skeleton import INDEX

from .base import Measured, Posecode, Uses, choice, name_in, pattern, register

# finger -> (knuckle, middle joint, end joint) flexion and spread, all deg. Spread is away from the middle finger.
_STRAIGHT: Final = (0, 0, 0, 0)
_CURLED: Final = (82, 98, 60, 0)
# thumb: three angles deg: across the palm (opposition), folded in (towards the fingers), bent at its two outer joints
_SHAPES: Final[dict[str, dict[str, tuple[float, ...]]]] = {
    "flat": {"index": _STRAIGHT, "middle": _STRAIGHT, "ring": _STRAIGHT, "pinky": _STRAIGHT, "thumb": (0, 0, 0)},
    "relaxed": {"index": (14, 20, 10, 0), "middle": (18, 24, 12, 0),
        "ring": (22, 26, 14, 0), "pinky": (24, 28, 14, 2), "thumb": (12, 6, 12)},
    "resting": {"index": (4, 8, 5, 0), "middle": (5, 9, 5, 0),
        "ring": (6, 10, 6, 0), "pinky": (7, 11, 6, 2), "thumb": (6, 0, 6)},
    "open": {"index": (-4, 2, 2, 8), "middle": (-4, 2, 2, 0),
        "ring": (-3, 2, 2, 7), "pinky": (-3, 2, 2, 14), "thumb": (-6, -12, 0)},
    "fist": {"index": _CURLED, "middle": _CURLED, "ring": _CURLED, "pinky": _CURLED, "thumb": (42, 30, 48)},
    "point": {"index": (-2, 3, 2, 0), "middle": _CURLED, "ring": _CURLED, "pinky": _CURLED, "thumb": (40, 28, 40)},
    "peace": {"index": (-2, 2, 2, 10), "middle": (-2, 2, 2, -8),
        "ring": _CURLED, "pinky": _CURLED, "thumb": (48, 34, 50)},
    "thumbs_up": {"index": _CURLED, "middle": _CURLED, "ring": _CURLED, "pinky": _CURLED, "thumb": (-18, -22, -8)},
    "ok": {"index": (52, 58, 22, 0), "middle": (10, 12, 8, 0),
        "ring": (4, 8, 4, 4), "pinky": (0, 4, 4, 10), "thumb": (44, 8, 22)},
    "pinch": {"index": (56, 54, 18, 0), "middle": (62, 62, 30, 0),
        "ring": (66, 68, 36, 0), "pinky": (68, 70, 38, 0), "thumb": (44, 8, 20)},
    "grip": {"index": (58, 66, 34, 0), "middle": (60, 68, 36, 0),
        "ring": (62, 70, 38, 0), "pinky": (64, 72, 40, 0), "thumb": (46, 14, 28)},
    "cup": {"index": (34, 34, 18, 2), "middle": (36, 36, 20, 0),
        "ring": (38, 38, 20, 2), "pinky": (40, 38, 20, 4), "thumb": (40, 4, 14)},
    "claw": {"index": (8, 56, 34, 8), "middle": (8, 58, 36, 0),
        "ring": (8, 58, 36, 6), "pinky": (8, 58, 36, 12), "thumb": (20, -6, 36)},
    "rock": {"index": (-2, 2, 2, 4), "middle": _CURLED, "ring": _CURLED, "pinky": (-2, 2, 2, 8), "thumb": (46, 32, 48)},
    "call": {"index": _CURLED, "middle": _CURLED, "ring": _CURLED, "pinky": (-2, 2, 2, 10), "thumb": (-12, -20, -4)},
    "gun": {"index": (-2, 3, 2, 0), "middle": _CURLED, "ring": _CURLED, "pinky": _CURLED, "thumb": (-16, -20, -6)},
    "spread": {"index": (-8, 0, 0, 16), "middle": (-8, 0, 0, 0),
        "ring": (-8, 0, 0, 14), "pinky": (-8, 0, 0, 26), "thumb": (-12, -22, -4)},
}  # fmt: skip
_SPREAD_SIGN: Final = {"index": -1.0, "middle": -1.0, "ring": 1.0, "pinky": 1.0}
_THUMB_AXES: Final = np.array([[0.80, 0.0, -0.60], [0.0, 1.0, 0.0], [0.30, 0.75, -0.55]])  # see `_thumb`
SHAPES: Final = tuple(_SHAPES)
_LINE = pattern(r"(?P<side>left|right) hand (?P<shape>[a-z ]+)")


def _finger(finger: str, angles: tuple[float, ...]) -> np.ndarray:
    """(3, 3) rotvecs of a left finger: flexion turns +X (along the finger) to -Y (the palm's side), i.e. about -Z."""
    spread = np.radians(angles[3]) * _SPREAD_SIGN[finger]
    out = np.zeros((3, 3))
    out[:, 2] = -np.radians(angles[:3])
    out[0, 1] = spread
    return out


def _thumb(angles: tuple[float, ...]) -> np.ndarray:
    """(3, 3) rotvecs of the left thumb, whose rest direction lies between +X and +Z in the plane of the palm.

    Opposition swings it under the palm, folding brings it beside the index finger, bending flexes its outer joints.
    """
    opposition, fold, bend = np.radians(angles)
    return np.stack([opposition * _THUMB_AXES[0] + fold * _THUMB_AXES[1], bend * _THUMB_AXES[2], bend * _THUMB_AXES[2]])


def shape_rotvecs(shape: str, side: str) -> np.ndarray:
    """(15, 3) rad, in skeleton order (index, middle, pinky, ring, thumb)."""
    table = _SHAPES[shape]
    fingers = [_finger(f, table[f]) for f in ("index", "middle", "pinky", "ring")]
    left = np.concatenate([*fingers, _thumb(table["thumb"])])
    return left if side == "left" else left * np.array([1.0, -1.0, -1.0])


def finger_rotvecs(finger: str, angles: tuple[float, ...], side: str) -> np.ndarray:
    """(3, 3) rad of one finger, from the angles (deg) that the table of shapes gives it."""
    left = _thumb(angles) if finger == "thumb" else _finger(finger, angles)
    return left if side == "left" else left * np.array([1.0, -1.0, -1.0])


def off_by_rotations(body: Kinematics, joints: np.ndarray, target: np.ndarray) -> Dual:
    """(S, K, 9n): difference of local rotations from K targets over sqrt(2): for small ones the angle, rad.

    Args:
        joints: (K, n) indices. target: (K, n, 3, 3).
    """
    local = body.local[:, joints]
    value = ((local - target) / np.sqrt(2)).reshape(*local.shape[:2], -1)
    if body.active is None:
        return Dual(value)
    jac = np.zeros((*value.shape, body.columns))
    blocks = jac.reshape(*local.shape, body.columns)
    # d(R exp(e)) = R [e]x with e = G^T d; column k of [e]x is e x e_k
    turns = np.array([[np.cross(np.eye(3)[i], np.eye(3)[k]) for k in range(3)] for i in range(3)])  # (i, k, 3)
    change = np.einsum("skjab,ieb,skjci->skjaec", local, turns, body.world[:, joints]) / np.sqrt(2)
    for k, n in np.ndindex(*joints.shape):
        for column in np.flatnonzero(body.active == joints[k, n]):
            blocks[:, k, n, :, :, 3 * column : 3 * column + 3] = change[:, k, n]
    return Dual(value, jac)


def hand_joints(side: str) -> np.ndarray:
    """(15,) joint indices of a hand."""
    return np.arange(INDEX[f"{side}_index1"], INDEX[f"{side}_index1"] + 15)


@register
@dataclass(frozen=True)
class Hand(Posecode):
    """The shape of a hand: how its fingers are curled and spread.

    One for each hand that does something: a fist, pointing, holding a stick (grip) or a ball (cup). Others are relaxed.
    """

    kind = "hand"
    examples = ("left hand fist", "right hand thumbs up")
    unit = "rad"
    tolerance = np.radians(15)

    side: str = choice(("left", "right"), "which hand")
    shape: str = choice(SHAPES, "the shape")

    def uses(self) -> Uses:
        return Uses()

    @property
    def joints(self) -> np.ndarray:
        """(15,) indices."""
        return hand_joints(self.side)

    def target(self) -> np.ndarray:
        """(15, 3, 3) local rotations."""
        return rotvec_to_rotmat(shape_rotvecs(self.shape, self.side))

    @classmethod
    def residuals(cls, codes: Sequence[Hand], body: Kinematics) -> Dual:
        """(S, K, 135)."""
        joints, targets = np.stack([c.joints for c in codes]), np.stack([c.target() for c in codes])
        return off_by_rotations(body, joints, targets)

    def measure(self, body: Kinematics) -> Measured:
        joints = hand_joints(self.side)
        diff = body.local[0, joints] - self.target()
        worst = float(np.max(np.linalg.norm(diff, axis=(1, 2))) / np.sqrt(2))
        return Measured(worst, worst <= self.tolerance, "deg", 0.0, float(np.degrees(worst)))

    def limbs(self) -> frozenset[str]:
        return frozenset({f"{self.side}_fingers"})

    def said(self) -> str:
        return f"{self.side} hand {self.shape.replace('_', ' ')}"

    @classmethod
    def read(cls, line: str) -> Hand | None:
        m = _LINE.match(line)
        shape = m and name_in(m["shape"], _SHAPES)
        return cls(m["side"], shape) if m and shape else None
