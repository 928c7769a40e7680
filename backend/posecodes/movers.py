"""The joints that carry a statement out, for a program that changes a pose; what it does not speak of stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rigs.skeleton import GROUPS, INDEX, JOINTS, expand_joints

from .base import Posecode
from .contact import Contact
from .ground import Support
from .vocabulary import POINTS

_ROOTED = ("root", "legs")  # what decides how high the body is, where it is and over what
_WITH_TRUNK = {"support": _ROOTED, "balance": (*_ROOTED, "torso")}


def movers(program: Iterable[Posecode]) -> frozenset[str]:
    """The names of the joints that the statements need: those of the limbs that they are about."""
    groups = {group for code in program for limb in _limbs(code) for group in _groups(limb)}
    return frozenset(expand_joints(groups))


def _limbs(code: Posecode) -> Iterator[str]:
    """The limbs that carry a statement out: where skin touches skin, the arms if any; the legs with the pelvis."""
    limbs = code.limbs()
    arms = [limb for limb in limbs if limb.endswith("_arm")]
    yield from arms if isinstance(code, Contact) and arms else limbs
    if isinstance(code, Support) or _places_pelvis(code):
        yield "support"


def _places_pelvis(code: Posecode) -> bool:
    name = str(getattr(code, "part", "") or getattr(code, "point", ""))
    anchor = POINTS.get(name)
    on_pelvis = anchor is not None and max(anchor.influences, key=lambda i: i[1])[0] == INDEX["pelvis"]
    return name.startswith(("pelvis", "hips", "com")) or on_pelvis


def _groups(limb: str) -> tuple[str, ...]:
    """Names that `expand_joints` knows; the whole body for a limb of which nothing is known."""
    if limb in _WITH_TRUNK:
        return _WITH_TRUNK[limb]
    what = limb.removeprefix("symmetric_").removesuffix("_facing").replace("_fingers", "_hand")
    if what in GROUPS or what in INDEX:
        return ("arms",) if limb == "symmetric_hands" else (what,)
    if what.endswith("_finger"):
        return tuple(j for j in JOINTS if j.startswith(what.removesuffix("_finger")))
    return ("all",)
