"""Conversations as tensors: what a pose language model reads, and what it should answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

IGNORED: Final = -100  # label of a token that nobody learns to write


@dataclass(frozen=True, eq=False)
class Encoded:
    """One conversation. T tokens, k given poses, n poses to be answered, J joints.

    input_ids: (T,). labels: (T,), IGNORED but where an assistant speaks. given: (k, J, 3, 3). targets: (n, J, 3, 3), in
    the order of the pose tokens among the labels. known: (n, J), the joints that a target is right about. pictures:
    what the processor made of the pictures, by the name under which the model takes it.
    """

    input_ids: Tensor
    labels: Tensor
    given: Tensor
    targets: Tensor
    known: Tensor
    pictures: Mapping[str, Tensor] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.input_ids)


@dataclass(frozen=True, eq=False)
class Batch:
    """Conversations padded to one length (B, T); poses of all of them one after the other."""

    input_ids: Tensor
    attention_mask: Tensor
    labels: Tensor
    given: Tensor
    targets: Tensor
    known: Tensor
    pictures: Mapping[str, Tensor] = field(default_factory=dict)

    def to(self, device: torch.device | str) -> Batch:
        moved = {
            name: getattr(self, name).to(device)
            for name in ("input_ids", "attention_mask", "labels", "given", "targets", "known")
        }
        return replace(self, **moved, pictures={k: v.to(device) for k, v in self.pictures.items()})


def collate(items: Sequence[Encoded], pad_id: int, side: str = "right") -> Batch:
    """A batch of conversations.

    Args:
        side: where padding goes: "right" for training, "left" for writing on.
    """

    def padded(rows: list[Tensor], value: int) -> Tensor:
        return pad_sequence(rows, batch_first=True, padding_value=value, padding_side=side)

    names = {name for item in items for name in item.pictures}
    return Batch(
        input_ids=padded([i.input_ids for i in items], pad_id),
        attention_mask=padded([torch.ones_like(i.input_ids) for i in items], 0),
        labels=padded([i.labels for i in items], IGNORED),
        given=torch.cat([i.given for i in items]),
        targets=torch.cat([i.targets for i in items]),
        known=torch.cat([i.known for i in items]),
        pictures={name: torch.cat([i.pictures[name] for i in items if name in i.pictures]) for name in sorted(names)},
    )
