"""Models as folders: they answer as before, adapters find their base, damaged parts are told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from backend.errors import BadFile
from backend.lm.lora import LoraSettings
from backend.lm.unipose_reading import joined
from backend.lm.unipose_saving import NOTE, load_unipose, save_unipose
from backend.lm.unipose_training import add_adapter, train_only
from tests.backend.lm import tiny, tiny_unipose
from tests.backend.lm.tiny_unipose import answered


def test_a_saved_model_answers_as_it_did(tmp_path: Path) -> None:
    model = tiny_unipose.unipose(pictures=True)
    save_unipose(model, tmp_path)
    again = load_unipose(tmp_path)
    turns = [("user", model.reader.picture), ("assistant", tiny_unipose.pose(model)[1])]
    read = model.reader.read(turns, [tiny.picture()])
    batch = joined([read], model.pad_id)
    torch.testing.assert_close(again(batch), model(batch), atol=1e-5, rtol=0)
    assert again.config == model.config


def test_an_adapter_is_saved_beside_the_name_of_its_base(tmp_path: Path) -> None:
    words = tiny.tokenizer()
    tiny.llama(len(words), max_position_embeddings=512).save_pretrained(tmp_path / "base")
    model = tiny_unipose.unipose()
    add_adapter(model, LoraSettings(rank=2, alpha=4, targets=("q_proj",)))
    with torch.no_grad():
        for parameter in train_only(model, ("adapter",)):
            parameter.add_(0.1 * torch.randn_like(parameter))
    with pytest.raises(ValueError, match="name or folder"):
        save_unipose(model, tmp_path / "model")
    save_unipose(model.eval(), tmp_path / "model", str(tmp_path / "base"))
    batch = joined([answered(model)[1]], model.pad_id)
    words = torch.arange(len(model.words)) != model.vocabulary.picture  # a mark that is never written
    again = load_unipose(tmp_path / "model")
    torch.testing.assert_close(again(batch)[..., words], model(batch)[..., words], atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    ("part", "content"),
    [(NOTE, "no json"), (NOTE, json.dumps({"format": 9, "config": {}, "base": None})), ("projector.safetensors", "x")],
)
def test_a_damaged_part_is_told(tmp_path: Path, part: str, content: str) -> None:
    save_unipose(tiny_unipose.unipose(pictures=True), tmp_path)
    (tmp_path / part).write_text(content)
    with pytest.raises(BadFile, match=r"format 9|cannot be read|damaged"):
        load_unipose(tmp_path)


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=NOTE):
        load_unipose(tmp_path)
