"""Forward kinematics of several poses at once, with derivatives of every point and axis.

A pose is changed by *increments*: the part of the body below each active joint j turns by the rotation vector d_j in
world axes, R_j <- R_j exp(G_j^T d_j) with G_j the joint's world rotation, and transl <- transl + t. A point q below j
moves by d_j x (q - p_j) and an axis u by d_j x u. D = 3 * len(active) + 3 columns, transl last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rigs.skeleton import N_JOINTS, PARENTS, joint_index

from .dual import Dual
from .rotations import (
    quat_product,
    quat_wxyz_to_rotmat,
    rotmat_to_quat_wxyz,
    rotvec_to_quat_wxyz,
    rotvec_to_rotmat,
)


def _ancestors() -> np.ndarray:
    """(55, 55) bool: [j, a] is True when a is j or lies between j and the root."""
    table = np.zeros((N_JOINTS, N_JOINTS), bool)
    for joint in range(N_JOINTS):
        a = joint
        while a >= 0:
            table[joint, a] = True
            a = PARENTS[a]
    return table


ANCESTORS = _ancestors()
_CHAINS = ANCESTORS.astype(float)
_PARENTS = np.maximum(np.array(PARENTS), 0)


def _levels() -> list[tuple[np.ndarray, np.ndarray]]:
    """Joints and their parents by depth below the root, so that forward kinematics run a level at a time."""
    depth = ANCESTORS.sum(axis=1) - 1
    levels = [np.flatnonzero(depth == d) for d in range(1, int(depth.max()) + 1)]
    return [(level, _PARENTS[level]) for level in levels]


LEVELS = _levels()


@dataclass(frozen=True)
class Anchor:
    """A point of the skin, the weighted sum of rigid sites: (joint, weight, offset m from it in the rest pose)."""

    influences: tuple[tuple[int, float, tuple[float, float, float]], ...]


@dataclass(frozen=True)
class Axis:
    """A direction fixed to a joint: unit vector in the rest pose."""

    joint: int
    direction: tuple[float, float, float]


def joint_anchor(name: str) -> Anchor:
    return Anchor(((joint_index(name), 1.0, (0.0, 0.0, 0.0)),))


def mean_anchor(weights: Mapping[str, float]) -> Anchor:
    """A point that is the weighted mean of joints; the weights are normalised."""
    total = sum(weights.values())
    return Anchor(tuple((joint_index(n), w / total, (0.0, 0.0, 0.0)) for n, w in weights.items()))


class Tracked:
    """The points, axes and patches of skin that one problem looks at, compiled once into arrays."""

    def __init__(self, points: Mapping[str, Anchor], axes: Mapping[str, Axis], patches: Iterable[str] = ()) -> None:
        self.point_index = {name: i for i, name in enumerate(points)}
        self.axis_index = {name: i for i, name in enumerate(axes)}
        self.patches = tuple(patches)
        rows = [(j, w, o, i) for i, anchor in enumerate(points.values()) for j, w, o in anchor.influences]
        self.site_joint = np.array([r[0] for r in rows], int)
        self.site_weight = np.array([r[1] for r in rows], float)
        self.site_offset = np.array([r[2] for r in rows], float).reshape(-1, 3)
        owners = np.array([r[3] for r in rows], int)
        self.site_starts = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]]) if len(rows) else np.zeros(0, int)
        self.axis_joint = np.array([a.joint for a in axes.values()], int)
        self.axis_direction = np.array([a.direction for a in axes.values()], float).reshape(-1, 3)
        self._rows: dict[tuple[str, tuple[str, ...]], np.ndarray] = {}

    def rows(self, what: str, names: tuple[str, ...]) -> np.ndarray:
        """Where the named points or axes stand; looked up once, since statements ask for the same ones each time."""
        found = self._rows.get((what, names))
        if found is None:
            index = self.point_index if what == "points" else self.axis_index
            found = self._rows[what, names] = np.array([index[n] for n in names], int)
        return found


@dataclass(frozen=True, eq=False)
class Kinematics:
    """S posed bodies. rest (55, 3) m; local (S, 55, 3, 3); transl (S, 3) m; heading (S, 3, 3): columns left, up, front.

    `active`: joints that may move (indices); None means that no derivatives are wanted.
    `shared`: what was derived from these poses so far, kept between the views with and without derivatives.
    """

    rest: np.ndarray
    local: np.ndarray
    transl: np.ndarray
    tracked: Tracked
    heading: np.ndarray
    active: np.ndarray | None = None
    shared: dict[str, Any] = field(default_factory=dict, repr=False)

    def once(self, name: str, make: Callable[[Kinematics], Any]) -> Any:
        """A value derived from these poses that several terms need: computed at the first call, kept with the poses."""
        found = self.shared.get(name)
        if found is None:
            found = self.shared[name] = make(self)
        return found

    @property
    def plain(self) -> Kinematics:
        """The same poses without derivatives."""
        return Kinematics(self.rest, self.local, self.transl, self.tracked, self.heading, None, self.shared)

    @property
    def world(self) -> np.ndarray:
        """(S, 55, 3, 3) rotation of every joint in the world."""
        found: np.ndarray = self.once("world", _world)
        return found

    @property
    def joints(self) -> np.ndarray:
        """(S, 55, 3) m."""
        found: np.ndarray = self.once("joints", _joints)
        return found

    @property
    def features(self) -> np.ndarray:
        """(S, 220, 3): for every joint the columns of its world rotation and its place.

        A point of the skin is a fixed sum of these rows: weight times (offset, 1) for each joint that carries it.
        """
        found: np.ndarray = self.once("features", _features)
        return found

    @property
    def quats(self) -> np.ndarray:
        """(S, A, 4) wxyz of the active joints' local rotations."""
        assert self.active is not None
        found: np.ndarray = self.once("quats", lambda b: rotmat_to_quat_wxyz(b.local[:, b.active]))
        return found

    @property
    def columns(self) -> int:
        return 0 if self.active is None else 3 * len(self.active) + 3

    def point(self, name: str) -> Dual:
        """A tracked point, (S, 3) m."""
        return self._points[:, self.tracked.point_index[name]]

    def points(self, names: Iterable[str]) -> Dual:
        """Tracked points, (S, K, 3) m."""
        return self._points[:, self.tracked.rows("points", tuple(names))]

    def axis(self, name: str) -> Dual:
        """A tracked axis, (S, 3) unit vector."""
        return self._axes[:, self.tracked.axis_index[name]]

    def axes(self, names: Iterable[str]) -> Dual:
        """Tracked axes, (S, K, 3) unit vectors."""
        return self._axes[:, self.tracked.rows("axes", tuple(names))]

    @property
    def _points(self) -> Dual:
        """All tracked points: (S, N, 3) and (S, N, 3, D)."""
        value = self.once("points", _point_values)
        return Dual(value) if self.active is None else Dual(value, self.once("moving points", _point_jac))

    @property
    def _axes(self) -> Dual:
        """All tracked axes: (S, M, 3) and (S, M, 3, D)."""
        value = self.once("axes", _axis_values)
        return Dual(value) if self.active is None else Dual(value, self.once("moving axes", _axis_jac))

    def carried(self, joint: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Derivative (S, K, 3, D) of points that ride on joints (S, K) and are now at (S, K, 3) m."""
        assert self.active is not None
        mask = ANCESTORS[joint][..., self.active]
        jac = swept((at[:, :, None] - self.joints[:, None, self.active]) * mask[..., None])
        jac[..., -3:] = np.eye(3)
        return jac

    def rows(self, index: np.ndarray) -> Kinematics:
        """Only the poses of `index`, with what was derived from them (but for derivatives, which are large)."""
        known = {name: value[index] for name, value in self.shared.items() if not name.startswith("moving")}
        return Kinematics(
            self.rest, self.local[index], self.transl[index], self.tracked, self.heading[index], self.active, known
        )

    def replaced(self, where: np.ndarray, other: Kinematics) -> Kinematics:
        """The poses of `other` where (S,) is true, else these; both hold the same number of poses."""
        both = {name: (self.shared[name], other.shared[name]) for name in self.shared.keys() & other.shared.keys()}
        known = {name: _where(where, b, a) for name, (a, b) in both.items()}
        local, transl = _where(where, other.local, self.local), _where(where, other.transl, self.transl)
        return Kinematics(self.rest, local, transl, self.tracked, self.heading, self.active, known)

    def moved(self, increments: np.ndarray) -> Kinematics:
        """The poses after increments (S, D), all seen from these poses: R_j exp(G_j^T d_j), transl + t."""
        assert self.active is not None
        turns = increments[:, :-3].reshape(len(increments), -1, 1, 3) @ self.world[:, self.active]
        quats = quat_product(self.quats, rotvec_to_quat_wxyz(turns[:, :, 0]))
        quats = quats / np.sqrt((quats * quats).sum(axis=-1, keepdims=True))
        local = self.local.copy()
        local[:, self.active] = quat_wxyz_to_rotmat(quats)
        transl = self.transl + increments[:, -3:]
        return Kinematics(self.rest, local, transl, self.tracked, self.heading, self.active, {"quats": quats})


def swept(lever: np.ndarray) -> np.ndarray:
    """D x lever for every increment d: levers (S, K, A, 3) -> (S, K, 3, D) with zero transl columns."""
    s, k, a = lever.shape[:3]
    out = np.zeros((s, k, 3, 3 * a + 3))
    view = out[..., : 3 * a].reshape(s, k, 3, a, 3)
    x, y, z = lever[..., 0], lever[..., 1], lever[..., 2]
    view[:, :, 0, :, 1], view[:, :, 0, :, 2] = z, -y
    view[:, :, 1, :, 2], view[:, :, 1, :, 0] = x, -z
    view[:, :, 2, :, 0], view[:, :, 2, :, 1] = y, -x
    return out


def _where(rows: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    out: np.ndarray = np.where(rows.reshape(-1, *[1] * (a.ndim - 1)), a, b)
    return out


def _world(body: Kinematics) -> np.ndarray:
    local = body.local
    out = np.empty_like(local)
    out[:, 0] = local[:, 0]
    for level, parents in LEVELS:
        out[:, level] = out[:, parents] @ local[:, level]
    return out


def _joints(body: Kinematics) -> np.ndarray:
    """A joint's place is the sum of the turned bones between it and the root."""
    bones = body.rest - body.rest[_PARENTS]
    bones[0] = 0.0
    turned = np.einsum("sjab,jb->sja", body.world[:, _PARENTS], bones)
    out: np.ndarray = _CHAINS @ turned + (body.rest[0] + body.transl)[:, None]
    return out


def _features(body: Kinematics) -> np.ndarray:
    columns = np.swapaxes(body.world, -1, -2)
    return np.concatenate([columns, body.joints[:, :, None]], axis=2).reshape(len(columns), -1, 3)


def feature_matrix(joint: np.ndarray, weight: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """(N, 220): what `features` are multiplied with to give N points, from up to k influences each.

    Args:
        joint, weight: (N, k). offset: (N, k, 3) m from each joint in the rest pose.
    """
    out = np.zeros((len(joint), N_JOINTS, 4))
    rows = np.arange(len(joint))
    for k in range(joint.shape[1]):
        site = np.concatenate([offset[:, k], np.ones((len(joint), 1))], axis=1)
        np.add.at(out, (rows, joint[:, k]), weight[:, k, None] * site)
    return out.reshape(len(joint), -1)


def _point_values(body: Kinematics) -> np.ndarray:
    out: np.ndarray = np.add.reduceat(
        body.once("sites", _sites) * body.tracked.site_weight[None, :, None], body.tracked.site_starts, axis=1
    )
    return out


def _sites(body: Kinematics) -> np.ndarray:
    """(S, sites, 3) m: the rigid places that tracked points are made of."""
    t = body.tracked
    turned = body.world[:, t.site_joint] @ t.site_offset[..., None]
    out: np.ndarray = body.joints[:, t.site_joint] + turned[..., 0]
    return out


def _point_jac(body: Kinematics) -> np.ndarray:
    """Sites on the same chain add up: derivative (S, N, 3, D) of the weighted sums."""
    assert body.active is not None
    t = body.tracked
    lever = body.once("sites", _sites)[:, :, None] - body.joints[:, None, body.active]
    mask = ANCESTORS[t.site_joint][:, body.active] * t.site_weight[:, None]
    levers = np.add.reduceat(lever * mask[..., None], t.site_starts, axis=1)
    jac = swept(levers)
    jac[..., -3:] = np.eye(3)
    return jac


def _axis_values(body: Kinematics) -> np.ndarray:
    t = body.tracked
    turned: np.ndarray = body.world[:, t.axis_joint] @ t.axis_direction[..., None]
    return turned[..., 0]


def _axis_jac(body: Kinematics) -> np.ndarray:
    assert body.active is not None
    value = body.once("axes", _axis_values)
    return swept(value[:, :, None] * ANCESTORS[body.tracked.axis_joint][:, body.active, None])


def heading_of(pelvis: np.ndarray) -> np.ndarray:
    """The yaw of a pelvis rotation (..., 3, 3) as a rotation: columns are the character's left, up (+Y) and front.

    Tipping forward or back keeps the pelvis' left axis level, tipping sideways keeps its front level. The left axis
    gives the yaw unless it is clearly the steeper one, so that standing, lying on any side and hanging upside down
    all have one; a body upside down faces back, as after tipping over forwards.
    """
    left, front = pelvis[..., :, 0], pelvis[..., :, 2]
    use_left = np.abs(left[..., 1]) <= np.abs(front[..., 1]) + 0.3
    yaw = np.where(use_left, np.arctan2(-left[..., 2], left[..., 0]), np.arctan2(front[..., 0], front[..., 2]))
    return rotvec_to_rotmat(np.stack([0 * yaw, yaw, 0 * yaw], axis=-1))
