"""A person observed -> the pose and the camera that explain it, by the solver (after SMPLify, Bogo et al. 2016).

Residuals of a photo: where points land in the picture, and which way limbs go in space, both weighted by how sure the
looks are; beside them the solver's own terms (ranges of joints, how limbs go together, flesh). The camera stands still
at the origin and the body moves; at the end the body is set on the ground and the camera moved instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from backend.body.camera import Camera
from backend.body.dual import Dual, unit
from backend.body.kinematics import Kinematics
from backend.body.model import ShapedBody
from backend.body.outline import floor_of
from backend.posecodes import Posecode, Program
from backend.posecodes.direction import Direction
from backend.posecodes.facing import Facing
from backend.posecodes.tracking import body_at
from backend.posecodes.vocabulary import SIDES, skin
from backend.solver.problem import Term, build
from backend.solver.solve import solve
from backend.solver.stance import neutral_stance
from backend.solver.start import starting_pose
from rigs.skeleton import INDEX as JOINT

from .beside import Beside
from .fingers import with_fingers
from .images import Picture
from .landmarks import INDEX
from .lens import FACING, focal_of, projected
from .observe import Person
from .pitch import estimated, levelling

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
_NOISE: Final = 0.12  # a weight up to which a landmark is a guess of the network, and counts for nothing
_WAIST: Final = 0.25  # weight of hips and knees below which nothing is known of the body below the chest
_DEPTHS: Final = (1.0, 40.0)  # m


@dataclass(frozen=True, eq=False)
class Fit:
    """local (55, 3, 3), transl (3,) m of a body on the ground; camera in px of the file; joints (55, 3) m.

    off: mean distance of points from where they were seen, of the longer side of the box; sure (33,): the weights.
    cost: of the picture, without what statements beside it cost.
    """

    local: np.ndarray
    transl: np.ndarray
    joints: np.ndarray
    camera: Camera
    cost: float
    off: float
    sure: np.ndarray


def fit(
    person: Person,
    picture: Picture,
    shaped: ShapedBody,
    last: np.ndarray | None = None,
    beside: Beside | None = None,
) -> Fit:
    """The pose of one observed person; with statements beside the picture, the pose that does both.

    Args:
        last: (55, 3, 3) local rotations in the frame before, as the camera saw them: the start, and what to stay near.
    """
    sure = _weights(person)
    middle = (picture.size[0] / 2, picture.size[1] / 2)
    focal = focal_of(picture)
    program = _directions(person, sure)
    stance = with_fingers(neutral_stance() if last is None else last, person, shaped.joints)
    start = starting_pose(stance, program, np.ones(len(JOINT), bool)) if last is None else stance
    transl = _place(shaped, start, person, sure, focal, middle)
    terms = (_points_term(person, sure, focal, middle), _lines_term(person, sure))
    names = sorted({*POINTS.values()})
    problem = build(
        shaped.joints, [start], transl, (), prior=start, seen=terms, points=names, grounded=False, heading=np.eye(3)
    )
    if beside is None:
        solved = solve(problem)
        return _ended(shaped, solved.body, person, picture, focal, sure, solved.cost)
    still = sure * beside.share
    both = solve(
        build(
            shaped.joints,
            beside.starts,
            beside.transl,
            beside.program,
            prior=beside.starts[0],
            seen=(_points_term(person, still, focal, middle), _lines_term(person, still)),
            points=names,
            grounded=False,
            heading=beside.heading,
        )
    )
    alone = replace(problem.start, local=both.body.local, transl=both.body.transl, shared={})
    seen_cost = float(problem.cost(alone)[0])
    return _ended(shaped, both.body, person, picture, focal, sure, seen_cost)


def _weights(person: Person) -> np.ndarray:
    """(33,) 0..1: how much each landmark counts.

    Hips without legs are put where the picture ends, and the trunk would lean to reach them: they count for nothing.
    """
    sure = np.clip(person.votes / _FULL_VOTE, 0.0, 1.0) * (0.35 + 0.65 * person.visible)
    sure = np.clip((sure - _NOISE) / (1.0 - _NOISE), 0.0, 1.0)
    rows = {j: [INDEX[f"{s}_{j}"] for s in SIDES] for j in ("hip", "knee")}
    if max(sure[rows["hip"]]) < _WAIST and max(sure[rows["knee"]]) < _WAIST:
        sure[[i for pair in rows.values() for i in pair]] = 0.0
    return sure


# --- where to start ----------------------------------------------------------------------------------------


def _directions(person: Person, sure: np.ndarray) -> Program:
    """The lines in space as statements, for the closed-form start; limbs that were hardly seen are left out."""
    space = person.space @ FACING  # OpenCV's axes -> the body's world

    def way(a: Iterable[str], b: Iterable[str]) -> tuple[float, float, float]:
        line = np.mean([space[INDEX[n]] for n in b], axis=0) - np.mean([space[INDEX[n]] for n in a], axis=0)
        x, y, z = (float(v) for v in line / max(float(np.linalg.norm(line)), 1e-6))
        return (x, y, z)

    hips, shoulders = [f"{s}_hip" for s in SIDES], [f"{s}_shoulder" for s in SIDES]
    codes: list[Posecode] = []
    if max(sure[INDEX[n]] for n in hips) > 0.0:
        codes += [Facing("pelvis_left", way(hips[1:], hips[:1])), Direction("torso", way(hips, shoulders))]
    else:  # upright below the chest, facing as the shoulders do
        x, _, z = way(shoulders[1:], shoulders[:1])
        codes.append(Facing("pelvis_left", (x, 0.0, z)))
    for side in SIDES:
        for segment, a, b in (("upper_arm", "shoulder", "elbow"), ("forearm", "elbow", "wrist"),
                              ("thigh", "hip", "knee"), ("shin", "knee", "ankle")):  # fmt: skip
            if min(sure[INDEX[f"{side}_{n}"]] for n in (a, b)) > 0.15:
                codes.append(Direction(f"{side}_{segment}", way([f"{side}_{a}"], [f"{side}_{b}"])))
    return tuple(codes)


def _place(
    shaped: ShapedBody, local: np.ndarray, person: Person, sure: np.ndarray, focal: float, middle: tuple[float, float]
) -> np.ndarray:
    """The transl (3,) m at which the starting body is as large in the picture as the person, and over it."""
    joints = _joints(shaped, local)
    names = [n for n in POINTS if POINTS[n] in JOINT]
    body = joints[[JOINT[POINTS[n]] for n in names]] @ FACING.T
    seen = person.points[[INDEX[n] for n in names]] - np.asarray(middle)
    w = sure[[INDEX[n] for n in names]][:, None] + 1e-3
    body_mean, seen_mean = (w * body).sum(0) / w.sum(), (w * seen).sum(0) / w.sum()
    spread_body = float(np.sqrt((w * (body[:, :2] - body_mean[:2]) ** 2).sum() / w.sum()))
    spread_seen = float(np.sqrt((w * (seen - seen_mean) ** 2).sum() / w.sum()))
    depth = float(np.clip(focal * spread_body / max(spread_seen, 1.0), *_DEPTHS))
    shift = np.array([*(seen_mean * depth / focal - body_mean[:2]), depth - body_mean[2]])
    out: np.ndarray = FACING.T @ shift
    return out


def _joints(shaped: ShapedBody, local: np.ndarray) -> np.ndarray:
    """(55, 3) m of a body with its pelvis where it is at rest."""
    return body_at(shaped.joints, local, np.zeros(3), ()).joints[0]


# --- what the picture asks ----------------------------------------------------------------------------------


def _points_term(person: Person, sure: np.ndarray, focal: float, middle: tuple[float, float]) -> Term:
    """Where points land in the picture, as parts of the person's size."""
    names = tuple(POINTS)
    rows = [INDEX[n] for n in names]
    places = tuple(POINTS[n] for n in names)
    weight = sure[rows] / person.size

    def residual(body: Kinematics) -> Dual:
        at = projected(body.points(places), focal, middle)
        value = (at.value - person.points[rows]) * weight[None, :, None]
        return Dual(value, None if at.jac is None else at.jac * weight[None, :, None, None])

    return Term(tuple(f"{n} in the picture" for n in names), _PIXELS, residual, _FAR)


def _lines_term(person: Person, sure: np.ndarray) -> Term:
    """Which way lines between landmarks go in space."""
    lines = (*LINES, *_FACED) if person.faced else LINES
    space = person.space @ FACING
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


# --- the end ------------------------------------------------------------------------------------------------


def _ended(
    shaped: ShapedBody, body: Kinematics, person: Person, picture: Picture, focal: float, sure: np.ndarray, cost: float
) -> Fit:
    """The body upright as far as its camera may have looked down, on the ground, and the camera where it then is."""
    middle = np.array(picture.size) / 2
    rows = [INDEX[n] for n in POINTS]
    at = projected(body.points(tuple(POINTS.values())), focal, tuple(middle)).value[0]
    away = np.linalg.norm(at - person.points[rows], axis=1) / person.size
    off = float((away * sure[rows]).sum() / max(float(sure[rows].sum()), 1e-6))
    level = levelling(estimated(body, sure))
    local = body.local[0].copy()
    local[0] = level @ local[0]
    turned = body_at(shaped.joints, local, np.zeros(3), ())
    pelvis = level @ body.joints[0, 0]  # where the pelvis comes to be when the world turns about the camera
    transl = pelvis - shaped.joints[0]
    lift = -floor_of(shaped, turned)  # of the body with its transl at zero
    shift = np.array([-transl[0], lift - transl[1], -transl[2]])
    s = picture.scale
    rotation = FACING @ level.T
    camera = Camera(focal * s, focal * s, middle[0] * s, middle[1] * s, rotation, -rotation @ shift)
    joints = turned.joints[0] + transl + shift
    return Fit(local, transl + shift, joints, camera, cost, off, sure)
