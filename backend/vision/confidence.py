"""How likely a fitted pose, and each of its limbs, is right: calibrated on renders of our own body.

The constants are printed by `python -m tests.bench.confidence`: logistic models of what the looks and the fit tell, all
with the sign that makes sense, so that more votes never make it less sure. The renders have clutter, occluders,
neighbours, cuts, blur and noise; photos are checked by `tests.bench.photos`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from backend.posecodes.vocabulary import SIDES
from rigs.skeleton import INDEX as JOINT

from .fit import Fit
from .landmarks import INDEX
from .observe import Person

LIMBS: Final[dict[str, tuple[str, str, str]]] = {
    **{f"{s} arm": (f"{s}_shoulder", f"{s}_elbow", f"{s}_wrist") for s in SIDES},
    **{f"{s} leg": (f"{s}_hip", f"{s}_knee", f"{s}_ankle") for s in SIDES},
}
_WHOLE: Final = (2.53, 1.74, 1.05, 2.31, 2.97, -6.44)  # of `evidence_of_whole`, and the constant
_LIMB: Final = (2.61, 1.68, 1.06, 1.74, 2.33, -4.76)
_OFF, _SPREAD, _TURN = 0.02, 0.1, np.radians(20.0)  # of the person's size, m, rad: what counts as one
Evidence = tuple[float, float, float, float, float]


def confidence_of_whole(fit: Fit, person: Person) -> float:
    """0..1: how likely the limbs' joints are within 100 mm on average, as far as renders tell."""
    return _likely(evidence_of_whole(fit, person), _WHOLE) * float(np.mean(_seen(fit, *LIMBS)))


def confidence_of_limbs(fit: Fit, person: Person) -> dict[str, float]:
    """0..1 by limb: how likely its two segments are within 30 degrees; next to nothing where it was not seen."""
    return {limb: _likely(evidence_of_limb(fit, person, limb), _LIMB) * float(_seen(fit, limb)[0]) for limb in LIMBS}


def evidence_of_whole(fit: Fit, person: Person) -> Evidence:
    """As `evidence_of_limb`, for all limbs together."""
    return _evidence(fit, person, list(LIMBS))


def evidence_of_limb(fit: Fit, person: Person, limb: str) -> Evidence:
    """Five things, each better when larger and at most 1.

    The mean weight of its landmarks; how well all points fit; how well the looks agree; how far the limb lies across
    the view rather than along it, where a picture tells least; how nearly it goes the way in which the looks saw it go.
    """
    return _evidence(fit, person, [limb])


def _evidence(fit: Fit, person: Person, limbs: list[str]) -> Evidence:
    rows = [INDEX[n] for limb in limbs for n in LIMBS[limb]]
    agree = np.exp(-np.minimum(person.spread[rows] / _SPREAD, 5.0)).mean()
    segments = [pair for limb in limbs for pair in pairwise(LIMBS[limb])]
    posed = _unit(np.array([fit.joints[JOINT[b]] - fit.joints[JOINT[a]] for a, b in segments]))
    posed = posed @ fit.camera.rotation.T
    seen = _unit(np.array([person.space[INDEX[b]] - person.space[INDEX[a]] for a, b in segments]))
    turned = np.arccos(np.clip((posed * seen).sum(axis=1), -1.0, 1.0))
    return (
        float(fit.sure[rows].mean()),
        float(np.exp(-fit.off / _OFF)),
        float(agree),
        float(1.0 - np.abs(posed[:, 2]).mean()),
        float(np.exp(-turned.mean() / _TURN)),
    )


def _seen(fit: Fit, *limbs: str) -> np.ndarray:
    """Per limb 0..1: whether anything beyond its root was seen at all."""
    best = [max(fit.sure[INDEX[n]] for n in LIMBS[limb][1:]) for limb in limbs]
    out: np.ndarray = np.clip(np.array(best) / 0.15, 0.0, 1.0)
    return out


def _likely(evidence: tuple[float, ...], weights: tuple[float, ...]) -> float:
    return float(1.0 / (1.0 + np.exp(-(np.dot(evidence, weights[:-1]) + weights[-1]))))


def _unit(lines: np.ndarray) -> np.ndarray:
    """Lines (n, 3) of length one."""
    out: np.ndarray = lines / np.maximum(np.linalg.norm(lines, axis=1, keepdims=True), 1e-9)
    return out
