"""A problem: starting poses, the statements, and the terms that always hold. Built first, then solved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from backend.body.dual import Dual
from backend.body.kinematics import Kinematics, heading_of
from backend.body.outline import lowest
from backend.posecodes import Program, settled
from backend.posecodes.ground import Airborne, Support
from backend.posecodes.tracking import tracked_by
from rigs.skeleton import INDEX, JOINTS, N_BODY

from . import collision, ground, terms
from .limits import coordinates, excess, family
from .weights import WEIGHTS, Weights

BODY_JOINTS = JOINTS[:N_BODY]
TOES = ("left_foot", "right_foot")
_SHARING = (("spine1", "spine2"), ("spine2", "spine3"), ("neck", "head"))


@dataclass(frozen=True)
class Term:
    """A named residual with the sigma that scales it: the one place where weights are applied."""

    name: str
    sigma: float | np.ndarray
    residual: Callable[[Kinematics], Dual]


@dataclass(frozen=True, eq=False)
class Problem:
    """start: the poses to begin with; terms: what is minimised; free: (D,) increments that may be used."""

    start: Kinematics
    program: Program
    terms: tuple[Term, ...]
    free: np.ndarray
    air: float | None = field(default=None)
    """Height of the lowest point above the ground (0 = resting); None: the body keeps its height."""

    def evaluate(self, body: Kinematics) -> tuple[np.ndarray, np.ndarray]:
        """Weighted residuals (S, m) and their jacobian (S, m, D)."""
        values, jacs = [], []
        for term in self.terms:
            r = term.residual(body)
            assert r.jac is not None
            scale = 1.0 / np.asarray(term.sigma)
            values.append(r.value * scale)
            jacs.append(r.jac * (scale[..., None] if scale.ndim else scale))
        return np.concatenate(values, axis=1), np.concatenate(jacs, axis=1)

    def residuals(self, body: Kinematics) -> np.ndarray:
        """Weighted residuals (S, m) alone, which is several times quicker."""
        plain = replace(body, active=None)
        return np.concatenate([t.residual(plain).value / t.sigma for t in self.terms], axis=1)

    def costs(self, body: Kinematics) -> dict[str, float]:
        """Half the weighted sum of squares of every term for the first pose."""
        return {t.name: float(0.5 * np.sum((t.residual(body).value[0] / t.sigma) ** 2)) for t in self.terms}

    def __str__(self) -> str:
        lines = [f"{len(self.start.local)} starts, {int(self.free.sum())} free increments"]
        return "\n".join(lines + [f"  {t.name}" for t in self.terms])


def build(
    rest: np.ndarray,
    starts: Sequence[np.ndarray],
    transl: np.ndarray,
    program: Program,
    *,
    prior: np.ndarray | None = None,
    scope: Sequence[str] | None = None,
    weights: Weights = WEIGHTS,
    move_root: bool = True,
    heading: np.ndarray | None = None,
) -> Problem:
    """The least-squares problem of a program.

    Args:
        rest: (55, 3) m. starts: local rotations (55, 3, 3) each. transl: (3,) m of every start.
        prior: (55, 3, 3) pose that unmentioned joints stay close to; default: the first start.
        heading: (3, 3), what directions refer to; default: that of the first start.
        scope: joints that may move; None: all of the body. move_root: whether pelvis and transl may move.
    """
    local = np.stack(starts)
    still = {"pelvis"} if not move_root else set()
    still |= set() if any("toes" in part for c in program if isinstance(c, Support) for part in c.parts) else set(TOES)
    moving = [j for j in BODY_JOINTS if (scope is None or j in scope) and j not in still]
    active = np.array([INDEX[j] for j in moving], int)
    tracked = tracked_by(
        program,
        ("com", "eyes", "pelvis"),
        ("pelvis_left", "pelvis_front", "head_front", "head_up"),
    )
    heading = np.broadcast_to(heading_of(local[0, 0]) if heading is None else heading, (len(local), 3, 3))
    body = Kinematics(rest, local, np.repeat(transl[None], len(local), 0), tracked, heading, active)
    free = np.ones(body.columns, bool)
    free[-3:] = move_root
    home = (local[0] if prior is None else prior)[None]
    rooted = move_root and scope is None
    parts = [
        *_statement_terms(program, weights),
        *_joint_terms(home, active, weights),
        *_world_terms(program, weights, rooted, transl),
    ]
    air = next((c.height for c in program if isinstance(c, Airborne)), 0.0) if rooted else None
    return Problem(body, program, tuple(parts), free, air)


def _statement_terms(program: Program, weights: Weights) -> list[Term]:
    return [Term(code.said(), weights.kinds[code.kind], code.residual) for code in program if code.kind != "hand"]


def _joint_terms(home: np.ndarray, active: np.ndarray, weights: Weights) -> list[Term]:
    if not len(active):
        return []
    sigma = np.repeat([weights.prior[family(JOINTS[j])] for j in active], 3)
    moving = {JOINTS[j] for j in active}
    out = [
        Term("joint limits", weights.limits, lambda b: excess(coordinates(b, active), active)),
        Term("close to the start", sigma, lambda b: terms.departure(b, home, active)),
    ]
    for first, second in _SHARING:
        if {first, second} <= moving:
            out.append(_sharing(first, second, active, weights))
    for side in ("left", "right"):
        if {f"{side}_collar", f"{side}_shoulder"} <= moving:
            out.append(_following(side, active, weights))
    return out


def _sharing(first: str, second: str, active: np.ndarray, weights: Weights) -> Term:
    def residual(body: Kinematics) -> Dual:
        return terms.unequal(coordinates(body, active), active, first, second)

    return Term(f"{first} and {second} share", weights.spine_share, residual)


def _following(side: str, active: np.ndarray, weights: Weights) -> Term:
    def residual(body: Kinematics) -> Dual:
        return terms.collar_lag(coordinates(body, active), active, side)

    return Term(f"{side} collar follows", weights.collar_share, residual)


def _world_terms(program: Program, weights: Weights, rooted: bool, transl: np.ndarray) -> list[Term]:
    out = [
        Term("below the ground", weights.penetration, ground.penetration),
        Term("limbs apart", weights.collision, collision.overlap),
    ]
    if not rooted:
        return out
    out.append(Term("heading", weights.heading, terms.yaw_error))
    out.append(Term("stays in place", weights.drift, lambda b: _drift(b, transl)))
    airborne = any(isinstance(c, Airborne) for c in program)
    supports = tuple(r for c in program if isinstance(c, Support) for r in c.regions())
    if supports:
        out.append(Term("balance", weights.balance, lambda b: terms.imbalance(b, supports)))
    elif not airborne:
        out.append(Term("rests on the ground", weights.kinds["support"], lambda b: lowest(b, 0.0)))
    if "head" not in settled(program):
        out.append(Term("level gaze", weights.level_gaze, _level_gaze))
    return out


def _drift(body: Kinematics, transl: np.ndarray) -> Dual:
    moved = body.point("pelvis") - transl
    return Dual(moved.value[:, ::2], None if moved.jac is None else moved.jac[:, ::2])


def _level_gaze(body: Kinematics) -> Dual:
    """(S, 3) rad: a head that nothing is said about looks ahead and level, while the trunk is more or less upright."""
    front = body.axis("head_front") - body.heading[:, :, 2]
    upright = (body.axis("head_up").value[:, 1] > 0.2).astype(float)[:, None]
    return front.scaled(upright * np.ones(3))
