"""What a body that was seen rests on: both feet, where both were seen and come out close above the ground."""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.body.kinematics import Kinematics
from backend.body.model import ShapedBody
from backend.posecodes.ground import Support
from backend.posecodes.tracking import posed, tracked_by
from backend.posecodes.vocabulary import SIDES, skin

from .landmarks import INDEX

_CLOSE: Final = 0.1  # m above the ground up to which a foot is taken to rest on it
_SEEN: Final = 0.3  # weight of ankle, heel and toes from which on a foot counts as seen
_FLAT: Final = 0.05  # m between the heights of heel and toes up to which a sole lies flat


def resting(shaped: ShapedBody, local: np.ndarray, transl: np.ndarray, sure: np.ndarray) -> Support | None:
    """The feet that bear a body on the ground y = 0, each by its sole, heel or toes; None where not both do.

    Args:
        local: (55, 3, 3). transl: (3,) m. sure: (33,) weights of the landmarks.
    """
    if min(sure[INDEX[f"{s}_{n}"]] for s in SIDES for n in ("ankle", "heel", "foot_index")) < _SEEN:
        return None
    places = [skin(f"{s}_{n}") for s in SIDES for n in ("heel", "toes")]
    body = posed(shaped.joints, local, transl, tracked_by((), places))
    parts = [_bearing(body, side) for side in SIDES]
    return Support(tuple(p for p in parts if p)) if all(parts) else None


def _bearing(body: Kinematics, side: str) -> str | None:
    """The part of a foot that is close above the ground."""
    heel, toes = body.points((skin(f"{side}_heel"), skin(f"{side}_toes"))).value[0, :, 1]
    if min(heel, toes) > _CLOSE:
        return None
    if abs(heel - toes) < _FLAT:
        return f"{side}_foot"
    return f"{side}_heel" if heel < toes else f"{side}_toes"
