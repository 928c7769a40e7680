from __future__ import annotations

from pathlib import Path

import torch

from backend.lm.batch import collate
from backend.train.batches import encoded
from backend.train.config import LossConfig, TrainConfig, from_dict
from backend.train.data.examples import Corpus, example
from backend.train.models import build
from backend.train.words_first import before_the_pose, begin_as_a_bag, learn_words


def test_words_are_learned_and_nothing_else_changes(data_folder: Path, corpus: Corpus, tmp_path: Path) -> None:
    scratch = {"vocabulary": 400, "hidden": 32, "intermediate": 64, "layers": 1, "heads": 2}
    config = {"out": str(tmp_path), "data": {"folder": str(data_folder)}, "model": {"scratch": scratch}}
    model, chat = build(from_dict(TrainConfig, config), corpus)
    begin_as_a_bag(model.language)
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    told: list[str] = []
    learn_words(model, chat, corpus, LossConfig(body=4.0, joints=4.0), 60, 0, told.append)
    changed = {n for n, p in model.named_parameters() if not torch.equal(p, before[n])}
    assert changed == {"language.model.embed_tokens.weight"} | {n for n in before if n.startswith("head.")}
    learn_words(model, chat, corpus, LossConfig(body=4.0, joints=4.0), 60, 0, told.append)
    first, second = (float(line.rpartition(" ")[2]) for line in told)
    assert second < first


def test_the_whole_model_begins_with_what_the_stage_has_learned(
    data_folder: Path, corpus: Corpus, tmp_path: Path
) -> None:
    """What the cheap formula gives the head is what the model gives it, in a batch with padding as well."""
    scratch = {"vocabulary": 400, "hidden": 32, "intermediate": 64, "layers": 3, "heads": 2}
    config = {"out": str(tmp_path), "data": {"folder": str(data_folder)}, "model": {"scratch": scratch}}
    model, chat = build(from_dict(TrainConfig, config), corpus)
    begin_as_a_bag(model.language)
    found = [example(corpus, {"generate": 1.0}, 0, i) for i in range(6)]
    batch = collate([encoded(chat, one) for one in found], chat.pad_id)
    with torch.no_grad():
        seen = model(batch)
        expected = seen.hidden[:, :-1][batch.labels[:, 1:] == model.pose_id]
        for k, hidden in enumerate(expected):
            ids = batch.input_ids[k]
            end = int((ids == model.pose_id).nonzero()[0])
            padded = torch.cat([ids[:end], ids.new_full((3,), chat.pad_id)])[None]
            mask = torch.tensor([[1] * end + [0] * 3])
            short = before_the_pose(model.language.get_input_embeddings(), padded, mask)[0]
            assert torch.allclose(short, hidden, atol=1e-4)
