"""Settings: file, environment and command line in that order; keys are kept to themselves; addresses are checked."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from backend.errors import BadFile, BadInput
from backend.writer.settings import FILE_VARIABLE, Settings, is_loopback, read_settings, write_settings


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "deep" / "writer.toml"
    monkeypatch.setenv(FILE_VARIABLE, str(path))
    return path


def test_without_anything_there_is_no_model(file: Path) -> None:
    assert not read_settings().is_set


def test_the_environment_counts_over_the_file_and_the_call_over_both(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_settings({"url": "http://localhost:1/v1", "model": "a", "samples": "3", "vision": "yes"})
    monkeypatch.setenv("POSEWRIGHT_WRITER_MODEL", "b")
    monkeypatch.setenv("POSEWRIGHT_WRITER_SAMPLES", "5")
    found = read_settings({"samples": "7"})
    assert (found.url, found.model, found.samples, found.vision) == ("http://localhost:1/v1", "b", 7, True)


def test_settings_are_changed_one_by_one_and_taken_out_by_an_empty_text(file: Path) -> None:
    write_settings({"model": 'a "quoted" \\ name', "temperature": "0.5"})
    write_settings({"temperature": "", "remote": "words"})
    assert read_settings() == Settings(model='a "quoted" \\ name', remote="words")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_the_file_is_its_owner_s_alone_also_where_it_was_not(file: Path) -> None:
    write_settings({"model": "a"})
    file.chmod(0o644)
    write_settings({"key": "secret"})
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_key_is_in_no_representation() -> None:
    assert "secret" not in repr(Settings(model="m", key="secret"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("samples", "0"),
        ("samples", "many"),
        ("temperature", "3"),
        ("remote", "everything"),
        ("vision", "maybe"),
        ("hold", "tight"),
        ("url", "ftp://example.org"),
        ("url", "nonsense"),
        ("url", "http://user:pass@localhost/v1"),
        ("url", "http://localhost:99999/v1"),
        ("colour", "red"),
    ],
)
def test_what_is_no_setting_is_refused_before_it_is_written(file: Path, name: str, text: str) -> None:
    with pytest.raises(BadInput, match="writer") as caught:
        write_settings({name: text})
    assert "pass" not in caught.value.message
    assert not file.exists()


@pytest.mark.parametrize("text", ["model = ", "colour = 'red'", "samples = '3'", "samples = true", "vision = 1"])
def test_a_broken_file_says_what_is_wrong_in_it(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text)
    with pytest.raises(BadFile, match=r"writer\.toml"):
        read_settings()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1", "LOCALHOST"])
def test_this_computer_is_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.2", "localhost.example.org", "127.0.0.1.nip.io", "::2", ""])
def test_another_computer_is_not_taken_for_it(host: str) -> None:
    assert not is_loopback(host)


def test_brackets_of_an_address_do_not_hide_it() -> None:
    assert not Settings(url="http://[::1]:8080/v1", model="m").is_remote
    assert Settings(url="http://[2001:db8::1]/v1", model="m").is_remote
