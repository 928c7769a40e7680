"""`posewright atlas` lists, shows, draws and checks; what it cannot find or read it names."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from backend.atlas_command import PAGE
from backend.cli import main
from backend.language.own_poses import VARIABLE

GOOD = '[[pose]]\nname = "grok stance"\naliases = ["grokking", "wibbling about"]\nprogram = "left elbow bent 90"\n'
CONTRARY = "left palm touches left foot sole; left knee straight; torso points up"


def _size(png: Path) -> tuple[int, int]:
    """(width, height) px, from the header."""
    width, height = struct.unpack(">II", png.read_bytes()[16:24])
    return width, height


@pytest.fixture(autouse=True)
def no_own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none"))


def test_the_list_names_every_category_and_where_own_files_go(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["atlas"]) == 0
    said = capsys.readouterr().out
    assert "yoga (" in said and "tree pose: " in said and "ways to ask" in said and "Your own files go into" in said


def test_a_named_pose_is_shown_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["atlas", "tree pose"]) == 0
    said = capsys.readouterr().out
    assert "vrksasana" in said and "right foot on ground" in said


def test_sheets_hold_a_page_of_poses_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["atlas", "tree pose", "plank", "--sheet", str(tmp_path / "a.png")]) == 0
    width, height = _size(tmp_path / "a.png")
    assert width > 2 * 400 and height > 300
    assert capsys.readouterr().out.count("wrote") == 1
    assert PAGE >= 6


def test_both_sides_draws_the_twin_too(tmp_path: Path) -> None:
    one, two = tmp_path / "one.png", tmp_path / "two.png"
    assert main(["atlas", "tree pose", "--sheet", str(one)]) == 0
    assert main(["atlas", "tree pose", "--both-sides", "--sheet", str(two)]) == 0
    assert _size(two)[0] > 1.8 * _size(one)[0]


@pytest.mark.parametrize("words", [["atlas", "no such pose"], ["atlas", "--category", "cookery"]])
def test_what_is_not_there_is_said(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) != 0
    assert words[-1] in capsys.readouterr().err


def test_a_good_file_is_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.toml").write_text(GOOD)
    assert main(["atlas", "--check", str(tmp_path / "mine.toml")]) == 0
    assert "grok stance: good" in capsys.readouterr().out


def test_statements_that_cannot_be_met_are_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.toml").write_text(GOOD.replace("left elbow bent 90", CONTRARY))
    assert main(["atlas", "--check", str(tmp_path / "mine.toml")]) == 1
    assert "not met" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.toml").write_text("[[pose")
    for name in ("bad.toml", "gone.toml"):
        assert main(["atlas", "--check", str(tmp_path / name)]) != 0
        said = capsys.readouterr().err
        assert name in said and "fault of Posewright" not in said
