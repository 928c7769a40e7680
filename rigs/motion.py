"""What is asked of a video or a sequence of pictures, and the motion that is answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from .decode import Fields, WireError, array, identifier, kind, present, text
from .request import Image, Pose, box_and_person, file_path, image_from_dict
from .skeleton import N_JOINTS

MAX_PICTURES: Final = 20_000
TRACK_ENGINES: Final = ("auto", "photo", "vitpose")
FEET: Final = ("left_heel", "left_toes", "right_heel", "right_toes")


@dataclass(frozen=True)
class TrackRequest:
    """Follow one person: the body of POST /v1/jobs as {"track": ...}.

    source: a video, an animation, a folder or a pattern of pictures, by path; or pictures in their order. fps: Hz, of
    what is taken (None: the source's own; pictures: 30). start, end: s. every: only each so manieth frame. box: (x, y,
    w, h) px, the person in the first frame. person: index or words. hands: look at hands and faces as well. lens:
    focal length, mm as on 35 mm film, where it is known. engine: who looks: auto, photo or vitpose.
    """

    source: str | tuple[Image, ...]
    id: str = ""
    fps: float | None = None
    start: float = 0.0
    end: float | None = None
    every: int = 1
    box: tuple[float, float, float, float] | None = None
    person: int | str | None = None
    hands: bool = True
    lens: float | None = None
    engine: str = "auto"

    def to_dict(self) -> dict[str, Any]:
        source = self.source if isinstance(self.source, str) else [image.to_dict() for image in self.source]
        always = {name: getattr(self, name) for name in ("id", "start", "every", "hands", "engine")}
        return {"source": source, **always} | present(
            fps=self.fps, end=self.end, box=self.box and list(self.box), person=self.person, lens=self.lens
        )

    @classmethod
    def from_dict(cls, value: Any, path: str = "track") -> TrackRequest:
        f = Fields(value, path)
        (box, person), lens = box_and_person(f), f.number("lens")
        if lens is not None and not 8 <= lens <= 800:
            raise WireError(f.at("lens"), f"expected 8 to 800 mm, got {lens:g}")
        out = cls(
            source=_source(f),
            id=identifier(f.raw("id"), f.at("id")),
            fps=f.number("fps"),
            start=f.number("start", 0.0),
            end=f.number("end"),
            every=f.integer("every", 1, 1, MAX_PICTURES),
            box=box,
            person=person,
            hands=f.flag("hands", default=True),
            lens=lens,
            engine=f.choice("engine", TRACK_ENGINES, default="auto"),
        )
        f.done()
        return out


def _source(f: Fields) -> str | tuple[Image, ...]:
    value = f.raw("source", required=True)
    if isinstance(value, str):
        return file_path(value, f.at("source"))
    pictures = f.items("source", image_from_dict)
    if not 0 < len(pictures) <= MAX_PICTURES:
        raise WireError(f.at("source"), f"expected 1 to {MAX_PICTURES:,} pictures, got {len(pictures):,}")
    return pictures


@dataclass(frozen=True, eq=False)
class TrackResult:
    """The motion of one person, on one ground, at an even rate.

    fps: Hz. times (T,) s from the beginning of the source; rotvecs (T, 55, 3) rad and transl (T, 3) m as in `Pose`;
    confidences (T,) 0..1; seen (T,): whether the person was, or the pose is bridged; held (T, 4): which of `FEET` rest
    on the ground. rest_joints (55, 3) m. camera: as of a photo, the same for all frames.
    """

    id: str
    fps: float
    times: np.ndarray
    rotvecs: np.ndarray
    transl: np.ndarray
    confidences: np.ndarray
    seen: np.ndarray
    held: np.ndarray
    rest_joints: np.ndarray
    camera: dict[str, Any]
    reply: str
    seconds: float
    warnings: tuple[str, ...] = ()
    betas: np.ndarray = field(default_factory=lambda: np.zeros(10))

    @property
    def poses(self) -> tuple[Pose, ...]:
        """One for each frame."""
        return tuple(Pose(r, t, self.betas) for r, t in zip(self.rotvecs, self.transl, strict=True))

    def to_dict(self) -> dict[str, Any]:
        frames = {name: getattr(self, name).tolist() for name in ("times", "rotvecs", "transl", "confidences")}
        flags = {name: np.asarray(getattr(self, name), int).tolist() for name in ("seen", "held")}
        return {
            "id": self.id,
            "fps": self.fps,
            "frames": frames | flags,
            "betas": self.betas.tolist(),
            "rest_joints": self.rest_joints.tolist(),
            "camera": self.camera,
            "reply": self.reply,
            "seconds": self.seconds,
        } | present(warnings=list(self.warnings))

    @classmethod
    def from_dict(cls, value: Any, path: str = "") -> TrackResult:
        f = Fields(value, path)
        frames = Fields(f.raw("frames", required=True), f.at("frames"))
        camera = f.raw("camera", required=True)
        if not isinstance(camera, dict):
            raise WireError(f.at("camera"), f"expected an object, got {kind(camera)}")
        times = frames.array("times", (-1,), required=True)
        count = len(times)
        out = cls(
            id=identifier(f.raw("id"), f.at("id")),
            fps=f.number("fps", required=True),
            times=times,
            rotvecs=frames.array("rotvecs", (count, N_JOINTS, 3), required=True),
            transl=frames.array("transl", (count, 3), required=True),
            confidences=frames.array("confidences", (count,), required=True),
            seen=frames.array("seen", (count,), required=True).astype(bool),
            held=frames.array("held", (count, len(FEET)), required=True).astype(bool),
            rest_joints=f.array("rest_joints", (N_JOINTS, 3), required=True),
            camera=camera,
            reply=f.text("reply", required=True, max_chars=100_000),
            seconds=f.number("seconds", required=True),
            warnings=f.items("warnings", text),
            betas=array(f.raw("betas", required=True), (10,), f.at("betas")),
        )
        frames.done()
        f.done()
        return out
