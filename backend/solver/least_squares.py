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
    cost_tolerance: float = 2e-4
    """A start stops when the relative decrease of its cost falls below this."""
    gradient_tolerance: float = 1e-6


@dataclass(frozen=True, eq=False)
class Descent:
    """The end of a run: poses, cost (S,) = half the sum of squares, iterations used and why it stopped."""

    body: Kinematics
    cost: np.ndarray
    iterations: int
    reason: str


def minimise(body: Kinematics, evaluate: Evaluate, free: np.ndarray, stopping: Stopping = Stopping()) -> Descent:
    """Minimise half the squared residual of every start.

    Args:
        body: the starts, with derivatives. evaluate: body -> weighted residuals (S, m) and jacobian (S, m, D).
        free: (D,) bool, which increments may be used.
    """
    columns = np.flatnonzero(free)
    r, j = evaluate(body)
    cost = 0.5 * np.einsum("sm,sm->s", r, r)
    damping, growth = np.full(len(cost), 1e-2), np.full(len(cost), 2.0)
    active = np.ones(len(cost), bool)
    reason, iteration = "max iterations", 0
    for iteration in range(1, stopping.max_iterations + 1):
        step, predicted = _step(r, j[:, :, columns], damping)
        increments = np.zeros((len(cost), j.shape[2]))
        increments[:, columns] = np.where(active[:, None], step, 0.0)
        trial = body.moved(increments)
        r_new, j_new = evaluate(trial)
        cost_new = 0.5 * np.einsum("sm,sm->s", r_new, r_new)
        gain = (cost - cost_new) / np.maximum(predicted, 1e-12)
        better = active & (cost_new < cost)
        drop = np.where(better, (cost - cost_new) / np.maximum(cost, 1e-12), 0.0)
        body = _chosen(better, trial, body)
        r, j = np.where(better[:, None], r_new, r), np.where(better[:, None, None], j_new, j)
        cost = np.where(better, cost_new, cost)
        damping = np.where(better, damping * np.maximum(1 / 3, 1 - (2 * gain - 1) ** 3), damping * growth)
        growth = np.where(better, 2.0, growth * 2)
        active &= ~(better & (drop < stopping.cost_tolerance)) & (damping < 1e8) & (cost > 1e-10)
        if not active.any():
            reason = "converged"
            break
    return Descent(body, cost, iteration, reason)


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
