"""Mixed attention on real models: causal for words, both ways inside a block, the same with a cache."""

from __future__ import annotations

import pytest
import torch
from transformers import AutoModelForCausalLM, LlamaConfig, MistralConfig, Qwen2Config
from transformers.cache_utils import DynamicCache

from backend.lm.mixed_attention import additive, blocks_of, cache_name, may_see, positions_of

SIZES = {
    "vocab_size": 60, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "max_position_embeddings": 128,
}  # fmt: skip
KINDS = {
    "llama": lambda: LlamaConfig(**SIZES),
    "mistral": lambda: MistralConfig(**SIZES, sliding_window=None),
    "qwen2": lambda: Qwen2Config(**SIZES),
}
BEFORE, BLOCK, AFTER = 6, 5, 4


def language(kind: str = "llama", attention: str = "sdpa") -> torch.nn.Module:
    torch.manual_seed(0)
    return AutoModelForCausalLM.from_config(KINDS[kind](), attn_implementation=attention).eval()


def example(batch: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    ids = torch.randint(60, (batch, BEFORE + BLOCK + AFTER), generator=torch.Generator().manual_seed(1))
    is_query = torch.zeros(ids.shape, dtype=torch.bool)
    is_query[:, BEFORE : BEFORE + BLOCK] = True
    return ids, is_query


def logits(model: torch.nn.Module, ids: torch.Tensor, is_query: torch.Tensor, present: torch.Tensor | None = None):
    present = torch.ones_like(ids, dtype=torch.bool) if present is None else present
    mask = additive(may_see(present, blocks_of(is_query)), torch.float32)
    with torch.no_grad():
        return model(input_ids=ids, attention_mask=mask, position_ids=positions_of(present)).logits


def test_words_see_what_came_before_and_queries_also_each_other() -> None:
    _, is_query = example()
    seen = may_see(torch.ones_like(is_query), blocks_of(is_query))[0]
    for row in range(len(seen)):
        last = BEFORE + BLOCK if is_query[0, row] else row + 1
        assert seen[row].tolist() == [column < last for column in range(len(seen))]


def test_blocks_are_told_apart() -> None:
    is_query = torch.tensor([[False, True, True, False, True, True, False]])
    assert blocks_of(is_query).tolist() == [[0, 1, 1, 0, 2, 2, 0]]
    seen = may_see(torch.ones_like(is_query), blocks_of(is_query))[0]
    assert bool(seen[1, 2]) and bool(seen[4, 5])
    assert not bool(seen[2, 4]) and bool(seen[4, 1])


def test_padding_is_seen_by_itself_alone() -> None:
    present = torch.tensor([[False, False, True, True]])
    seen = may_see(present, torch.zeros(1, 4, dtype=torch.long))[0]
    assert seen[:, :2].tolist() == [[True, False], [False, True], [False, False], [False, False]]
    assert positions_of(present).tolist() == [[0, 0, 0, 1]]


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_without_queries_it_is_causal_attention(kind: str, attention: str) -> None:
    model, (ids, is_query) = language(kind, attention), example()
    with torch.no_grad():
        plain = model(input_ids=ids).logits
    torch.testing.assert_close(logits(model, ids, torch.zeros_like(is_query)), plain, atol=1e-5, rtol=0)


@pytest.mark.parametrize("kind", list(KINDS))
def test_words_before_a_block_do_not_notice_it(kind: str) -> None:
    model, (ids, is_query) = language(kind), example()
    with torch.no_grad():
        plain = model(input_ids=ids[:, :BEFORE]).logits
    torch.testing.assert_close(logits(model, ids, is_query)[:, :BEFORE], plain, atol=1e-5, rtol=0)


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_first_query_sees_the_last(kind: str) -> None:
    model, (ids, is_query) = language(kind), example()
    other = ids.clone()
    other[:, BEFORE + BLOCK - 1] = (ids[:, BEFORE + BLOCK - 1] + 1) % 60
    a, b = (logits(model, x, is_query)[:, BEFORE] for x in (ids, other))
    assert float((a - b).abs().max()) > 1e-3
    a, b = (logits(model, x, torch.zeros_like(is_query))[:, BEFORE] for x in (ids, other))
    torch.testing.assert_close(a, b, atol=1e-6, rtol=0)


def test_queries_do_not_see_the_words_after_them() -> None:
    model, (ids, is_query) = language(), example()
    other = ids.clone()
    other[:, -1] = (ids[:, -1] + 1) % 60
    a, b = (logits(model, x, is_query)[:, : BEFORE + BLOCK] for x in (ids, other))
    torch.testing.assert_close(a, b, atol=1e-6, rtol=0)


@pytest.mark.parametrize("kind", list(KINDS))
def test_with_a_cache_it_is_the_same(kind: str) -> None:
    model, (ids, is_query) = language(kind), example()
    whole = logits(model, ids, is_query)
    cache, present, blocks = DynamicCache(), torch.ones_like(is_query), blocks_of(is_query)
    parts = []
    for end, new in (
        (BEFORE, BEFORE),
        (BEFORE + BLOCK, BLOCK),
        *((BEFORE + BLOCK + k, 1) for k in range(1, AFTER + 1)),
    ):
        mask = additive(may_see(present[:, :end], blocks[:, :end], new), torch.float32)
        with torch.no_grad():
            out = model(
                input_ids=ids[:, end - new : end],
                attention_mask=mask,
                position_ids=positions_of(present[:, :end], new),
                **{cache_name(model): cache},
                use_cache=True,
            )
        parts.append(out.logits)
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, atol=1e-5, rtol=0)


def test_padding_on_either_side_changes_nothing() -> None:
    model, (ids, is_query) = language(), example()
    alone = logits(model, ids, is_query)
    filler, none = torch.zeros(1, 3, dtype=torch.long), torch.zeros(1, 3, dtype=torch.bool)
    present = torch.ones_like(is_query)
    left = logits(model, torch.cat([filler, ids], 1), torch.cat([none, is_query], 1), torch.cat([none, present], 1))[
        :, 3:
    ]
    right = logits(model, torch.cat([ids, filler], 1), torch.cat([is_query, none], 1), torch.cat([present, none], 1))[
        :, :-3
    ]
    torch.testing.assert_close(left, alone, atol=1e-5, rtol=0)
    torch.testing.assert_close(right, alone, atol=1e-5, rtol=0)
