"""A language model that reads and writes poses (ChatPose; with poses as input, PoseLLaVA).

    ids, pictures, given poses -> language model -> hidden states -> its own word head -> words
                                                                 -> pose head, where <POSE> comes next -> rotations

Models of ours may do two things more: take over joints from what they were given (`copying`), and see the pose in a
picture at first glance (`glance`).

The language model is any of transformers that writes words, with or without pictures. Given poses take the places of
their tokens among the embeddings; the last hidden states are those that enter the word head.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from backend.errors import BadFile

from .batch import Batch
from .config import PoseLMConfig
from .copying import NOTHING, CopyGate, sources
from .glance import Glance
from .layouts import rotmat_to_six, six_to_rotmat
from .losses import Losses, LossWeights, losses
from .pose_head import PoseHead
from .pose_input import PoseInput


@dataclass(frozen=True, eq=False)
class Seen:
    """logits: (B, T, V). hidden: (B, T, width), what the word head read. sources: what answers may be taken from."""

    logits: Tensor
    hidden: Tensor
    sources: Sources


@dataclass(frozen=True, eq=False)
class Sources:
    """Poses (m, J, 3, 3) that were given or glanced, and for each token (B, T + 1) which of them an answer there would
    take over from; `copying.NOTHING` where there is none.
    """

    poses: Tensor
    of: Tensor


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
        self.gate = CopyGate(width, len(config.joint_set)) if config.copies else None
        self.glance = Glance(width, config) if config.glances else None

    @property
    def own_parts(self) -> list[nn.Module]:
        """All but the language model."""
        return [part for part in (self.head, self.pose_input, self.gate, self.glance) if part is not None]

    @property
    def eyes(self) -> list[nn.Module]:
        """What a model of ours sees with; empty for models that only read."""
        if self.glance is None:
            return []
        seen = self.language.model
        return [seen.vision_tower, seen.multi_modal_projector, self.glance]

    def train(self, mode: bool = True) -> PoseLM:
        """As of any module, but that eyes which do not change do not count what they see either."""
        super().train(mode)
        for part in self.eyes:
            if not any(p.requires_grad for p in part.parameters()):
                part.eval()
        return self

    @property
    def device(self) -> torch.device:
        return self.head.outer.weight.device

    @property
    def places(self) -> int:
        """How many tokens a given pose takes in a prompt."""
        return self.pose_input.tokens if self.pose_input is not None else 0

    def forward(self, batch: Batch) -> Seen:
        """Read whole conversations."""
        given = self.given(batch.given, batch.input_ids)
        with given, self.glancing() as glanced, self.word_head_input() as read:
            out = self.language(input_ids=batch.input_ids, attention_mask=batch.attention_mask, **self.pictures(batch))
        return Seen(out.logits, read[-1], self.sources(batch, glanced))

    def poses(self, seen: Seen, ids: Tensor) -> Tensor:
        """The rotations (n, J, 3, 3) that the hidden states before the pose tokens among `ids` (B, T) stand for."""
        answers = ids[:, 1:] == self.pose_id
        return self.answered(seen.hidden[:, :-1][answers], seen.sources.of[:, 1:-1][answers], seen.sources.poses)

    def answered(self, hidden: Tensor, source: Tensor, poses: Tensor) -> Tensor:
        """Rotations (n, J, 3, 3) of hidden states (n, width); source: (n,) which of `poses` each may take over from."""
        if self.gate is None or not len(poses):
            rotmats: Tensor = self.head(hidden)
            return rotmats
        given = rotmat_to_six(poses, self.head.layout)[source.clamp(min=0)]
        return six_to_rotmat(self.gate(hidden, self.head.six(hidden), given, source != NOTHING), self.head.layout)

    def sources(self, batch: Batch, glanced: Sequence[Tensor]) -> Sources:
        """What the answers to a batch may be taken from; a picture goes before a given pose."""
        ids, labels = batch.input_ids, batch.labels
        of = sources(ids, labels, self.input_id, self.places)
        if not glanced:
            return Sources(batch.given, of)
        mark = self.language.config.image_token_id
        seen = sources(ids, labels, mark, int((ids == mark).sum()) // len(glanced[0]))
        poses = torch.cat([batch.given.to(glanced[0]), glanced[0]])
        return Sources(poses, torch.where(seen == NOTHING, of, seen + len(batch.given)))

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
        return Losses(found.total + self.idle(), found.terms)

    def idle(self) -> Tensor:
        """Zero, from all own parts: processes that train together need a gradient for those that a batch left out."""
        trained = (p for part in self.own_parts for p in part.parameters() if p.requires_grad)
        return sum((p.sum() for p in trained), torch.zeros((), device=self.device)) * 0

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
    def glancing(self) -> Iterator[list[Tensor]]:
        """While it lasts, pictures have their pose at first glance behind their patches, and it is added to the list:
        (pictures, J, 3, 3).
        """
        noted: list[Tensor] = []
        if self.glance is None or self.pose_input is None:
            yield noted
            return
        glance, enter = self.glance, self.pose_input

        def look(_module: nn.Module, _args: tuple[Tensor, ...], patches: Tensor) -> Tensor:
            noted.append(glance(patches))
            return torch.cat([patches, enter(noted[-1]).to(patches)], dim=1)

        hook = self.language.model.multi_modal_projector.register_forward_hook(look)
        try:
            yield noted
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
