"""Words that a schema allows: llguidance tells at each step which tokens may follow, all others cannot be chosen.

Near the end of the room for a text, what is open is closed: of the tokens that may follow those are left that end a
text, a list, an object or a number. With the bounded schema (`answers`) every text so comes to its end, whatever the
model's numbers are.
"""

from __future__ import annotations

import json
from typing import Any, Final

import torch
from llguidance import LLMatcher, LLTokenizer
from llguidance.hf import from_tokenizer
from torch import Tensor
from transformers import LogitsProcessor

RESERVE: Final = 320  # tokens in which any text of an answer's schema can be closed, even byte by byte
_DEFAULTS: Final = {"whitespace_flexible": False}  # JSON without a blank: no endless ones, and fewer tokens
_CLOSING: Final = (b'"', b"]", b"}", b",")  # what ends what is open: the first with which an allowed token begins


class Vocabulary:
    """A tokenizer of transformers as llguidance sees it; making it takes about a second."""

    def __init__(self, tokenizer: Any, rows: int) -> None:
        """rows: how many tokens the model has numbers for, which may be more than the tokenizer knows."""
        self.words: LLTokenizer = from_tokenizer(tokenizer, n_vocab=max(rows, len(tokenizer)))
        self._closing: list[Tensor] | None = None

    @property
    def closing(self) -> list[Tensor]:
        """For each of _CLOSING (V,) bool, the tokens that begin with it."""
        if self._closing is None:
            starts = [self.words.decode_bytes([k])[:1] for k in range(self.words.vocab_size)]
            self._closing = [torch.tensor([start == mark for start in starts]) for mark in _CLOSING]
        return self._closing


class Constraint(LogitsProcessor):
    """Holds every row of a batch to a JSON schema. For one call of `generate`."""

    def __init__(self, vocabulary: Vocabulary, schema: dict[str, Any], rows: int, prompt: int, room: int) -> None:
        """rows: of the batch. prompt: its length, room: the most that is written, in tokens.

        Raises:
            ValueError: llguidance does not take the schema.
        """
        grammar = LLMatcher.grammar_from_json_schema(json.dumps(schema), defaults=_DEFAULTS)
        self._matchers = [LLMatcher(vocabulary.words, grammar) for _ in range(rows)]
        if self._matchers[0].is_error():
            raise ValueError(self._matchers[0].get_error())
        self._vocabulary = vocabulary
        self._seen, self._end = prompt, prompt + room

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """The scores (B, V) with -inf where a token is not allowed."""
        for row, matcher in zip(input_ids[:, self._seen :].tolist(), self._matchers, strict=True):
            for token in row:
                if not matcher.is_stopped():
                    matcher.consume_token(token)
        self._seen = input_ids.shape[1]
        allowed = torch.stack([self._allowed(matcher) for matcher in self._matchers])[:, : scores.shape[1]]
        return scores.masked_fill(~allowed.to(scores.device), float("-inf"))

    def _allowed(self, matcher: LLMatcher) -> Tensor:
        """(V,) bool; where all is written, the end alone."""
        size = self._vocabulary.words.vocab_size
        if matcher.is_stopped():
            ends = torch.zeros(size, dtype=torch.bool)
            ends[self._vocabulary.words.eos_token] = True
            return ends
        packed = torch.frombuffer(bytearray(matcher.compute_bitmask()), dtype=torch.uint8)
        allowed = ((packed[:, None] >> torch.arange(8, dtype=torch.uint8)) & 1).flatten()[:size].bool()
        if self._end - self._seen <= RESERVE:
            for closing in self._vocabulary.closing:
                if (allowed & closing).any():
                    return allowed & closing
        return allowed
