"""What a program begins with: nothing, the current pose, or a posture whose statements go below the model's own.

A posture is where language models fail first: what bears the weight, how the pelvis lies and where the thighs go are a
dozen statements that belong together. The atlas has them right, so that a model names the posture and says the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from backend.language.atlas import atlas
from backend.language.compose import composed, limb_slots
from backend.posecodes import Posecode, Program, mirrored
from backend.posecodes.angle import Angle
from backend.posecodes.direction import Direction
from backend.posecodes.facing import Facing
from backend.posecodes.ground import Airborne, Support
from backend.posecodes.hand import Hand
from backend.posecodes.turn import Turn
from backend.posecodes.vocabulary import SIDES

NONE: Final = "none"  # no pose is asked for
CURRENT: Final = "current"  # the current pose, changed
PHOTO: Final = "photo"  # the pose of somebody in the picture
_OF_FOOT: Final = ("foot", "sole", "toes", "heel", "foot_top", "outer_foot")  # what bears and what faces
_OF_HAND: Final = ("hand", "fist", "fingers")  # what bears
_HALVES: Final = {"arm": ("upper_arm", "forearm"), "leg": ("thigh", "shin")}
_OF_ARM: Final = ("arm", *_HALVES["arm"])
_SAME: Final = float(np.cos(np.radians(20.0)))  # directions that say the same
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
    new = _New.of(program)
    base = tuple(kept for code in statements_of(beginning) for kept in new.left_of(code))
    if not base:
        return program
    kept = composed(base, program)
    return (*_still_borne(base, program, _bearing(kept)), *kept)


def _still_borne(base: Program, program: Program, bearing: Collection[str]) -> Iterator[Support]:
    """What else goes on bearing as the model only repeats how the posture holds the limb: arms that prop up point down.

    `composed` takes a limb that is placed for one that is placed anew.
    """
    if any(isinstance(code, (Support, Airborne)) for code in program):
        return
    held = _segments(base)
    placed = {limb for code in program if not isinstance(code, (Hand, Facing)) for limb in limb_slots(code)}
    moved = {limb for code in program if not _repeats(code, held) for limb in limb_slots(code)}
    repeated = placed - moved - {"support"}
    for code in base:
        if isinstance(code, Support):
            parts = tuple(p for p in code.parts if p not in bearing and Support((p,)).limbs() & repeated)
            if parts:
                yield replace(code, parts=parts)


def _bearing(program: Program) -> list[str]:
    return [part for code in program if isinstance(code, Support) for part in code.parts]


def _repeats(code: Posecode, held: Mapping[str, np.ndarray]) -> bool:
    """Whether a statement leaves a limb about where the posture has it."""
    if isinstance(code, (Hand, Facing, Turn)):
        return True
    if not isinstance(code, Direction) or code.frame != "heading":
        return False
    return all(n in held and held[n] @ v > _SAME for n, v in _segments((code,)).items())


def _segments(program: Program) -> dict[str, np.ndarray]:
    """Unit directions of the single segments of arms and legs, as seen from the heading."""
    out = {}
    for code in program:
        if isinstance(code, Direction) and code.frame == "heading":
            side, _, name = code.segment.partition("_")
            for single in _HALVES.get(name, (name,)):
                out[f"{side}_{single}"] = np.array(code.toward) / np.linalg.norm(code.toward)
    return out


@dataclass(frozen=True)
class _New:
    """Sides (left, right) of what a model's program says anew although it does not place the limb by directions.

    borne, faced: feet that bear, that face somewhere. A posture kneels on the tops of the feet: of one that says "toes
    on ground" neither that nor their facing holds. propped: arms on hands that bear, with the bend of the elbow.
    """

    borne: frozenset[str]
    faced: frozenset[str]
    propped: frozenset[str]

    @classmethod
    def of(cls, program: Program) -> _New:
        bearing = _bearing(program)
        bent = {code.joint for code in program if isinstance(code, Angle)}
        return cls(
            _sides(bearing, _OF_FOOT),
            _sides((code.part for code in program if isinstance(code, Facing)), _OF_FOOT),
            frozenset(side for side in _sides(bearing, _OF_HAND) if f"{side}_elbow" in bent),
        )

    def left_of(self, code: Posecode) -> Program:
        """What is left of a posture's statement."""
        if isinstance(code, Facing) and _sides([code.part], _OF_FOOT) & (self.borne | self.faced):
            return ()
        if isinstance(code, Direction) and _sides([code.segment], _OF_ARM) & self.propped:
            return ()
        if isinstance(code, Support):
            parts = tuple(part for part in code.parts if not _sides([part], _OF_FOOT) & self.borne)
            return (replace(code, parts=parts),) if parts else ()
        return (code,)


def _sides(names: Iterable[str], parts: tuple[str, ...]) -> frozenset[str]:
    """The sides of those names that are one of the parts: left of left_toes."""
    split = (name.partition("_") for name in names)
    return frozenset(side for side, _, part in split if part in parts)
