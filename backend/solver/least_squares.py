"""Levenberg-Marquardt for several independent starts at once, with steps on the rotation manifold (numpy, float64).

Madsen, Nielsen & Tingleff, Methods for Non-Linear Least Squares Problems, algorithm 3.16 (damping by gain ratio), run
for every start in one batch; a start that has converged stops moving.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from backend.body.kinematics import Kinematics


class Objective(Protocol):
    """What is minimised: half the squared residuals."""

    def evaluate(self, body: Kinematics) -> tuple[np.ndarray, np.ndarray]:
        """Weighted residuals (S, m) and their jacobian (S, m, D)."""
        ...

    def residuals(self, body: Kinematics) -> np.ndarray:
        """(S, m) alone."""
        ...


@dataclass(frozen=True)
class Stopping:
    max_iterations: int = 40
    cost_tolerance: float = 4e-3
    """A start stops when the relative decrease of its cost in one step falls below this,"""
    cost_drop: float = 0.01
    """or its absolute decrease below this: far below what can be seen."""
    damping_limit: float = 1e4
    """A start stops when no step this strongly damped makes its cost smaller."""
    rivals_after: int = 5
    """From this iteration on, starts that cost much more than the best one are given up."""
    rivals_factor: float = 2.0


STOPPING = Stopping()


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
    r: np.ndarray
    j: np.ndarray
    cost: np.ndarray
    damping: np.ndarray
    growth: np.ndarray
    moving: np.ndarray

    def keep(self, rows: np.ndarray) -> None:
        if not rows.all():
            self.body = self.body.rows(rows)
            for name in ("r", "j", "cost", "damping", "growth", "moving"):
                setattr(self, name, getattr(self, name)[rows])


def minimise(body: Kinematics, objective: Objective, free: np.ndarray, stopping: Stopping = STOPPING) -> Descent:
    """Minimise half the squared residual of every start.

    Args:
        body: the starts, with derivatives. free: (D,) bool, which increments may be used.
    """
    r, j = objective.evaluate(body)
    s = len(r)
    run = _Run(body, r, j, _cost(r), np.full(s, 1e-3), np.full(s, 2.0), np.ones(s, bool))
    for iteration in range(1, stopping.max_iterations + 1):
        _advance(run, objective, np.flatnonzero(free), stopping)
        if iteration >= stopping.rivals_after:
            run.keep(run.cost <= stopping.rivals_factor * run.cost.min() + 1e-9)
        if not run.moving.any():
            return Descent(run.body, run.cost, iteration, "converged")
    return Descent(run.body, run.cost, stopping.max_iterations, "max iterations")


def _cost(r: np.ndarray) -> np.ndarray:
    return 0.5 * np.einsum("sm,sm->s", r, r)


def _advance(run: _Run, objective: Objective, columns: np.ndarray, stopping: Stopping) -> None:
    """One trial step of every start; better ones are taken, the others are damped more."""
    step, predicted = _step(run, columns)
    trial = run.body.moved(_spread(np.where(run.moving[:, None], step, 0.0), columns, run.j.shape[2]))
    cost = _cost(objective.residuals(trial))
    gain = (run.cost - cost) / np.maximum(predicted, 1e-12)
    better = run.moving & (cost < run.cost)
    drop = run.cost - cost
    small = (drop < stopping.cost_tolerance * run.cost) | (drop < stopping.cost_drop)
    eased = run.damping * np.maximum(1 / 3, 1 - (2 * gain - 1) ** 3)
    run.damping = np.clip(np.where(better, eased, run.damping * run.growth), 1e-7, 1e12)
    run.growth = np.where(better, 2.0, run.growth * 2)
    run.cost = np.where(better, cost, run.cost)
    done = (better & small) | (run.damping > stopping.damping_limit) | (run.cost < 1e-9)
    run.moving = run.moving & ~done
    if better.any():
        run.body = _chosen(better, trial, run.body)
        run.r, run.j = objective.evaluate(run.body)


def _spread(step: np.ndarray, columns: np.ndarray, width: int) -> np.ndarray:
    """(S, F) increments of the free columns as (S, D)."""
    out = np.zeros((len(step), width))
    out[:, columns] = step
    return out


def _step(run: _Run, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The damped Gauss-Newton step (S, F) and the decrease of the cost that the linear model predicts (S,)."""
    j = run.j[:, :, columns]
    jt = np.swapaxes(j, 1, 2)
    hessian = jt @ j
    index = np.arange(hessian.shape[1])
    scale = hessian[:, index, index]
    added = run.damping[:, None] * np.maximum(scale, 1e-3)
    hessian[:, index, index] = scale + added
    gradient = np.einsum("sfm,sm->sf", jt, run.r)
    step = -np.linalg.solve(hessian, gradient[..., None])[..., 0]
    return step, 0.5 * np.einsum("sf,sf->s", step, added * step - gradient)


def _chosen(better: np.ndarray, new: Kinematics, old: Kinematics) -> Kinematics:
    if better.all():
        return new
    local = np.where(better[:, None, None, None], new.local, old.local)
    transl = np.where(better[:, None], new.transl, old.transl)
    return Kinematics(old.rest, local, transl, old.tracked, old.heading, old.active)
