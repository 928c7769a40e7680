"""Solve a program: starting poses -> least squares -> the best pose with what it reached of every statement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backend.body.kinematics import Kinematics
from backend.posecodes import Measured, Posecode, Program

from .least_squares import STOPPING, Descent, Stopping, minimise
from .limits import clamped
from .problem import Problem


@dataclass(frozen=True)
class Verdict:
    """What became of one statement."""

    code: Posecode
    measured: Measured


@dataclass(frozen=True, eq=False)
class Solution:
    """The best pose: local (55, 3, 3), transl (3,) m, joints (55, 3) m, and the account of how it came about.

    costs: half the weighted sum of squares by term. beyond: rad by which joints leave their range, by joint index.
    """

    local: np.ndarray
    transl: np.ndarray
    joints: np.ndarray
    verdicts: tuple[Verdict, ...]
    costs: dict[str, float]
    cost: float
    iterations: int
    reason: str
    beyond: np.ndarray


def solve(problem: Problem, stopping: Stopping = STOPPING) -> Solution:
    """Run every start and keep the cheapest, the earliest of those that cost about the same."""
    descent = minimise(problem.start, problem, problem.free, stopping)
    # Near ties go to the earlier start, so that rounding does not decide how an arm reaches.
    best = int(np.flatnonzero(descent.cost <= 1.1 * descent.cost.min() + 0.2)[0])
    return _solution(problem, descent, best)


def _solution(problem: Problem, descent: Descent, best: int) -> Solution:
    end = descent.body
    body = Kinematics(
        end.rest,
        end.local[best : best + 1],
        end.transl[best : best + 1],
        end.tracked,
        end.heading[best : best + 1],
        None,
    )
    return Solution(
        local=body.local[0],
        transl=body.transl[0],
        joints=body.joints[0],
        verdicts=judge(problem.program, body),
        costs=problem.costs(end.rows(np.array([best]))),
        cost=float(descent.cost[best]),
        iterations=descent.iterations,
        reason=descent.reason,
        beyond=clamped(body.local[0]),
    )


def judge(program: Program, body: Kinematics) -> tuple[Verdict, ...]:
    """Every statement against the first pose of `body`."""
    return tuple(Verdict(code, code.measure(body)) for code in program)
