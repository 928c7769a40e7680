"""UniPose (Li et al., CVPR 2025): one language model that reads and writes poses as tokens, beside words and pictures.

    words, poses as tokens, pictures -> language model -> words, and the begin token where a pose is meant
    begin token, 80 queries          -> language model, queries see each other -> 80 codes -> pose tokenizer -> pose

The language model is any causal one of transformers whose attention is "eager" or "sdpa".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, get_args

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat, yaw_rotmat
from backend.errors import BadFile, NotAvailable
from rigs.skeleton import N_BODY

from .batch import IGNORED
from .config import Conversation
from .heading_words import heading_in, heading_words
from .joints import facing_ahead
from .mixed_attention import additive, blocks_of, may_see, positions_of
from .pose_instructions import Task, Wording, asked
from .pose_tokenizer import PoseTokenizer
from .pose_vocabulary import PoseVocabulary, add_to
from .styles import style_of
from .unipose_reading import Attention, ReadBatch, Reader
from .visual import VisualProcessor

Frame = Literal["y_up", "z_up", "camera"]
Headings = Literal["apart", "coded"]
# Columns: where our axes (x left, y up, z to the front) point in a frame.
_FROM_OURS: Final[dict[Frame, np.ndarray]] = {
    "y_up": np.eye(3),
    "z_up": np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]),  # AMASS: z up, facing -y
    "camera": np.diag([1.0, -1.0, -1.0]),  # x right, y down, z away from the viewer
}
_CHOICES: Final = {
    "conversation": get_args(Conversation),
    "attention": get_args(Attention),
    "frame": get_args(Frame),
    "picture_frame": get_args(Frame),
    "wording": get_args(Wording),
    "headings": get_args(Headings),
}


@dataclass(frozen=True)
class UniPoseConfig:
    """conversation: how turns are written. attention: of the places of a pose; causal is for comparison only.

    frame: in which the root of poses of words stands; picture_frame: of poses read from a picture. wording: of
    questions that are put to it. headings: of people in pictures; apart: their tokens face ahead in `frame`, as those
    of words do, and the answer says the heading in words (`heading_words`); coded: the tokens have it, in
    `picture_frame`.
    """

    conversation: Conversation = "template"
    attention: Attention = "mixed"
    frame: Frame = "y_up"
    picture_frame: Frame = "camera"
    wording: Wording = "ours"
    headings: Headings = "apart"

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, value: dict[str, Any], where: str) -> UniPoseConfig:
        """Raises BadFile for a field that is unknown or has a value that is not allowed."""
        for name, got in value.items():
            if name not in {f.name for f in fields(cls)} or got not in _CHOICES[name]:
                allowed = ", ".join(_CHOICES.get(name, _CHOICES))
                raise BadFile(f"{where}: {name} is {got!r}", f"allowed: {allowed}")
        return cls(**value)


class UniPose(nn.Module):
    """language: of transformers, perhaps wrapped by peft. words: its tokenizer, which has the tokens of poses."""

    def __init__(
        self,
        language: Any,
        words: Any,
        pose_tokenizer: PoseTokenizer,
        config: UniPoseConfig,
        visual: VisualProcessor | None = None,
    ) -> None:
        super().__init__()
        attention = getattr(language.config, "_attn_implementation", "sdpa")
        if attention not in ("eager", "sdpa"):
            raise NotAvailable(
                f"the attention {attention!r} takes no mask of our own",
                'load the model with attn_implementation="sdpa"',
            )
        self.language, self.words, self.config = language, words, config
        self.pose_tokenizer = pose_tokenizer.requires_grad_(False)
        self.visual = visual
        self.vocabulary = PoseVocabulary.of(words, pose_tokenizer.config.codes)
        rows = language.get_input_embeddings().weight.shape[0]
        if int(self.vocabulary.all_ids.max()) >= rows:
            raise BadFile(
                f"the model has {rows} embeddings, the tokens of poses go up to {int(self.vocabulary.all_ids.max())}",
                "tokenizer and weights are not of one model: use the folder as it was published or saved",
            )
        style = style_of(config.conversation, words)
        self.reader = Reader(words, self.vocabulary, style, config.attention, visual.patches if visual else 0)

    @property
    def device(self) -> torch.device:
        found: torch.device = self.language.get_input_embeddings().weight.device
        return found

    @property
    def pad_id(self) -> int:
        """What shorter conversations are filled up with; never looked at."""
        found = self.words.pad_token_id
        return int(found if found is not None else self.words.eos_token_id or 0)

    def forward(self, batch: ReadBatch) -> Tensor:
        """Logits (B, T, V): of what comes next at words, of the code at the same place at queries."""
        embedded = self.embedded(batch.input_ids, batch.pictures)
        mask = additive(may_see(batch.present, blocks_of(batch.is_query)), embedded.dtype)
        out = self.language(
            inputs_embeds=embedded, attention_mask=mask, position_ids=positions_of(batch.present), use_cache=False
        )
        logits: Tensor = out.logits
        return logits

    def loss(self, batch: ReadBatch) -> Tensor:
        """Mean cross-entropy of all answers, nats."""
        logits = self(batch)
        return cross_entropy(logits.flatten(0, 1).float(), batch.answers.flatten(), ignore_index=IGNORED)

    def embedded(self, ids: Tensor, pictures: Sequence[np.ndarray] = ()) -> Tensor:
        """(B, T, width), patches of pictures in their places."""
        out: Tensor = self.language.get_input_embeddings()(ids)
        if not pictures:
            return out
        assert self.visual is not None  # the reader refuses pictures without it
        return out.masked_scatter((ids == self.vocabulary.picture)[..., None], self.visual(pictures).to(out))

    def asked(self, task: Task, **things: str) -> str:
        """A task in the words that the model knows. Raises BadInput for what is not given."""
        return asked(task, self.config.wording, **things)

    def told(self, rotvecs: np.ndarray, picture: bool = False) -> str:
        """Our pose (55, 3) rad, facing any way, as tokens; one of a picture with its heading, in words or in them."""
        if picture and self.config.headings == "coded":
            return self.vocabulary.text(self.codes(rotvecs[None], self.config.picture_frame)[0])
        ahead, heading = facing_ahead(rotvecs)
        text = self.vocabulary.text(self.codes(ahead[None])[0])
        return f"{text} {heading_words(np.arctan2(heading[0, 2], heading[2, 2]))}" if picture else text

    def seen(self, codes: np.ndarray, words: str, rest: np.ndarray) -> np.ndarray:
        """Our poses (n, 55, 3) rad of an answer about a picture: its codes (n, places) and its words; see `told`."""
        if self.config.headings == "coded":
            return self.rotvecs(codes, rest, self.config.picture_frame)
        out = self.rotvecs(codes, rest)
        out[:, 0] = rotmat_to_rotvec(yaw_rotmat(heading_in(words)) @ rotvec_to_rotmat(out[:, 0]))
        return out

    def codes(self, rotvecs: np.ndarray, frame: Frame | None = None) -> np.ndarray:
        """Codes (n, places) of our poses (n, 55, 3) rad, facing ahead; `frame` as the config has it for words."""
        local = rotvec_to_rotmat(np.asarray(rotvecs)[:, :N_BODY])
        local[:, 0] = _FROM_OURS[frame or self.config.frame] @ local[:, 0]
        found = self.pose_tokenizer.encode(torch.tensor(local, dtype=torch.float32, device=self._codebook.device))
        return found.cpu().numpy()

    def rotvecs(self, codes: np.ndarray, rest: np.ndarray, frame: Frame | None = None) -> np.ndarray:
        """Our poses (n, 55, 3) rad of codes (n, places).

        Args:
            rest: (55, 3) rad, what the joints do that the codes do not speak of: fingers, jaw, eyes.
        """
        local = self.pose_tokenizer.decode(torch.tensor(codes, device=self._codebook.device)).double().cpu().numpy()
        local[:, 0] = _FROM_OURS[frame or self.config.frame].T @ local[:, 0]
        out = np.repeat(rest[None], len(local), axis=0)
        out[:, :N_BODY] = rotmat_to_rotvec(local)
        return out

    @property
    def _codebook(self) -> Tensor:
        return self.pose_tokenizer.quantizer.codebook


def new_unipose(
    language: Any,
    words: Any,
    pose_tokenizer: PoseTokenizer,
    config: UniPoseConfig | None = None,
    visual: VisualProcessor | None = None,
) -> UniPose:
    """UniPose on a language model that knows no poses yet: its vocabulary grows by their tokens, untrained."""
    add_to(words, pose_tokenizer.config.codes)
    if len(words) > language.get_input_embeddings().weight.shape[0]:
        language.resize_token_embeddings(len(words), mean_resizing=False)
    return UniPose(language, words, pose_tokenizer, config or UniPoseConfig(), visual)
