from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.errors import BadFile
from backend.train.answers import Answers
from backend.train.data.poses import learned, mirrored
from backend.train.speculation import judged, situations


def poses(count: int) -> np.ndarray:
    return learned(np.random.default_rng(0).normal(0, 0.5, (count, 55, 3)))


def answers(rotvecs: np.ndarray) -> Answers:
    return Answers(rotvecs, np.ones(len(rotvecs), bool), ("",) * len(rotvecs))


def test_every_situation_means_a_pose_of_the_atlas_and_names_no_limb() -> None:
    rows = situations()
    assert len(rows) >= 60 and len({row.text for row in rows}) == len(rows)
    limbs = {"arm", "arms", "leg", "legs", "knee", "knees", "elbow", "elbows", "kneeling", "sitting", "standing"}
    assert not [row.text for row in rows if limbs & set(row.text.replace(",", "").split())]


def test_the_meant_pose_and_its_mirror_image_are_right() -> None:
    meant = poses(40)
    for twin in (meant, mirrored(meant)):
        figures = judged(answers(twin), meant)
        assert figures["top-1"] == 100 and figures["MPJPE"] == pytest.approx(0, abs=1e-3)


def test_one_answer_to_everything_is_right_by_chance() -> None:
    meant = poses(64)
    figures = judged(answers(np.repeat(poses(65)[64:], 64, axis=0)), meant)
    assert figures["top-1"] < 12 and figures["top-5"] < 35


def test_an_unknown_pose_is_named(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text('[[situation]]\ntext = "x"\npose = "no such pose"\n')
    with pytest.raises(BadFile, match="no such pose"):
        situations(path)
