"""What the tests of training share: a small data folder, made once by the real builder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from backend.train import models
from backend.train.data.build import Recipe, build
from backend.train.data.examples import Corpus
from backend.train.data.splits import SPLITS, split_of


@pytest.fixture(scope="session")
def motion_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Motion poses: three trials of every part, three poses each, one of them a near copy."""
    rng = np.random.default_rng(0)
    trials = [i for split in SPLITS for i in [i for i in range(200) if split_of(f"cmu {i}") == split][:3]]
    poses = rng.normal(0, 0.35, (len(trials), 3, 22, 3)).astype(np.float32)
    poses[:, 1] = poses[:, 0] + 0.01
    path = tmp_path_factory.mktemp("motion") / "poses.npz"
    np.savez(path, poses=poses.reshape(-1, 22, 3), trial_id=np.repeat(trials, 3))
    return path


@pytest.fixture(scope="session")
def data_folder(motion_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Training data of every kind and part, a few rows each."""
    out = tmp_path_factory.mktemp("data")
    recipe = Recipe(motion=motion_file, names=30, poses=24, prompts=8, edits=40, differences=24, pictures=24, workers=1)
    build(out, recipe, lambda _line: None)
    return out


@pytest.fixture(scope="session")
def corpus(data_folder: Path) -> Corpus:
    return Corpus.load(data_folder, "train")


@pytest.fixture(scope="session", autouse=True)
def few_texts_for_a_tokenizer() -> Iterator[None]:
    """A small vocabulary is learned from fewer conversations than a real one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "_READ", 1500)
        yield
