"""One side is the mirror image of the other: arms, hands, legs or all of them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.body.dual import Dual, dot, stack
from backend.body.kinematics import Kinematics

from .base import Measured, Posecode, Uses, choice, pattern, register
from .direction import Direction, frame_names
from .vocabulary import FACES, SEGMENTS

_MIRROR: Final = np.array([-1.0, 1.0, 1.0])  # of (left, up, front)
# (frame, segments, faces) of one side, by what is symmetric
_ARMS: Final = ("chest", ("upper_arm", "forearm", "hand"), ("palm",))
_LEGS: Final = ("pelvis", ("thigh", "shin", "foot"), ())
_HANDS: Final = ("chest", ("hand",), ("palm",))
WHOLE: Final = {"arms": (_ARMS,), "legs": (_LEGS,), "hands": (_HANDS,), "body": (_ARMS, _LEGS)}
_LINE = pattern(r"(?:the )?(?P<what>arms|legs|hands|body) (?:is |are )?symmetric(?:al)?")


@register
@dataclass(frozen=True)
class Symmetry(Posecode):
    """The limbs of both sides mirror each other, seen from the chest (arms, hands) or the pelvis (legs).

    Says nothing about how they are held: say that for one side, and the other follows.
    """

    kind = "symmetry"
    unit = "rad"
    tolerance = np.radians(15)
    examples = ("arms symmetric", "body symmetric")

    what: str = choice(
        WHOLE, "arms (with the hands' directions), hands, legs (with the feet), or the body (arms and legs)"
    )

    def uses(self) -> Uses:
        points = [p for _, segments, _ in WHOLE[self.what] for n in segments for s in _both(n) for p in SEGMENTS[s]]
        axes = [FACES[s] for _, _, faces in WHOLE[self.what] for n in faces for s in _both(n)]
        return Uses.of(points, (*axes, *(a for frame, _, _ in WHOLE[self.what] for a in frame_names(frame))))

    def alike(self) -> Hashable:
        return self.what

    @classmethod
    def residuals(cls, codes: Sequence[Symmetry], body: Kinematics) -> Dual:
        """(S, K, 3n) rad: for n segments and faces the left one less the mirrored right one, as unit vectors.

        Statements that are alike are equal here, so that one is measured for all of them.
        """
        off = [_off(part, body) for part in WHOLE[codes[0].what]]
        return stack([d.grouped(1) for d in off])[:, np.zeros(len(codes), int)]

    def measure(self, body: Kinematics) -> Measured:
        """The largest angle between a segment and its mirrored other side."""
        chords = np.linalg.norm(self.residual(body).value[0].reshape(-1, 3), axis=-1)
        angle = 2 * float(np.arcsin(min(1.0, chords.max() / 2)))
        return Measured(angle, angle <= self.tolerance, "deg", 0.0, float(np.degrees(angle)))

    def limbs(self) -> frozenset[str]:
        return frozenset({f"symmetric_{self.what}"})

    def mirrored(self) -> Symmetry:
        return self

    def said(self) -> str:
        return f"{self.what} symmetric"

    @classmethod
    def read(cls, line: str) -> Symmetry | None:
        m = _LINE.match(line)
        return cls(m["what"]) if m else None


def _both(name: str) -> tuple[str, str]:
    return f"left_{name}", f"right_{name}"


def _off(part: tuple[str, tuple[str, ...], tuple[str, ...]], body: Kinematics) -> Dual:
    """(S, 3n): for n segments and faces the left one less the mirrored right one, as (left, up, front) in the frame."""
    frame, segments, faces = part
    sides = [[f"{side}_{n}" for side in ("left", "right") for n in names] for names in (segments, faces)]
    each = [Direction.along(sides[0], body)] + ([body.axes(FACES[n] for n in sides[1])] if faces else [])
    halves = [(d[:, : len(names)], d[:, len(names) :]) for d, names in zip(each, (segments, faces), strict=False)]
    components = [
        _in_frame(left, body, frame) - _in_frame(right, body, frame).scaled(_MIRROR) for left, right in halves
    ]
    return stack([_flat(d) for d in components])


def _in_frame(direction: Dual, body: Kinematics, frame: str) -> Dual:
    """(S, N, 3): (left, up, front) of vectors (S, N, 3) in the frame of a part of the body."""
    count = direction.value.shape[1]
    return stack([dot(direction, body.axes([axis] * count)).as_row() for axis in frame_names(frame)])


def _flat(d: Dual) -> Dual:
    """(S, N, 3) -> (S, 3N)."""
    s = len(d.value)
    return Dual(d.value.reshape(s, -1), None if d.jac is None else d.jac.reshape(s, -1, d.jac.shape[-1]))
