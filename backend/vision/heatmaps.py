"""Heat maps of keypoints -> where they peak, between cells (DARK; Zhang et al. 2020), and mirrored ones turned back."""

from __future__ import annotations

from typing import Final

import numpy as np

_KERNEL: Final = np.exp(-0.5 * (np.arange(-1, 2) / 0.8) ** 2)  # a small Gaussian against noise: 3 cells, sigma 0.8
_FLOOR: Final = 1e-3  # of the heat whose logarithm is taken
_FARTHEST: Final = 1.0  # cells by which a peak may be moved


def peaks(heat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points (K, 2) in cells (x, y; the middle of the first is 0), and the heat there (K,), of heat (K, h, w).

    Around its peak the logarithm of a Gaussian is a parabola: one Newton step goes from the highest cell to its top
    (equations 6 to 8 of the paper).
    """
    count, height, width = heat.shape
    rows, columns = np.unravel_index(heat.reshape(count, -1).argmax(axis=1), (height, width))
    padded = np.pad(heat.astype(float), ((0, 0), (2, 2), (2, 2)), mode="edge")
    around = np.array([padded[k, r : r + 5, c : c + 5] for k, (r, c) in enumerate(zip(rows, columns, strict=True))])
    steps = _newton(np.log(np.maximum(_smoothed(around), _FLOOR)))
    inner = (rows > 0) & (rows < height - 1) & (columns > 0) & (columns < width - 1)
    steps = np.where(inner[:, None], np.clip(steps, -_FARTHEST, _FARTHEST), 0.0)
    at = np.stack([columns, rows], axis=1) + steps
    return at, heat[np.arange(count), rows, columns].astype(float)


def _smoothed(around: np.ndarray) -> np.ndarray:
    """The middle (K, 3, 3) of patches (K, 5, 5) after the Gaussian."""
    kernel = _KERNEL / _KERNEL.sum()
    along = sum(k * around[:, :, n : n + 3] for n, k in enumerate(kernel))
    out: np.ndarray = sum(k * along[:, n : n + 3] for n, k in enumerate(kernel))
    return out


def _newton(f: np.ndarray) -> np.ndarray:
    """Steps (K, 2) in x and y to the top of patches (K, 3, 3) of log-heat; none where they have no top."""
    dx, dy = (f[:, 1, 2] - f[:, 1, 0]) / 2, (f[:, 2, 1] - f[:, 0, 1]) / 2
    dxx, dyy = f[:, 1, 2] - 2 * f[:, 1, 1] + f[:, 1, 0], f[:, 2, 1] - 2 * f[:, 1, 1] + f[:, 0, 1]
    dxy = (f[:, 2, 2] - f[:, 2, 0] - f[:, 0, 2] + f[:, 0, 0]) / 4
    det = dxx * dyy - dxy * dxy
    top = (det > 1e-9) & (dxx < 0)
    safe = np.where(top, det, 1.0)
    step = np.stack([dxy * dy - dyy * dx, dxy * dx - dxx * dy], axis=1) / safe[:, None]
    return np.where(top[:, None], step, 0.0)


def turned_back(heat: np.ndarray, twins: np.ndarray) -> np.ndarray:
    """The heat (K, h, w) of a mirrored picture as that of the picture: columns reversed, left and right exchanged.

    Args:
        twins: (K,) for each keypoint the row of its twin on the other side, or its own.
    """
    return heat[twins][:, :, ::-1]
