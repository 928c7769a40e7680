"""Limbs that must not run through the trunk, the head or each other: the balls that fill them (`body.balls`).

For each pair of parts only the deepest overlap counts: one residual a pair, a fixed number of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

import numpy as np

from backend.body.balls import Balls, balls
from backend.body.dual import Dual
from backend.body.kinematics import Kinematics, feature_matrix
from backend.body.model import BodyModel
from rigs.skeleton import INDEX

# Pairs of parts by name; {s} a side, {o} the other. Neighbours on the body always meet and are left out.
_APART: Final = (
    ("left_forearm", "right_forearm"), ("left_hand", "right_hand"), ("left_thigh", "right_thigh"),
    ("left_shin", "right_shin"), ("left_foot", "right_foot"),
    ("{s}_elbow_half", "trunk"), ("{s}_forearm", "trunk"), ("{s}_hand", "trunk"), ("{s}_shin", "trunk"),
    ("{s}_foot", "trunk"), ("{s}_upper_arm", "head"), ("{s}_forearm", "head"), ("{s}_hand", "head"),
    ("{s}_hand", "{o}_forearm"), ("{s}_hand", "{o}_upper_arm"), ("{s}_forearm", "{o}_upper_arm"),
    ("{s}_forearm", "{s}_thigh"), ("{s}_forearm", "{o}_thigh"), ("{s}_hand", "{s}_thigh"), ("{s}_hand", "{o}_thigh"),
    ("{s}_forearm", "{s}_shin"), ("{s}_hand", "{s}_shin"), ("{s}_hand", "{o}_shin"), ("{s}_hand", "{s}_foot"),
    ("{s}_hand", "{o}_foot"), ("{s}_shin", "{o}_thigh"), ("{s}_foot", "{o}_thigh"), ("{s}_foot", "{s}_thigh"), ("{s}_foot", "{o}_shin"),
)  # fmt: skip
_FREE_FROM: Final = 0.6  # share of the upper arm from which on it is clear of the chest, where its upper half lies
_SLACK: Final = 0.002  # m; skin gives way this much before it counts


@dataclass(frozen=True, eq=False)
class Spheres:
    """Spheres (N) and the pairs of them (P) that are looked at, those of one pair of parts together.

    joint (N,), offset (N, 3) m from it; first, second (P,) spheres; reach (P,) m: the distance at which they overlap;
    starts: where each pair of parts begins; names: what to call it. matrix (N, 220): see `Kinematics.features`.
    """

    joint: np.ndarray
    offset: np.ndarray
    first: np.ndarray
    second: np.ndarray
    reach: np.ndarray
    starts: np.ndarray
    names: tuple[str, ...]
    matrix: np.ndarray

    @cached_property
    def flat(self) -> np.ndarray:
        """(P,) index of each pair in the table of all spheres against all."""
        return self.first * len(self.joint) + self.second

    @cached_property
    def half_reach(self) -> np.ndarray:
        """(P,) m."""
        return (0.5 * self.reach).astype(np.float32)

    @cached_property
    def per_reach(self) -> np.ndarray:
        """(P,) 1/m: 1 / (2 reach)."""
        return (0.5 / self.reach).astype(np.float32)


@cache
def spheres() -> Spheres:
    """The spheres of the mean body."""
    parts = _parts()
    first_of = dict(zip(parts, np.cumsum([0] + [len(p.joint) for p in parts.values()]), strict=False))
    joint, offset, radius = (
        np.concatenate([getattr(p, f) for p in parts.values()]) for f in ("joint", "offset", "radius")
    )
    pairs = _pairs()
    grids = [
        np.meshgrid(*(first_of[n] + np.arange(len(parts[n].joint)) for n in pair), indexing="ij") for pair in pairs
    ]
    one, other = (np.concatenate([g[i].ravel() for g in grids]) for i in (0, 1))
    starts = np.cumsum([0] + [g[0].size for g in grids[:-1]])
    labels = tuple(f"{a} in {b}".replace("elbow_half", "upper_arm").replace("_", " ") for a, b in pairs)
    matrix = feature_matrix(joint[:, None], np.ones((len(joint), 1)), offset[:, None])
    return Spheres(joint, offset, one, other, radius[one] + radius[other] - _SLACK, starts, labels, matrix)


def _parts() -> dict[str, Balls]:
    """All parts, and of each upper arm once more the half at the elbow."""
    out = dict(balls())
    rest = BodyModel.load().joint_template
    for side in ("left", "right"):
        arm = out[f"{side}_upper_arm"]
        length = abs(rest[INDEX[f"{side}_elbow"], 0] - rest[INDEX[f"{side}_shoulder"], 0])
        out[f"{side}_elbow_half"] = arm.where(np.abs(arm.offset[:, 0]) > _FREE_FROM * length)
    return out


def _pairs() -> list[tuple[str, str]]:
    """The pairs of parts that must keep apart, each once."""
    out: dict[tuple[str, str], None] = {}
    for a, b in _APART:
        for s, o in (("left", "right"), ("right", "left")):
            out[a.format(s=s, o=o), b.format(s=s, o=o)] = None
    return list(out)


def overlap(body: Kinematics) -> Dual:
    """(S, pairs, 1) m: depth of the deepest overlap of each pair of parts beyond the slack, else zero."""
    table = spheres()
    centre = table.matrix @ body.features
    deep = _closeness(table, centre)
    hit = np.maximum.reduceat(deep, table.starts, axis=1) > 0
    columns = np.flatnonzero(hit.any(axis=0))
    value = np.zeros(hit.shape)
    jac = None if body.active is None else np.zeros((*hit.shape, body.columns))
    if len(columns):
        deepest = np.stack([_deepest(deep, table, int(k)) for k in columns], axis=1)
        depth, moved = _depths(body, table, centre, deepest)
        value[:, columns] = depth * hit[:, columns]
        if jac is not None and moved is not None:
            jac[:, columns] = moved * (depth * hit[:, columns] > 0)[..., None]
    return Dual(value, jac).as_row()


def _closeness(table: Spheres, centre: np.ndarray) -> np.ndarray:
    """(S, P) m, about the depth of each overlap, negative where spheres are apart: (reach^2 - distance^2) / (2 reach).

    Distances of all against all come from one product, in single precision: this only says which pair to look at.
    """
    c = centre.astype(np.float32)
    squares, ones = (c * c).sum(axis=-1, keepdims=True), np.ones((*c.shape[:2], 1), np.float32)
    left, right = np.concatenate([-2 * c, squares, ones], axis=2), np.concatenate([c, ones, squares], axis=2)
    apart = np.take((left @ np.swapaxes(right, 1, 2)).reshape(len(c), -1), table.flat, axis=1)
    out: np.ndarray = table.half_reach - apart * table.per_reach
    return out


def _deepest(deep: np.ndarray, table: Spheres, pair: int) -> np.ndarray:
    """(S,) index of the deepest overlap among the sphere pairs of one pair of parts."""
    start = table.starts[pair]
    end = table.starts[pair + 1] if pair + 1 < len(table.starts) else deep.shape[1]
    return np.asarray(start + np.argmax(deep[:, start:end], axis=1))


def _depths(
    body: Kinematics, table: Spheres, centre: np.ndarray, deepest: np.ndarray
) -> tuple[np.ndarray, np.ndarray | None]:
    """Depths (S, k) m of sphere pairs (S, k), reach - |c_a - c_b|, zero where apart; and their derivative (S, k, D)."""
    a, b, rows = table.first[deepest], table.second[deepest], np.arange(len(centre))[:, None]
    ca, cb = centre[rows, a], centre[rows, b]
    distance = np.maximum(np.linalg.norm(ca - cb, axis=-1), 1e-9)
    depth = np.maximum(table.reach[deepest] - distance, 0.0)
    if body.active is None:
        return depth, None
    moved = body.carried(table.joint[a], ca) - body.carried(table.joint[b], cb)
    return depth, -np.einsum("skc,skcd->skd", (ca - cb) / distance[..., None], moved)
