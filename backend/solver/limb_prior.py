"""How the joints of a limb go together in people: a Gaussian per limb over swing and twist coordinates.

Learned by `backend.train.limb_prior` from motion capture (the CMU Graphics Lab database, see rigs/NOTICE.md). It is
applied to limbs that a program speaks of, where it settles what the words leave open (how the upper arm is twisted when
the elbow is straight, how a bend is shared by the spine) as people would. Of arms and legs only the conditional part is
used: how an arm is twisted given where it points, not where arms mostly point, or every leg would bend its knee as
walking people do.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

FILE: Final = Path(__file__).with_name("limb_prior.json")
LIMBS: Final[dict[str, tuple[str, ...]]] = {  # the left one of each pair
    "arm": ("left_shoulder", "left_elbow", "left_wrist"),
    "leg": ("left_hip", "left_knee", "left_ankle"),
    "trunk": ("spine1", "spine2", "spine3"),
    "head": ("neck", "head"),
}
_LED: Final = {  # what follows from the rest of its limb: coordinates as (joint, axis)
    "arm": ((0, 0), (1, 0), (2, 0), (2, 1), (2, 2)),  # twist of upper arm and forearm, the wrist
    "leg": ((0, 1), (1, 1), (2, 0), (2, 1), (2, 2)),  # twist of thigh and shin, the ankle
}
_FLIP: Final = np.array([1.0, -1.0, -1.0])


@dataclass(frozen=True, eq=False)
class LimbPrior:
    """joints of one limb; mean (3k,) rad of their coordinates; whiten (m, 3k): whiten @ (x - mean) varies by one."""

    name: str
    joints: tuple[str, ...]
    mean: np.ndarray
    whiten: np.ndarray


@cache
def limb_priors() -> tuple[LimbPrior, ...]:
    """Of both arms and legs, the trunk, and neck with head; named like the limb groups of posecodes."""
    learned = json.loads(FILE.read_text(encoding="utf-8"))["limbs"]
    out = []
    for limb, joints in LIMBS.items():
        mean, covariance = (np.array(learned[limb][key], float) for key in ("mean", "covariance"))
        led = [3 * joint + axis for joint, axis in _LED.get(limb, ())]
        whiten = _conditional(covariance, led or list(range(len(mean))))
        if not joints[0].startswith("left_"):
            out.append(LimbPrior({"trunk": "torso"}.get(limb, limb), joints, mean, whiten))
            continue
        flip = np.tile(_FLIP, len(joints))
        out.append(LimbPrior(f"left_{limb}", joints, mean, whiten))
        mirrored = tuple(j.replace("left_", "right_") for j in joints)
        out.append(LimbPrior(f"right_{limb}", mirrored, mean * flip, whiten * flip))
    return tuple(out)


def _conditional(covariance: np.ndarray, led: list[int]) -> np.ndarray:
    """(m, n): whitening of the m led coordinates given the others: L^-1 (x_led - B x_rest), B = S_lr S_rr^-1."""
    rest = [i for i in range(len(covariance)) if i not in led]
    by_rest = np.zeros((len(led), len(rest)))
    remaining = covariance[np.ix_(led, led)]
    if rest:
        by_rest = np.linalg.solve(covariance[np.ix_(rest, rest)], covariance[np.ix_(rest, led)]).T
        remaining = remaining - by_rest @ covariance[np.ix_(rest, led)]
    out = np.zeros((len(led), len(covariance)))
    out[:, led], out[:, rest] = np.eye(len(led)), -by_rest
    whitened: np.ndarray = np.linalg.solve(np.linalg.cholesky(remaining), out)
    return whitened
