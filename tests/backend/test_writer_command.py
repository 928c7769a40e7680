"""`posewright writer`: settings are shown and changed, where words go is said plainly, and the model is tried."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from backend.cli import main
from backend.writer.settings import FILE_VARIABLE, Settings, read_settings
from backend.writer_command import told
from tests.backend.writer.model_server import ModelServer, model_server, raw, streamed

__all__ = ["model_server"]
UP = {"type": "direction", "segment": "left_arm", "toward": [0, 1, 0], "frame": "heading"}
FAR = "https://api.example.invalid/v1"


@pytest.fixture(autouse=True)
def file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "writer.toml"))


def test_settings_are_written_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["writer", "url=http://127.0.0.1:9/v1", "model=qwen", "samples=3"]) == 0
    out = capsys.readouterr().out
    assert "qwen" in out and "no further from here" in out
    assert read_settings().samples == 3


def test_a_key_is_read_unseen_and_never_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("sk-secret\n"))
    assert main(["writer", "key=-"]) == 0
    assert read_settings().key == "sk-secret"
    assert "sk-secret" not in capsys.readouterr().out


def test_what_is_no_setting_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["writer", "colour=red"]) == 2
    assert main(["writer", "model"]) == 2
    assert "NAME=VALUE" in capsys.readouterr().err


def test_the_model_is_tried(model_server: ModelServer, capsys: pytest.CaptureFixture[str]) -> None:
    answer = json.dumps({"reply": "Arm up.", "begin": "standing", "program": [UP]})
    model_server.script = [raw(b'{"data": [{"id": "other"}]}'), streamed(answer)]
    assert main(["writer", f"url={model_server.url}", "model=m", "--check"]) == 0
    told = capsys.readouterr()
    assert "Arm up." in told.out and "1 statements" in told.out
    assert "lists other, and not m" in told.err
    model_server.script = [streamed("I like turtles.")]
    assert main(["writer", "--check"]) == 3


def test_a_model_that_is_not_there_is_an_error_with_the_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["writer", "--check"]) == 3
    assert "posewright writer url=" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (Settings(), "nothing is sent"),
        (Settings(model="/models/x"), "nothing is sent"),
        (Settings(url="http://localhost:1/v1", model="m"), "this computer"),
        (Settings(url=FAR, model="m"), "nothing is sent there"),
        (Settings(url=FAR, model="m", remote="words"), "no pictures"),
        (Settings(url=FAR, model="m", remote="pictures"), "every picture"),
        (Settings(url="http://192.168.0.2/v1", model="m", remote="words"), "everybody can read"),
    ],
)
def test_where_words_go_is_said_plainly(settings: Settings, words: str) -> None:
    assert words in " ".join(told(settings))
