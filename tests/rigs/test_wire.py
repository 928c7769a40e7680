"""The wire format: every value survives the way through JSON, and every fault names its path."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from rigs import wire
from rigs.wire import (
    Answered,
    DescribeRequest,
    Description,
    EngineInfo,
    Failure,
    Finished,
    Health,
    ImageBytes,
    ImageFile,
    JobStatus,
    Pose,
    PoseEntry,
    PoseRequest,
    PoseResult,
    Progress,
    Report,
    SolveRequest,
    Statement,
    Touch,
    TrackRequest,
    TrackResult,
    Turn,
    WireError,
    answer_from_dict,
    event_from_dict,
    image_from_dict,
    protocol_mismatch,
)

POSE = Pose(np.linspace(-1, 1, 165).reshape(55, 3), np.array([0.1, 0.9, -2.0]), np.linspace(0, 1, 10))
STATEMENT = Statement("left elbow bent 90 degrees", False, 90.0, 83.5, "deg")
CAMERA = {"fx": 1.0, "fy": 1.0, "cx": 0.0, "cy": 0.0, "R": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "t": [0, 0, 3]}
ENTRY = PoseEntry(
    POSE,
    np.ones((55, 3)),
    met=(Statement("stands", True),),
    unmet=(STATEMENT,),
    posecodes=({"type": "angle"},),
    camera=CAMERA,
    person=(1.0, 2.0, 3.0, 4.0),
    confidence=0.5,
    report=Report((STATEMENT,), {"left elbow bent 90": 0.5}, 0.5, 7, "converged"),
)
RESULT = PoseResult("7", (ENTRY,), np.zeros((55, 3)), "done", ("quickly",), "embedded", 0.02, ("careful",))
FAILURE = Failure("bad_input", "no", "type something", "7")
REQUEST = PoseRequest(
    id="7",
    prompt="raise the left arm",
    image=ImageBytes(b"\x89PNG\x00"),
    box=(1.0, 2.0, 30.0, 40.0),
    person="the one on the left",
    start=POSE,
    turns=(Turn("user", "sit", image=ImageFile("a.png")), Turn("assistant", "done", POSE)),
    scope=("left_arm", "head"),
    locks=("left_eye",),
    points={"cup": (0.1, 0.2, 0.3)},
    contacts=((Touch("hand", "hip"), Touch("left hand", "head", 1)), ()),
    n=3,
    seed=9,
    engine="embedded",
)
TRACK = TrackRequest("walk.mp4", "7", 24.0, 0.5, 2.0, 2, (1.0, 2.0, 30.0, 40.0), "the tallest", False, 28.0)
MOTION = TrackResult(
    "7", 24.0, np.array([0.5, 0.54]), np.full((2, 55, 3), 0.1), np.zeros((2, 3)), np.array([0.9, 0.0]),
    np.array([True, False]), np.ones((2, 4), bool), np.zeros((55, 3)), CAMERA, "2 frames", 0.4, ("bridged",),
)  # fmt: skip
STATUS = JobStatus("j", "running", Progress(1, 3, "solving"), (RESULT, FAILURE, None), FAILURE)
VALUES = {
    "pose": (POSE, Pose.from_dict),
    "image file": (ImageFile("a.png"), image_from_dict),
    "image bytes": (ImageBytes(bytes(range(256))), image_from_dict),
    "turn": (REQUEST.turns[1], Turn.from_dict),
    "request": (REQUEST, PoseRequest.from_dict),
    "empty request": (PoseRequest(), PoseRequest.from_dict),
    "statement": (STATEMENT, Statement.from_dict),
    "statement without numbers": (Statement("stands", True), Statement.from_dict),
    "entry": (ENTRY, PoseEntry.from_dict),
    "result": (RESULT, PoseResult.from_dict),
    "reply only": (PoseResult("", (), np.zeros((55, 3)), "hello", (), "x", 0.0), PoseResult.from_dict),
    "failure": (FAILURE, Failure.from_dict),
    "answer": (RESULT, answer_from_dict),
    "failed answer": (FAILURE, answer_from_dict),
    "engine": (EngineInfo("llm", "models", False, ("text",), ("torch",), "install it"), EngineInfo.from_dict),
    "health": (Health("loading", 1, "0.1.0", 12, "3.11.7"), Health.from_dict),
    "progress": (Progress(1, 2, "solving"), event_from_dict),
    "progress with a reply": (Progress(1, 2, "writing", "It is"), event_from_dict),
    "progress of frames": (Progress(0, 1, "Frame 3 of 9", step=3, steps=9), event_from_dict),
    "track": (TRACK, TrackRequest.from_dict),
    "track of pictures": (TrackRequest((ImageFile("a.png"), ImageBytes(b"x"))), TrackRequest.from_dict),
    "motion": (MOTION, TrackResult.from_dict),
    "answered": (Answered(4, FAILURE), event_from_dict),
    "answered with a motion": (Answered(0, MOTION), event_from_dict),
    "finished": (Finished("failed", FAILURE), event_from_dict),
    "done": (Finished("done"), event_from_dict),
    "status": (STATUS, JobStatus.from_dict),
    "describe": (DescribeRequest(POSE, POSE), DescribeRequest.from_dict),
    "describe one": (DescribeRequest(POSE), DescribeRequest.from_dict),
    "describe as a program": (DescribeRequest(POSE, posecodes=True), DescribeRequest.from_dict),
    "description": (Description("a", "b", "c", "d"), Description.from_dict),
    "description as a program": (Description("a", "b", "c", posecodes=({"type": "angle"},)), Description.from_dict),
    "solve": (SolveRequest(({"type": "angle"},), "7", POSE, ("head",), ("left_eye",), 3, 9), SolveRequest.from_dict),
    "report": (ENTRY.report, Report.from_dict),
}


@pytest.mark.parametrize("name", VALUES)
def test_every_value_survives_the_way_through_json(name: str) -> None:
    value: Any
    value, read = VALUES[name]
    sent = json.loads(json.dumps(value.to_dict(), allow_nan=False))
    back = read(sent)
    assert type(back) is type(value)
    assert back.to_dict() == value.to_dict()


@pytest.mark.parametrize("name", VALUES)
def test_every_field_that_is_not_known_is_refused(name: str) -> None:
    value: Any
    value, read = VALUES[name]
    with pytest.raises(WireError, match="surplus: unknown field"):
        read({**value.to_dict(), "surplus": 1})


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({}, "track.source: missing"),
        ({"source": ""}, "track.source: '' is no file name"),
        ({"source": []}, "track.source: expected 1 to 20,000 pictures, got 0"),
        ({"source": ["a.png", 3]}, "track.source[1]: expected an object, got a number"),
        ({"source": "a", "every": 0}, "track.every: expected a whole number from 1"),
        ({"source": "a", "fps": "fast"}, "track.fps: expected a finite number, got a string"),
        ({"source": "a", "box": [0, 0, 0, 9]}, "track.box: width and height must be positive"),
        ({"source": "a", "lens": 0.5}, "track.lens: expected 8 to 800 mm, got 0.5"),
        ({"source": "a", "person": True}, "track.person: expected an index or words, got true/false"),
    ],
)
def test_a_fault_in_what_is_to_be_tracked_names_its_path(value: dict[str, Any], says: str) -> None:
    with pytest.raises(WireError) as caught:
        TrackRequest.from_dict(value)
    assert says in str(caught.value)


def test_a_motion_gives_a_pose_for_each_frame() -> None:
    assert len(MOTION.poses) == 2 and MOTION.poses[1] == Pose(MOTION.rotvecs[1])
    frames = MOTION.to_dict()["frames"] | {"transl": [[0, 0, 0]]}
    with pytest.raises(WireError, match=r"frames.transl: expected shape 2x3, got 1x3"):
        TrackResult.from_dict(MOTION.to_dict() | {"frames": frames})


def test_equal_poses_are_equal() -> None:
    assert Pose.from_dict(POSE.to_dict()) == POSE
    assert Pose(np.zeros((55, 3))) != POSE
    with pytest.raises(ValueError, match="read-only"):
        POSE.rotvecs[0, 0] = 1.0


def result_without(field: str) -> dict[str, Any]:
    return {k: v for k, v in RESULT.to_dict().items() if k != field}


@pytest.mark.parametrize("field", ["poses", "rest_joints", "reply", "unread", "engine", "seconds"])
def test_a_missing_field_is_named(field: str) -> None:
    with pytest.raises(WireError, match=f"^{field}: missing$"):
        PoseResult.from_dict(result_without(field))


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"prompt": 3}, "prompt: expected a string, got a number"),
    ({"prompt": "\ud800"}, "prompt: not text: character 0 is no Unicode character"),
    ({"prompt": "x" * 20_001}, "prompt: 20,001 characters; at most 20,000 are allowed"),
    ({"id": 1.5}, "id: expected a string, got a number"),
    ({"id": True}, "id: expected a string, got true/false"),
    ({"n": 65}, "n: expected a whole number from 1 to 64, got 65"),
    ({"n": 1.0}, "n: expected a whole number from 1 to 64, got 1.0"),
    ({"n": True}, "n: expected a whole number from 1 to 64, got true/false"),
    ({"seed": 10**5000}, "seed: expected a whole number from 0 to 2147483647, got a whole number of 16610 bits"),
    ({"box": [1, 2, 3]}, "box: expected shape 4, got 3"),
    ({"box": [1, 2, 0, 3]}, "box: width and height must be positive, got 0 x 3"),
    ({"box": "1,2,3,4"}, "box: expected numbers of shape 4 only"),
    ({"box": [1, "2", 3, 4]}, "box[1]: expected numbers of shape 4 only"),
    ({"box": [1, 2, None, 4]}, "box[2]: expected numbers of shape 4 only"),
    ({"contacts": [["hand", "hip"]]}, "contacts[0][0]: expected two parts that touch"),
    ({"contacts": [[["hand", 3]]]}, "contacts[0][0][1]: expected a string, got a number"),
    ({"contacts": [[["hand", "hip", -1]]]}, "contacts[0][0].2: expected a whole number from 0 to 64, got -1"),
    ({"contacts": [[["hand", "hip"]] * 101]}, "contacts[0]: expected a list of up to 100 touches"),
    ({"contacts": [[]] * 101}, "contacts: expected up to 100 samples, got 101"),
    ({"person": 1.5}, "person: expected an index or words, got a number"),
    ({"image": {"type": "web", "path": "x"}}, "image.type: 'web' is not one of file, bytes"),
    ({"image": {"path": "x"}}, "image.type: missing"),
    ({"image": {"type": "bytes", "data": "@@"}}, "image.data: not base64"),
    ({"image": {"type": "bytes", "data": "é"}}, "image.data: not base64"),
    ({"image": "a\0b"}, "image: 'a\\x00b' is no file name"),
    ({"image": 3}, "image: expected an object, got a number"),
    ({"scope": "head"}, "scope: expected a list, got a string"),
    ({"scope": ["head", "haed"]}, "scope[1]: unknown joint 'haed': did you mean head"),
    ({"locks": [3]}, "locks[0]: unknown joint '3'"),
    ({"points": []}, "points: expected an object, got a list"),
    ({"points": {"cup": [1, 2]}}, "points.cup: expected shape 3, got 2"),
    ({"points": {"cup": None}}, "points.cup: missing"),
    ({"turns": [{"role": "user"}, {"role": "dog"}]}, "turns[1].role: 'dog' is not one of user, assistant"),
    ({"turns": [{"role": "user", "pose": {"rotvecs": [[0, 0]] * 55}}]}, "turns[0].pose.rotvecs: expected shape 55x3"),
    ({"start": {}}, "start.rotvecs: missing"),
    (
        {"start": {"rotvecs": [[0, 0, 0]] * 54 + [[0, 0]]}},
        "start.rotvecs: expected numbers of shape 55x3, got lists of",
    ),
    ({"start": {"rotvecs": [[0, 0, float("nan")]] * 55}}, "start.rotvecs[0][2]: not a finite number"),
    ({"start": {"rotvecs": [[0, 0, float("inf")]] * 55}}, "start.rotvecs[0][2]: not a finite number"),
    (
        {"start": {"rotvecs": [[0, 0, 0]] * 55, "transl": None, "beta": []}},
        "start.beta: unknown field; did you mean 'betas'?",
    ),
    ({"promt": "x"}, "promt: unknown field; did you mean 'prompt'?"),
    ({"x" * 1000: 1}, "unknown field"),
]


@pytest.mark.parametrize(("value", "says"), FAULTS, ids=[says[:40] for _, says in FAULTS])
def test_a_fault_in_a_request_names_its_path(value: dict[str, Any], says: str) -> None:
    with pytest.raises(WireError) as error:
        PoseRequest.from_dict(value)
    assert says in str(error.value)
    assert len(str(error.value)) < 600, "never the whole of what was sent"


@pytest.mark.parametrize("value", [None, [], "x", 3])
def test_what_is_no_object_is_no_request(value: Any) -> None:
    with pytest.raises(WireError, match=r"^request: expected an object, got"):
        PoseRequest.from_dict(value)


def test_numbers_of_other_types_are_no_numbers() -> None:
    for wrong, got in (("1", "a string"), (True, "true/false"), (float("nan"), "nan"), (10**400, "bits")):
        with pytest.raises(WireError, match=f"asked: expected a finite number, got .*{got}"):
            Statement.from_dict({"text": "x", "met": True, "asked": wrong})


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({}, "event.type: missing"),
        ({"type": "tick"}, "event.type: 'tick' is not one of progress, answer, finished"),
        ({"type": "finished", "state": "running"}, "event.state: 'running' is not one of"),
        (
            {"type": "answer", "index": 0, "answer": {"id": "a", "error": {"message": "m"}}},
            "event.answer.error.code: missing",
        ),
    ],
)
def test_a_fault_in_an_event_names_its_path(value: dict[str, Any], says: str) -> None:
    with pytest.raises(WireError, match=says):
        event_from_dict(value)


def test_protocols_that_differ_say_which_side_to_update() -> None:
    here = wire.PROTOCOL_VERSION
    assert protocol_mismatch(here) is None
    assert str(protocol_mismatch(here + 1, side="backend")).endswith("update the add-on")
    assert str(protocol_mismatch(here - 1, side="backend")).endswith("update the backend")
    assert str(protocol_mismatch(here + 1, side="add-on")).endswith("update the backend")
    assert str(protocol_mismatch(here - 1, side="add-on")).endswith("update the add-on")


def test_the_door_has_every_name_it_promises() -> None:
    assert all(hasattr(wire, name) for name in wire.__all__)
