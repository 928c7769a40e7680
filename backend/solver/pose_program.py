"""From a program to poses: complete what it leaves open, start in closed form, solve, and set the body on the ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from backend.body.kinematics import Kinematics, Tracked, heading_of
from backend.body.model import ShapedBody
from backend.body.rotations import rotmat_to_rotvec
from backend.posecodes import Posecode, Program
from backend.posecodes.ground import BEARERS, Airborne, Support
from backend.posecodes.vocabulary import POINTS, skin
from rigs.skeleton import JOINTS, N_JOINTS

from .least_squares import Stopping
from .problem import build
from .solve import Solution, judge, solve
from .stance import neutral_stance
from .start import alternatives, starting_pose
from .terms import GROUND_POINTS
from .variants import varied

_FOOT_CLEARANCE = 0.06  # m; a foot this near to the lowest point of the starting pose is meant to stand


@dataclass(frozen=True, eq=False)
class Setting:
    """Where solving begins. local (55, 3, 3) and transl (3,) of the current pose; scope: joints that may move (None: all).

    keep: whether the current pose is what unmentioned joints return to (an edit), rather than the neutral stance.
    """

    local: np.ndarray
    transl: np.ndarray
    scope: frozenset[str] | None = None
    keep: bool = False

    @classmethod
    def neutral(cls) -> Setting:
        return cls(neutral_stance(), np.array([0.0, 0.9, 0.0]))


def pose_program(
    shaped: ShapedBody,
    program: Program,
    setting: Setting,
    *,
    n: int = 1,
    seed: int = 0,
    stopping: Stopping = Stopping(),
) -> list[Solution]:
    """Up to n poses that carry out a program, best first; the further ones vary what the program leaves open."""
    rest = shaped.joints
    free = _free(setting.scope)
    first = starting_pose(setting.local, program, free)
    full = program if setting.keep and setting.scope is not None else completed(rest, program, first)
    solutions = []
    for k in range(n):
        start = first if k == 0 else varied(first, full, free, np.random.default_rng((seed, k)))
        solutions.append(_solve_one(shaped, full, program, start, setting, stopping))
    return solutions


def _solve_one(
    shaped: ShapedBody, full: Program, asked: Program, start: np.ndarray, setting: Setting, stopping: Stopping
) -> Solution:
    rest, free = shaped.joints, _free(setting.scope)
    rooted = free[0]
    transl = _settled_transl(rest, start, full, setting.transl) if rooted else setting.transl
    starts = [start, *alternatives(start, full, free)]
    scope = None if setting.scope is None else sorted(setting.scope)
    problem = build(rest, starts, transl, full, prior=start, scope=scope, move_root=bool(rooted))
    solution = solve(problem, stopping)
    if rooted and problem.air is not None:
        solution = _grounded(shaped, solution, problem.air)
    asked_only = tuple(v for v in solution.verdicts if v.code in asked)
    return replace(solution, verdicts=asked_only)


def _free(scope: frozenset[str] | None) -> np.ndarray:
    """(55,) bool."""
    return np.array([scope is None or j in scope for j in JOINTS]) if scope is not None else np.ones(N_JOINTS, bool)


def completed(rest: np.ndarray, program: Program, start: np.ndarray) -> Program:
    """The program with the support that it leaves unsaid: each foot that is down in the starting pose stands."""
    if any(isinstance(c, (Support, Airborne)) for c in program):
        return program
    heights = point_heights(rest, start)
    lowest = min(heights.values())
    feet = tuple(
        f"{s}_foot"
        for s in ("left", "right")
        if min(heights[skin(r)] for r in BEARERS[f"{s}_foot"]) < lowest + _FOOT_CLEARANCE
    )
    return (*program, Support(feet)) if feet else program


def point_heights(rest: np.ndarray, local: np.ndarray) -> dict[str, float]:
    """Height (m, relative) of every ground point of one pose (55, 3, 3)."""
    tracked = Tracked({n: POINTS[n] for n in GROUND_POINTS}, {})
    body = Kinematics(rest, local[None], np.zeros((1, 3)), tracked, heading_of(local[None, 0]))
    return dict(zip(GROUND_POINTS, body.points(GROUND_POINTS).value[0, :, 1].tolist(), strict=True))


def _settled_transl(rest: np.ndarray, start: np.ndarray, program: Program, transl: np.ndarray) -> np.ndarray:
    """Transl with the height at which the supports (else the lowest point) of the starting pose are where they should be."""
    heights = point_heights(rest, start)
    gaps = [heights[r] - c.height for c in program if isinstance(c, Support) for r in c.regions() if r in heights]
    air = next((c.height for c in program if isinstance(c, Airborne)), 0.0)
    drop = float(np.mean(gaps)) if gaps else min(heights.values()) - air
    return np.array([transl[0], -drop, transl[2]])


def _grounded(shaped: ShapedBody, solution: Solution, air: float) -> Solution:
    """Move the body up or down so that the lowest vertex of its skin lies exactly at `air` above the ground."""
    posed = shaped.posed(rotmat_to_rotvec(solution.local), solution.transl)
    shift = np.array([0.0, air - float(posed.vertices()[:, 1].min()), 0.0])
    return replace(solution, transl=solution.transl + shift, joints=solution.joints + shift)


def body_at(rest: np.ndarray, local: np.ndarray, transl: np.ndarray, program: Sequence[Posecode]) -> Kinematics:
    """One posed body that tracks what the program looks at, for measuring."""
    from backend.posecodes.vocabulary import AXES

    points, axes = set(), set()
    for code in program:
        used_points, used_axes = code.uses()
        points |= used_points
        axes |= used_axes
    tracked = Tracked(
        {n: POINTS[n] for n in sorted(points | {"pelvis"})}, {n: AXES[n] for n in sorted(axes | {"head_front"})}
    )
    return Kinematics(rest, local[None], transl[None], tracked, heading_of(local[None, 0]))


__all__ = ["Setting", "body_at", "completed", "judge", "point_heights", "pose_program"]
