"""How the skin of a posed body lies: parts that run through each other, gaps between regions, height over the ground.

An independent judge of solved poses: it looks at all 13,718 vertices, where the solver uses spheres and outlines.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import Final

import numpy as np

from backend.body.model import BodyModel
from backend.body.outline import around
from rigs.skeleton import JOINTS, PARENTS

_GROUPS: Final = {  # joint (without its side) -> group; fingers, jaw and eyes go with what carries them
    "pelvis": "trunk", "spine1": "trunk", "spine2": "trunk", "spine3": "trunk", "collar": "trunk", "neck": "head",
    "head": "head", "shoulder": "upper_arm", "elbow": "forearm", "wrist": "hand", "hip": "thigh", "knee": "shin",
    "ankle": "foot", "foot": "foot",
}  # fmt: skip
_JOINED: Final = {  # neighbours, which always meet
    ("trunk", "head"), ("trunk", "upper_arm"), ("upper_arm", "forearm"), ("forearm", "hand"), ("trunk", "thigh"),
    ("thigh", "shin"), ("shin", "foot"),
}  # fmt: skip
_INSIDE: Final = 0.6  # winding number from which on a point counts as inside; open ends make it a little less than 1


def _group(joint: int) -> str:
    while True:
        side, _, name = JOINTS[joint].rpartition("_")
        if name in _GROUPS and (side in ("", "left", "right")):
            return f"{side}_{_GROUPS[name]}" if side and _GROUPS[name] != "trunk" else _GROUPS[name]
        joint = PARENTS[joint]


@cache
def _vertices_by_group() -> dict[str, np.ndarray]:
    model = BodyModel.load()
    strongest = model.skin_idx[np.arange(len(model.skin_idx)), np.argmax(model.skin_w, axis=1)]
    names = np.array([_group(int(j)) for j in range(len(JOINTS))])[strongest]
    return {str(g): np.flatnonzero(names == g) for g in np.unique(names)}


@cache
def _triangles_by_group() -> dict[str, np.ndarray]:
    triangles = BodyModel.load().triangles
    out = {}
    for group, vertices in _vertices_by_group().items():
        mine = np.zeros(len(BodyModel.load().v_template), bool)
        mine[vertices] = True
        out[group] = triangles[mine[triangles].all(axis=1)]
    return out


def _meet(a: str, b: str) -> bool:
    """Whether two groups are neighbours on the body."""
    (side_a, name_a), (side_b, name_b) = ((g.split("_", 1) if g[:4] in ("left", "righ") else ("", g)) for g in (a, b))
    one_body = side_a == side_b or not side_a or not side_b
    return one_body and ((name_a, name_b) in _JOINED or (name_b, name_a) in _JOINED)


def deepest(skin: np.ndarray) -> tuple[float, str]:
    """Depth (m) of the deepest vertex of one part inside another, and which: skin (V, 3) m."""
    worst = (0.0, "")
    for a, b in combinations(sorted(_vertices_by_group()), 2):
        if _meet(a, b):
            continue
        for inner, outer in ((a, b), (b, a)):
            depth = _depth(skin, inner, outer)
            if depth > worst[0]:
                worst = (depth, f"{inner} in {outer}")
    return worst


def _depth(skin: np.ndarray, inner: str, outer: str) -> float:
    """Depth (m) of the deepest vertex of `inner` within `outer`."""
    points, shell = skin[_vertices_by_group()[inner]], skin[_vertices_by_group()[outer]]
    points = points[((points > shell.min(axis=0)) & (points < shell.max(axis=0))).all(axis=1)]
    if not len(points):
        return 0.0
    triangles = skin[_triangles_by_group()[outer]]
    points = points[_winding(points, triangles) > _INSIDE]
    if not len(points):
        return 0.0
    middles = triangles.mean(axis=1)
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    away = points[:, None] - middles[None]
    nearest = np.argmin(np.einsum("ptc,ptc->pt", away, away), axis=1)
    rows = np.arange(len(points))
    return float(np.abs(np.einsum("pc,pc->p", away[rows, nearest], normals[nearest])).max())


def _winding(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(P,) generalised winding numbers (Jacobson et al. 2013) of points with triangles (T, 3, 3)."""
    out = np.empty(len(points))
    for start in range(0, len(points), 64):
        a, b, c = np.moveaxis(triangles[None] - points[start : start + 64, None, None], 2, 0)
        la, lb, lc = (np.sqrt(np.einsum("ptc,ptc->pt", v, v)) for v in (a, b, c))
        volume = np.einsum("ptc,ptc->pt", a, np.cross(b, c))
        dots = [np.einsum("ptc,ptc->pt", u, v) for u, v in ((a, b), (b, c), (c, a))]
        solid = 2 * np.arctan2(volume, la * lb * lc + dots[0] * lc + dots[1] * la + dots[2] * lb)
        out[start : start + 64] = solid.sum(axis=1) / (4 * np.pi)
    return out


def gap(skin: np.ndarray, a: str, b: str) -> float:
    """Metres between the skin of two regions (nearest vertices)."""
    away = skin[around(a)][:, None] - skin[around(b)][None]
    return float(np.sqrt(np.einsum("abc,abc->ab", away, away).min()))


def height(skin: np.ndarray, region: str) -> float:
    """Metres of the lowest vertex of a region."""
    return float(skin[around(region), 1].min())
