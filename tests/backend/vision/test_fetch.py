"""Models come out of the wheel whole and checked, or not at all; nothing is installed into a foreign Python."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest

from backend.errors import Broken, NotAvailable
from backend.vision import fetch, models


def test_a_changed_model_is_refused_and_not_written(tmp_path: Path) -> None:
    wheel = tmp_path / "wheel.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for model in models.MODELS.values():
            archive.writestr(model.path, b"something else")
    with pytest.raises(Broken, match="not the model"):
        fetch.unpack(wheel, tmp_path / "models")
    assert not list((tmp_path / "models").iterdir())


def test_models_that_are_here_are_not_fetched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "_pip", lambda *arguments: pytest.fail(f"pip {arguments}"))
    assert fetch.set_up(lambda text: None) == models.folder()


def test_a_python_that_is_no_environment_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "base_prefix", sys.prefix)
    monkeypatch.setattr(fetch, "missing", lambda: ("the package Pillow",))
    with pytest.raises(NotAvailable, match="no environment of its own"):
        fetch.set_up(lambda text: None)


def test_a_failing_pip_is_told_with_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "WHEEL", ("posewright-no-such-package", "0.0"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(NotAvailable, match="pip download failed"):
        fetch.fetch(tmp_path)


def test_photos_do_without_what_reads_videos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "VIDEO", "posewright_no_such_package")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    told: list[str] = []
    fetch.with_video(told.append)
    assert "setup video" in told[-1] and "pictures can" in told[-1]
    with pytest.raises(NotAvailable, match="pip install failed"):
        fetch.with_video(told.append, needed=True)
