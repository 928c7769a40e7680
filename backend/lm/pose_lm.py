"""A language model that reads and writes poses (ChatPose; with poses as input, PoseLLaVA).

    ids, pictures, given poses -> language model -> hidden states -> its own word head -> words
                                                                 -> pose head, where <POSE> comes next -> rotations

The language model is any of transformers that writes words, with or without pictures. Given poses take the places of
their tokens among the embeddings; the last hidden states are those that enter the word head.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from backend.errors import BadFile

from .batch import Batch
from .config import PoseLMConfig
from .losses import Losses, LossWeights, losses
from .pose_head import PoseHead
from .pose_input import PoseInput


@dataclass(frozen=True, eq=False)
class Seen:
    """logits: (B, T, V). hidden: (B, T, width), what the word head read."""

    logits: Tensor
    hidden: Tensor


class PoseLM(nn.Module):
    """language: of transformers, perhaps wrapped by peft. pose_id, input_id: of the tokens named in the config."""

    def __init__(self, language: Any, config: PoseLMConfig, pose_id: int, input_id: int | None = None) -> None:
        super().__init__()
        if config.takes_poses and input_id is None:
            raise ValueError(f"poses are given as {config.input_token!r}, and its id is missing")
        width = language.get_input_embeddings().weight.shape[-1]
        self.language = language
        self.config = config
        self.pose_id, self.input_id = pose_id, input_id
        self.head = PoseHead(width, config)
        self.pose_input = PoseInput(width, config) if config.takes_poses else None

    @property
    def device(self) -> torch.device:
        return self.head.outer.weight.device

    @property
    def places(self) -> int:
        """How many tokens a given pose takes in a prompt."""
        return self.pose_input.tokens if self.pose_input is not None else 0

    def forward(self, batch: Batch) -> Seen:
        """Read whole conversations."""
        with self.given(batch.given, batch.input_ids), self.word_head_input() as read:
            out = self.language(input_ids=batch.input_ids, attention_mask=batch.attention_mask, **self.pictures(batch))
        return Seen(out.logits, read[-1])

    def poses(self, seen: Seen, ids: Tensor) -> Tensor:
        """The rotations (n, J, 3, 3) that the hidden states before the pose tokens among `ids` (B, T) stand for."""
        out: Tensor = self.head(seen.hidden[:, :-1][ids[:, 1:] == self.pose_id])
        return out

    def loss(self, batch: Batch, weights: LossWeights | None = None) -> Losses:
        """What the answers of the batch cost; every parameter that may be trained takes part, also in a batch without
        poses, so that processes that train together agree.
        """
        seen = self(batch)
        answered = self.poses(seen, batch.labels)
        if len(answered) != len(batch.targets):
            raise ValueError(f"{len(answered)} pose tokens in the labels, {len(batch.targets)} target poses")
        weights = weights or LossWeights()
        found = losses(seen.logits, batch.labels, answered, batch.targets, batch.known, self.config.joint_set, weights)
        return Losses(found.total + self._idle(seen, batch), found.terms)

    def _idle(self, seen: Seen, batch: Batch) -> Tensor:
        """Zero, from the parts that this batch did not use."""
        zero = self.head(seen.hidden[:, :1]).sum() * 0 if not len(batch.targets) else seen.hidden.new_zeros(())
        if self.pose_input is not None and not len(batch.given):
            rest = torch.eye(3, device=self.device).expand(1, len(self.config.joint_set), 3, 3)
            zero = zero + self.pose_input(rest).sum() * 0
        return zero

    def pictures(self, batch: Batch) -> dict[str, Tensor]:
        """The pictures of a batch, real numbers in the type that the language model calculates in."""
        kind = self.language.get_input_embeddings().weight.dtype
        return {k: v.to(kind) if v.is_floating_point() else v for k, v in batch.pictures.items()}

    @contextmanager
    def given(self, poses: Tensor, ids: Tensor) -> Iterator[None]:
        """While it lasts, the tokens of given poses are embedded as these poses (k, J, 3, 3), in their order.

        Embedding them where ids become embeddings leaves the language model free to do with the ids what it does:
        find its pictures, count its positions.
        """
        count = int((ids == self.input_id).sum()) if self.input_id is not None else 0
        if count != len(poses) * self.places:
            raise ValueError(f"{count} places for given poses, which take {self.places} each, and {len(poses)} poses")
        if self.pose_input is None or not count:
            yield
            return
        values = self.pose_input(poses.to(self.device)).flatten(0, 1)

        def put_in(_module: nn.Module, args: tuple[Tensor, ...], embedded: Tensor) -> Tensor:
            mask = (args[0] == self.input_id).unsqueeze(-1)
            if not mask.any():  # later steps of writing
                return embedded
            return embedded.masked_scatter(mask.to(embedded.device), values.to(embedded))

        hook = self.language.get_input_embeddings().register_forward_hook(put_in)
        try:
            yield
        finally:
            hook.remove()

    @contextmanager
    def word_head_input(self) -> Iterator[list[Tensor]]:
        """While it lasts, what the word head reads is added to the list: (B, T or fewer, width) each time."""
        read: list[Tensor] = []

        def note(_module: nn.Module, args: tuple[Tensor, ...]) -> None:
            read.append(args[0])

        hook = self.language.get_output_embeddings().register_forward_pre_hook(note)
        try:
            yield read
        finally:
            hook.remove()


def new_pose_lm(language: Any, tokenizer: Any, config: PoseLMConfig) -> PoseLM:
    """A pose language model with an untrained head; tokens that the vocabulary lacks are added to both."""
    from tokenizers import AddedToken

    lacking = [t for t in config.tokens if t not in tokenizer.get_vocab()]
    tokenizer.add_tokens([AddedToken(t, special=True, normalized=False) for t in lacking])
    if len(tokenizer) > language.get_input_embeddings().weight.shape[0]:
        language.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    return pose_lm(language, tokenizer, config)


def pose_lm(language: Any, tokenizer: Any, config: PoseLMConfig) -> PoseLM:
    """A pose language model of parts whose vocabularies agree.

    Raises:
        BadFile: a token of the config is not one token of the tokenizer, or the model has no embedding for it.
    """
    ids = [token_id(tokenizer, text) for text in config.tokens]
    rows = language.get_input_embeddings().weight.shape[0]
    if max(ids) >= rows:
        raise BadFile(
            f"the model has {rows} embeddings and the tokenizer's {config.tokens[0]!r} is number {max(ids)}",
            "tokenizer and weights are not of one model: use the folder as it was published or saved",
        )
    return PoseLM(language, config, ids[0], ids[1] if config.takes_poses else None)


def token_id(tokenizer: Any, text: str) -> int:
    """The id of a text that must be one token, as the tokenizer has it: it is not assumed to be any number."""
    ids = tokenizer(text, add_special_tokens=False).input_ids
    if len(ids) != 1 or ids[0] == tokenizer.unk_token_id:
        raise BadFile(
            f"{text!r} is no token of this tokenizer (it reads it as {ids[:8]})",
            "use the tokenizer that the model was trained with; its added_tokens.json belongs to it",
        )
    return int(ids[0])
