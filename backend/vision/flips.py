"""Other poses that one picture may show as well: limbs that come forward instead of going back, or the other way.

A picture hardly tells whether a foreshortened limb points at the camera or away from it. Each limb's upper part, lower
part or both are turned over in depth, fitted again, and kept where the pose lands in the picture as well as before. The
cheaper of two such poses is not the truer one often enough to choose by it (`python -m tests.bench.flips`), so they are
alternatives, the cheapest first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Final

import numpy as np

from backend.body.model import ShapedBody
from rigs.skeleton import N_BODY

from .confidence import LIMBS
from .fit import Fit, fit
from .images import Picture
from .landmarks import INDEX
from .observe import Person

APART: Final = 0.12  # m by which a joint must move for a pose to be another one
_AS_WELL: Final = 0.006  # of the person's size by which the points of another pose may be further off
_SEEN: Final = 0.3  # weight of the landmarks of a limb that may be turned over: others are neutral, not doubtful
_LEAST_TURN: Final = np.radians(30.0)  # by which turning over must change a limb's direction
_TRIES: Final = 3  # fits for each further pose,
_LEAST_TRIES: Final = 6  # and at least
_ENDS: Final = {"wrist": ("wrist", "pinky", "index", "thumb"), "ankle": ("ankle", "heel", "foot_index")}


@dataclass(frozen=True, eq=False)
class Turned:
    """A person with parts (0 upper, 1 lower) of a limb turned over in depth."""

    person: Person
    limb: str
    parts: tuple[int, ...]


def depth_flips(first: Fit, person: Person, picture: Picture, shaped: ShapedBody, n: int) -> list[Fit]:
    """Up to n - 1 further poses: of the fits with the most doubtful limbs turned over the cheapest, these first."""
    tries = islice(turned_over(first.sure, person), max(_LEAST_TRIES, _TRIES * (n - 1)) if n > 1 else 0)
    found = [fit(other.person, picture, shaped) for other in tries]
    kept: list[Fit] = []
    for pose in sorted((f for f in found if f.off <= first.off + _AS_WELL), key=lambda f: f.cost):
        if len(kept) < n - 1 and all(apart(pose, f) >= APART for f in (first, *kept)):
            kept.append(pose)
    return kept


def apart(a: Fit, b: Fit) -> float:
    """m: the farthest that a joint of the body is from the same of another pose, as the camera sees both."""
    ways = [f.joints[:N_BODY] @ f.camera.rotation.T + f.camera.translation for f in (a, b)]
    ways = [w - w[0] for w in ways]
    return float(np.linalg.norm(ways[0] - ways[1], axis=1).max())


def turned_over(sure: np.ndarray, person: Person) -> Iterator[Turned]:
    """The person with one limb turned over in depth, the most doubtful first; those that are known are left out.

    Args:
        sure: (33,) weights of the landmarks.
    """
    options: list[tuple[float, Turned]] = []
    for limb, chain in LIMBS.items():
        lines = [_doubt(sure, person, a, b) for a, b in pairwise(chain)]
        for parts in ((0,), (1,), (0, 1)):
            if all(lines[p] > 0 for p in parts):
                turned = Turned(_flipped(person, limb, parts), limb, parts)
                options.append((min(lines[p] for p in parts) / len(parts), turned))
    yield from (turned for _, turned in sorted(options, key=lambda o: -o[0]))


def _doubt(sure: np.ndarray, person: Person, a: str, b: str) -> float:
    """How little is known of the sign of a line's depth; 0: it is known, or turning it over changes nothing."""
    i, j = INDEX[a], INDEX[b]
    line = person.space[j] - person.space[i]
    length = max(float(np.linalg.norm(line)), 1e-6)
    turn = 2 * float(np.arcsin(min(abs(float(line[2])) / length, 1.0)))
    least = float(min(sure[i], sure[j]))
    if turn < _LEAST_TURN or least < _SEEN:
        return 0.0
    return (float(np.hypot(person.spread[i], person.spread[j])) + 0.02) / abs(float(line[2])) / least


def _flipped(person: Person, limb: str, parts: tuple[int, ...]) -> Person:
    """Parts (0 upper, 1 lower) of a limb mirrored in depth; what hangs on them moves along."""
    side, chain, space = limb.split()[0], LIMBS[limb], person.space.copy()
    end = [INDEX[f"{side}_{n}"] for n in _ENDS[chain[2].split("_")[1]]]
    moved = {0: [INDEX[chain[1]], *end], 1: end}
    for part in parts:
        depth = person.space[INDEX[chain[part + 1]], 2] - person.space[INDEX[chain[part]], 2]
        space[moved[part], 2] -= 2 * depth
    return replace(person, space=space)
