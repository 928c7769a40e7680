"""The engine `unipose`: poses as tokens of a language model, made, changed, read from pictures and put into words.

Its folder is named by POSEWRIGHT_UNIPOSE, or lies as `unipose` among the other models. It holds what
`backend.train.unipose_stages` saved, or the published UniPose with its parts (docs/models.md).
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

import numpy as np

from backend.body.kinematics import heading_of
from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat
from backend.errors import NotAvailable
from backend.solver.pose_program import Setting
from backend.solver.stance import neutral_stance
from backend.ticks import Tick, quiet
from backend.vision.models import folder as models_folder
from rigs.licences import SMPLX_NOT_NEEDED
from rigs.wire import EngineInfo, Pose, PoseRequest

from .earlier import earlier_pictures, fitted
from .proposal import Proposal, offering_another
from .settling import allowed_joints, on_the_ground, resting, with_fixed
from .talking import (
    INSTALL,
    PACKAGES,
    Source,
    different,
    exactly,
    looking,
    room_of,
    seen_picture,
)
from .unipose_talk import WORDLESS, conversation, read_from, task_of

if TYPE_CHECKING:
    from backend.lm.pose_instructions import Task
    from backend.lm.unipose import UniPose
    from backend.lm.unipose_reading import Read
    from backend.lm.unipose_writing import Written

VARIABLE: Final = "POSEWRIGHT_UNIPOSE"
_NOTE: Final = "unipose.json"
_PUBLISHED: Final = ("adapter_config.json", "non_lora_trainables.bin", "best_MPJPE.ckpt")
_NEXT: Final = (
    "download UniPose: hf download L-yiheng/UniPose --local-dir FOLDER, put best_MPJPE.ckpt and tokenhmr_model.ckpt of "
    f"its page and liuhaotian/llava-v1.6-mistral-7b beside, then set {VARIABLE}=FOLDER; docs/models.md has the list; "
    f"{SMPLX_NOT_NEEDED}"
)
_TEMPERATURE: Final = 1.0  # of the further replies that alternatives are taken from
_TRIES: Final = 2  # further replies for each alternative that is wanted


def place() -> Path:
    """Where the model lies, or would."""
    noted = os.environ.get(VARIABLE, "")
    return Path(noted) if noted else models_folder() / "unipose"


class UniPoseEngine:
    """One reply at a time; the model stays in memory."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._loaded: tuple[Path, UniPose] | None = None

    def source(self) -> Source:
        """Where its model is; looks for files and opens none."""
        folder = place()
        if not folder.is_dir():
            told = f"the folder {folder.name} that {VARIABLE} names" if os.environ.get(VARIABLE) else "a model"
            return Source(None, told, _NEXT)
        if (folder / _NOTE).is_file():
            return Source(folder)
        gone = [name for name in _PUBLISHED if not (folder / name).is_file()]
        return Source(None, f"{', '.join(gone)} in the folder {folder.name}", _NEXT) if gone else Source(folder)

    def info(self) -> EngineInfo:
        gone = tuple(f"the package {p}" for p in (*PACKAGES, "peft") if find_spec(p) is None)
        source = self.source()
        missing = (*gone, *([source.missing] if source.missing else []))
        steps = "; then ".join(s for s in (INSTALL if gone else "", source.next_step) if s)
        does = ("text", "image", "edit", "describe")
        return EngineInfo("unipose", "UniPose: poses as tokens", not missing, does, missing, steps)

    def propose(self, request: PoseRequest, tick: Tick = quiet) -> Proposal:
        """The reply of the model, and its pose.

        Raises:
            BadInput: there is a picture and the model sees none, or a pose is asked about and there is none. BadFile,
                NotAvailable: the model cannot be read, lacks a part, or needs more memory; the hint offers the embedded
                engine. Cancelled: by `tick`.
        """
        task = task_of(request)
        with self._lock, offering_another():
            model = self._model(tick)
            picture, told = seen_picture(request, model.visual is not None, "square", tick)
            prompt, lacking = _prompt(model, task, request, picture)
            replies = _replies(model, prompt, request, tick)
        return _proposal(model, task, request, replies, (*told, *lacking))

    def _model(self, tick: Tick) -> UniPose:
        folder = self.source().folder
        if folder is None:  # removed since it was listed
            raise NotAvailable("the model of the engine 'unipose' is gone", self.source().next_step, "no_weights")
        if self._loaded is None or self._loaded[0] != folder:
            from backend.lm.unipose_checkpoint import load_published
            from backend.lm.unipose_saving import load_unipose

            tick("Loading the language model")
            self._loaded = None  # room for the new one
            self._loaded = (folder, load_unipose(folder) if (folder / _NOTE).is_file() else load_published(folder))
        return self._loaded[1]


def _prompt(
    model: UniPose, task: Task, request: PoseRequest, picture: np.ndarray | None
) -> tuple[Read, tuple[str, ...]]:
    """The conversation as tokens, as much of it as the model reads, and sentences about what it is not given."""
    from backend.lm.unipose_reading import MOST_PICTURES

    alone = model.config.wording == "published"
    most = None if model.visual is None else MOST_PICTURES - (picture is not None)
    pictures, lacking = earlier_pictures(() if alone else request.turns, most, looking("square"))
    parts = conversation(model, task, request, picture, pictures)
    room = room_of(model.language.config)
    prompt, cut = fitted([p.role for p in parts], lambda first: read_from(model, parts, first), room)
    return prompt, (*lacking, *cut)


def _replies(model: UniPose, prompt: Read, request: PoseRequest, tick: Tick) -> list[Written]:
    """The likeliest reply, and for alternatives others that are drawn until there are enough poses."""
    from backend.lm.devices import memory_told
    from backend.lm.generating import Decoding
    from backend.lm.unipose_writing import write

    tick("Writing the reply")
    with memory_told("writing the reply"):
        replies = [write(model, prompt, heard=lambda text: tick("Writing the reply", text))]
        for k in range(_TRIES * (request.n - 1)):
            if not len(replies[0].codes) or sum(len(r.codes) for r in replies) >= request.n:
                break
            drawn = Decoding(temperature=_TEMPERATURE, seed=request.seed + k + 1)
            replies.append(write(model, prompt, drawn, lambda _text: tick("Writing another reply")))
    return replies


def _proposal(
    model: UniPose, task: Task, request: PoseRequest, replies: list[Written], told: tuple[str, ...]
) -> Proposal:
    """The reply in words; its poses exactly as the model means them."""
    first = replies[0]
    warnings = [*told, *([] if first.ended else [f"The reply was cut after {len(first.ids)} tokens."])]
    if not any(len(r.codes) for r in replies):
        if task in ("text_to_pose", "edit", "image_to_pose"):
            warnings.append("The model answered in words only; ask it for the pose.")
        return Proposal(None, Setting.neutral(), first.text or "The model wrote nothing.", warnings=tuple(warnings))
    poses = [_pose(rotvecs, task, request) for reply in replies for rotvecs in _rotvecs(model, task, reply, request)]
    settings = [exactly(p) for p in different(poses, len(first.codes))]
    words = first.text if any(c.isalnum() for c in first.text) else WORDLESS
    return Proposal((), settings[0], words, warnings=tuple(warnings), others=tuple(settings[1:]))


def _rotvecs(model: UniPose, task: Task, reply: Written, request: PoseRequest) -> np.ndarray:
    """(n, 55, 3) rad; fingers and face, of which codes say nothing, stay in an edit and are at ease else."""
    kept = task == "edit" and request.current is not None
    rest = request.current.rotvecs if kept and request.current else rotmat_to_rotvec(neutral_stance())
    return model.rotvecs(reply.codes, rest) if request.image is None else model.seen(reply.codes, reply.text, rest)


def _pose(rotvecs: np.ndarray, task: Task, request: PoseRequest) -> Pose:
    """A pose where the character stands and, without a picture, faces; on the ground, locked joints kept."""
    current, allowed = request.current, allowed_joints(request)
    if current is None:
        pose = resting(Pose(rotvecs, np.zeros(3)))
        return with_fixed(pose, resting(Pose(rotmat_to_rotvec(neutral_stance()), np.zeros(3))), allowed)
    out = rotvecs.copy()
    if request.image is None:
        out[0] = rotmat_to_rotvec(heading_of(rotvec_to_rotmat(current.rotvecs[0])) @ rotvec_to_rotmat(rotvecs[0]))
    pose = with_fixed(Pose(out, current.transl, current.betas), current, allowed)
    if allowed is not None and "pelvis" not in allowed:
        return pose
    if task == "edit":
        return on_the_ground(pose, current, frozenset({"pelvis"}))
    return resting(pose)
