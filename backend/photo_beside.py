"""Words and picture in one solve: what words say of limbs and the head, beside what the picture shows of the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from backend.body.kinematics import Kinematics, heading_of
from backend.body.model import ShapedBody
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.language.phrases import phrases
from backend.posecodes import Posecode, Program, program_from_json
from backend.posecodes.angle import Angle
from backend.posecodes.contact import Contact
from backend.posecodes.direction import Direction
from backend.posecodes.distance import Distance
from backend.posecodes.facing import Facing
from backend.posecodes.finger import Finger
from backend.posecodes.gaze import Gaze
from backend.posecodes.hand import Hand
from backend.posecodes.movers import movers
from backend.posecodes.tracking import body_at
from backend.posecodes.turn import Turn
from backend.solver.pose_program import Setting, pose_program
from backend.vision.fit import Fit
from backend.vision.photo import Photo
from backend.vision.stated import EASY, missed, refit
from rigs.skeleton import GROUPS, INDEX, N_BODY, expand_joints
from rigs.wire import Pose, PoseEntry, PoseResult, Statement

_BESIDE: Final = (Contact, Angle, Direction, Distance, Facing, Hand, Finger, Gaze, Turn)  # what a picture can go with
_LIMBS: Final = frozenset(expand_joints(("arms", "legs", "head", "hands")))
_NEAR: Final = 0.2  # m between parts up to which a picture may show the touch that is told
_TOGETHER: Final = "Words and picture were solved together."
_AFTER: Final = "The words changed the pose that the picture gave."


def beside(photo: Photo, seen: Pose, edited: PoseResult, shaped: ShapedBody, to_camera: bool = False) -> PoseResult:
    """The result with what limbs are told solved beside what the picture shows, where that does as well as the edit.

    Touches come first by themselves: hands that are said to be clasped are so where the picture shows them. Where
    that goes against the picture, and for all else that is said, the words win over the picture on limbs they speak of.

    Args:
        seen: the pose of the picture alone. edited: that pose as the words changed it, or as it was.
        to_camera: whether the person is to look into the camera, whatever else is said.
    """
    entry = edited.poses[0]
    program = program_from_json(list(entry.posecodes))
    if to_camera:
        program = (*(c for c in program if not isinstance(c, Gaze)), at_camera(photo.fit, entry.pose, shaped))
    best = _best(photo, entry, program, shaped) if program and _goes_beside(program, seen, entry.pose) else None
    if best is not None:
        found, program = best
        entry = replace(_entry(found, program, shaped, entry), camera=found.camera.to_dict())
        return replace(edited, poses=(entry, *edited.poses[1:]), reply=_mended(edited, found, program, shaped))
    changed = not np.allclose(seen.rotvecs, entry.pose.rotvecs, atol=1e-6)
    if to_camera:
        entry = _looking(entry, program, shaped)
    reply = f"{edited.reply} {_AFTER}".strip() if changed else edited.reply
    return replace(edited, poses=(entry, *edited.poses[1:]), reply=reply)


def _best(photo: Photo, entry: PoseEntry, program: Program, shaped: ShapedBody) -> tuple[Fit, Program] | None:
    """The fit beside statements and those that hold in it; None where the edit meets more of them."""
    local = rotvec_to_rotmat(entry.pose.rotvecs)
    begin = replace(photo.fit, local=np.concatenate([photo.fit.local[:N_BODY], local[N_BODY:]]))  # hands as told
    touches: Program = tuple(c for c in program if isinstance(c, (Contact, Hand, Finger)))
    gaps = [c.measure(body_at(shaped.joints, photo.fit.local, photo.fit.transl, (c,))).error for c in program
            if isinstance(c, Contact)]  # fmt: skip
    if gaps and max(gaps) < _NEAR:
        touches = (*touches, *(c for c in program if c.limbs() == {"head"}))
        loose = refit(begin, photo.person, photo.picture, shaped, touches, [local])
        rise = loose.cost - photo.fit.cost
        if max(missed(loose, shaped, touches)) <= 1.0 and rise <= EASY * sum(isinstance(c, Contact) for c in touches):
            return loose, touches
    begin = replace(photo.fit, local=local)
    told = refit(begin, photo.person, photo.picture, shaped, program, override=True)  # from the edit on
    met = sum(m <= 1.0 for m in missed(told, shaped, program))
    return (told, program) if met >= len(entry.met) else None


def _goes_beside(program: Program, seen: Pose, edited: Pose) -> bool:
    """Whether statements are about limbs alone, and the edit left the rest as it was: nothing mirrored or turned."""
    joints = movers(program)
    still = [INDEX[j] for j in GROUPS["body"] if j not in joints]
    kept = np.allclose(seen.rotvecs[still], edited.rotvecs[still], atol=1e-6)
    return all(isinstance(c, _BESIDE) for c in program) and joints <= _LIMBS and kept


# --- looking into the camera --------------------------------------------------------------------------------


def at_camera(found: Fit, pose: Pose, shaped: ShapedBody) -> Gaze:
    """The gaze of a pose into the camera of the fit that it came from, as its own heading has it."""
    local = rotvec_to_rotmat(pose.rotvecs)
    eyes = body_at(shaped.joints, local, pose.transl, (Gaze(toward=(0.0, 0.0, 1.0)),)).points(("eyes",)).value[0, 0]
    way = heading_of(local[0]).T @ (found.camera.position - eyes)
    x, y, z = (round(float(v), 4) for v in way / np.linalg.norm(way))
    return Gaze(toward=(x, y, z))


def _looking(entry: PoseEntry, program: Program, shaped: ShapedBody) -> PoseEntry:
    """A pose with its head turned to where the last statement says, and nothing else changed."""
    gaze = program[-1]
    local = rotvec_to_rotmat(entry.pose.rotvecs)
    setting = Setting(local, entry.pose.transl, frozenset({"neck", "head"}), keep=True)
    solution = pose_program(shaped, (gaze,), setting)[0]
    pose = replace(entry.pose, rotvecs=rotmat_to_rotvec(solution.local), transl=solution.transl)
    body = body_at(shaped.joints, solution.local, solution.transl, program)
    said = _statement(gaze, body)
    return replace(
        entry,
        pose=pose,
        joints=solution.joints,
        met=(*entry.met, said) if said.met else entry.met,
        unmet=entry.unmet if said.met else (*entry.unmet, said),
        posecodes=tuple(c.to_json() for c in program),
    )


# --- the answer ---------------------------------------------------------------------------------------------


def _entry(found: Fit, program: Program, shaped: ShapedBody, before: PoseEntry) -> PoseEntry:
    pose = Pose(rotmat_to_rotvec(found.local), found.transl, before.pose.betas)
    body = body_at(shaped.joints, found.local, found.transl, program)
    said = [_statement(code, body) for code in program]
    return replace(
        before,
        pose=pose,
        joints=found.joints,
        met=tuple(s for s in said if s.met),
        unmet=tuple(s for s in said if not s.met),
        posecodes=tuple(c.to_json() for c in program),
    )


def _statement(code: Posecode, body: Kinematics) -> Statement:
    m = code.measure(body)
    return Statement(
        phrases([code])[0], bool(m.met), m.asked, None if m.reached is None else round(m.reached, 4), m.unit
    )


def _mended(edited: PoseResult, found: Fit, program: Program, shaped: ShapedBody) -> str:
    """The reply, without what the edit did not reach and this pose does."""
    done = max(missed(found, shaped, program)) <= 1.0
    told = edited.reply.split(" Not quite reached: ")[0] if done else edited.reply
    return f"{told} {_TOGETHER}".strip()
