"""How likely a fitted pose, and each of its limbs, is right: calibrated on renders of our own body.

The constants are printed by `python -m tests.bench.confidence`: logistic models of what the looks and the fit tell, all
with the sign that makes sense, so that more votes never make it less sure. Photos are harder than renders.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.posecodes.vocabulary import SIDES

from .fit import Fit
from .landmarks import INDEX
from .observe import Person

LIMBS: Final[dict[str, tuple[str, str, str]]] = {
    **{f"{s} arm": (f"{s}_shoulder", f"{s}_elbow", f"{s}_wrist") for s in SIDES},
    **{f"{s} leg": (f"{s}_hip", f"{s}_knee", f"{s}_ankle") for s in SIDES},
}
_WHOLE: Final = (1.38, 3.29, 1.64, -3.08)  # of `evidence_of_whole`, and the constant
_LIMB: Final = (3.01, 1.83, 1.63, -3.1)
_OFF, _SPREAD = 0.02, 0.1  # of the person's size, m: what counts as one


def confidence_of_whole(fit: Fit, person: Person) -> float:
    """0..1: how likely the limbs' joints are within 100 mm on average, as far as renders tell."""
    return _likely(evidence_of_whole(fit, person), _WHOLE) * float(np.mean(_seen(fit, *LIMBS)))


def confidence_of_limbs(fit: Fit, person: Person) -> dict[str, float]:
    """0..1 by limb: how likely its two segments are within 30 degrees; next to nothing where it was not seen."""
    return {limb: _likely(evidence_of_limb(fit, person, limb), _LIMB) * float(_seen(fit, limb)[0]) for limb in LIMBS}


def evidence_of_whole(fit: Fit, person: Person) -> tuple[float, float, float]:
    """Each better when larger: mean weight of the limbs' landmarks, how well points fit, how well the looks agree."""
    rows = [INDEX[n] for chain in LIMBS.values() for n in chain]
    return _evidence(fit, person, rows, fit.off)


def evidence_of_limb(fit: Fit, person: Person, limb: str) -> tuple[float, float, float]:
    """As `evidence_of_whole`, for one limb; its points are those that it is made of."""
    return _evidence(fit, person, [INDEX[n] for n in LIMBS[limb]], fit.off)


def _evidence(fit: Fit, person: Person, rows: list[int], off: float) -> tuple[float, float, float]:
    agree = np.exp(-np.minimum(person.spread[rows] / _SPREAD, 5.0)).mean()
    return float(fit.sure[rows].mean()), float(np.exp(-off / _OFF)), float(agree)


def _seen(fit: Fit, *limbs: str) -> np.ndarray:
    """Per limb 0..1: whether anything beyond its root was seen at all."""
    best = [max(fit.sure[INDEX[n]] for n in LIMBS[limb][1:]) for limb in limbs]
    out: np.ndarray = np.clip(np.array(best) / 0.15, 0.0, 1.0)
    return out


def _likely(evidence: tuple[float, ...], weights: tuple[float, ...]) -> float:
    return float(1.0 / (1.0 + np.exp(-(np.dot(evidence, weights[:-1]) + weights[-1]))))
