"""The path of a body through the world, from where pelvis and resting feet are seen in the picture.

One sparse least-squares problem over all frames: the pelvis lies on its line of sight, about as far as its size says,
and moves smoothly; a point of a foot that rests has one place on the ground, which lies on its own line of sight and
where the pose puts it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from backend.body.camera import Camera

from .plants import runs

_SIGHT: Final = 0.02  # m: sigma of the pelvis across its line of sight
_DEPTH: Final = 0.02  # of its distance: sigma along it, in which frames within
_ALIKE: Final = 0.8  # s are wrong alike
_POSE: Final = (0.06, 0.02, 0.06)  # m: sigma of where the pose puts a foot from the pelvis
_FOOT: Final = 0.02  # m: sigma of a resting foot across its line of sight
_ACCELERATION: Final = 6.0  # m/s^2: sigma of the pelvis's
_LONG: Final = 12  # frames of a rest that count as seen independently
_ROUNDS: Final = 400  # of conjugate gradients at most
_CLOSE: Final = 1e-8  # of the first residual at which they stop


@dataclass
class _Rows:
    """Rows of a sparse least-squares problem."""

    count: int = 0
    row: list[np.ndarray] = field(default_factory=list)
    column: list[np.ndarray] = field(default_factory=list)
    value: list[np.ndarray] = field(default_factory=list)
    goal: list[np.ndarray] = field(default_factory=list)

    def add(self, columns: np.ndarray, values: np.ndarray, goals: np.ndarray) -> None:
        """Residuals sum_k values (N, K) x[columns (N, K)] - goals (N,)."""
        rows = self.count + np.arange(len(goals))
        self.row.append(np.repeat(rows, columns.shape[1]))
        self.column.append(columns.ravel())
        self.value.append(values.ravel())
        self.goal.append(goals)
        self.count += len(goals)

    def solved(self, start: np.ndarray) -> np.ndarray:
        """The x that is best, by conjugate gradients on the normal equations (Hestenes and Stiefel 1952)."""
        row, column, value = (np.concatenate(part) for part in (self.row, self.column, self.value))
        goal = np.concatenate(self.goal)

        def ahead(x: np.ndarray) -> np.ndarray:
            return np.bincount(row, value * x[column], self.count)

        def back(r: np.ndarray) -> np.ndarray:
            return np.bincount(column, value * r[row], len(start))

        scale = 1.0 / np.maximum(np.bincount(column, value**2, len(start)), 1e-12)
        x = start.copy()
        r = back(goal - ahead(x))
        p = z = scale * r
        size = first = float(r @ z)
        for _ in range(_ROUNDS):
            if size <= _CLOSE**2 * first or size == 0.0:
                break
            q = ahead(p)
            step = size / float(q @ q)
            x = x + step * p
            r = r - step * back(q)
            z = scale * r
            size, last = float(r @ z), size
            p = z + size / last * p
        return x


def walked(
    camera: Camera,
    pelvis: np.ndarray,
    trust: np.ndarray,
    feet: np.ndarray,
    seen: np.ndarray,
    held: np.ndarray,
    high: np.ndarray,
    rate: float,
) -> np.ndarray:
    """(T, 3) m: the pelvis in the world, on whose ground (y = 0) resting feet stand.

    Args:
        camera: of the world, in the px of `seen`. pelvis: (T, 3) m, as each frame shows it. trust: (T,) 0..1 in it.
        feet: (T, K, 3) m of the points of the feet from the pelvis, as posed. seen: (T, K, 2) px of them. held: (T, K).
        high: (K,) m above the ground at which they rest.
    """
    count = len(pelvis)
    rests = [(first, last, k) for k in range(held.shape[1]) for first, last in runs(held[:, k])]
    rows, eye = _Rows(), camera.position
    own = 3 * np.arange(count)[:, None] + np.arange(3)
    _add_sights(rows, own, pelvis - eye, eye, trust, rate)
    _add_smoothness(rows, own, rate)
    for j, (first, last, k) in enumerate(rests):
        spot = 3 * count + 2 * j + np.arange(2)
        _add_rest(rows, own[first:last], spot, feet[first:last, k], high[k])
        _add_spot(rows, spot, camera, seen[first:last, k], high[k])
    spots = np.array([(pelvis[a:b] + feet[a:b, k])[:, ::2].mean(axis=0) for a, b, k in rests]).ravel()
    return rows.solved(np.concatenate([pelvis.ravel(), spots]))[: 3 * count].reshape(count, 3)


def _across(ways: np.ndarray) -> np.ndarray:
    """(N, 2, 3) unit vectors across directions (N, 3)."""
    ways = ways / np.linalg.norm(ways, axis=-1, keepdims=True)
    aside = np.cross(ways, [0.0, 1.0, 0.0])
    aside /= np.maximum(np.linalg.norm(aside, axis=-1, keepdims=True), 1e-9)
    return np.stack([aside, np.cross(aside, ways)], axis=1)


def _add_sights(
    rows: _Rows, own: np.ndarray, ways: np.ndarray, eye: np.ndarray, trust: np.ndarray, rate: float
) -> None:
    """The pelvis on its line of sight, and about as far as it was seen to be."""
    far = np.linalg.norm(ways, axis=1)
    across = _across(ways)
    weight = np.sqrt(np.maximum(trust, 1e-6))
    for k in range(2):
        value = across[:, k] * (weight / _SIGHT)[:, None]
        rows.add(own, value, value @ eye)
    weight = weight / (_DEPTH * np.sqrt(max(_ALIKE * rate, 1.0)))
    along = ways / far[:, None] * (weight / far)[:, None]
    rows.add(own, along, along @ eye + weight)


def _add_smoothness(rows: _Rows, own: np.ndarray, rate: float) -> None:
    if len(own) < 3:
        return
    value = np.array([1.0, -2.0, 1.0]) * rate**2 / _ACCELERATION
    for axis in range(3):
        columns = np.stack([own[:-2, axis], own[1:-1, axis], own[2:, axis]], axis=1)
        rows.add(columns, np.broadcast_to(value, columns.shape), np.zeros(len(columns)))


def _add_rest(rows: _Rows, own: np.ndarray, spot: np.ndarray, feet: np.ndarray, high: float) -> None:
    """The pelvis where the pose has it above the spot on which a foot rests."""
    share = np.sqrt(min(len(own), _LONG) / len(own))
    ones = np.full(len(own), share)
    for n, axis in enumerate((0, 2)):
        columns = np.stack([own[:, axis], np.full(len(own), spot[n])], axis=1)
        value = np.stack([ones, -ones], axis=1) / _POSE[axis]
        rows.add(columns, value, -feet[:, axis] * share / _POSE[axis])
    rows.add(own[:, 1:2], ones[:, None] / _POSE[1], (high - feet[:, 1]) * share / _POSE[1])


def _add_spot(rows: _Rows, spot: np.ndarray, camera: Camera, seen: np.ndarray, high: float) -> None:
    """The spot on the line of sight of the foot that rests there."""
    eye, px = camera.position, np.median(seen, axis=0)
    ray = camera.rotation.T @ np.array([(px[0] - camera.cx) / camera.fx, (px[1] - camera.cy) / camera.fy, 1.0])
    weight = np.sqrt(min(len(seen), _LONG)) / _FOOT
    for side in _across(ray[None])[0]:
        value = side[[0, 2]] * weight
        rows.add(spot[None], value[None], np.array([weight * (side @ eye - side[1] * high)]))
