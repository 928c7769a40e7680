"""Who is who when people pass each other: everybody keeps a place, a speed and the colours of the clothes.

From look to look the people that are found are given to those who are known, the surest pairs first. Who is not among
them is hidden, and keeps going for a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from .colours import LIGHTNESS
from .detector import Found
from .images import Picture
from .landmarks import INDEX, Box
from .traits import garments

_TRUNK: Final = tuple(INDEX[f"{s}_{n}"] for s in ("left", "right") for n in ("shoulder", "hip"))
_COLOUR: Final = 4.0  # how much a difference in colour (Oklab) costs beside a distance of the person's size
_REACH: Final = 0.7  # of the size: how far from where it is expected somebody may be at once,
_STRAYS: Final = 1.5  # and how much further each second
_KEEP: Final = 0.3  # how quickly what is known of colours and speed follows what is seen
_LONGEST: Final = 2.0  # s that somebody keeps going who is not seen
_OTHER: Final = 0.12  # difference in colour from which on somebody may be another person
_SURE_BY_CLOTHES: Final = 1.0  # s for which twice that difference rules somebody out; people also turn round
_ALIKE: Final = 0.3  # difference in cost up to which two may both be the one who is found
_NEAR: Final = 1.2  # of the size: how near others are that may be mixed up


@dataclass
class _Known:
    """Somebody: middle (2,) of the trunk, px; speed (2,) px/s; size px; looks (2, 3) Oklab or NaN; seen: when, s."""

    middle: np.ndarray
    speed: np.ndarray
    size: float
    looks: np.ndarray
    seen: float

    def expected(self, now: float) -> np.ndarray:
        out: np.ndarray = self.middle + self.speed * min(now - self.seen, _LONGEST)
        return out

    def meet(self, middle: np.ndarray, size: float, looks: np.ndarray, now: float) -> None:
        """Take over what is seen of it now."""
        passed = now - self.seen
        if passed > 0:
            keep = min(_KEEP * max(passed / 0.1, 1.0), 1.0)
            self.speed = (1 - keep) * self.speed + keep * (middle - self.middle) / passed
        self.middle, self.size, self.seen = middle, size, now
        known = np.isfinite(self.looks)
        blend = np.where(known, (1 - _KEEP) * np.where(known, self.looks, 0.0) + _KEEP * looks, looks)
        self.looks = np.where(np.isfinite(looks), blend, self.looks)


class Company:
    """The people of a shot. The first is the one who is followed."""

    def __init__(self, points: np.ndarray, size: float, picture: Picture, now: float) -> None:
        self._known = [_Known(trunk(points), np.zeros(2), size, looks_of(points, picture), now)]

    @property
    def me(self) -> _Known:
        return self._known[0]

    @property
    def others(self) -> bool:
        return len(self._known) > 1

    def join(self, others: Sequence[Found], picture: Picture, now: float) -> None:
        """Others who are there."""
        for found in others:
            if found.view is not None:
                middle, looks = trunk(found.view.points), looks_of(found.view.points, picture)
                self._known.append(_Known(middle, np.zeros(2), max(found.box[2:]), looks, now))

    def goes_on(self, points: np.ndarray, size: float, picture: Picture, now: float) -> None:
        """Who is followed was seen here, without doubt."""
        self.me.meet(trunk(points), size, looks_of(points, picture), now)

    def doubtful(self, points: np.ndarray, picture: Picture, now: float) -> bool:
        """Whether what was seen as the one who is followed may be somebody else: by colour, or with others near."""
        return self.unlike_me(points, picture) or self.others_near(now)

    def others_near(self, now: float) -> bool:
        """Whether others are expected so near that they may be mixed up."""
        here = self.me.expected(now)
        return any(np.linalg.norm(k.expected(now) - here) < _NEAR * self.me.size for k in self._known[1:])

    def unlike_me(self, points: np.ndarray, picture: Picture) -> bool:
        """Whether landmarks (33, 2) are of somebody who wears other colours."""
        return unlike(looks_of(points, picture), self.me.looks) > _OTHER

    def found(self, people: Sequence[Found], picture: Picture, now: float) -> Box | None:
        """Where the one who is followed is among the people of a picture; None where it is hidden."""
        seen = [(f, trunk(f.view.points), looks_of(f.view.points, picture)) for f in people if f.view is not None]
        alone = len(seen) < 2 and len(self._known) < 2
        costs = np.array([[self._cost(k, m, looks, now, alone) for _, m, looks in seen] for k in self._known])
        pairs = _paired(costs)
        idle = set(range(len(self._known))) - set(pairs)
        mine: Box | None = None
        for who, which in pairs.items():
            # Two who are expected where one is found: nobody can tell who that is, and both go on as they went.
            if any(costs[k, which] < costs[who, which] + _ALIKE and self._fresh(k, now) for k in idle):
                continue
            found, middle, looks = seen[which]
            self._known[who].meet(middle, max(found.box[2:]), looks, now)
            mine = found.box if who == 0 else mine
        self.join([f for n, (f, _, _) in enumerate(seen) if n not in pairs.values()], picture, now)
        self._known[1:] = [k for n, k in enumerate(self._known) if n and self._fresh(n, now)]
        return mine

    def _fresh(self, who: int, now: float) -> bool:
        return now - self._known[who].seen < _LONGEST

    @staticmethod
    def _cost(known: _Known, middle: np.ndarray, looks: np.ndarray, now: float, alone: bool) -> float:
        """Of taking somebody for one who is known; clothes rule people out for a while, where there are others."""
        away = float(np.linalg.norm(middle - known.expected(now))) / max(known.size, 1.0)
        colour = unlike(looks, known.looks)
        other = colour > 2 * _OTHER and not alone and now - known.seen < _SURE_BY_CLOTHES
        if other or away > _REACH + _STRAYS * (now - known.seen):
            return float("inf")
        return away + _COLOUR * colour


def _paired(costs: np.ndarray) -> dict[int, int]:
    """Who (row) is whom of those that were found (column), the cheapest first."""
    left, out = costs.copy(), {}
    while left.size and np.isfinite(left).any():
        who, which = (int(n) for n in np.unravel_index(int(left.argmin()), left.shape))
        out[who] = which
        left[who], left[:, which] = np.inf, np.inf
    return out


def trunk(points: np.ndarray) -> np.ndarray:
    """(2,) px: the middle of shoulders and hips of landmarks (33, 2)."""
    out: np.ndarray = points[list(_TRUNK)].mean(axis=0)
    return out


def looks_of(points: np.ndarray, picture: Picture) -> np.ndarray:
    """(2, 3): the colours in Oklab at torso and thighs, NaN where they are not seen."""
    return np.array([np.full(3, np.nan) if c is None else c for c in garments(points, picture)])


def unlike(a: np.ndarray, b: np.ndarray) -> float:
    """How different two people's colours are, by the garment that differs the most; 0 where nothing is known."""
    off = np.linalg.norm((a - b) * [LIGHTNESS, 1.0, 1.0], axis=1)
    return float(np.nanmax(off)) if np.isfinite(off).any() else 0.0


def common(a: Box, b: Box) -> float:
    """The common area of two boxes, of the smaller one."""
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(w, 0.0) * max(h, 0.0) / max(min(a[2] * a[3], b[2] * b[3]), 1e-6)
