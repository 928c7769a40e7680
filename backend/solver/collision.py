"""Limbs that must not run through the trunk, the head or each other: the balls that fill them (`body.balls`).

One residual a pair of parts, so that there is a fixed number of rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from typing import Final

import numpy as np

from backend.body.balls import Balls, balls
from backend.body.dual import Dual
from backend.body.kinematics import ANCESTORS, Kinematics, feature_matrix
from backend.body.model import BodyModel
from rigs.skeleton import INDEX, JOINTS

# Pairs of parts by name; {s} a side, {o} the other. Neighbours on the body always meet and are left out.
_APART: Final = (
    ("left_forearm", "right_forearm"), ("left_hand", "right_hand"), ("left_thigh", "right_thigh"),
    ("left_shin", "right_shin"), ("left_foot", "right_foot"),
    ("{s}_elbow_half", "trunk"), ("{s}_forearm", "trunk"), ("{s}_hand", "trunk"), ("{s}_shin", "trunk"),
    ("{s}_foot", "trunk"), ("{s}_upper_arm", "head"), ("{s}_forearm", "head"), ("{s}_hand", "head"),
    ("{s}_hand", "{o}_forearm"), ("{s}_hand", "{o}_upper_arm"), ("{s}_forearm", "{o}_upper_arm"),
    ("{s}_forearm", "{s}_thigh"), ("{s}_forearm", "{o}_thigh"), ("{s}_hand", "{s}_thigh"), ("{s}_hand", "{o}_thigh"),
    ("{s}_forearm", "{s}_shin"), ("{s}_hand", "{s}_shin"), ("{s}_hand", "{o}_shin"), ("{s}_hand", "{s}_foot"),
    ("{s}_hand", "{o}_foot"), ("{s}_shin", "{o}_thigh"), ("{s}_foot", "{o}_thigh"), ("{s}_foot", "{s}_thigh"),
    ("{s}_upper_arm", "{s}_shin"), ("{s}_upper_arm", "{s}_thigh"), ("{s}_foot", "{o}_shin"),
)  # fmt: skip
_FREE_FROM: Final = 0.6  # share of the upper arm from which on it is clear of the chest, where its upper half lies
_TOUCHING: Final = 0.002  # m likewise, between parts that are to touch
_MARGIN: Final = 0.006  # m between balls; the skin between two of them sticks out by about as much


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
    centre = BodyModel.load().joint_template[joint] + offset
    apart = np.linalg.norm(centre[one] - centre[other], axis=1)  # in the T-pose, where nothing is in the way
    reach = np.minimum(radius[one] + radius[other] + _MARGIN, apart)
    return Spheres(joint, offset, one, other, reach, starts, labels, matrix)


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


@lru_cache(maxsize=128)
def clearance(touching: frozenset[tuple[str, str]]) -> Spheres:
    """The spheres, with less margin between parts that are to touch, given as pairs of names."""
    table = spheres()
    reach = table.reach.copy()
    ends = np.append(table.starts[1:], len(reach))
    for (a, b), start, end in zip(_pairs(), table.starts, ends, strict=True):
        names = {p.replace("elbow_half", "upper_arm") for p in (a, b)}
        if any(names == set(pair) for pair in touching):
            reach[start:end] -= _MARGIN - _TOUCHING
    return replace(table, reach=reach)


def part_of(joint: int) -> str:
    """The part that the skin of a joint belongs to."""
    side, _, name = JOINTS[joint].rpartition("_")
    return next(
        (part for part, p in balls().items() if joint in p.joint),
        "head" if name in ("neck", "jaw", "smplhf") else f"{side}_hand" if side and name != "collar" else "trunk",
    )


def overlap(body: Kinematics, table: Spheres) -> Dual:
    """(S, pairs, 1) m: how far each pair of parts runs into each other zero where they are apart.

    The root of the sum of squares of their spheres' depths: where long parts lie in each other, all of it counts, so
    that one place does not get out at the cost of the next.
    """
    centre = table.matrix @ body.features
    near = np.flatnonzero((_closeness(table, centre) > 0).any(axis=0))
    value = np.zeros((len(centre), len(table.names)))
    if not len(near):
        jac = None if body.active is None else np.zeros((*value.shape, body.columns))
        return Dual(value, jac).as_row()
    away, depth = _depths(table, centre, near)
    owner = np.searchsorted(table.starts, near, side="right") - 1
    first = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    hit = owner[first]
    total = np.sqrt(np.add.reduceat(depth * depth, first, axis=1))
    value[:, hit] = total
    if body.active is None:
        return Dual(value).as_row()
    share = depth / np.repeat(np.maximum(total, 1e-9), np.diff(np.append(first, len(near))), axis=1)
    jac = np.zeros((*value.shape, body.columns))
    turns = _turning(body, table, centre, near, -share[..., None] * away)
    jac[:, hit, :-3] = np.add.reduceat(turns, first, axis=1).reshape(len(centre), len(hit), -1)
    return Dual(value, jac).as_row()


def _closeness(table: Spheres, centre: np.ndarray) -> np.ndarray:
    """(S, P) m, about the depth of each overlap, negative where spheres are apart: (reach^2 - distance^2) / (2 reach).

    Distances of all against all come from one product, in single precision: this only says which pairs to look at.
    """
    c = centre.astype(np.float32)
    squares, ones = (c * c).sum(axis=-1, keepdims=True), np.ones((*c.shape[:2], 1), np.float32)
    left, right = np.concatenate([-2 * c, squares, ones], axis=2), np.concatenate([c, ones, squares], axis=2)
    apart = np.take((left @ np.swapaxes(right, 1, 2)).reshape(len(c), -1), table.flat, axis=1)
    out: np.ndarray = table.half_reach - apart * table.per_reach
    return out


def _depths(table: Spheres, centre: np.ndarray, near: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of sphere pairs (k,) the unit vectors (S, k, 3) from second to first, and depths (S, k) m, zero where apart."""
    away = centre[:, table.first[near]] - centre[:, table.second[near]]
    distance = np.maximum(np.sqrt(np.einsum("skc,skc->sk", away, away)), 1e-9)
    return away / distance[..., None], np.maximum(table.reach[near] - distance, 0.0)


def _turning(body: Kinematics, table: Spheres, centre: np.ndarray, near: np.ndarray, force: np.ndarray) -> np.ndarray:
    """(S, k, A, 3): change of force . (c_a - c_b) per rotation of each active joint, for sphere pairs (k,).

    As with forces +f at c_a and -f at c_b: a joint p that carries a point q turns with the moment (q - p) x f. The
    whole body moving changes nothing.
    """
    assert body.active is not None
    a, b = table.first[near], table.second[near]
    carries_a, carries_b = (ANCESTORS[table.joint[i]][:, body.active].astype(float) for i in (a, b))
    moment_a, moment_b = np.cross(centre[:, a], force), np.cross(centre[:, b], force)
    moment = carries_a[..., None] * moment_a[:, :, None] - carries_b[..., None] * moment_b[:, :, None]
    pull = (carries_a - carries_b)[..., None] * force[:, :, None]
    place = body.joints[:, None, body.active]
    px, py, pz = place[..., 0], place[..., 1], place[..., 2]
    fx, fy, fz = pull[..., 0], pull[..., 1], pull[..., 2]
    moment[..., 0] -= py * fz - pz * fy
    moment[..., 1] -= pz * fx - px * fz
    moment[..., 2] -= px * fy - py * fx
    return moment
