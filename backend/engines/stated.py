"""A program that is given instead of words: what remains to be settled is where solving begins and what may move."""

from __future__ import annotations

from backend.body.rotations import rotvec_to_rotmat
from backend.posecodes import program_from_json
from backend.posecodes.movers import movers
from backend.solver.pose_program import Setting
from rigs.skeleton import JOINTS, expand_joints
from rigs.wire import SolveRequest

from .proposal import Proposal


def propose(request: SolveRequest) -> Proposal:
    """The program within what people can do, and a warning for every statement that was cut.

    Raises:
        errors.BadProgram: with the path of the fault.
    """
    asked = program_from_json(request.program)
    able = [code.possible() for code in asked]
    program = tuple(code for code, _ in able)
    notes = tuple(f"{note}." for _, note in able if note)
    scope = _allowed(request, movers(program))
    if request.start is None:
        neutral = Setting.neutral()
        return Proposal(program, Setting(neutral.local, neutral.transl, scope), "", program, warnings=notes)
    setting = Setting(rotvec_to_rotmat(request.start.rotvecs), request.start.transl, scope, keep=True)
    return Proposal(program, setting, "", program, warnings=notes)


def _allowed(request: SolveRequest, moved: frozenset[str]) -> frozenset[str] | None:
    """Joints that may move; None: all. With a start, unless others are named, those that the program speaks of."""
    everything = frozenset(JOINTS)
    scope = frozenset(expand_joints(request.scope)) if request.scope else moved if request.start else everything
    allowed = scope - frozenset(expand_joints(request.locks))
    return None if allowed == everything else allowed
