"""The outline of the body: for each part the vertices that stick out most in many directions, and how high they are.

Whatever touches the ground first is one of them, so they stand for the whole skin where height above it matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from rigs.skeleton import JOINTS, N_BODY, PARENTS

from .dual import Dual
from .kinematics import ANCESTORS, Kinematics, feature_matrix
from .model import BodyModel, ShapedBody
from .surfaces import REGIONS

_DIRECTIONS = 40  # spread over the sphere; 9 mm is the most that a vertex between two outlying ones sticks out further
_MARGIN = 0.05  # m; a part whose outlying vertices are higher than the lowest by more cannot hold the lowest vertex


@dataclass(frozen=True, eq=False)
class Outline:
    """Outlying vertices (N), those of one part together: up to 4 influences each.

    joint, weight (N, 4), offset (N, 4, 3) m from each joint in the rest pose; starts: where each part begins;
    matrix (220, N): what `Kinematics.features` are multiplied with.
    """

    joint: np.ndarray
    weight: np.ndarray
    offset: np.ndarray
    starts: np.ndarray
    matrix: np.ndarray

    @classmethod
    def of(cls, joint: np.ndarray, weight: np.ndarray, offset: np.ndarray, starts: np.ndarray) -> Outline:
        return cls(joint, weight, offset, starts, np.ascontiguousarray(feature_matrix(joint, weight, offset).T))

    @property
    def ends(self) -> np.ndarray:
        return np.append(self.starts[1:], len(self.joint))


def _part(joint: int) -> int:
    """The part that a joint's skin belongs to: itself; for the jaw, eyes and most fingers the joint that carries it."""
    first_finger = "index" in JOINTS[joint] or "pinky" in JOINTS[joint]
    while joint >= N_BODY and not first_finger:
        joint = PARENTS[joint]
    return joint


@cache
def _parts() -> list[np.ndarray]:
    """The vertices of each part."""
    model = BodyModel.load()
    strongest = model.skin_idx[np.arange(len(model.skin_idx)), np.argmax(model.skin_w, axis=1)]
    part = np.array([_part(int(j)) for j in range(len(JOINTS))])[strongest]
    return [np.flatnonzero(part == p) for p in np.unique(part)]


@cache
def outline() -> Outline:
    """The outlying vertices of the mean body."""
    return _outlying(_parts())


def floor_of(shaped: ShapedBody, body: Kinematics) -> float:
    """Height (m) of the lowest vertex of the whole skin in the first pose: exact, but only low parts are skinned."""
    o = outline()
    lows = np.minimum.reduceat(heights(body)[0, : len(o.joint)], o.starts)
    low = np.concatenate([_parts()[p] for p in np.flatnonzero(lows <= lows.min() + _MARGIN)])
    index, weight = shaped.model.skin_idx[low], shaped.model.skin_w[low]
    rows = body.world[0, :, 1]  # the row that gives y
    carried = body.joints[0, :, 1] - np.einsum("jb,jb->j", rows, body.rest)
    y = np.einsum("vkb,vb->vk", rows[index], shaped.vertices[low]) + carried[index]
    return float(np.einsum("vk,vk->v", y, weight).min())


@cache
def around(region: str) -> np.ndarray:
    """The vertices of the skin around a region."""
    shaped = BodyModel.load().shaped()
    place = REGIONS[region]
    centre = place.point(shaped.joints, np.broadcast_to(np.eye(3), (len(JOINTS), 3, 3)))
    return np.flatnonzero(np.linalg.norm(shaped.vertices - centre, axis=1) < 2 * place.radius + 0.03)


@cache
def patch(region: str) -> Outline:
    """The outlying vertices of the skin around a region: what may touch the ground there, however the joint is bent."""
    return _outlying([around(region)])


@lru_cache(maxsize=256)
def watched(patches: tuple[str, ...]) -> Outline:
    """The outline of the whole body, and after its parts the patches of skin around some regions."""
    parts = [outline(), *(patch(name) for name in patches)]
    joint, weight, offset = (np.concatenate([getattr(p, f) for p in parts]) for f in ("joint", "weight", "offset"))
    sizes = np.cumsum([0] + [len(p.joint) for p in parts[:-1]])
    return Outline.of(joint, weight, offset, np.concatenate([p.starts + n for p, n in zip(parts, sizes, strict=True)]))


def _outlying(parts: list[np.ndarray]) -> Outline:
    """Of each part (vertex indices) the vertices that lead in one of many directions."""
    model = BodyModel.load()
    rest, skin = model.shaped().joints, model.shaped().vertices
    directions = _sphere(_DIRECTIONS)
    chosen = [np.unique(mine[np.argmax(skin[mine] @ directions.T, axis=0)]) for mine in parts]
    index = np.concatenate(chosen)
    joint = model.skin_idx[index].astype(int)
    starts = np.cumsum([0] + [len(c) for c in chosen[:-1]])
    return Outline.of(joint, model.skin_w[index].astype(float), skin[index][:, None] - rest[joint], starts)


def _sphere(count: int) -> np.ndarray:
    """(count, 3) unit vectors spread evenly (Fibonacci lattice)."""
    k = np.arange(count) + 0.5
    polar, azimuth = np.arccos(1 - 2 * k / count), np.pi * (1 + 5**0.5) * k
    return np.stack([np.cos(azimuth) * np.sin(polar), np.cos(polar), np.sin(azimuth) * np.sin(polar)], axis=1)


def heights(body: Kinematics) -> np.ndarray:
    """(S, N) m: height of the outlying vertices of the whole body, then of those of the tracked patches."""

    def measured(b: Kinematics) -> np.ndarray:
        out: np.ndarray = np.ascontiguousarray(b.features[..., 1]) @ watched(b.tracked.patches).matrix
        return out

    found: np.ndarray = body.once("heights of the outline", measured)
    return found


def lowest(body: Kinematics) -> Dual:
    """(S, 1) m: height of the lowest vertex of the whole body."""
    y = heights(body)[:, : len(outline().joint)]
    return _picked(body, y, np.argmin(y, axis=1)[:, None])


def places_of(body: Kinematics, patches: Sequence[str] = ()) -> np.ndarray:
    """(N, 3) m: where the outlying vertices of the first pose are, of the whole body or of some tracked patches."""
    o, features = watched(body.tracked.patches), body.features[0]
    first = len(outline().starts)
    which = [first + body.tracked.patches.index(p) for p in patches] or range(first)
    out: np.ndarray = np.concatenate([o.matrix[:, o.starts[w] : o.ends[w]] for w in which], axis=1).T @ features
    return out


def lowest_of(body: Kinematics, patches: Sequence[str]) -> Dual:
    """(S, K) m: height of the lowest vertex of each of some tracked patches."""
    o, y = watched(body.tracked.patches), heights(body)
    first = len(outline().starts)
    which = [first + body.tracked.patches.index(p) for p in patches]
    vertex = [o.starts[w] + np.argmin(y[:, o.starts[w] : o.ends[w]], axis=1) for w in which]
    return _picked(body, y, np.stack(vertex, axis=1))


def _picked(body: Kinematics, y: np.ndarray, vertex: np.ndarray) -> Dual:
    value = np.take_along_axis(y, vertex, axis=1)
    return Dual(value, None if body.active is None else height_jac(body, vertex))


def height_jac(body: Kinematics, vertex: np.ndarray) -> np.ndarray:
    """(S, K, D): derivative of the heights of some vertices (S, K) of the watched outline.

    Only the y component of d x lever counts: d_z l_x - d_x l_z.
    """
    assert body.active is not None
    o = watched(body.tracked.patches)
    joint, weight = o.joint[vertex], o.weight[vertex]  # (S, K, 4)
    rows = np.arange(len(vertex))[:, None, None]
    at = body.joints[rows, joint] + (body.world[rows, joint] @ o.offset[vertex][..., None])[..., 0]
    share = weight[..., None] * ANCESTORS[joint][..., body.active]  # (S, K, 4, A)
    lever = np.einsum("skia,skic->skac", share, at)
    lever -= share.sum(axis=2)[..., None] * body.joints[:, None, body.active]
    out = np.zeros((*vertex.shape, body.columns))
    view = out[..., :-3].reshape(*vertex.shape, -1, 3)
    view[..., 0], view[..., 2] = -lever[..., 2], lever[..., 0]
    out[..., -2] = 1.0
    return out
