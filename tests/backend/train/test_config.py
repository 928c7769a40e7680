from __future__ import annotations

from pathlib import Path

import pytest

from backend.errors import BadFile, BadInput
from backend.train import config as module
from backend.train.config import TrainConfig, read_config
from backend.train.eyes import EyesConfig
from backend.train.retriever import RetrieverConfig

CONFIGS = Path(module.__file__).parent / "configs"
GOOD = "out: run\ndata: {folder: data}\nmodel: {scratch: {hidden: 32}}\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "run.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["small", "small_eyes", "chatpose_lora"])
def test_shipped_configurations_are_read(name: str) -> None:
    assert isinstance(read_config(CONFIGS / f"{name}.yaml"), TrainConfig)


def test_the_recipe_of_chatpose_is_that_of_the_paper() -> None:
    config = read_config(CONFIGS / "chatpose_lora.yaml")
    lora = config.model.lora
    assert lora is not None
    assert (lora.rank, lora.alpha, lora.dropout, lora.targets) == (128, 256, 0.05, ("q_proj", "v_proj"))
    assert (config.loss.words, config.loss.root, config.loss.body, config.loss.norm) == (1.0, 0.1, 0.1, "l1")


def test_eyes_read_their_own_kind() -> None:
    assert read_config(CONFIGS / "eyes.yaml", ["side=64"], EyesConfig).side == 64


def test_the_retriever_reads_its_own_kind() -> None:
    assert read_config(CONFIGS / "retriever.yaml", ["steps=3"], RetrieverConfig).steps == 3


def test_the_command_line_goes_over_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    config = read_config(path, ["optim.steps=7", "optim.lr=3e-4", "run.precision=no", "data.mix={edit: 2}"])
    assert (config.optim.steps, config.optim.lr, config.run.precision) == (7, 3e-4, "no")
    assert config.data.mix == {"edit": 2.0}


@pytest.mark.parametrize(
    ("override", "message", "hint"),
    [
        ("optim.step=7", "optim.step: unknown key", "did you mean 'steps'"),
        ("colour=red", "colour: unknown key", "keys: out, data, model"),
        ("optim.steps=many", "optim.steps: expected int, got 'many'", ""),
        ("optim.steps=true", "optim.steps: expected int, got True", ""),
        ("optim.steps=0", "optim.steps: expected a positive number", ""),
        ("data.mix={sing: 1}", "data.mix: no task is called 'sing'", "tasks: generate"),
        ("data.mix={edit: -1}", "data.mix: expected shares", ""),
        ("run.precision=int4", "run.precision: expected no, bf16 or fp16", ""),
        ("loss.norm=l3", "loss.norm: expected l1 or l2", ""),
        ("model.base=other", "model: give either base or scratch", ""),
        ("model.lora={targets: q_proj}", "model.lora.targets: expected a list", ""),
        ("steps", "'steps': expected key=value", ""),
        ("out.deeper=1", "out holds a value", ""),
    ],
)
def test_a_wrong_key_or_value_is_named_with_what_is_allowed(
    tmp_path: Path, override: str, message: str, hint: str
) -> None:
    with pytest.raises(BadInput) as caught:
        read_config(written(tmp_path, GOOD), [override])
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_missing_fields_and_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="missing 'data'"):
        read_config(written(tmp_path, "out: run\nmodel: {scratch: {}}\n"))
    with pytest.raises(BadFile, match="cannot be read"):
        read_config(tmp_path / "absent.yaml")
    with pytest.raises(BadFile, match="no YAML"):
        read_config(written(tmp_path, "a: [1\n"))
