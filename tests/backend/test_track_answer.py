"""A motion asked for over HTTP, of a really started service: pictures that are drawn here, by folder and one by one."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from rigs.wire import Failure, JobStatus, TrackResult
from tests.backend.stand_in import Client
from tests.backend.started import service_starter, wait_for
from tests.backend.vision.scenes import scene


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with service_starter(tmp_path_factory.mktemp("service")) as start:
        client = start("--port", "0").client()
        wait_for(lambda: client("GET", "/v1/health").json()["state"] == "ready")
        yield client
        client.session.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One arm that is raised, a frame at a time."""
    folder = tmp_path_factory.mktemp("shots")
    for n, degrees in enumerate((10, 30, 50)):
        pixels = scene(f"left arm raised {degrees} degrees to the side").pixels
        Pillow.fromarray(pixels).save(folder / f"{n}.png")
    return folder


def submitted(server: Client, **track: Any) -> JobStatus:
    response = server("POST", "/v1/jobs", json={"track": track})
    assert response.status_code == 202, response.text
    return JobStatus.from_dict(response.json())


def status(server: Client, job: JobStatus) -> JobStatus:
    return JobStatus.from_dict(server("GET", f"/v1/jobs/{job.id}").json())


def finished(server: Client, job: JobStatus) -> JobStatus:
    wait_for(lambda: status(server, job).state in ("done", "failed", "cancelled"), 120)
    return status(server, job)


def test_a_folder_becomes_a_motion(server: Client, folder: Path) -> None:
    found = finished(server, submitted(server, id="a", source=str(folder), fps=10, start=0.1)).answers[0]
    assert isinstance(found, TrackResult)
    assert (found.id, found.fps, len(found.poses)) == ("a", 10.0, 2)
    assert np.allclose(found.times, [0.1, 0.2]) and found.seen.all() and (found.confidences > 0.3).all()
    assert found.held.shape == (2, 4) and "2 frames" in found.reply


def test_pictures_may_be_sent_themselves(server: Client, folder: Path) -> None:
    data = [base64.b64encode((folder / f"{n}.png").read_bytes()).decode() for n in range(2)]
    mixed = [{"type": "bytes", "data": data[0]}, {"type": "bytes", "data": data[1]}, str(folder / "2.png")]
    found = finished(server, submitted(server, source=mixed, fps=10)).answers[0]
    assert isinstance(found, TrackResult) and len(found.poses) == 3


def test_it_is_cancelled_between_two_frames(server: Client, folder: Path) -> None:
    job = submitted(server, source=[str(folder / "0.png")] * 500)
    wait_for(lambda: status(server, job).progress.step > 1, 60)
    assert status(server, job).progress.steps == 500
    begun = time.monotonic()
    server("DELETE", f"/v1/jobs/{job.id}")
    assert finished(server, job).state == "cancelled"
    assert time.monotonic() - begun < 10
    assert "Frame" not in status(server, job).progress.stage


def test_what_cannot_be_followed_is_said(server: Client, tmp_path: Path) -> None:
    for source, code in ((str(tmp_path / "gone.mp4"), "bad_file"), (str(tmp_path), "bad_file")):
        found = finished(server, submitted(server, id="x", source=source)).answers[0]
        assert isinstance(found, Failure) and (found.code, found.id) == (code, "x") and found.hint
    Pillow.fromarray(np.full((80, 80, 3), 150, np.uint8)).save(tmp_path / "empty.png")
    found = finished(server, submitted(server, source=str(tmp_path))).answers[0]
    assert isinstance(found, Failure) and found.code == "nobody"
