"""Words that change the current pose: what is said moves, the rest stays.

`read_edit` turns relative language into absolute posecodes by measuring the current pose. Each instruction brings its
statements and the joints that may move for them; all other joints are out of scope and keep their rotations exactly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.posecodes import Program, settled
from backend.posecodes import mirrored as mirrored_program
from backend.posecodes.angle import Angle
from backend.posecodes.contact import Reach
from backend.posecodes.direction import Direction
from backend.posecodes.facing import Facing
from backend.posecodes.movers import movers
from backend.posecodes.vocabulary import SIDES
from rigs.skeleton import JOINTS, mirror_rotvecs
from rigs.wire import Pose

from .edit_arms import edit_aim, edit_arm
from .edit_change import Change, joints
from .edit_energy import edit_energy
from .edit_legs import edit_legs
from .edit_shape import shaped
from .edit_stance import on_the_ground
from .edit_trunk import edit_mood, edit_trunk
from .edit_words import Clause, clauses_of, is_bare, normalised
from .measures import Measures
from .reader import read
from .reading import Reading

_SAME: Final = re.compile(
    r"^(?:do |keep |with )?(?:the )?same(?: pose| thing| again)?\b[\s,:]*(?:but|except|only|and|with|just)?\s*"
)
_KEEP: Final = re.compile(
    r"^keep (?:the )?(?:everything(?: else)?|rest|pose|it)(?: the same| as is| still)?[\s,]*(?:but|and|while)?\s*"
)
_UNCHANGED: Final = re.compile(
    r"\b(?:without (?:moving|changing) (?:anything else|the rest)"
    r"|(?:keep|leave) (?:everything else|the rest|all else)[a-z ]*)"
)
_MIRROR: Final = re.compile(
    r"^(?:mirror|flip|reverse|(?:swap|switch|change) (?:the )?sides"
    r"|(?:on |to |for )?(?:the )?other (?:side|way around|way round))\b"
)
_SWAP: Final = re.compile(
    r"^(?:switch|swap|exchange) (?:the |his |her )?(hands|arms|legs|feet)\b"
    r"|^(?:use|wave with|point with|kick with|do (?:it|that|this) with) the other (hand|arm|leg|foot)$"
)
_STRIDE: Final = re.compile(r"\b(?:bigger|longer|larger|wider|narrower) (?:steps?|strides?|stance)\b")
_ROLL: Final = re.compile(r"^(?:roll|turn) (?:over|onto)\b")
_POSTURE: Final = re.compile(r"^(?:sit|kneel|lie|lay|stand|crawl|jump)\b")  # an order; "sitting" describes a new pose
_FREE: Final = frozenset(
    {"head", "left_arm", "right_arm", "left_fingers", "right_fingers", "left_arm_facing", "right_arm_facing"}
)
_LOWER: Final = frozenset({"left_leg", "right_leg", "left_leg_facing", "right_leg_facing", "support", "torso"})


@dataclass(frozen=True)
class Edit:
    """A change of the current pose.

    program: absolute statements. scope: joints that may move; None: all. mirror: whether the current pose is mirrored
    first. reply: what was done, for the user. unread: clauses that nothing was made of. turn: degrees by which the
    whole body turns to its left first.
    """

    program: Program
    scope: frozenset[str] | None
    mirror: bool
    reply: str
    unread: tuple[str, ...] = ()
    turn: float = 0.0

    @property
    def asked(self) -> Program:
        """What was asked for; the rest of the program only keeps planted feet where they are."""
        return tuple(c for c in self.program if not isinstance(c, Reach))

    def base(self, current: Pose) -> Pose:
        """The pose that the program starts from: mirrored and turned where that was asked, and not below the ground."""
        return _turned(_mirrored(current) if self.mirror else current, self.turn)


def read_edit(prompt: str, current: Pose) -> Edit | None:
    """The change that a prompt asks of the current pose; None where it describes a new pose instead."""
    text, keep = _without_frame(prompt)
    mirror = any(_MIRROR.match(c.text) for c in clauses_of(text))
    m = Measures(_mirrored(current) if mirror else current)
    total, unread, understood = Change(), [], []
    kept: frozenset[str] = frozenset()
    for clause in clauses_of(text):
        if clause.action == "keep":
            kept |= _kept(clause)
            continue
        change = _change(clause, m, keep)
        if change is None:
            return None
        if change == Change():
            unread.append(clause.text)
        else:
            total += change
            understood.append(clause.text)
    if not understood:
        return None
    total = on_the_ground(shaped(total, m), m)
    total = replace(total, program=_turned_places(total, m))
    return _edit(total, kept, tuple(understood), tuple(unread), mirror)


def _turned_places(change: Change, m: Measures) -> Program:
    """The program; feet that keep their places turn about the pelvis with a whole body that turns."""
    if not change.turn:
        return change.program
    step = rotvec_to_rotmat(np.array([0.0, np.radians(change.turn), 0.0]))
    middle = np.array(m.place("pelvis"))
    out = []
    for code in change.program:
        if isinstance(code, Reach):
            x, y, z = (round(float(v), 4) for v in middle + step @ (np.array(code.place) - middle))
            code = Reach(code.region, (x, y, z))
        out.append(code)
    return tuple(out)


def _without_frame(prompt: str) -> tuple[str, bool]:
    """The prompt without "same but", "keep the rest", and whether one of them was said."""
    text = normalised(prompt)
    keep = False
    for pattern in (_SAME, _KEEP, _UNCHANGED):
        shorter = pattern.sub("", text, count=1).strip(" ,")
        keep, text = keep or shorter != text, shorter
    return text, keep


def _edit(
    total: Change, kept: frozenset[str], understood: tuple[str, ...], unread: tuple[str, ...], mirror: bool
) -> Edit:
    scope = total.scope - kept
    reply = f"Changed: {'; '.join(understood)}."
    for extra in (total.note, f"I did not understand: {', '.join(unread)}." if unread else ""):
        reply += f" {extra}" if extra else ""
    return Edit(total.whole(), None if scope == frozenset(JOINTS) else scope, mirror, reply, unread, total.turn)


def _change(clause: Clause, m: Measures, keep: bool) -> Change | None:
    """What one clause changes; an empty change where it is not understood, None where it describes a new pose."""
    if _MIRROR.match(clause.text):
        return Change(mirror=True)
    swap = _SWAP.match(clause.text)
    if swap:
        return _swapped("arm" if (swap[1] or swap[2]).rstrip("s") in ("hand", "arm") else "leg", m)
    if _ROLL.match(clause.text) and abs(m.direction("torso")[1]) < 0.5:
        return _rolled(m)
    if not clause.action and clause.ways and is_bare(clause) and all(p.kind == "foot" for p in clause.parts):
        clause = replace(clause, action="step")
    if not clause.action and {"out", "in"} & set(clause.ways) and is_bare(clause) and clause.has("elbow"):
        clause = replace(clause, action="move")
    orders = (edit_arm, edit_legs, edit_trunk) if clause.action or _STRIDE.search(clause.text) else ()
    for reader in (edit_energy, edit_mood, edit_aim, *orders):
        found = reader(clause, m)
        if found is not None:
            return found
    stated = _stated(clause, keep)
    if stated == Change() and not clause.action:  # "thumbs up": no order, and nothing that the reader knows
        return edit_arm(clause, m) or edit_trunk(clause, m) or stated
    return stated


def _rolled(m: Measures) -> Change:
    """A lying body turned over: from the back onto the stomach and the other way round."""
    reading = read("lying on the stomach" if m.facing("pelvis")[1] > 0 else "lying on the back")
    return Change(tuple(reading.program), frozenset(JOINTS))


def _read(text: str) -> Reading | None:
    """The reader's view of a clause; None where it makes nothing of it."""
    reading = read(text)
    return None if reading.is_empty else reading


def _stated(clause: Clause, keep: bool) -> Change | None:
    """An absolute statement ("arms crossed"), or with "same but" a named pose for legs and trunk."""
    reading = _read(clause.text) or (_read(_as_state(clause)) if clause.action else None)
    if reading is None:
        return Change()
    if not reading.named:
        return Change(tuple(reading.explicit), movers(reading.explicit))
    program = tuple(reading.program)
    if settled(program) <= _FREE:
        return Change(program, movers(program))
    if not keep and not _POSTURE.match(clause.text):
        return None
    explicit = settled(reading.explicit)
    lower = tuple(c for c in program if c.limbs() <= _LOWER or c.limbs() & explicit)
    return Change(lower, movers(lower) | joints("root", "legs"))


def _as_state(clause: Clause) -> str:
    """Like "put the left hand on the table" -> "left hand on the table"."""
    words = clause.text.split()
    return " ".join(words[1:])


def _kept(clause: Clause) -> frozenset[str]:
    """The joints that a "keep the legs still" names."""
    groups = {
        "arm": "arms",
        "hand": "arms",
        "elbow": "arms",
        "leg": "legs",
        "knee": "legs",
        "foot": "legs",
        "head": "head",
        "torso": "torso",
    }
    out: frozenset[str] = frozenset()
    for part in clause.parts:
        group = groups.get(part.kind)
        if group:
            sided = f"{part.side}_{group[:-1]}" if part.side in SIDES and group.endswith("s") else group
            out |= joints(sided)
    return out


def _swapped(limb: str, m: Measures) -> Change:
    """Left and right arm (or leg) change what they do."""
    frame = "chest" if limb == "arm" else "pelvis"
    segments = ("upper_arm", "forearm") if limb == "arm" else ("thigh", "shin")
    program: list = []
    for side in SIDES:
        for segment in segments:
            x, y, z = (round(float(v), 4) for v in m.direction(f"{side}_{segment}", frame))
            program.append(Direction(f"{side}_{segment}", (x, y, z), frame))
        if limb == "arm":
            program.append(Angle(f"{side}_elbow", round(m.flexion(f"{side}_elbow"), 1)))
            x, y, z = (round(float(v), 4) for v in m.facing(f"{side}_palm", "chest"))
            program.append(Facing(f"{side}_palm", (x, y, z), "chest"))
    return Change(mirrored_program(program), joints(f"{limb}s"))


def _mirrored(pose: Pose) -> Pose:
    return replace(pose, rotvecs=mirror_rotvecs(pose.rotvecs), transl=pose.transl * np.array([-1.0, 1.0, 1.0]))


def _turned(pose: Pose, degrees: float) -> Pose:
    """The whole body turned to its left about the vertical through its pelvis, and lifted out of the ground."""
    rotvecs = pose.rotvecs.copy()
    if degrees:
        step = rotvec_to_rotmat(np.array([0.0, np.radians(degrees), 0.0]))
        rotvecs[0] = rotmat_to_rotvec(step @ rotvec_to_rotmat(rotvecs[0]))
    sunk = min(0.0, Measures(pose).lowest + 0.02)  # a little below is skin that gives way
    return replace(pose, rotvecs=rotvecs, transl=pose.transl - np.array([0.0, sunk, 0.0]))
