"""Putting programs over each other: which statements a later one replaces, finer than by whole limbs.

A named pose is the ground and words change it: "hands on the knees" must not undo the legs of a sitting pose although
it names the knees, and "torso twisted" must not undo the lying on the back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from backend.posecodes import Posecode, Program
from backend.posecodes.angle import Angle
from backend.posecodes.contact import Contact
from backend.posecodes.direction import Direction
from backend.posecodes.distance import Distance
from backend.posecodes.facing import Facing
from backend.posecodes.gaze import Gaze
from backend.posecodes.ground import Airborne, Support
from backend.posecodes.hand import Hand
from backend.posecodes.lean import Lean
from backend.posecodes.position import Position
from backend.posecodes.turn import Turn
from backend.posecodes.vocabulary import limb_of_point, skin

_ARMS = ("left_arm", "right_arm")
_LEGS = ("left_leg", "right_leg")


_UPRIGHT: Final = 0.6  # of 1: how steeply a torso that stands or sits points up


def limb_slots(code: Posecode) -> frozenset[str]:
    """The limbs that a statement is about: arms, legs, torso, head, fingers, support."""
    if isinstance(code, Contact):
        return _of_contact(code)
    if isinstance(code, Position):
        return frozenset({limb_of_point(code.point)})
    if isinstance(code, Facing) and code.part.startswith(("pelvis", "chest")):
        return frozenset({"torso"})
    if isinstance(code, (Support, Airborne)):
        return frozenset({"support"}) | (code.limbs() if isinstance(code, Support) else frozenset())
    return code.limbs()


def _of_contact(code: Contact) -> frozenset[str]:
    """A hand that touches a leg says where the arm is and nothing about the leg; of two legs the one that comes."""
    comes, stays = limb_of_point(skin(code.a)), limb_of_point(skin(code.b))
    arms = {comes, stays} & set(_ARMS)
    legs = [limb for limb in (comes, stays) if limb in _LEGS][:1]
    return frozenset(arms or legs or {comes, stays})


def seen_from_chest(base: Sequence[Posecode], later: Sequence[Posecode]) -> Program:
    """What arms do over a trunk that does not stand up, as they would do it on one that does: crossed, folded ..."""
    torso = next((c.toward for c in base if isinstance(c, Direction) and c.segment == "torso"), (0.0, 1.0, 0.0))
    if abs(torso[1]) > _UPRIGHT * sum(v * v for v in torso) ** 0.5:
        return tuple(later)
    return tuple(
        replace(c, frame="chest") if isinstance(c, (Direction, Facing)) and _is_of_arms(c) else c for c in later
    )


def _is_of_arms(code: Direction | Facing) -> bool:
    return code.frame == "heading" and all("_arm" in limb or "_fingers" in limb for limb in code.limbs())


def composed(base: Sequence[Posecode], later: Sequence[Posecode]) -> Program:
    """`base` without what `later` replaces, followed by `later`."""
    return tuple(kept for code in base for kept in _without(code, later)) + tuple(later)


def _without(code: Posecode, later: Sequence[Posecode]) -> tuple[Posecode, ...]:
    """What is left of a statement of the base: itself, a part of it, or nothing."""
    if isinstance(code, Support):
        return _support_left(code, later)
    if isinstance(code, Direction) and not any(_replaces(c, code) for c in later if not _is_lower(c)):
        if any(isinstance(c, Angle) and _bends(c, code) for c in later):
            return (_upper(code),)
        lower = [c for c in later if isinstance(c, Direction) and _is_lower(c) and limb_slots(c) & limb_slots(code)]
        if lower and code.segment.endswith(("_thigh", "_upper_arm")):
            return (code,)
        if lower and code.segment.endswith(("_arm", "_leg")):
            return (_upper(code),)
        return _if_kept(code, later)
    return _if_kept(code, later)


def _is_lower(code: Posecode) -> bool:
    """Whether a statement is about a hinge or what lies below it: the upper part of the limb stays as it was."""
    return isinstance(code, Angle) or (isinstance(code, Direction) and code.segment.endswith(("_forearm", "_shin")))


def _if_kept(code: Posecode, later: Sequence[Posecode]) -> tuple[Posecode, ...]:
    if _only_elbows(code, later) or _only_below(code, later):
        return (code,)
    return () if any(_replaces(new, code) for new in later) else (code,)


def _only_elbows(code: Posecode, later: Sequence[Posecode]) -> bool:
    """As in "hands on hips, elbows back": where the upper arm goes changes, and the hand stays where it is."""
    arms = limb_slots(code) & set(_ARMS)
    if not arms or not (isinstance(code, Contact) or (isinstance(code, Direction) and "forearm" in code.segment)):
        return False
    touched = [c for c in later if limb_slots(c) & arms and not isinstance(c, Hand)]
    return bool(touched) and all(_is_of_elbow(c) for c in touched)


def _only_below(code: Posecode, later: Sequence[Posecode]) -> bool:
    """As in "elbows on the knees, hands hanging": the elbow stays where it rests."""
    arms = limb_slots(code) & set(_ARMS)
    touched = [c for c in later if limb_slots(c) & arms and not isinstance(c, Hand)]
    return isinstance(code, Contact) and _is_of_elbow(code) and bool(touched) and all(_is_lower(c) for c in touched)


def _is_of_elbow(code: Posecode) -> bool:
    """Whether a statement says where an elbow is, and nothing of the hand."""
    if isinstance(code, Contact):
        arms = [r for r in (code.a, code.b) if limb_of_point(skin(r)) in _ARMS]
        return any(r.endswith("_elbow") for r in arms[:1])
    return isinstance(code, Direction) and code.segment.endswith("upper_arm")


def _bends(new: Angle, old: Direction) -> bool:
    """Whether the hinge that is bent lies in the middle of the limb whose direction is given."""
    side, joint = new.joint.split("_")
    return old.segment == f"{side}_{'arm' if joint == 'elbow' else 'leg'}"


def _upper(code: Direction) -> Direction:
    """The direction of a whole limb as that of its upper segment."""
    side, limb = code.segment.split("_")
    return replace(code, segment=f"{side}_{'upper_arm' if limb == 'arm' else 'thigh'}")


def _support_left(code: Support, later: Sequence[Posecode]) -> tuple[Posecode, ...]:
    """Bearing parts of limbs that are placed anew bear no more; the trunk's do until the trunk is placed anew."""
    if any(isinstance(c, Airborne) for c in later):
        return ()
    moved = {
        limb
        for c in later
        if not isinstance(c, (Support, Gaze, Hand)) and not _keeps_support(c)
        for limb in limb_slots(c)
    }
    borne = {p for c in later if isinstance(c, Support) for p in c.parts}
    parts = tuple(p for p in code.parts if p not in borne and not _limb_of_bearer(p) & moved)
    return (Support(parts, code.height),) if parts else ()


def _keeps_support(code: Posecode) -> bool:
    """Turns of the trunk and head, distances between feet and positions in the plane leave the feet where they bear."""
    if isinstance(code, Facing):
        return code.part.endswith(("palm", "thumb", "foot", "sole", "chest"))
    return (
        isinstance(code, (Turn, Distance, Angle))
        or (isinstance(code, Position) and code.axis != "up")
        or _is_lean(code)
        or (isinstance(code, Direction) and code.segment.endswith("_shin") and code.toward[1] < -0.9)
    )


def _is_lean(code: Posecode) -> bool:
    return isinstance(code, Lean) or (isinstance(code, Direction) and code.segment == "torso")


def _limb_of_bearer(part: str) -> set[str]:
    side, _, name = part.partition("_")
    if side not in ("left", "right"):
        return {"torso"}
    if name in ("hand", "fist", "fingers", "elbow", "forearm"):
        return {f"{side}_arm"}
    return {"torso"} if name in ("buttock", "hip", "shoulder", "cheek") else {f"{side}_leg"}


def _replaces(new: Posecode, old: Posecode) -> bool:
    """Whether `new` makes the older statement void."""
    if isinstance(new, (Support, Distance)) or isinstance(old, Airborne):
        return (isinstance(new, (Support, Airborne)) and isinstance(old, Airborne)) or _same_distance(new, old)
    if isinstance(old, Facing) and old.part.endswith(("palm", "thumb")):
        return _palm_replaced(new, old)
    if isinstance(new, Facing) and new.part.endswith(("palm", "thumb", "foot", "sole")):
        return False
    if _is_trunk(old):
        return _trunk_replaced(new, old)
    if isinstance(new, Angle):
        return _bend_replaces(new, old)
    if isinstance(old, Distance) and isinstance(new, (Turn, Gaze)):
        return False
    return bool(limb_slots(new) & (limb_slots(old) - {"torso", "support"}))


def _same_distance(new: Posecode, old: Posecode) -> bool:
    return (
        isinstance(new, Distance) and isinstance(old, (Distance, Position)) and new.limbs() == old.limbs() | new.limbs()
    )


def _palm_replaced(new: Posecode, old: Facing) -> bool:
    """A palm's facing goes with the arm that is placed anew."""
    side = old.part.split("_")[0]
    if isinstance(new, Facing):
        return new.part.split("_")[0] == side and new.part.endswith(("palm", "thumb"))
    return f"{side}_arm" in limb_slots(new)


def _is_trunk(code: Posecode) -> bool:
    return limb_slots(code) == {"torso"}


def _trunk_replaced(new: Posecode, old: Posecode) -> bool:
    """Directions replace directions and facings of the trunk, turns replace turns of the same kind."""
    if isinstance(old, Turn):
        return isinstance(new, Turn) and new.part == old.part and new.motion == old.motion
    if isinstance(new, Facing) and isinstance(old, Facing):
        return new.part == old.part
    return not isinstance(new, Turn) and limb_slots(new) == {"torso"}


def _bend_replaces(new: Angle, old: Posecode) -> bool:
    """A bend replaces the bend, the direction of the lower segment and what the limb's end did; the upper one stays."""
    side, joint = new.joint.split("_")
    lower, whole = ("forearm", "arm") if joint == "elbow" else ("shin", "leg")
    if isinstance(old, Angle):
        return old.joint == new.joint
    if isinstance(old, Direction):
        return old.segment in (f"{side}_{lower}", f"{side}_{whole}")
    return bool(limb_slots(new) & limb_slots(old)) and isinstance(old, (Contact, Position, Distance))
