"""From a program to poses: complete what it leaves open, start in closed form, solve, set the body on the ground."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from backend.body.kinematics import Kinematics, heading_of
from backend.body.model import ShapedBody
from backend.body.outline import floor_of, heights
from backend.body.surfaces import REGIONS
from backend.posecodes import Measured, Posecode, Program
from backend.posecodes.angle import Angle
from backend.posecodes.contact import Contact
from backend.posecodes.direction import Direction
from backend.posecodes.distance import Distance
from backend.posecodes.finger import Finger
from backend.posecodes.ground import Airborne, Support
from backend.posecodes.hand import Hand
from backend.posecodes.position import Position
from backend.posecodes.tracking import body_at, tracked_by
from backend.posecodes.vocabulary import PARTS
from rigs.skeleton import INDEX, JOINTS

from .eyes import with_eyes
from .implied import other_angles
from .least_squares import STOPPING, Stopping
from .limits import clamped
from .problem import build
from .reaching import reaching_poses
from .solve import Solved, solve
from .stance import neutral_stance
from .start import starting_pose, with_hands
from .variants import varied

_PALM = ("_palm", "_hand")  # regions with which a hand lies on something
_ABOUT_STRAIGHT = 14.0  # deg
_FOOT_CLEARANCE = 0.06  # m; a foot this near to the lowest point of the starting pose is meant to stand


@dataclass(frozen=True, eq=False)
class Setting:
    """Where solving begins: local (55, 3, 3) and transl (3,) m of the current pose.

    scope: joints that may move (None: all).
    keep: whether the current pose is what unmentioned joints return to (an edit), rather than the neutral stance.
    """

    local: np.ndarray
    transl: np.ndarray
    scope: frozenset[str] | None = None
    keep: bool = False

    @classmethod
    def neutral(cls) -> Setting:
        return cls(neutral_stance(), np.array([0.0, 0.9, 0.0]))


@dataclass(frozen=True)
class Verdict:
    """What became of one statement."""

    code: Posecode
    measured: Measured


@dataclass(frozen=True, eq=False)
class Solution:
    """The best pose: local (55, 3, 3), transl (3,) m, joints (55, 3) m, and the account of how it came about.

    costs: half the weighted sum of squares by term. beyond: rad by which joints leave their range (55, 3).
    """

    local: np.ndarray
    transl: np.ndarray
    joints: np.ndarray
    verdicts: tuple[Verdict, ...]
    costs: dict[str, float]
    cost: float
    iterations: int
    reason: str
    beyond: np.ndarray
    notes: tuple[str, ...] = ()
    """Sentences about statements that ask for more than people can do, and what was taken instead."""


def pose_program(
    shaped: ShapedBody,
    program: Program,
    setting: Setting,
    *,
    n: int = 1,
    seed: int = 0,
    variant: int = 0,
    stopping: Stopping = STOPPING,
    between: Callable[[], None] = lambda: None,
) -> list[Solution]:
    """N poses that carry out a program, best first; the further ones vary what the program leaves open.

    Args:
        variant: the first variation; 0 is the program's own pose.
        between: is called before each pose and may raise to stop.
    """
    rest = shaped.joints
    free = _free(setting.scope)
    program, notes = within_reach(program)
    first = starting_pose(setting.local, program, free)
    full = (*program, *other_angles(rest, program, first))
    full = full if setting.keep and setting.scope is not None else completed(rest, full, first)
    first = with_hands(first, (c for c in full if isinstance(c, (Hand, Finger))), free)
    full = _with_regions(rest, full, first)
    solutions = []
    for k in range(variant, variant + n):
        between()
        start = first if k == 0 else varied(first, full, free, np.random.default_rng((seed, k)))
        solutions.append(replace(_solve_one(shaped, full, program, start, setting, stopping), notes=notes))
    return solutions


def _with_regions(rest: np.ndarray, program: Program, start: np.ndarray) -> Program:
    """Larger parts that touch become the regions nearest at the start: changing them on the way leads astray."""
    touching = [c for c in program if isinstance(c, Contact) and {c.a, c.b} - REGIONS.keys()]
    if not touching:
        return program
    body = body_at(rest, start, np.zeros(3), touching)
    out: list[Posecode] = []
    taken: set[str] = set()
    for code in program:
        chosen = code.nearest(body, taken) if isinstance(code, Contact) and code in touching else code
        taken |= {chosen.a, chosen.b} if isinstance(chosen, Contact) else set()
        out.append(chosen)
    return tuple(out)


def within_reach(program: Program) -> tuple[Program, tuple[str, ...]]:
    """The program with impossible numbers cut to what people can do, and a sentence about each that was."""
    each = [code.possible() for code in program]
    return tuple(code for code, _ in each), tuple(dict.fromkeys(said for _, said in each if said))


def _solve_one(
    shaped: ShapedBody, full: Program, asked: Program, start: np.ndarray, setting: Setting, stopping: Stopping
) -> Solution:
    rest, free = shaped.joints, _free(setting.scope)
    rooted = free[0]
    transl = _settled_transl(rest, start, full, setting.transl) if rooted else setting.transl
    starts = [start, *reaching_poses(rest, start, transl, full, free)]
    scope = None if setting.scope is None else sorted(setting.scope)
    heading = heading_of(setting.local[0])
    problem = build(rest, starts, transl, full, prior=start, scope=scope, move_root=bool(rooted), heading=heading)
    return _finished(shaped, solve(problem, stopping), asked, problem.air if rooted else None, free)


def _free(scope: frozenset[str] | None) -> np.ndarray:
    """(55,) bool."""
    return np.array([scope is None or j in scope for j in JOINTS])


def completed(rest: np.ndarray, program: Program, start: np.ndarray) -> Program:
    """The program with what it leaves unsaid: how bearing hands lie, and that each foot down at the start stands."""
    program = (*program, *_bearing_hands(rest, program, start), *_straight_limbs(program))
    if any(isinstance(c, (Support, Airborne)) for c in program):
        return program
    feet = (Support(("left_foot",)), Support(("right_foot",)))
    body = body_at(rest, start, np.zeros(3), feet)
    floor = float(heights(body).min())
    standing = [
        f for f in feet if float(f.residual(body).value.min()) < floor + _FOOT_CLEARANCE and not _busy(f, program)
    ]
    return (*program, Support(tuple(p for f in standing for p in f.parts))) if standing else program


def _busy(foot: Support, program: Program) -> bool:
    """Whether a foot is brought to another part of the body, a knee or a seat, and so does not stand."""
    side = foot.parts[0].split("_")[0]
    low = {r for s in ("left", "right") for part in ("foot", "hand") for r in (*PARTS[f"{s}_{part}"], f"{s}_{part}")}
    mine = {*PARTS[f"{side}_foot"], f"{side}_foot"}
    return any(isinstance(c, Contact) and c.a in mine and c.b not in low for c in program)


def _bearing_hands(rest: np.ndarray, program: Program, start: np.ndarray) -> Program:
    """Hands that bear weight are open, those that touch something lie on it; under a chest that faces down the fingers
    of bearing hands point ahead.
    """
    bearing = {p.split("_")[0] for c in program if isinstance(c, Support) for p in c.parts if p.endswith("_hand")}
    shaped = {c.side for c in program if isinstance(c, Hand)}
    aimed = {c.segment for c in program if isinstance(c, Direction)}
    chest = body_at(rest, start, np.zeros(3), ()).world[0, INDEX["spine3"]]
    resting = {r.split("_")[0] for c in program if isinstance(c, Contact) for r in (c.a, c.b) if r.endswith(_PALM)}
    out: list[Posecode] = [Hand(side, "open") for side in sorted(bearing - shaped)]
    out += [Hand(side, "resting") for side in sorted(resting - bearing - shaped)]
    if chest[1, 2] < -0.4:
        out += [Direction(f"{side}_hand", (0.0, 0.0, 1.0)) for side in sorted(bearing) if f"{side}_hand" not in aimed]
    return tuple(out)


def _straight_limbs(program: Program) -> tuple[Posecode, ...]:
    """A whole arm or leg that points somewhere is about straight, unless more is said about it."""
    hinges = {"arm": ("elbow", "forearm"), "leg": ("knee", "shin")}
    bent = {c.joint for c in program if isinstance(c, Angle)}
    segments = [c.segment for c in program if isinstance(c, Direction)]
    touching = {limb for c in program if isinstance(c, (Contact, Distance, Position)) for limb in c.limbs()}
    out: list[Posecode] = []
    for segment in dict.fromkeys(segments):
        side, _, limb = segment.partition("_")
        joint, lower = hinges.get(limb, ("", ""))
        told = f"{side}_{joint}" in bent or f"{side}_{lower}" in segments or segment in touching
        if joint and not told:
            out.append(Angle(f"{side}_{joint}", _ABOUT_STRAIGHT, "<="))
    return tuple(out)


def _settled_transl(rest: np.ndarray, start: np.ndarray, program: Program, transl: np.ndarray) -> np.ndarray:
    """The transl at which the supports (else the lowest vertex) of the starting pose are as high as they should be."""
    supports = [c for c in program if isinstance(c, Support)]
    body = body_at(rest, start, np.zeros(3), supports)
    gaps = [gap for c in supports for gap in c.residual(body).value[0]]
    air = next((c.height for c in program if isinstance(c, Airborne)), 0.0)
    drop = float(np.mean(gaps)) if gaps else float(heights(body).min()) - air
    return np.array([transl[0], -drop, transl[2]])


def _finished(shaped: ShapedBody, solved: Solved, asked: Program, air: float | None, free: np.ndarray) -> Solution:
    """The solved pose, moved up or down so that the lowest vertex of its skin lies exactly at `air`, and judged."""
    body = solved.body
    rise = 0.0 if air is None else _rise(shaped, body, asked, air)
    tracked = tracked_by(asked)
    shared = {"world": body.world, "joints": body.joints + np.array([0.0, rise, 0.0])}
    end = Kinematics(
        body.rest, body.local, body.transl + np.array([0.0, rise, 0.0]), tracked, body.heading, None, shared
    )
    return Solution(
        local=with_eyes(end, asked, free),
        transl=end.transl[0],
        joints=end.joints[0],
        verdicts=judge(asked, end),
        costs=solved.costs,
        cost=solved.cost,
        iterations=solved.iterations,
        reason=solved.reason,
        beyond=clamped(end.local[0]),
    )


def _rise(shaped: ShapedBody, body: Kinematics, program: Program, air: float) -> float:
    """By how much (m) to move the body so that its lowest vertex is at `air`; from a seat, feet may hang."""
    floor = floor_of(shaped, body)
    seated = any(isinstance(c, Support) and c.height > 0 for c in program)
    return max(0.0, -floor) if seated else air - floor


def judge(program: Program, body: Kinematics) -> tuple[Verdict, ...]:
    """Every statement against the first pose of `body`."""
    return tuple(Verdict(code, code.measure(_unrefined(code, program, body))) for code in program)


def _unrefined(code: Posecode, program: Program, body: Kinematics) -> Kinematics:
    """The body that a statement is judged on: for a hand with fingers as its shape has them that others refine."""
    fingers = [c.joints for c in program if isinstance(c, Finger) and isinstance(code, Hand) and c.side == code.side]
    if not isinstance(code, Hand) or not fingers:
        return body
    refined = np.concatenate(fingers)
    local = body.local.copy()
    local[:, refined] = code.target()[refined - code.joints[0]]
    return Kinematics(body.rest, local, body.transl, body.tracked, body.heading)
