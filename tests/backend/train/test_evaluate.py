from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backend.body.rotations import rotmat_to_rotvec, rotvec_to_rotmat, yaw_rotmat
from backend.errors import NotAvailable
from backend.pipeline import Pipeline
from backend.train import evaluate as module
from backend.train.answers import Asked, agreement, distances
from backend.train.data.examples import Corpus
from backend.train.data.poses import mirrored, whole
from backend.train.evaluate import Cases, edits, evaluate, looks, main, pose_to_text, table, text_to_pose
from rigs.wire import Pose, PoseRequest, PoseResult


@pytest.fixture(scope="module")
def cases(data_folder: Path) -> Cases:
    return Cases(Corpus.load(data_folder, "train"), None, 3)


def test_cases_are_those_of_the_seed(cases: Cases) -> None:
    again = Cases(cases.corpus, None, 3)
    assert cases.captions()[0] == again.captions()[0] and (cases.edits()[1] == again.edits()[1]).all()
    assert cases.captions()[0] != Cases(cases.corpus, None, 3, seed=1).captions()[0]
    assert len({p.tobytes() for p in cases.captions()[1]}) == 3


def test_the_embedded_engine_gives_the_atlas_back(cases: Cases) -> None:
    """Its own names are no test for it: it must be nearly perfect there, or the figures are wrong."""
    texts, poses = cases.names()
    figures = text_to_pose("embedded", texts, poses, None)
    assert figures["answered %"] == 100
    assert figures["posecodes %"] > 90 and figures["MPJPE"] < 60


def test_poses_agree_with_themselves_and_less_with_their_mirror_image(cases: Cases) -> None:
    _, poses = cases.captions()
    assert agreement(poses, poses) == 100 and distances(poses, poses)["MPJPE"] == pytest.approx(0, abs=1e-9)
    assert agreement(mirrored(poses), poses) < 99


def test_words_are_judged_by_posing_them_again(cases: Cases) -> None:
    _, poses = cases.captions()
    figures = pose_to_text("embedded", poses, None)
    assert figures["posed again %"] > 55 and figures["words"] > 2


def test_edits_stand_beside_doing_nothing(cases: Cases) -> None:
    figures = edits("embedded", *cases.edits())
    assert figures["MPJPE"] < figures["unchanged MPJPE"]


def test_an_engine_without_an_answer_counts_as_the_stance_at_ease() -> None:
    answers = Asked("embedded").poses(["frobnicating quux", "squatting"])
    assert answers.answered.tolist() == [False, True]
    assert np.abs(answers.rotvecs[0] - answers.rotvecs[1]).max() > 1


def test_engines_that_are_not_here_are_left_out_and_said(
    data_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = evaluate

    def one_is_missing(engine: str, name: str, cases: Cases) -> dict[str, float]:
        if engine == "absent":
            raise NotAvailable("the engine 'absent' lacks its weights", "get them")
        return run(engine, name, cases)

    monkeypatch.setattr(module, "evaluate", one_is_missing)
    out = tmp_path / "figures.json"
    options = ["--engine", "embedded", "--engine", "absent", "--set", "names", "--count", "2", "--part", "train"]
    assert main([str(data_folder), *options, "--out", str(out)]) == 0
    told = capsys.readouterr()
    assert "| embedded |" in told.out and "absent is left out of names" in told.err
    assert set(json.loads(out.read_text())["names"]) == {"embedded"}


def test_a_wrong_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--engine", "embedded"]) == 2
    assert "no finished training data" in capsys.readouterr().err


def test_tables_keep_every_column() -> None:
    assert table("edit", {"a": {"x": 1.234}, "b": {"y": 0.5}}).splitlines() == [
        "| edit | x | y |",
        "|---|---|---|",
        "| a | 1.2 |  |",
        "| b |  | 0.500 |",
    ]


def test_looks_are_judged_as_the_camera_sees_them(cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that answers the true poses is right; turned about the vertical it is not, for all the body is."""
    pictures, poses = cases.pictures()
    assert len(pictures) == len(poses) == 3

    def answering(turn: float) -> None:
        left = iter(poses)

        def pose(_self: Pipeline, request: PoseRequest) -> PoseResult:
            rotvecs = whole(next(left)).astype(float)
            rotvecs[0] = rotmat_to_rotvec(yaw_rotmat(turn) @ rotvec_to_rotmat(rotvecs[0]))
            return replace(posed, poses=(replace(posed.poses[0], pose=Pose(rotvecs, np.zeros(3))),))

        monkeypatch.setattr(module.Pipeline, "pose", pose)

    posed = Pipeline().pose(PoseRequest(prompt="standing"))
    answering(0.0)
    right = looks("small", pictures, poses)
    assert right["MPJPE"] < 0.1 and right["answered %"] == 100 and right["mean pose MPJPE"] > 20
    answering(1.0)
    turned = looks("small", pictures, poses)
    assert turned["MPJPE"] > 50 and turned["PA-MPJPE"] < 0.1
