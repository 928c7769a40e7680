"""Anatomical motions of ball joints, forearms, wrists, ankles, toes and collars, in the words of goniometry.

Zero is the anatomical position (arms hanging, forearms half way between palm up and down, feet flat) and the first word
of each motion is positive (Norkin & White, Measurement of Joint Motion). Where an arm or a thigh lies is said by two
angles, as on a globe whose poles are straight out to both sides: flexion is the longitude, forward and up, and
abduction the latitude, away from the middle. So "hip flexed 90, hip abducted 30" is a seat with the knees apart.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.body.dual import Dual, atan2, dot, faded, hypot, unit
from backend.body.kinematics import Kinematics
from backend.body.rotations import rotmat_to_quat_wxyz
from backend.body.swing_twist import swing_twist, swing_twist_jac, twist, twist_jac
from rigs.skeleton import INDEX

from .base import (
    BOUND_READ,
    BOUND_SAID,
    COMPARES,
    OPPOSITE,
    Scalar,
    Uses,
    choice,
    compared,
    named,
    number,
    pattern,
    register,
    side_of,
)
from .vocabulary import SEGMENTS, SIDES

X, Y, Z = 0, 1, 2
_CUT: Final = np.radians(-120)  # where the angles of arms and thighs wrap round: behind the back
_POLE: Final = 0.3  # an angle about an axis counts in full from this distance from the axis on (of 1)


@dataclass(frozen=True)
class Range:
    """One motion. low, high: what people can do, deg; plus, minus: the words for both ways.

    form: what it is measured by. coordinate: `axis` of the joint's swing and twist, `sign` on the left side (about X
    both sides are alike, about Y and Z they are opposite); rotation: the twist of the bone, seen from where it hangs;
    flexion, abduction, across: angles of the segment in the frame of the chest or the pelvis.
    """

    form: str
    low: float
    high: float
    plus: str
    minus: str
    joint: str
    axis: int = X
    sign: float = 1.0


_MOTIONS: Final[dict[str, Range]] = {
    "shoulder_flexion": Range("flexion", -60, 190, "flexed", "extended", "shoulder"),
    "shoulder_abduction": Range("abduction", -60, 190, "abducted", "adducted", "shoulder"),
    "shoulder_horizontal": Range("across", -50, 140, "horizontally adducted", "horizontally abducted", "shoulder"),
    "shoulder_rotation": Range("rotation", -100, 100, "rotated in", "rotated out", "shoulder"),
    "hip_flexion": Range("flexion", -35, 138, "flexed", "extended", "hip"),
    "hip_abduction": Range("abduction", -38, 88, "abducted", "adducted", "hip"),
    "hip_rotation": Range("rotation", -90, 48, "rotated in", "rotated out", "hip"),
    "forearm_pronation": Range("coordinate", -88, 88, "pronated", "supinated", "elbow", X, 1),
    "wrist_flexion": Range("coordinate", -75, 80, "flexed", "extended", "wrist", Z, -1),
    "wrist_deviation": Range("coordinate", -35, 25, "deviated radially", "deviated ulnarly", "wrist", Y, -1),
    "ankle_flexion": Range("coordinate", -62, 38, "dorsiflexed", "plantarflexed", "ankle", X, -1),
    "ankle_inversion": Range("coordinate", -28, 28, "inverted", "everted", "ankle", Z, -1),
    "toes_extension": Range("coordinate", -40, 65, "bent up", "bent down", "foot", X, -1),
    "collar_elevation": Range("coordinate", -10, 35, "raised", "lowered", "collar", Z, 1),
    "collar_protraction": Range("coordinate", -18, 28, "protracted", "retracted", "collar", Y, -1),
}
MOTIONS: Final = {f"{side}_{name}": motion for side in SIDES for name, motion in _MOTIONS.items()}
_BASE: Final = {"shoulder": ("upper_arm", "chest"), "hip": ("thigh", "pelvis")}  # joint -> its segment, the frame
# From the T-pose's upper arm to the hanging one; a thigh hangs there already.
HANGING: Final = {
    "left_shoulder": np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]]),
    "right_shoulder": np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]]),
    "left_hip": np.eye(3), "right_hip": np.eye(3),
}  # fmt: skip
INWARD: Final = {  # the axis that a hanging limb turns about when it turns in, i.e. its front to the other side
    "left_shoulder": (0, -1, 0), "right_shoulder": (0, 1, 0), "left_hip": (0, -1, 0), "right_hip": (0, 1, 0),
}  # fmt: skip
_WORDS: Final = {
    (name.split("_")[0], word): (name, sign)
    for name, m in _MOTIONS.items()
    for word, sign in ((m.plus, 1.0), (m.minus, -1.0))
}
_LINE = pattern(
    r"(?P<side>left|right) (?P<part>shoulder|hip|forearm|wrist|ankle|toes|collar)"
    r" (?P<how>[a-z]+(?: (?:in|out|up|down|radially|ulnarly|adducted|abducted))?) (?P<bound>at least |at most )?{n}"
)


@register
@dataclass(frozen=True)
class Motion(Scalar):
    """How far a joint is moved from the anatomical position: flexed, abducted, rotated, pronated, raised.

    Use it for angles as physiotherapists and coaches say them, and for wrists, ankles, toes and collars. Zero is
    standing with hanging arms, palms to the thighs. left_shoulder_flexion 90 is an arm straight ahead, 180 one
    overhead; shoulder_horizontal 0 an arm out to its side, 90 ahead. Positive is wrist flexion to the palm, deviation
    to the thumb, ankle and toes up, inversion soles inwards, rotation inwards, pronation (a hanging palm to the back),
    collars up and forward. For elbows and knees use angle.
    """

    kind = "motion"
    examples = ("left shoulder flexed 90", "right hip abducted 30", "left forearm pronated 60")
    amount = "degrees"
    unit = "rad"
    tolerance = np.radians(10)

    motion: str = named(
        MOTIONS,
        "the joint and its motion; positive is flexion (forward; ankle: toes up; wrist: towards the palm), abduction"
        " (away from the middle), rotation inwards, pronation, radial deviation (to the thumb), inversion, toes up,"
        " collar up and forward; shoulder_horizontal is 0 out to the side, 90 ahead",
    )
    degrees: float = number("how far from the anatomical position; negative is the opposite motion", -180, 200)
    compare: str = choice(COMPARES, "equal to, at least or at most `degrees`", default="=")

    @property
    def range(self) -> Range:
        return MOTIONS[self.motion]

    @property
    def joint(self) -> str:
        """The joint that moves, e.g. left_elbow for the forearm's pronation."""
        return f"{side_of(self.motion)}_{self.range.joint}"

    @property
    def segment(self) -> str:
        """The upper arm or thigh that a motion of shoulder or hip moves."""
        return f"{side_of(self.motion)}_{_BASE[self.range.joint][0]}"

    @property
    def frame(self) -> str:
        """What a motion of shoulder or hip is measured in."""
        return _BASE[self.range.joint][1]

    def uses(self) -> Uses:
        if self.range.form in ("coordinate", "rotation"):
            return Uses()
        return Uses.of(SEGMENTS[self.segment], (f"{self.frame}_{a}" for a in ("left", "up", "front")))

    def alike(self) -> Hashable:
        return self.range.form, self._over

    @property
    def _over(self) -> bool:
        """Whether an abduction goes on over the top; one up to 90 is the latitude, at any flexion."""
        return self.range.form == "abduction" and (self.degrees > 90 or self.compare == ">=")

    @classmethod
    def quantities(cls, codes: Sequence[Motion], body: Kinematics) -> Dual:
        return cls._measured(codes, body)[0]

    @classmethod
    def residuals(cls, codes: Sequence[Motion], body: Kinematics) -> Dual:
        """(S, K, 1) rad; near an axis, where an angle about it means nothing, it counts less."""
        value, size = cls._measured(codes, body)
        off = compared(value, [c.target for c in codes], [c.compare for c in codes])
        return (off if size is None else faded(off, size, _POLE)).as_row()

    @classmethod
    def _measured(cls, codes: Sequence[Motion], body: Kinematics) -> tuple[Dual, Dual | None]:
        """(S, K) rad, and for angles about an axis the distance of the segment's end from it, of 1."""
        form = codes[0].range.form
        if form == "coordinate":
            return _coordinate(codes, body), None
        if form == "rotation":
            return _rotation(codes, body), None
        out, up, front = _components(codes, body)
        y, x = {
            "flexion": lambda: (front, -up),
            "across": lambda: (front, out),
            "abduction": lambda: (out, _downward(front, up) if codes[0]._over else hypot(front, up)),
        }[form]()
        angle = atan2(y, x)
        wrapped = Dual(np.where(angle.value < _CUT, angle.value + 2 * np.pi, angle.value), angle.jac)
        return wrapped, hypot(y, x)

    def limits(self) -> tuple[float, float, str]:
        m = self.range
        part = self.motion.split("_")[1]
        article = "" if part == "toes" else "an " if part == "ankle" else "a "
        return m.low, m.high, f"{article}{part} can be {self._way} {{limit}} at most"

    @property
    def _way(self) -> str:
        return self.range.plus if self.degrees >= 0 else self.range.minus

    def limbs(self) -> frozenset[str]:
        side, part = self.motion.split("_")[:2]
        limb = f"{side}_{'leg' if part in ('hip', 'ankle', 'toes') else 'arm'}"
        if part == "collar":
            return frozenset({f"{side}_collar"})
        return frozenset({limb if self.range.form in ("flexion", "abduction", "across") else f"{limb}_facing"})

    def said(self) -> str:
        side, part = self.motion.split("_")[:2]
        compare = self.compare if self.degrees >= 0 else OPPOSITE[self.compare]
        how = BOUND_SAID[compare]
        return f"{side} {part} {self._way} {how}{abs(self.degrees):g}"

    @classmethod
    def read(cls, line: str) -> Motion | None:
        m = _LINE.match(line)
        found = m and _WORDS.get((m["part"], m["how"]))
        if not m or not found:
            return None
        name, sign = found
        compare = BOUND_READ[m["bound"]]
        degrees = sign * float(m.groups()[-1])
        return cls(f"{m['side']}_{name}", degrees, compare if sign > 0 else OPPOSITE[compare])


def _components(codes: Sequence[Motion], body: Kinematics) -> tuple[Dual, Dual, Dual]:
    """(S, K) each: how far the segments point out, up and to the front of the chest or pelvis."""
    near, far = (body.points(SEGMENTS[c.segment][i] for c in codes) for i in (0, 1))
    along = unit(far - near)
    left, up, front = (dot(along, body.axes(f"{c.frame}_{a}" for c in codes)) for a in ("left", "up", "front"))
    return left.scaled(np.array([1.0 if side_of(c.motion) == "left" else -1.0 for c in codes])), up, front


def _downward(front: Dual, up: Dual) -> Dual:
    """What abduction over the top is measured from: the length beside the pole, negative where the arm is raised.

    h = |(front, up)| below the horizontal; above it min(h, (2 front^2 - up^2) / h), which is -up in the frontal plane
    and still h in front, so that an arm straight ahead is not abducted.
    """
    f, u = front.value, up.value
    h = np.maximum(np.hypot(f, u), 1e-6)
    raised = (u > 0) & (f * f < 2 * u * u)
    over = 2 * f * f - u * u
    value = np.where(raised, over / h, h)
    if front.jac is None or up.jac is None:
        return Dual(value)
    by_front = np.where(raised, 4 * f / h - over * f / h**3, f / h)
    by_up = np.where(raised, -2 * u / h - over * u / h**3, u / h)
    return Dual(value, by_front[..., None] * front.jac + by_up[..., None] * up.jac)


def _coordinate(codes: Sequence[Motion], body: Kinematics) -> Dual:
    """(S, K) rad: swing and twist coordinates of the joints' own rotations."""
    joints = np.array([INDEX[c.joint] for c in codes])
    each, axes = np.arange(len(codes)), [c.range.axis for c in codes]
    signs = np.array([sign_of(c) for c in codes])
    quats = rotmat_to_quat_wxyz(body.local[:, joints])
    value = swing_twist(quats, joints)[:, each, axes] * signs
    if body.active is None:
        return Dual(value)
    return Dual(value, _carried(body, joints, swing_twist_jac(quats, joints)[:, each, axes] * signs[:, None]))


def sign_of(code: Motion) -> float:
    """Of the coordinate that a motion is measured by, on its own side."""
    alike = code.range.axis == X or side_of(code.motion) == "left"
    return code.range.sign if alike else -code.range.sign


def _rotation(codes: Sequence[Motion], body: Kinematics) -> Dual:
    """(S, K) rad: twist of the bones away from where they hang, R H^T = swing * twist; positive turns in."""
    joints = np.array([INDEX[c.joint] for c in codes])
    hanging, inward = (np.array([t[c.joint] for c in codes], float) for t in (HANGING, INWARD))
    quats = rotmat_to_quat_wxyz(body.local[:, joints] @ np.swapaxes(hanging, -1, -2))
    value = twist(quats, inward)
    if body.active is None:
        return Dual(value)
    rows = (twist_jac(quats, inward)[..., None, :] @ hanging)[..., 0, :]  # R exp(e) H^T = R H^T exp(H e)
    return Dual(value, _carried(body, joints, rows))


def _carried(body: Kinematics, joints: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(S, K, D): derivatives (S, K, 3) for R <- R exp(e) as ones for the increments, e = G^T d."""
    assert body.active is not None
    turned = (body.world[:, joints] @ rows[..., None])[..., 0]
    out = np.zeros((*rows.shape[:2], body.columns))
    for k, joint in enumerate(joints):
        for column in np.flatnonzero(body.active == joint):
            out[:, k, 3 * column : 3 * column + 3] = turned[:, k]
    return out
