"""Limbs that must not run through the trunk, the head or each other: inscribed spheres along the bones.

Each body part is a row of spheres, as large as the skin of the mean body allows (so that nothing touches in the rest
pose). For each pair of parts only the deepest overlap counts: one residual a pair, a fixed number of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

import numpy as np

from backend.body.dual import Dual
from backend.body.kinematics import Kinematics, feature_matrix
from backend.body.model import BodyModel
from rigs.skeleton import INDEX

# part -> rows of centres: from which joint to which, number of spheres, first and last share of the way
_ROWS: Final[dict[str, tuple[tuple[str, str, int, float, float], ...]]] = {
    "upper_arm": (("shoulder", "elbow", 2, 0.8, 1.0),),  # the upper half always lies against the chest
    "forearm": (("elbow", "wrist", 4, 0.1, 1.0),),
    "hand": (("wrist", "middle1", 2, 0.5, 1.0), ("middle1", "middle3", 2, 0.4, 1.0)),
    "thigh": (("hip", "knee", 5, 0.3, 1.0),),
    "shin": (("knee", "ankle", 5, 0.15, 1.0), ("ankle", "foot", 3, 0.2, 1.0)),
}
_TRUNK: Final = (  # joint, offset m from it in the rest pose
    ("pelvis", (0.06, 0.02, 0.0)), ("pelvis", (-0.06, 0.02, 0.0)),
    ("spine1", (0.05, 0.02, 0.03)), ("spine1", (-0.05, 0.02, 0.03)),
    ("spine2", (0.06, 0.0, 0.03)), ("spine2", (-0.06, 0.0, 0.03)),
    ("spine3", (0.07, 0.02, 0.02)), ("spine3", (-0.07, 0.02, 0.02)),
    ("spine3", (0.0, 0.08, 0.02)),
)  # fmt: skip
_HEAD: Final = (  # with radius m: inside the head lie eyes and teeth, so the nearest vertex says nothing
    ("head", (0.0, 0.095, 0.005), 0.085), ("head", (0.0, 0.03, 0.045), 0.062), ("neck", (0.0, 0.05, 0.0), 0.045),
)  # fmt: skip
_CROSS: Final = (("forearm", "forearm"), ("hand", "hand"), ("thigh", "thigh"), ("shin", "shin"))
_SLACK = 0.008  # m; skin gives way this much before it counts


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


@cache
def spheres() -> Spheres:
    """The spheres of the mean body."""
    shaped = BodyModel.load().shaped()
    rest, skin = shaped.joints, shaped.vertices
    rows: list[tuple[str, int, np.ndarray]] = []
    for side in ("left", "right"):
        for part, pieces in _ROWS.items():
            for start, end, count, first, last in pieces:
                a, b = INDEX[f"{side}_{start}"], INDEX[f"{side}_{end}"]
                for t in np.linspace(first, last, count):
                    rows.append((f"{side}_{part}", a, t * (rest[b] - rest[a])))
    rows += [("trunk", INDEX[j], np.array(o)) for j, o in _TRUNK] + [
        ("head", INDEX[j], np.array(o)) for j, o, _ in _HEAD
    ]
    joint = np.array([r[1] for r in rows])
    offset = np.array([r[2] for r in rows])
    centre = rest[joint] + offset
    radius = np.array([np.min(np.linalg.norm(skin - c, axis=1)) for c in centre])
    names = np.array([r[0] for r in rows])
    radius[names == "head"] = [r for _, _, r in _HEAD]
    wanted = _pairs()
    grids = [np.meshgrid(np.flatnonzero(names == a), np.flatnonzero(names == b), indexing="ij") for a, b in wanted]
    one, other = (np.concatenate([g[i].ravel() for g in grids]) for i in (0, 1))
    starts = np.cumsum([0] + [g[0].size for g in grids[:-1]])
    labels = tuple(f"{a} in {b}".replace("_", " ") for a, b in wanted)
    matrix = feature_matrix(joint[:, None], np.ones((len(joint), 1)), offset[:, None])
    return Spheres(joint, offset, one, other, radius[one] + radius[other] - _SLACK, starts, labels, matrix)


def _pairs() -> list[tuple[str, str]]:
    """The pairs of parts that must keep apart."""
    wanted = [(f"left_{a}", f"right_{b}") for a, b in _CROSS]
    for side, other in (("left", "right"), ("right", "left")):
        wanted += [(f"{side}_{arm}", "trunk") for arm in ("upper_arm", "forearm", "hand")]
        wanted += [(f"{side}_{arm}", "head") for arm in ("forearm", "hand")]
        wanted += [(f"{side}_{arm}", f"{leg}_thigh") for arm in ("forearm", "hand") for leg in ("left", "right")]
        wanted += [(f"{side}_hand", f"{other}_forearm"), (f"{side}_hand", f"{side}_shin"), (f"{side}_shin", "trunk")]
        wanted += [(f"{side}_shin", f"{other}_thigh")]
    return wanted


def overlap(body: Kinematics) -> Dual:
    """(S, pairs, 1) m: depth of the deepest overlap of each pair of parts beyond the slack, else zero."""
    table = spheres()
    centre = table.matrix @ body.features
    squares = (centre * centre).sum(axis=-1)
    apart = squares[:, :, None] + squares[:, None] - 2 * centre @ np.swapaxes(centre, 1, 2)
    deep = table.reach - np.sqrt(np.maximum(apart.reshape(len(centre), -1)[:, table.flat], 1e-12))
    depth = np.maximum(np.maximum.reduceat(deep, table.starts, axis=1), 0.0)
    if body.active is None:
        return Dual(depth[..., None])
    jac = np.zeros((*depth.shape, body.columns))
    columns = np.flatnonzero(depth.any(axis=0))
    if len(columns):
        deepest = np.stack([_deepest(deep, table, int(k)) for k in columns], axis=1)
        moved = _depth_jac(body, table, centre, table.first[deepest], table.second[deepest])
        jac[:, columns] = moved * (depth[:, columns] > 0)[..., None]
    return Dual(depth, jac).as_row()


def _deepest(deep: np.ndarray, table: Spheres, pair: int) -> np.ndarray:
    """(S,) index of the deepest overlap among the sphere pairs of one pair of parts."""
    start = table.starts[pair]
    end = table.starts[pair + 1] if pair + 1 < len(table.starts) else deep.shape[1]
    return np.asarray(start + np.argmax(deep[:, start:end], axis=1))


def _depth_jac(body: Kinematics, table: Spheres, centre: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(S, k, D): derivative of radius_a + radius_b - |c_a - c_b|."""
    rows = np.arange(len(centre))[:, None]
    ca, cb = centre[rows, a], centre[rows, b]
    away = ca - cb
    unit = away / np.maximum(np.linalg.norm(away, axis=-1, keepdims=True), 1e-9)
    moved = body.carried(table.joint[a], ca) - body.carried(table.joint[b], cb)
    return -np.einsum("skc,skcd->skd", unit, moved)
