"""The engine: from a request to the poses of a real, tiny model; what is missing and what goes wrong is told."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from backend.body.model import BodyModel
from backend.body.rotations import geodesic, rotvec_to_rotmat
from backend.engines.chatpose import VARIABLE, ChatPoseEngine
from backend.errors import BadFile, BadInput, Cancelled, NotAvailable
from backend.lm.batch import collate
from backend.lm.chat import Utterance
from backend.lm.devices import BITS_VARIABLE, DEVICE_VARIABLE
from backend.lm.framing import framed
from backend.lm.joints import facing_ahead, to_model
from backend.lm.saving import PARTS, save_pose_lm
from backend.pipeline import Pipeline
from backend.ticks import quiet
from rigs.skeleton import INDEX, JOINTS
from rigs.wire import ImageBytes, ImageFile, Pose, PoseRequest, PoseResult, Turn
from tests.backend.conftest import turned
from tests.backend.lm import tiny
from tests.backend.stand_in import running_server

POSES = {
    name: Pipeline().pose(PoseRequest(prompt=name)).poses[0].pose
    for name in ("tree pose", "sitting on a chair", "both arms raised")
}


def picture(shade: int) -> np.ndarray:
    return np.full((40, 60, 3), shade, np.uint8)


def png(shade: int = 0) -> ImageBytes:
    out = io.BytesIO()
    Image.fromarray(picture(shade)).save(out, "PNG")
    return ImageBytes(out.getvalue())


def target(name: str) -> np.ndarray:
    from backend.lm.config import PoseLMConfig

    return to_model(POSES[name].rotvecs, PoseLMConfig().joint_set, "y_up")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that has learned some answers by heart."""
    model, chat = tiny.text_model()
    tree, chair, raised = (target(n) for n in POSES)
    talks = [
        [Utterance("user", "be a tree"), Utterance("assistant", "It is <POSE>.", (tree,))],
        [
            Utterance("user", "be a tree, left elbow bent 120 degrees"),
            Utterance("assistant", "It is <POSE>.", (chair,)),
        ],
        [Utterance("user", "two of them"), Utterance("assistant", "<POSE> or <POSE>.", (tree, chair))],
        [Utterance("user", "What is he doing?", (chair,)), Utterance("assistant", "He sits.")],
        [Utterance("user", "raise the arms", (tree,)), Utterance("assistant", "Sure, <POSE>.", (raised,))],
    ]
    tiny.teach(model, chat, talks, steps=180)
    where = tmp_path_factory.mktemp("engine") / "model"
    save_pose_lm(model, chat, where)
    return where


@pytest.fixture
def pipeline(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    monkeypatch.setenv(VARIABLE, str(folder))
    monkeypatch.setenv(DEVICE_VARIABLE, "cpu")
    monkeypatch.delenv(BITS_VARIABLE, raising=False)
    return Pipeline()


def ask(pipeline: Pipeline, prompt: str, **options) -> PoseResult:
    return pipeline.pose(PoseRequest(prompt=prompt, engine="chatpose", **options))


def off(result: PoseResult, name: str, k: int = 0) -> float:
    """Mean angle in deg between a pose of a result and one that was taught."""
    a, b = (rotvec_to_rotmat(p.rotvecs) for p in (result.poses[k].pose, POSES[name]))
    return float(np.degrees(geodesic(a, b)).mean())


def test_words_become_the_pose_that_the_model_means(pipeline: Pipeline) -> None:
    result = ask(pipeline, "be a tree")
    assert result.reply == "It is this pose." and result.engine == "chatpose"
    assert len(result.poses) == 1 and off(result, "tree pose") < 6
    assert off(result, "tree pose") < off(result, "sitting on a chair")


def test_the_pose_is_the_models_to_the_last_number_and_stands_on_the_ground(pipeline: Pipeline, folder: Path) -> None:
    from backend.lm.generating import reply
    from backend.lm.joints import from_model
    from backend.lm.saving import load_pose_lm

    model, chat = load_pose_lm(folder)
    said = reply(model, chat, chat.encode([Utterance("user", "be a tree")], ask=True))
    meant = from_model(said.rotmats[0], chat.config.joint_set, "y_up", np.zeros((55, 3)))
    pose = ask(pipeline, "be a tree").poses[0].pose
    rows = chat.config.joint_set.ours
    assert np.degrees(geodesic(rotvec_to_rotmat(pose.rotvecs), rotvec_to_rotmat(meant))[rows]).max() < 0.01
    low = BodyModel.load().shaped(pose.betas).posed(pose.rotvecs, pose.transl).vertices()[:, 1].min()
    assert low == pytest.approx(0.0, abs=1e-6)


def test_several_poses_in_a_reply_are_alternatives(pipeline: Pipeline) -> None:
    result = ask(pipeline, "two of them")
    assert result.reply == "Pose 1 or pose 2."
    assert len(result.poses) == 2
    assert off(result, "tree pose", 0) < 6 and off(result, "sitting on a chair", 1) < 6


def test_alternatives_differ_from_each_other_and_begin_with_the_likeliest(pipeline: Pipeline) -> None:
    one, many = ask(pipeline, "two of them"), ask(pipeline, "two of them", n=4)
    assert 2 <= len(many.poses) <= 8 and many.reply == one.reply
    assert all(np.array_equal(a.pose.rotvecs, b.pose.rotvecs) for a, b in zip(one.poses, many.poses, strict=False))
    local = [rotvec_to_rotmat(p.pose.rotvecs[:22]) for p in many.poses]
    apart = [np.degrees(geodesic(a, b)).mean() for k, a in enumerate(local) for b in local[:k]]
    assert min(apart) > 3.9


def test_a_question_about_a_pose_is_answered_in_words(pipeline: Pipeline) -> None:
    result = ask(pipeline, "What is he doing?", start=POSES["sitting on a chair"])
    assert result.poses == () and result.reply == "He sits."


def test_a_pose_that_is_given_is_changed(pipeline: Pipeline) -> None:
    result = ask(pipeline, "raise the arms", start=POSES["tree pose"])
    assert off(result, "both arms raised") < 6


def test_a_conversation_goes_on(pipeline: Pipeline) -> None:
    turns = (Turn("user", "be a tree"), Turn("assistant", "It is this pose.", POSES["tree pose"]))
    result = ask(pipeline, "raise the arms", turns=turns)
    assert result.reply and not any("anew" in w for w in result.warnings)


@dataclass(eq=False)
class Given:
    """What really entered the layers of a language model with one request. embedded: (T, width)."""

    text: str
    ids: torch.Tensor
    embedded: torch.Tensor
    pixels: list[torch.Tensor]


def given_to_the_model(pipeline: Pipeline, prompt: str, **options) -> tuple[Given, PoseResult]:
    """Ask, and look at the tokens and embeddings of the prompt inside of the model."""
    engine = pipeline._catalogue.get("chatpose")[1]
    model, chat = engine._model(quiet)
    ids, embedded, pixels = [], [], []
    inner = model.language.model
    hooks = [
        model.language.get_input_embeddings().register_forward_pre_hook(lambda _m, args: ids.append(args[0])),
        getattr(inner, "language_model", inner)
        .layers[0]
        .register_forward_pre_hook(
            lambda _m, args, kwargs: embedded.append(args[0] if args else kwargs["hidden_states"]), with_kwargs=True
        ),
    ]
    if hasattr(inner, "vision_tower"):
        hooks.append(
            inner.vision_tower.register_forward_pre_hook(
                lambda _m, args, kwargs: pixels.append(args[0] if args else kwargs["pixel_values"]), with_kwargs=True
            )
        )
    try:
        result = ask(pipeline, prompt, **options)
    finally:
        for hook in hooks:
            hook.remove()
    return Given(chat.tokenizer.decode(ids[0][0]), ids[0][0], embedded[0][0], pixels), result


def test_the_model_is_given_the_poses_of_the_conversation_in_their_places(pipeline: Pipeline) -> None:
    """Looked at inside of the model: the embeddings at the places of poses are those poses, in their order."""
    tree, chair, raised = (POSES[n] for n in POSES)
    turned_tree = Pose(turned(tree.rotvecs, 1.5), tree.transl)
    turns = (
        Turn("user", "be a tree"),
        Turn("assistant", "It is this pose.", turned_tree),
        Turn("user", "sit", turned_tree),
        Turn("assistant", "Sure, this pose.", chair),
    )
    found, _ = given_to_the_model(pipeline, "now the other arm", turns=turns, start=raised)
    assert found.text == (
        "<s>User: be a tree\nAssistant: It is <POSE>.</s>\nUser: <pose> sit\nAssistant: Sure, <POSE>.</s>\n"
        "User: <pose> now the other arm\nAssistant:"
    )
    model = pipeline._catalogue.get("chatpose")[1]._loaded[1]
    at = torch.nonzero(found.ids == model.input_id)[:, 0]
    facing = [to_model(facing_ahead(p.rotvecs)[0], model.config.joint_set, "y_up") for p in (tree, raised)]
    with torch.no_grad():
        meant = model.pose_input(torch.tensor(np.array(facing), dtype=torch.float32))[:, 0]
    torch.testing.assert_close(found.embedded[at], meant, atol=1e-5, rtol=1e-4)
    assert float((meant[0] - meant[1]).abs().max()) > 1e-2


@pytest.mark.parametrize("remark", ["more", "undo the head turn", "now raise the other arm", "no, the left one"])
def test_remarks_about_the_conversation_reach_the_model_with_it(pipeline: Pipeline, remark: str) -> None:
    tree, _, raised = (POSES[n] for n in POSES)
    turns = (Turn("user", "raise the arm", tree), Turn("assistant", "Sure, this pose.", raised))
    found, _ = given_to_the_model(pipeline, remark, turns=turns)
    assert found.text.endswith(
        f"User: <pose> raise the arm\nAssistant: Sure, <POSE>.</s>\nUser: <pose> {remark}\nAssistant:"
    )
    alone, _ = given_to_the_model(pipeline, remark, start=raised)
    assert len(found.ids) > len(alone.ids)


def test_what_the_model_answers_depends_on_the_poses_of_earlier_turns(pipeline: Pipeline) -> None:
    tree, chair, raised = (POSES[n] for n in POSES)
    first, other = (
        ask(pipeline, "more", turns=(Turn("user", "raise the arm", p), Turn("assistant", "Sure, this pose.", raised)))
        for p in (tree, chair)
    )
    assert first.reply != other.reply or off_each_other(first, other) > 0.01


def off_each_other(a: PoseResult, b: PoseResult) -> float:
    """Mean angle in deg between the first poses of two results; 0 where one has none."""
    if not (a.poses and b.poses):
        return 0.0
    return float(np.degrees(geodesic(*(rotvec_to_rotmat(r.poses[0].pose.rotvecs) for r in (a, b)))).mean())


def test_what_was_said_to_the_letter_holds_and_the_rest_is_the_model_s(pipeline: Pipeline) -> None:
    """The model answers with another pose; only the joints that the words speak of leave it."""
    plain = ask(pipeline, "be a tree").poses[0]
    result = ask(pipeline, "be a tree, left elbow bent 120 degrees").poses[0]
    assert [s.asked for s in result.met] == [120] and not result.unmet
    chair = POSES["sitting on a chair"]  # what the model takes these words for
    away = geodesic(*(rotvec_to_rotmat(p.rotvecs) for p in (chair, result.pose)))
    moved = {j for j, angle in zip(JOINTS, away, strict=True) if np.degrees(angle) > 15}
    assert "left_elbow" in moved and moved <= {"left_collar", "left_shoulder", "left_elbow", "left_wrist"}
    assert not plain.met and not plain.unmet


@pytest.mark.parametrize("words", ["bend the left elbow to 120 degrees", "left elbow bent 120 degrees"])
def test_what_was_said_of_a_pose_that_is_changed_holds_as_well(pipeline: Pipeline, words: str) -> None:
    result = ask(pipeline, words, start=POSES["both arms raised"])
    assert 120 in [held.asked for held in result.poses[0].met] and not result.poses[0].unmet
    bent = geodesic(np.eye(3), rotvec_to_rotmat(result.poses[0].pose.rotvecs[INDEX["left_elbow"]]))
    assert np.degrees(bent) == pytest.approx(120, abs=8)


def test_a_model_is_measured_alone(pipeline: Pipeline) -> None:
    engine = ChatPoseEngine()
    engine.words_hold = False
    proposal = engine.propose(PoseRequest(prompt="be a tree, left elbow bent 120 degrees", engine="chatpose"))
    assert proposal.program == () and proposal.setting.scope == frozenset()


def test_what_may_not_move_is_not_bent_and_what_is_missed_is_told(pipeline: Pipeline) -> None:
    start = POSES["both arms raised"]
    result = ask(pipeline, "be a tree, left elbow bent 120 degrees", start=start, intent="new", locks=("left_arm",))
    assert (result.poses[0].pose.rotvecs[INDEX["left_elbow"]] == start.rotvecs[INDEX["left_elbow"]]).all()
    (missed,) = result.poses[0].unmet
    assert missed.asked == 120 and missed.unit == "deg" and missed.reached < 90
    assert "Not quite reached" in result.reply and "elbow" in result.reply


def test_the_reply_is_streamed_and_can_be_stopped(pipeline: Pipeline) -> None:
    told: list[str] = []

    def tick(stage: str, reply: str = "") -> None:
        told.append(reply)
        if reply.startswith("It is"):
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        pipeline.pose(PoseRequest(prompt="be a tree", engine="chatpose"), tick)
    assert told[-1].startswith("It is") and len(told) > 3
    assert ask(pipeline, "be a tree").reply == "It is this pose."


def test_a_job_streams_the_reply_as_it_is_written(pipeline: Pipeline) -> None:
    with running_server(pipeline) as server:
        job = server("POST", "/v1/jobs", json=PoseRequest(prompt="be a tree", engine="chatpose").to_dict()).json()
        stream = server("GET", f"/v1/jobs/{job['id']}/events", stream=True)
        events = [json.loads(line[6:]) for line in stream.iter_lines() if line.startswith(b"data: ")]
    written = [e["reply"] for e in events if e["type"] == "progress" and e.get("reply")]
    assert len(written) >= 3 and written[-1] == "It is this pose."
    assert all(later.startswith(earlier[:5]) for earlier, later in pairwise(written))
    (answer,) = [e["answer"] for e in events if e["type"] == "answer"]
    assert answer["reply"] == "It is this pose." and len(answer["poses"]) == 1


def test_a_model_of_words_only_says_that_it_sees_no_pictures(pipeline: Pipeline) -> None:
    with pytest.raises(BadInput, match="pictures") as caught:
        ask(pipeline, "", image=png())
    assert "photo" in caught.value.hint


@pytest.fixture
def with_eyes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """A model that has learned which pose belongs to which of two pictures."""
    model, chat = tiny.picture_model()
    talks = [
        [Utterance("user", "Who?", picture=framed(picture(shade), (15, 10, 20, 20), "square")),
         Utterance("assistant", "It is <POSE>.", (target(name),))]
        for shade, name in ((20, "tree pose"), (230, "sitting on a chair"))
    ]  # fmt: skip
    tiny.teach(model, chat, talks, steps=100)
    save_pose_lm(model, chat, tmp_path / "eyes")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "eyes"))
    monkeypatch.setenv(DEVICE_VARIABLE, "cpu")
    return Pipeline()


def test_pictures_are_looked_at(with_eyes: Pipeline) -> None:
    one, other = (ask(with_eyes, "Who?", image=png(s), box=(15.0, 10.0, 20.0, 20.0)) for s in (20, 230))
    assert off(one, "tree pose") < 0.5 * off(one, "sitting on a chair")
    assert off(other, "sitting on a chair") < 0.5 * off(other, "tree pose")


def test_earlier_pictures_are_looked_at_in_their_turns(with_eyes: Pipeline) -> None:
    turns = (
        Turn("user", "Who?", image=png(20)),
        Turn("assistant", "It is this pose.", POSES["tree pose"]),
    )
    found, result = given_to_the_model(with_eyes, "Who?", image=png(230), turns=turns)
    assert found.text.count("<image>") == 2 * 4  # patches each
    assert found.text.index("<image>") < found.text.index("<POSE>") < found.text.rindex("<image>")
    shades = [float(p.mean()) for p in torch.cat(found.pixels)]
    assert len(shades) == 2 and shades[0] < shades[1]
    assert not any("pictures" in w for w in result.warnings)


def test_earlier_pictures_that_are_gone_are_told(with_eyes: Pipeline, tmp_path: Path) -> None:
    gone = (Turn("user", "Who?", image=ImageFile(str(tmp_path / "gone.png"))), Turn("assistant", "It is this pose."))
    found, result = given_to_the_model(with_eyes, "Who?", turns=gone)
    assert "<image>" not in found.text and any("gone.png" in w for w in result.warnings)


def test_a_model_of_words_only_says_that_it_was_not_shown_earlier_pictures(pipeline: Pipeline) -> None:
    turns = (Turn("user", "", image=png()), Turn("assistant", "It is this pose.", POSES["tree pose"]))
    found, result = given_to_the_model(pipeline, "raise the arms", turns=turns)
    assert "the person in a picture" in found.text
    assert any("does not look at pictures" in w for w in result.warnings)


def test_a_conversation_longer_than_the_model_reads_loses_its_beginning(pipeline: Pipeline) -> None:
    engine = pipeline._catalogue.get("chatpose")[1]
    model = engine._model(quiet)[0]
    model.language.config.max_position_embeddings = 130
    turns = tuple(
        turn
        for k in range(3)
        for turn in (
            Turn("user", f"{k} a person is standing with the left arm raised", POSES["tree pose"]),
            Turn("assistant", "It is this pose.", POSES["both arms raised"]),
        )
    )
    found, result = given_to_the_model(pipeline, "be a tree", turns=turns)
    assert len(found.ids) <= 65
    assert "0 a person" not in found.text and "2 a person" in found.text
    assert found.text.startswith("<s>User:") and found.text.endswith("User: <pose> be a tree\nAssistant:")
    assert result.reply and any("65 tokens" in w and "last" in w for w in result.warnings)
    assert not any("tokens" in w for w in ask(pipeline, "be a tree").warnings)
    with pytest.raises(BadInput, match="tokens"):
        ask(pipeline, "a person is standing " * 30)


# --- what is missing ---------------------------------------------------------------------------------------


def test_without_a_model_the_list_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nothing"))
    info = ChatPoseEngine().info()
    assert not info.available and VARIABLE in info.next_step and "hf download" in info.next_step
    with pytest.raises(NotAvailable) as caught:
        ask(Pipeline(), "be a tree")
    assert "embedded" in caught.value.hint


def test_with_a_model_it_is_ready(pipeline: Pipeline) -> None:
    info = next(e for e in pipeline.engines() if e.name == "chatpose")
    assert info.available and not info.missing and not info.next_step


def test_a_missing_package_is_named(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.engines.talking.find_spec", lambda name: None if name == "transformers" else object())
    info = ChatPoseEngine().info()
    assert info.missing == ("the package transformers",) and "posewright[llm]" in info.next_step


def test_a_model_of_another_kind_is_refused_and_the_embedded_engine_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert", "hidden_size": 8}))
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setenv(DEVICE_VARIABLE, "cpu")
    with pytest.raises(BadFile) as caught:
        ask(Pipeline(), "be a tree")
    assert "embedded" in caught.value.hint


def test_weights_that_do_not_fit_are_refused(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    shutil.copytree(folder, tmp_path / "m")
    (tmp_path / "m" / PARTS).unlink()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "m"))
    monkeypatch.setenv(DEVICE_VARIABLE, "cpu")
    with pytest.raises(BadFile, match=PARTS) as caught:
        ask(Pipeline(), "be a tree")
    assert "embedded" in caught.value.hint


def test_running_out_of_memory_offers_ways_out(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_much(*_args, **_options):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("backend.lm.generating.reply", too_much)
    with pytest.raises(NotAvailable) as caught:
        ask(pipeline, "be a tree")
    assert caught.value.code == "out_of_memory" and "embedded" in caught.value.hint
    monkeypatch.undo()


def test_what_was_learned_is_what_is_asked(folder: Path) -> None:
    """The fixture itself: a model that never learned would make the tests above say nothing."""
    from backend.lm.saving import load_pose_lm

    model, chat = load_pose_lm(folder)
    talk = [Utterance("user", "be a tree"), Utterance("assistant", "It is <POSE>.", (target("tree pose"),))]
    assert model.loss(collate([chat.encode(talk)], chat.pad_id)).terms["words"] < 0.05
