"""UniPose's stages from their YAML on a tiny model: the loss falls, only what a stage trains changes, runs go on."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import torch
import yaml

from backend.errors import BadFile, BadInput
from backend.lm import pose_tokenizer
from backend.lm.pose_instructions import TASKS
from backend.lm.unipose import UniPose
from backend.lm.unipose_saving import load_unipose
from backend.train.config import read_config
from backend.train.unipose_stages import TRAINED, Stage, StageRun, built, rate_at
from tests.backend.lm import tiny, tiny_unipose
from tests.backend.train.three_poses import Texts

CONFIGS = Path(__file__).parents[3] / "backend" / "train" / "configs"


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Folders of a tiny language model, encoders and a pose tokenizer, as a user would name them."""
    folder = tmp_path_factory.mktemp("parts")
    words = tiny.tokenizer()
    base = folder / "base"
    tiny.llama(len(words), max_position_embeddings=1024).save_pretrained(base)
    words.save_pretrained(base)
    eyes = tiny_unipose.visual()
    eyes.clip.save_pretrained(folder / "clip")
    eyes.pose_vit.save_pretrained(folder / "pose_vit")
    pose_tokenizer.save(tiny_unipose.pose_tokenizer(), folder / "poses.safetensors")
    named = {"base": base, "clip": folder / "clip", "pose_vit": folder / "pose_vit"}
    return {**{k: str(v) for k, v in named.items()}, "pose_tokenizer": str(folder / "poses.safetensors")}


def stage(folder: Path, parts: dict[str, str], number: int, start: str = "", **more: object) -> Stage:
    """A stage read from a YAML file."""
    mixes = {
        2: {"text_to_pose": 1, "pose_to_text": 1, "edit": 1, "pose_difference": 1},
        3: {"image_to_pose": 1, "image_to_text": 1, "image_difference": 1},
        4: dict.fromkeys(TASKS, 1),
    }
    given = {
        "stage": number,
        "out": str(folder / f"run{number}"),
        "data": "unused",
        "mix": mixes[number],
        "start": start,
        "model": {**parts, "conversation": "plain", "lora_rank": 4, "lora_alpha": 8, "lora_dropout": 0.0},
        "batch": 2,
        "steps": 8,
        "lr": 3e-2,
        "picture_size": 32,
        "log_every": 4,
        **more,
    }
    file = folder / f"stage{number}.yaml"
    file.write_text(yaml.safe_dump(given))
    return read_config(file, (), Stage)


def quiet(_line: str) -> None:
    return


def weights(model: UniPose) -> dict[str, torch.Tensor]:
    return {n: p.detach().clone() for n, p in model.named_parameters()}


def kind_of(name: str) -> str:
    if "lora_" in name or "trainable_tokens" in name:
        return "adapter"
    return "projector" if "visual.projector" in name else "frozen"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, parts: dict[str, str]) -> dict[int, tuple[Path, Path]]:
    """All three stages, one after the other: number -> (folder of the run, folder of the model)."""
    out: dict[int, tuple[Path, Path]] = {}
    start = ""
    for number in TRAINED:
        folder = tmp_path_factory.mktemp(f"stage{number}")
        plan = stage(folder, parts, number, start)
        run = StageRun(plan, built(plan), Texts(), quiet)
        run.train()
        start = str(run.finish())
        out[number] = (Path(plan.out), Path(start))
    return out


@pytest.mark.parametrize("number", list(TRAINED))
def test_the_loss_falls_and_only_the_stages_own_parts_change(
    tmp_path: Path, parts: dict[str, str], trained: dict[int, tuple[Path, Path]], number: int
) -> None:
    start = str(trained[number - 1][1]) if number > 2 else ""
    more = {"steps": 40, "lr": 0.1} if number == 3 else {"steps": 20}  # a projector alone moves little
    plan = stage(tmp_path, parts, number, start, **more)
    run = StageRun(plan, built(plan), Texts(), quiet)
    before, same = weights(run.model), run.items.batch(0, 8)
    first = float(run.model.loss(same).detach())
    run.train()
    assert float(run.model.loss(same).detach()) < (0.9995 if number == 3 else 0.98) * first
    changed = {kind_of(n) for n, p in weights(run.model).items() if not torch.equal(p, before[n])}
    assert changed == set(TRAINED[number])


def test_the_stages_lead_from_one_to_the_next(trained: dict[int, tuple[Path, Path]]) -> None:
    second, third, fourth = (load_unipose(trained[n][1]) for n in (2, 3, 4))
    assert second.visual is None and third.visual is not None and fourth.visual is not None
    adapters = [{n: p for n, p in weights(m).items() if kind_of(n) == "adapter"} for m in (second, third, fourth)]
    assert all(torch.equal(p, adapters[1][n]) for n, p in adapters[0].items())
    assert any(not torch.equal(p, adapters[2][n]) for n, p in adapters[1].items())


def test_rows_of_other_words_stay(trained: dict[int, tuple[Path, Path]], parts: dict[str, str]) -> None:
    from transformers import AutoModelForCausalLM

    model = load_unipose(trained[2][1])
    merged = model.language.merge_and_unload()
    base = AutoModelForCausalLM.from_pretrained(parts["base"])
    known = len(tiny.tokenizer())
    for name in ("get_input_embeddings", "get_output_embeddings"):
        now, then = getattr(merged, name)().weight, getattr(base, name)().weight
        assert torch.equal(now[:known], then[:known])
    rows = torch.tensor(model.vocabulary.code_ids)
    assert float(merged.get_input_embeddings().weight[rows].detach().abs().max()) > 0


def test_a_run_logs_and_a_stopped_one_ends_as_one_that_was_not(tmp_path: Path, parts: dict[str, str]) -> None:
    torch.manual_seed(0)
    whole = StageRun(plan := stage(tmp_path / _made(tmp_path, "a"), parts, 2), _same(plan), Texts(), quiet)
    whole.train()
    plan = stage(tmp_path / _made(tmp_path, "b"), parts, 2)
    StageRun(plan, _same(plan), Texts(), quiet).train(until=4)
    second = StageRun(plan, _same(plan), Texts(), quiet)
    assert second.resume() and second.step == 4
    second.train()
    for a, b in zip(whole.trained, second.trained, strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-4)
    rows = list(csv.DictReader((Path(plan.out) / "log.csv").read_text().splitlines()))
    assert [int(r["step"]) for r in rows] == [4, 8]


def _made(folder: Path, name: str) -> str:
    (folder / name).mkdir()
    return name


def _same(plan: Stage) -> UniPose:
    """The model that a stage begins with, new rows and adapters the same each time."""
    torch.manual_seed(7)
    return built(plan)


def test_a_state_of_another_model_is_refused(tmp_path: Path, parts: dict[str, str]) -> None:
    plan = stage(tmp_path, parts, 2)
    run = StageRun(plan, built(plan), Texts(), quiet)
    state = {"step": 1, "trained": [torch.zeros(2)], "optimizer": {}, "rng": torch.get_rng_state()}
    torch.save(state, run.out / "state.pt")
    with pytest.raises(BadFile, match="another model"):
        run.resume()


@pytest.mark.parametrize("number", list(TRAINED))
def test_shipped_settings_are_read(number: int) -> None:
    plan = read_config(CONFIGS / f"unipose_{number}.yaml", (), Stage)
    assert plan.stage == number and set(plan.mix) <= set(TASKS)


@pytest.mark.parametrize(
    ("change", "told"),
    [({"stage": 5}, "5"), ({"stage": 3}, "start"), ({"precision": "int4"}, "int4"), ({"batch": 0}, "batch")],
)
def test_wrong_settings_are_named(tmp_path: Path, parts: dict[str, str], change: dict[str, object], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        stage(tmp_path, parts, 2, **change)


def test_a_projector_needs_its_encoders(
    tmp_path: Path, parts: dict[str, str], trained: dict[int, tuple[Path, Path]]
) -> None:
    plan = stage(tmp_path, {**parts, "clip": ""}, 3, str(trained[2][1]))
    with pytest.raises(BadInput, match="encoders"):
        built(plan)


def test_the_rate_goes_up_and_then_down() -> None:
    rates = [rate_at(s, 100, 0.1) for s in range(101)]
    assert rates[:10] == pytest.approx([0.1 * k for k in range(1, 11)])
    assert sorted(rates[10:], reverse=True) == rates[10:] and rates[100] == pytest.approx(0.0)
