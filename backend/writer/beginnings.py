"""What a program begins with: nothing, the current pose, or a posture whose statements go below the model's own.

A posture is where language models fail first: what bears the weight, how the pelvis lies and where the thighs go are a
dozen statements that belong together. The atlas has them right, so that a model names the posture and says the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from backend.language.atlas import atlas
from backend.language.compose import composed
from backend.posecodes import Program, mirrored
from backend.posecodes.vocabulary import SIDES

NONE: Final = "none"  # no pose is asked for
CURRENT: Final = "current"  # the current pose, changed
PHOTO: Final = "photo"  # the pose of somebody in the picture
STANDING: Final = "standing"  # what goes without saying
# Name for the model -> the atlas entry and the side that it is written for ("" for none): the entry's own statements
# for one side, their mirror image for the other.
_POSTURES: Final = {
    STANDING: ("", ""),
    "walking_{side}_leg_ahead": ("walk", "left"),
    "running_{side}_leg_ahead": ("run", "left"),
    "lunging_{side}_leg_ahead": ("lunge", "right"),
    "squatting": ("squat", ""),
    "crouching": ("crouch", ""),
    "sitting_on_chair": ("sit on chair", ""),
    "sitting_on_floor": ("sit on ground", ""),
    "sitting_cross_legged": ("sit cross-legged", ""),
    "sitting_legs_straight": ("sit with legs straight", ""),
    "sitting_on_heels": ("sit on heels", ""),
    "kneeling": ("kneel", ""),
    "kneeling_on_{side}_knee": ("kneel on one knee", "right"),
    "on_all_fours": ("all fours", ""),
    "plank": ("plank", ""),
    "lying_on_back": ("lie on back", ""),
    "lying_on_belly": ("lie on stomach", ""),
    "lying_on_{side}_side": ("lie on side", "right"),
    "jumping": ("jump", ""),
    "hanging_by_hands": ("hang from bar", ""),
    "handstand": ("handstand", ""),
    "headstand": ("headstand", ""),
}


def _sided() -> Iterator[tuple[str, tuple[str, bool]]]:
    for name, (entry, written) in _POSTURES.items():
        for side in SIDES if written else ("",):
            yield name.format(side=side), (entry, side != written)


_ENTRIES: Final[dict[str, tuple[str, bool]]] = dict(_sided())  # name -> atlas entry, whether it is mirrored
POSTURES: Final = tuple(_ENTRIES)


def statements_of(beginning: str) -> Program:
    """The statements of a posture; none of standing and of what is no posture."""
    entry, mirror = _ENTRIES.get(beginning, ("", False))
    program = atlas().program(entry) if entry else ()
    return mirrored(program) if mirror else program


def begun(beginning: str, program: Program) -> Program:
    """A model's program with the posture's statements below it, without those that it replaces."""
    base = statements_of(beginning)
    return composed(base, program) if base else program
