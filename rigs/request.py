"""What is asked: a pose, a picture, a conversation, and the requests made of them.

Units: m and rad; frames as in `rigs.skeleton`.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from .decode import Fields, WireError, array, brief, identifier, kind, plain_object, present, text
from .skeleton import GROUPS, N_JOINTS, UnknownJoint, joint_index

MAX_PROMPT_CHARS: Final = 20_000
MAX_POSES: Final = 64
MAX_STATEMENTS: Final = 500
INTENTS: Final = ("auto", "new", "change", "describe")
MAX_TOUCHES: Final = 100  # samples of a request, and touches of a sample


@dataclass(frozen=True, eq=False)
class Pose:
    """One pose: `rotvecs` (55, 3) rad, parent-relative; `transl` (3,) m, the pelvis; `betas` (10,) shape."""

    rotvecs: np.ndarray
    transl: np.ndarray = field(default_factory=lambda: np.zeros(3))
    betas: np.ndarray = field(default_factory=lambda: np.zeros(10))

    def __post_init__(self) -> None:
        for name, shape in (("rotvecs", (N_JOINTS, 3)), ("transl", (3,)), ("betas", (10,))):
            object.__setattr__(self, name, array(getattr(self, name), shape, name))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Pose):
            return NotImplemented
        return all(np.array_equal(getattr(self, f), getattr(other, f)) for f in ("rotvecs", "transl", "betas"))

    __hash__ = None  # type: ignore[assignment]

    def to_dict(self) -> dict[str, Any]:
        return {"rotvecs": self.rotvecs.tolist(), "transl": self.transl.tolist(), "betas": self.betas.tolist()}

    @classmethod
    def from_dict(cls, value: Any, path: str = "pose") -> Pose:
        f = Fields(value, path)
        rotvecs = f.array("rotvecs", (N_JOINTS, 3), required=True)
        transl = f.array("transl", (3,), np.zeros(3))
        betas = f.array("betas", (10,), np.zeros(10))
        f.done()
        return cls(rotvecs, transl, betas)


@dataclass(frozen=True)
class ImageFile:
    """A picture on this computer, by path."""

    path: str

    def to_dict(self) -> dict[str, Any]:
        return {"type": "file", "path": self.path}


@dataclass(frozen=True)
class ImageBytes:
    """An encoded picture (PNG, JPEG ...), base64 on the wire."""

    data: bytes

    def to_dict(self) -> dict[str, Any]:
        return {"type": "bytes", "data": base64.b64encode(self.data).decode("ascii")}


Image = ImageFile | ImageBytes


def image_from_dict(value: Any, path: str = "image") -> Image:
    """An `Image` by its tag; a bare string is a path."""
    if isinstance(value, str):
        return ImageFile(file_path(value, path))
    f = Fields(value, path)
    tag = f.choice("type", ("file", "bytes"), required=True)
    image: Image
    if tag == "file":
        image = ImageFile(file_path(f.raw("path", required=True), f.at("path")))
    else:
        try:
            image = ImageBytes(base64.b64decode(f.text("data", required=True, max_chars=1 << 27), validate=True))
        except ValueError as error:
            raise WireError(f.at("data"), f"not base64: {error}") from None
    f.done()
    return image


def file_path(value: Any, path: str) -> str:
    """A file name on this computer."""
    name = text(value, path, max_chars=4096)
    if not name or "\0" in name:
        raise WireError(path, f"{brief(name)} is no file name")
    return name


@dataclass(frozen=True)
class Turn:
    """One turn of the conversation so far. `role` is "user" or "assistant"."""

    role: str
    text: str = ""
    pose: Pose | None = None
    image: Image | None = None

    def to_dict(self) -> dict[str, Any]:
        return {"role": self.role, "text": self.text} | present(
            pose=self.pose and self.pose.to_dict(), image=self.image and self.image.to_dict()
        )

    @classmethod
    def from_dict(cls, value: Any, path: str = "turn") -> Turn:
        f = Fields(value, path)
        role = f.choice("role", ("user", "assistant"), required=True)
        words = f.text("text", "", max_chars=MAX_PROMPT_CHARS)
        pose, image = f.raw("pose"), f.raw("image")
        f.done()
        return cls(
            role,
            words,
            None if pose is None else Pose.from_dict(pose, f.at("pose")),
            None if image is None else image_from_dict(image, f.at("image")),
        )


@dataclass(frozen=True)
class Touch:
    """Two parts of a body that somebody saw touch in a picture, by any usual name, with or without a side.

    person: of whom it is said, as an index into the poses of the answer; None: of everybody.
    """

    a: str
    b: str
    person: int | None = None

    def to_list(self) -> list[Any]:
        """`["hand", "left hip"]`, with the person's index behind where there is one."""
        return [self.a, self.b, *([] if self.person is None else [self.person])]

    @classmethod
    def from_list(cls, value: Any, path: str = "touch") -> Touch:
        if not isinstance(value, (list, tuple)) or len(value) not in (2, 3):
            raise WireError(path, f'expected two parts that touch, as ["hand", "hip"], got {brief(value)}')
        a, b = (text(value[i], f"{path}[{i}]", max_chars=100) for i in (0, 1))
        if len(value) == 2:
            return cls(a, b)
        f = Fields({"2": value[2]}, path)
        return cls(a, b, f.integer("2", None, 0, MAX_POSES))


def _sample(value: Any, path: str) -> tuple[Touch, ...]:
    """What one look at the picture named."""
    if not isinstance(value, (list, tuple)) or len(value) > MAX_TOUCHES:
        raise WireError(path, f"expected a list of up to {MAX_TOUCHES} touches, got {brief(value)}")
    return tuple(Touch.from_list(item, f"{path}[{i}]") for i, item in enumerate(value))


@dataclass(frozen=True)
class PoseRequest:
    """One request: words and/or a picture, perhaps a pose to start from.

    It is one line of a batch and the body of POST /v1/poses.
    box: (x, y, w, h) px, the person in the picture. person: index or words. scope: joints that may move (all when
    empty). locks: joints that must not. points: named places in the scene, m, in the pose's frame. n: alternatives.
    contacts: what touches in the picture, in one or several samples of somebody who looked at it (a list of lists of
    pairs, as in ProsePose); pairs of at least half of the samples count.
    """

    id: str = ""
    prompt: str = ""
    image: Image | None = None
    box: tuple[float, float, float, float] | None = None
    person: int | str | None = None
    start: Pose | None = None
    turns: tuple[Turn, ...] = ()
    scope: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    points: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    contacts: tuple[tuple[Touch, ...], ...] = ()
    n: int = 1
    seed: int = 0
    engine: str = "auto"
    intent: str = "auto"

    @property
    def current(self) -> Pose | None:
        """The pose that words may change: the one to start from, else the last one of the conversation."""
        return self.start or next((t.pose for t in reversed(self.turns) if t.pose is not None), None)

    def to_dict(self) -> dict[str, Any]:
        return {"id": self.id, "prompt": self.prompt, "n": self.n, "seed": self.seed, "engine": self.engine} | present(
            image=self.image and self.image.to_dict(),
            box=self.box and list(self.box),
            person=self.person,
            start=self.start and self.start.to_dict(),
            turns=[t.to_dict() for t in self.turns],
            scope=list(self.scope),
            locks=list(self.locks),
            points={k: list(v) for k, v in self.points.items()},
            intent=None if self.intent == "auto" else self.intent,
            contacts=[[touch.to_list() for touch in sample] for sample in self.contacts],
        )

    @classmethod
    def from_dict(cls, value: Any, path: str = "") -> PoseRequest:
        f = Fields(value, path)
        image, start, (box, person) = f.raw("image"), f.raw("start"), box_and_person(f)
        points = Fields({} if f.raw("points") is None else f.raw("points"), f.at("points"))
        contacts = f.items("contacts", _sample)
        if len(contacts) > MAX_TOUCHES:
            raise WireError(f.at("contacts"), f"expected up to {MAX_TOUCHES} samples, got {len(contacts)}")
        request = cls(
            id=identifier(f.raw("id"), f.at("id")),
            prompt=f.text("prompt", "", max_chars=MAX_PROMPT_CHARS),
            image=None if image is None else image_from_dict(image, f.at("image")),
            box=box,
            person=person,
            start=None if start is None else Pose.from_dict(start, f.at("start")),
            turns=f.items("turns", Turn.from_dict),
            scope=f.items("scope", joint_name),
            locks=f.items("locks", joint_name),
            points={k: tuple(points.array(k, (3,), required=True).tolist()) for k in (f.raw("points") or {})},
            contacts=contacts,
            n=f.integer("n", 1, 1, MAX_POSES),
            seed=f.integer("seed", 0, 0, 2**31 - 1),
            engine=f.text("engine", "auto"),
            intent=f.choice("intent", INTENTS, default="auto"),
        )
        f.done()
        return request


def box_and_person(f: Fields) -> tuple[tuple[float, float, float, float] | None, int | str | None]:
    """The fields "box" and "person", which say who of a picture is meant; each may be missing."""
    box, person = f.array("box", (4,)), f.raw("person")
    if person is not None and (isinstance(person, bool) or not isinstance(person, (int, str))):
        raise WireError(f.at("person"), f"expected an index or words, got {kind(person)}")
    if box is None:
        return None, person
    if (box[2:] <= 0).any():
        raise WireError(f.at("box"), f"width and height must be positive, got {box[2]:g} x {box[3]:g}")
    return (float(box[0]), float(box[1]), float(box[2]), float(box[3])), person


@dataclass(frozen=True)
class SolveRequest:
    """Carry out a program of posecodes: the body of POST /v1/solve.

    program: statements as JSON objects; what they may hold is the backend's business (GET /v1/posecodes). start: the
    pose to change; without one the body stands at ease. scope: joints that may move; when empty, with a start those
    that the program speaks of, else all. locks: joints that must not. n: alternatives.
    """

    program: tuple[dict[str, Any], ...]
    id: str = ""
    start: Pose | None = None
    scope: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    n: int = 1
    seed: int = 0

    def to_dict(self) -> dict[str, Any]:
        return {"id": self.id, "program": list(self.program), "n": self.n, "seed": self.seed} | present(
            start=self.start and self.start.to_dict(), scope=list(self.scope), locks=list(self.locks)
        )

    @classmethod
    def from_dict(cls, value: Any, path: str = "") -> SolveRequest:
        f = Fields(value, path)
        start, program = f.raw("start"), f.items("program", plain_object, required=True)
        if not 0 < len(program) <= MAX_STATEMENTS:
            raise WireError(f.at("program"), f"expected 1 to {MAX_STATEMENTS} statements, got {len(program)}")
        request = cls(
            program=program,
            id=identifier(f.raw("id"), f.at("id")),
            start=None if start is None else Pose.from_dict(start, f.at("start")),
            scope=f.items("scope", joint_name),
            locks=f.items("locks", joint_name),
            n=f.integer("n", 1, 1, MAX_POSES),
            seed=f.integer("seed", 0, 0, 2**31 - 1),
        )
        f.done()
        return request


@dataclass(frozen=True)
class DescribeRequest:
    """Say what `pose` is; with `than`, also the instruction that turns `than` into `pose`.

    posecodes: also as a program of posecodes.
    """

    pose: Pose
    than: Pose | None = None
    posecodes: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {"pose": self.pose.to_dict()} | present(
            than=self.than and self.than.to_dict(), posecodes=self.posecodes or None
        )

    @classmethod
    def from_dict(cls, value: Any, path: str = "") -> DescribeRequest:
        f = Fields(value, path)
        than, posecodes = f.raw("than"), f.flag("posecodes")
        pose = Pose.from_dict(f.raw("pose", required=True), f.at("pose"))
        f.done()
        return cls(pose, None if than is None else Pose.from_dict(than, f.at("than")), posecodes)


def joint_name(value: Any, path: str) -> str:
    """A joint ("left_elbow") or a group of joints ("left_arm"), as `rigs.skeleton.expand_joints` takes them."""
    if isinstance(value, str) and value in GROUPS:
        return value
    try:
        joint_index(value if isinstance(value, str) and len(value) < 200 else brief(value))
    except UnknownJoint as error:
        raise WireError(path, str(error)) from None
    return str(value)
