"""Writing replies: words one after the other, and a pose wherever the model writes its pose token.

The hidden state that becomes a pose is the one of the step that predicted the token. With a cache each step sees one
token only, so what the word head read is kept step by step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from .batch import Batch, Encoded, collate
from .chat import Chat
from .pose_lm import PoseLM, Sources

MOST_TOKENS: Final = 512  # as ChatPose


@dataclass(frozen=True)
class Decoding:
    """How to choose words. temperature: 0 takes the likeliest each time; above, words are drawn with `top_p`."""

    most_tokens: int = MOST_TOKENS
    temperature: float = 0.0
    top_p: float = 0.95
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Reply:
    """text: with the pose token where the poses (n, J, 3, 3) are. ids: of its tokens. ended: not cut at the limit."""

    text: str
    rotmats: np.ndarray
    ids: tuple[int, ...]
    ended: bool


Heard = Callable[[str], None]  # told the text so far; may raise to stop


class _Streamer:
    """What `generate` hands each step's tokens to. Tells the text of the first conversation so far."""

    def __init__(self, chat: Chat, heard: Heard, stops: set[int]) -> None:
        self._chat, self._heard, self._stops = chat, heard, stops
        self._ids: list[int] = []
        self._prompt = True

    def put(self, value: Tensor) -> None:
        if self._prompt:  # the first call brings the prompt
            self._prompt = False
            return
        token = int(value.flatten()[0])
        if token not in self._stops:
            self._ids.append(token)
        self._heard(text_of(self._chat, self._ids))

    def end(self) -> None:
        return


def reply(
    model: PoseLM, chat: Chat, prompt: Encoded, decoding: Decoding | None = None, heard: Heard | None = None
) -> Reply:
    """The reply to one conversation; `heard` is called after every token and may raise to stop."""
    return replies(model, chat, [prompt], decoding, heard)[0]


@torch.no_grad()
def replies(
    model: PoseLM,
    chat: Chat,
    prompts: Sequence[Encoded],
    decoding: Decoding | None = None,
    heard: Heard | None = None,
) -> list[Reply]:
    """The replies to several conversations at once, each as if it were alone."""
    decoding = decoding or Decoding()
    batch = collate(prompts, chat.pad_id, side="left").to(model.device)
    stops = stop_ids(model, chat)
    with torch.random.fork_rng(devices=[model.device] if model.device.type == "cuda" else []):
        torch.manual_seed(decoding.seed)
        written = _written(model, chat, batch, decoding, stops, heard)
    return [_reply(model, chat, written, b, stops) for b in range(len(prompts))]


@dataclass(frozen=True, eq=False)
class _Written:
    """ids: (B, t), the new tokens. hidden: (B, t, width), what predicted them. sources: what poses are taken from."""

    ids: Tensor
    hidden: Tensor
    sources: Sources


def stop_ids(model: PoseLM, chat: Chat) -> set[int]:
    """Tokens that end a reply: the tokenizer's, and those that the model was published with."""
    config = getattr(model.language, "generation_config", None)
    noted = getattr(config, "eos_token_id", None)
    found = {chat.tokenizer.eos_token_id, *(noted if isinstance(noted, list) else [noted])}
    return {int(i) for i in found if i is not None}


def _written(
    model: PoseLM, chat: Chat, batch: Batch, decoding: Decoding, stops: set[int], heard: Heard | None
) -> _Written:
    options: dict[str, Any] = {"do_sample": decoding.temperature > 0}
    if decoding.temperature > 0:
        options |= {"temperature": decoding.temperature, "top_p": decoding.top_p, "top_k": 0}
    if marks := [i for i in (model.input_id, chat.image_id) if i is not None]:
        options["suppress_tokens"] = marks  # they stand for what is given, never for what is made
    length = batch.input_ids.shape[1]
    with model.given(batch.given, batch.input_ids), model.glancing() as glanced, model.word_head_input() as read:
        out = model.language.generate(
            input_ids=batch.input_ids,
            attention_mask=batch.attention_mask,
            **model.pictures(batch),
            max_new_tokens=decoding.most_tokens,
            eos_token_id=sorted(stops) or None,
            pad_token_id=chat.pad_id,
            streamer=_Streamer(chat, heard, stops) if heard else None,
            use_cache=True,
            **options,
        )
    steps = out.shape[1] - length
    hidden = torch.stack([h[:, -1] for h in read[:steps]], dim=1)
    return _Written(out[:, length:], hidden, model.sources(batch, glanced))


def _reply(model: PoseLM, chat: Chat, written: _Written, row: int, stops: set[int]) -> Reply:
    """One row of what was written."""
    ids, hidden, sources = written.ids[row], written.hidden[row], written.sources
    ends = [k for k, i in enumerate(ids.tolist()) if i in stops]
    count = ends[0] if ends else len(ids)
    kept = ids[:count]
    answers = hidden[:count][kept == model.pose_id]
    rotmats = model.answered(answers, sources.of[row, -1].expand(len(answers)), sources.poses)
    return Reply(text_of(chat, kept.tolist()), rotmats.float().cpu().numpy(), tuple(kept.tolist()), bool(ends))


def text_of(chat: Chat, ids: Sequence[int]) -> str:
    """Tokens as text: the pose token stays, other special tokens go."""
    special = set(chat.tokenizer.all_special_ids) - {chat.tokenizer.convert_tokens_to_ids(chat.config.pose_token)}
    text: str = chat.tokenizer.decode([i for i in ids if i not in special], skip_special_tokens=False)
    return text.strip()
