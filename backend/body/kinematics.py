"""Forward kinematics of several poses at once, with derivatives of every point and axis.

A pose is changed by *increments*: local rotation R_j <- R_j exp(d_j) for each active joint j, and transl <- transl + t.
With w = G_j e_i the world axis of increment i of joint j, a point q below j moves by w x (q - p_j) and an axis u by
w x u. D = 3 * len(active) + 3 columns, transl last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from rigs.skeleton import N_JOINTS, PARENTS, joint_index

from .dual import Dual
from .rotations import rotvec_to_rotmat


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
_LEVELS: list[np.ndarray] = []  # joints by depth below the root, so that FK runs a level at a time
_depth = np.array([int(row.sum()) - 1 for row in ANCESTORS])
for _d in range(1, int(_depth.max()) + 1):
    _LEVELS.append(np.flatnonzero(_depth == _d))
_PARENTS = np.array(PARENTS)


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
    """The points and axes that one problem looks at, compiled once into arrays."""

    def __init__(self, points: Mapping[str, Anchor], axes: Mapping[str, Axis]) -> None:
        self.point_index = {name: i for i, name in enumerate(points)}
        self.axis_index = {name: i for i, name in enumerate(axes)}
        rows = [(j, w, o, i) for i, anchor in enumerate(points.values()) for j, w, o in anchor.influences]
        self.site_joint = np.array([r[0] for r in rows], int)
        self.site_weight = np.array([r[1] for r in rows], float)
        self.site_offset = np.array([r[2] for r in rows], float).reshape(-1, 3)
        owners = np.array([r[3] for r in rows], int)
        self.site_starts = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]]) if len(rows) else np.zeros(0, int)
        self.axis_joint = np.array([a.joint for a in axes.values()], int)
        self.axis_direction = np.array([a.direction for a in axes.values()], float).reshape(-1, 3)

    def with_mask(self, active: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which active joints move which site (K, A) and which axis (M, A)."""
        return ANCESTORS[self.site_joint][:, active], ANCESTORS[self.axis_joint][:, active]


@dataclass(frozen=True, eq=False)
class Kinematics:
    """S posed bodies. rest (55, 3) m; local (S, 55, 3, 3); transl (S, 3) m; heading (S, 3, 3): columns left, up, front.

    `active`: joints that may move (indices); None means that no derivatives are wanted.
    """

    rest: np.ndarray
    local: np.ndarray
    transl: np.ndarray
    tracked: Tracked
    heading: np.ndarray
    active: np.ndarray | None = None

    @cached_property
    def world(self) -> np.ndarray:
        """(S, 55, 3, 3) rotation of every joint in the world."""
        out = np.empty_like(self.local)
        out[:, 0] = self.local[:, 0]
        for level in _LEVELS:
            out[:, level] = out[:, _PARENTS[level]] @ self.local[:, level]
        return out

    @cached_property
    def joints(self) -> np.ndarray:
        """(S, 55, 3) m."""
        out = np.empty(self.local.shape[:2] + (3,))
        out[:, 0] = self.rest[0] + self.transl
        bones = self.rest - self.rest[np.maximum(_PARENTS, 0)]
        moved = np.einsum("sjab,jb->sja", self.world[:, np.maximum(_PARENTS, 0)], bones)
        for level in _LEVELS:
            out[:, level] = out[:, _PARENTS[level]] + moved[:, level]
        return out

    @property
    def columns(self) -> int:
        return 0 if self.active is None else 3 * len(self.active) + 3

    @cached_property
    def _omega(self) -> np.ndarray:
        """(S, A, 3 increments, 3 xyz) world axes of the increments."""
        return np.swapaxes(self.world[:, self.active], -1, -2)

    def _swept(self, lever: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Omega x lever, masked by (..., K, A): (S, K, A, 3) levers -> (S, K, 3, D) with zero transl columns."""
        s, k, a = lever.shape[:3]
        masked = lever * mask[..., None]
        lx, ly, lz = (masked[..., i][..., None] for i in range(3))
        w = self._omega[:, None]
        wx, wy, wz = w[..., 0], w[..., 1], w[..., 2]
        out = np.zeros((s, k, 3, 3 * a + 3))
        view = out[..., : 3 * a].reshape(s, k, 3, a, 3)
        view[:, :, 0] = wy * lz - wz * ly
        view[:, :, 1] = wz * lx - wx * lz
        view[:, :, 2] = wx * ly - wy * lx
        return out

    @cached_property
    def _masks(self) -> tuple[np.ndarray, np.ndarray]:
        assert self.active is not None
        return self.tracked.with_mask(self.active)

    @cached_property
    def _points(self) -> Dual:
        """All tracked points: (S, N, 3) and (S, N, 3, D)."""
        t = self.tracked
        sites = self.joints[:, t.site_joint] + np.einsum("skab,kb->ska", self.world[:, t.site_joint], t.site_offset)
        value = np.add.reduceat(sites * t.site_weight[None, :, None], t.site_starts, axis=1)
        if self.active is None:
            return Dual(value)
        lever = sites[:, :, None] - self.joints[:, None, self.active]
        swept = self._swept(lever, self._masks[0]) * t.site_weight[None, :, None, None]
        jac = np.add.reduceat(swept, t.site_starts, axis=1)
        jac[..., -3:] = np.eye(3)
        return Dual(value, jac)

    @cached_property
    def _axes(self) -> Dual:
        """All tracked axes: (S, M, 3) and (S, M, 3, D)."""
        t = self.tracked
        value = np.einsum("smab,mb->sma", self.world[:, t.axis_joint], t.axis_direction)
        if self.active is None:
            return Dual(value)
        lever = np.broadcast_to(value[:, :, None], value.shape[:2] + (len(self.active), 3))
        return Dual(value, self._swept(lever, self._masks[1]))

    def point(self, name: str) -> Dual:
        """A tracked point, (S, 3) m."""
        i = self.tracked.point_index[name]
        both = self._points
        return Dual(both.value[:, i], None if both.jac is None else both.jac[:, i])

    def points(self, names: Sequence[str]) -> Dual:
        """Tracked points, (S, n, 3) m."""
        i = [self.tracked.point_index[n] for n in names]
        both = self._points
        return Dual(both.value[:, i], None if both.jac is None else both.jac[:, i])

    def axis(self, name: str) -> Dual:
        """A tracked axis, (S, 3) unit vector."""
        i = self.tracked.axis_index[name]
        both = self._axes
        return Dual(both.value[:, i], None if both.jac is None else both.jac[:, i])

    def carried(self, joint: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Derivative (S, K, 3, D) of points that ride on joints (S, K) and are now at (S, K, 3) m."""
        mask = ANCESTORS[joint][..., self.active]
        jac = self._swept(at[:, :, None] - self.joints[:, None, self.active], mask)
        jac[..., -3:] = np.eye(3)
        return jac

    def once(self, name: str, make: Callable[[Kinematics], Any]) -> Any:
        """A value derived from these poses that several terms need: computed at the first call, kept with the poses."""
        if name not in self.__dict__:
            self.__dict__[name] = make(self)
        return self.__dict__[name]

    def rows(self, index: np.ndarray) -> Kinematics:
        """Only the poses of `index`."""
        return Kinematics(
            self.rest, self.local[index], self.transl[index], self.tracked, self.heading[index], self.active
        )

    def moved(self, increments: np.ndarray) -> Kinematics:
        """The poses after increments (S, D): R_j exp(d_j), transl + t."""
        assert self.active is not None
        s = len(increments)
        steps = rotvec_to_rotmat(increments[:, :-3].reshape(s, -1, 3))
        local = self.local.copy()
        local[:, self.active] = local[:, self.active] @ steps
        return Kinematics(self.rest, local, self.transl + increments[:, -3:], self.tracked, self.heading, self.active)


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
