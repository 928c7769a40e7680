"""A user's files are found, win over the shipped atlas, are read anew when they change, and a faulty one is said."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.language.atlas import atlas, shipped, use
from backend.language.own_poses import VARIABLE, own_files, own_folder, refresh
from backend.language.reader import read
from backend.pipeline import Pipeline
from rigs.wire import PoseRequest

POSE = '[[pose]]\nname = "{name}"\naliases = ["{alias}"]\nprogram = "{program}"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    yield tmp_path
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nothing"))
    refresh()
    use(shipped())


def _write(file: Path, name: str = "grok stance", alias: str = "grokking", program: str = "left elbow bent 90") -> None:
    file.write_text(POSE.format(name=name, alias=alias, program=program))
    stat = file.stat()
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + len(program)))  # clocks of file systems are coarse


def test_an_own_pose_is_known_by_its_aliases(folder: Path) -> None:
    assert read("grokking").is_empty
    _write(folder / "mine.toml")
    assert refresh() == ()
    assert read("a man grokking").named == ("grok stance",)
    assert "tree pose" in atlas().entries


def test_a_changed_file_is_read_anew(folder: Path) -> None:
    _write(folder / "mine.toml")
    first = Pipeline().pose(PoseRequest(prompt="grokking")).poses[0].posecodes
    _write(folder / "mine.toml", program="left elbow bent 45")
    again = Pipeline().pose(PoseRequest(prompt="grokking")).poses[0].posecodes
    assert [c["degrees"] for c in (*first, *again) if c["type"] == "angle"] == [90, 45]


def test_an_own_pose_replaces_a_shipped_one_of_its_name(folder: Path) -> None:
    _write(folder / "mine.toml", name="tree pose", alias="my tree")
    refresh()
    assert "elbow" in atlas().entries["tree pose"].text


def test_an_own_alias_goes_before_a_shipped_one(folder: Path) -> None:
    _write(folder / "mine.toml", alias="waving")
    refresh()
    assert read("waving").named == ("grok stance",)


def test_an_own_pose_may_build_on_a_shipped_one(folder: Path) -> None:
    (folder / "mine.toml").write_text('[[pose]]\nname = "x"\nbased_on = "tree pose"\nprogram = "look up"\n')
    assert refresh() == ()
    assert len(atlas().program("x")) > 3


@pytest.mark.parametrize("text", ["[[pose", POSE.format(name="a", alias="b", program="wiggle"), "x = 1\n", "\xff"])
def test_a_faulty_file_is_left_out_and_said(folder: Path, text: str) -> None:
    (folder / "bad.toml").write_bytes(text.encode("latin-1"))
    _write(folder / "good.toml")
    result = Pipeline().pose(PoseRequest(prompt="grokking"))
    assert result.poses
    assert any("bad.toml was left out" in warning for warning in result.warnings)


def test_without_the_variable_they_lie_where_settings_lie(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert own_folder() == tmp_path / "posewright" / "atlas"
    assert own_files() == []
