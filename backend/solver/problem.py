"""A problem: starting poses, the statements, and the terms that always hold. Built first, then solved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from backend.body.dual import Dual
from backend.body.kinematics import Kinematics, heading_of
from backend.body.outline import lowest
from backend.body.surfaces import REGIONS
from backend.posecodes import Posecode, Program, settled
from backend.posecodes.contact import Contact
from backend.posecodes.finger import Finger
from backend.posecodes.ground import Airborne, Support
from backend.posecodes.hand import Hand
from backend.posecodes.tracking import tracked_by
from rigs.skeleton import INDEX, JOINTS, N_BODY, joint_index

from . import collision, ground, terms
from .posture import Posture
from .weights import WEIGHTS, Weights

BODY_JOINTS = JOINTS[:N_BODY]
TOES = ("left_foot", "right_foot")


@dataclass(frozen=True)
class Term:
    """K named residuals (S, K, m) of one form, and the sigma that scales them: the one place where weights are applied.

    linear_from: beyond this many sigmas a residual's cost grows linearly (Huber 1964), so that one statement that
    cannot be met does not bend everything else; inf: always quadratic.
    """

    names: tuple[str, ...]
    sigma: float
    residual: Callable[[Kinematics], Dual]
    linear_from: float = np.inf


@dataclass(frozen=True, eq=False)
class Problem:
    """start: the poses to begin with; terms and posture: what is minimised; free: (D,) increments that may be used."""

    start: Kinematics
    program: Program
    terms: tuple[Term, ...]
    posture: Posture
    free: np.ndarray
    air: float | None = field(default=None)
    """Height of the lowest point above the ground (0 = resting); None: the body keeps its height."""

    @cached_property
    def _layouts(self) -> list[_Layout]:
        """The one layout, once the first residuals have shown their shapes."""
        return []

    def _layout(self, residuals: Sequence[np.ndarray]) -> _Layout:
        if not self._layouts:
            self._layouts.append(_Layout.of(self.terms, [r.shape[1:] for r in residuals]))
        return self._layouts[0]

    def cost(self, body: Kinematics) -> np.ndarray:
        """(S,)"""
        plain = body.plain
        values = [t.residual(plain).value for t in self.terms]
        layout = self._layout(values)
        r = layout.joined(values)
        total: np.ndarray = layout.costs(r).sum(axis=1) + self.posture.cost(body)
        return total

    def normal(self, body: Kinematics) -> tuple[np.ndarray, np.ndarray]:
        """Gradient (S, D) of the cost and its Gauss-Newton matrix (S, D, D); far residuals are weighed down."""
        duals = [t.residual(body) for t in self.terms]
        layout = self._layout([d.value for d in duals])
        r = layout.joined([d.value for d in duals])
        scale = layout.shares(r) / layout.sigma
        j = np.concatenate([_flat_jac(d) for d in duals], axis=1) * scale[..., None]
        transposed = np.swapaxes(j, 1, 2)
        gradient = (transposed @ (r * layout.sigma * scale)[..., None])[..., 0]
        matrix = transposed @ j
        own_gradient, own_matrix = self.posture.normal(body)
        n = own_gradient.shape[1]
        gradient[:, :n] += own_gradient
        matrix[:, :n, :n] += own_matrix
        return gradient, matrix

    def costs(self, body: Kinematics) -> dict[str, float]:
        """The cost of every term for the first pose; they add up to `cost`."""
        out = {name: float(cost[0]) for name, cost in self.posture.costs(body).items()}
        plain = body.plain
        values = [t.residual(plain).value for t in self.terms]
        layout = self._layout(values)
        each = layout.costs(layout.joined(values))[0]
        for name, cost in zip((n for t in self.terms for n in t.names), each, strict=True):
            out[name] = out.get(name, 0.0) + float(cost)
        return out

    def __str__(self) -> str:
        lines = [f"{len(self.start.local)} starts, {int(self.free.sum())} free increments"]
        names = [*self.posture.costs(self.start), *(n for t in self.terms for n in t.names)]
        return "\n".join(lines + [f"  {name}" for name in names])


@dataclass(frozen=True, eq=False)
class _Layout:
    """Where the residuals of all terms stand when joined into rows: sigma (m,), the first row of every statement (K,),
    its number of rows and the size in sigmas from which on it grows linearly.
    """

    sigma: np.ndarray
    starts: np.ndarray
    counts: np.ndarray
    linear_from: np.ndarray

    @classmethod
    def of(cls, terms: Sequence[Term], shapes: Sequence[tuple[int, ...]]) -> _Layout:
        """shapes: (K, m) of every term's residuals."""
        counts = np.array([m for k, m in shapes for _ in range(k)])
        sigma = np.concatenate([np.full(k * m, t.sigma) for t, (k, m) in zip(terms, shapes, strict=True)])
        far = np.array([t.linear_from for t, (k, _) in zip(terms, shapes, strict=True) for _ in range(k)])
        return cls(sigma, np.cumsum([0, *counts[:-1]]), counts, far)

    def joined(self, residuals: Sequence[np.ndarray]) -> np.ndarray:
        """(S, m) in sigmas."""
        out: np.ndarray = np.concatenate([r.reshape(len(r), -1) for r in residuals], axis=1) / self.sigma
        return out

    def _squares(self, r: np.ndarray) -> np.ndarray:
        out: np.ndarray = np.add.reduceat(r * r, self.starts, axis=1)
        return out

    def costs(self, r: np.ndarray) -> np.ndarray:
        """(S, K) of joined residuals."""
        squares, far = self._squares(r), self.linear_from
        if (squares <= far * far).all():
            return 0.5 * squares
        size = np.sqrt(squares)
        return np.where(size <= far, 0.5 * squares, np.minimum(far, 1e9) * (size - 0.5 * np.minimum(far, 1e9)))

    def shares(self, r: np.ndarray) -> np.ndarray:
        """(S, m): what rows are multiplied with so that their squares have the gradient of the robust cost."""
        squares, far = self._squares(r), self.linear_from
        if (squares <= far * far).all():
            return np.ones((1, r.shape[1]))
        shares = np.sqrt(np.minimum(1.0, far / np.sqrt(np.maximum(squares, 1e-12))))
        return np.repeat(shares, self.counts, axis=1)


def _flat_jac(dual: Dual) -> np.ndarray:
    """(S, K, m, D) -> (S, K m, D)."""
    assert dual.jac is not None
    return dual.jac.reshape(len(dual.jac), -1, dual.jac.shape[-1])


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
    seen: Sequence[Term] = (),
    points: Iterable[str] = (),
    grounded: bool = True,
) -> Problem:
    """The least-squares problem of a program.

    Args:
        rest: (55, 3) m. starts: local rotations (55, 3, 3) each. transl: (3,) m of every start.
        prior: (55, 3, 3) pose that unmentioned joints stay close to; default: the first start.
        heading: (3, 3), what directions refer to; default: that of the first start.
        scope: joints that may move; None: all of the body. move_root: whether pelvis and transl may move.
        seen: further terms, of what a picture shows. points: names of points that they look at.
        grounded: whether there is a ground, which the body stands on in balance.
    """
    local = np.stack(starts)
    still = {"pelvis"} if not move_root else set()
    still |= set() if any("toes" in part for c in program if isinstance(c, Support) for part in c.parts) else set(TOES)
    moving = [j for j in BODY_JOINTS if (scope is None or j in scope) and j not in still]
    active = np.array([INDEX[j] for j in moving], int)
    tracked = tracked_by(
        program,
        ("com", "eyes", "pelvis", *points),
        ("pelvis_left", "pelvis_front", "head_front", "head_up"),
    )
    heading = np.broadcast_to(heading_of(local[0, 0]) if heading is None else heading, (len(local), 3, 3))
    body = Kinematics(rest, local, np.repeat(transl[None], len(local), 0), tracked, heading, active)
    free = np.ones(body.columns, bool)
    free[-3:] = move_root
    rooted = move_root and scope is None and grounded
    world = _world_terms(program, weights, rooted, grounded, transl, terms.steady_axis(local[0, 0]))
    parts = (*_statement_terms(program, weights), *seen, *world)
    posture = Posture.of(local[0] if prior is None else prior, active, weights, settled(program))
    air = next((c.height for c in program if isinstance(c, Airborne)), 0.0) if rooted else None
    return Problem(body, program, parts, posture, free, air)


def _statement_terms(program: Program, weights: Weights) -> list[Term]:
    """A term for each group of statements that are alike; hand shapes are set, not solved for."""
    groups: dict[tuple, list[Posecode]] = {}
    for code in program:
        if not isinstance(code, (Hand, Finger)):
            groups.setdefault((type(code), code.alike()), []).append(code)
    return [_statement_term(type(codes[0]), codes, weights) for codes in groups.values()]


def _statement_term(kind: type[Posecode], codes: list[Posecode], weights: Weights) -> Term:
    def residual(body: Kinematics) -> Dual:
        return kind.residuals(codes, body)

    return Term(tuple(c.said() for c in codes), weights.kinds[kind.kind], residual, weights.far)


def _touching(program: Program) -> frozenset[tuple[str, str]]:
    """The pairs of body parts that statements bring together."""
    pairs = [(REGIONS[c.a], REGIONS[c.b]) for c in program if isinstance(c, Contact) and {c.a, c.b} <= REGIONS.keys()]
    return frozenset(
        (collision.part_of(joint_index(a.joint)), collision.part_of(joint_index(b.joint))) for a, b in pairs
    )


def _world_terms(
    program: Program, weights: Weights, rooted: bool, grounded: bool, transl: np.ndarray, axis: str
) -> Iterable[Term]:
    if grounded:
        yield Term(("below the ground",), weights.penetration, ground.penetration)
    table = collision.clearance(_touching(program))
    yield Term(table.names, weights.collision, lambda b: collision.overlap(b, table))
    if not rooted:
        return
    yield Term(("heading",), weights.heading, lambda b: terms.yaw_error(b, axis))
    yield Term(("stays in place",), weights.drift, lambda b: terms.drift(b, transl))
    supports = tuple(r for c in program if isinstance(c, Support) for r in c.regions())
    if supports:
        yield Term(("balance",), weights.balance, lambda b: terms.imbalance(b, supports))
    elif not any(isinstance(c, Airborne) for c in program):
        yield Term(("rests on the ground",), weights.kinds["support"], lambda b: lowest(b)[:, None])
    if "head" not in settled(program):
        yield Term(("level gaze",), weights.level_gaze, terms.unlevel_gaze)
