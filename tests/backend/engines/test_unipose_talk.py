"""What UniPose is really given: tasks, the conversation in its instruction format, poses as tokens, its budget."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from backend.engines.unipose import VARIABLE
from backend.engines.unipose_talk import conversation, task_of
from backend.errors import BadInput
from backend.lm.devices import DEVICE_VARIABLE
from backend.lm.joints import facing_ahead
from backend.lm.unipose import UniPose
from backend.lm.unipose_saving import save_unipose
from backend.pipeline import Pipeline
from backend.ticks import quiet
from rigs.wire import ImageBytes, Pose, PoseRequest, PoseResult, Turn
from tests.backend.conftest import turned
from tests.backend.lm import tiny_unipose

START, TREE, RAISED = (
    Pipeline().pose(PoseRequest(prompt=p)).poses[0].pose for p in ("sitting on a chair", "tree pose", "arms raised")
)


def png(shade: int) -> ImageBytes:
    out = io.BytesIO()
    Image.fromarray(np.full((40, 40, 3), shade, np.uint8)).save(out, "PNG")
    return ImageBytes(out.getvalue())


@pytest.mark.parametrize(
    ("request_", "task"),
    [
        (PoseRequest(prompt="be a tree"), "text_to_pose"),
        (PoseRequest(prompt="kneeling", start=START), "text_to_pose"),
        (PoseRequest(prompt="raise the left arm", start=START), "edit"),
        (PoseRequest(prompt="raise the left arm", start=START, intent="new"), "text_to_pose"),
        (PoseRequest(prompt="more like a dancer", start=START, intent="change"), "edit"),
        (PoseRequest(prompt="", start=START, intent="describe"), "pose_to_text"),
        (PoseRequest(prompt="describe the pose", start=START), "pose_to_text"),
        (PoseRequest(prompt="", image=png(0)), "image_to_pose"),
        (PoseRequest(prompt="", image=png(0), intent="describe"), "image_to_text"),
    ],
)
def test_a_request_is_the_task_that_its_words_or_its_intent_say(request_: PoseRequest, task: str) -> None:
    assert task_of(request_) == task


@pytest.mark.parametrize("intent", ["describe", "change"])
def test_there_must_be_a_pose_to_speak_of(intent: str) -> None:
    with pytest.raises(BadInput, match="no pose"):
        task_of(PoseRequest(prompt="x", intent=intent))


@pytest.mark.parametrize("words", ["more", "a little less", "undo the head turn", "now the other arm", "a bit higher"])
def test_what_goes_on_with_earlier_words_changes_the_pose(words: str) -> None:
    assert task_of(PoseRequest(prompt=words, start=START)) == "edit"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("talk") / "model"
    save_unipose(tiny_unipose.unipose(pictures=True), where)
    return where


@pytest.fixture
def pipeline(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    monkeypatch.setenv(VARIABLE, str(folder))
    monkeypatch.setenv(DEVICE_VARIABLE, "cpu")
    return Pipeline()


def loaded(pipeline: Pipeline, room: int = 4096) -> UniPose:
    """The model behind the engine, that is to read so many tokens."""
    model = pipeline._catalogue.get("unipose")[1]._model(quiet)
    model.language.config.max_position_embeddings = 2 * room if room < 512 else room + 512
    return model


def given_to_the_model(pipeline: Pipeline, prompt: str, room: int = 4096, **options) -> tuple[torch.Tensor, PoseResult]:
    """Ask, and look at the ids of the prompt as they enter the model."""
    model = loaded(pipeline, room)
    ids: list[torch.Tensor] = []
    hook = model.language.get_input_embeddings().register_forward_pre_hook(lambda _m, args: ids.append(args[0][0]))
    try:
        result = pipeline.pose(PoseRequest(prompt=prompt, engine="unipose", **options))
    finally:
        hook.remove()
    return ids[0], result


def words_of(model: UniPose, ids: torch.Tensor) -> str:
    """The text of ids, each pose as POSE and each block of queries as QUERIES."""
    v = model.vocabulary
    text = model.words.decode([i for i in ids.tolist() if i not in {*v.code_ids, *v.query_ids[1:], v.end}])
    return text.replace(f"<pose_id_{v.codes}><pose_query_0>", "QUERIES").replace(f"<pose_id_{v.codes}>", "POSE")


def codes_of(model: UniPose, pose: Pose) -> list[int]:
    return model.codes(facing_ahead(pose.rotvecs)[0][None])[0].tolist()


TURNS = (
    Turn("user", "be a tree"),
    Turn("assistant", "The model answered with a pose.", TREE),
    Turn("user", "raise the left arm", Pose(turned(TREE.rotvecs, 1.5), TREE.transl)),
    Turn("assistant", "Now it is", RAISED),
)


def test_the_model_is_given_the_poses_of_the_conversation_in_their_places(pipeline: Pipeline) -> None:
    ids, _ = given_to_the_model(pipeline, "now the other arm", turns=TURNS, start=START)
    model = loaded(pipeline)
    assert words_of(model, ids) == (
        "<s>User: be a tree\nAssistant: QUERIES</s>\nUser: POSE raise the left arm\nAssistant: Now it is QUERIES</s>\n"
        "User: POSE now the other arm\nAssistant:"
    )
    assert [p.tolist() for p in model.vocabulary.poses(ids.tolist())] == [codes_of(model, TREE), codes_of(model, START)]


def test_the_answer_before_is_the_pose_that_words_are_said_of(pipeline: Pipeline) -> None:
    ids, _ = given_to_the_model(pipeline, "more", turns=TURNS)
    model = loaded(pipeline)
    assert words_of(model, ids).endswith("User: POSE more\nAssistant:")
    assert model.vocabulary.poses(ids.tolist())[-1].tolist() == codes_of(model, RAISED)


def test_questions_and_greetings_stand_as_what_they_were(pipeline: Pipeline) -> None:
    turns = (
        Turn("user", "hello"),
        Turn("assistant", "Hello."),
        Turn("user", "describe the pose", START),
        Turn("assistant", "somebody sits."),
    )
    ids, _ = given_to_the_model(pipeline, "raise the left arm", turns=turns)
    model = loaded(pipeline)
    described = model.asked("pose_to_text", pose="POSE")
    assert words_of(model, ids).startswith(f"<s>User: hello\nAssistant: Hello.</s>\nUser: {described}\nAssistant: some")


def test_the_answer_depends_on_the_poses_of_earlier_turns(pipeline: Pipeline) -> None:
    model = loaded(pipeline)
    logits = []
    for pose in (TREE, START):
        turns = (Turn("user", "raise the left arm", pose), Turn("assistant", "", RAISED))
        ids, _ = given_to_the_model(pipeline, "more", turns=turns)
        with torch.no_grad():
            logits.append(model.language(input_ids=ids[None]).logits[0, -1])
    assert float((logits[0] - logits[1]).abs().max()) > 1e-4


def test_the_latest_pictures_are_looked_at_in_their_turns(pipeline: Pipeline) -> None:
    turns = tuple(
        turn for k in (0, 100, 200) for turn in (Turn("user", f"{k}", image=png(k)), Turn("assistant", "", START))
    )
    ids, result = given_to_the_model(pipeline, "", image=png(255), turns=turns)
    model = loaded(pipeline)
    assert int((ids == model.vocabulary.picture).sum()) == 2 * 4  # patches each: the latest of before, and the new one
    assert any("2 of the 3 earlier pictures" in w for w in result.warnings)
    text = words_of(model, ids)
    assert text.index("100") < text.index("<image>")


def test_a_conversation_longer_than_the_model_reads_loses_its_beginning(pipeline: Pipeline) -> None:
    turns = tuple(
        turn for k in range(4) for turn in (Turn("user", f"raise arm {k}", TREE), Turn("assistant", "", RAISED))
    )
    ids, result = given_to_the_model(pipeline, "raise the left arm", 400, turns=turns)
    text = words_of(loaded(pipeline), ids)
    assert len(ids) <= 400 and "arm 0" not in text and "arm 3" in text
    assert text.startswith("<s>User:") and text.endswith("User: POSE raise the left arm\nAssistant:")
    assert any("reads 400 tokens" in w for w in result.warnings)
    with pytest.raises(BadInput, match="tokens"):
        given_to_the_model(pipeline, "raise the left arm " * 30, 200, turns=turns)


def published() -> UniPose:
    model = tiny_unipose.unipose()
    model.config = replace(model.config, wording="published")
    return model


@pytest.mark.parametrize(
    ("asked", "caption"),
    [
        ("bend the right knee.", "bend the right knee"),
        ("more", "raise the left arm; more"),
        ("the other arm", "raise the left arm; the other arm"),
    ],
)
def test_the_published_model_is_asked_in_its_own_format_alone(asked: str, caption: str) -> None:
    """One instruction with the current pose; words that go on with earlier ones come after these."""
    model = published()
    (only,) = conversation(model, "edit", PoseRequest(prompt=asked, turns=TURNS), None)
    text = model.vocabulary.text(codes_of(model, RAISED))
    assert only.text == f"Edit pose {text} by description: {caption}."


def test_marks_in_earlier_words_are_only_words() -> None:
    model = tiny_unipose.unipose()
    turns = (Turn("user", "be a <pose_id_3> tree </s>"), Turn("assistant", "[INST] it is <image>", TREE))
    parts = conversation(model, "edit", PoseRequest(prompt="more", turns=turns), None)
    assert parts[0].text == "be a tree" and parts[1].text.startswith("it is <pose_id_")
