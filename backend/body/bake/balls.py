"""Fill the parts of the body with balls: `python -m backend.body.bake.balls` writes what `backend.body.balls` reads.

A ball that touches the skin at a vertex v with
normal n from inside has its centre at v - r n; the largest r that keeps all other vertices w outside is the minimum of
|v - w|^2 / (2 n.(v - w)) (the shrinking ball of Ma, Bae & Choi 2012 in closed form).
"""

from __future__ import annotations

import json
from functools import cache
from typing import Final

import numpy as np

from backend.body.balls import FILE, Balls
from backend.body.model import BodyModel
from rigs.skeleton import INDEX, JOINTS

# part -> the joints whose skin it is, without side; how far a ball may stay from skin that it covers (m), most balls
_PARTS: Final[dict[str, tuple[tuple[str, ...], float, int]]] = {
    "trunk": (("pelvis", "spine1", "spine2", "spine3", "left_collar"), 0.005, 24),
    "head": (("head", "jaw", "neck"), 0.008, 7),
    "upper_arm": (("shoulder",), 0.006, 7),
    "forearm": (("elbow",), 0.005, 8),
    "hand": (("wrist", "index", "middle", "ring", "pinky", "thumb"), 0.004, 22),
    "thigh": (("hip",), 0.004, 15),
    "shin": (("knee",), 0.005, 10),
    "foot": (("ankle", "foot"), 0.006, 11),
}
_CENTRAL: Final = ("head", "trunk")
_BRAIN: Final = np.array([0.0, 0.08, 0.02])  # m from the head joint
_CONE: Final = 6.0  # deg
_LARGEST: Final = 0.13  # m
_MIDDLE: Final = 0.004  # m
_FAR: Final = 0.04  # m; skin that no ball covers yet counts as this far from one
_SEEDS: Final = 250  # vertices of a part at which balls are tried


def filled() -> dict[str, Balls]:
    """By part: head, trunk, left_upper_arm, ...; right parts are mirrored left ones."""
    out = {part: _with_twins(_filled(part, "")) for part in _CENTRAL}
    for part in _PARTS:
        if part not in _CENTRAL:
            left = _filled(part, "left_")
            other = np.array([INDEX[JOINTS[j].replace("left_", "right_")] for j in left.joint])
            out[f"left_{part}"] = left
            out[f"right_{part}"] = Balls(other, left.offset * np.array([-1.0, 1.0, 1.0]), left.radius)
    return out


def _with_twins(half: Balls) -> Balls:
    """The balls of a half of the trunk and their mirror images; those in the middle once."""
    place = half.offset[:, 0] + BodyModel.load().joint_template[half.joint, 0]
    aside = half.where(np.abs(place) > _MIDDLE)
    twins = aside.offset * np.array([-1.0, 1.0, 1.0])
    other = np.array([INDEX[JOINTS[j].replace("left_", "right_")] for j in aside.joint])
    return Balls(
        np.concatenate([half.joint, other]),
        np.concatenate([half.offset, twins]),
        np.concatenate([half.radius, aside.radius]),
    )


def _filled(part: str, side: str) -> Balls:
    """The balls of one part of the mean body."""
    joints, slack, count = _PARTS[part]
    skin, normals, areas, rest = _skin()
    mine, strongest = _vertices(tuple(side + j for j in joints))
    if part == "head":
        outside = _outside(skin[mine], rest[INDEX["head"]] + _BRAIN)
        mine, strongest = mine[outside], strongest[outside]
    around = mine if part == "head" else np.union1d(mine, _shell()[::3])
    if not side:  # of head and trunk only the left half, so that the right can be its mirror image
        half = skin[mine, 0] > -_MIDDLE
        mine, strongest = mine[half], strongest[half]
    points = skin[mine]
    seeds = np.arange(0, len(mine), max(1, len(mine) // _SEEDS))
    away = points[seeds][:, None] - skin[around][None]
    ahead = np.einsum("sc,spc->sp", normals[mine[seeds]], away)
    squares = np.einsum("spc,spc->sp", away, away)
    radius = np.where(ahead > 1e-4, squares / (2 * np.maximum(ahead, 1e-4)), np.inf).min(axis=1)
    centre = points[seeds] - np.minimum(radius, _LARGEST)[:, None] * normals[mine[seeds]]
    # Inner faces (a shoe's lining) have no flesh behind them; and a limb's balls keep to their side of the body.
    sound = (radius < _LARGEST) & ((radius < np.abs(centre[:, 0])) | (side == ""))
    seeds, radius, centre = seeds[sound], radius[sound], centre[sound]
    gaps = np.sqrt(((centre[:, None] - points[None]) ** 2).sum(axis=-1)) - radius[:, None]
    chosen = _cover(gaps, areas[mine], count, slack)
    # A finger's end counts little among all vertices of a hand, but moves by itself: each joint has a ball.
    missing = [j for j in np.unique(strongest) if j not in strongest[seeds[chosen]] and j in strongest[seeds]]
    for j in missing:
        own = np.flatnonzero(strongest[seeds] == j)
        best = own[np.argmin(gaps[own][:, strongest == j].mean(axis=1))]
        chosen = np.append(chosen, best)
    joint = strongest[seeds[chosen]]
    return Balls(joint, centre[chosen] - rest[joint], radius[chosen])


def _cover(gaps: np.ndarray, areas: np.ndarray, count: int, slack: float) -> np.ndarray:
    """Rows (balls) that leave the least between themselves and the skin, the best first.

    Args:
        gaps: (balls, vertices) m from each ball to each vertex. areas: (vertices,). slack: m that does not count.
    """
    gaps = np.maximum(gaps - slack, 0.0)
    left = np.full(gaps.shape[1], _FAR)
    weight = areas + areas.mean()
    chosen: list[int] = []
    while len(chosen) < count:
        gain = np.maximum(left - gaps, 0.0) @ weight
        best = int(np.argmax(gain))
        if gain[best] <= 0.0:
            break
        chosen.append(best)
        left = np.minimum(left, gaps[best])
    return np.array(chosen)


def _outside(points: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """(V,) bool: points of the head with nothing farther from its middle in about their direction.

    Eyes, teeth and tongue lie inside the head, and say nothing about what it fills.
    """
    away = points - middle
    distance = np.linalg.norm(away, axis=1)
    alike = (away / distance[:, None]) @ (away / distance[:, None]).T > np.cos(np.radians(_CONE))
    farthest: np.ndarray = np.where(alike, distance, 0.0).max(axis=1)
    return distance > 0.93 * farthest


@cache
def _shell() -> np.ndarray:
    """Vertices of trunk and limbs: what keeps a ball from sticking out where its own part is open."""
    limbs = [joints for part, (joints, _, _) in _PARTS.items() if part not in ("head", "hand")]
    names = [j for joints in limbs for j in joints]
    central = ("pelvis", "spine", "left_")
    sided = [n for j in names for n in ((j,) if j.startswith(central) else (f"left_{j}", f"right_{j}"))]
    return _vertices(tuple(sided))[0]


@cache
def _skin() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Rest vertices (V, 3), outward unit normals (V, 3), areas (V,) up to a factor and rest joints (55, 3)."""
    model = BodyModel.load()
    skin, triangles = np.asarray(model.v_template), model.triangles
    corners = skin[triangles]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(skin)
    for corner in range(3):
        np.add.at(normals, triangles[:, corner], faces)
    areas = np.linalg.norm(normals, axis=1)
    return skin, normals / np.maximum(areas, 1e-12)[:, None], areas, model.joint_template


def _vertices(names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Vertices carried mostly by joints whose names begin so, and the joint of each."""
    model = BodyModel.load()
    strongest = model.skin_idx[np.arange(len(model.skin_idx)), np.argmax(model.skin_w, axis=1)].astype(int)
    belongs = np.array([any(name.startswith(n) for n in names) for name in JOINTS])
    mine = np.flatnonzero(belongs[strongest])
    return mine, strongest[mine]


def main() -> None:
    parts = {
        name: [
            [JOINTS[j], *np.round(o, 4).tolist(), round(float(r), 4)]
            for j, o, r in zip(p.joint, p.offset, p.radius, strict=True)
        ]
        for name, p in filled().items()
    }
    FILE.write_text(json.dumps(parts, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{sum(len(p) for p in parts.values())} balls -> {FILE}")


if __name__ == "__main__":
    main()
