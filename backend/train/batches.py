"""Batches without end, the same for the same seed: any position can be gone back to, in one process or in several."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.errors import BadInput
from backend.lm.batch import Batch, Encoded, collate
from backend.lm.chat import Chat, Utterance
from backend.lm.joints import to_model

from .config import DataConfig
from .data.examples import POSE, Corpus, Example, example
from .data.poses import whole

_ATTEMPTS: Final = 50  # conversations that are tried for one that is short enough


@dataclass(frozen=True, eq=False)
class Batches:
    """The batches of one of `world` processes.

    Conversations are numbered; each process takes every world-th. `bucket` batches at a time are sorted by length, so
    that little is padded, and then shuffled.
    """

    corpus: Corpus
    chat: Chat
    data: DataConfig
    seed: int
    rank: int = 0
    world: int = 1

    def start_at(self, position: int) -> Iterator[Batch]:
        """All batches from the position-th on."""
        chunk, skipped = divmod(position, self.data.bucket)
        while True:
            for items in self._chunk(chunk)[skipped:]:
                yield collate(items, self.chat.pad_id)
            chunk, skipped = chunk + 1, 0

    def _chunk(self, chunk: int) -> list[list[Encoded]]:
        size = self.data.bucket * self.data.batch
        first = chunk * size
        items = [self._encoded((first + i) * self.world + self.rank) for i in range(size)]
        items.sort(key=len)
        batches = [items[i : i + self.data.batch] for i in range(0, size, self.data.batch)]
        order = np.random.default_rng([self.seed, chunk, self.rank]).permutation(len(batches))
        return [batches[int(i)] for i in order]

    def _encoded(self, number: int) -> Encoded:
        for attempt in range(_ATTEMPTS):
            out = encoded(self.chat, example(self.corpus, self.data.mix, self.seed, number, attempt))
            if len(out) <= self.data.longest:
                return out
        raise BadInput(
            f"data.longest: {_ATTEMPTS} conversations in a row have more than {self.data.longest} tokens", "raise it"
        )


def encoded(chat: Chat, one: Example, *, ask: bool = False) -> Encoded:
    """A conversation as the model reads it; with `ask` without the last answer, which the model is to write."""
    poses = list(one.poses)
    turns = []
    for role, text in one.messages[:-1] if ask else one.messages:
        mine = [_to_model(chat, poses.pop(0)) for _ in range(text.count(POSE))]
        if role == "assistant":
            turns.append(Utterance("assistant", text.replace(POSE, chat.config.pose_token), tuple(mine)))
        else:
            words = f" {chat.config.input_token} ".join(chat.plain(part) for part in text.split(POSE))
            turns.append(Utterance("user", words.strip(), tuple(mine), picture=None if turns else one.picture))
    return chat.encode(turns, ask)


def _to_model(chat: Chat, rotvecs: np.ndarray) -> np.ndarray:
    """(J, 3, 3) of a pose of the data (52, 3) rad, in the model's joints and frame."""
    return to_model(whole(rotvecs), chat.config.joint_set, chat.config.root_frame)


__all__ = ["Batches", "encoded"]
