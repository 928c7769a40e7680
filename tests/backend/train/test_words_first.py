from __future__ import annotations

from pathlib import Path

import pytest
import torch

from backend.train.config import LossConfig, TrainConfig, from_dict
from backend.train.data.examples import Corpus
from backend.train.models import build
from backend.train.words_first import identity_values, learn_words, mean_word


def test_words_are_learned_and_nothing_else_changes(data_folder: Path, corpus: Corpus, tmp_path: Path) -> None:
    scratch = {"vocabulary": 400, "hidden": 32, "intermediate": 64, "layers": 1, "heads": 2}
    config = {"out": str(tmp_path), "data": {"folder": str(data_folder)}, "model": {"scratch": scratch}}
    model, chat = build(from_dict(TrainConfig, config), corpus)
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    told: list[str] = []
    learn_words(model, chat, corpus, LossConfig(body=4.0, joints=4.0), 60, 0, told.append)
    changed = {n for n, p in model.named_parameters() if not torch.equal(p, before[n])}
    assert changed == {"language.model.embed_tokens.weight"} | {n for n in before if n.startswith("head.")}
    learn_words(model, chat, corpus, LossConfig(body=4.0, joints=4.0), 60, 0, told.append)
    first, second = (float(line.rpartition(" ")[2]) for line in told)
    assert second < first


def test_attention_that_looks_everywhere_alike_gives_the_mean_back(
    data_folder: Path, corpus: Corpus, tmp_path: Path
) -> None:
    scratch = {"vocabulary": 400, "hidden": 32, "intermediate": 64, "layers": 2, "heads": 2}
    config = {"out": str(tmp_path), "data": {"folder": str(data_folder)}, "model": {"scratch": scratch}}
    model, _ = build(from_dict(TrainConfig, config), corpus)
    identity_values(model.language)
    attention = model.language.model.layers[1].self_attn
    with torch.no_grad():
        attention.q_proj.weight.zero_()  # no word is looked at more than another
        x = torch.randn(1, 5, 32)
        places = model.language.model.rotary_emb(x, torch.arange(5)[None])
        out = attention(x, position_embeddings=places, attention_mask=None)[0]
    assert out[0, -1].numpy() == pytest.approx(x[0].mean(0).numpy(), abs=1e-4)


def test_padding_is_no_word() -> None:
    embedded = torch.randn(1, 4, 8)
    longer = torch.cat([embedded, torch.randn(1, 3, 8)], dim=1)
    mask = torch.tensor([[1, 1, 1, 1, 0, 0, 0]])
    assert torch.allclose(mean_word(embedded, mask[:, :4]), mean_word(longer, mask))
