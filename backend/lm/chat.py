"""Conversations as tokens: words, pictures and poses in their places, and which tokens an assistant is to learn."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import torch
from torch import Tensor

from backend.errors import BadFile, BadInput, NotAvailable

from .batch import IGNORED, Encoded
from .config import PoseLMConfig
from .styles import style_of

IMAGE_MARK: Final = "<image>"  # where a text has its picture, whatever the model's own token for it is
_NO_PICTURES: Final = "this language model does not look at pictures"


@dataclass(frozen=True, eq=False)
class Utterance:
    """What one side says in one turn.

    text: may hold the input token for each given pose (user), the pose token for each answered one (assistant) and
    IMAGE_MARK; marks of what is there and unmarked are put in front. poses: (J, 3, 3) each, in the model's joints and
    frame. known: for each pose (J,) bool, the joints that are right; None: all. picture: (h, w, 3) uint8.
    """

    role: Literal["system", "user", "assistant"]
    text: str
    poses: tuple[np.ndarray, ...] = ()
    known: tuple[np.ndarray, ...] | None = None
    picture: np.ndarray | None = None


class Chat:
    """Turns utterances into tokens for one model.

    Args:
        places: how many tokens a given pose takes (`PoseLM.places`).
        processor: of transformers, for models with pictures.
    """

    def __init__(self, tokenizer: Any, config: PoseLMConfig, places: int, processor: Any = None) -> None:
        if not tokenizer.is_fast:
            raise NotAvailable(
                "this tokenizer does not say where its tokens stand in the text",
                "save it as tokenizer.json (transformers converts sentencepiece files when the package is installed)",
            )
        self.tokenizer, self.config, self.places, self.processor = tokenizer, config, places, processor
        self.style = style_of(config.conversation, tokenizer, processor)
        self.image_token: str | None = getattr(processor, "image_token", None)
        marks = (*config.tokens, IMAGE_MARK, *tokenizer.all_special_tokens, *([self.image_token] if processor else []))
        self._marks = re.compile("|".join(re.escape(m) for m in sorted({m for m in marks if m}, key=len, reverse=True)))

    @property
    def image_id(self) -> int | None:
        """The id of the model's mark for pictures."""
        return None if self.image_token is None else int(self.tokenizer.convert_tokens_to_ids(self.image_token))

    @property
    def pad_id(self) -> int:
        """What shorter conversations are filled up with; never looked at."""
        found = self.tokenizer.pad_token_id
        return int(found if found is not None else self.tokenizer.eos_token_id or 0)

    def plain(self, text: str) -> str:
        """Words of a user without anything that the model would take for a mark or a special token."""
        return " ".join(self._marks.sub(" ", text).split())

    def encode(self, turns: Sequence[Utterance], ask: bool = False) -> Encoded:
        """A conversation as tokens.

        Args:
            ask: let it end where the assistant is to speak next.

        Raises:
            BadInput: pictures or poses that the model cannot take; as many marks as things must be there.
        """
        said = [(t.role, self._marked(t)) for t in turns]
        written = self.style.write(said, ask)
        found = self.tokenizer(written.text, add_special_tokens=False, return_offsets_mapping=True)
        ids, labels = found.input_ids, [IGNORED] * len(found.input_ids)
        for k, (begin, end) in enumerate(found.offset_mapping):
            if any(a <= begin and end <= b and begin < end for a, b in written.spans):
                labels[k] = ids[k]
        shown = [self._picture(t.picture) for t in turns if t.picture is not None]
        ids, labels = self._expanded(ids, labels, [i for i, _ in shown])
        return Encoded(
            input_ids=torch.tensor(ids),
            labels=torch.tensor(labels),
            given=self._poses(turns, "user"),
            targets=self._poses(turns, "assistant"),
            known=self._known(turns),
            pictures=_joined([p for _, p in shown]),
        )

    def _marked(self, turn: Utterance) -> str:
        """The text with a mark for each pose and picture; the model's own mark for pictures."""
        text, config = turn.text, self.config
        if turn.role == "assistant":
            count = text.count(config.pose_token)
            if count != len(turn.poses):
                told = f"an answer has {count} times {config.pose_token} and {len(turn.poses)} poses"
                raise BadInput(told, "mark each pose once")
            return text
        if turn.poses and not config.takes_poses:
            raise BadInput("this language model does not take poses", "describe the pose in words")
        lacking = len(turn.poses) - (text.count(config.input_token) if config.takes_poses else 0)
        if lacking < 0:
            raise BadInput(f"{config.input_token} stands for a pose that is not there", "give as many poses as marks")
        text = f"{' '.join([config.input_token] * lacking)} {text}" if lacking else text
        if turn.picture is None:
            return text
        if self.image_token is None:
            raise BadInput(_NO_PICTURES, "leave the picture out")
        text = text if IMAGE_MARK in text else f"{IMAGE_MARK}\n{text}"
        shown = f"{config.picture_begin}{self.image_token}{config.picture_end}"
        return text.replace(IMAGE_MARK, shown, 1)

    def _picture(self, pixels: np.ndarray | None) -> tuple[list[int], Mapping[str, Tensor]]:
        """The tokens that stand for a picture, and what the model takes of it."""
        from PIL import Image

        out = dict(self.processor(text=[self.image_token], images=[Image.fromarray(pixels)], return_tensors="pt"))
        ids = out.pop("input_ids")[0].tolist()
        drop = {self.tokenizer.bos_token_id, self.tokenizer.eos_token_id}
        return [i for i in ids if i not in drop], {k: v for k, v in out.items() if k.startswith(("pixel", "image"))}

    def _expanded(self, ids: list[int], labels: list[int], pictures: list[list[int]]) -> tuple[list[int], list[int]]:
        """One token for each picture and given pose becomes as many as it takes."""
        image = self.image_id
        given = self.tokenizer.convert_tokens_to_ids(self.config.input_token) if self.places else None
        out_ids: list[int] = []
        out_labels: list[int] = []
        left = list(pictures)
        for one, label in zip(ids, labels, strict=True):
            if one == image and left:
                many = left.pop(0)
            else:
                many = [one] * (self.places if one == given else 1)
            out_ids += many
            out_labels += [label] if len(many) == 1 else [IGNORED] * len(many)
        if left:
            raise BadFile("the chat template of this model drops pictures", 'set "conversation" to a named style')
        return out_ids, out_labels

    def _poses(self, turns: Sequence[Utterance], role: str) -> Tensor:
        poses = [p for t in turns if (t.role == "assistant") == (role == "assistant") for p in t.poses]
        joints = len(self.config.joint_set)
        return torch.from_numpy(np.array(poses, np.float32).reshape(-1, joints, 3, 3))

    def _known(self, turns: Sequence[Utterance]) -> Tensor:
        joints = len(self.config.joint_set)
        rows = [k for t in turns if t.role == "assistant" for k in (t.known or [np.ones(joints, bool)] * len(t.poses))]
        return torch.from_numpy(np.array(rows, bool).reshape(-1, joints))


def _joined(pictures: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The pictures of one conversation, one after the other."""
    return {name: torch.cat([p[name] for p in pictures]) for name in (pictures[0] if pictures else ())}
