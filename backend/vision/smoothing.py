"""Smooth tracks out of noisy ones: a robust Whittaker smoother for values and for rotations (Eilers 2003)."""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.body.rotations import rotmat_to_quat_wxyz

_ROUNDS: Final = 4  # of reweighting
_DOUBT: Final = 2.0  # times the usual distance from the smooth track from which on a sample counts less


def stiffness(cutoff: float, rate: float) -> float:
    """The penalty on second differences that lets half of an oscillation of `cutoff` Hz through, at `rate` Hz."""
    share = min(cutoff / rate, 0.5)
    return float((2.0 * np.sin(np.pi * share)) ** -4)


def whittaker(values: np.ndarray, weights: np.ndarray, stiff: float) -> np.ndarray:
    """Values (T, ...) smoothed along the first axis, by weights (T, ...); where a weight is 0 they are bridged.

    Minimises sum w (y - x)^2 + stiff sum (second differences of x)^2, by a pentadiagonal elimination that runs over
    time once, for all tracks at the same time.
    """
    n = len(values)
    if n < 3:
        return values.copy()
    w = np.maximum(weights, 1e-9)
    main = np.full(n, 6.0)
    main[[0, -1]], main[[1, -2]] = 1.0, 5.0 if n > 3 else 4.0
    near = np.full(n, -4.0)
    near[[0, n - 2]] = -2.0
    # L D L' with unit lower L: e next to the diagonal, f beside it.
    d, e, f, z = (np.zeros_like(values, float) for _ in range(4))
    for i in range(n):
        d[i], e[i], f[i], z[i] = w[i] + stiff * main[i], stiff * near[i], stiff, w[i] * values[i]
        if i >= 1:
            d[i] -= d[i - 1] * e[i - 1] ** 2
            e[i] -= d[i - 1] * e[i - 1] * f[i - 1]
            z[i] -= e[i - 1] * z[i - 1]
        if i >= 2:
            d[i] -= d[i - 2] * f[i - 2] ** 2
            z[i] -= f[i - 2] * z[i - 2]
        e[i], f[i] = e[i] / d[i], f[i] / d[i]
    x = z / d
    for i in range(n - 2, -1, -1):
        x[i] -= e[i] * x[i + 1]
        if i + 2 < n:
            x[i] -= f[i] * x[i + 2]
    return x


def smooth_values(values: np.ndarray, weights: np.ndarray, stiff: float) -> np.ndarray:
    """Tracks (T, K) without their outliers, by weights (T,)."""
    weights = np.repeat(weights[:, None], values.shape[1], axis=1)
    kept = weights
    for _ in range(_ROUNDS):
        out = whittaker(values, kept, stiff)
        kept = weights * _trust(np.abs(values - out), weights)
    return whittaker(values, kept, stiff)


def smooth_rotations(rotations: np.ndarray, weights: np.ndarray, stiff: float) -> np.ndarray:
    """Quaternions (T, J, 4) wxyz of rotations (T, J, 3, 3), smoothed by weights (T, J), without outliers.

    Neighbours in time are taken in the same half of the quaternions' sphere, where a mean of near ones is a mean on the
    manifold; whole turns are followed, for the path there never jumps.
    """
    quats = continuous(rotmat_to_quat_wxyz(rotations))
    kept = weights
    for _ in range(_ROUNDS):
        smooth = unit(whittaker(quats, np.repeat(kept[..., None], 4, axis=-1), stiff))
        quats = np.where((quats * smooth).sum(axis=-1, keepdims=True) < 0, -quats, quats)
        off = 2.0 * np.arccos(np.clip((quats * smooth).sum(axis=-1), -1.0, 1.0))
        kept = weights * _trust(off, weights)
    return unit(whittaker(quats, np.repeat(kept[..., None], 4, axis=-1), stiff))


def continuous(quats: np.ndarray) -> np.ndarray:
    """Quaternions (T, J, 4) with signs such that each is near the one before."""
    flips = (quats[1:] * quats[:-1]).sum(axis=-1) < 0
    sign = np.where(np.cumsum(flips, axis=0) % 2, -1.0, 1.0)
    return np.concatenate([quats[:1], quats[1:] * sign[..., None]])


def unit(quats: np.ndarray) -> np.ndarray:
    out: np.ndarray = quats / np.maximum(np.linalg.norm(quats, axis=-1, keepdims=True), 1e-12)
    return out


def _trust(off: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """0..1: how far samples that are `off` (T, K) from the smooth tracks are believed (Geman and McClure's weights)."""
    seen = np.where(weights > 1e-3, off, np.nan)
    scale = np.array([np.nanmedian(c) if np.isfinite(c).any() else 1.0 for c in seen.T])
    ratio = off / np.maximum(_DOUBT * 1.5 * scale, 1e-4)
    out: np.ndarray = 1.0 / (1.0 + ratio**2) ** 2
    return out
