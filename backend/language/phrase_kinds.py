"""A few plain words for motions, elevations, leans, fingers, balance and symmetry; `phrases` says the other kinds."""

from __future__ import annotations

from typing import Final

from backend.posecodes import Posecode
from backend.posecodes.balance import Balance
from backend.posecodes.base import BOUND_SAID, OPPOSITE
from backend.posecodes.elevation import Elevation
from backend.posecodes.finger import Finger
from backend.posecodes.lean import WAYS, Lean
from backend.posecodes.motion import Motion
from backend.posecodes.symmetry import Symmetry
from backend.posecodes.vocabulary import words

_CURLS: Final = (  # up to which curl, and the word
    (0.1, "straight"), (0.35, "slightly curled"), (0.65, "half curled"), (0.9, "curled"), (2.0, "fully curled"),
)  # fmt: skip


def plain(code: Posecode) -> str | None:
    """The words, or None for another kind."""
    if isinstance(code, Motion):
        return f"{code.said()} degrees"
    if isinstance(code, Elevation):
        return f"{words(code.segment)} {_height(code)}"
    if isinstance(code, Lean):
        return f"torso leaning {WAYS[code.way][code.degrees < 0]} {_bound(code)}{abs(code.degrees):.0f} degrees"
    if isinstance(code, Finger):
        side, name = code.finger.split("_")
        finger = name if name in ("thumb", "pinky") else f"{name} finger"
        curled = next(word for limit, word in _CURLS if code.curl < limit)
        return f"{side} {finger} {curled}{' and spread' if code.spread > 4 else ''}"
    if isinstance(code, Balance):
        return _weight(code)
    if isinstance(code, Symmetry):
        return "both sides of the body alike" if code.what == "body" else f"{code.what} mirroring each other"
    return None


def _bound(code: Lean) -> str:
    return BOUND_SAID[code.compare if code.degrees >= 0 else OPPOSITE[code.compare]]


def _height(code: Elevation) -> str:
    if code.compare == "=" and abs(code.degrees) in (0, 90):
        return {0: "level", 90: "straight up", -90: "straight down"}[int(code.degrees)]
    return (
        f"{BOUND_SAID[code.compare]}{abs(code.degrees):.0f} degrees {'above' if code.degrees >= 0 else 'below'} level"
    )


def _weight(code: Balance) -> str:
    parts = [f"the {words(p)}" for p in code.parts]
    if len(parts) == 1:
        return f"weight on {parts[0]}"
    together = f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"weight mostly on {parts[0]}" if code.share > 0.55 else f"weight shared by {together}"
