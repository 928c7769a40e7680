"""Answers to requests with a picture: who is meant, what of the pose is taken, and what words make of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from backend.body.kinematics import Kinematics
from backend.body.model import ShapedBody
from backend.body.outline import floor_of
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.language.photo_words import PhotoWords, photo_words
from backend.language.phrases import phrases
from backend.photo_touches import touched, unknown_parts
from backend.posecodes import Posecode, Program, program_from_json
from backend.posecodes.angle import Angle
from backend.posecodes.contact import Contact
from backend.posecodes.direction import Direction
from backend.posecodes.distance import Distance
from backend.posecodes.facing import Facing
from backend.posecodes.finger import Finger
from backend.posecodes.hand import Hand
from backend.posecodes.movers import movers
from backend.posecodes.tracking import body_at
from backend.solver.stance import neutral_stance
from backend.ticks import Tick
from backend.vision.fit import Fit
from backend.vision.photo import Photo, pose_everybody, pose_photo
from backend.vision.stated import EASY, missed, refit
from backend.vision.vitpose import finders_for
from backend.vision.who import EVERYBODY
from rigs.skeleton import GROUPS, INDEX, JOINTS, N_BODY, expand_joints
from rigs.wire import Pose, PoseEntry, PoseRequest, PoseResult, Statement

_BESIDE: Final = (Contact, Angle, Direction, Distance, Facing, Hand, Finger)  # kinds that a picture can go with
_LIMBS: Final = frozenset(expand_joints(("arms", "legs", "head", "hands")))
_GROUND: Final = frozenset(expand_joints(("root", "legs", "torso")))
Poser = Callable[[PoseRequest, Tick], PoseResult]


def photo_answer(request: PoseRequest, shaped: ShapedBody, pose: Poser, tick: Tick) -> PoseResult:
    """The pose of the person that is meant, or one of everybody. pose: answers a request without a picture."""
    began = time.perf_counter()
    words, finders = photo_words(request.prompt), finders_for(request.engine)
    who = words.who if request.person is None else request.person
    assert request.image is not None
    if request.box is None and (
        words.everybody if request.person is None else isinstance(who, str) and EVERYBODY.match(who.strip().lower())
    ):
        photos = pose_everybody(request.image, shaped, tick, finders)
        results = [_answered(photo, k, request, words, shaped, pose, tick) for k, photo in enumerate(photos)]
        result = _together(results)
    else:
        photo = pose_photo(request.image, request.box, who, shaped, tick, finders)
        result = _answered(photo, 0, request, words, shaped, pose, tick)
        result = replace(result, reply=f"Posed from the picture. {result.reply}".strip())
    reply = f"{result.reply} I looked with {finders.said}." if finders.said else result.reply
    unread = (*result.unread, *unknown_parts(request.contacts))
    seconds = round(time.perf_counter() - began, 4)
    return replace(result, id=request.id, engine=finders.name, reply=reply, unread=unread, seconds=seconds)


def _together(results: list[PoseResult]) -> PoseResult:
    """One answer of those for everybody, from left to right."""
    count = len(results)
    who = f"{count} people from the picture, from left to right" if count > 1 else "the one person in the picture"
    replies = list(dict.fromkeys(r.reply for r in results if r.reply))
    warnings = [(f"Person {k + 1} from the left: {w}" if count > 1 else w, w) for k, r in enumerate(results)
                for w in r.warnings]  # fmt: skip
    shared = set(results[0].warnings).intersection(*(r.warnings for r in results))
    return replace(
        results[0],
        poses=tuple(r.poses[0] for r in results),
        reply=" ".join([f"Posed {who}.", *replies]),
        unread=tuple(dict.fromkeys(u for r in results for u in r.unread)),
        warnings=tuple(dict.fromkeys(plain if plain in shared else named for named, plain in warnings)),
    )


def _answered(
    photo: Photo,
    index: int,
    request: PoseRequest,
    words: PhotoWords,
    shaped: ShapedBody,
    pose: Poser,
    tick: Tick,
) -> PoseResult:
    """The answer for one person: what touches, what is taken of the pose, and then what the words say."""
    photo, touching = touched(photo, request, index, shaped)
    found = photo.fit
    seen = Pose(rotmat_to_rotvec(found.local), found.transl, shaped.betas)
    taken = _taken(request, words)
    base, reply = (seen, "") if taken is None else (_mixed(seen, request.start, taken, shaped), _said(words, request))
    if words.change:
        asked = replace(
            request, image=None, box=None, person=None, contacts=(), start=base, prompt=words.change, engine="auto"
        )
        result = _in_own_words(pose(asked, tick), request.prompt)
        if taken is None and result.poses:
            tick("Solving words and picture together")
            result = _beside(photo, seen, result, shaped)
    else:
        joints = body_at(shaped.joints, rotvec_to_rotmat(base.rotvecs), base.transl, ()).joints[0]
        more = _others(photo, request.n, shaped) if taken is None else []
        result = PoseResult(request.id, (PoseEntry(base, joints), *more), shaped.joints, "", (), "photo", 0.0)
    camera = found.camera.to_dict()
    entries = result.poses or (PoseEntry(seen, found.joints),)
    return replace(
        result,
        poses=tuple(
            replace(e, camera=e.camera or camera, person=photo.box, confidence=photo.confidence) for e in entries
        ),
        reply=" ".join(filter(None, (touching, reply, result.reply))),
        warnings=(*photo.warnings, *result.warnings),
    )


def _others(photo: Photo, n: int, shaped: ShapedBody) -> list[PoseEntry]:
    """Up to n - 1 other poses that land in the picture as well, each with its own camera."""
    found = photo.others(shaped, n) if n > 1 else []
    return [
        PoseEntry(Pose(rotmat_to_rotvec(f.local), f.transl, shaped.betas), f.joints, camera=f.camera.to_dict())
        for f in found
    ]


def _in_own_words(result: PoseResult, prompt: str) -> PoseResult:
    """The result without the word "same" among those that were not understood, which nobody said."""
    if "same" not in result.unread or "same" in prompt.lower().split():
        return result
    unread = tuple(u for u in result.unread if u != "same")
    return replace(result, unread=unread, reply=result.reply.replace("(same, ", "("))


# --- only a part of what is seen ----------------------------------------------------------------------------


def _taken(request: PoseRequest, words: PhotoWords) -> frozenset[str] | None:
    """The joints that are taken from the picture; None: all."""
    if not (words.only or words.never or request.scope or request.locks):
        return None
    chosen = set(expand_joints(words.only) if words.only else JOINTS) - set(expand_joints(words.never))
    if request.scope:
        chosen &= set(expand_joints(request.scope))
    return frozenset(chosen - set(expand_joints(request.locks)))


def _said(words: PhotoWords, request: PoseRequest) -> str:
    rest = "the pose that was given" if request.start is not None else "a neutral stance"
    groups = [g.replace("_", " ") for g in (words.only or words.never) if g not in ("hands", "face", "root")]
    if not groups:
        return f"Some joints are taken from it, the rest from {rest}."
    if words.only:
        return f"Taken from it: {', '.join(groups)}; the rest is {rest}."
    return f"Not taken from it: {', '.join(groups)}, as in {rest}."


def _mixed(seen: Pose, start: Pose | None, taken: frozenset[str], shaped: ShapedBody) -> Pose:
    """The start (or a neutral stance) with some joints of the pose that was seen, on the ground where these bear it."""
    rotvecs = (rotmat_to_rotvec(neutral_stance()) if start is None else start.rotvecs).copy()
    rows = [INDEX[j] for j in taken]
    rotvecs[rows] = seen.rotvecs[rows]
    transl = (seen.transl if start is None else start.transl).copy()
    if start is None or taken & _GROUND:
        body = body_at(shaped.joints, rotvec_to_rotmat(rotvecs), np.zeros(3), ())
        transl[1] = -floor_of(shaped, body)
    return Pose(rotvecs, transl, seen.betas)


# --- words and picture in one solve -------------------------------------------------------------------------


def _beside(photo: Photo, seen: Pose, edited: PoseResult, shaped: ShapedBody) -> PoseResult:
    """The result with what limbs are told solved beside what the picture shows, where that does as well as the edit.

    Touches come first by themselves: hands that are said to be clasped are so where the picture shows them. Where
    that goes against the picture, and for all else that is said, the words win over the picture on limbs they speak of.
    """
    entry = edited.poses[0]
    program = program_from_json(list(entry.posecodes))
    if not program or not _goes_beside(program, seen, entry.pose):
        return edited
    local = rotvec_to_rotmat(entry.pose.rotvecs)
    begin = replace(photo.fit, local=np.concatenate([photo.fit.local[:N_BODY], local[N_BODY:]]))  # hands as told
    touches = tuple(c for c in program if isinstance(c, (Contact, Hand, Finger)))
    best = None
    if any(isinstance(c, Contact) for c in touches):
        loose = refit(begin, photo.person, photo.picture, shaped, touches, [local])
        rise = loose.cost - photo.fit.cost
        if max(missed(loose, shaped, touches)) <= 1.0 and rise <= EASY * sum(isinstance(c, Contact) for c in touches):
            best, program = loose, touches
    if best is None:
        best = refit(replace(photo.fit, local=local), photo.person, photo.picture, shaped, program)  # from the edit on
        if sum(m <= 1.0 for m in missed(best, shaped, program)) < len(entry.met):
            return edited
    return replace(
        edited,
        poses=(_entry(best, program, shaped, entry), *edited.poses[1:]),
        reply=_mended(edited, best, program, shaped),
    )


def _goes_beside(program: Program, seen: Pose, edited: Pose) -> bool:
    """Whether statements are about limbs alone, and the edit left the rest as it was: nothing mirrored or turned."""
    joints = movers(program)
    still = [INDEX[j] for j in GROUPS["body"] if j not in joints]
    kept = np.allclose(seen.rotvecs[still], edited.rotvecs[still], atol=1e-6)
    return all(isinstance(c, _BESIDE) for c in program) and joints <= _LIMBS and kept


def _entry(found: Fit, program: Program, shaped: ShapedBody, before: PoseEntry) -> PoseEntry:
    pose = Pose(rotmat_to_rotvec(found.local), found.transl, before.pose.betas)
    body = body_at(shaped.joints, found.local, found.transl, program)
    said = [_statement(code, body) for code in program]
    return replace(
        before,
        pose=pose,
        joints=found.joints,
        camera=found.camera.to_dict(),
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
    return f"{told} Words and picture were solved together."
