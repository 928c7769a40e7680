"""Checkpoints are downloaded only after their size was said and agreed to, and only such as can be used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from backend.cli import main
from backend.errors import BadFile, BadInput, NotAvailable
from backend.vision import checkpoints, hub

from .tiny import write_detector, write_vitpose

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class _Hub(BaseHTTPRequestHandler):
    """As much of the hub's interface as a download takes: what a repository holds, and its files."""

    repositories: dict[str, Path] = {}
    asked: list[str] = []

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, *_: object) -> None:
        return

    def _answer(self, body: bool) -> None:
        path = self.path.split("?")[0].strip("/")
        self.asked.append(path)
        for name, folder in self.repositories.items():
            if path.startswith(f"api/models/{name}"):
                files = [{"rfilename": f.name, "size": f.stat().st_size} for f in folder.iterdir()]
                self._send(json.dumps({"id": name, "sha": COMMIT, "siblings": files}).encode(), body)
                return
            if path.startswith(f"{name}/resolve/{COMMIT}/"):
                self._send((folder / path.rsplit("/", 1)[1]).read_bytes(), body)
                return
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, data: bytes, body: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if body:
            self.wfile.write(data)


@pytest.fixture
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POSEWRIGHT_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv(checkpoints.VITPOSE_VARIABLE, raising=False)
    monkeypatch.delenv(checkpoints.DETECTOR_VARIABLE, raising=False)
    return tmp_path / "models"


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[str]:
    pose, people = (r.name for r in hub.REPOSITORIES)
    _Hub.repositories = {pose: write_vitpose(tmp_path / "a"), people: write_detector(tmp_path / "b")}
    _Hub.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_sizes_are_said_before_anything_is_downloaded(endpoint: str, models_folder: Path) -> None:
    said: list[str] = []
    with pytest.raises(BadInput, match="nothing was"):
        hub.set_up(lambda question: False, said.append, endpoint)
    assert all(any(r.name in line and "MB" in line for line in said) for r in hub.REPOSITORIES)
    assert not any("resolve" in path for path in _Hub.asked) and not models_folder.exists()


def test_what_was_agreed_to_is_there_and_can_be_used(endpoint: str, models_folder: Path) -> None:
    assert hub.set_up(lambda question: True, lambda line: None, endpoint) == models_folder
    assert checkpoints.missing() == () and checkpoints.detector_folder() == models_folder / "detector"
    assert sorted(f.name for f in (models_folder / "vitpose").iterdir()) == sorted(hub.FILES)
    _Hub.asked.clear()
    hub.set_up(lambda question: pytest.fail("asked again"), lambda line: None, endpoint)
    assert not _Hub.asked


def test_another_model_under_that_name_is_refused(endpoint: str, models_folder: Path) -> None:
    pose, people = (r.name for r in hub.REPOSITORIES)
    _Hub.repositories = {pose: _Hub.repositories[people], people: _Hub.repositories[pose]}
    with pytest.raises(BadFile, match="not VitPoseForPoseEstimation"):
        hub.set_up(lambda question: True, lambda line: None, endpoint)
    assert not (models_folder / "vitpose").exists()


def test_a_hub_that_cannot_be_reached_is_said(models_folder: Path) -> None:
    with pytest.raises(NotAvailable, match="cannot be had from the hub") as caught:
        hub.set_up(lambda question: True, lambda line: None, "http://127.0.0.1:9")
    assert "--from" in caught.value.hint


def test_a_users_own_checkpoints_are_taken_by_their_kind(
    models_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people, pose = write_detector(tmp_path / "first"), write_vitpose(tmp_path / "second")
    assert main(["setup", "vitpose", "--from", str(people), str(pose)]) == 0
    assert checkpoints.missing() == () and checkpoints.vitpose_folder() == models_folder / "vitpose"
    (people / "config.json").write_text('{"architectures": ["BertModel"]}', encoding="utf-8")
    assert main(["setup", "vitpose", "--from", str(people)]) == 2
    assert "BertModel" in capsys.readouterr().err


def test_nobody_at_the_terminal_is_no_yes(
    models_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(hub, "_offer", lambda repository, endpoint: hub._Offer(repository, COMMIT, hub.FILES, 1))
    assert main(["setup", "vitpose"]) == 2
    assert "nothing was installed" in capsys.readouterr().err and not models_folder.exists()
