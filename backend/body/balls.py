"""The inside of the body as balls: for each part the largest that fit under its skin, enough to fill it.

They stand for the flesh where limbs must not run through each other. A ball that touches the skin at a vertex v with
normal n from inside has its centre at v - r n; the largest r that keeps all other vertices w outside is the minimum of
|v - w|^2 / (2 n.(v - w)) (the shrinking ball of Ma, Bae & Choi 2012 in closed form).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from rigs.skeleton import INDEX, JOINTS

from .model import BodyModel

# part -> the joints whose skin it is, without side; how far a ball may stay from skin that it covers (m), most balls
_PARTS: Final[dict[str, tuple[tuple[str, ...], float, int]]] = {
    "trunk": (("pelvis", "spine1", "spine2", "spine3"), 0.015, 15),
    "upper_arm": (("shoulder",), 0.010, 8),
    "forearm": (("elbow",), 0.010, 8),
    "hand": (("wrist", "index", "middle", "ring", "pinky", "thumb"), 0.005, 28),
    "thigh": (("hip",), 0.012, 11),
    "shin": (("knee",), 0.010, 9),
    "foot": (("ankle", "foot"), 0.007, 13),
}
_HEAD: Final = (  # joint, offset m, radius m: eyes, teeth and tongue lie inside the head, so its vertices say little
    ("head", (0.0, 0.095, 0.005), 0.085), ("head", (0.0, 0.10, 0.04), 0.07), ("head", (0.0, 0.095, -0.025), 0.075),
    ("head", (0.0, 0.03, 0.045), 0.062), ("neck", (0.0, 0.05, 0.0), 0.045),
)  # fmt: skip
_LARGEST: Final = 0.13  # m
_MIDDLE: Final = 0.004  # m
_SEEDS: Final = 160  # vertices of a part at which balls are tried


@dataclass(frozen=True, eq=False)
class Balls:
    """N balls of one part: joint (N,) that carries each, offset (N, 3) m from it in the rest pose, radius (N,) m."""

    joint: np.ndarray
    offset: np.ndarray
    radius: np.ndarray

    def where(self, keep: np.ndarray) -> Balls:
        return Balls(self.joint[keep], self.offset[keep], self.radius[keep])


@cache
def balls() -> dict[str, Balls]:
    """By part: trunk, head, left_upper_arm, ...; right parts are mirrored left ones."""
    head = Balls(
        np.array([INDEX[j] for j, _, _ in _HEAD]), np.array([o for _, o, _ in _HEAD]), np.array([r for *_, r in _HEAD])
    )
    out = {"head": head, "trunk": _with_twins(_filled("trunk", ""))}
    for part in _PARTS:
        if part != "trunk":
            left = _filled(part, "left_")
            other = np.array([INDEX[JOINTS[j].replace("left_", "right_")] for j in left.joint])
            out[f"left_{part}"] = left
            out[f"right_{part}"] = Balls(other, left.offset * np.array([-1.0, 1.0, 1.0]), left.radius)
    return out


def _with_twins(half: Balls) -> Balls:
    """The balls of a half of the trunk and their mirror images; those in the middle once."""
    aside = half.where(np.abs(half.offset[:, 0]) > _MIDDLE)
    twins = aside.offset * np.array([-1.0, 1.0, 1.0])
    return Balls(
        np.concatenate([half.joint, aside.joint]),
        np.concatenate([half.offset, twins]),
        np.concatenate([half.radius, aside.radius]),
    )


def _filled(part: str, side: str) -> Balls:
    """The balls of one part of the mean body."""
    joints, slack, count = _PARTS[part]
    skin, normals, rest = _skin()
    mine, strongest = _vertices(tuple(side + j for j in joints))
    if not side:  # of the trunk only the left half, so that the right can be its mirror image
        half = skin[mine, 0] > -_MIDDLE
        mine, strongest = mine[half], strongest[half]
    points = skin[mine]
    seeds = np.arange(0, len(mine), max(1, len(mine) // _SEEDS))
    around = np.union1d(mine, _shell()[::3])
    away = points[seeds][:, None] - skin[around][None]
    ahead = np.einsum("sc,spc->sp", normals[mine[seeds]], away)
    squares = np.einsum("spc,spc->sp", away, away)
    radius = np.where(ahead > 1e-4, squares / (2 * np.maximum(ahead, 1e-4)), np.inf).min(axis=1)
    centre = points[seeds] - np.minimum(radius, _LARGEST)[:, None] * normals[mine[seeds]]
    # Inner faces (a shoe's lining) have no flesh behind them; and a limb's balls keep to their side of the body.
    sound = (radius < _LARGEST) & ((radius < np.abs(centre[:, 0])) | (side == ""))
    seeds, radius, centre = seeds[sound], radius[sound], centre[sound]
    gaps = np.sqrt(((centre[:, None] - points[None]) ** 2).sum(axis=-1)) - radius[:, None]
    chosen = _cover(gaps <= slack, count)
    joint = strongest[seeds[chosen]]
    return Balls(joint, centre[chosen] - rest[joint], radius[chosen])


def _cover(covered: np.ndarray, count: int) -> np.ndarray:
    """Rows (of balls) that together cover most columns (vertices), the best first: greedy set cover."""
    left = np.ones(covered.shape[1], bool)
    chosen: list[int] = []
    while len(chosen) < count and left.any():
        gain = (covered & left).sum(axis=1)
        best = int(np.argmax(gain))
        if not gain[best]:
            break
        chosen.append(best)
        left &= ~covered[best]
    return np.array(chosen)


@cache
def _shell() -> np.ndarray:
    """Vertices of trunk and limbs: what keeps a ball from sticking out where its own part is open."""
    names = [j for joints, _, _ in _PARTS.values() for j in joints if j not in ("wrist", "thumb")]
    sided = [n for j in names for n in ((j,) if j.startswith(("pelvis", "spine")) else (f"left_{j}", f"right_{j}"))]
    return _vertices(tuple(n for n in sided if not n.endswith(("index", "middle", "ring", "pinky"))))[0]


@cache
def _skin() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rest vertices (V, 3), their outward unit normals (V, 3) and rest joints (55, 3) of the mean body."""
    model = BodyModel.load()
    skin, triangles = np.asarray(model.v_template), model.triangles
    corners = skin[triangles]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(skin)
    for corner in range(3):
        np.add.at(normals, triangles[:, corner], faces)
    return skin, normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12), model.joint_template


def _vertices(names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Vertices carried mostly by joints whose names begin so, and the joint of each."""
    model = BodyModel.load()
    strongest = model.skin_idx[np.arange(len(model.skin_idx)), np.argmax(model.skin_w, axis=1)].astype(int)
    belongs = np.array([any(name.startswith(n) for n in names) for name in JOINTS])
    mine = np.flatnonzero(belongs[strongest])
    return mine, strongest[mine]


__all__ = ["Balls", "balls"]
