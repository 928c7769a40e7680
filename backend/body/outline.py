"""The outline of the body: for each part the vertices that stick out most in many directions, and how high they are.

Whatever touches the ground first is one of them, so they stand for the whole skin where height above it matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from rigs.skeleton import JOINTS, N_BODY, PARENTS

from .dual import Dual
from .kinematics import Kinematics
from .model import BodyModel
from .surfaces import REGIONS

_DIRECTIONS = 40  # spread over the sphere; 9 mm is the most that a vertex between two outlying ones sticks out further


@dataclass(frozen=True, eq=False)
class Outline:
    """Outlying vertices (N), those of one part together: up to 4 influences each.

    joint, weight (N, 4), offset (N, 4, 3) m from each joint in the rest pose; starts: where each part begins.
    """

    joint: np.ndarray
    weight: np.ndarray
    offset: np.ndarray
    starts: np.ndarray


def _part(joint: int) -> int:
    """The part that a joint's skin belongs to: itself; for the jaw, eyes and most fingers the joint that carries it."""
    first_finger = "index" in JOINTS[joint] or "pinky" in JOINTS[joint]
    while joint >= N_BODY and not first_finger:
        joint = PARENTS[joint]
    return joint


@cache
def outline() -> Outline:
    """The outlying vertices of the mean body."""
    model = BodyModel.load()
    strongest = model.skin_idx[np.arange(len(model.skin_idx)), np.argmax(model.skin_w, axis=1)]
    part = np.array([_part(int(j)) for j in range(len(JOINTS))])[strongest]
    return _outlying([np.flatnonzero(part == p) for p in np.unique(part)])


@cache
def patch(region: str) -> Outline:
    """The outlying vertices of the skin around a region: what may touch the ground there, however the joint is bent."""
    shaped = BodyModel.load().shaped()
    place = REGIONS[region]
    centre = place.point(shaped.joints, np.broadcast_to(np.eye(3), (len(JOINTS), 3, 3)))
    near = np.linalg.norm(shaped.vertices - centre, axis=1) < 2 * place.radius + 0.03
    return _outlying([np.flatnonzero(near)])


def _outlying(parts: list[np.ndarray]) -> Outline:
    """Of each part (vertex indices) the vertices that lead in one of many directions."""
    model = BodyModel.load()
    rest, skin = model.shaped().joints, model.shaped().vertices
    directions = _sphere(_DIRECTIONS)
    chosen = [np.unique(mine[np.argmax(skin[mine] @ directions.T, axis=0)]) for mine in parts]
    index = np.concatenate(chosen)
    joint = model.skin_idx[index].astype(int)
    starts = np.cumsum([0] + [len(c) for c in chosen[:-1]])
    return Outline(joint, model.skin_w[index].astype(float), skin[index][:, None] - rest[joint], starts)


def _sphere(count: int) -> np.ndarray:
    """(count, 3) unit vectors spread evenly (Fibonacci lattice)."""
    k = np.arange(count) + 0.5
    polar, azimuth = np.arccos(1 - 2 * k / count), np.pi * (1 + 5**0.5) * k
    return np.stack([np.cos(azimuth) * np.sin(polar), np.cos(polar), np.sin(azimuth) * np.sin(polar)], axis=1)


def heights(body: Kinematics, of: Outline | None = None) -> np.ndarray:
    """(S, N) m: height of outlying vertices, those of the whole body unless told."""
    if of is not None:
        return _heights(body, of)
    found: np.ndarray = body.once("heights of the outline", lambda b: _heights(b, outline()))
    return found


def _heights(body: Kinematics, of: Outline) -> np.ndarray:
    rows = body.world[:, of.joint, 1]  # (S, N, 4, 3): the row that gives y
    each = body.joints[:, of.joint, 1] + np.einsum("snkc,nkc->snk", rows, of.offset)
    return np.asarray(np.einsum("snk,nk->sn", each, of.weight))


def lowest(body: Kinematics, height: float, of: Outline | None = None) -> Dual:
    """(S, 1) m: height of the lowest vertex above `height`."""
    y = heights(body, of)
    index = np.argmin(y, axis=1)
    value = y[np.arange(len(y)), index][:, None] - height
    return Dual(value, None if body.active is None else height_jac(body, index, of)[:, None])


def height_jac(body: Kinematics, vertex: np.ndarray, of: Outline | None = None) -> np.ndarray:
    """(S, D): derivative of the height of one vertex per pose, `vertex` (S,)."""
    o = of or outline()
    joint = o.joint[vertex]  # (S, 4)
    rows = np.arange(len(vertex))[:, None]
    at = body.joints[rows, joint] + np.einsum("skab,skb->ska", body.world[rows, joint], o.offset[vertex])
    return np.asarray(np.einsum("skd,sk->sd", body.carried(joint, at)[:, :, 1], o.weight[vertex]))
