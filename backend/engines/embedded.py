"""The embedded engine: rules, the atlas and nothing else. Needs no download, runs on Blender's own Python."""

from __future__ import annotations

import numpy as np

from backend.body.rotations import rotvec_to_rotmat
from backend.errors import NotAvailable
from backend.language.edits import read_edit
from backend.language.reader import Reading, read
from backend.solver.pose_program import Setting
from rigs.skeleton import JOINTS, expand_joints, mirror_rotvecs
from rigs.wire import EngineInfo, Pose, PoseRequest

from .proposal import Proposal

_PHOTO_HINT = "this version poses from words only; describe the picture, or leave the image out"


class EmbeddedEngine:
    """Words to posecodes by rules and the atlas of named poses."""

    def info(self) -> EngineInfo:
        return EngineInfo("embedded", "Rules and atlas (built in)", True, ("text", "edit", "describe", "batch"))

    def propose(self, request: PoseRequest) -> Proposal:
        if request.image is not None:
            raise NotAvailable("the embedded engine cannot look at pictures", _PHOTO_HINT, "no_photo_tier")
        current = _current(request)
        if current is None:
            return _new_pose(read(request.prompt, points=request.points), _scope(request), None)
        edit = read_edit(request.prompt, current)
        if edit is None:
            return _new_pose(read(request.prompt, points=request.points), _scope(request), current)
        base = mirror_rotvecs(current.rotvecs) if edit.mirror else current.rotvecs
        setting = Setting(
            rotvec_to_rotmat(base),
            _mirrored_transl(current, edit.mirror),
            _within(edit.scope, _scope(request)),
            keep=True,
        )
        return Proposal(edit.program, setting, edit.reply, edit.unread)


def _current(request: PoseRequest) -> Pose | None:
    """The pose to start from: the request's own, else the last one of the conversation."""
    if request.start is not None:
        return request.start
    return next((t.pose for t in reversed(request.turns) if t.pose is not None), None)


def _scope(request: PoseRequest) -> frozenset[str] | None:
    """Joints that may move: the scope without the locks; None when neither is given."""
    if not request.scope and not request.locks:
        return None
    allowed = set(expand_joints(request.scope)) if request.scope else set(JOINTS)
    return frozenset(allowed - set(expand_joints(request.locks)))


def _within(wanted: frozenset[str] | None, allowed: frozenset[str] | None) -> frozenset[str] | None:
    if wanted is None or allowed is None:
        return wanted if allowed is None else allowed
    return wanted & allowed


def _mirrored_transl(pose: Pose, mirror: bool) -> np.ndarray:
    return pose.transl * np.array([-1.0, 1.0, 1.0]) if mirror else pose.transl


def _new_pose(reading: Reading, scope: frozenset[str] | None, current: Pose | None) -> Proposal:
    """A pose read from scratch. With a current pose and a scope, everything outside the scope keeps its place."""
    if reading.is_empty:
        return Proposal(None, Setting.neutral(), _nothing_read(reading), reading.unread)
    if current is not None:
        local = rotvec_to_rotmat(current.rotvecs)
        if scope is not None:
            setting = Setting(local, current.transl, scope, keep=True)
        else:
            neutral = Setting.neutral()
            setting = Setting(neutral.local, np.array([current.transl[0], neutral.transl[1], current.transl[2]]))
    else:
        setting = (
            Setting.neutral() if scope is None else Setting(Setting.neutral().local, np.array([0.0, 0.9, 0.0]), scope)
        )
    return Proposal(reading.program, setting, _reply(reading), reading.unread)


def _reply(reading: Reading) -> str:
    """What was understood, what was assumed, and what was not understood."""
    parts = []
    if reading.named:
        parts.append(f"Posed: {', '.join(reading.named)}.")
    if reading.explicit:
        parts.append(("Also: " if reading.named else "Posed: ") + "; ".join(c.said() for c in reading.explicit) + ".")
    parts.extend(reading.notes)
    if reading.unread:
        parts.append(f"I did not understand: {', '.join(reading.unread)}.")
    return " ".join(parts)


def _nothing_read(reading: Reading) -> str:
    words = f" ({', '.join(reading.unread)})" if reading.unread else ""
    example = 'Try a named pose ("tree pose") or body language ("left arm raised, looking up").'
    return f"I found no pose in these words{words}. {example}"
