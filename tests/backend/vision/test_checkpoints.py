"""Checkpoints of a user are checked before anything heavy is loaded, and what is wrong is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend.errors import BadFile, NotAvailable
from backend.vision import checkpoints
from backend.vision.checkpoints import detector_folder, missing, people_checkpoint, pose_checkpoint, vitpose_folder

from .tiny import write_detector, write_vitpose


@pytest.fixture(scope="module")
def pose(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_vitpose(tmp_path_factory.mktemp("pose"))


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_detector(tmp_path_factory.mktemp("people"))


def _changed(folder: Path, target: Path, **changes: object) -> Path:
    """The checkpoint with other values in its config.json."""
    target.mkdir()
    for file in folder.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (target / "config.json").write_text(json.dumps({**config, **changes}), encoding="utf-8")
    return target


def test_a_good_checkpoint_tells_its_shape(pose: Path, people: Path, tmp_path: Path) -> None:
    found = pose_checkpoint(pose)
    assert (found.size, found.keypoints, found.expert) == ((64, 48), 17, None)
    assert found.mean == pytest.approx((0.485, 0.456, 0.406)) and len(found.deviation) == 3
    assert people_checkpoint(people).person == 0
    many = pose_checkpoint(write_vitpose(tmp_path / "many", experts=6))
    assert many.expert == 0
    assert pose_checkpoint(write_vitpose(tmp_path / "whole", keypoints=133, experts=6)).expert == 5


def test_another_architecture_is_refused_by_name(pose: Path, people: Path) -> None:
    with pytest.raises(BadFile, match=r"RTDetrForObjectDetection, not VitPoseForPoseEstimation"):
        pose_checkpoint(people)
    with pytest.raises(BadFile, match=r"VitPoseForPoseEstimation, which is no object detector"):
        people_checkpoint(pose)


def test_keypoints_that_are_not_of_people_are_refused(pose: Path, tmp_path: Path) -> None:
    few = {str(k): f"LABEL_{k}" for k in range(16)}
    with pytest.raises(BadFile, match="16 keypoints; 17 or 133"):
        pose_checkpoint(_changed(pose, tmp_path / "few", id2label=few))
    beast = {str(k): "L_F_Paw" for k in range(17)}
    with pytest.raises(BadFile, match="animals"):
        pose_checkpoint(_changed(pose, tmp_path / "beast", id2label=beast))


def test_a_detector_that_knows_no_people_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="'person'"):
        people_checkpoint(write_detector(tmp_path, labels=("cat", "dog")))


def test_what_is_not_there_is_said(pose: Path, tmp_path: Path) -> None:
    with pytest.raises(NotAvailable, match=r"no config\.json") as caught:
        pose_checkpoint(tmp_path)
    assert checkpoints.VITPOSE_VARIABLE in caught.value.hint
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "config.json").write_bytes((pose / "config.json").read_bytes())
    with pytest.raises(NotAvailable, match=r"no \.safetensors"):
        pose_checkpoint(bare)


@pytest.mark.parametrize("text", ["{", "[]", "\x00"])
def test_a_damaged_config_is_said(pose: Path, tmp_path: Path, text: str) -> None:
    damaged = _changed(pose, tmp_path / "damaged")
    (damaged / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(BadFile, match=r"config\.json"):
        pose_checkpoint(damaged)


def test_folders_come_from_the_environment_or_lie_beside_the_models(
    pose: Path, people: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("POSEWRIGHT_MODELS", str(tmp_path))
    monkeypatch.delenv(checkpoints.VITPOSE_VARIABLE, raising=False)
    monkeypatch.delenv(checkpoints.DETECTOR_VARIABLE, raising=False)
    assert vitpose_folder() == tmp_path / "vitpose" and detector_folder() is None
    assert not checkpoints.set_up() and any("checkpoint" in what for what in missing())
    monkeypatch.setenv(checkpoints.VITPOSE_VARIABLE, str(pose))
    assert checkpoints.set_up() and missing() == ()
    monkeypatch.setenv(checkpoints.DETECTOR_VARIABLE, str(pose))
    assert any("no object detector" in what for what in missing())
    monkeypatch.setenv(checkpoints.DETECTOR_VARIABLE, str(people))
    assert missing() == ()
