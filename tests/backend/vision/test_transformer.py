"""Tiny checkpoints load and run; broken ones, missing devices and full memories are said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from backend.errors import BadFile, NotAvailable
from backend.vision import transformer
from backend.vision.checkpoints import people_checkpoint, pose_checkpoint
from backend.vision.transformer import BoxNetwork, HeatNetwork, device

from .tiny import HEIGHT, WIDTH, write_detector, write_vitpose

CROPS = np.random.default_rng(0).normal(0, 1, (2, HEIGHT, WIDTH, 3)).astype(np.float32)


@pytest.fixture(autouse=True)
def _chosen_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(transformer.DEVICE_VARIABLE, raising=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_vitpose(tmp_path_factory.mktemp("pose"))


@pytest.mark.parametrize(("keypoints", "experts"), [(17, 1), (17, 6), (133, 6)])
def test_crops_become_heat_as_the_model_itself_gives_it(tmp_path: Path, keypoints: int, experts: int) -> None:
    network = HeatNetwork(pose_checkpoint(write_vitpose(tmp_path, keypoints=keypoints, experts=experts)))
    heat = network(CROPS)
    assert heat.shape == (2, keypoints, 16, 12) and np.isfinite(heat).all()
    assert np.allclose(network(CROPS[1:])[0], heat[1], atol=1e-5)  # each crop by itself


def test_boxes_are_those_of_people_in_pixels_of_the_picture(tmp_path: Path) -> None:
    network = BoxNetwork(people_checkpoint(write_detector(tmp_path)))
    pixels = np.random.default_rng(1).integers(0, 255, (90, 200, 3)).astype(np.uint8)
    boxes, scores = network(pixels, 0.0)
    given = network._processor(images=pixels, return_tensors="pt")
    with torch.inference_mode():
        out = network._model(**given.to(device()))
    logits, middles = out.logits[0].sigmoid().cpu().numpy(), out.pred_boxes[0].cpu().numpy()
    assert len(boxes) > 0
    for box, score in zip(boxes, scores, strict=True):
        query = int(np.abs(logits[:, 0] - score).argmin())
        x, y, w, h = middles[query] * [200, 90, 200, 90]
        assert np.allclose(box, [x - w / 2, y - h / 2, w, h], atol=1e-2)


def test_weights_that_are_missing_are_named(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = load_file(tmp_path / "model.safetensors")
    del weights["head.conv.weight"]
    save_file(weights, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(BadFile, match=r"head\.conv\.weight") as caught:
        HeatNetwork(pose_checkpoint(tmp_path))
    assert "--engine photo" in caught.value.hint


def test_damaged_weights_are_said(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(
            file.read_bytes()[:200] if file.suffix == ".safetensors" else file.read_bytes()
        )
    with pytest.raises(BadFile, match="cannot be loaded"):
        HeatNetwork(pose_checkpoint(tmp_path))


def test_the_device_is_one_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert device() in ("cuda", "mps", "cpu")
    monkeypatch.setenv(transformer.DEVICE_VARIABLE, "cpu")
    assert device() == "cpu"
    monkeypatch.setenv(transformer.DEVICE_VARIABLE, "toaster")
    with pytest.raises(NotAvailable, match="toaster") as caught:
        device()
    assert "cpu" in caught.value.hint


def test_a_full_memory_says_what_to_do(folder: Path) -> None:
    network = HeatNetwork(pose_checkpoint(folder))

    def fill(*_: object) -> None:
        torch.empty(1 << 60)  # more than any machine has

    network._model.register_forward_pre_hook(fill)
    with pytest.raises(NotAvailable, match="memory") as caught:
        network(CROPS)
    assert caught.value.code == "out_of_memory" and transformer.DEVICE_VARIABLE in caught.value.hint


def test_without_torch_the_next_step_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transformer, "find_spec", lambda name: None)
    with pytest.raises(NotAvailable, match="torch and transformers") as caught:
        HeatNetwork(pose_checkpoint(folder))
    assert "pip install" in caught.value.hint
