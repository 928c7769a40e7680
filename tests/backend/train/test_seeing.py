from __future__ import annotations

from dataclasses import replace
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
from backend.lm.saving import load_pose_lm, save_pose_lm
from backend.train.__main__ import run
from backend.train.batches import encoded
from backend.train.config import TrainConfig, from_dict
from backend.train.data.examples import Corpus, example
from backend.train.eyes import Eyes, EyesConfig
from backend.train.models import build, with_copying
from backend.train.seeing import with_eyes

PATCHES = (96 // 16) ** 2


@pytest.fixture(scope="module")
def learned(data_folder: Path, corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model that reads."""
    scratch = {"vocabulary": 400, "hidden": 32, "intermediate": 64, "layers": 2, "heads": 2}
    config = {"out": "", "data": {"folder": str(data_folder)}, "model": {"scratch": scratch}}
    folder = tmp_path_factory.mktemp("reading")
    save_pose_lm(*build(from_dict(TrainConfig, config), corpus), folder)
    return folder


@pytest.fixture
def reading(learned: Path) -> tuple[PoseLM, Chat]:
    return with_copying(*load_pose_lm(learned))


def untaught(**more: Any) -> Eyes:
    torch.manual_seed(0)
    return Eyes(EyesConfig("", "", **{"widths": (4, 8, 8, 16), "width": 32, **more})).eval()


def outputs(model: PoseLM, chat: Chat, corpus: Corpus, task: str) -> torch.Tensor:
    batch = collate([encoded(chat, example(corpus, {task: 1.0}, 0, i)) for i in range(4)], chat.pad_id)
    with torch.no_grad():
        seen = model.eval()(batch)
        return torch.cat([seen.hidden.flatten(), model.poses(seen, batch.labels).flatten()])


@pytest.mark.parametrize("task", ["generate", "edit"])
def test_a_model_reads_with_eyes_as_it_read_before(reading: tuple[PoseLM, Chat], corpus: Corpus, task: str) -> None:
    before = outputs(*reading, corpus, task)
    seeing = with_eyes(*reading, untaught())
    assert torch.allclose(outputs(*seeing, corpus, task), before, atol=1e-5)


def test_a_picture_is_its_patches_and_its_pose_at_first_glance(reading: tuple[PoseLM, Chat], corpus: Corpus) -> None:
    model, chat = with_eyes(*reading, untaught())
    one = example(corpus, {"look": 1.0}, 0, 1)
    prompt = encoded(chat, one, ask=True)
    assert int((prompt.input_ids == chat.image_id).sum()) == PATCHES + 1
    other = replace(prompt, pictures={"pixel_values": prompt.pictures["pixel_values"].flip(-1) + 1.0})
    same, different = (collate([p], chat.pad_id) for p in (prompt, other))
    with torch.no_grad():
        first, second = model.eval()(same), model(different)
    assert not torch.allclose(first.hidden[:, -1], second.hidden[:, -1])
    assert first.sources.poses.shape == (1, 52, 3, 3)
    assert not torch.allclose(first.sources.poses, second.sources.poses)


def test_an_untrained_gate_answers_about_what_is_seen(reading: tuple[PoseLM, Chat], corpus: Corpus) -> None:
    model, chat = with_eyes(*reading, untaught())
    one = next(e for e in (example(corpus, {"look": 1.0}, 0, i) for i in range(20)) if e.poses)
    batch = collate([encoded(chat, one)], chat.pad_id)
    with torch.no_grad():
        seen = model.eval()(batch)
        answered = model.poses(seen, batch.labels)
        alone = model.head(seen.hidden[:, :-1][batch.labels[:, 1:] == model.pose_id])
    assert (answered - seen.sources.poses).abs().max() < 0.5 * (alone - seen.sources.poses).abs().max()


def test_of_a_picture_the_answer_is_learned_and_nothing_else(reading: tuple[PoseLM, Chat], corpus: Corpus) -> None:
    _, chat = with_eyes(*reading, untaught())
    for number in range(6):
        one = example(corpus, {"look": 1.0}, 0, number)
        whole, asked = encoded(chat, one), encoded(chat, one, ask=True)
        learned = whole.labels != -100
        assert (whole.input_ids[: len(asked)] == asked.input_ids).all()
        assert not learned[: len(asked)].any() and learned[len(asked) :].all()
        assert len(whole.targets) == len(one.poses)


def test_a_run_gives_a_model_eyes_that_do_not_change_and_saves_it_with_them(
    learned: Path, data_folder: Path, corpus: Corpus, tmp_path: Path
) -> None:
    base: dict[str, Any] = {
        "data": {"folder": str(data_folder), "batch": 4, "bucket": 2, "longest": 200},
        "optim": {"lr": 1e-2, "steps": 2, "warmup": 1},
        "run": {"threads": 1, "log_every": 1, "check_every": 2},
    }
    eyes = untaught()
    eyes.save(tmp_path / "eyes")
    data = {**base["data"], "mix": {"look": 1.0, "generate": 1.0}}
    model = {"base": str(learned), "eyes": str(tmp_path / "eyes"), "copies": True}
    assert run(from_dict(TrainConfig, {**base, "out": str(tmp_path / "seeing"), "data": data, "model": model})) == 0
    loaded, chat = load_pose_lm(tmp_path / "seeing" / "model")
    assert loaded.config.copies and loaded.config.glances
    for mine, theirs in zip(loaded.eyes, (eyes.sight, eyes.projector, eyes.glance), strict=True):
        for name, value in theirs.state_dict().items():
            assert torch.equal(mine.state_dict()[name], value), name
    prompt = encoded(chat, example(corpus, {"look": 1.0}, 0, 0), ask=True)
    assert reply(loaded, chat, prompt, Decoding(4)).ids
    with pytest.raises(BadInput, match="sees pictures already"):
        with_eyes(loaded, chat, eyes)


def test_eyes_of_another_width_are_refused(reading: tuple[PoseLM, Chat], corpus: Corpus) -> None:
    with pytest.raises(BadInput, match=r"model\.eyes are for a model of"):
        with_eyes(*reading, untaught(width=64))


def test_pictures_of_any_size_become_the_side_of_the_eyes(reading: tuple[PoseLM, Chat], corpus: Corpus) -> None:
    _, chat = with_eyes(*reading, untaught())
    picture = np.zeros((50, 50, 3), np.uint8)
    pixels = chat.processor.image_processor([picture], return_tensors="pt")["pixel_values"]
    assert pixels.shape == (1, 3, 96, 96)
