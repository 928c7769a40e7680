"""Folders of models: what is read is what was written, and what does not fit is refused with its name."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from backend.errors import BadFile, NotAvailable
from backend.lm.chat import Chat, Utterance
from backend.lm.config import PoseLMConfig
from backend.lm.devices import Placement
from backend.lm.generating import Decoding, reply
from backend.lm.lora import LoraSettings, add_lora
from backend.lm.pose_lm import PoseLM, new_pose_lm
from backend.lm.saving import NOTE, PARTS, load_pose_lm, read_weights, save_pose_lm
from tests.backend.lm import tiny

HERE = Placement("cpu", 32)


def answer(model: PoseLM, chat: Chat, picture: bool):
    asked = Utterance("user", "bend it", tuple(tiny.rotmats(1, 52)), picture=tiny.picture() if picture else None)
    prompt = chat.encode([asked], ask=True)
    seen = model(_batch(prompt, chat))
    return reply(model, chat, prompt, Decoding(8)).ids, model.head(seen.hidden).detach().numpy()


def _batch(prompt, chat):
    from backend.lm.batch import collate

    return collate([prompt], chat.pad_id)


def same(a, b) -> bool:
    return a[0] == b[0] and np.allclose(a[1], b[1], atol=1e-6)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    model, chat = tiny.text_model()
    save_pose_lm(model, chat, tmp_path / "model")
    return tmp_path / "model"


@pytest.mark.parametrize("picture", [False, True])
def test_a_whole_model_comes_back(tmp_path: Path, picture: bool) -> None:
    model, chat = tiny.picture_model() if picture else tiny.text_model()
    save_pose_lm(model, chat, tmp_path)
    assert same(answer(*load_pose_lm(tmp_path, HERE), picture), answer(model, chat, picture))


@pytest.mark.parametrize("picture", [False, True])
def test_an_adapter_comes_back_on_its_base(tmp_path: Path, picture: bool) -> None:
    model, chat = tiny.picture_model() if picture else tiny.text_model()
    model.language.save_pretrained(tmp_path / "base")
    add_lora(model, LoraSettings(4, 8, 0.0))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name or "trainable_tokens_delta" in name:
                weight.normal_(0.0, 0.2)
    model.eval()
    save_pose_lm(model, chat, tmp_path / "model", base=str(tmp_path / "base"))
    assert not (tmp_path / "model" / "language").exists()
    assert same(answer(*load_pose_lm(tmp_path / "model", HERE), picture), answer(model, chat, picture))


def test_an_adapter_needs_the_name_of_its_base(tmp_path: Path) -> None:
    model, chat = tiny.text_model()
    add_lora(model, LoraSettings(4, 8))
    with pytest.raises(ValueError, match="belongs"):
        save_pose_lm(model, chat, tmp_path)


def test_half_the_numbers_take_half_the_room_and_answer_alike(tmp_path: Path) -> None:
    model, chat = tiny.text_model()
    save_pose_lm(model, chat, tmp_path / "full")
    save_pose_lm(model, chat, tmp_path / "half", dtype=torch.float16)
    full, half = (sum(f.stat().st_size for f in (tmp_path / n).rglob("*.safetensors")) for n in ("full", "half"))
    assert half < 0.6 * full
    loaded, words = load_pose_lm(tmp_path / "half", HERE)
    assert {p.dtype for p in loaded.parameters()} == {torch.float32}
    assert np.allclose(answer(loaded, words, False)[1], answer(model, chat, False)[1], atol=5e-3)


@pytest.mark.parametrize("bits", [8, 4])
def test_a_model_is_loaded_in_fewer_bits(tmp_path: Path, bits: int) -> None:
    pytest.importorskip("bitsandbytes")
    words = tiny.tokenizer()
    config = PoseLMConfig(conversation="plain")
    model = new_pose_lm(tiny.llama(len(words), 64), words, config).eval()
    chat = Chat(words, config, model.places)
    save_pose_lm(model, chat, tmp_path)
    few, same_chat = load_pose_lm(tmp_path, Placement("cpu", bits))
    full, about = answer(model, chat, False), answer(few, same_chat, False)
    assert np.abs(full[1] - about[1]).mean() < 0.1
    small = few.language.model.layers[0].mlp.up_proj.weight
    assert small.dtype in (torch.int8, torch.uint8)
    assert small.numel() * small.element_size() == 64 * 128 * bits // 8


def test_there_is_no_pickle_in_the_folder(saved: Path) -> None:
    kinds = {f.suffix for f in saved.rglob("*") if f.is_file()}
    assert kinds <= {".json", ".safetensors", ".jinja"}


def test_the_config_comes_back(tmp_path: Path) -> None:
    config = PoseLMConfig(joints="smpl24", layout="rows", root_frame="camera", conversation="vicuna_v1")
    model, chat = tiny.text_model(config)
    save_pose_lm(model, chat, tmp_path)
    assert load_pose_lm(tmp_path, HERE)[0].config == config


def test_a_missing_weight_is_named(saved: Path) -> None:
    weights = load_file(saved / PARTS)
    del weights["head.outer.bias"]
    save_file({**weights, "head.extra": torch.zeros(1)}, saved / PARTS)
    with pytest.raises(BadFile, match=r"missing: head\.outer\.bias; unexpected: head\.extra"):
        load_pose_lm(saved, HERE)


def test_a_weight_of_another_shape_is_named_with_both(saved: Path) -> None:
    weights = load_file(saved / PARTS)
    save_file({**weights, "head.outer.bias": torch.zeros(144)}, saved / PARTS)
    with pytest.raises(BadFile, match=r"head\.outer\.bias \(144,\) instead of \(312,\)"):
        load_pose_lm(saved, HERE)


@pytest.mark.parametrize("change", [{"format": 2}, {"config": {"layout": "zigzag"}}, {"config": {"colour": 1}}])
def test_a_note_that_this_version_does_not_read_is_refused(saved: Path, change: dict) -> None:
    note = json.loads((saved / NOTE).read_text())
    (saved / NOTE).write_text(json.dumps(note | change))
    with pytest.raises(BadFile):
        load_pose_lm(saved, HERE)


@pytest.mark.parametrize("gone", [NOTE, PARTS, "language/model.safetensors", "words/tokenizer.json"])
def test_a_folder_that_lacks_a_file_is_refused(saved: Path, gone: str) -> None:
    (saved / gone).unlink()
    with pytest.raises(BadFile):
        load_pose_lm(saved, HERE)


def test_a_base_that_is_not_here_is_named_and_not_downloaded(saved: Path) -> None:
    note = json.loads((saved / NOTE).read_text())
    (saved / NOTE).write_text(json.dumps(note | {"base": "nobody/has-this-model"}))
    with pytest.raises(NotAvailable, match="nobody/has-this-model") as caught:
        load_pose_lm(saved, HERE)
    assert "hf download" in caught.value.hint


def test_a_pickle_that_holds_more_than_tensors_is_not_loaded(tmp_path: Path) -> None:
    torch.save({"a": torch.zeros(2), "b": Path("x")}, tmp_path / "bad.bin")
    with pytest.raises(BadFile, match="more than tensors"):
        read_weights(tmp_path / "bad.bin")
    torch.save({"a": torch.zeros(2)}, tmp_path / "good.bin")
    assert read_weights(tmp_path / "good.bin")["a"].shape == (2,)


def test_a_damaged_file_is_named(saved: Path) -> None:
    (saved / PARTS).write_bytes((saved / PARTS).read_bytes()[:100])
    with pytest.raises(BadFile, match="damaged"):
        load_pose_lm(saved, HERE)


def test_a_model_that_does_not_fit_is_refused_before_it_is_read(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.lm.devices.free_bytes", lambda device: 1000)
    with pytest.raises(NotAvailable, match="GiB") as caught:
        load_pose_lm(saved, HERE)
    assert caught.value.code == "out_of_memory"
