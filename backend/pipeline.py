"""The data flow in one screen: propose -> solve -> measure. Owns no maths; everything else is called from here."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np

from backend.body.model import BodyModel, ShapedBody
from backend.body.picture import thumbnail
from backend.body.png import encode_png
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.engines import stated
from backend.engines.catalogue import Catalogue
from backend.engines.proposal import Proposal, Seen
from backend.errors import BadInput
from backend.language.captions import describe, difference
from backend.language.phrases import phrases
from backend.posecodes import Program, observed, program_to_json, schema
from backend.posecodes.tracking import posed
from backend.solver import Solution, Verdict
from backend.solver.alternatives import alternatives
from backend.solver.pose_program import pose_program
from backend.ticks import Tick, quiet
from rigs.wire import (
    DescribeRequest,
    Description,
    EngineInfo,
    Overlay,
    OverlayRequest,
    PictureRequest,
    Pictures,
    Pose,
    PoseEntry,
    PoseRequest,
    PoseResult,
    Report,
    SolveRequest,
    Statement,
    TrackRequest,
    TrackResult,
)

PHOTO_ENGINES = ("auto", "photo", "vitpose")
_TOLD = 20  # unmet statements that a reply names; the report has all


class Pipeline:
    """The service behind the CLI and the server. Stateless between calls and safe to call from several threads."""

    def __init__(self) -> None:
        self._catalogue = Catalogue()

    def engines(self) -> tuple[EngineInfo, ...]:
        return self._catalogue.infos()

    def warm(self) -> None:
        """Pose once, so that the tables of words and of the body are there before somebody waits for them."""
        self.pose(PoseRequest(prompt="standing"))

    def pose(self, request: PoseRequest, tick: Tick = quiet) -> PoseResult:
        """Answer one request.

        Raises:
            BadInput: the request makes no sense. NotAvailable: it needs a tier that is not there. Cancelled: by `tick`.
        """
        began = time.perf_counter()
        if not request.prompt.strip() and request.image is None and request.intent != "describe":
            raise BadInput(
                "there is nothing to pose from: the prompt is empty",
                'type one, e.g. "kneeling, looking up"',
                "empty_prompt",
            )
        if request.contacts and request.image is None:
            raise BadInput(
                "contacts say what touches in a picture, and there is none",
                'give a picture, or say it in words: "left hand on the hip"',
                "no_picture",
            )
        if request.image is not None and request.engine in PHOTO_ENGINES:
            from backend.photo_answer import photo_answer  # who never shows a picture need not wait for its modules

            return photo_answer(request, _shaped(request.current), self.pose, tick)
        tick("Reading the words")
        name, engine = self._catalogue.get(request.engine)
        proposal = engine.propose(request, tick)
        if proposal.seen is not None:
            return replace(self._seen(request, proposal, proposal.seen, tick), engine=name, seconds=_since(began))
        shaped = _shaped(request.current)
        solutions = _solved(shaped, proposal, request, tick)
        tick("Measuring the result")
        return PoseResult(
            id=request.id,
            poses=tuple(_entry(s, shaped, request.current) for s in solutions),
            rest_joints=shaped.joints,
            reply=_with_unmet(proposal, solutions),
            unread=proposal.unread,
            engine=name,
            seconds=_since(began),
            warnings=(*proposal.warnings, *(solutions[0].notes if solutions else ())),
        )

    def _seen(self, request: PoseRequest, proposal: Proposal, seen: Seen, tick: Tick) -> PoseResult:
        """The pose of a person in the picture, and the program of a proposal carried out on it."""
        from backend.photo_answer import photo_answer

        asked = replace(request, prompt="", turns=(), box=seen.box, person=None, contacts=seen.contacts, engine="photo")
        result = photo_answer(asked, _shaped(request.current), self.pose, tick)
        result = replace(result, reply=f"{proposal.reply} {result.reply}".strip())
        if not proposal.program or not result.poses:
            return result
        first = result.poses[0]
        program = tuple(program_to_json(proposal.program))
        change = SolveRequest(program, "", first.pose, request.scope, request.locks, request.n, request.seed)
        changed = self.solve(change, tick)
        missed = [s.text for s in changed.poses[0].unmet]
        return replace(
            result,
            poses=tuple(
                replace(first, pose=e.pose, joints=e.joints, met=e.met, unmet=e.unmet, posecodes=e.posecodes)
                for e in changed.poses
            ),
            reply=f"{result.reply} Not quite reached: {', '.join(missed)}." if missed else result.reply,
            warnings=(*result.warnings, *changed.warnings),
        )

    def track(self, request: TrackRequest, tick: Tick = quiet) -> TrackResult:
        """The motion of one person in a video or a sequence of pictures.

        Raises: as `track_answer.followed`.
        """
        from backend.track_answer import track_answer

        return track_answer(request, tick)

    def solve(self, request: SolveRequest, tick: Tick = quiet) -> PoseResult:
        """Carry out a program of posecodes; every pose comes with a report of what became of each statement.

        Raises:
            BadProgram: with the path of the fault. Cancelled: by `tick`.
        """
        began = time.perf_counter()
        tick("Reading the program")
        proposal = stated.propose(request)
        shaped, asked = _shaped(request.start), len(proposal.asked)
        solutions = [replace(s, verdicts=s.verdicts[:asked]) for s in _solved(shaped, proposal, request, tick)]
        entries = tuple(replace(_entry(s, shaped, request.start), report=_report(s)) for s in solutions)
        return PoseResult(
            id=request.id,
            poses=entries,
            rest_joints=shaped.joints,
            reply=_tally(solutions[0]),
            unread=(),
            engine="posecodes",
            seconds=_since(began),
            warnings=proposal.warnings,
        )

    def posecodes(self, strict: bool = False) -> dict[str, Any]:
        """The JSON Schema of a program."""
        return schema(strict)

    def pictures(self, request: PictureRequest, tick: Tick = quiet) -> Pictures:
        """A small picture of each pose, to choose by. Raises Cancelled: by `tick`."""
        pngs = []
        for pose in request.poses:
            tick("Drawing")
            pngs.append(encode_png(thumbnail(pose, request.size)))
        return Pictures(tuple(pngs))

    def overlay(self, request: OverlayRequest, tick: Tick = quiet) -> Overlay:
        """The picture of a photo's answer to check it by, or of the people to choose from.

        Raises: as `photo_overlay`.
        """
        from backend.photo_overlay import photo_overlay

        return photo_overlay(request, tick)

    def describe(self, request: DescribeRequest) -> Description:
        """Say what a pose is; with `than`, also the instruction that turns `than` into it."""
        line, paragraph, full = describe(request.pose)
        change = difference(request.than, request.pose) if request.than else ""
        program = program_to_json(_program_of(request.pose)) if request.posecodes else ()
        return Description(line, paragraph, full, change, tuple(program))


def _since(began: float) -> float:
    """Seconds on the clock of performance, as results tell them."""
    return round(time.perf_counter() - began, 4)


def _shaped(current: Pose | None) -> ShapedBody:
    """The free body with the shape of the pose to start from."""
    return BodyModel.load().shaped(current.betas if current is not None else None)


def _program_of(pose: Pose) -> Program:
    body = posed(_shaped(pose).joints, rotvec_to_rotmat(pose.rotvecs), pose.transl, observed.TRACKED)
    return observed.observed(body)


def _solved(shaped: ShapedBody, proposal: Proposal, request: PoseRequest | SolveRequest, tick: Tick) -> list[Solution]:
    if proposal.program is None:
        return []
    if proposal.others is not None:
        settings = (proposal.setting, *proposal.others)
        return [pose_program(shaped, proposal.program, setting)[0] for setting in settings]
    return alternatives(
        shaped,
        proposal.program,
        proposal.takes,
        proposal.asked,
        proposal.setting,
        n=request.n,
        seed=request.seed,
        between=lambda: tick("Solving the pose"),
    )


def _entry(solution: Solution, shaped: ShapedBody, current: Pose | None) -> PoseEntry:
    pose = Pose(_rotvecs(solution, current), solution.transl, shaped.betas)
    said = [(v, _statement(v)) for v in solution.verdicts]
    return PoseEntry(
        pose=pose,
        joints=solution.joints,
        met=tuple(s for v, s in said if v.measured.met),
        unmet=tuple(s for v, s in said if not v.measured.met),
        posecodes=tuple(program_to_json(v.code for v in solution.verdicts)),
    )


def _rotvecs(solution: Solution, current: Pose | None) -> np.ndarray:
    """(55, 3) rad; joints that did not move keep the very numbers of the current pose, of several for one rotation."""
    rotvecs = rotmat_to_rotvec(solution.local)
    if current is None:
        return rotvecs
    same = (rotvec_to_rotmat(current.rotvecs) == solution.local).all(axis=(-1, -2))
    return np.where(same[:, None], current.rotvecs, rotvecs)


def _statement(verdict: Verdict) -> Statement:
    m = verdict.measured
    reached = None if m.reached is None else round(m.reached, 4)
    return Statement(phrases([verdict.code])[0], bool(m.met), m.asked, reached, m.unit)


def _report(solution: Solution) -> Report:
    said = tuple(replace(_statement(v), text=v.code.said()) for v in solution.verdicts)
    dear = sorted(((round(c, 4), name) for name, c in solution.costs.items() if round(c, 4)), reverse=True)
    costs = {name: cost for cost, name in dear}
    return Report(said, costs, round(solution.cost, 4), solution.iterations, solution.reason)


def _tally(solution: Solution) -> str:
    """How many statements are met, and which are not."""
    missed = [v.code.said() for v in solution.verdicts if not v.measured.met]
    count = len(solution.verdicts)
    if missed:
        more = f" and {len(missed) - _TOLD} more" if len(missed) > _TOLD else ""
        told = "; ".join(missed[:_TOLD])
        return f"{count - len(missed)} of {count} statements are met. Not quite reached: {told}{more}."
    return f"All {count} statements are met." if count > 1 else "The statement is met."


def _with_unmet(proposal: Proposal, solutions: list[Solution]) -> str:
    """The reply, and what the best pose does not do although it was asked in words."""
    verdicts = solutions[0].verdicts if solutions else ()
    missed = phrases(v.code for v in verdicts if not v.measured.met and v.code in proposal.asked)
    return f"{proposal.reply} Not quite reached: {', '.join(missed)}." if missed else proposal.reply
