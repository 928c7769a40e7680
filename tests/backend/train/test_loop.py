"""Training on tiny random models: it learns, it goes on exactly, it stops when told, and its models can be loaded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from accelerate.state import AcceleratorState
from transformers import LlamaConfig, LlamaForCausalLM

from backend.errors import BadFile, BadInput
from backend.lm.chat import Utterance
from backend.lm.generating import Decoding, reply
from backend.lm.joints import to_model
from backend.lm.saving import load_pose_lm
from backend.train import checkpoints
from backend.train.__main__ import main, run
from backend.train.batches import Batches, encoded
from backend.train.config import OptimConfig, TrainConfig, from_dict
from backend.train.data.examples import TASKS, Corpus, example
from backend.train.data.poses import whole
from backend.train.kinematics import body_joints
from backend.train.logs import Log
from backend.train.loop import Trainer, rate_at
from backend.train.models import build, finished
from backend.train.tokenizer import learn_tokenizer


@pytest.fixture(autouse=True)
def _a_process_of_its_own() -> None:
    """Accelerate keeps the precision of the first run of a process; here every test is to be the first."""
    AcceleratorState._reset_state(reset_partial_state=True)


def settings(data_folder: Path, out: Path, **more: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "out": str(out),
        "data": {"folder": str(data_folder), "batch": 4, "bucket": 3, "longest": 200},
        "model": {"scratch": {"vocabulary": 400, "hidden": 16, "intermediate": 32, "layers": 1, "heads": 2}},
        "loss": {"joints": 1.0},
        "optim": {"lr": 3e-3, "steps": 8, "warmup": 2, "accumulate": 2},
        "run": {"threads": 1, "log_every": 1, "check_every": 4},
    }
    for key, value in more.items():
        base[key] = {**base[key], **value} if isinstance(value, dict) and key in base else value
    return base


def trained(values: dict[str, Any], fresh: bool = False) -> list[dict[str, str]]:
    """The log of a run."""
    config = from_dict(TrainConfig, values)
    assert run(config, fresh) == 0
    return Log(Path(config.out), 10**9).rows()


def losses(rows: list[dict[str, str]]) -> list[list[str]]:
    return [[row[k] for k in ("step", "lr", "loss", "words", "body", "joints", "norm", "val_loss")] for row in rows]


def test_a_run_that_was_interrupted_takes_the_steps_that_it_would_have_taken(
    data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = losses(trained(settings(data_folder, tmp_path / "whole")))
    assert [row[0] for row in whole] == [str(n) for n in range(1, 9)]

    step = Trainer._step

    def interrupted(self: Trainer, batches: Any) -> dict[str, float]:
        if self.progress.step == 4:
            signal.raise_signal(signal.SIGINT)
        return step(self, batches)

    values = settings(data_folder, tmp_path / "parts")
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "_step", interrupted)
        assert run(from_dict(TrainConfig, values)) == 130
    assert not (tmp_path / "parts" / "model").exists()
    assert [p.name for p in checkpoints.found(tmp_path / "parts")] == ["step-0000004", "step-0000005"]

    assert losses(trained(values))[5:] == whole[5:]
    ends = [torch.load(checkpoints.found(tmp_path / d)[-1] / "state.pt") for d in ("whole", "parts")]
    for name, value in ends[0]["trained"].items():
        assert (value == ends[1]["trained"][name]).all(), name


def test_a_run_learns_which_words_mean_which_pose(data_folder: Path, corpus: Corpus, tmp_path: Path) -> None:
    """Of three poses, as it has been told about them: it answers in its words, with the right one for each."""
    first, *others = corpus.told["atlas"]
    table = corpus.tables["atlas"].rotvecs
    others.sort(key=lambda i: float(np.abs(table[i, :22] - table[first, :22]).mean()))
    few = [first, others[len(others) // 2], others[-1]]
    three = Corpus(
        {"atlas": corpus.tables["atlas"]},
        {"atlas": {i: corpus.descriptions["atlas"][i] for i in few}},
        {"atlas": [row for row in corpus.asks["atlas"] if row["pose"] in few]},
        [],
        [],
    )
    values = settings(
        data_folder,
        tmp_path,
        data={"mix": {"generate": 1.0}, "batch": 12},
        model={
            "scratch": {
                "vocabulary": 500,
                "hidden": 48,
                "intermediate": 96,
                "layers": 2,
                "heads": 2,
                "words_first": 100,
            }
        },
        loss={"body": 4.0, "joints": 4.0},
        optim={"steps": 100, "lr": 1e-2, "warmup": 10, "accumulate": 1},
        run={"log_every": 10, "check_every": 100},
    )
    config = from_dict(TrainConfig, values)
    model, chat = build(config, three)
    joints = body_joints(table[few])
    scattered = float(np.linalg.norm(joints - joints.mean(axis=0), axis=-1).mean())  # m, of the mean pose
    Trainer(config, model, chat, three, three, lambda _line: None).run()
    rows = Log(tmp_path, 10**9).rows()
    assert float(rows[-1]["words"]) < 0.2 * float(rows[0]["words"])
    assert float(rows[-1]["joints"]) < 0.6 * scattered

    model, chat = load_pose_lm(finished(model, chat, config))
    poses = to_model(whole(corpus.tables["atlas"].rotvecs[few]), chat.config.joint_set, "y_up")
    for k, i in enumerate(few):
        words = corpus.descriptions["atlas"][i].line
        answer = reply(model, chat, chat.encode([Utterance("user", words)], ask=True), Decoding(most_tokens=24))
        assert chat.config.pose_token in answer.text and answer.ended
        apart = np.abs(poses[:, :22] - answer.rotmats[0, :22]).mean((1, 2, 3))
        assert int(np.argmin(apart)) == k


def test_lora_on_a_model_of_transformers_runs_end_to_end(data_folder: Path, tmp_path: Path) -> None:
    """The recipe of `configs/chatpose_lora.yaml` on a tiny base, which stays as it is: the adapter is what is saved."""
    tokenizer = learn_tokenizer(["a person is standing with the left arm raised"] * 3, 330)
    base = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=2,
            eos_token_id=tokenizer.eos_token_id,
        )
    )
    base.save_pretrained(tmp_path / "base")
    tokenizer.save_pretrained(tmp_path / "base")
    recipe = yaml.safe_load((Path("backend/train/configs/chatpose_lora.yaml")).read_text())
    recipe["model"]["base"] = str(tmp_path / "base")
    recipe |= {"out": str(tmp_path / "run"), "data": {**recipe["data"], "folder": str(data_folder), "bucket": 2}}
    recipe["optim"] |= {"steps": 3, "warmup": 1}
    recipe["run"] |= {"precision": "no", "log_every": 1, "check_every": 3, "threads": 1}
    rows = trained(recipe)
    assert len(rows) == 3 and all(float(row["norm"]) > 0 for row in rows)
    state = torch.load(checkpoints.found(tmp_path / "run")[-1] / "state.pt")["trained"]
    kinds = {"lora_A", "lora_B", "trainable_tokens", "head.", "pose_input."}
    assert all(any(kind in name for kind in kinds) for name in state)
    assert any(bool((v != 0).any()) for n, v in state.items() if "lora_B" in n)
    assert (tmp_path / "run/model/adapter").is_dir() and not (tmp_path / "run/model/language").exists()
    model, chat = load_pose_lm(tmp_path / "run/model")
    assert reply(model, chat, chat.encode([Utterance("user", "hello")], ask=True), Decoding(most_tokens=3)).ids


def test_half_precision_trains(data_folder: Path, tmp_path: Path) -> None:
    rows = trained(settings(data_folder, tmp_path, optim={"steps": 2}, run={"precision": "bf16"}))
    assert all(0 < float(row["loss"]) < 20 for row in rows)


def test_only_the_newest_checkpoints_are_kept(data_folder: Path, tmp_path: Path) -> None:
    trained(settings(data_folder, tmp_path, optim={"steps": 5}, run={"check_every": 1, "keep": 2}))
    assert [p.name for p in checkpoints.found(tmp_path)] == ["step-0000004", "step-0000005"]


def test_the_clock_ends_a_run(data_folder: Path, tmp_path: Path) -> None:
    rows = trained(settings(data_folder, tmp_path, optim={"steps": 10**6}, run={"minutes": 0.01}))
    assert 1 <= len(rows) < 1000


def test_a_folder_with_another_run_is_not_gone_on_with(data_folder: Path, tmp_path: Path) -> None:
    trained(settings(data_folder, tmp_path, optim={"steps": 1}))
    other = settings(data_folder, tmp_path, optim={"steps": 1}, seed=1)
    with pytest.raises(BadInput, match="other settings: seed"):
        run(from_dict(TrainConfig, other))
    assert trained(other, fresh=True)


def test_a_checkpoint_of_another_model_is_refused(data_folder: Path, corpus: Corpus, tmp_path: Path) -> None:
    trained(settings(data_folder, tmp_path, optim={"steps": 1}))
    wider = settings(data_folder, tmp_path / "b", model={"scratch": {"vocabulary": 400, "hidden": 24, "heads": 2}})
    config = from_dict(TrainConfig, wider)
    model, chat = build(config, corpus)
    trainer = Trainer(config, model, chat, corpus, corpus, lambda _line: None)
    with pytest.raises(BadFile, match="another model"):
        checkpoints.load(checkpoints.found(tmp_path)[-1], trainer.objective, trainer.optimizer)


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "run.yaml"
    path.write_text(f"out: {tmp_path / 'run'}\ndata: {{folder: {tmp_path}}}\nmodel: {{scratch: {{}}}}\n")
    assert main([str(path)]) == 2
    assert "no finished training data" in capsys.readouterr().err


@pytest.fixture(scope="module")
def batches(data_folder: Path, corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Batches:
    config = from_dict(TrainConfig, settings(data_folder, tmp_path_factory.mktemp("unused")))
    _, chat = build(config, corpus)
    return Batches(corpus, chat, config.data, 3)


def test_any_position_can_be_gone_back_to(batches: Batches) -> None:
    stream = batches.start_at(0)
    first = [next(stream) for _ in range(7)]
    for position in (1, 3, 5):
        again = next(batches.start_at(position))
        assert (again.input_ids == first[position].input_ids).all()
        assert (again.targets == first[position].targets).all()


def test_processes_share_the_conversations(batches: Batches) -> None:
    """Two processes see together what one sees with twice the batch, each conversation once."""

    def seen(rank: int, world: int, count: int) -> list[tuple[int, ...]]:
        mine = Batches(batches.corpus, batches.chat, batches.data, batches.seed, rank, world)
        stream = mine.start_at(0)
        rows = [row for _ in range(count) for row in next(stream).input_ids.tolist()]
        pad = batches.chat.pad_id
        return sorted(tuple(i for i in row if i != pad) for row in rows)

    alone = seen(0, 1, 2 * batches.data.bucket)
    assert sorted(seen(0, 2, batches.data.bucket) + seen(1, 2, batches.data.bucket)) == alone


@pytest.mark.parametrize("task", sorted(set(TASKS) - {"look"}))  # pictures: test_eyes
def test_what_is_learned_is_the_answer_and_nothing_else(batches: Batches, task: str) -> None:
    one = example(batches.corpus, {task: 1.0}, 0, 1)
    whole, asked = encoded(batches.chat, one), encoded(batches.chat, one, ask=True)
    learned = whole.labels != -100
    assert (whole.input_ids[: len(asked)] == asked.input_ids).all()
    assert not learned[: len(asked)].any() and learned[len(asked) :].all()
    assert len(whole.targets) + len(whole.given) == len(one.poses) and not len(asked.targets)


def test_the_rate_rises_then_falls_to_its_floor() -> None:
    optim = OptimConfig(lr=1.0, steps=100, warmup=10, floor=0.1)
    rates = [rate_at(step / 100, step, optim) for step in range(101)]
    assert rates[0] == pytest.approx(0.1, abs=0.01) and max(rates) == pytest.approx(1.0, abs=0.05)
    assert rates[-1] == pytest.approx(0.1) and rates[55] == pytest.approx(0.55, abs=0.1)


@pytest.mark.slow
def test_two_processes_train_one_model(data_folder: Path, tmp_path: Path) -> None:
    """Under `accelerate launch`, without a GPU: both take each step together and one of them saves."""
    config = tmp_path / "run.yaml"
    values = settings(data_folder, tmp_path / "run", optim={"steps": 3, "accumulate": 1}, run={"check_every": 3})
    config.write_text(yaml.safe_dump(values), encoding="utf-8")
    launch = ["-m", "accelerate.commands.accelerate_cli", "launch", "--multi_gpu", "--num_processes", "2"]
    plain = ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no", "-m", "backend.train"]
    own = {"HF_HOME": str(tmp_path)}  # where accelerate's config would be
    environment = os.environ | own | {"ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, *launch, *plain, str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("step 3/3") == 1
    state = torch.load(checkpoints.found(tmp_path / "run")[-1] / "state.pt")
    assert state["progress"]["position"] == 3 and len(state["rng"]) == 2
    assert load_pose_lm(tmp_path / "run" / "model")
