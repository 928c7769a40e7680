"""Writing of UniPose (§3.3): words one by one, and all codes of a pose in one pass, with what was read kept in a cache.

After the queries the cache holds their keys and values, not those of the codes: what follows a pose knows it by what
its queries saw. The published model is trained and used in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from transformers import DynamicCache

from .generating import Decoding
from .mixed_attention import additive, blocks_of, cache_name, may_see, positions_of
from .unipose import UniPose
from .unipose_reading import Read

Heard = Callable[[str], None]  # told the words so far; may raise to stop


@dataclass(frozen=True, eq=False)
class Written:
    """text: without the tokens of poses. codes: (n, places). ids: of everything. ended: not cut at the limit.

    passes: how often the language model was run.
    """

    text: str
    codes: np.ndarray
    ids: tuple[int, ...]
    ended: bool
    passes: int


@dataclass(eq=False)
class _Run:
    """The state of one reply."""

    model: UniPose
    cache: DynamicCache = field(default_factory=DynamicCache)
    is_query: list[bool] = field(default_factory=list)
    passes: int = 0

    def passed(self, embedded: Tensor, queries: Sequence[bool]) -> Tensor:
        """Logits (t, V) of new tokens (1, t, width)."""
        self.is_query += queries
        self.passes += 1
        new = len(queries)
        everything = torch.tensor([self.is_query], device=embedded.device)
        present = torch.ones_like(everything)
        out = self.model.language(
            inputs_embeds=embedded,
            attention_mask=additive(may_see(present, blocks_of(everything), new), embedded.dtype),
            position_ids=positions_of(present, new),
            use_cache=True,
            **{cache_name(self.model.language): self.cache},
        )
        logits: Tensor = out.logits[0]
        return logits

    def of_ids(self, ids: Sequence[int], queries: Sequence[bool] | None = None) -> Tensor:
        embedded = self.model.embedded(torch.tensor([list(ids)], device=self.model.device))
        return self.passed(embedded, queries if queries is not None else [False] * len(ids))


@torch.no_grad()
def write(model: UniPose, prompt: Read, decoding: Decoding | None = None, heard: Heard | None = None) -> Written:
    """The reply to one conversation; `heard` is called after every word and may raise to stop."""
    decoding = decoding or Decoding()
    chooser = _Chooser(model, decoding)
    stops = stop_ids(model)
    run, v = _Run(model), model.vocabulary
    logits = run.passed(
        model.embedded(prompt.input_ids[None].to(model.device), prompt.pictures), prompt.is_query.tolist()
    )
    ids: list[int] = []
    poses: list[np.ndarray] = []
    ended = False
    while len(ids) < decoding.most_tokens:
        token = chooser.word(logits[-1])
        if token in stops:
            ended = True
            break
        ids.append(token)
        if token == v.begin:
            codes = _mixed(run, chooser) if model.config.attention == "mixed" else _causal(run, chooser)
            poses.append(codes)
            ids += [*v.code_ids[codes].tolist(), v.end]
            logits = run.of_ids([v.end])
        else:
            logits = run.of_ids([token])
        if heard is not None:
            heard(text_of(model, ids))
    codes_of_all = np.array(poses, int).reshape(len(poses), v.places)
    return Written(text_of(model, ids), codes_of_all, tuple(ids), ended, run.passes)


def _mixed(run: _Run, chooser: _Chooser) -> np.ndarray:
    """All codes (places,) in one pass over the begin token and the queries."""
    v = run.model.vocabulary
    ids, queries = [v.begin, *v.query_ids.tolist()], [False] + [True] * v.places
    return chooser.codes(run.of_ids(ids, queries)[1:])


def _causal(run: _Run, chooser: _Chooser) -> np.ndarray:
    """One code after the other, each seeing those before."""
    v = run.model.vocabulary
    out: list[int] = []
    token = v.begin
    for _ in range(v.places):
        code = int(chooser.codes(run.of_ids([token]))[-1])
        out.append(code)
        token = int(v.code_ids[code])
    run.of_ids([token])
    return np.array(out)


class _Chooser:
    """Picks words and codes: the likeliest, or drawn with a temperature."""

    def __init__(self, model: UniPose, decoding: Decoding) -> None:
        v = model.vocabulary
        self._decoding = decoding
        self._code_ids = torch.tensor(v.code_ids, device=model.device)
        never = [*v.code_ids.tolist(), *v.query_ids.tolist(), v.end, v.picture]
        self._never = torch.tensor(never, device=model.device)
        self._generator = torch.Generator(device=model.device).manual_seed(decoding.seed)

    def word(self, logits: Tensor) -> int:
        """A word, the end of the reply or the beginning of a pose: (V,) -> id."""
        return int(self._picked(logits.float().index_fill(0, self._never, -torch.inf)[None])[0])

    def codes(self, logits: Tensor) -> np.ndarray:
        """(t, V) -> (t,) codes."""
        return self._picked(logits[:, self._code_ids].float()).cpu().numpy()

    def _picked(self, logits: Tensor) -> Tensor:
        if self._decoding.temperature <= 0:
            return logits.argmax(dim=-1)
        shares = torch.softmax(logits / self._decoding.temperature, dim=-1)
        ordered, index = shares.sort(dim=-1, descending=True)
        beyond = ordered.cumsum(dim=-1) - ordered >= self._decoding.top_p
        kept = ordered.masked_fill(beyond, 0.0)
        drawn = torch.multinomial(kept, 1, generator=self._generator)
        return index.gather(-1, drawn)[:, 0]


def stop_ids(model: UniPose) -> set[int]:
    """Tokens that end a reply: the tokenizer's, and those that the model was published with."""
    noted = getattr(getattr(model.language, "generation_config", None), "eos_token_id", None)
    found = {model.words.eos_token_id, *(noted if isinstance(noted, list) else [noted])}
    return {int(i) for i in found if i is not None}


def text_of(model: UniPose, ids: Sequence[int]) -> str:
    """The words of a reply, without poses and special tokens."""
    poses = set(model.vocabulary.all_ids.tolist())
    text: str = model.words.decode([i for i in ids if i not in poses], skip_special_tokens=True)
    return " ".join(text.split())
