"""Answers to requests with a picture: who is meant, what of the pose is taken, and what words make of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from backend.body.kinematics import heading_of
from backend.body.model import ShapedBody
from backend.body.outline import floor_of
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.language.photo_words import PhotoWords, photo_words
from backend.photo_beside import beside
from backend.photo_touches import touched, unknown_parts
from backend.posecodes.tracking import body_at
from backend.solver.stance import neutral_stance
from backend.ticks import Tick
from backend.vision.photo import Photo, pose_everybody, pose_photo
from backend.vision.vitpose import finders_for
from backend.vision.who import EVERYBODY
from rigs.skeleton import INDEX, JOINTS, expand_joints
from rigs.wire import Pose, PoseEntry, PoseRequest, PoseResult

_GROUND: Final = frozenset(expand_joints(("root", "legs", "torso")))
_TO_CAMERA: Final = "Changed: looking into the camera."
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
            result = beside(photo, seen, result, shaped, words.to_camera)
    else:
        joints = body_at(shaped.joints, rotvec_to_rotmat(base.rotvecs), base.transl, ()).joints[0]
        more = _others(photo, request.n, shaped) if taken is None else []
        result = PoseResult(request.id, (PoseEntry(base, joints), *more), shaped.joints, "", (), "photo", 0.0)
        if words.to_camera and taken is None:
            result = beside(photo, seen, replace(result, reply=_TO_CAMERA), shaped, to_camera=True)
    camera = found.camera.to_dict()
    entries = result.poses or (PoseEntry(seen, found.joints),)
    return replace(
        result,
        poses=tuple(
            replace(e, camera=e.camera or camera, person=photo.box, confidence=photo.confidence, limbs=photo.limbs)
            for e in entries
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


def _hang_legs(rotvecs: np.ndarray, start: Pose | None, taken: frozenset[str]) -> None:
    """Let thighs that are not taken point where they did in the world, whichever way the pelvis is now tilted."""
    base = neutral_stance() if start is None else rotvec_to_rotmat(start.rotvecs)
    pelvis = rotvec_to_rotmat(rotvecs[0])
    turned = pelvis.T @ heading_of(pelvis) @ heading_of(base[0]).T @ base[0]
    for hip in {"left_hip", "right_hip"} - taken:
        rotvecs[INDEX[hip]] = rotmat_to_rotvec(turned @ base[INDEX[hip]])


def _mixed(seen: Pose, start: Pose | None, taken: frozenset[str], shaped: ShapedBody) -> Pose:
    """The start (or a neutral stance) with some joints of the pose that was seen, on the ground where these bear it."""
    rotvecs = (rotmat_to_rotvec(neutral_stance()) if start is None else start.rotvecs).copy()
    rows = [INDEX[j] for j in taken]
    rotvecs[rows] = seen.rotvecs[rows]
    if "pelvis" in taken:
        _hang_legs(rotvecs, start, taken)
    transl = (seen.transl if start is None else start.transl).copy()
    if start is None or taken & _GROUND:
        body = body_at(shaped.joints, rotvec_to_rotmat(rotvecs), np.zeros(3), ())
        transl[1] = -floor_of(shaped, body)
    return Pose(rotvecs, transl, seen.betas)
