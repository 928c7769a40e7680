"""Paircodes: what changes from one posed body to another, as classes to compare by and as statements to carry out.

The classes and their limits are those of PoseFix (Delmas et al., 2023): angles of elbows and knees, distances, places
seen from the pelvis, how trunk and head are held, the turn of the whole body, and skin that touches only afterwards.
A `Paircode` is one such change with its figure: it is measured on a pair, or resolved on the first body into the
absolute statement that brings it about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np

from backend.body.kinematics import Kinematics, Tracked
from backend.body.surfaces import REGIONS
from backend.errors import BadProgram

from .angle import HINGES, Angle
from .base import Scalar, Uses, from_json
from .distance import Distance
from .position import AXES_OF, Position
from .scale import Scale
from .turn import Turn
from .vocabulary import AXES, POINTS, SEGMENTS, SIDES, skin, words

TOUCH: Final = 0.06  # m between the middles of two regions that touch
_UPRIGHT: Final = 0.2  # m that an ankle is below the shoulders where the bow of a trunk is worth comparing


def _graded(limits: tuple[float, ...], minus: str, plus: str, tolerance: float) -> Scale:
    """A scale that is symmetric about no change, with one grade per positive limit."""
    grades = {1: ("",), 2: ("", " a lot"), 3: (" a bit", "", " a lot")}
    ups = [plus + g for g in grades[len(limits)]]
    downs = [minus + g for g in grades[len(limits)]]
    return Scale((*(-x for x in reversed(limits)), *limits), (*reversed(downs), "", *ups), tolerance)


SCALES: Final[dict[str, Scale]] = {
    "angle": _graded((18, 45, 80), "straighten more", "bend more", 5),
    "distance": _graded((0.10, 0.40), "closer", "farther", 0.05),
    "position left": _graded((0.15, 0.40), "right", "left", 0.05),
    "position up": _graded((0.15, 0.40), "down", "up", 0.05),
    "position front": _graded((0.15, 0.40), "back", "forward", 0.05),
    "trunk bowed": _graded((20, 45), "back", "forward", 5),
    "trunk turned": _graded((20, 45), "right", "left", 5),
    "trunk tilted": _graded((15, 30), "right", "left", 5),
    "head bowed": _graded((30,), "back", "forward", 5),
    "head turned": _graded((15, 30), "right", "left", 5),
    "head tilted": _graded((30,), "right", "left", 5),
    "turn": Scale((-150, -120, -60, -20, 20, 60, 120, 150), ("around", "right a lot", "right", "right a bit", "",
                  "left a bit", "left", "left a lot", "around"), 10),
    "touch": Scale((TOUCH,), ("touch", ""), 0.03),
}  # fmt: skip
_DEGREES: Final = ("angle", "trunk", "head", "turn")  # keys that begin so are angles, the others lengths
_PLACED: Final = tuple(f"{s}_{p}" for p in ("hand", "elbow", "shoulder", "knee", "ankle", "foot") for s in SIDES) + (
    "head",
    "neck",
)
_HAND_SKIN: Final = ("palm", "fingertips", "fist", "hand_back")
_TOUCHED: Final = {  # name -> regions ({s}: the hand's side, {o}: the other)
    "hip": ("{s}_hip", "{s}_waist"), "thigh": ("{s}_thigh",), "knee": ("{s}_knee",), "other_knee": ("{o}_knee",),
    "shoulder": ("{s}_shoulder",), "other_shoulder": ("{o}_shoulder",), "other_elbow": ("{o}_elbow",),
    "other_upper_arm": ("{o}_upper_arm",), "other_hand": ("{o}_palm", "{o}_hand_back", "{o}_fist"),
    "chest": ("chest",), "stomach": ("stomach",), "lower_back": ("lower_back",),
    "face": ("face", "chin", "mouth", "forehead", "{s}_cheek"), "head": ("head_top", "head_back", "{s}_ear"),
    "foot": ("{s}_foot_top", "{s}_toes"),
}  # fmt: skip


def _pairs() -> tuple[tuple[str, str], ...]:
    """The points whose distance is compared: like parts of both sides, and each hand with parts of both sides."""
    out = [(f"left_{p}", f"right_{p}") for p in ("hand", "elbow", "knee", "ankle", "foot")]
    for s, o in (SIDES, SIDES[::-1]):
        out += [(f"{s}_hand", f"{o}_elbow")]
        out += [(f"{s}_hand", f"{side}_{p}") for p in ("shoulder", "knee", "ankle", "foot") for side in (s, o)]
    return tuple(out)


_PAIRS: Final = _pairs()
_REGIONS_USED: Final = tuple(
    r.format(s=s, o=o)
    for s, o in (SIDES, SIDES[::-1])
    for regions in (*_TOUCHED.values(), tuple(f"{{s}}_{p}" for p in _HAND_SKIN))
    for r in regions
)


def tracked() -> Tracked:
    """What a body has to track so that `changes` can look at it."""
    names = {*_PLACED, "pelvis", *(p for pair in _PAIRS for p in pair), *SEGMENTS["torso"], *HINGES}
    names |= {p for ends in HINGES.values() for p in ends} | {skin(r) for r in _REGIONS_USED if r in REGIONS}
    axes = [f"{part}_{axis}" for part in ("pelvis", "chest", "head") for axis in AXES_OF]
    return Tracked({n: POINTS[n] for n in sorted(names)}, {n: AXES[n] for n in axes})


# --- classes ---------------------------------------------------------------------------------------


def changes(a: Kinematics, b: Kinematics) -> dict[str, float]:
    """Every change from the first pose of `a` to that of `b` in deg or m, by key ("angle left_elbow").

    Both bodies track what `tracked` says, each has its own heading. The first word (for "position", "trunk" and
    "head" the first and last) names the scale. The value of a "touch" is the gap in `b`, or 1 m where `a` has it.
    """
    before, after = dict(_values(a)), dict(_values(b))
    out: dict[str, float] = {}
    for key, value in after.items():
        if key.startswith("touch"):
            out[key] = 1.0 if before[key] <= TOUCH else value
        else:
            step = value - before[key]
            out[key] = (step + 180) % 360 - 180 if key.startswith(_DEGREES) else step
    if not (_legs_below(a) and _legs_below(b)):
        out["trunk bowed"] = 0.0
    return out


def paircodes(a: Kinematics, b: Kinematics) -> dict[str, str]:
    """The changes that are worth words, by key, as classes: {"angle left_elbow": "bend more"}."""
    named = {key: scale_of(key).name(value) for key, value in changes(a, b).items()}
    return {key: name for key, name in named.items() if name}


def scale_of(key: str) -> Scale:
    """The scale of a key of `changes`."""
    first, *rest = key.split()
    return SCALES[first] if first in SCALES else SCALES[f"{first} {rest[-1]}"]


def agreement(wanted: Mapping[str, float], got: Mapping[str, float]) -> dict[str, bool]:
    """For every key whether two changes are of one class; near a limit the class on either side counts."""
    out = {}
    for key, value in wanted.items():
        scale = scale_of(key)
        out[key] = scale.name(got[key]) in scale.near(value) or scale.name(value) in scale.near(got[key])
    return out


def _values(body: Kinematics) -> Iterator[tuple[str, float]]:
    """What is compared, of the first pose."""

    def point(name: str) -> np.ndarray:
        return np.asarray(body.point(name).value[0])

    for joint in HINGES:
        yield f"angle {joint}", Angle(joint, 0.0).value(body)
    for p, q in _PAIRS:
        yield f"distance {p} {q}", float(np.linalg.norm(point(p) - point(q)))
    pelvis, heading = point("pelvis"), body.heading[0]
    for name in _PLACED:
        for axis, value in zip(AXES_OF, (point(name) - pelvis) @ heading, strict=True):
            yield f"position {name} {axis}", float(value)
    start, end = SEGMENTS["torso"]
    left, up, front = (point(end) - point(start)) @ heading / np.linalg.norm(point(end) - point(start))
    yield "trunk bowed", float(np.degrees(np.arctan2(front, up)))
    yield "trunk tilted", float(np.degrees(np.arcsin(np.clip(left, -1, 1))))
    yield "trunk turned", Turn("torso", "turned", 0.0).value(body)
    for motion in ("bowed", "turned", "tilted"):
        yield f"head {motion}", Turn("head", motion, 0.0).value(body)
    yield "turn", float(np.degrees(np.arctan2(heading[0, 2], heading[2, 2])))
    yield from _gaps(point)


def _gaps(point: Callable[[str], np.ndarray]) -> Iterator[tuple[str, float]]:
    """For each hand and each thing it can touch, the smallest gap between the middles of their regions, m."""
    for s, o in (SIDES, SIDES[::-1]):
        hand = np.array([point(skin(f"{s}_{p}")) for p in _HAND_SKIN])
        for name, regions in _TOUCHED.items():
            if name == "other_hand" and s == "right":
                continue  # said once, of the left
            there = np.array([point(skin(r)) for r in (r.format(s=s, o=o) for r in regions) if r in REGIONS])
            yield f"touch {s}_hand {name}", float(np.linalg.norm(hand[:, None] - there[None], axis=-1).min())


def _legs_below(body: Kinematics) -> bool:
    """Whether at least one ankle is clearly below the shoulders, so that a bow forward means something."""
    low = min(float(body.point(f"{s}_ankle").value[0, 1]) for s in SIDES)
    return low < min(float(body.point(f"{s}_shoulder").value[0, 1]) for s in SIDES) - _UPRIGHT


# --- statements ------------------------------------------------------------------------------------

_KINDS: Final = {kind.kind: kind for kind in (Angle, Distance, Position, Turn)}  # those of one number
_WAYS: Final = {"left": ("further left", "further right"), "up": ("higher", "lower"),
                "front": ("further forward", "further back")}  # fmt: skip
_LEANS: Final = {"bowed": ("forward", "back")}


@dataclass(frozen=True)
class Paircode:
    """One statement about a change: `of` (whose target is ignored) becomes larger by `by`, in its own deg or m."""

    of: Scalar
    by: float

    def __post_init__(self) -> None:
        if not isinstance(self.of, Scalar):
            raise BadProgram(
                f"change.of: a {self.of.kind!r} has no number that could change", f"kinds: {', '.join(_KINDS)}"
            )
        object.__setattr__(self, "of", self._at(0.0))

    @property
    def unit(self) -> str:
        """Of `by`: "deg" or "m"."""
        return "deg" if self.of.unit == "rad" else "m"

    def uses(self) -> Uses:
        """What both bodies must track."""
        return self.of.uses()

    def measure(self, a: Kinematics, b: Kinematics) -> float:
        """The change from `a` to `b`; turns the short way round."""
        step = self.of.value(b) - self.of.value(a)
        return (step + 180) % 360 - 180 if isinstance(self.of, Turn) else step

    def resolved(self, a: Kinematics) -> Scalar:
        """The absolute statement that brings the change about on `a`, within the range of its kind."""
        meta = next(f.metadata for f in fields(self.of) if f.name == self.of.amount)
        return self._at(float(np.clip(self.of.value(a) + self.by, meta["low"], meta["high"])))

    def mirrored(self) -> Paircode:
        """The same change on the other side."""
        flipped = self._at(1.0).mirrored()
        return Paircode(flipped, self.by * float(getattr(flipped, flipped.amount)))

    def said(self) -> str:
        """Like "left hand 15 cm higher", "right elbow bent 30 degrees more"."""
        figure = f"{abs(self.by):g} degrees" if self.unit == "deg" else f"{100 * abs(self.by):.4g} cm"
        more = self.by >= 0
        code = self.of
        if isinstance(code, Angle):
            return f"{words(code.joint)} bent {figure} {'more' if more else 'less'}"
        if isinstance(code, Turn):
            way = _LEANS.get(code.motion, ("to the left", "to the right"))[0 if more else 1]
            return f"{words(code.part)} {code.motion} {figure} further {way}"
        if isinstance(code, Distance):
            return f"{words(code.a)} {figure} {'farther from' if more else 'closer to'} {words(code.b)}"
        assert isinstance(code, Position)
        seen = "" if code.relative_to in ("pelvis", "ground") else f" seen from the {words(code.relative_to)}"
        frame = "" if code.frame == "heading" else f" ({code.frame})"
        return f"{words(code.point)} {figure} {_WAYS[code.axis][0 if more else 1]}{seen}{frame}"

    def to_json(self) -> dict[str, Any]:
        of = self.of.to_json()
        del of[self.of.amount]
        return {"type": "change", "of": of, "by": self.by}

    def _at(self, target: float) -> Scalar:
        """`of` with a target, to be met exactly."""
        exact = {"compare": "="} if hasattr(self.of, "compare") else {}
        return replace(self.of, **{self.of.amount: target}, **exact)  # type: ignore[arg-type]


def paircode_from_json(value: Any, path: str = "change") -> Paircode:
    """Decode one change strictly; the target of `of` may be left out.

    Raises:
        BadProgram: with the path of the fault, what was found and what is allowed.
    """
    if not isinstance(value, Mapping) or value.get("type") != "change":
        raise BadProgram(f'{path}: expected an object with "type": "change", got {str(value)[:60]!r}')
    extra = sorted(set(value) - {"type", "of", "by"})
    if extra:
        raise BadProgram(f"{path}.{extra[0]}: unknown field", "a change has: of, by")
    by, of = value.get("by"), value.get("of")
    if isinstance(by, bool) or not isinstance(by, (int, float)) or not np.isfinite(by):
        raise BadProgram(f"{path}.by: expected a number of degrees or metres, got {str(by)[:60]!r}")
    kind = _KINDS.get(str(of.get("type"))) if isinstance(of, Mapping) else None
    if kind is None or not isinstance(of, Mapping):
        found = of.get("type") if isinstance(of, Mapping) else of
        raise BadProgram(
            f"{path}.of.type: {str(found)[:60]!r} cannot change by a number", f"kinds: {', '.join(_KINDS)}"
        )
    code = from_json({kind.amount: 0.0, **of}, f"{path}.of")
    assert isinstance(code, Scalar)
    return Paircode(code, float(by))
