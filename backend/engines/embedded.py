"""The embedded engine: rules, the atlas and nothing else. Needs no download, runs on Blender's own Python."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.errors import BadInput, NotAvailable
from backend.language.conversation import Answer, read_answer
from backend.language.edits import read_edit
from backend.language.in_mood import in_moods
from backend.language.measures import Measures
from backend.language.own_poses import refresh
from backend.language.questions import answer_question, described
from backend.language.reader import read
from backend.language.reading import Reading
from backend.language.replies import reply_to
from backend.language.takes import takes
from backend.posecodes import Program
from backend.solver.pose_program import Setting
from backend.solver.start import starting_pose
from backend.ticks import Tick, quiet
from rigs.skeleton import JOINTS
from rigs.wire import EngineInfo, Pose, PoseRequest

from .proposal import Proposal
from .settling import allowed_joints, held_arms, on_the_ground, setting_for, with_fixed, within_limits

_PHOTO_HINT = "leave the engine to auto, or name photo"


class EmbeddedEngine:
    """Words to posecodes by rules and the atlas of named poses."""

    def info(self) -> EngineInfo:
        return EngineInfo("embedded", "Rules and atlas (built in)", True, ("text", "edit", "describe", "batch"))

    def propose(self, request: PoseRequest, tick: Tick = quiet) -> Proposal:
        """An edit of the current pose where the words ask for one, else a new pose."""
        if request.image is not None:
            raise NotAvailable("the embedded engine cannot look at pictures", _PHOTO_HINT, "no_photo_tier")
        faults = refresh()
        proposal = self._proposed(request)
        return replace(proposal, warnings=(*faults, *proposal.warnings)) if faults else proposal

    def _proposed(self, request: PoseRequest) -> Proposal:
        """Which of these the words are is theirs to say, unless the request's intent says it."""
        allowed = allowed_joints(request)
        told = _told(request)
        if told is not None:
            return Proposal(None, Setting.neutral(), told)
        if request.intent != "new":
            answer = read_answer(request.prompt, request.current, request.turns)
            if answer is not None:
                return self._answered(answer, request, allowed)
            edit = _edited(request, allowed)
            if edit is not None:
                return edit
        return _new_pose(read(request.prompt, points=request.points), allowed, request.current, request.seed)

    def _answered(self, answer: Answer, request: PoseRequest, allowed: frozenset[str] | None) -> Proposal:
        """A pose taken from the conversation, perhaps with an instruction carried out on it, or a reply alone."""
        if answer.pose is None or request.current is None:
            return Proposal(None, Setting.neutral(), answer.reply)
        pose = with_fixed(answer.pose, request.current, allowed)
        if answer.prompt:
            done = self.propose(replace(request, prompt=answer.prompt, start=pose, turns=()))
            return replace(done, reply=f"{answer.reply} {done.reply}".strip())
        moved = answer.moved if allowed is None else answer.moved & allowed
        if answer.further:
            pose = within_limits(pose, request.current, moved)
        if allowed is None or "pelvis" in allowed:
            pose = on_the_ground(pose, request.current, moved)
        program, free = held_arms(pose, moved) if answer.further else ((), frozenset())
        scope = free if allowed is None else free & allowed
        setting = Setting(rotvec_to_rotmat(pose.rotvecs), pose.transl, scope, keep=True)
        return Proposal(program, setting, answer.reply)


def _told(request: PoseRequest) -> str | None:
    """The answer where the words ask something about the current pose, which then stays as it is."""
    if request.intent not in ("auto", "describe"):
        return None
    answer = answer_question(request.prompt, request.current, request.turns)
    if answer is not None or request.intent == "auto":
        return answer
    if request.current is None:
        raise BadInput("there is no pose to describe", "give one as start, or pose something first", "no_pose")
    return described(request.current, request.prompt)


def _edited(request: PoseRequest, allowed: frozenset[str] | None) -> Proposal | None:
    current = request.current
    edit = None if current is None else read_edit(request.prompt, current)
    if edit is None and current is not None and request.intent == "change":
        edit = read_edit(f"the same, but {request.prompt}", current)
    if current is None or edit is None:
        return None
    base = with_fixed(edit.base(current), current, allowed)
    scope = edit.scope if allowed is None else allowed if edit.scope is None else edit.scope & allowed
    setting = Setting(rotvec_to_rotmat(base.rotvecs), base.transl, scope, keep=True)
    return Proposal(edit.program, setting, edit.reply, edit.asked, edit.unread)


def _new_pose(reading: Reading, allowed: frozenset[str] | None, current: Pose | None, seed: int) -> Proposal:
    """A pose read from scratch, where the character stands and faces now; joints that may not move stay as they are."""
    if reading.is_empty:
        return Proposal(None, Setting.neutral(), reply_to(reading), (), reading.unread)
    setting = setting_for(allowed, current)
    others = ((_program(take, setting), take.explicit) for take in takes(reading, seed))
    return Proposal(
        _program(reading, setting), setting, reply_to(reading), reading.explicit, reading.unread, takes=others
    )


def _program(reading: Reading, setting: Setting) -> Program:
    """The program with what its moods change; what it comes to is seen on a draft of the pose."""
    if not reading.moods:
        return reading.whole
    draft = starting_pose(setting.local, reading.whole, np.ones(len(JOINTS), bool))
    pose = Pose(rotmat_to_rotvec(draft), setting.transl)
    return in_moods(reading.whole, reading.explicit, reading.moods, Measures(pose))
