"""Touches that somebody saw in a picture -> statements in the fit (ProsePose; Subramanian et al. 2024).

Every assignment of sides is tried with the places of skin that can meet: near each other as the picture alone has them,
where what lies along the line of sight counts less, for that is what a picture shows worst. What fits best is kept, or
the pose of the picture alone where a touch goes too much against what is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from backend.body.model import ShapedBody
from backend.posecodes import Program
from backend.posecodes.contact import Contact
from backend.posecodes.tracking import posed, tracked_by
from backend.posecodes.vocabulary import skin
from backend.solver.reaching import reaching_poses

from .fit import Fit
from .images import Picture
from .observe import Person
from .stated import missed, refit
from .touches import Pair, Told, assignments, frequent, touching_regions

EASY: Final = 45.0  # by which a touch that everybody saw may raise what the picture costs: true ones do by 2 to 20
_DEPTH: Final = 0.4  # how much a gap along the line of sight counts
_TRIED: Final = 6  # ways to meet that are solved for each pair
_EACH: Final = 2  # of them for one assignment of sides
_FAR: Final = 0.15  # m from which on an arm is also laid where it is to touch before the solve
_APART: Final = 0.4  # m from which on parts do not touch, whatever was said: true ones were never found so far apart
_TWIN: Final = 0.5  # how much of EASY the second of two touches has that were named as one ("hand on hip")


def with_contacts(
    found: Fit, person: Person, picture: Picture, shaped: ShapedBody, samples: Sequence[Iterable[Pair]]
) -> tuple[Fit, Program, list[Told]]:
    """The fit with the touches that were seen, which they are, and which were left out for what the picture shows.

    Args:
        samples: pairs of names of parts, as `touches.frequent` takes them.
    """
    best: Fit = found
    program: Program = ()
    left: list[Told] = []
    for told in frequent(samples):
        before = program
        best, program = _with_one(best, program, told, person, picture, shaped)
        if program == before:
            left.append(told)
    return best, program, left


def _with_one(
    best: Fit, program: Program, told: Told, person: Person, picture: Picture, shaped: ShapedBody
) -> tuple[Fit, Program]:
    """The fit with one more touch, by the assignment that costs the picture least, where it is worth its cost."""
    near = [way for way in _ways(told, best, shaped) if way[0] < _APART * len(way[1])]
    ways = sorted(near, key=lambda way: way[0] / len(way[1]))[:_TRIED]
    score, out = best.cost, (best, program)
    for gap, codes in ways:
        more = tuple(c for c in codes if c not in program)
        if not more:
            continue
        both = (*program, *more)
        starts = _reaching(best, both, shaped) if gap > _FAR * len(codes) else []
        tried = refit(best, person, picture, shaped, both, starts)
        worth = tried.cost - EASY * told.share * (1.0 + (1.0 if told.both else _TWIN) * (len(more) - 1))
        if worth < score and max(missed(tried, shaped, both)) <= 1.0:
            score, out = worth, (tried, both)
    return out


def _reaching(found: Fit, program: Program, shaped: ShapedBody) -> list[np.ndarray]:
    every = np.ones(len(found.local), bool)
    return reaching_poses(shaped.joints, found.local, found.transl, program, every)


def _ways(told: Told, found: Fit, shaped: ShapedBody) -> list[tuple[float, Program]]:
    """Gaps (m, the sum over a couple) and touches of regions, for every assignment of sides."""
    out: list[tuple[float, Program]] = []
    for codes in assignments(told):
        each = [_meetings(code, found, shaped)[:_EACH] for code in codes]
        for k in range(min(len(e) for e in each)):
            out.append((sum(e[k][0] for e in each), tuple(e[k][1] for e in each)))
    return out


def _meetings(code: Contact, found: Fit, shaped: ShapedBody) -> list[tuple[float, Contact]]:
    """The regions of two parts that may touch, those first that are nearest as the picture shows them."""
    here, there = touching_regions(code.a), touching_regions(code.b)
    names = [[r for r, _ in end] for end in (here, there)]
    tracked = tracked_by((), (skin(r) for r in {*names[0], *names[1]}))
    body = posed(shaped.joints, found.local, found.transl, tracked)
    a, b = (body.points(tuple(skin(r) for r in end)).value[0] for end in names)
    between = (a[:, None] - b[None]) @ found.camera.rotation.T * [1.0, 1.0, _DEPTH]
    late = np.add.outer([m for _, m in here], [m for _, m in there])
    away = np.linalg.norm(between, axis=-1) + late
    order = np.dstack(np.unravel_index(np.argsort(away, axis=None), away.shape))[0]
    return [(float(away[i, j]), Contact(names[0][i], names[1][j])) for i, j in order if names[0][i] != names[1][j]]
