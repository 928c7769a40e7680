"""The engine end to end: request -> prompt -> a started server -> reading -> vote -> solver -> perhaps back once."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from backend.engines.writer import WriterEngine
from backend.errors import BadFile, BadInput, Cancelled, NotAvailable
from backend.pipeline import Pipeline
from backend.writer.settings import FILE_VARIABLE
from rigs.skeleton import INDEX
from rigs.wire import PoseRequest, PoseResult, Turn
from tests.backend.writer.model_server import ModelServer, dripping, model_server, refused, streamed

__all__ = ["model_server"]
UP = {"type": "direction", "segment": "left_arm", "toward": [0, 1, 0], "frame": "heading"}
DOWN = {**UP, "toward": [0, -1, 0]}


def text(program: list[dict[str, Any]], begin: str = "standing", reply: str = "The left arm is up.") -> str:
    return json.dumps({"reply": reply, "begin": begin, "program": program})


@pytest.fixture(autouse=True)
def settings(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "writer.toml"))
    monkeypatch.setenv("POSEWRIGHT_WRITER_URL", model_server.url)
    monkeypatch.setenv("POSEWRIGHT_WRITER_MODEL", "m")


def posed(prompt: str = "wave", **more: Any) -> PoseResult:
    return Pipeline().pose(PoseRequest(prompt=prompt, engine="writer", **more))


def said_by_user(server: ModelServer, k: int = -1) -> str:
    return str(server.asked[k].body["messages"][-1]["content"])


def test_a_program_becomes_a_pose_with_the_model_s_reply(model_server: ModelServer) -> None:
    model_server.script = [streamed(text([UP]))]
    result = posed("raise your left arm")
    joints = result.poses[0].joints
    assert joints[INDEX["left_wrist"], 1] > joints[INDEX["head"], 1]
    assert result.reply == "The left arm is up." and result.engine == "writer"
    assert [s.met for s in result.poses[0].met] and not result.poses[0].unmet
    assert "Request: raise your left arm" in said_by_user(model_server)


def test_a_folder_that_is_no_model_offers_the_embedded_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{", encoding="utf-8")
    monkeypatch.setenv("POSEWRIGHT_WRITER_URL", "")
    monkeypatch.setenv("POSEWRIGHT_WRITER_MODEL", str(tmp_path))
    with pytest.raises(BadFile) as caught:
        WriterEngine().propose(PoseRequest(prompt="wave", engine="writer"))
    assert "--engine embedded" in caught.value.hint


def test_a_posture_goes_below_what_the_model_says(model_server: ModelServer) -> None:
    model_server.script = [streamed(text([UP], "kneeling"))]
    joints = posed().poses[0].joints
    assert joints[INDEX["left_knee"], 1] < 0.15 and joints[INDEX["left_wrist"], 1] > joints[INDEX["head"], 1]


def test_a_change_leaves_the_rest_as_it_is(model_server: ModelServer) -> None:
    model_server.script = [
        streamed(text([UP], "kneeling")),
        streamed(text([{**DOWN, "segment": "right_arm"}], "current")),
    ]
    first = posed().poses[0].pose
    second = posed("lower the right arm", start=first).poses[0].pose
    same = [INDEX[j] for j in ("left_shoulder", "left_elbow", "left_knee", "right_hip")]
    assert (second.rotvecs[same] == first.rotvecs[same]).all()
    told = said_by_user(model_server)
    assert "The pose now: " in told and "left" in told and "on ground" in told


def test_what_may_move_is_kept_whatever_the_model_writes(model_server: ModelServer) -> None:
    model_server.script = [streamed(text([]))]
    start = posed().poses[0].pose
    model_server.script = [streamed(text([UP, {"type": "lean", "way": "forward", "degrees": 40, "compare": "="}]))]
    model_server.taken = 0
    moved = posed(start=start, scope=("left_arm",)).poses[0].pose
    assert (moved.rotvecs[INDEX["spine2"]] == start.rotvecs[INDEX["spine2"]]).all()
    assert (moved.rotvecs[INDEX["left_shoulder"]] != start.rotvecs[INDEX["left_shoulder"]]).any()


def test_where_no_pose_is_asked_for_there_is_only_a_reply(model_server: ModelServer) -> None:
    model_server.script = [streamed(text([], "none", "Hello! What shall I pose?"))]
    result = posed("hello", turns=(Turn("user", "hi"), Turn("assistant", "Hello.")))
    assert not result.poses and result.reply == "Hello! What shall I pose?"
    assert "User: hi\nYou: Hello." in said_by_user(model_server)


def test_a_broken_program_goes_back_once_with_the_path_of_the_fault(model_server: ModelServer) -> None:
    model_server.script = [streamed(text([{**UP, "segment": "left_arn"}])), streamed(text([UP]))]
    assert posed().poses[0].met
    back = model_server.asked[1].body["messages"]
    assert [m["role"] for m in back] == ["system", "user", "assistant", "user"]
    assert "program[0].segment" in back[-1]["content"] and "left_arm" in back[-1]["content"]


@pytest.mark.parametrize("answer", ["I cannot do that {", text([{"type": "fly"}]), "{}" * 3])
def test_what_stays_broken_is_an_error_that_offers_the_embedded_engine(model_server: ModelServer, answer: str) -> None:
    model_server.script = [streamed(answer)]
    with pytest.raises(NotAvailable) as caught:
        posed()
    assert caught.value.code == "no_program" and "embedded" in caught.value.hint
    assert len(model_server.asked) == 2


def test_what_was_not_reached_goes_back_with_asked_and_reached(model_server: ModelServer) -> None:
    high = {"type": "elevation", "segment": "left_arm", "degrees": 80, "compare": "="}
    model_server.script = [streamed(text([DOWN, high])), streamed(text([UP]))]
    result = posed()
    told = said_by_user(model_server)
    assert "program[" in told and ": reached " in told and '"elevation"' in told and '"degrees":80' in told
    assert result.poses[0].joints[INDEX["left_wrist"], 1] > 1.5 and not result.poses[0].unmet


def test_a_second_answer_that_is_no_better_is_not_taken(model_server: ModelServer) -> None:
    both = text([UP, DOWN, {**UP, "segment": "right_arm"}], reply="first")
    model_server.script = [streamed(both), streamed(text([UP, DOWN], reply="second"))]
    result = posed()
    assert len(model_server.asked) == 2
    assert result.reply.startswith("first") and "Not quite reached" in result.reply


def test_samples_vote(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSEWRIGHT_WRITER_SAMPLES", "3")
    model_server.script = [
        streamed(text([DOWN])),
        streamed(text([UP])),
        streamed(text([{**UP, "toward": [0, 1, 0.2]}])),
    ]
    joints = posed().poses[0].joints
    assert joints[INDEX["left_wrist"], 1] > joints[INDEX["head"], 1]
    assert len({a.body["seed"] for a in model_server.asked}) == 3


@pytest.mark.parametrize("first", [0, 1], ids=["one arm first", "both arms first"])  # answers come in any order
def test_alternatives_are_what_else_the_model_wrote(model_server: ModelServer, first: int) -> None:
    written = [streamed(text([UP])), streamed(text([UP, {**UP, "segment": "right_arm"}]))]
    model_server.script = [written[first], written[1 - first]]
    poses = posed(n=2).poses
    assert len(poses) == 2
    heights = [p.joints[INDEX["right_wrist"], 1] for p in poses]
    assert max(heights) > min(heights) + 0.5


def test_the_model_and_the_server_can_change_while_the_service_runs(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    model_server.script = [streamed(text([UP]))]
    pipeline = Pipeline()
    for name in ("first", "second"):
        monkeypatch.setenv("POSEWRIGHT_WRITER_MODEL", name)
        pipeline.pose(PoseRequest(prompt="wave", engine="writer"))
        assert model_server.asked[-1].body["model"] == name


def test_a_fault_of_the_server_is_a_clear_error(model_server: ModelServer) -> None:
    model_server.script = [refused(401, "no")]
    with pytest.raises(NotAvailable, match="key") as caught:
        posed()
    assert "embedded" in caught.value.hint


def test_the_caller_can_stop_it(model_server: ModelServer) -> None:
    over = threading.Event()
    model_server.script = [dripping(over)]

    def tick(stage: str, reply: str = "") -> None:
        if reply:
            raise Cancelled("enough")

    try:
        with pytest.raises(Cancelled):
            Pipeline().pose(PoseRequest(prompt="wave", engine="writer"), tick)
    finally:
        over.set()


def test_the_intent_of_a_request_bounds_what_the_model_may_begin_with(model_server: ModelServer) -> None:
    model_server.script = [streamed(text([UP]))]
    start = posed().poses[0].pose
    for intent, begins in (("new", {"standing"}), ("change", {"current"}), ("describe", {"current", "none"})):
        model_server.script = [streamed(text([], "none", "It stands."))]
        posed(start=start, intent=intent)
        schema = model_server.asked[-1].body["response_format"]["json_schema"]["schema"]
        allowed = set(schema["properties"]["begin"]["enum"])
        assert begins <= allowed
        assert ("standing" in allowed) == (intent == "new") and ("current" in allowed) == (intent != "new")
    with pytest.raises(BadInput):
        posed(intent="change")


def test_places_in_the_scene_are_told(model_server: ModelServer) -> None:
    model_server.script = [streamed(text([UP]))]
    posed("open the door", points={"door handle": (0.3, 1.0, 0.45)})
    assert "door handle [0.30, 1.00, 0.45]" in said_by_user(model_server)


# --- how the engine is listed ---------------------------------------------------------------------------


def test_a_server_that_listens_is_ready() -> None:
    info = WriterEngine().info()
    assert info.available and "m" in info.title


@pytest.mark.parametrize(
    ("changes", "missing", "step"),
    [
        ({"URL": "", "MODEL": ""}, "a model", "posewright writer"),
        ({"URL": "http://127.0.0.1:9/v1"}, "a server at http://127.0.0.1:9", "start it"),
        ({"URL": "https://far.example.invalid/v1"}, "permission", "remote=words"),
        ({"URL": "", "MODEL": "/nowhere"}, "the folder /nowhere", "folder"),
        ({"SAMPLES": "0"}, "samples", "from 1"),
    ],
)
def test_what_is_missing_is_listed_with_the_next_step(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], missing: str, step: str
) -> None:
    for name, value in changes.items():
        monkeypatch.setenv(f"POSEWRIGHT_WRITER_{name}", value)
    info = WriterEngine().info()
    assert not info.available and missing in info.missing[0] and step in info.next_step
    with pytest.raises(NotAvailable):
        posed()
