"""A program that is given instead of words: what remains to be settled is where solving begins and what may move."""

from __future__ import annotations

import numpy as np

from backend.body.kinematics import Kinematics
from backend.body.model import BodyModel
from backend.body.rotations import rotvec_to_rotmat
from backend.posecodes import Program, program_from_json
from backend.posecodes.balance import Balance
from backend.posecodes.ground import Airborne, Support
from backend.posecodes.movers import movers
from backend.posecodes.tracking import body_at
from backend.solver.pose_program import Setting, within_reach
from rigs.skeleton import JOINTS, expand_joints
from rigs.wire import Pose, SolveRequest

from .proposal import Proposal

_DOWN = 0.03  # m above the ground that still bears
_BASE = 0.2  # m between the pelvis and the middle of the feet, seen from above, of somebody who stands on them
_OF_FOOT = ("_foot", "_toes", "_heel")
_FEET = (Support(("left_foot",)), Support(("right_foot",)))


def propose(request: SolveRequest) -> Proposal:
    """The program within what people can do, and a warning for every statement that was cut.

    `asked` is that program; `program` may have more: feet that stood go on standing while their legs move.

    Raises:
        errors.BadProgram: with the path of the fault.
    """
    asked, cut = within_reach(program_from_json(request.program))
    notes = tuple(f"{note}." for note in cut)
    scope = _scope(request, asked)
    if request.start is None:
        neutral = Setting.neutral()
        setting = Setting(neutral.local, neutral.transl, _allowed(scope))
        return Proposal(asked, setting, "", asked, warnings=notes)
    stays = _stays(request.start, asked, scope)
    if stays and not request.scope:
        scope |= frozenset(expand_joints(["root"])) - _locked(request)
    setting = Setting(rotvec_to_rotmat(request.start.rotvecs), request.start.transl, _allowed(scope), keep=True)
    return Proposal((*asked, *stays), setting, "", asked, warnings=notes)


def _scope(request: SolveRequest, program: Program) -> frozenset[str]:
    """Joints that may move: with a start, unless others are named, those that the program speaks of."""
    everything = frozenset(JOINTS)
    named = frozenset(expand_joints(request.scope))
    return (named or (movers(program) if request.start else everything)) - _locked(request)


def _locked(request: SolveRequest) -> frozenset[str]:
    return frozenset(expand_joints(request.locks))


def _allowed(scope: frozenset[str]) -> frozenset[str] | None:
    return None if scope == frozenset(JOINTS) else scope


def _stays(start: Pose, program: Program, scope: frozenset[str]) -> Program:
    """What goes without saying of somebody who stands: feet whose legs all move stay down, the weight over them."""
    if any(isinstance(c, (Airborne, Balance)) for c in program):
        return ()
    rest = BodyModel.load().shaped(start.betas).joints
    body = body_at(rest, rotvec_to_rotmat(start.rotvecs), start.transl, _FEET)
    down = [c for c in _FEET if np.abs(c.residual(body).value).max() < _DOWN]
    if not down or not _over(body, [name for c in down for name in c.regions()]):
        return ()
    said = tuple(dict.fromkeys(part for c in program if isinstance(c, Support) for part in c.parts))
    if said:
        return (Balance(said),) if all(part.endswith(_OF_FOOT) for part in said) else ()
    parts = tuple(part for c in down for part in c.parts)
    moved = all(f"{part.split('_')[0]}_hip" in scope for part in parts)
    return (Support(parts), Balance(parts)) if moved else ()


def _over(body: Kinematics, feet: list[str]) -> bool:
    """Whether the pelvis is about over the feet."""
    away = body.joints[0, 0] - body.points(feet).value[0].mean(axis=0)
    return float(np.hypot(away[0], away[2])) < _BASE
