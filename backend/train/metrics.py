"""The field's figures for poses and for retrieval, in numpy; each says its unit and where it comes from.

Joints are (n, J, 3) m. Features are (n, d), any scale; similarity is the cosine.
"""

from __future__ import annotations

from typing import Final

import numpy as np

_RADII: Final = np.arange(0.0, 1.0, 0.05)  # m; ProsePose (Subramanian et al., 2024) averages over these


def mpjpe(predicted: np.ndarray, truth: np.ndarray, root: int = 0) -> np.ndarray:
    """(n,) mm: mean distance of the joints with the root joints in one place."""
    offset = (predicted - predicted[:, [root]]) - (truth - truth[:, [root]])
    return 1000 * np.linalg.norm(offset, axis=-1).mean(axis=-1)


def pa_mpjpe(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """(n,) mm: mean distance of the joints after the best similarity transform of each pose (Procrustes)."""
    return 1000 * np.linalg.norm(_aligned(predicted, truth) - truth, axis=-1).mean(axis=-1)


def _aligned(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """`a` turned, scaled and moved onto `b`, each (n, J, 3)."""
    mean_a, mean_b = a.mean(axis=1, keepdims=True), b.mean(axis=1, keepdims=True)
    x, y = a - mean_a, b - mean_b
    u, s, vt = np.linalg.svd(np.swapaxes(x, 1, 2) @ y)
    sign = np.ones_like(s)
    sign[:, -1] = np.sign(np.linalg.det(u @ vt))
    turn = u @ (sign[..., None] * vt)
    scale = (s * sign).sum(axis=1) / np.maximum((x**2).sum(axis=(1, 2)), 1e-12)
    return scale[:, None, None] * (x @ turn) + mean_b


def recall(queries: np.ndarray, targets: np.ndarray, ks: tuple[int, ...] = (1, 5, 10)) -> dict[int, float]:
    """Percent of queries, by k, whose own target (the same row) is among the k nearest of all targets."""
    ranks = _ranks(_cosines(queries, targets))
    return {k: float(100 * (ranks < k).mean()) for k in ks}


def m_recall(a: np.ndarray, b: np.ndarray, ks: tuple[int, ...] = (1, 5, 10)) -> float:
    """Percent: mean of R@1, R@5 and R@10 in both directions over the full set (PoseScript's mRecall)."""
    return float(np.mean([*recall(a, b, ks).values(), *recall(b, a, ks).values()]))


def r_precision(
    queries: np.ndarray, targets: np.ndarray, pool: int = 32, ks: tuple[int, ...] = (1, 2, 3), *, seed: int = 0
) -> dict[int, float]:
    """Percent of queries, by k, whose own target is among the k nearest of `pool` targets, the others drawn at random.

    Only figures of the same pool can be compared. pool is cut to the number of targets.
    """
    count = len(queries)
    rng = np.random.default_rng(seed)
    cosines = _cosines(queries, targets)
    ranks = np.zeros(count)
    for i in range(count):
        others = rng.choice(count - 1, min(pool, count) - 1, replace=False)
        others += others >= i
        ranks[i] = (cosines[i, others] >= cosines[i, i]).sum()
    return {k: float(100 * (ranks < k).mean()) for k in ks}


def _cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    unit = [x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12) for x in (a, b)]
    return unit[0] @ unit[1].T


def _ranks(cosines: np.ndarray) -> np.ndarray:
    """How many others are at least as near as a row's own column: a tie counts against."""
    own = np.diag(cosines)[:, None]
    return (cosines >= own).sum(axis=1) - 1


def contacts_kept(gaps: np.ndarray, radii: np.ndarray = _RADII) -> float:
    """Percent of true contacts whose predicted gap is below r, averaged over the radii: ProsePose's PCC.

    Args:
        gaps: (n,) m between the two regions of each true contact, in the predicted pose.
        radii: (r,) m. ProsePose's code takes 0 to 0.95 m in steps of 0.05; its text speaks of PCC@r for one r.
    """
    return float(100 * (np.asarray(gaps)[:, None] < np.asarray(radii)[None]).mean()) if len(gaps) else float("nan")


def frechet_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Frechet distance of two sets of features taken as Gaussians (Heusel et al., 2017); 0 for equal sets."""
    mean = a.mean(axis=0) - b.mean(axis=0)
    cov_a, cov_b = np.atleast_2d(np.cov(a, rowvar=False)), np.atleast_2d(np.cov(b, rowvar=False))
    root = _root(cov_a)
    cross = np.linalg.eigvalsh(root @ cov_b @ root)  # has the eigenvalues of cov_a cov_b, and is symmetric
    trace = np.trace(cov_a) + np.trace(cov_b) - 2 * np.sqrt(np.maximum(cross, 0)).sum()
    return float(max(mean @ mean + trace, 0.0))


def _root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def diversity(features: np.ndarray, pairs: int = 300, *, seed: int = 0) -> float:
    """Mean distance of random pairs of different rows (Guo et al., 2020), in the features' unit."""
    rng = np.random.default_rng(seed)
    first = rng.integers(len(features), size=pairs)
    second = (first + rng.integers(1, len(features), size=pairs)) % len(features)
    return float(np.linalg.norm(features[first] - features[second], axis=1).mean())
