"""Values that carry their analytic derivative: forward mode, for the few vector operations that posecodes need.

A `Dual` holds `value` (S, ...) for S poses at once and `jac` (S, ..., D), its derivative with respect to the D solver
increments of each pose; `jac` is None where only the value is wanted (measuring).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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

    def scaled(self, factor: float | np.ndarray) -> Dual:
        """Times a constant; an array factor must broadcast against `value`."""
        if isinstance(factor, np.ndarray):
            return Dual(self.value * factor, None if self.jac is None else self.jac * factor[..., None])
        return Dual(self.value * factor, None if self.jac is None else self.jac * factor)

    def component(self, i: int) -> Dual:
        """(S, n) -> (S,)."""
        return Dual(self.value[..., i], None if self.jac is None else self.jac[..., i, :])


def dot(a: Dual, b: Dual) -> Dual:
    """Scalar product of (S, 3) with (S, 3) -> (S,)."""
    value = np.einsum("si,si->s", a.value, b.value)
    if a.jac is None or b.jac is None:
        return Dual(value)
    jac = np.matmul(b.value[:, None, :], a.jac)[:, 0] + np.matmul(a.value[:, None, :], b.jac)[:, 0]
    return Dual(value, jac)


def along(a: Dual, direction: np.ndarray) -> Dual:
    """Component of (S, 3) along constant directions (3,) or (S, 3) -> (S,)."""
    direction = np.broadcast_to(direction, a.value.shape)
    value = np.einsum("si,si->s", a.value, direction)
    return Dual(value, None if a.jac is None else np.matmul(direction[:, None, :], a.jac)[:, 0])


def norm(a: Dual) -> Dual:
    """Length of (S, 3) -> (S,); the derivative is zero at the origin, where none exists."""
    length = np.sqrt(np.einsum("si,si->s", a.value, a.value))
    if a.jac is None:
        return Dual(length)
    unit_value = a.value / np.maximum(length, _TINY)[:, None]
    return Dual(length, np.matmul(unit_value[:, None, :], a.jac)[:, 0])


def unit(a: Dual) -> Dual:
    """(S, 3) scaled to length one: d(u) = (I - u u^T) da / |a|."""
    length = np.maximum(np.sqrt(np.einsum("si,si->s", a.value, a.value)), _TINY)
    u = a.value / length[:, None]
    if a.jac is None:
        return Dual(u)
    inner = np.matmul(u[:, None, :], a.jac)
    return Dual(u, (a.jac - u[:, :, None] * inner) / length[:, None, None])


def atan2(y: Dual, x: Dual) -> Dual:
    """Angle (S,) rad of the point (x, y); the derivative is zero at the origin."""
    value = np.arctan2(y.value, x.value)
    if y.jac is None or x.jac is None:
        return Dual(value)
    r2 = np.maximum(x.value**2 + y.value**2, 1e-8)
    return Dual(value, (x.value[:, None] * y.jac - y.value[:, None] * x.jac) / r2[:, None])


def angle_between(a: Dual, b: Dual) -> Dual:
    """Angle (S,) rad in [0, pi] between unit vectors (S, 3).

    The derivative -d(cos)/sin is damped below 2 degrees and near 180 degrees, where the true one has no limit.
    """
    cosine = dot(a, b)
    sine = np.linalg.norm(np.cross(a.value, b.value), axis=-1)
    value = np.arctan2(sine, cosine.value)
    if cosine.jac is None:
        return Dual(value)
    return Dual(value, -cosine.jac / np.maximum(sine, 0.035)[:, None])


def stack(parts: Sequence[Dual]) -> Dual:
    """Scalars (S,) and vectors (S, n) side by side -> (S, m)."""
    values = [p.value if p.value.ndim == 2 else p.value[:, None] for p in parts]
    value = np.concatenate(values, axis=1)
    if any(p.jac is None for p in parts):
        return Dual(value)
    jacs = [p.jac if p.jac.ndim == 3 else p.jac[:, None] for p in parts if p.jac is not None]
    return Dual(value, np.concatenate(jacs, axis=1))


def above(a: Dual, limit: float) -> Dual:
    """max(0, a - limit): zero while `a` keeps below the limit."""
    over = a.value - limit
    active = over > 0
    return Dual(np.where(active, over, 0.0), None if a.jac is None else a.jac * active[..., None])


def below(a: Dual, limit: float) -> Dual:
    """max(0, limit - a): zero while `a` keeps above the limit."""
    return above(-a, -limit)
