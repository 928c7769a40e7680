"""Several poses for one request: solved from the takes that are offered, kept where they really differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, islice, repeat
from typing import Final

import numpy as np

from backend.body.model import ShapedBody
from backend.posecodes import Program
from rigs.skeleton import INDEX, N_BODY

from .pose_program import Setting, Solution, pose_program

APART: Final = 0.08  # m, mean over the body's joints: poses nearer than this are one pose to the eye
_TRIES: Final = 4  # candidates for each further pose
_LOOSE: Final = 1  # statements more than in the first pose that a take may fail to meet, of those nobody asked for


def alternatives(
    shaped: ShapedBody,
    program: Program,
    takes: Iterable[tuple[Program, Program]],
    asked: Program,
    setting: Setting,
    *,
    n: int,
    seed: int,
    between: Callable[[], None] = lambda: None,
) -> list[Solution]:
    """Up to n poses: the program's own first, then takes that do what they were asked as well as the first does.

    Takes that are at least APART from all before come first, in their order; where there are too few of them, those
    follow that differ most.

    Args:
        takes: further programs, each with what of it was asked; `program` itself is varied where they end.
        asked: what of `program` was asked. A take may fail no more of its own than the first pose does: takes may be
            programs of another length, as those of a language model are.
    """
    first = pose_program(shaped, program, setting, between=between)[0]
    kept, near = [first], list[Solution]()
    allowed = _failed(first, asked)
    tried = chain(takes, repeat((program, asked)))
    for k, (take, wanted) in enumerate(islice(tried, _TRIES * (n - 1)), 1):
        if len(kept) >= n:
            break
        between()
        candidate = pose_program(shaped, take, setting, variant=k, seed=seed)[0]
        if _failed(candidate, wanted) > allowed or _missed(candidate) > _missed(first) + _LOOSE:
            continue
        if min(apart(candidate, other) for other in kept) >= APART:
            kept.append(candidate)
        else:
            near.append(candidate)
    return kept + _farthest(near, kept, n - len(kept))


def apart(a: Solution, b: Solution) -> float:
    """Mean distance of the body's joints in m, both pelvises over one place."""
    shift = (a.joints - b.joints)[INDEX["pelvis"]] * np.array([1.0, 0.0, 1.0])
    return float(np.linalg.norm((a.joints - b.joints - shift)[:N_BODY], axis=1).mean())


def _failed(solution: Solution, asked: Program) -> int:
    """How many of the asked statements a pose does not meet."""
    wanted = set(asked)
    return sum(v.code in wanted and not v.measured.met for v in solution.verdicts)


def _missed(solution: Solution) -> int:
    return sum(not v.measured.met for v in solution.verdicts)


def _farthest(near: list[Solution], kept: list[Solution], count: int) -> list[Solution]:
    """The candidates that are furthest from all that are kept, one after the other."""
    out: list[Solution] = []
    near = list(near)
    while near and len(out) < count:
        best = max(range(len(near)), key=lambda i: min(apart(near[i], other) for other in (*kept, *out)))
        out.append(near.pop(best))
    return out
