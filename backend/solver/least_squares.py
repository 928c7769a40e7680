"""Levenberg-Marquardt for several independent starts at once, with steps on the rotation manifold (numpy, float64).

After Madsen, Nielsen & Tingleff, Methods for Non-Linear Least Squares Problems, ch. 3.2, run for every start in one
batch. Since numpy's price is per call and not per body, each iteration tries several dampings at once and keeps the
best. A start that has converged stops moving.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

import numpy as np

from backend.body.kinematics import Kinematics


class Objective(Protocol):
    """What is minimised."""

    def cost(self, body: Kinematics) -> np.ndarray:
        """(S,)"""
        ...

    def normal(self, body: Kinematics) -> tuple[np.ndarray, np.ndarray]:
        """Gradient (S, D) of the cost and its Gauss-Newton matrix (S, D, D)."""
        ...


@dataclass(frozen=True)
class Stopping:
    max_iterations: int = 40
    low_cost: float = 20.0
    """A start that costs more than this is not at its end"""
    least_iterations: int = 4
    """before this many iterations: a first step that is hindered by the ground may be short."""
    cost_tolerance: float = 1e-2
    """A start stops when the relative decrease of its cost in one step falls below this,"""
    cost_drop: float = 0.03
    """or its absolute decrease below this: far below what can be seen."""
    damping_limit: float = 1e4
    """A start stops when no step this strongly damped makes its cost smaller."""
    rivals: Mapping[int, tuple[float, int]] = field(
        default_factory=lambda: MappingProxyType({2: (4.0, 3), 4: (2.0, 2), 6: (1.3, 1)})
    )
    """After this many iterations (0: at once), starts that cost more than so many times the best are given up, and all
    but the cheapest so many."""


STOPPING = Stopping()
_FIRST_DAMPING = 1e-3
# Steps tried in each iteration, by the number of starts in the race, as (factor of the current damping, share of the
# step): a few more bodies in a batch cost little, a rejected step costs a whole iteration. Damping bends the step
# towards the gradient; a share of an undamped step is better where only its length is at fault.
_TRIALS = {
    1: np.array([(0.1, 1.0), (0.1, 0.35), (0.1, 0.1), (1.0, 1.0), (10.0, 1.0)]),
    2: np.array([(0.2, 1.0), (0.2, 0.25), (1.0, 1.0), (20.0, 1.0)]),
    3: np.array([(0.3, 1.0), (0.3, 0.25), (10.0, 1.0)]),
}
_LEAST_DAMPING = 1e-3
_AFTER_FAILURE = 10.0
_LONGEST = 1.0  # rad; beyond it the linear model of a rotation says little


@dataclass(frozen=True, eq=False)
class Descent:
    """The end of a run: the surviving poses, cost (S,) = half the sum of squares, iterations used, why it stopped."""

    body: Kinematics
    cost: np.ndarray
    iterations: int
    reason: str


@dataclass(eq=False)
class _Run:
    """The starts that are still in the race, a row each."""

    body: Kinematics
    gradient: np.ndarray
    matrix: np.ndarray
    cost: np.ndarray
    damping: np.ndarray
    moving: np.ndarray

    def keep(self, rows: np.ndarray) -> None:
        if not rows.all():
            self.body = self.body.rows(rows)
            for name in ("gradient", "matrix", "cost", "damping", "moving"):
                setattr(self, name, getattr(self, name)[rows])


def minimise(body: Kinematics, objective: Objective, free: np.ndarray, stopping: Stopping = STOPPING) -> Descent:
    """Minimise the cost of every start.

    Args:
        body: the starts, with derivatives. free: (D,) bool, which increments may be used.
    """
    columns, cost = np.flatnonzero(free), objective.cost(body)
    if 0 in stopping.rivals:
        front = _front(cost, *stopping.rivals[0])
        body, cost = body.rows(np.flatnonzero(front)), cost[front]
    s = len(cost)
    run = _Run(body, *objective.normal(body), cost, np.full(s, _FIRST_DAMPING), np.ones(s, bool))
    for iteration in range(1, stopping.max_iterations + 1):
        _advance(run, objective, columns, stopping, iteration >= stopping.least_iterations)
        if iteration in stopping.rivals:
            run.keep(_front(run.cost, *stopping.rivals[iteration]))
        if not run.moving.any():
            return Descent(run.body, run.cost, iteration, "converged")
    return Descent(run.body, run.cost, stopping.max_iterations, "max iterations")


def _front(cost: np.ndarray, factor: float, count: int) -> np.ndarray:
    """(S,) bool: the starts within `factor` of the best, at most `count`."""
    rank = np.argsort(np.argsort(cost, kind="stable"), kind="stable")
    out: np.ndarray = (cost <= factor * cost.min() + 1e-9) & (rank < count)
    return out


def _advance(run: _Run, objective: Objective, columns: np.ndarray, stopping: Stopping, settled: bool) -> None:
    """Try steps of several dampings for every start; the best is taken if it makes the cost smaller.

    settled: whether a small decrease counts as the end.
    """
    s = len(run.cost)
    factors = _TRIALS[min(s, max(_TRIALS))]
    levels, level = np.unique(factors[:, 0], return_inverse=True)
    dampings = np.clip(run.damping[:, None] * levels, _LEAST_DAMPING, 1e12)
    steps = _steps(run, dampings, columns)[:, level] * (run.moving[:, None] * factors[:, 1])[..., None]
    dampings = dampings[:, level]
    trial = run.body.rows(np.repeat(np.arange(s), len(factors))).moved(steps.reshape(-1, steps.shape[-1]))
    costs = objective.cost(trial).reshape(s, -1)
    rows, best = np.arange(s), np.argmin(costs, axis=1)
    drop = run.cost - costs[rows, best]
    better = run.moving & (drop > 0)
    small = (drop < stopping.cost_tolerance * run.cost) | (drop < stopping.cost_drop)
    small &= settled | (run.cost < stopping.low_cost)
    run.damping = np.where(better, dampings[rows, best], dampings[:, -1] * _AFTER_FAILURE)
    run.cost = np.where(better, costs[rows, best], run.cost)
    run.moving = run.moving & ~((better & small) | (run.damping > stopping.damping_limit) | (run.cost < 1e-9))
    if better.any():
        run.body = _chosen(better, trial.rows(rows * len(factors) + best), run.body)
        if run.moving.any():
            run.gradient, run.matrix = objective.normal(run.body)


def _steps(run: _Run, dampings: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """(S, trials, D): damped Gauss-Newton steps, shortened so that no joint turns by more than `_LONGEST`."""
    matrix = run.matrix[:, columns[:, None], columns]
    index = np.arange(len(columns))
    scale = np.maximum(matrix[:, index, index], 1e-3)
    systems = np.repeat(matrix[:, None], dampings.shape[1], axis=1)
    systems[:, :, index, index] += dampings[..., None] * scale[:, None]
    gradient = np.broadcast_to(run.gradient[:, None, columns, None], (*systems.shape[:3], 1))
    steps = np.zeros((*dampings.shape, run.gradient.shape[1]))
    steps[..., columns] = -np.linalg.solve(systems, gradient)[..., 0]
    turns = steps[..., :-3].reshape(*dampings.shape, -1, 3)
    largest = np.sqrt((turns * turns).sum(axis=-1).max(axis=-1, initial=0.0))
    out: np.ndarray = steps * np.minimum(1.0, _LONGEST / np.maximum(largest, 1e-12))[..., None]
    return out


def _chosen(better: np.ndarray, new: Kinematics, old: Kinematics) -> Kinematics:
    if better.all():
        return new
    return old.replaced(better, new)
