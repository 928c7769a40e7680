"""All weights of the solver, each as the error that costs one: sigma, with its unit. The only place that has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

DEG = 0.017453292519943295  # rad


def _kinds() -> Mapping[str, float]:
    return MappingProxyType({
        "angle": 5 * DEG, "direction": 6 * DEG, "facing": 9 * DEG, "gaze": 8 * DEG, "turn": 4 * DEG, "hand": 5 * DEG,
        "finger": 5 * DEG, "motion": 5 * DEG, "elevation": 5 * DEG, "lean": 4 * DEG, "symmetry": 5 * DEG,
        "balance": 0.015,
        "position": 0.02, "distance": 0.02, "contact": 0.006, "reach": 0.006, "support": 0.005, "airborne": 0.02,
    })  # fmt: skip


def _prior() -> Mapping[str, float]:
    return MappingProxyType({
        "pelvis": 12 * DEG, "spine": 16 * DEG, "neck": 22 * DEG, "head": 22 * DEG, "collar": 12 * DEG,
        "shoulder": 55 * DEG, "elbow": 55 * DEG, "wrist": 22 * DEG,
        "hip": 45 * DEG, "knee": 50 * DEG, "ankle": 22 * DEG, "foot": 20 * DEG,
    })  # fmt: skip


@dataclass(frozen=True)
class Weights:
    """Sigmas: a residual of this size costs as much as any other residual of its own sigma."""

    kinds: Mapping[str, float] = field(default_factory=_kinds)
    """Per kind of posecode, in the unit of its residual (rad or m)."""
    far: float = 30.0
    """Number of sigmas from which on the cost of a statement grows linearly."""
    prior: Mapping[str, float] = field(default_factory=_prior)
    """Distance of a joint from the starting pose, rad, by joint family."""
    limb: float = 2.0
    """How many of its own standard deviations a limb's learned prior counts as one."""
    limb_far: float = 2.5
    """Size of a limb's residual from which on its cost grows linearly: unusual poses are not pulled back hard."""
    told: float = 2.0
    """Factor on `prior` for limbs that the program speaks of, where the learned prior takes over."""
    limits: float = 2 * DEG
    """Excess of a joint over its anatomical range, rad."""
    penetration: float = 0.004
    """Depth of a point of the skin below the ground, m."""
    collision: float = 0.005
    """Depth of one limb inside another or the trunk, m."""
    balance: float = 0.06
    """Horizontal distance of the centre of mass from the area of support, m."""
    spine_share: float = 9 * DEG
    """Difference between the rotations of neighbouring spine joints (and of neck and head), rad."""
    collar_share: float = 9 * DEG
    """Difference between a collar's rotation and its share of the arm's, rad."""
    heading: float = 1 * DEG
    """Turn of the pelvis about the vertical away from the heading, rad; a gauge, held firmly."""
    level_gaze: float = 22 * DEG
    """Head away from level and straight ahead, where nothing is said about it, rad."""
    drift: float = 1.0
    """Horizontal shift of the pelvis from its start, m; a gauge that nothing else fixes."""


WEIGHTS = Weights()
