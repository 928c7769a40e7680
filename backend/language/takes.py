"""Other takes of what was asked: the mirror image, a pose of the same family, other energies, limbs that may play.

Words fix what they say; the rest of a pose is one choice of many. A take makes other choices and leaves alone what was
said in so many words, what touches and what bears.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from backend.body.rotations import rotvec_to_rotmat
from backend.posecodes import Posecode, Program, mirrored, read_program, settled
from backend.posecodes.angle import Angle
from backend.posecodes.contact import Contact
from backend.posecodes.direction import Direction
from backend.posecodes.gaze import Gaze
from backend.posecodes.ground import Airborne, Support
from backend.posecodes.turn import Turn
from backend.posecodes.vocabulary import SIDES

from .atlas import atlas
from .compose import composed, limb_slots, seen_from_chest
from .matching import ways
from .modifiers import Mood, modifiers
from .reading import Reading

_PLAY: Final = {"arm": 20.0, "leg": 10.0, "torso": 7.0, "head": 10.0}  # deg, standard deviation of a limb's turn
_BEND: Final = 14.0  # deg, that of an elbow's or knee's bend
_GLANCE: Final = 28.0  # deg, that of the gaze to the sides
_ENERGIES: Final = ("relaxed", "energetic", "proud", "determined", "elegant", "cautious", "strong", "slow")
_FAMILIES: Final = frozenset(("emotions", "archetypes", "situations"))  # their members have names for other things
_RESTING: Final = (  # what arms may do of which nothing is said, for the left one
    "left upper arm points down 0.4 out 0.2 back; left forearm points front 0.4 down 0.6 in;"
    " left palm touches left hip",
    "left upper arm points down 0.35 out 0.3 front; left forearm points front 0.5 in 0.2 down; left hand relaxed",
    "left upper arm points down 0.25 back 0.15 out; left forearm points down 0.5 in 0.5 back",
    "left upper arm points down 0.5 out 0.1 back; left forearm points down 0.35 out 0.3 front; left hand open",
    "left upper arm points down 0.1 out 0.15 front; left forearm points down 0.3 front; left hand fist",
)
_STANCES: Final = (  # how a body may stand of whose legs nothing is said
    "weight 0.9 on left foot, right foot; left leg points down 0.04 out; right thigh points down 0.25 front 0.15 out;"
    " right shin points down 0.1 back",
    "left ankle 0.42 from right ankle",
    "left ankle 0.3 in front of right ankle; weight 0.6 on left foot, right foot",
    "left thigh points down 0.15 front; left shin points down 0.25 back; weight 0.8 on right foot, left foot",
)
_SEATED: Final = (  # what the legs of a body on a chair may do, of which only the sitting was said
    "left shin points down 0.8 front; left heel on ground",
    "both thighs points front 0.5 out",
    "left shin points down 0.6 back; left toes on ground",
    "both thighs points front; both shins points down 0.7 front; left ankle 0.12 from right ankle",
    "both thighs points front 0.1 in; both shins points down 0.35 back; left ankle 0.15 from right ankle",
)
_POSTURES: Final = frozenset(
    ("postures", "sitting", "lying", "kneeling")
)  # of them only what carries the body is asked


def takes(reading: Reading, seed: int) -> Iterator[Reading]:
    """Readings that say what was asked in other ways, without end and repeatable by the seed."""
    rng = np.random.default_rng((seed, 17))
    free_sides = not reading.sided
    family = _family(reading, rng)
    moods = [] if reading.moods else list(rng.permutation(_ENERGIES))
    k = 0
    while True:
        base = family[k // 3 % len(family)] if k % 3 == 2 and family else reading
        take = replace(base, program=_loosened(base, rng))
        if free_sides and k % 2 == 0:
            take = replace(
                take,
                program=mirrored(take.program),
                explicit=mirrored(take.explicit),
                stance=mirrored(take.stance),
            )
        if k % 3 == 1 and moods:
            modifier = modifiers()[moods[k // 3 % len(moods)]]
            take = replace(take, moods=(Mood(modifier, 0.8, "", ()),))
        yield take
        k += 1


def _family(reading: Reading, rng: np.random.Generator) -> list[Reading]:
    """The reading with poses of the same family for its named one: kicks for a kick, seats for a seat."""
    book = atlas()
    if len(reading.named) != 1 or reading.sided:
        return []
    name = reading.named[0]
    entry = book.entries[name]
    own = min(ways(replace(entry, aliases=())), default=frozenset())
    kin = [
        e.name
        for e in book.entries.values()
        if e.name != name and e.category == entry.category and e.category not in _FAMILIES
        and book.posture(e.name) == book.posture(name)
        and own and any(own < way for way in ways(replace(e, aliases=())))
    ]  # fmt: skip
    out = []
    for other in rng.permutation(sorted(kin))[:4]:
        base = book.program(str(other))
        program = composed(base, seen_from_chest(base, reading.explicit))
        out.append(replace(reading, program=program, stance=book.stance(str(other))))
    return out


# --- what may play ----------------------------------------------------------------------------------------


def _loosened(reading: Reading, rng: np.random.Generator) -> Program:
    """The program with the limbs turned that neither words nor touch nor weight fix, and choices for those unsaid."""
    asked = frozenset(reading.explicit)
    program = _emptied(reading, rng) if _is_posture(reading) else reading.program
    fixed = _fixed(program, asked)
    turns = {limb: rng.normal(0.0, np.radians(sigma), 3) for limb, sigma in _limbs(fixed).items()}
    out = [c if c in asked else _played(c, turns, rng) for c in program]
    said = settled(program)
    upright = not any(isinstance(c, Direction) and c.segment == "torso" and c.toward[1] < 0.5 for c in program)
    if upright:
        out += _glance(program, fixed, rng)
        out += _rest(said, rng) + _stance(program, said, rng)
    return tuple(out)


def _is_posture(reading: Reading) -> bool:
    """Whether all that is named is what carries the body, so that arms, and legs on a chair, may do as they like."""
    return all(atlas().entries[name].category in _POSTURES for name in reading.named)


def _emptied(reading: Reading, rng: np.random.Generator) -> Program:
    """A posture without what it makes of arms that nobody spoke of, and with other legs on a chair."""
    asked = frozenset(slot for c in reading.explicit for slot in limb_slots(c))
    loose = {f"{s}_arm" for s in SIDES if f"{s}_arm" not in asked and rng.random() < 0.8}
    kept = tuple(c for c in reading.program if isinstance(c, Support) or not limb_slots(c) & loose)
    seated = any(isinstance(c, Support) and c.height > 0 for c in kept)
    if seated and not {"left_leg", "right_leg"} & asked and rng.random() < 0.8:
        return composed(kept, _lines(_SEATED, SIDES[int(rng.integers(2))], rng))
    return kept


def _fixed(program: Program, asked: frozenset[Posecode]) -> frozenset[str]:
    """Limbs that words, touch or weight fix."""
    fixed = {limb for c in program if c in asked or isinstance(c, Contact) for limb in limb_slots(c)}
    for code in program:
        if isinstance(code, Support):
            fixed |= code.limbs()
    return frozenset(fixed)


def _limbs(fixed: frozenset[str]) -> dict[str, float]:
    """Limbs that may play and how much, deg; a leg that bears plays a little."""
    limbs = {f"{s}_{limb}": _PLAY[limb] for s in SIDES for limb in ("arm", "leg")} | {"torso": _PLAY["torso"]}
    return {limb: sigma * (0.4 if limb in fixed and limb.endswith("leg") else 1.0) for limb, sigma in limbs.items()
            if limb not in fixed or limb.endswith("leg")}  # fmt: skip


def _played(code: Posecode, turns: dict[str, np.ndarray], rng: np.random.Generator) -> Posecode:
    """A statement about a limb that plays, turned with it."""
    limb = _limb_of(code)
    if limb not in turns:
        return code
    if isinstance(code, Direction):
        x, y, z = (round(float(v), 4) for v in rotvec_to_rotmat(turns[limb]) @ np.array(code.toward))
        return replace(code, toward=(x, y, z))
    if isinstance(code, Angle) and code.degrees > 15:
        return replace(code, degrees=round(float(np.clip(code.degrees + rng.normal(0.0, _BEND), 5, 140)), 1))
    return code


def _limb_of(code: Posecode) -> str:
    limbs = code.limbs()
    return next(iter(limbs)) if len(limbs) == 1 else ""


def _glance(program: Program, fixed: frozenset[str], rng: np.random.Generator) -> list[Posecode]:
    """A look and a twist to one side, where nobody said where to look."""
    if "head" in fixed or any(isinstance(c, Gaze) and (c.target or c.place) for c in program):
        return []
    out: list[Posecode] = []
    if not any(isinstance(c, (Gaze, Turn)) and "head" in limb_slots(c) for c in program):
        aside, up = np.radians(rng.normal(0.0, _GLANCE)), np.radians(rng.normal(0.0, _PLAY["head"]))
        x, y, z = (round(float(v), 4) for v in (np.sin(aside), np.tan(up), np.cos(aside)))
        out.append(Gaze(toward=(x, y, z)))
    if "torso" not in fixed and not any(isinstance(c, Turn) and c.part == "torso" for c in program):
        out.append(Turn("torso", "turned", round(float(rng.normal(0.0, 12.0)), 1)))
    return out


def _rest(said: frozenset[str], rng: np.random.Generator) -> list[Posecode]:
    """What arms do of which nothing is said, each arm as it falls, one of them mostly at ease."""
    out: list[Posecode] = []
    for side in SIDES:
        if f"{side}_arm" not in said and rng.random() < 0.6:
            out += _lines(_RESTING, side, rng)
    return out


def _stance(program: Program, said: frozenset[str], rng: np.random.Generator) -> list[Posecode]:
    """How the body stands, where nothing is said of its legs."""
    if {"left_leg", "right_leg"} & said or any(isinstance(c, Airborne) for c in program):
        return []
    bears = {p for c in program if isinstance(c, Support) for p in c.parts}
    if bears - {"left_foot", "right_foot"} or rng.random() > 0.75:
        return []
    return _lines(_STANCES, SIDES[int(rng.integers(2))], rng)


def _lines(choices: Sequence[str], side: str, rng: np.random.Generator) -> list[Posecode]:
    """The statements of one choice, which are written for the left side."""
    codes = read_program(choices[int(rng.integers(len(choices)))], "takes")
    return list(codes if side == "left" else mirrored(codes))
