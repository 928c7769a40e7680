"""Words in, poses out, through everything: real processes, real HTTP, real files. No part is replaced."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from backend.files import read_pose, write_pose
from rigs.skeleton import GROUPS, INDEX
from rigs.wire import (
    PROTOCOL_HEADER,
    PROTOCOL_VERSION,
    Description,
    Failure,
    JobStatus,
    Pose,
    PoseResult,
    answer_from_dict,
)
from tests.backend.stand_in import Client
from tests.backend.started import ROOT, service_starter, wait_for

SITTING = "sitting on a chair, arms crossed"
STANDING = Pose(np.zeros((55, 3)), np.array([0.0, 0.98, 0.0]))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with service_starter(tmp_path_factory.mktemp("service")) as start:
        client = start("--port", "0").client()
        client.session.headers[PROTOCOL_HEADER] = str(PROTOCOL_VERSION)
        wait_for(lambda: client("GET", "/v1/health").json()["state"] == "ready")
        yield client
        client.session.close()


def pose(server: Client, **request: Any) -> PoseResult:
    response = server("POST", "/v1/poses", json=request)
    assert response.status_code == 200, response.text
    return PoseResult.from_dict(response.json())


def run(folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "backend", *argv]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def test_words_become_a_pose(server: Client) -> None:
    result = pose(server, id="a", prompt=SITTING)
    best = result.poses[0]
    assert (result.id, result.engine) == ("a", "embedded")
    assert result.reply
    assert best.met
    knees = best.pose.rotvecs[[INDEX["left_knee"], INDEX["right_knee"]], 0]
    assert (knees > 0.8).all(), "who sits on a chair bends the knees"
    assert best.joints[INDEX["pelvis"], 1] < 0.8 * result.rest_joints[INDEX["pelvis"], 1] + 0.8


def test_the_same_request_gives_the_same_pose(server: Client) -> None:
    first, second = (pose(server, prompt=SITTING, seed=3).poses[0].pose for _ in range(2))
    assert first == second


def test_alternatives_are_best_first_and_as_many_as_asked(server: Client) -> None:
    poses = [entry.pose for entry in pose(server, prompt=SITTING, n=3).poses]
    assert len(poses) == 3
    assert poses[0] != poses[1]


def test_an_edit_raises_the_arm_and_keeps_what_is_locked(server: Client) -> None:
    locked = [*GROUPS["right_leg"], *GROUPS["right_arm"]]
    result = pose(server, prompt="raise the left arm", start=STANDING.to_dict(), locks=["right_leg", "right_arm"])
    changed = result.poses[0].pose.rotvecs - STANDING.rotvecs
    assert np.abs(changed[[INDEX[name] for name in GROUPS["left_arm"]]]).max() > 0.1
    assert np.abs(changed[[INDEX[name] for name in locked]]).max() < 1e-6


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"prompt": ""}, 422, "empty_prompt"),
        ({"prompt": " \n\t"}, 422, "empty_prompt"),
        ({}, 422, "empty_prompt"),
        ({"prompt": "sit", "engine": "magic"}, 422, "unknown_engine"),
        ({"prompt": "sit", "engine": "chatpose"}, 409, "not_available"),
        ({"prompt": "sit", "scope": ["left_elbo"]}, 422, "bad_request"),
    ],
)
def test_a_request_that_cannot_be_served_says_what_to_do(
    server: Client, request_: dict[str, Any], status: int, code: str
) -> None:
    response = server("POST", "/v1/poses", json=request_)
    failure = Failure.from_dict(response.json())
    assert (response.status_code, failure.code) == (status, code)
    assert failure.hint


@pytest.mark.parametrize("prompt", ["\x00\x01\x02", "🧘" * 50, "sit " * 4_999, "(((((", "a" * 20_000, "left " * 3_000])
def test_odd_words_are_answered(server: Client, prompt: str) -> None:
    result = pose(server, prompt=prompt)
    assert result.reply
    for entry in result.poses:
        assert np.isfinite(entry.pose.rotvecs).all()


def test_a_job_answers_all_of_its_requests(server: Client) -> None:
    requests = [{"id": str(i), "prompt": p} for i, p in enumerate([SITTING, "", "standing, arms raised"])]
    job = server("POST", "/v1/jobs", json={"requests": requests}).json()["id"]
    status = wait_for(lambda: (s := server("GET", f"/v1/jobs/{job}").json())["state"] == "done" and s, 60)
    kinds = [type(answer) for answer in JobStatus.from_dict(status).answers]
    assert kinds == [PoseResult, Failure, PoseResult]


def test_a_pose_is_described_and_compared(server: Client) -> None:
    sitting = pose(server, prompt=SITTING).poses[0].pose
    body = {"pose": sitting.to_dict(), "than": STANDING.to_dict()}
    found = Description.from_dict(server("POST", "/v1/describe", json=body).json())
    assert all((found.line, found.paragraph, found.full, found.difference))


def test_a_program_of_posecodes_goes_the_same_way(server: Client, tmp_path: Path) -> None:
    """Published schema -> a program that nobody has seen before -> solved, reported, described, solved again."""
    published = server("GET", "/v1/posecodes").json()
    program = published["examples"][0]
    jsonschema.Draft202012Validator(published).validate(program)
    result = PoseResult.from_dict(server("POST", "/v1/solve", json={"program": program}).json())
    report = result.poses[0].report
    assert report
    assert [s.text for s in report.statements if not s.met] == []
    body = {"program": [*program, {"type": "angle", "joint": "left_elbov", "degrees": 3}]}
    failure = Failure.from_dict(server("POST", "/v1/solve", json=body).json())
    assert failure.message.startswith(f"program[{len(program)}].joint: unknown name 'left_elbov'")
    (tmp_path / "program.json").write_text(json.dumps(program))
    done = run(tmp_path, "solve", "program.json", "--out", "a.json", "--render", "a.png", "--report")
    assert (done.returncode, done.stderr) == (0, "")
    assert "iterations: " in done.stdout
    np.testing.assert_allclose(read_pose(tmp_path / "a.json").rotvecs, result.poses[0].pose.rotvecs, atol=1e-9)
    described = run(tmp_path, "describe", "a.json", "--posecodes", "--json")
    observed = json.loads(described.stdout)
    jsonschema.Draft202012Validator(published).validate(observed)
    over_http = server("POST", "/v1/describe", json={"pose": result.poses[0].pose.to_dict(), "posecodes": True})
    assert over_http.json()["posecodes"] == observed


def test_the_command_line_gives_the_pose_that_the_service_gives(server: Client, tmp_path: Path) -> None:
    done = run(tmp_path, "pose", SITTING, "--out", "a.json", "--render", "a.png")
    assert (done.returncode, done.stderr) == (0, "")
    served = pose(server, prompt=SITTING).poses[0].pose
    np.testing.assert_allclose(read_pose(tmp_path / "a.json").rotvecs, served.rotvecs, atol=1e-9)
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_files_of_the_command_line_feed_its_other_commands(tmp_path: Path) -> None:
    write_pose(tmp_path / "a.npz", STANDING)
    assert run(tmp_path, "pose", "raise the left arm", "--start", "a.npz", "--out", "b.npz").returncode == 0
    said = run(tmp_path, "describe", "b.npz", "--than", "a.npz")
    assert said.returncode == 0
    assert "left" in said.stdout.lower()
    assert run(tmp_path, "render", "b.npz", "--out", "b.png").returncode == 0
    assert (tmp_path / "b.png").stat().st_size > 1000
    listed = json.loads(run(tmp_path, "engines", "--json").stdout)
    ready = {e["name"] for e in listed if e["available"]}
    models = {"small"} if find_spec("torch") and find_spec("transformers") else set()  # its weights are in the checkout
    assert ready == {"embedded", "photo"} | models


def test_a_batch_is_the_same_in_one_process_and_in_two(tmp_path: Path) -> None:
    lines = [{"id": i, "prompt": p} for i, p in enumerate([SITTING, "", "standing, arms raised", "kneeling"] * 6)]
    text = "\n".join(json.dumps(line) for line in lines)
    (tmp_path / "in.jsonl").write_text(text.replace('"id": 5', '"id": 5,,'))
    answers = []
    for workers in ("1", "2"):
        done = run(tmp_path, "batch", "in.jsonl", "out.jsonl", "--workers", workers)
        assert done.returncode == 0, done.stderr
        answers.append([answer_from_dict(json.loads(x)) for x in (tmp_path / "out.jsonl").read_text().splitlines()])
    one, two = answers
    assert [a.id for a in one] == ["" if i == 5 else str(i) for i in range(24)]
    for a, b in zip(one, two, strict=True):
        assert type(a) is type(b)
        if isinstance(a, PoseResult) and isinstance(b, PoseResult):
            assert [e.pose for e in a.poses] == [e.pose for e in b.poses]
