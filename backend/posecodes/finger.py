"""One finger: how far it is curled and spread. Refines the shape of its hand, and like it is set, not solved for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.body.dual import Dual
from backend.body.kinematics import Kinematics
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from rigs.skeleton import FINGERS as _FINGERS
from rigs.skeleton import INDEX

from .base import Measured, Posecode, Uses, name_in, named, number, pattern, register
from .hand import finger_rotvecs, off_by_rotations
from .vocabulary import SIDES, words

FINGERS: Final = tuple(f"{s}_{f}" for s in SIDES for f in _FINGERS)
# What curl 1 is, deg: of a finger its three joints, of a thumb opposition, fold and bend; as in a fist.
_FULL: Final = {"finger": (82.0, 98.0, 60.0), "thumb": (42.0, 30.0, 48.0)}
_LINE = pattern(
    r"(?P<finger>(?:left|right) (?:thumb|index|middle|ring|pinky))(?: finger)?"
    r" (?:(?P<straight>straight)|curled {n})(?: spread {n})?"
)


@register
@dataclass(frozen=True)
class Finger(Posecode):
    """One finger or thumb: how far it is curled, and spread away from the middle finger.

    Use it only to change a finger of a hand shape, together with a hand statement for the rest of the hand.
    """

    kind = "finger"
    examples = ("left index straight", "right thumb curled 0.5 spread 10")
    unit = "rad"
    tolerance = np.radians(15)

    finger: str = named(FINGERS, "the finger, e.g. left_index, right_thumb")
    curl: float = number("0 straight, 1 as far as in a fist", 0, 1, unit="")
    spread: float = number(
        "sideways: away from the middle finger (a thumb: away from the index, in the palm's plane); the middle finger"
        " itself moves towards the index",
        -20, 40, default=0.0,
    )  # fmt: skip

    @property
    def side(self) -> str:
        return self.finger.split("_")[0]

    @property
    def joints(self) -> np.ndarray:
        """(3,) indices from the knuckle outwards."""
        return INDEX[f"{self.finger}1"] + np.arange(3)

    def target(self) -> np.ndarray:
        """(3, 3, 3) local rotations."""
        side, finger = self.finger.split("_")
        curled = self.curl * np.array(_FULL["thumb" if finger == "thumb" else "finger"])
        angles = curled - (0, self.spread, 0) if finger == "thumb" else (*curled, self.spread)
        return rotvec_to_rotmat(finger_rotvecs(finger, tuple(float(a) for a in angles), side))

    def uses(self) -> Uses:
        return Uses()

    @classmethod
    def residuals(cls, codes: Sequence[Finger], body: Kinematics) -> Dual:
        """(S, K, 27): difference of the joints' rotation matrices over sqrt(2): for small ones the angle."""
        return off_by_rotations(body, np.stack([c.joints for c in codes]), np.stack([c.target() for c in codes]))

    def measure(self, body: Kinematics) -> Measured:
        diff = body.local[0, self.joints] - self.target()
        worst = float(np.max(np.linalg.norm(diff, axis=(1, 2))) / np.sqrt(2))
        return Measured(worst, worst <= self.tolerance, "deg", 0.0, float(np.degrees(worst)))

    def limbs(self) -> frozenset[str]:
        return frozenset({f"{self.finger}_finger"})

    def said(self) -> str:
        spread = f" spread {self.spread:g}" if self.spread else ""
        return f"{words(self.finger)} {f'curled {self.curl:g}' if self.curl else 'straight'}{spread}"

    @classmethod
    def read(cls, line: str) -> Finger | None:
        m = _LINE.match(line)
        finger = m and name_in(m["finger"], FINGERS)
        if not m or not finger:
            return None
        _, _, curl, spread = m.groups()
        curl = float(curl or 0)
        return cls(finger, curl, float(spread or 0)) if 0 <= curl <= 1 else None


def seen(finger: str, local: np.ndarray) -> Finger:
    """The statement that comes nearest to a finger of a pose (55, 3, 3): least squares over its flexions."""
    side, name = finger.split("_")
    joints = INDEX[f"{finger}1"] + np.arange(3)
    rotvecs = np.degrees(rotmat_to_rotvec(local[joints])) * (1.0 if side == "left" else np.array([1.0, -1.0, -1.0]))
    directions = finger_rotvecs(name, (82.0, 98.0, 60.0, 0.0) if name != "thumb" else _FULL["thumb"], "left")
    full = np.degrees(directions)
    bends = np.ones((3, 3))
    bends[0, 1] = 0.0  # the knuckle about Y is where the spread is
    curl = float(np.clip((rotvecs * full * bends).sum() / (full * full * bends).sum(), 0, 1))
    aside = rotvecs[0, 1] - curl * full[0, 1]
    spread = -aside if name in ("index", "middle", "thumb") else aside
    return Finger(finger, round(curl, 2), float(np.clip(round(spread), -20, 40)))
