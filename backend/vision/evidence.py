"""What a picture asks of a body before a camera: where points land in it, and which way limbs go in space.

Both are weighted by how sure the looks at the person are.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.body.camera import Camera
from backend.body.dual import Dual, unit
from backend.body.kinematics import Kinematics
from backend.posecodes.vocabulary import SIDES, skin
from backend.solver.problem import Term

from .landmarks import INDEX
from .lens import projected
from .observe import Person

# Landmark -> point of the body.
POINTS: Final[dict[str, str]] = {
    "nose": skin("face"),
    **{f"{s}_ear": skin(f"{s}_ear") for s in SIDES},
    **{f"{s}_{j}": f"{s}_{j}" for s in SIDES for j in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")},
    **{f"{s}_heel": skin(f"{s}_heel") for s in SIDES},
    **{f"{s}_foot_index": skin(f"{s}_toes") for s in SIDES},
    **{f"{s}_index": f"{s}_index1" for s in SIDES},
    **{f"{s}_pinky": f"{s}_pinky1" for s in SIDES},
}
TRACKED: Final = tuple(sorted({*POINTS.values()}))
# Lines between landmarks whose direction in space counts, and how much.
LINES: Final[tuple[tuple[str, str, float], ...]] = (
    *((f"{s}_{a}", f"{s}_{b}", w) for s in SIDES for a, b, w in (
        ("shoulder", "elbow", 1.0), ("elbow", "wrist", 1.0), ("hip", "knee", 1.0), ("knee", "ankle", 1.0),
        ("heel", "foot_index", 0.6), ("wrist", "index", 0.5), ("wrist", "pinky", 0.5), ("shoulder", "hip", 0.7),
    )),
    ("right_shoulder", "left_shoulder", 1.0), ("right_hip", "left_hip", 1.0), ("right_ear", "left_ear", 0.7),
    ("right_shoulder", "left_hip", 0.7), ("left_shoulder", "right_hip", 0.7),
)  # fmt: skip
# Those of a head whose turn was seen in its face.
_FACED: Final = (("left_ear", "nose", 3.0), ("right_ear", "nose", 3.0), ("right_ear", "left_ear", 3.0))
_PIXELS: Final = 0.012  # sigma of a point in the picture, of the longer side of the box
_LINE: Final = np.radians(14.0)  # sigma of a line in space, rad
_FAR: Final = 3.0  # sigmas from which on a residual's cost grows linearly
_FULL_VOTE: Final = 0.4  # a vote from which on a point counts in full
_NOISE: Final = 0.08  # a weight up to which a landmark is a guess of the network, and counts for nothing
_WAIST: Final = 0.25  # weight of hips and knees below which nothing is known of the body below the chest


def weights_of(person: Person) -> np.ndarray:
    """(33,) 0..1: how much each landmark counts.

    Hips without legs are put where the picture ends, and the trunk would lean to reach them: they count for nothing.
    """
    sure = np.clip(person.votes / _FULL_VOTE, 0.0, 1.0) * (0.35 + 0.65 * person.visible)
    sure = np.clip((sure - _NOISE) / (1.0 - _NOISE), 0.0, 1.0)
    rows = {j: [INDEX[f"{s}_{j}"] for s in SIDES] for j in ("hip", "knee")}
    if max(sure[rows["hip"]]) < _WAIST and max(sure[rows["knee"]]) < _WAIST:
        sure[[i for pair in rows.values() for i in pair]] = 0.0
    return sure


def evidence(person: Person, sure: np.ndarray, camera: Camera) -> tuple[Term, Term]:
    """What a picture asks of a body before a camera."""
    return _points_term(person, sure, camera), _lines_term(person, sure, camera)


def _points_term(person: Person, sure: np.ndarray, camera: Camera) -> Term:
    """Where points land in the picture, as parts of the person's size."""
    names = tuple(POINTS)
    rows = [INDEX[n] for n in names]
    places = tuple(POINTS[n] for n in names)
    weight = sure[rows] / person.size

    def residual(body: Kinematics) -> Dual:
        at = projected(body.points(places), camera)
        value = (at.value - person.points[rows]) * weight[None, :, None]
        return Dual(value, None if at.jac is None else at.jac * weight[None, :, None, None])

    return Term(tuple(f"{n} in the picture" for n in names), _PIXELS, residual, _FAR)


def _lines_term(person: Person, sure: np.ndarray, camera: Camera) -> Term:
    """Which way lines between landmarks go in space."""
    lines = (*LINES, *_FACED) if person.faced else LINES
    space = person.space @ camera.rotation
    a, b = [INDEX[x] for x, _, _ in lines], [INDEX[y] for _, y, _ in lines]
    along = space[b] - space[a]
    length = np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
    doubt = np.hypot(person.spread[a], person.spread[b]) / length[:, 0]  # rad by which the looks disagree
    weight = np.array([w for _, _, w in lines]) * np.minimum(sure[a], sure[b]) / np.hypot(1.0, doubt / _LINE)
    goal = along / length
    first, last = tuple(POINTS[x] for x, _, _ in lines), tuple(POINTS[y] for _, y, _ in lines)

    def residual(body: Kinematics) -> Dual:
        line = unit(body.points(last) - body.points(first))
        value = (line.value - goal) * weight[None, :, None]
        return Dual(value, None if line.jac is None else line.jac * weight[None, :, None, None])

    return Term(tuple(f"{x} to {y}" for x, y, _ in lines), float(_LINE), residual, _FAR)
