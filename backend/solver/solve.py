"""Solve a problem: starting poses -> least squares -> the best pose, and what it costs term by term."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backend.body.kinematics import Kinematics

from .least_squares import STOPPING, Stopping, minimise
from .problem import Problem


@dataclass(frozen=True, eq=False)
class Solved:
    """The best pose (one body, without derivatives), and the account of how it came about.

    costs: by term; they add up to cost.
    """

    body: Kinematics
    costs: dict[str, float]
    cost: float
    iterations: int
    reason: str


def solve(problem: Problem, stopping: Stopping = STOPPING) -> Solved:
    """Run every start and keep the cheapest, the earliest of those that cost about the same."""
    descent = minimise(problem.start, problem, problem.free, stopping)
    # Near ties go to the earlier start, so that rounding does not decide how an arm reaches.
    best = int(np.flatnonzero(descent.cost <= 1.1 * descent.cost.min() + 0.2)[0])
    body = descent.body.rows(np.array([best]))
    return Solved(body.plain, problem.costs(body), float(descent.cost[best]), descent.iterations, descent.reason)
