from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from backend.errors import BadFile
from backend.train.data.examples import Corpus
from backend.train.metrics import recall
from backend.train.retriever import Judge, Retriever, RetrieverConfig, main, train


def test_training_brings_texts_to_their_poses(data_folder: Path, corpus: Corpus, tmp_path: Path) -> None:
    """On poses that it has learned, so that it tells whether learning works, not how well it generalises."""
    out = tmp_path / "judge"
    config = RetrieverConfig(
        str(data_folder), str(out), "train", vocabulary=500, width=32, batch=16, steps=150, lr=5e-3, threads=1
    )
    judge = train(config)
    rows = corpus.told["atlas"][:10]
    texts = [corpus.descriptions["atlas"][i].line for i in rows]
    poses = np.stack([corpus.pose("atlas", i) for i in rows])
    words, bodies = judge.of_texts(texts), judge.of_poses(poses)
    assert recall(words, bodies, (3,))[3] >= 60
    assert np.linalg.norm(words, axis=1) == pytest.approx(np.ones(10), abs=1e-5)

    again = Judge.load(out)
    assert again.of_texts(texts) == pytest.approx(words, abs=1e-6)
    assert again.of_poses(poses) == pytest.approx(bodies, abs=1e-6)
    assert again.of_texts([texts[0], texts[0].upper()])[0] == pytest.approx(words[0], abs=1e-5)


def test_padding_says_nothing() -> None:
    torch.manual_seed(0)
    model = Retriever(50, 16, 198).eval()
    ids, mask = torch.tensor([[5, 6, 7]]), torch.ones(1, 3)
    padded = torch.tensor([[5, 6, 7, 0, 0]])
    longer = torch.tensor([[1.0, 1, 1, 0, 0]])
    forward = model.text(ids, mask)
    assert forward.shape == (1, 16)
    assert (forward @ model.text(padded, longer).T).item() > 0.9


def test_the_loss_is_that_of_chance_for_features_that_say_nothing() -> None:
    model = Retriever(50, 8, 198)
    same = torch.nn.functional.normalize(torch.ones(16, 8), dim=-1)
    assert model.loss(same, same).item() == pytest.approx(np.log(16), abs=1e-4)


def test_a_folder_without_one_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadFile, match="holds no retriever"):
        Judge.load(tmp_path)
    path = tmp_path / "r.yaml"
    path.write_text("folder: nowhere\nout: x\n")
    assert main([str(path)]) == 2
    assert "no finished training data" in capsys.readouterr().err
