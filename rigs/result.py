"""What is answered: poses with what they do and do not do, words about a pose, the state of engines, or a failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .decode import Fields, WireError, identifier, kind, plain_object, present, text
from .request import Pose
from .skeleton import N_JOINTS


@dataclass(frozen=True)
class Statement:
    """What became of one posecode: asked and reached, in its unit ("deg", "m"), said in words.

    `asked` and `reached` are None where one number cannot say it.
    """

    text: str
    met: bool
    asked: float | None = None
    reached: float | None = None
    unit: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {"text": self.text, "met": self.met} | present(
            asked=self.asked, reached=self.reached, unit=self.unit or None
        )

    @classmethod
    def from_dict(cls, value: Any, path: str = "statement") -> Statement:
        f = Fields(value, path)
        out = cls(
            f.text("text", required=True, max_chars=1000),
            f.flag("met", required=True),
            f.number("asked"),
            f.number("reached"),
            f.text("unit", ""),
        )
        f.done()
        return out


@dataclass(frozen=True)
class Report:
    """How a program was carried out: its statements in their order, said in canonical lines, and the solver's account.

    costs: half the weighted sum of squares by term, the dearest first; what costs nothing is left out.
    """

    statements: tuple[Statement, ...]
    costs: Mapping[str, float]
    cost: float
    iterations: int
    reason: str

    def to_dict(self) -> dict[str, Any]:
        return {
            "statements": [s.to_dict() for s in self.statements],
            "costs": dict(self.costs),
            "cost": self.cost,
            "iterations": self.iterations,
            "reason": self.reason,
        }

    @classmethod
    def from_dict(cls, value: Any, path: str = "report") -> Report:
        f = Fields(value, path)
        costs = plain_object(f.raw("costs", required=True), f.at("costs"))
        each = Fields(costs, f.at("costs"))
        out = cls(
            f.items("statements", Statement.from_dict, required=True),
            {name: each.number(name, required=True) for name in costs},
            f.number("cost", required=True),
            f.integer("iterations", 0, 0, 1 << 30, required=True),
            f.text("reason", required=True),
        )
        f.done()
        return out


@dataclass(frozen=True, eq=False)
class PoseEntry:
    """One pose of a result: the pose, its joints (55, 3) m, and what it does and does not do.

    posecodes: the program as JSON. report: of a program that was given. camera/person/confidence belong to photos
    (DESIGN 5), as does limbs: 0..1, how sure each limb is ("left arm").
    """

    pose: Pose
    joints: np.ndarray
    met: tuple[Statement, ...] = ()
    unmet: tuple[Statement, ...] = ()
    posecodes: tuple[dict[str, Any], ...] = ()
    camera: dict[str, Any] | None = None
    person: tuple[float, float, float, float] | None = None
    confidence: float | None = None
    report: Report | None = None
    limbs: Mapping[str, float] | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "pose": self.pose.to_dict(),
            "joints": self.joints.tolist(),
            "met": [s.to_dict() for s in self.met],
            "unmet": [s.to_dict() for s in self.unmet],
            "posecodes": list(self.posecodes),
        } | present(
            camera=self.camera,
            person=self.person and list(self.person),
            confidence=self.confidence,
            report=self.report and self.report.to_dict(),
            limbs=self.limbs and dict(self.limbs),
        )

    @classmethod
    def from_dict(cls, value: Any, path: str = "") -> PoseEntry:
        f = Fields(value, path)
        person = f.array("person", (4,))
        camera, report, limbs = f.raw("camera"), f.raw("report"), f.raw("limbs")
        if camera is not None and not isinstance(camera, dict):
            raise WireError(f.at("camera"), f"expected an object, got {kind(camera)}")
        out = cls(
            pose=Pose.from_dict(f.raw("pose", required=True), f.at("pose")),
            joints=f.array("joints", (N_JOINTS, 3), required=True),
            met=f.items("met", Statement.from_dict, required=True),
            unmet=f.items("unmet", Statement.from_dict, required=True),
            posecodes=f.items("posecodes", plain_object),
            camera=camera,
            person=None if person is None else (float(person[0]), float(person[1]), float(person[2]), float(person[3])),
            confidence=f.number("confidence"),
            report=None if report is None else Report.from_dict(report, f.at("report")),
            limbs=None if limbs is None else _numbers(limbs, f.at("limbs")),
        )
        f.done()
        return out


def _numbers(value: Any, path: str) -> dict[str, float]:
    each = Fields(plain_object(value, path), path)
    return {name: each.number(name, required=True) for name in value}


@dataclass(frozen=True, eq=False)
class PoseResult:
    """The answer to a request. `poses` is best first and may be empty (a reply only).

    rest_joints: (55, 3) m of the shaped body in the T-pose. unread: words of the prompt that nothing was made of.
    """

    id: str
    poses: tuple[PoseEntry, ...]
    rest_joints: np.ndarray
    reply: str
    unread: tuple[str, ...]
    engine: str
    seconds: float
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "poses": [p.to_dict() for p in self.poses],
            "rest_joints": self.rest_joints.tolist(),
            "reply": self.reply,
            "unread": list(self.unread),
            "engine": self.engine,
            "seconds": self.seconds,
        } | present(warnings=list(self.warnings))

    @classmethod
    def from_dict(cls, value: Any, path: str = "") -> PoseResult:
        f = Fields(value, path)
        out = cls(
            id=identifier(f.raw("id"), f.at("id")),
            poses=f.items("poses", PoseEntry.from_dict, required=True),
            rest_joints=f.array("rest_joints", (N_JOINTS, 3), required=True),
            reply=f.text("reply", required=True, max_chars=100_000),
            unread=f.items("unread", text, required=True),
            engine=f.text("engine", required=True),
            seconds=f.number("seconds", required=True),
            warnings=f.items("warnings", text),
        )
        f.done()
        return out


@dataclass(frozen=True)
class Failure:
    """An error as a value: a stable `code`, what happened (`message`), and the next step (`hint`)."""

    code: str
    message: str
    hint: str = ""
    id: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {"id": self.id, "error": {"code": self.code, "message": self.message, "hint": self.hint}}

    @classmethod
    def from_dict(cls, value: Any, path: str = "") -> Failure:
        f = Fields(value, path)
        e = Fields(f.raw("error", required=True), f.at("error"))
        out = cls(
            e.text("code", required=True),
            e.text("message", required=True, max_chars=100_000),
            e.text("hint", "", max_chars=10_000),
            identifier(f.raw("id"), f.at("id")),
        )
        e.done()
        f.done()
        return out


Answer = PoseResult | Failure


def answer_from_dict(value: Any, path: str = "") -> Answer:
    """A result or a failure, told apart by the field "error"."""
    if isinstance(value, Mapping) and "error" in value:
        return Failure.from_dict(value, path)
    return PoseResult.from_dict(value, path)


@dataclass(frozen=True)
class Description:
    """Words about a pose at three lengths; with `than`, `difference` is the instruction from one to the other.

    posecodes: the pose as a program, where it was asked for.
    """

    line: str
    paragraph: str
    full: str
    difference: str = ""
    posecodes: tuple[dict[str, Any], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        words = {"line": self.line, "paragraph": self.paragraph, "full": self.full, "difference": self.difference}
        return words | present(posecodes=list(self.posecodes))

    @classmethod
    def from_dict(cls, value: Any, path: str = "") -> Description:
        f = Fields(value, path)
        line, paragraph, full, difference = (
            f.text(n, "", max_chars=100_000) for n in ("line", "paragraph", "full", "difference")
        )
        out = cls(line, paragraph, full, difference, f.items("posecodes", plain_object))
        f.done()
        return out


@dataclass(frozen=True)
class EngineInfo:
    """One engine: whether it can be used now, and if not, what is missing and the exact next step."""

    name: str
    title: str
    available: bool
    does: tuple[str, ...]
    missing: tuple[str, ...] = ()
    next_step: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "title": self.title, "available": self.available, "does": list(self.does)} | present(
            missing=list(self.missing), next_step=self.next_step or None
        )

    @classmethod
    def from_dict(cls, value: Any, path: str = "engine") -> EngineInfo:
        f = Fields(value, path)
        out = cls(
            f.text("name", required=True),
            f.text("title", required=True),
            f.flag("available", required=True),
            f.items("does", text, required=True),
            f.items("missing", text),
            f.text("next_step", "", max_chars=2000),
        )
        f.done()
        return out


@dataclass(frozen=True)
class Health:
    """The backend's own state. `protocol` is compared by the client before anything else."""

    state: str
    protocol: int
    version: str
    pid: int
    python: str

    def to_dict(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "protocol": self.protocol,
            "version": self.version,
            "pid": self.pid,
            "python": self.python,
        }

    @classmethod
    def from_dict(cls, value: Any, path: str = "health") -> Health:
        f = Fields(value, path)
        out = cls(
            f.choice("state", ("loading", "ready"), required=True),
            f.integer("protocol", 0, 0, 1 << 30, required=True),
            f.text("version", required=True),
            f.integer("pid", 0, 0, 1 << 31),
            f.text("python", ""),
        )
        f.done()
        return out
