"""Levenberg-Marquardt for several independent starts at once, with steps on the rotation manifold (numpy, float64).

Madsen, Nielsen & Tingleff, Methods for Non-Linear Least Squares Problems, algorithm 3.16 (damping by gain ratio), run
for every start in one batch; a start that has converged stops moving.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backend.body.kinematics import Kinematics

Evaluate = Callable[[Kinematics], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Stopping:
    max_iterations: int = 40
    cost_tolerance: float = 4e-3
    """A start stops when the relative decrease of its cost in one step falls below this,"""
    cost_drop: float = 0.01
    """or its absolute decrease below this: a hundredth of what an error of one sigma costs twice over, invisible."""
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


def minimise(body: Kinematics, evaluate: Evaluate, free: np.ndarray, stopping: Stopping = STOPPING) -> Descent:
    """Minimise half the squared residual of every start.

    Args:
        body: the starts, with derivatives. evaluate: body -> weighted residuals (S, m) and jacobian (S, m, D).
        free: (D,) bool, which increments may be used.
    """
    r, j = evaluate(body)
    s = len(r)
    run = _Run(body, r, j, _cost(r), np.full(s, 1e-3), np.full(s, 2.0), np.ones(s, bool))
    for iteration in range(1, stopping.max_iterations + 1):
        _advance(run, evaluate, np.flatnonzero(free), stopping)
        if iteration >= stopping.rivals_after:
            run.keep(run.cost <= stopping.rivals_factor * run.cost.min() + 1e-9)
        if not run.moving.any():
            return Descent(run.body, run.cost, iteration, "converged")
    return Descent(run.body, run.cost, stopping.max_iterations, "max iterations")


def _cost(r: np.ndarray) -> np.ndarray:
    return 0.5 * np.einsum("sm,sm->s", r, r)


def _advance(run: _Run, evaluate: Evaluate, columns: np.ndarray, stopping: Stopping) -> None:
    """One trial step of every start; better ones are taken, the others are damped more."""
    step, predicted = _step(run.r, run.j[:, :, columns], run.damping)
    increments = np.zeros((len(run.cost), run.j.shape[2]))
    increments[:, columns] = np.where(run.moving[:, None], step, 0.0)
    trial = run.body.moved(increments)
    r, j = evaluate(trial)
    cost = _cost(r)
    gain = (run.cost - cost) / np.maximum(predicted, 1e-12)
    better = run.moving & (cost < run.cost)
    drop = run.cost - cost
    small = (drop < stopping.cost_tolerance * run.cost) | (drop < stopping.cost_drop)
    run.body = trial if better.all() else _chosen(better, trial, run.body)
    run.r, run.j = np.where(better[:, None], r, run.r), np.where(better[:, None, None], j, run.j)
    run.cost = np.where(better, cost, run.cost)
    eased = run.damping * np.maximum(1 / 3, 1 - (2 * gain - 1) ** 3)
    run.damping = np.clip(np.where(better, eased, run.damping * run.growth), 1e-7, 1e12)
    run.growth = np.where(better, 2.0, run.growth * 2)
    done = (better & small) | (run.damping > stopping.damping_limit) | (run.cost < 1e-9)
    run.moving = run.moving & ~done


def _step(r: np.ndarray, j: np.ndarray, damping: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The damped Gauss-Newton step (S, F) and the decrease of the cost that the linear model predicts (S,)."""
    jt = np.swapaxes(j, 1, 2)
    hessian = jt @ j
    gradient = np.einsum("sfm,sm->sf", jt, r)
    index = np.arange(hessian.shape[1])
    scale = hessian[:, index, index]
    added = damping[:, None] * np.maximum(scale, 1e-3)
    hessian[:, index, index] = scale + added
    step = -np.linalg.solve(hessian, gradient[..., None])[..., 0]
    predicted = 0.5 * np.einsum("sf,sf->s", step, added * step - gradient)
    return step, predicted


def _chosen(better: np.ndarray, new: Kinematics, old: Kinematics) -> Kinematics:
    local = np.where(better[:, None, None, None], new.local, old.local)
    transl = np.where(better[:, None], new.transl, old.transl)
    return Kinematics(old.rest, local, transl, old.tracked, old.heading, old.active)
