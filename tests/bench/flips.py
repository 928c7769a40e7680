"""Whether the cheapest of the poses that a picture may show is the truest: `python -m tests.bench.flips [--n 40]`

The pictures of `tests.bench.closed_loop` (--all-views: from six sides) are fitted; each limb whose depth is doubtful is
turned over, upper part, lower part or both, and the fit begun again from there. Once the landmarks in space stay turned
over ("turned"); once they are the picture's own again ("begun"), so that the costs of all starts are of one problem.
Told are PA-MPJPE of the first pose, of the truest and of the cheapest by a margin; by limb and view how many turned
limbs are truer and how many of the cheaper ones; and how well each term tells, as the chance that of a truer and a less
true one the truer has the lower cost (0.5: not at all).
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from backend.body.kinematics import Kinematics
from backend.body.model import BodyModel
from backend.language.atlas import atlas
from backend.solver.posture import Posture
from backend.solver.problem import Problem
from backend.solver.solve import Solved, solve
from backend.solver.weights import WEIGHTS
from backend.vision.confidence import LIMBS
from backend.vision.evidence import weights_of
from backend.vision.fit import problem_of
from backend.vision.flips import turned_over
from backend.vision.lens import FACING
from backend.vision.photo import Photo
from rigs.skeleton import INDEX, N_BODY
from tests.backend.vision.scenes import aligned_error

from .closed_loop import ALL_VIEWS, VIEWS, cases, fitted

SHAPED: Final = BodyModel.load().shaped()
MARGINS: Final = (0.0, 1.0, 3.0, 5.0, 8.0, 12.0)
TRUER: Final = 5.0  # degrees by which a limb must be nearer the truth to count as truer
KINDS: Final = ("turned", "begun")


@dataclass(frozen=True, eq=False)
class Tried:
    """One pose of a picture. terms: what it costs by group of terms. error: mm; off: degrees by limb, of its two
    segments on average. kind, limb: how it came about; "" for the first.
    """

    kind: str
    limb: str
    cost: float
    terms: dict[str, float]
    error: float
    off: dict[str, float]


def tried(photo: Photo, truth: np.ndarray) -> list[Tried]:
    """The first pose of a picture, then every limb turned over; truth: joints (55, 3) m in camera axes."""
    person, picture = photo.person, photo.picture
    own = problem_of(person, picture, SHAPED)
    out = [_tried("", "", own, solve(own), truth)]
    for other in turned_over(weights_of(person), person):
        turned = solve(problem_of(other.person, picture, SHAPED))
        start = replace(own.start, local=turned.body.local, transl=turned.body.transl, shared={})
        out.append(_tried("turned", other.limb, own, turned, truth))
        out.append(_tried("begun", other.limb, own, solve(replace(own, start=start)), truth))
    return out


def _tried(kind: str, limb: str, problem: Problem, solved: Solved, truth: np.ndarray) -> Tried:
    body = solved.body
    joints = body.joints[0] @ FACING.T
    terms: dict[str, float] = defaultdict(float)
    for name, cost in solved.costs.items():
        terms[_group(name)] += cost
    terms["limb prior"] = _prior(body, problem.posture.active)
    off = {limb: float(np.mean([_angle(joints, truth, a, b) for a, b in pairwise(LIMBS[limb])])) for limb in LIMBS}
    return Tried(kind, limb, solved.cost, terms, 1000 * aligned_error(joints[:N_BODY], truth[:N_BODY]), off)


def _group(name: str) -> str:
    if name.endswith(" in the picture"):
        return "points"
    if " to " in name and name != "close to the start":
        return "lines in space"
    return "flesh" if " in " in name else name


def _prior(body: Kinematics, active: np.ndarray) -> float:
    """What the learned priors of arms and legs would say, which the photo's fit leaves out."""
    posture = Posture.of(body.local[0], active, WEIGHTS, [limb.replace(" ", "_") for limb in LIMBS])
    return float(posture.costs(body)["as limbs go"][0])


def _angle(a: np.ndarray, b: np.ndarray, first: str, last: str) -> float:
    """Degrees between the ways from one joint to another."""
    ways = [j[INDEX[last]] - j[INDEX[first]] for j in (a, b)]
    cosine = ways[0] @ ways[1] / np.linalg.norm(ways[0]) / np.linalg.norm(ways[1])
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def chosen(poses: list[Tried], kind: str, margin: float) -> Tried:
    """The cheapest, where it is cheaper than the first by the margin."""
    cheapest = min((p for p in poses if p.kind == kind), key=lambda p: p.cost, default=poses[0])
    return cheapest if cheapest.cost < poses[0].cost - margin else poses[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=40)
    parser.add_argument("--all-views", action="store_true", help="from behind, above and below too")
    options = parser.parse_args()
    names = random.Random(3).sample(sorted(atlas().entries), options.n)
    found: list[tuple[str, list[Tried]]] = []
    for case in cases(names, ALL_VIEWS if options.all_views else VIEWS):
        if (photo := fitted(case)) is not None:
            found.append((case.view, tried(photo, case.joints)))
    first = _errors(p[0] for _, p in found)
    print(f"{len(found)} pictures, {_middle(first)}")
    for kind in KINDS:
        truest = _errors(min((t for t in p if t.kind in ("", kind)), key=lambda t: t.error) for _, p in found)
        print(f"{kind}: the truest {_middle(truest)}")
        for margin in MARGINS:
            _print_choice(f"cheaper by {margin:.0f}", _errors(chosen(p, kind, margin) for _, p in found), first)
        _print_limbs(found, kind)
        _print_terms(found, kind)


def _errors(poses: Iterable[Tried]) -> np.ndarray:
    return np.array([p.error for p in poses])


def _middle(errors: np.ndarray) -> str:
    return f"mean {errors.mean():.1f} mm, median {np.median(errors):.1f} mm"


def _print_choice(title: str, got: np.ndarray, first: np.ndarray) -> None:
    told = f"{(got != first).sum()} changed, {(got < first - 3).sum()} better by 3 mm, {(got > first + 3).sum()} worse"
    print(f"  {title:14} {_middle(got)}; {told}")


def _print_limbs(found: list[tuple[str, list[Tried]]], kind: str) -> None:
    """By limb and view: how many turned over are truer, and how many of the cheaper ones are."""
    rows: dict[tuple[str, str], list[tuple[bool, bool]]] = defaultdict(list)
    for view, poses in found:
        for p in (p for p in poses if p.kind == kind):
            truer = p.off[p.limb] < poses[0].off[p.limb] - TRUER
            rows[p.limb.split()[1], view].append((truer, p.cost < poses[0].cost))
    for (limb, view), row in sorted(rows.items()):
        truer, cheaper = (np.array(column) for column in zip(*row, strict=True))
        print(f"  {limb} {view}: {len(row)} turned, {truer.sum()} truer; {cheaper.sum()} cheaper, "
              f"{(cheaper & truer).sum()} of them truer, {(cheaper & ~truer).sum()} false")  # fmt: skip


def _print_terms(found: list[tuple[str, list[Tried]]], kind: str) -> None:
    """By limb, how well the cost and each of its terms tell."""
    for part in ("arm", "leg"):
        pairs = [(poses[0], p) for _, poses in found for p in poses if p.kind == kind and part in p.limb]
        truer = np.array([p.off[p.limb] < f.off[p.limb] for f, p in pairs], bool)
        rises = {"cost": np.array([p.cost - f.cost for f, p in pairs])}
        for term in sorted({t for _, p in pairs for t in p.terms}):
            rises[term] = np.array([p.terms.get(term, 0.0) - f.terms.get(term, 0.0) for f, p in pairs])
        told = ", ".join(f"{term} {_chance(rise, truer):.2f}" for term, rise in rises.items())
        print(f"  {part}, {len(pairs)} turned, {truer.mean():.2f} truer at all: {told}")


def _chance(rise: np.ndarray, truer: np.ndarray) -> float:
    """The chance that of a truer and a less true one the truer has the smaller rise of cost."""
    if truer.all() or not truer.any():
        return float("nan")
    apart = rise[~truer][None] - rise[truer][:, None]
    return float(((apart > 0) + 0.5 * (apart == 0)).mean())


if __name__ == "__main__":
    main()
