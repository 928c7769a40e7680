"""How the clauses of a prompt go over each other: what a later one says anew, and what was said to the letter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from backend.posecodes import Posecode, read_line
from backend.posecodes.angle import Angle
from backend.posecodes.contact import Contact
from backend.posecodes.direction import Direction
from backend.posecodes.distance import Distance
from backend.posecodes.gaze import Gaze
from backend.posecodes.ground import Support
from backend.posecodes.hand import Hand
from backend.posecodes.vocabulary import SIDES

from .compose import limb_slots
from .exact import Exact


def over(before: list[Posecode], later: list[Posecode], *, straight: bool = True) -> list[Posecode]:
    """Statements of a later clause added; "left arm raised and bent 90" keeps the upper arm raised."""
    before = _without_lifted(before, later)
    out = [c for c in before if c not in later and not any(_restated(c, new, straight=straight) for new in later)]
    bent = bent_joints(out + later)
    return [opened(c, bent) for c in out + later]


def _without_lifted(before: list[Posecode], later: list[Posecode]) -> list[Posecode]:
    """As in "knees and hands on the ground, left leg stretched out behind": that knee bears no more."""
    aimed = {c.segment.removesuffix("_leg") for c in later if isinstance(c, Direction) and c.segment.endswith("_leg")}
    knees = {p for c in before if isinstance(c, Support) for p in c.parts if p.endswith("_knee")}
    lifted = {s for s in SIDES if s in aimed and f"{s}_knee" in knees}
    limbs = {f"{s}_{part}" for s in lifted for part in ("thigh", "shin", "knee", "toes")}
    out: list[Posecode] = []
    for code in before:
        if isinstance(code, Support):
            parts = tuple(p for p in code.parts if p not in limbs)
            out += [replace(code, parts=parts)] if parts else []
        elif not (isinstance(code, Direction) and code.segment in limbs):
            out.append(code)
    return out


def bent_joints(codes: list[Posecode]) -> set[str]:
    """The elbows and knees that a bend, or a direction of the lower segment alone, was said for."""
    bent = {c.joint for c in codes if isinstance(c, Angle) and c.degrees > 20}
    lower = {"forearm": "elbow", "shin": "knee"}
    segments = [c.segment.partition("_") for c in codes if isinstance(c, Direction)]
    return bent | {f"{side}_{lower[name]}" for side, _, name in segments if name in lower}


def behind_head(codes: Iterable[Posecode]) -> set[str]:
    """The sides of hands that are behind the head or the neck, or lie on one that is."""
    ends = [{c.a, c.b} for c in codes if isinstance(c, Contact)]
    at = {s for s in SIDES for pair in ends if pair & _BEHIND_HEAD and any(e.startswith(f"{s}_") for e in pair)}
    both = any(
        {e.split("_")[0] for e in pair} == set(SIDES) and all("hand" in e or "finger" in e or "palm" in e for e in pair)
        for pair in ends
    )
    return set(SIDES) if at and both else at


def ahead(codes: Iterable[Posecode]) -> bool:
    """Whether both arms reach ahead, so that "out" is further ahead: rowing, boxing, at a steering wheel."""
    fronts = {c.segment for c in codes if isinstance(c, Direction) and c.frame == "heading" and c.toward[2] > _AHEAD}
    return all({f"{s}_arm", f"{s}_forearm"} & fronts for s in SIDES)


_BEHIND_HEAD: Final = frozenset(("head_back", "neck_back"))
_AHEAD: Final = 0.7  # of 1: how far to the front a limb points that reaches ahead


def _restated(old: Posecode, new: Posecode, *, straight: bool = True) -> bool:
    """Whether a later clause says the same thing anew: "left leg lifted ... left leg stretched out to the side"."""
    if isinstance(old, Angle) and isinstance(new, Direction):
        side, joint = old.joint.split("_")
        return straight and new.segment == f"{side}_{'arm' if joint == 'elbow' else 'leg'}"
    if isinstance(old, Direction) and isinstance(new, Direction):
        return old.segment == new.segment
    if isinstance(old, Support) and isinstance(new, Support):  # a foot that goes on its toes
        return {p.replace("toes", "foot") for p in new.parts} >= set(old.parts) and new.parts != old.parts
    return type(old) is type(new) and isinstance(old, (Angle, Hand, Gaze)) and old.limbs() == new.limbs()


def opened(code: Posecode, bent: set[str]) -> Posecode:
    """The direction of a whole limb whose hinge is bent is that of its upper segment."""
    if isinstance(code, Direction):
        side, _, limb = code.segment.partition("_")
        hinge, upper = {"arm": ("elbow", "upper_arm"), "leg": ("knee", "thigh")}.get(limb, ("", ""))
        if f"{side}_{hinge}" in bent:
            return replace(code, segment=f"{side}_{upper}")
    return code


def with_exact(lines: list[Posecode], standing: list[Posecode], exact: Exact) -> tuple[list[Posecode], list[Posecode]]:
    """What was said to the letter over what the rules made of the rest: it says all about the limbs that it aims."""

    def is_open(code: Posecode) -> bool:
        placed = isinstance(code, (Direction, Angle)) and limb_slots(code) & exact.aimed
        return not placed and not any(_restated(code, new) for new in exact.codes)

    bent = bent_joints(exact.codes)
    limbs = frozenset(slot for c in exact.codes if isinstance(c, Direction) for slot in limb_slots(c))
    kept = [c for c in standing if is_open(c) and not limb_slots(c) & limbs]
    low = [s for s in SIDES if f"{s}_forearm" in exact.segments and not _placed(s, [*lines, *exact.codes])]
    kept += [c for s in low for c in read_line(f"{s} upper arm points down 0.06 out")]
    return [*(opened(c, bent) for c in lines if is_open(c)), *exact.codes], kept


def _placed(side: str, codes: list[Posecode]) -> bool:
    """Whether something but the forearm and the bend says where an arm is: else its upper part hangs."""
    loose = (f"{side}_forearm", f"{side}_elbow")
    mine = [c for c in codes if f"{side}_arm" in limb_slots(c) and not isinstance(c, Distance)]
    return any(getattr(c, "segment", getattr(c, "joint", "")) not in loose for c in mine)
