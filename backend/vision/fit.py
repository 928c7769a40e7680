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
from backend.body.kinematics import Kinematics
from backend.body.model import ShapedBody
from backend.body.outline import floor_of
from backend.posecodes import Posecode, Program
from backend.posecodes.direction import Direction
from backend.posecodes.facing import Facing
from backend.posecodes.ground import Support
from backend.posecodes.tracking import body_at, posed, tracked_by
from backend.posecodes.vocabulary import SIDES
from backend.solver.ground import penetration
from backend.solver.least_squares import Stopping
from backend.solver.problem import Problem, Term, build
from backend.solver.solve import solve
from backend.solver.stance import neutral_stance
from backend.solver.start import starting_pose
from backend.solver.weights import WEIGHTS
from rigs.skeleton import INDEX as JOINT

from .bearing import borne
from .beside import Beside
from .evidence import POINTS, TRACKED, evidence, weights_of
from .fingers import with_fingers
from .images import Picture
from .landmarks import INDEX
from .lens import FACING, before, projected
from .observe import Person
from .pitch import estimated, levelling, stands
from .standing import resting

# A picture and the ground agree to about a thumb's breadth.
_GIVING: Final = replace(WEIGHTS, kinds={**WEIGHTS.kinds, "support": 0.02})
_YIELDING: Final = replace(WEIGHTS, kinds={**WEIGHTS.kinds, "support": 0.05})  # where the pitch is a guess as well
_BRIEF: Final = Stopping(max_iterations=6, least_iterations=2)  # from a pose that is nearly there
_UNDER: Final = Term(("below the ground",), 0.02, penetration)  # as giving
_LONGER: Final = Stopping(max_iterations=25, least_iterations=2)
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
    sure = weights_of(person)
    camera = before(picture)
    problem = problem_of(person, picture, shaped, last)
    if beside is None:
        solved = solve(problem)
        upright = _levelled(shaped, solved.body, sure, camera)
        if last is None:
            upright = _set_down(shaped, upright, problem.start.local[0], person, sure)
        return _told(shaped, upright, person, picture, sure, solved.cost)
    still = sure * beside.share
    both = solve(
        build(
            shaped.joints,
            beside.starts,
            beside.transl,
            beside.program,
            prior=beside.starts[0],
            seen=evidence(person, still, camera),
            points=TRACKED,
            grounded=False,
            heading=beside.heading,
        )
    )
    alone = replace(problem.start, local=both.body.local, transl=both.body.transl, shared={})
    seen_cost = float(problem.cost(alone)[0])
    upright = _levelled(shaped, both.body, sure, camera)
    upright = _set_down(shaped, upright, upright.local, person, still, _turned(beside, both.body, upright))
    return _told(shaped, upright, person, picture, sure, seen_cost)


def problem_of(person: Person, picture: Picture, shaped: ShapedBody, last: np.ndarray | None = None) -> Problem:
    """What a picture alone asks of a body before its camera, and where to start; arguments as of `fit`."""
    sure, camera = weights_of(person), before(picture)
    stance = with_fingers(neutral_stance() if last is None else last, person, shaped.joints)
    start = starting_pose(stance, _directions(person, sure), np.ones(len(JOINT), bool)) if last is None else stance
    return build(
        shaped.joints,
        [start],
        _place(shaped, start, person, sure, camera),
        (),
        prior=start,
        seen=evidence(person, sure, camera),
        points=TRACKED,
        grounded=False,
        heading=np.eye(3),
    )


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


def _place(shaped: ShapedBody, local: np.ndarray, person: Person, sure: np.ndarray, camera: Camera) -> np.ndarray:
    """The transl (3,) m at which the starting body is as large in the picture as the person, and over it."""
    joints = _joints(shaped, local)
    names = [n for n in POINTS if POINTS[n] in JOINT]
    body = joints[[JOINT[POINTS[n]] for n in names]] @ FACING.T
    seen = person.points[[INDEX[n] for n in names]] - np.array([camera.cx, camera.cy])
    w = sure[[INDEX[n] for n in names]][:, None] + 1e-3
    body_mean, seen_mean = (w * body).sum(0) / w.sum(), (w * seen).sum(0) / w.sum()
    spread_body = float(np.sqrt((w * (body[:, :2] - body_mean[:2]) ** 2).sum() / w.sum()))
    spread_seen = float(np.sqrt((w * (seen - seen_mean) ** 2).sum() / w.sum()))
    depth = float(np.clip(camera.fx * spread_body / max(spread_seen, 1.0), *_DEPTHS))
    shift = np.array([*(seen_mean * depth / camera.fx - body_mean[:2]), depth - body_mean[2]])
    out: np.ndarray = FACING.T @ shift
    return out


def _joints(shaped: ShapedBody, local: np.ndarray) -> np.ndarray:
    """(55, 3) m of a body with its pelvis where it is at rest."""
    return body_at(shaped.joints, local, np.zeros(3), ()).joints[0]


# --- on the ground -------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Upright:
    """A body on the ground: local (55, 3, 3), transl (3,) m, joints (55, 3) m; camera in px of the picture.

    rests: what bears it, where it does not stand and that is clear.
    """

    local: np.ndarray
    transl: np.ndarray
    joints: np.ndarray
    camera: Camera
    rests: Support | None = None


def _levelled(shaped: ShapedBody, body: Kinematics, sure: np.ndarray, camera: Camera) -> _Upright:
    """The body upright as far as its camera may have looked down, on the ground, and the camera where it then is."""
    pitch = estimated(body, sure)
    rests = None if stands(body, sure) else borne(shaped, body.local[0], body.transl[0], sure, pitch)
    level = levelling(pitch if rests is None else rests.pitch)
    local = body.local[0].copy()
    local[0] = level @ local[0]
    pelvis = level @ body.joints[0, 0]  # where the pelvis comes to be when the world turns about the camera
    found = _grounded(shaped, local, pelvis - shaped.joints[0], replace(camera, rotation=camera.rotation @ level.T))
    return found if rests is None else replace(found, rests=rests.support)


def _grounded(shaped: ShapedBody, local: np.ndarray, transl: np.ndarray, camera: Camera) -> _Upright:
    """A body and its camera moved so that it stands on the ground over the origin."""
    turned = body_at(shaped.joints, local, np.zeros(3), ())
    shift = np.array([-transl[0], -floor_of(shaped, turned) - transl[1], -transl[2]])
    camera = replace(camera, translation=camera.translation - camera.rotation @ shift)
    return _Upright(local, transl + shift, turned.joints[0] + transl + shift, camera)


def _turned(beside: Beside, body: Kinematics, upright: _Upright) -> tuple[Program, np.ndarray]:
    """The statements beside the picture and what their directions refer to (3, 3), once the body stands upright."""
    return beside.program, upright.local[0] @ body.local[0, 0].T @ beside.heading


def _set_down(
    shaped: ShapedBody,
    upright: _Upright,
    start: np.ndarray,
    person: Person,
    sure: np.ndarray,
    stated: tuple[Program, np.ndarray] = ((), np.eye(3)),
) -> _Upright:
    """The body with what bears it on the ground: both feet where both were seen and come out close above it, or the
    parts on which a body rests that does not stand.

    A picture tells the depth of feet badly, so one of them would float.

    Args:
        stated: what holds beside the picture, and the heading (3, 3) of its directions.
    """
    rests = upright.rests or resting(shaped, upright.local, upright.transl, sure)
    if rests is None:
        return upright
    home = start.copy()
    home[0] = upright.local[0]
    problem = build(
        shaped.joints,
        [upright.local],
        upright.transl,
        (rests, *stated[0]),
        prior=home,
        seen=(*evidence(person, sure, upright.camera), *((_UNDER,) if upright.rests else ())),
        points=TRACKED,
        weights=_YIELDING if upright.rests else _GIVING,
        grounded=False,
        heading=stated[1],
    )
    body = solve(problem, _LONGER if upright.rests else _BRIEF).body
    return _grounded(shaped, body.local[0], body.transl[0], upright.camera)


def _told(
    shaped: ShapedBody, upright: _Upright, person: Person, picture: Picture, sure: np.ndarray, cost: float
) -> Fit:
    """What is told of a body."""
    rows = [INDEX[n] for n in POINTS]
    body = posed(shaped.joints, upright.local, upright.transl, tracked_by((), TRACKED))
    at = projected(body.points(tuple(POINTS.values())), upright.camera).value[0]
    away = np.linalg.norm(at - person.points[rows], axis=1) / person.size
    off = float((away * sure[rows]).sum() / max(float(sure[rows].sum()), 1e-6))
    camera = upright.camera.scaled(picture.scale)
    return Fit(upright.local, upright.transl, upright.joints, camera, cost, off, sure)
