"""What a body that does not stand rests on, and how far its camera looked down for that to lie level.

A picture shows parts of a body in perspective and its depths badly, so somebody on hands and feet comes out tilted.
Each way of resting on the ground names parts that then have one height; it is weighed, at each pitch of the camera, how
likely the heights of its parts are against those of a body that rests on nothing in particular: log likelihoods of a
normal about the ground for parts that bear, and of any height within a metre for others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.body.kinematics import Kinematics, Tracked
from backend.body.model import ShapedBody
from backend.body.outline import places_of
from backend.posecodes.ground import BEARERS, Support
from backend.posecodes.tracking import posed
from backend.posecodes.vocabulary import POINTS, SIDES

from .landmarks import INDEX
from .pitch import PITCHES as ALL_PITCHES
from .pitch import levelling

PITCHES: Final = ALL_PITCHES[ALL_PITCHES >= 0.0]  # rad; nobody is below who is on the ground
_HEIGHT: Final = 0.09  # m: sigma of the height at which a part that bears comes out
_RANGE: Final = 1.0  # m in which a part that bears nothing may be
_UNDER: Final = 0.06  # m: sigma of how far the rest of the body comes out below what bears it
_OFF_BALANCE: Final = 0.1  # m: sigma of how far the centre of mass is outside of what bears it
_CAMERA: Final = (1.2, 0.8)  # m: how high people hold cameras, mean and spread
_LOOKS_DOWN: Final = (np.radians(8.0), np.radians(13.0))  # at who is on the ground: mean and spread
_SEEN: Final = 0.3  # weight of a landmark from which on its part counts
_CLEAR: Final = 1.0  # by how much the log likelihood must be better than of a body of which nothing is known
_BETTER: Final = 2.0  # and by how much it must be better than at the pitch that is taken for want of it
_GAIN: Final = float(np.log(_RANGE / (_HEIGHT * np.sqrt(2 * np.pi))))  # of a part exactly on the ground

# Part as `Support` names it -> landmarks by which it is seen.
_BOTH: Final = {
    "hand": ("wrist",), "foot": ("ankle",), "knee": ("knee",), "elbow": ("elbow",),
    "thigh": ("hip", "knee"), "hip": ("hip",), "shoulder": ("shoulder",),
}  # fmt: skip
_PARTS: Final[dict[str, tuple[str, ...]]] = {
    **{f"{s}_{part}": tuple(f"{s}_{n}" for n in names) for part, names in _BOTH.items() for s in SIDES},
    "seat": ("left_hip", "right_hip"),
    "upper_back": ("left_shoulder", "right_shoulder"),
    "chest": ("left_shoulder", "right_shoulder"),
    "belly": ("left_hip", "right_hip"),
    "head": ("left_ear", "right_ear"),
}


def _pair(part: str) -> tuple[str, str]:
    return (f"left_{part}", f"right_{part}")


@dataclass(frozen=True)
class _Way:
    """A way of resting: parts that all bear, where they are seen, and parts that may."""

    core: tuple[str, ...]
    perhaps: tuple[str, ...] = ()


_WAYS: Final = (
    _Way((*_pair("hand"), *_pair("foot"))),
    _Way((*_pair("hand"), *_pair("knee")), _pair("foot")),
    _Way((*_pair("elbow"), *_pair("foot")), _pair("knee")),
    _Way((*_pair("elbow"), *_pair("knee")), _pair("foot")),
    _Way((*_pair("knee"), *_pair("foot"))),
    _Way(("seat", *_pair("hand"), *_pair("foot"))),
    _Way(("seat", "upper_back"), ("head", *_pair("foot"), *_pair("hand"), *_pair("elbow"))),
    _Way(("belly", "chest"), (*_pair("knee"), *_pair("foot"), *_pair("hand"), *_pair("elbow"))),
    _Way((*_pair("hand"), "belly", *_pair("knee")), _pair("foot")),
    _Way(("upper_back", "head"), _pair("elbow")),
    *(_Way((f"{s}_hip", f"{s}_shoulder"), (f"{s}_elbow", f"{s}_knee", *_pair("foot"))) for s in SIDES),
)


@dataclass(frozen=True)
class Bearing:
    """parts: as `Support` names them, that are taken to bear. pitch: rad by which the camera looked down. gain: how
    much likelier that is than a body that rests on nothing in particular, natural logarithm.
    """

    parts: tuple[str, ...]
    pitch: float
    gain: float

    @property
    def support(self) -> Support:
        """The statement that sets these parts down."""
        return Support(self.parts)


@dataclass(frozen=True, eq=False)
class _Lying:
    """A body at each of the K pitches. ups (K, 3): the vertical before the camera; low (K,) m: its lowest point.

    places (K, 3), heights (K,) m by part that was seen: its lowest point; mass (3,): centre of mass.
    """

    body: Kinematics
    ups: np.ndarray
    low: np.ndarray
    places: dict[str, np.ndarray]
    heights: dict[str, np.ndarray]
    mass: np.ndarray

    @classmethod
    def of(cls, body: Kinematics, seen: list[str]) -> _Lying:
        ups = np.array([levelling(float(p))[1] for p in PITCHES])
        places = {p: _lowest(places_of(body, BEARERS[p]), ups) for p in seen}
        heights = {p: (at * ups).sum(axis=1) for p, at in places.items()}
        low = (places_of(body) @ ups.T).min(axis=0)
        return cls(body, ups, low, places, heights, body.points((_COM,)).value[0, 0])

    def gains(self, way: _Way) -> tuple[np.ndarray, dict[str, np.ndarray]] | None:
        """(K,) of a way of resting as a whole and of its parts that were seen; None where too few were."""
        core = [p for p in way.core if p in self.heights]
        if len(core) < min(len(way.core), 3):
            return None
        heights = np.array([self.heights[p] for p in core])
        level = heights.mean(axis=0)
        parts = {
            p: _GAIN - 0.5 * ((self.heights[p] - level) / _HEIGHT) ** 2
            for p in (*way.core, *way.perhaps)
            if p in self.heights
        }
        total = sum(g if p in core else np.maximum(g, 0.0) for p, g in parts.items())
        unlikely = _squares(heights.min(axis=0) - self.low, (0.0, _UNDER)) + _squares(-level, _CAMERA)
        unlikely += _squares(PITCHES, _LOOKS_DOWN) + _unbalanced(self.mass, np.array([self.places[p] for p in core]))
        return total - 0.5 * unlikely, parts

    def bearing(self, way: _Way, parts: dict[str, np.ndarray], gain: float, k: int) -> Bearing:
        """A way of resting at a pitch: its parts that are near the ground there, and with them hidden twins."""
        near = [p for p, g in parts.items() if g[k] > 0]
        hidden = [p for p in (*way.core, *way.perhaps) if p not in parts and _twin(p) in near]
        return Bearing(tuple(_side_of(p, self.body, self.ups[k]) for p in (*near, *hidden)), float(PITCHES[k]), gain)


def borne(shaped: ShapedBody, local: np.ndarray, transl: np.ndarray, sure: np.ndarray, pitch: float) -> Bearing | None:
    """The likeliest way in which a body rests on the ground otherwise than on its feet, where that is clearly better
    than any at the pitch that is taken for want of it; None else.

    Args:
        local: (55, 3, 3), transl: (3,) m, before the camera, as `pitch.levelling` takes them. sure: (33,) weights of
            the landmarks. pitch: rad.
    """
    seen = [p for p, names in _PARTS.items() if min(sure[INDEX[n]] for n in names) >= _SEEN]
    lying = _Lying.of(posed(shaped.joints, local, transl, _TRACKED), seen)
    found = [(way, *gains) for way in _WAYS if (gains := lying.gains(way)) is not None]
    if not found:
        return None
    usual = int(np.abs(PITCHES - pitch).argmin())
    least = max(_CLEAR, _BETTER + max(float(total[usual]) for _, total, _ in found))
    way, total, parts = max(found, key=lambda f: float(f[1].max()))
    k = int(total.argmax())
    best = lying.bearing(way, parts, float(total[k]), k)
    return best if best.gain > least and best.parts else None


def _squares(values: np.ndarray, usual: tuple[float, float]) -> np.ndarray:
    """How far (sigmas squared) values are from a mean, with a sigma."""
    out: np.ndarray = ((values - usual[0]) / usual[1]) ** 2
    return out


def _twin(part: str) -> str:
    """The same part of the other side."""
    side, _, name = part.partition("_")
    return f"{'right' if side == 'left' else 'left'}_{name}"


def _side_of(part: str, body: Kinematics, up: np.ndarray) -> str:
    """The part that bears, of a foot the heel, the toes or the top, whichever is lowest."""
    if not part.endswith("_foot"):
        return part
    sides = [part.replace("foot", which) for which in ("heel", "toes", "foot_top")]
    return min(sides, key=lambda s: float((places_of(body, BEARERS[s][-1:]) @ up).min()))


def _lowest(points: np.ndarray, ups: np.ndarray) -> np.ndarray:
    """(K, 3): of points (N, 3) the lowest along each of some verticals (K, 3)."""
    out: np.ndarray = points[(points @ ups.T).argmin(axis=0)]
    return out


def _unbalanced(mass: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(K,): how far (sigmas squared) the centre of mass (3,) is beside places (P, K, 3) that bear it, at each pitch."""
    out = np.zeros(len(PITCHES))
    for row in (0, 2):
        axis = np.array([levelling(float(p))[row] for p in PITCHES])
        at, over = (places * axis).sum(axis=2), axis @ mass
        out += np.square(np.maximum(np.maximum(at.min(axis=0) - over, over - at.max(axis=0)), 0.0) / _OFF_BALANCE)
    return out


_COM: Final = "com"
_TOPS: Final = [f"{s}_{r}" for s in SIDES for r in ("toes", "foot_top")]
_TRACKED: Final = Tracked({_COM: POINTS[_COM]}, {}, sorted({r for p in _PARTS for r in BEARERS[p]}.union(_TOPS)))
