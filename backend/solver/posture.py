"""What is asked of the joints' own rotations: ranges, closeness to home, and how neighbouring joints share a motion.

All of it is quadratic (piecewise) in the joints' swing and twist coordinates x (3A,), so its part of the normal
equations is formed there and then carried over to the solver's increments by one 3x3 block per joint, dx = B d.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from backend.body.kinematics import Kinematics
from backend.body.rotations import quat_product, rotmat_to_quat_wxyz
from backend.posecodes.vocabulary import limb_of_joint
from rigs.skeleton import JOINTS

from .limb_prior import limb_priors
from .limits import HIGH, LOW, family, swing_twist, swing_twist_jac
from .weights import Weights

_SHARING = (("spine1", "spine2"), ("spine2", "spine3"), ("neck", "head"))
# The scapulo-humeral rhythm (Inman et al. 1944): raising the arm above the horizontal lifts the collar by a third of
# it, reaching forward brings it forward by a sixth; below the horizontal the collar hardly moves.
_COLLAR_LIFT, _COLLAR_FORWARD = 0.30, 0.16


@dataclass(frozen=True, eq=False)
class Posture:
    """active (A,) joints; home (3A,) rad coordinates to stay close to; all arrays below in the same order.

    root (4,) quat_wxyz: what the pelvis' coordinates are relative to (it has no rest orientation), if it is active.
    pull, low, high (3A,): sigma of the distance from home, the range, rad. linear (m, 3A), shift (m,): rows of weighted
    combinations, linear @ x - shift, that should be zero: neighbours that share, and the learned priors of limbs.
    groups: where each group of rows begins; far: the size from which on the cost of each group grows linearly.
    collars: rows of the collars' and the shoulders' coordinates, the share that follows, and which way it does.
    """

    active: np.ndarray
    root: np.ndarray
    home: np.ndarray
    pull: np.ndarray
    low: np.ndarray
    high: np.ndarray
    linear: np.ndarray
    shift: np.ndarray
    groups: np.ndarray
    far: np.ndarray
    collars: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
    limit_sigma: float
    collar_sigma: float

    @classmethod
    def of(cls, home: np.ndarray, active: np.ndarray, weights: Weights, told: Collection[str] = ()) -> Posture:
        """home: (55, 3, 3) local rotations. told: limb groups that the program speaks of."""
        quats = rotmat_to_quat_wxyz(home[active])
        root = quats[0] if len(active) and active[0] == 0 else np.array([1.0, 0, 0, 0])
        column = {JOINTS[int(j)]: 3 * i for i, j in enumerate(active)}
        x = swing_twist(_from_root(quats[None], active, root), active)[0].ravel()
        rows = [*_sharing(column, weights), *_priors(column, weights, told)]
        sizes = [len(r.shift) for r in rows]
        width = 3 * len(active)
        return cls(
            active,
            root,
            x,
            np.repeat([_pull(int(j), told, weights) for j in active], 3),
            LOW[active].ravel(),
            HIGH[active].ravel(),
            np.concatenate([np.zeros((0, width)), *(r.linear for r in rows)]),
            np.concatenate([np.zeros(0), *(r.shift for r in rows)]),
            np.cumsum([0, *sizes])[: len(sizes)],
            np.array([r.far for r in rows]),
            _collars(column),
            weights.limits,
            weights.collar_share,
        )

    def coordinates(self, body: Kinematics) -> np.ndarray:
        """(S, 3A) rad."""

        def measured(b: Kinematics) -> np.ndarray:
            return swing_twist(_from_root(b.quats, self.active, self.root), self.active).reshape(len(b.local), -1)

        found: np.ndarray = body.once("swing and twist", measured)
        return found

    def costs(self, body: Kinematics) -> dict[str, np.ndarray]:
        """(S,) by term: half the squares of residuals over sigma, or the robust cost in their place."""
        x = self.coordinates(body)
        lag = self._collar_lag(x)[0]
        return {
            "joint limits": _half_square(self._excess(x) / self.limit_sigma),
            "close to the start": _half_square((x - self.home) / self.pull),
            "as limbs go": self._robust(self._sizes(self._combined(x))).sum(axis=1),
            "collars follow": _half_square(lag),
        }

    def cost(self, body: Kinematics) -> np.ndarray:
        """(S,): the sum of `costs`."""
        x = self.coordinates(body)
        plain = np.concatenate(
            [self._excess(x) / self.limit_sigma, (x - self.home) / self.pull, self._collar_lag(x)[0]], axis=1
        )
        total: np.ndarray = _half_square(plain) + self._robust(self._sizes(self._combined(x))).sum(axis=1)
        return total

    def normal(self, body: Kinematics) -> tuple[np.ndarray, np.ndarray]:
        """Gradient (S, 3A) and Gauss-Newton matrix (S, 3A, 3A) of the cost with respect to the increments."""
        x = self.coordinates(body)
        excess, combined = self._excess(x), self._combined(x)
        share = np.minimum(1.0, self.far / np.maximum(self._sizes(combined), 1e-9))
        share = np.repeat(share, np.diff(np.append(self.groups, len(self.shift))), axis=1)
        lag, lag_rows = self._collar_lag(x)
        rows = np.concatenate([self.linear * np.sqrt(share)[..., None], lag_rows], axis=1)
        gradient = (x - self.home) / self.pull**2 + excess / self.limit_sigma**2
        gradient += (share * combined) @ self.linear + np.einsum("sk,skx->sx", lag, lag_rows)
        matrix = np.swapaxes(rows, 1, 2) @ rows
        index = np.arange(x.shape[1])
        matrix[:, index, index] += 1 / self.pull**2 + (excess != 0) / self.limit_sigma**2
        blocks = swing_twist_jac(_from_root(body.quats, self.active, self.root), self.active)
        # The derivative is for R exp(e); in the increments' world axes, e = G^T d.
        return _carried_over(gradient, matrix, body.world[:, self.active] @ np.swapaxes(blocks, -1, -2))

    def _excess(self, x: np.ndarray) -> np.ndarray:
        """(S, 3A) rad: by how much each coordinate leaves its range (signed), zero inside."""
        out: np.ndarray = np.maximum(x - self.high, 0) + np.minimum(x - self.low, 0)
        return out

    def _combined(self, x: np.ndarray) -> np.ndarray:
        """(S, m): the weighted combinations."""
        out: np.ndarray = x @ self.linear.T - self.shift
        return out

    def _sizes(self, combined: np.ndarray) -> np.ndarray:
        """(S, groups): the size of each group of combinations."""
        if not len(self.groups):
            return np.zeros((len(combined), 0))
        out: np.ndarray = np.sqrt(np.add.reduceat(combined * combined, self.groups, axis=1))
        return out

    def _robust(self, size: np.ndarray) -> np.ndarray:
        far = np.minimum(self.far, 1e9)
        return np.where(size <= far, 0.5 * size * size, far * (size - 0.5 * far))

    def _collar_lag(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Weighted (S, 2 a side): each collar against its share of the upper arm's swing; derivative (S, ., 3A)."""
        collar, shoulder, share, way = self.collars
        follows = share * (x[:, shoulder] * way > 0)
        rows = np.zeros((len(x), len(collar), x.shape[1]))
        index = np.arange(len(collar))
        rows[:, index, collar] = 1.0 / self.collar_sigma
        rows[:, index, shoulder] = -follows / self.collar_sigma
        return (x[:, collar] - follows * x[:, shoulder]) / self.collar_sigma, rows


@dataclass(frozen=True, eq=False)
class _Rows:
    """linear (m, 3A) and shift (m,): combinations of coordinates, linear @ x - shift, in sigmas; far: see `Posture`."""

    linear: np.ndarray
    shift: np.ndarray
    far: float


def _collars(column: dict[str, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What `Posture.collars` holds. Up is about Z; forward is about Y, towards -Y on the left."""
    rows = [
        (column[f"{side}_collar"] + axis, column[f"{side}_shoulder"] + axis, share, way)
        for side, sign in (("left", 1.0), ("right", -1.0))
        if {f"{side}_collar", f"{side}_shoulder"} <= column.keys()
        for axis, share, way in ((2, _COLLAR_LIFT, sign), (1, _COLLAR_FORWARD, -sign))
    ]
    collar, shoulder = (np.array([r[i] for r in rows], int) for i in (0, 1))
    share, way = (np.array([r[i] for r in rows], float) for i in (2, 3))
    return collar, shoulder, share, way


def _sharing(column: dict[str, int], weights: Weights) -> Iterator[_Rows]:
    """Differences of the coordinates of neighbouring joints that should turn alike."""
    for first, second in _SHARING:
        if {first, second} <= column.keys():
            linear = np.zeros((3, 3 * len(column)))
            for axis in range(3):
                linear[axis, column[first] + axis] = 1 / weights.spine_share
                linear[axis, column[second] + axis] = -1 / weights.spine_share
            yield _Rows(linear, np.zeros(3), np.inf)


def _priors(column: dict[str, int], weights: Weights, told: Collection[str]) -> Iterator[_Rows]:
    """The learned priors of trunk and head, and of arms and legs that the program speaks of."""
    for prior in limb_priors():
        if set(prior.joints) <= column.keys() and (prior.name in told or prior.name in ("torso", "head")):
            rows = np.concatenate([column[j] + np.arange(3) for j in prior.joints])
            whiten = prior.whiten / weights.limb
            linear = np.zeros((len(whiten), 3 * len(column)))
            linear[:, rows] = whiten
            yield _Rows(linear, whiten @ prior.mean, weights.limb_far)


def _half_square(r: np.ndarray) -> np.ndarray:
    out: np.ndarray = 0.5 * np.einsum("sm,sm->s", r, r)
    return out


def _pull(joint: int, told: Collection[str], weights: Weights) -> float:
    """Sigma (rad) of a joint's distance from home."""
    sigma = weights.prior[family(JOINTS[joint])]
    return sigma * weights.told if limb_of_joint(joint) in told else sigma


def _from_root(quats: np.ndarray, active: np.ndarray, root: np.ndarray) -> np.ndarray:
    """Quaternions (S, A, 4) with the pelvis', if it is the first, relative to `root`."""
    if not len(active) or active[0] != 0:
        return quats
    out = quats.copy()
    out[:, 0] = quat_product(root * np.array([1.0, -1, -1, -1]), quats[:, 0])
    return out


def _carried_over(gradient: np.ndarray, matrix: np.ndarray, turned: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """B^T g and B^T H B for block-diagonal B, given the transposed blocks (S, A, 3, 3)."""
    s, a = turned.shape[:2]
    g = (turned @ gradient.reshape(s, a, 3, 1)).reshape(s, 3 * a)
    half = (turned @ matrix.reshape(s, a, 3, 3 * a)).reshape(s, 3 * a, 3 * a)
    full = turned @ np.swapaxes(half, 1, 2).reshape(s, a, 3, 3 * a)
    return g, full.reshape(s, 3 * a, 3 * a)
