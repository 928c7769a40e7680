"""Which side of a named pose words ask for that stand outside its name: "to the left", "balancing on the left leg"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from backend.posecodes import Posecode, read_line
from backend.posecodes.direction import Direction
from backend.posecodes.ground import Support
from backend.posecodes.vocabulary import SIDES

from .atlas import atlas
from .lexicon import DETERMINERS
from .matching import Match
from .rules_ground import free_leg
from .tokens import Token

_FEET: Final = ("foot", "toes", "heel")
_SMALL: Final = frozenset(("pose", "position", "side"))


def aimed(match: Match, tokens: Sequence[Token], taken: list[bool]) -> str:
    """The side right behind a name: "seated twist to the left, right elbow on the knee". It is marked as used."""
    rest = [k for k in range(match.places[-1] + 1, len(tokens)) if tokens[k].text not in DETERMINERS | _SMALL][:2]
    if len(rest) == 2 and tokens[rest[0]].text in ("to", "towards") and tokens[rest[1]].text in SIDES:
        taken[rest[1]] = True
        return tokens[rest[1]].text
    return ""


def on_one_leg(
    sided: Sequence[tuple[Match, str]], explicit: list[Posecode], free: str, lifted: tuple[str, ...] = ()
) -> tuple[list[tuple[Match, str]], list[Posecode]]:
    """As in "half moon balancing on the left leg": it says which foot bears, and nothing about the free leg.

    Args:
        free: the leg that does not stand by the words, "" where they don't say that one leg stands.
        lifted: the leg that was said to be up, as in "dancer pose, right leg up", and the lines made of that.
    """
    up = lifted[0] if lifted and not free else ""
    free = free or up
    foot = {s for s in SIDES if free and s != free}
    alone = {m.entry: bears_alone(m.entry) for m, _ in sided}
    if not foot or not any(alone.values()):
        return list(sided), explicit
    (bearing,) = foot
    usual = [c for line in free_leg(free) for c in read_line(line)]
    usual += [c for line in (f"{bearing} knee straight", f"{bearing} foot on ground") for c in read_line(line)]
    turned = [(m, _turned(m, s, alone[m.entry], bearing)) for m, s in sided]
    if up:
        usual = [c for line in lifted[1:] for c in read_line(line)]
        own = [c for m, s in turned if alone[m.entry] for c in atlas().program(m.entry, s)]
        usual = [c for c in usual if not _elsewhere(c, own)]
    return turned, [c for c in explicit if c not in usual]


def _elsewhere(code: Posecode, own: Sequence[Posecode]) -> bool:
    """Whether a leg said to be up goes to another side of the body than the pose takes it: "up" alone is in front."""
    if not isinstance(code, Direction) or code.toward[2] > abs(code.toward[0]):
        return False
    limb = code.segment.split("_")[0]
    legs = [c for c in own if isinstance(c, Direction) and c.segment in (f"{limb}_leg", f"{limb}_thigh")]
    return bool(legs) and all(sum(a * b for a, b in zip(c.toward, code.toward, strict=True)) < 0.3 for c in legs)


def _turned(match: Match, side: str, alone: str, bearing: str) -> str:
    """The side of a one-legged pose that puts the bearing foot down; that of any other pose stays."""
    own = atlas().entries[match.entry].side
    if not alone or not own:
        return side
    return own if alone == bearing else next(s for s in SIDES if s != own)


def bears_alone(name: str) -> str:
    """The side of the one foot that a pose stands on as it is written, "" where more or other parts bear."""
    if atlas().posture(name) != "stand":
        return ""
    parts = [p.split("_", 1) for c in atlas().program(name) if isinstance(c, Support) for p in c.parts]
    feet = {p[0] for p in parts if p[-1] in _FEET}
    knees = any(p[-1] in ("knee", "shin") for p in parts)
    return feet.pop() if len(feet) == 1 and not knees else ""


__all__ = ["aimed", "bears_alone", "on_one_leg"]
