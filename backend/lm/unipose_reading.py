"""Conversations as UniPose reads them (§3.3): poses and pictures among the words, and what each place is to answer.

In an assistant's turn the codes of a pose give way to the queries; what a query answers is the code at its own place,
while words answer what comes after them. The token that ends a pose is put there, not learned: after the queries comes
nothing else. With causal attention, for comparison, codes stay and are words like others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from backend.errors import BadInput, NotAvailable

from .batch import IGNORED
from .pose_vocabulary import PICTURE, PoseVocabulary, texts
from .styles import Said, Style

Attention = Literal["mixed", "causal"]
MOST_PICTURES: Final = 2  # the published model has two slots


@dataclass(frozen=True, eq=False)
class Read:
    """One conversation. input_ids: (T,). answers: (T,), the token that the logits at a place should give, or IGNORED.

    is_query: (T,) bool. pictures: (h, w, 3) uint8 each, in the order of their places.
    """

    input_ids: Tensor
    answers: Tensor
    is_query: Tensor
    pictures: tuple[np.ndarray, ...] = ()

    def __len__(self) -> int:
        return len(self.input_ids)


@dataclass(frozen=True, eq=False)
class ReadBatch:
    """Conversations padded on the right to (B, T). present: (B, T) bool. pictures: those of all, in a row."""

    input_ids: Tensor
    answers: Tensor
    is_query: Tensor
    present: Tensor
    pictures: tuple[np.ndarray, ...] = field(default=())

    def to(self, device: torch.device | str) -> ReadBatch:
        """Everything but the pictures, which are prepared where they are looked at."""
        moved = {n: getattr(self, n).to(device) for n in ("input_ids", "answers", "is_query", "present")}
        return replace(self, **moved)


class Reader:
    """Turns conversations into tokens for one model.

    Args:
        patches: how many tokens a picture takes; 0: the model sees none.
    """

    def __init__(
        self, tokenizer: Any, vocabulary: PoseVocabulary, style: Style, attention: Attention = "mixed", patches: int = 0
    ) -> None:
        if not tokenizer.is_fast:
            raise NotAvailable(
                "this tokenizer does not say where its tokens stand in the text",
                "save it as tokenizer.json (transformers converts sentencepiece files when the package is installed)",
            )
        self.tokenizer, self.vocabulary, self.style = tokenizer, vocabulary, style
        self.attention, self.patches = attention, patches
        marks = [*texts(vocabulary.codes, vocabulary.places), *tokenizer.all_special_tokens, "[INST]", "[/INST]"]
        self._marks = re.compile("|".join(re.escape(m) for m in sorted(set(marks), key=len, reverse=True)))

    @property
    def picture(self) -> str:
        """What stands for a picture in a text."""
        before, after = self.vocabulary.picture_around or ("", "")
        return f"{before}{PICTURE}{after}"

    def plain(self, text: str) -> str:
        """Words of a user without anything that the model would take for a pose, a picture or a mark of its own."""
        return " ".join(self._marks.sub(" ", text).split())

    def read(self, turns: Sequence[Said], pictures: Sequence[np.ndarray] = (), ask: bool = False) -> Read:
        """A conversation as tokens.

        Args:
            turns: texts with poses as `PoseVocabulary.text` writes them and pictures as `picture`.
            ask: let it end where the assistant is to speak next.

        Raises:
            BadInput: other pictures than the texts have places for, or more than a model takes.
        """
        written = self.style.write(turns, ask)
        found = self.tokenizer(written.text, add_special_tokens=False, return_offsets_mapping=True)
        said = [
            any(a <= begin and end <= b and begin < end for a, b in written.spans)
            for begin, end in found.offset_mapping
        ]
        ids, said = self._with_patches(found.input_ids, said, len(pictures))
        is_query = [False] * len(ids)
        wanted = list(ids)
        if self.attention == "mixed":
            for start in self._answered_poses(ids, said):
                for k in range(self.vocabulary.places):
                    is_query[start + k] = True
                    ids[start + k] = int(self.vocabulary.query_ids[k])
        answers = [self._answer(at, wanted, said, is_query) for at in range(len(ids))]
        return Read(torch.tensor(ids), torch.tensor(answers), torch.tensor(is_query), tuple(pictures))

    def _with_patches(self, ids: list[int], said: list[bool], count: int) -> tuple[list[int], list[bool]]:
        """One token for each picture becomes as many as it has patches."""
        places = ids.count(self.vocabulary.picture)
        if places != count or count > MOST_PICTURES or (count and not self.patches):
            allowed = f"at most {MOST_PICTURES}" if self.patches else "none: this model does not look at pictures"
            raise BadInput(f"{count} pictures and {places} places for them", f"as many as places, {allowed}")
        many = [(i, s) for i, s in zip(ids, said, strict=True) for _ in range(self._length(i))]
        return [i for i, _ in many], [s for _, s in many]

    def _length(self, token: int) -> int:
        return self.patches if token == self.vocabulary.picture else 1

    def _answered_poses(self, ids: Sequence[int], said: Sequence[bool]) -> list[int]:
        """Where the codes of whole poses begin that the assistant says."""
        places, codes = self.vocabulary.places, set(self.vocabulary.code_ids.tolist())
        starts = []
        for at, token in enumerate(ids):
            inside = ids[at + 1 : at + 1 + places]
            whole = token == self.vocabulary.begin and len(inside) == places and set(inside) <= codes
            if whole and said[at] and ids[at + 1 + places : at + 2 + places] == [self.vocabulary.end]:
                starts.append(at + 1)
        return starts

    def _answer(self, at: int, wanted: Sequence[int], said: Sequence[bool], is_query: Sequence[bool]) -> int:
        if is_query[at]:
            return wanted[at]
        after = at + 1
        if after == len(wanted) or not said[after] or is_query[after]:
            return IGNORED
        return wanted[after]


def joined(items: Sequence[Read], pad_id: int) -> ReadBatch:
    """A batch of conversations for training."""

    def padded(rows: list[Tensor], value: int) -> Tensor:
        return pad_sequence(rows, batch_first=True, padding_value=value)

    return ReadBatch(
        padded([i.input_ids for i in items], pad_id),
        padded([i.answers for i in items], IGNORED),
        padded([i.is_query for i in items], False),
        padded([torch.ones(len(i), dtype=torch.bool) for i in items], False),
        tuple(p for i in items for p in i.pictures),
    )
