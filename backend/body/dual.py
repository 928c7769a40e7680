"""Values that carry their analytic derivative: forward mode, for the few vector operations that posecodes need.

A `Dual` holds `value` (S, ...) for S poses at once and `jac` (S, ..., D), its derivative with respect to the D solver
increments of each pose; `jac` is None where only the value is wanted (measuring). Scalars are (S, ...), vectors
(S, ..., 3); every function takes any number of axes between, so that many statements are evaluated in one call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Dual:
    """value (S, ...), jac (S, ..., D) or None."""

    value: np.ndarray
    jac: np.ndarray | None = None

    def __add__(self, other: Dual | np.ndarray | float) -> Dual:
        if isinstance(other, Dual):
            return Dual(self.value + other.value, None if self.jac is None else self.jac + other.jac)
        return Dual(self.value + other, self.jac)

    def __sub__(self, other: Dual | np.ndarray | float) -> Dual:
        if isinstance(other, Dual):
            return Dual(self.value - other.value, None if self.jac is None else self.jac - other.jac)
        return Dual(self.value - other, self.jac)

    def __neg__(self) -> Dual:
        return Dual(-self.value, None if self.jac is None else -self.jac)

    def __getitem__(self, index: Any) -> Dual:
        """Part of the value, by an index that leaves the last axis of the derivative alone."""
        return Dual(self.value[index], None if self.jac is None else self.jac[index])

    def scaled(self, factor: float | np.ndarray) -> Dual:
        """Times a constant; an array factor must broadcast against `value`."""
        if isinstance(factor, np.ndarray):
            return Dual(self.value * factor, None if self.jac is None else self.jac * factor[..., None])
        return Dual(self.value * factor, None if self.jac is None else self.jac * factor)

    def component(self, i: int) -> Dual:
        """(S, ..., n) -> (S, ...)."""
        return Dual(self.value[..., i], None if self.jac is None else self.jac[..., i, :])

    def as_row(self) -> Dual:
        """(S, K) -> (S, K, 1): one residual for each statement."""
        return Dual(self.value[..., None], None if self.jac is None else self.jac[..., None, :])

    def grouped(self, count: int) -> Dual:
        """(S, K n) -> (S, K, n)."""
        s = len(self.value)
        jac = None if self.jac is None else self.jac.reshape(s, count, -1, self.jac.shape[-1])
        return Dual(self.value.reshape(s, count, -1), jac)


def _along(direction: np.ndarray, jac: np.ndarray) -> np.ndarray:
    """(..., 3) . (..., 3, D) -> (..., D)."""
    out: np.ndarray = np.einsum("...i,...id->...d", direction, jac)
    return out


def dot(a: Dual, b: Dual) -> Dual:
    """Scalar product of vectors."""
    value = (a.value * b.value).sum(axis=-1)
    if a.jac is None or b.jac is None:
        return Dual(value)
    return Dual(value, _along(b.value, a.jac) + _along(a.value, b.jac))


def along(a: Dual, direction: np.ndarray) -> Dual:
    """Component of vectors along constant directions, which broadcast against them."""
    value = (a.value * direction).sum(axis=-1)
    if a.jac is None:
        return Dual(value)
    return Dual(value, _along(np.broadcast_to(direction, a.value.shape), a.jac))


def norm(a: Dual) -> Dual:
    """Length of vectors; the derivative is zero at the origin, where none exists."""
    length = np.sqrt((a.value * a.value).sum(axis=-1))
    if a.jac is None:
        return Dual(length)
    return Dual(length, _along(a.value / np.maximum(length, _TINY)[..., None], a.jac))


def unit(a: Dual) -> Dual:
    """Vectors scaled to length one: d(u) = (I - u u^T) da / |a|."""
    length = np.maximum(np.sqrt((a.value * a.value).sum(axis=-1)), _TINY)[..., None]
    u = a.value / length
    if a.jac is None:
        return Dual(u)
    inner = _along(u, a.jac)[..., None, :]
    return Dual(u, (a.jac - u[..., None] * inner) / length[..., None])


def atan2(y: Dual, x: Dual) -> Dual:
    """Angle rad of the points (x, y); the derivative is zero at the origin."""
    value = np.arctan2(y.value, x.value)
    if y.jac is None or x.jac is None:
        return Dual(value)
    r2 = np.maximum(x.value**2 + y.value**2, 1e-8)
    return Dual(value, (x.value[..., None] * y.jac - y.value[..., None] * x.jac) / r2[..., None])


def angle_between(a: Dual, b: Dual) -> Dual:
    """Angle rad in [0, pi] between unit vectors.

    The derivative -d(cos)/sin is damped below 2 degrees and near 180 degrees, where the true one has no limit.
    """
    cosine = dot(a, b)
    sine = np.linalg.norm(np.cross(a.value, b.value), axis=-1)
    value = np.arctan2(sine, cosine.value)
    if cosine.jac is None:
        return Dual(value)
    return Dual(value, -cosine.jac / np.maximum(sine, 0.035)[..., None])


def stack(parts: Sequence[Dual]) -> Dual:
    """Residuals (S, K, m) side by side along the last axis -> (S, K, sum m)."""
    value = np.concatenate([p.value for p in parts], axis=-1)
    if any(p.jac is None for p in parts):
        return Dual(value)
    return Dual(value, np.concatenate([p.jac for p in parts if p.jac is not None], axis=-2))


def above(a: Dual, limit: float | np.ndarray) -> Dual:
    """max(0, a - limit): zero while `a` keeps below the limit."""
    over = a.value - limit
    active = over > 0
    return Dual(over * active, None if a.jac is None else a.jac * active[..., None])


def below(a: Dual, limit: float | np.ndarray) -> Dual:
    """max(0, limit - a): zero while `a` keeps above the limit."""
    return above(-a, -limit)


def times(a: Dual, b: Dual) -> Dual:
    """Product of scalars."""
    if a.jac is None or b.jac is None:
        return Dual(a.value * b.value)
    return Dual(a.value * b.value, a.value[..., None] * b.jac + b.value[..., None] * a.jac)


def hypot(a: Dual, b: Dual) -> Dual:
    """Length of the plane vectors (a, b); the derivative is zero at the origin, where none exists."""
    length = np.hypot(a.value, b.value)
    if a.jac is None or b.jac is None:
        return Dual(length)
    jac = a.value[..., None] * a.jac + b.value[..., None] * b.jac
    return Dual(length, jac / np.maximum(length, _TINY)[..., None])


def faded(a: Dual, size: Dual, full: float) -> Dual:
    """`a` weighed by min(1, size / full): what a small `size` leaves undefined does not count."""
    inside = size.value < full
    weight = Dual(np.where(inside, size.value / full, 1.0), None if size.jac is None else size.jac * inside[..., None])
    return times(a, weight if weight.jac is None else Dual(weight.value, weight.jac / full))
