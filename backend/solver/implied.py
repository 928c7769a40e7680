"""What a motion of a shoulder or hip leaves unsaid: the other angle of the limb stays about where the start has it.

On its own a flexion is a half circle of places, from one side through ahead to the other; people mean the one ahead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from backend.posecodes import Posecode, Program
from backend.posecodes.contact import Contact, Reach
from backend.posecodes.direction import Direction
from backend.posecodes.distance import Distance
from backend.posecodes.elevation import Elevation
from backend.posecodes.motion import Motion
from backend.posecodes.position import Position
from backend.posecodes.tracking import body_at

_PLAY: Final = 10.0  # deg to both sides of the start
_PLACING: Final = (Contact, Reach, Distance, Position)  # a limb that has to be somewhere may need its freedom


def other_angles(rest: np.ndarray, program: Program, start: np.ndarray) -> Program:
    """Bounds about the starting pose for the angle that a flexion, abduction or horizontal adduction leaves open."""
    aimed = {c.segment for c in program if isinstance(c, (Direction, Elevation))}
    placed = frozenset[str]().union(*(c.limbs() for c in program if isinstance(c, _PLACING)))
    said: dict[str, set[str]] = {}
    for code in program:
        if not isinstance(code, Motion) or code.range.form not in ("flexion", "abduction", "across"):
            continue
        if code.segment not in aimed and not code.limbs() & placed:
            said.setdefault(code.motion.rsplit("_", 1)[0], set()).add(code.range.form)
    return tuple(bound for ball, forms in said.items() for bound in _bounds(rest, start, ball, forms))


def _bounds(rest: np.ndarray, start: np.ndarray, ball: str, forms: set[str]) -> Iterator[Posecode]:
    if len(forms) > 1:
        return
    code: Motion | Elevation
    if forms == {"across"}:
        code = Elevation(Motion(f"{ball}_flexion", 0.0).segment, 0.0)
    else:
        code = Motion(f"{ball}_{'abduction' if forms == {'flexion'} else 'flexion'}", 0.0)
    now = code.value(body_at(rest, start, np.zeros(3), [code]))
    for compare, limit in ((">=", now - _PLAY), ("<=", now + _PLAY)):
        if isinstance(code, Motion):
            yield Motion(code.motion, limit, compare)
        else:
            yield Elevation(code.segment, float(np.clip(limit, -90, 90)), compare)
