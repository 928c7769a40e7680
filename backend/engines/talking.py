"""Engines that are a pose language model: what they need here, loading it once, and a reply with its poses.

An engine of this kind is a name, a title and a folder; `backend.lm` does the rest and is loaded with the first request.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from backend.body.rotations import geodesic, rotvec_to_rotmat
from backend.errors import BadInput, NotAvailable
from backend.language.edits import read_edit
from backend.language.reader import read
from backend.posecodes import Program, program_to_json
from backend.solver.pose_program import Setting
from backend.ticks import Tick, quiet
from rigs.skeleton import JOINTS, N_BODY
from rigs.wire import EngineInfo, Pose, PoseRequest, SolveRequest, Turn

from . import stated as stated_program
from .conversing import in_turn, pose_of, spoken, talk_of
from .earlier import earlier_pictures, fitted
from .proposal import Proposal, offering_another
from .settling import allowed_joints

if TYPE_CHECKING:
    from backend.lm.batch import Encoded
    from backend.lm.chat import Chat, Utterance
    from backend.lm.config import Framing
    from backend.lm.generating import Reply
    from backend.lm.pose_lm import PoseLM

PACKAGES: Final = ("torch", "transformers", "safetensors", "tokenizers")
INSTALL: Final = 'install the language-model tier: pip install "posewright[llm]"'
MOST_POSES: Final = 8  # of one answer
_TEMPERATURE: Final = 0.9  # of the further replies that alternatives are taken from
_TRIES: Final = 2  # further replies for each alternative that is wanted
_APART: Final = 4.0  # deg, mean over the body's joints: poses nearer than this are one pose


@dataclass(frozen=True)
class Source:
    """The folder of a model, None where it is not here. missing and next_step say what to do about that."""

    folder: Path | None
    missing: str = ""
    next_step: str = ""


class TalkingEngine:
    """A pose language model behind the protocol of engines. One reply at a time; the model stays in memory."""

    name = ""
    title = ""
    does: tuple[str, ...] = ("text", "dialogue")
    words_hold = True
    """Whether what words say to the letter is solved for on the model's poses; measurements of a model go without."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._loaded: tuple[Path, PoseLM, Chat] | None = None

    def source(self) -> Source:
        """Where its model is; looks for files and opens none."""
        raise NotImplementedError

    def open(self, folder: Path) -> tuple[PoseLM, Chat]:
        """Load its model."""
        from backend.lm.saving import load_pose_lm

        return load_pose_lm(folder)

    def info(self) -> EngineInfo:
        gone = tuple(f"the package {p}" for p in PACKAGES if find_spec(p) is None)
        source = self.source()
        missing = (*gone, *([source.missing] if source.missing else []))
        steps = [INSTALL if gone else "", source.next_step]
        return EngineInfo(self.name, self.title, not missing, self.does, missing, "; then ".join(s for s in steps if s))

    def propose(self, request: PoseRequest, tick: Tick = quiet) -> Proposal:
        """The reply of the model, and the poses in it.

        Raises:
            BadInput: there is a picture and the model does not look at any. BadFile, NotAvailable: the model cannot be
                read, lacks a part, or needs more memory; the hint offers the embedded engine. Cancelled: by `tick`.
        """
        with self._lock, offering_another():
            model, chat = self._model(tick)
            sees, config = chat.processor is not None, chat.config
            picture, told = seen_picture(request, sees, config.framing, tick)
            most = config.most_pictures - (picture is not None) if sees else None
            pictures, lacking = earlier_pictures(request.turns, most, looking(config.framing))
            talk = talk_of(request, chat, picture, pictures)
            prompt, cut = _fitting(model, chat, talk.turns)
            replies = self._replies(model, chat, prompt, request, tick)
        stated = _stated(request) if self.words_hold else ()
        return _proposal(request, chat, replies, stated, talk.given, (*told, *lacking, *cut))

    def _model(self, tick: Tick) -> tuple[PoseLM, Chat]:
        folder = self.source().folder
        if folder is None:  # removed since it was listed
            raise NotAvailable(f"the model of the engine {self.name!r} is gone", self.source().next_step, "no_weights")
        if self._loaded is None or self._loaded[0] != folder:
            tick("Loading the language model")
            self._loaded = None  # room for the new one
            self._loaded = (folder, *self.open(folder))
        return self._loaded[1], self._loaded[2]

    def _replies(self, model: PoseLM, chat: Chat, prompt: Encoded, request: PoseRequest, tick: Tick) -> list[Reply]:
        """The likeliest reply, and for alternatives others that are drawn until there are enough poses."""
        from backend.lm.devices import memory_told
        from backend.lm.generating import Decoding, reply

        def heard(text: str) -> None:
            tick("Writing the reply", spoken(text, chat.config.pose_token))

        tick("Writing the reply")
        with memory_told("writing the reply"):
            replies = [reply(model, chat, prompt, heard=heard)]
            for k in range(_TRIES * (request.n - 1)):
                if not len(replies[0].rotmats) or sum(len(r.rotmats) for r in replies) >= request.n:
                    break
                drawn = Decoding(temperature=_TEMPERATURE, seed=request.seed + k + 1)
                replies.append(reply(model, chat, prompt, drawn, lambda _text: tick("Writing another reply")))
        return replies


def _fitting(model: PoseLM, chat: Chat, turns: Sequence[Utterance]) -> tuple[Encoded, tuple[str, ...]]:
    """The conversation as tokens, without its oldest turns where it would be longer than the model can read, and a
    sentence on that.

    Raises:
        BadInput: what is asked is too long by itself.
    """
    roles = [t.role for t in turns]
    return fitted(roles, lambda first: chat.encode(in_turn(turns[first:]), ask=True), room_of(model.language.config))


def room_of(config: Any) -> int:
    """How many tokens of a conversation a language model of transformers can read, so that it can still answer."""
    from backend.lm.generating import MOST_TOKENS

    most = getattr(config.get_text_config(), "max_position_embeddings", None) or 1 << 30
    return int(most - min(MOST_TOKENS, most // 2))


def seen_picture(
    request: PoseRequest, sees: bool, framing: Framing, tick: Tick
) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """The square of the request's picture that the model is to see, and sentences about the choice.

    Raises:
        BadInput: there is a picture, and the model does not look at any.
    """
    if request.image is None:
        return None, ()
    if not sees:
        raise BadInput("this language model does not look at pictures", "leave the engine to auto, or name photo")
    from backend.lm.framing import framed
    from backend.vision.images import read_picture

    tick("Looking at the picture")
    picture = read_picture(request.image)
    box, told = _person(request, picture)
    return framed(picture.pixels, box, framing), (*picture.notes, *told)


def looking(framing: Framing) -> Callable[[Turn], np.ndarray]:
    """How the picture of an earlier turn is looked at: as that of a request was, whose box is not known any more."""

    def look(turn: Turn) -> np.ndarray:
        found, _ = seen_picture(PoseRequest(image=turn.image), True, framing, quiet)
        assert found is not None
        return found

    return look


def _person(request: PoseRequest, picture: Any) -> tuple[tuple[float, float, float, float] | None, tuple[str, ...]]:
    """Where the person is that is meant: as the box says, else as the photo tier finds, where that is set up."""
    from backend.vision.choose import choose, clipped
    from backend.vision.models import missing

    if request.box is not None:
        return clipped(request.box, picture.size, picture.scale), ()
    if missing():
        return None, ("I showed the model the whole picture; a box around the person makes it better.",)
    from backend.vision.detector import find_people

    people = find_people(picture)
    if not people:
        return None, ("I found nobody in the picture and showed the model all of it.",)
    found, told = choose(people, request.person, picture)
    return found.box, (told,) if told else ()


def _proposal(
    request: PoseRequest, chat: Chat, replies: list[Reply], stated: Program, given: bool, told: tuple[str, ...]
) -> Proposal:
    """The reply and its poses as the model means them, but for what is stated to the letter: that holds."""
    first, token = replies[0], chat.config.pose_token
    words = spoken(first.text, token) or "The model wrote nothing."
    warnings = [*told]
    if not first.ended:
        warnings.append(f"The reply was cut after {len(first.ids)} tokens.")
    if request.current is not None and not given and request.intent != "new":
        warnings.append("This model does not see the current pose: what it answers is posed anew.")
    poses = [pose_of(r, request, chat) for reply in replies for r in reply.rotmats][:MOST_POSES]
    if not poses:
        if request.intent in ("new", "change"):
            warnings.append("The model answered in words only; ask it for the pose.")
        return Proposal(None, Setting.neutral(), words, warnings=tuple(warnings))
    held = [holding(stated, p, request) for p in different(poses, len(first.rotmats))]
    program, settings = held[0][0], [setting for _, setting in held]
    return Proposal(program, settings[0], words, stated, warnings=tuple(warnings), others=tuple(settings[1:]))


def holding(stated: Program, pose: Pose, request: PoseRequest) -> tuple[Program, Setting]:
    """What solving makes the statements hold on a pose, moving only joints that they speak of.

    A model's pose knows how bodies stand where words say nothing, and is a hand's breadth off where they say much.
    """
    if not stated:
        return (), exactly(pose)
    allowed = allowed_joints(request)
    locks = () if allowed is None else tuple(j for j in JOINTS if j not in allowed)
    found = stated_program.propose(SolveRequest(tuple(program_to_json(stated)), start=pose, locks=locks))
    return found.program or (), found.setting


def exactly(pose: Pose) -> Setting:
    """The pose as it is: nothing may move."""
    return Setting(rotvec_to_rotmat(pose.rotvecs), pose.transl, frozenset(), keep=True)


def different(poses: list[Pose], said: int) -> list[Pose]:
    """Those that the reply speaks of, and of the others those that differ from all before."""
    kept = poses[:said]
    for pose in poses[said:]:
        if all(_apart(pose, other) >= _APART for other in kept):
            kept.append(pose)
    return kept


def _apart(a: Pose, b: Pose) -> float:
    """Mean angle between the joints of two bodies in deg."""
    rows = slice(0, N_BODY)
    away = geodesic(rotvec_to_rotmat(a.rotvecs[rows]), rotvec_to_rotmat(b.rotvecs[rows]))
    return float(np.degrees(away.mean()))


def _stated(request: PoseRequest) -> Program:
    """What words ask for to the letter ("left elbow bent 90"), also of the pose that they change ("a bit lower")."""
    if request.image is not None or request.turns:
        return ()
    current = None if request.intent == "new" else request.current
    edit = None if current is None else read_edit(request.prompt, current)
    if edit is not None:
        return edit.asked
    return () if request.intent == "change" else read(request.prompt, points=request.points).explicit
