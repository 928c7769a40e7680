from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from backend.errors import BadInput
from backend.lm.batch import collate
from backend.lm.chat import Chat
from backend.lm.generating import Decoding, reply
from backend.lm.pose_lm import PoseLM
from backend.lm.saving import load_pose_lm
from backend.train.__main__ import run
from backend.train.batches import encoded
from backend.train.config import EyesConfig, LossConfig, TrainConfig, from_dict
from backend.train.data.examples import Corpus, example
from backend.train.eyes import features, learn_pictures, place_loss, with_eyes
from backend.train.models import build

EYES = {"side": 96, "patch": 32, "hidden": 16, "layers": 1, "heads": 2, "pictures_first": 3}


def reading(data_folder: Path, corpus: Corpus, out: Path) -> tuple[PoseLM, Chat]:
    scratch = {"vocabulary": 400, "hidden": 32, "intermediate": 64, "layers": 2, "heads": 2}
    config = {"out": str(out), "data": {"folder": str(data_folder)}, "model": {"scratch": scratch}}
    return build(from_dict(TrainConfig, config), corpus)


def outputs(model: PoseLM, chat: Chat, corpus: Corpus, task: str) -> torch.Tensor:
    batch = collate([encoded(chat, example(corpus, {task: 1.0}, 0, i)) for i in range(4)], chat.pad_id)
    with torch.no_grad():
        seen = model.eval()(batch)
        return torch.cat([seen.hidden.flatten(), model.poses(seen, batch.labels).flatten()])


@pytest.mark.parametrize("task", ["generate", "edit"])
def test_a_model_reads_with_eyes_as_it_read_before(
    data_folder: Path, corpus: Corpus, tmp_path: Path, task: str
) -> None:
    model, chat = reading(data_folder, corpus, tmp_path)
    before = outputs(model, chat, corpus, task)
    seeing = with_eyes(model, chat, EyesConfig(**EYES))
    assert torch.allclose(outputs(*seeing, corpus, task), before, atol=1e-5)


def test_pictures_reach_the_words_behind_them(data_folder: Path, corpus: Corpus, tmp_path: Path) -> None:
    model, chat = with_eyes(*reading(data_folder, corpus, tmp_path), EyesConfig(**EYES))
    one = example(corpus, {"look": 1.0}, 0, 1)
    assert one.picture is not None
    prompt = encoded(chat, one, ask=True)
    assert int((prompt.input_ids == chat.image_id).sum()) == (96 // 32) ** 2
    other = {"pixel_values": prompt.pictures["pixel_values"].flip(-1) + 1.0}
    same, different = (collate([p], chat.pad_id) for p in (prompt, type(prompt)(**{**vars(prompt), "pictures": other})))
    with torch.no_grad():
        first, second = model.eval()(same).hidden[:, -1], model(different).hidden[:, -1]
    assert not torch.allclose(first, second)


def test_of_a_picture_the_answer_is_learned_and_nothing_else(data_folder: Path, corpus: Corpus, tmp_path: Path) -> None:
    _, chat = with_eyes(*reading(data_folder, corpus, tmp_path), EyesConfig(**EYES))
    for number in range(6):
        one = example(corpus, {"look": 1.0}, 0, number)
        whole, asked = encoded(chat, one), encoded(chat, one, ask=True)
        learned = whole.labels != -100
        assert (whole.input_ids[: len(asked)] == asked.input_ids).all()
        assert not learned[: len(asked)].any() and learned[len(asked) :].all()
        assert len(whole.targets) == len(one.poses)


def test_the_first_stage_opens_the_eyes_and_changes_nothing_else(
    data_folder: Path, corpus: Corpus, tmp_path: Path
) -> None:
    model, chat = with_eyes(*reading(data_folder, corpus, tmp_path), EyesConfig(**EYES))
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    told: list[str] = []
    learn_pictures(model, chat, corpus, LossConfig(body=4.0, joints=4.0), 200, 0, told.append)
    changed = {n for n, p in model.named_parameters() if not torch.equal(p, before[n])}
    assert changed and all("vision_tower" in n or "multi_modal_projector" in n for n in changed)
    first, second = (float(line.split()[-3]) for line in told)
    assert second < first


def test_places_are_counted_in_patches_row_by_row() -> None:
    where = torch.full((1, 22, 9), -10.0)
    where[..., 5] = 10.0  # the middle row, the right column
    at = torch.tensor([0.9, 0.5]).expand(1, 22, 2)
    assert place_loss(where, at).item() < 1e-6
    assert place_loss(where, at.flip(-1)).item() > 10
    assert place_loss(where, torch.tensor([1.4, 0.4]).expand(1, 22, 2)).item() < 1e-6  # out of the picture: its edge


def test_a_run_gives_a_model_eyes_and_saves_it_with_them(data_folder: Path, corpus: Corpus, tmp_path: Path) -> None:
    base: dict[str, Any] = {
        "data": {"folder": str(data_folder), "batch": 4, "bucket": 2, "longest": 200},
        "optim": {"lr": 1e-3, "steps": 2, "warmup": 1},
        "run": {"threads": 1, "log_every": 1, "check_every": 2},
    }
    scratch = {"vocabulary": 400, "hidden": 32, "intermediate": 64, "layers": 1, "heads": 2}
    assert run(from_dict(TrainConfig, {**base, "out": str(tmp_path / "words"), "model": {"scratch": scratch}})) == 0
    data = {**base["data"], "mix": {"look": 1.0, "generate": 1.0}}
    model = {"base": str(tmp_path / "words" / "model"), "eyes": EYES}
    assert run(from_dict(TrainConfig, {**base, "out": str(tmp_path / "eyes"), "data": data, "model": model})) == 0
    loaded, chat = load_pose_lm(tmp_path / "eyes" / "model")
    prompt = encoded(chat, example(corpus, {"look": 1.0}, 0, 0), ask=True)
    assert reply(loaded, chat, prompt, Decoding(4)).ids
    with pytest.raises(BadInput, match="sees pictures already"):
        with_eyes(loaded, chat, EyesConfig(**EYES))


def test_features_are_as_many_as_the_patches(data_folder: Path, corpus: Corpus, tmp_path: Path) -> None:
    model, chat = with_eyes(*reading(data_folder, corpus, tmp_path), EyesConfig(**EYES))
    picture = np.zeros((50, 50, 3), np.uint8)
    pixels = chat.processor.image_processor([picture], return_tensors="pt")["pixel_values"]
    assert features(model, pixels).shape == (1, 9, 32)


@pytest.mark.parametrize("wrong", [{"side": 100, "patch": 16}, {"hidden": 30, "heads": 4}])
def test_sizes_that_do_not_go_together_are_refused(
    data_folder: Path, corpus: Corpus, tmp_path: Path, wrong: dict[str, int]
) -> None:
    model, chat = reading(data_folder, corpus, tmp_path)
    with pytest.raises(BadInput, match="multiple"):
        with_eyes(model, chat, EyesConfig(**{**EYES, **wrong}))
