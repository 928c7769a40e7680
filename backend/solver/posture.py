"""What is asked of the joints' own rotations: ranges, closeness to home, and how neighbouring joints share a motion.

All of it is quadratic (piecewise) in the joints' swing and twist coordinates x (3A,), so its part of the normal
equations is formed there and then carried over to the solver's increments by one 3x3 block per joint, dx = B d.
"""

from __future__ import annotations

from collections.abc import Collection
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

    limbs: (rows of x, mean, whitening) of the limbs with a learned prior, beyond whose `limb_far` it grows linearly.
    root (4,) quat_wxyz: what the pelvis' coordinates are relative to (it has no rest orientation), if it is active.
    pull, low, high (3A,): sigma of the distance from home, the range, rad. coupling (c, 3A): rows of weighted
    differences that should be zero. collars: (side sign, row of the collar, row of the shoulder) of each side.
    """

    active: np.ndarray
    root: np.ndarray
    home: np.ndarray
    pull: np.ndarray
    low: np.ndarray
    high: np.ndarray
    coupling: np.ndarray
    collars: tuple[tuple[float, int, int], ...]
    limbs: tuple[tuple[np.ndarray, np.ndarray, np.ndarray], ...]
    limb_far: float
    limit_sigma: float
    collar_sigma: float

    @classmethod
    def of(cls, home: np.ndarray, active: np.ndarray, weights: Weights, told: Collection[str] = ()) -> Posture:
        """home: (55, 3, 3) local rotations. told: limb groups that the program speaks of."""
        quats = rotmat_to_quat_wxyz(home[active])
        root = quats[0] if len(active) and active[0] == 0 else np.array([1.0, 0, 0, 0])
        column = {JOINTS[int(j)]: 3 * i for i, j in enumerate(active)}
        x = swing_twist(_from_root(quats[None], active, root), active)[0].ravel()
        return cls(
            active,
            root,
            x,
            np.repeat([_pull(int(j), told, weights) for j in active], 3),
            LOW[active].ravel(),
            HIGH[active].ravel(),
            _coupling(column, weights.spine_share),
            tuple(
                (sign, column[f"{side}_collar"], column[f"{side}_shoulder"])
                for side, sign in (("left", 1.0), ("right", -1.0))
                if {f"{side}_collar", f"{side}_shoulder"} <= column.keys()
            ),
            tuple(
                (_rows(p.joints, column), p.mean, p.whiten / weights.limb)
                for p in limb_priors()
                if set(p.joints) <= column.keys() and (p.name in told or p.name in ("torso", "head"))
            ),
            weights.limb_far,
            weights.limits,
            weights.collar_share,
        )

    def coordinates(self, body: Kinematics) -> np.ndarray:
        """(S, 3A) rad."""

        def measured(b: Kinematics) -> np.ndarray:
            return swing_twist(_from_root(b.quats, self.active, self.root), self.active).reshape(len(b.local), -1)

        found: np.ndarray = body.once("swing and twist", measured)
        return found

    def residuals(self, body: Kinematics) -> dict[str, np.ndarray]:
        """Weighted residuals (S, m) by term."""
        x = self.coordinates(body)
        out = {"joint limits": self._excess(x) / self.limit_sigma, "close to the start": (x - self.home) / self.pull}
        if len(self.coupling):
            out["spine and neck share"] = x @ self.coupling.T
        if self.collars:
            out["collars follow"] = self._collar_lag(x)[0]
        return out

    def costs(self, body: Kinematics) -> dict[str, np.ndarray]:
        """(S,) by term: half the sum of squares, or the robust cost in its place."""
        out = {name: 0.5 * np.einsum("sm,sm->s", r, r) for name, r in self.residuals(body).items()}
        x = self.coordinates(body)
        sizes = [np.sqrt(np.einsum("sm,sm->s", r, r)) for r in (self._strange(x, i) for i in range(len(self.limbs)))]
        far = self.limb_far
        each = [np.where(n <= far, 0.5 * n * n, far * (n - 0.5 * far)) for n in sizes]
        out["as limbs go"] = np.sum(each, axis=0) if each else np.zeros(len(x))
        return out

    def cost(self, body: Kinematics) -> np.ndarray:
        """(S,)"""
        total: np.ndarray = np.sum(list(self.costs(body).values()), axis=0)
        return total

    def normal(self, body: Kinematics) -> tuple[np.ndarray, np.ndarray]:
        """Gradient (S, 3A) and Gauss-Newton matrix (S, 3A, 3A) of the cost with respect to the increments."""
        x = self.coordinates(body)
        excess, coupled = self._excess(x), self.coupling.T @ self.coupling
        gradient = (x - self.home) / self.pull**2 + excess / self.limit_sigma**2 + x @ coupled
        matrix = np.repeat(coupled[None], len(x), axis=0)
        index = np.arange(x.shape[1])
        matrix[:, index, index] += 1 / self.pull**2 + (excess != 0) / self.limit_sigma**2
        if self.collars:
            lag, rows = self._collar_lag(x)
            gradient += np.einsum("sk,skx->sx", lag, rows)
            matrix += np.swapaxes(rows, 1, 2) @ rows
        for i, (rows, _, whiten) in enumerate(self.limbs):
            strange = self._strange(x, i)
            size = np.sqrt(np.einsum("sm,sm->s", strange, strange))
            share = np.minimum(1.0, self.limb_far / np.maximum(size, 1e-9))
            gradient[:, rows] += share[:, None] * (strange @ whiten)
            matrix[:, rows[:, None], rows] += share[:, None, None] * (whiten.T @ whiten)
        blocks = swing_twist_jac(_from_root(body.quats, self.active, self.root), self.active)
        # The derivative is for R exp(e); in the increments' world axes, e = G^T d.
        return _carried_over(gradient, matrix, body.world[:, self.active] @ np.swapaxes(blocks, -1, -2))

    def _excess(self, x: np.ndarray) -> np.ndarray:
        """(S, 3A) rad: by how much each coordinate leaves its range (signed), zero inside."""
        out: np.ndarray = np.maximum(x - self.high, 0) + np.minimum(x - self.low, 0)
        return out

    def _strange(self, x: np.ndarray, i: int) -> np.ndarray:
        """(S, m): how unlike the learned ones the coordinates of a limb are, in its own standard deviations."""
        rows, mean, whiten = self.limbs[i]
        out: np.ndarray = (x[:, rows] - mean) @ whiten.T
        return out

    def _collar_lag(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Weighted (S, 2 a side): each collar against its share of the upper arm's swing; derivative (S, ., 3A)."""
        lag = np.zeros((len(x), 2 * len(self.collars)))
        rows = np.zeros((*lag.shape, x.shape[1]))
        for i, (sign, collar, shoulder) in enumerate(self.collars):
            # up: both about Z; forward: about Y, towards -Y on the left. Only these ways does the collar follow.
            for k, axis, share, way in ((2 * i, 2, _COLLAR_LIFT, sign), (2 * i + 1, 1, _COLLAR_FORWARD, -sign)):
                follows = share * (x[:, shoulder + axis] * way > 0)
                lag[:, k] = x[:, collar + axis] - follows * x[:, shoulder + axis]
                rows[:, k, collar + axis] = 1.0
                rows[:, k, shoulder + axis] = -follows
        return lag / self.collar_sigma, rows / self.collar_sigma


def _pull(joint: int, told: Collection[str], weights: Weights) -> float:
    """Sigma (rad) of a joint's distance from home."""
    sigma = weights.prior[family(JOINTS[joint])]
    return sigma * weights.told if limb_of_joint(joint) in told else sigma


def _rows(joints: tuple[str, ...], column: dict[str, int]) -> np.ndarray:
    return np.concatenate([column[j] + np.arange(3) for j in joints])


def _from_root(quats: np.ndarray, active: np.ndarray, root: np.ndarray) -> np.ndarray:
    """Quaternions (S, A, 4) with the pelvis', if it is the first, relative to `root`."""
    if not len(active) or active[0] != 0:
        return quats
    out = quats.copy()
    out[:, 0] = quat_product(root * np.array([1.0, -1, -1, -1]), quats[:, 0])
    return out


def _coupling(column: dict[str, int], sigma: float) -> np.ndarray:
    """(3 a pair, 3A): differences of the coordinates of joints that should turn alike, over sigma."""
    pairs = [(column[a], column[b]) for a, b in _SHARING if {a, b} <= column.keys()]
    out = np.zeros((3 * len(pairs), 3 * len(column)))
    for i, (a, b) in enumerate(pairs):
        for axis in range(3):
            out[3 * i + axis, a + axis], out[3 * i + axis, b + axis] = 1 / sigma, -1 / sigma
    return out


def _carried_over(gradient: np.ndarray, matrix: np.ndarray, turned: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """B^T g and B^T H B for block-diagonal B, given the transposed blocks (S, A, 3, 3)."""
    s, a = turned.shape[:2]
    g = (turned @ gradient.reshape(s, a, 3, 1)).reshape(s, 3 * a)
    half = (turned @ matrix.reshape(s, a, 3, 3 * a)).reshape(s, 3 * a, 3 * a)
    full = turned @ np.swapaxes(half, 1, 2).reshape(s, a, 3, 3 * a)
    return g, full.reshape(s, 3 * a, 3 * a)
