"""UniPose on a tiny model: what is read, what is learned, what is written, with and without pictures."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from backend.body.rotations import geodesic, rotvec_to_rotmat
from backend.errors import BadFile, BadInput, Cancelled, NotAvailable
from backend.lm.batch import IGNORED
from backend.lm.generating import Decoding
from backend.lm.pose_instructions import TASKS, Template, drawn, templates
from backend.lm.unipose import UniPose, UniPoseConfig
from backend.lm.unipose_reading import joined
from backend.lm.unipose_writing import write
from rigs.skeleton import N_JOINTS
from tests.backend.lm import tiny
from tests.backend.lm.tiny_unipose import SIZES, pose_tokenizer, unipose

PLACES = 80


def pose(model: UniPose, seed: int = 0) -> tuple[np.ndarray, str]:
    codes = np.random.default_rng(seed).integers(0, SIZES.codes, PLACES)
    return codes, model.vocabulary.text(codes)


def answered(model: UniPose, seed: int = 0, before: str = "It is", after: str = "so"):
    codes, text = pose(model, seed)
    return codes, model.reader.read([("user", "sitting on a chair"), ("assistant", f"{before} {text} {after}")])


def test_codes_of_an_answer_give_way_to_queries() -> None:
    model = unipose()
    v = model.vocabulary
    codes, read = answered(model)
    at = torch.nonzero(read.is_query)[:, 0]
    assert len(at) == PLACES and torch.equal(at, torch.arange(at[0], at[0] + PLACES))
    assert read.input_ids[at].tolist() == v.query_ids.tolist()
    assert read.answers[at].tolist() == v.code_ids[codes].tolist()
    assert int(read.input_ids[at[0] - 1]) == v.begin and int(read.answers[at[0] - 2]) == v.begin
    assert int(read.answers[at[0] - 1]) == IGNORED  # what follows the begin token is asked of the queries
    assert int(read.input_ids[at[-1] + 1]) == v.end
    assert v.end not in read.answers.tolist()


def test_words_answer_what_comes_next_and_users_words_nothing() -> None:
    model = unipose()
    _, read = answered(model)
    learned = read.answers != IGNORED
    words = learned & ~read.is_query
    after = torch.nonzero(words)[:, 0] + 1
    assert torch.equal(read.answers[words], torch.where(read.is_query, -1, read.input_ids)[after])
    said = model.words.decode(read.answers[words][read.answers[words] != model.vocabulary.begin])
    assert "It is" in said and "so" in said and "chair" not in said


def test_with_causal_attention_codes_are_words() -> None:
    model = unipose("causal")
    codes, read = answered(model)
    assert not bool(read.is_query.any())
    found = model.vocabulary.poses(read.answers.tolist())
    assert [f.tolist() for f in found] == [codes.tolist()]


def test_given_poses_stay_as_their_codes() -> None:
    model = unipose()
    codes, text = pose(model)
    read = model.reader.read([("user", f"raise the arm of {text}")], ask=True)
    assert not bool(read.is_query.any())
    assert [f.tolist() for f in model.vocabulary.poses(read.input_ids.tolist())] == [codes.tolist()]


def test_several_answered_poses_are_blocks_of_their_own() -> None:
    model = unipose()
    (a, first), (b, second) = pose(model, 1), pose(model, 2)
    read = model.reader.read([("user", "two"), ("assistant", f"{first}{second}")])
    assert read.answers[read.is_query].tolist() == [*model.vocabulary.code_ids[a], *model.vocabulary.code_ids[b]]


def test_learning_lowers_the_loss_and_the_answer_is_then_written() -> None:
    model = unipose().train()
    codes, read = answered(model, before="It is this pose.", after="")
    batch = joined([read], model.pad_id)
    optimizer = torch.optim.AdamW(model.language.parameters(), 1e-2)
    first = float(model.loss(batch).detach())
    for _ in range(60):
        optimizer.zero_grad()
        loss = model.loss(batch)
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < 0.1 * first
    found = write(model.eval(), model.reader.read([("user", "sitting on a chair")], ask=True))
    assert [c.tolist() for c in found.codes] == [codes.tolist()]
    assert found.text == "It is this pose." and found.ended


def test_all_codes_of_a_pose_come_in_one_pass() -> None:
    for attention, most in (("mixed", 1), ("causal", PLACES)):
        model = unipose(attention)
        force(model, model.vocabulary.begin)
        found = write(model, model.reader.read([("user", "a")], ask=True), Decoding(most_tokens=1))
        assert found.codes.shape == (1, PLACES)
        assert found.passes == 1 + most + 1 + (attention == "causal")


def force(model: UniPose, token: int) -> None:
    """Make one token the likeliest everywhere."""
    head = model.language.get_output_embeddings()
    weight = torch.zeros_like(head.weight)
    head.weight = torch.nn.Parameter(weight)
    head.bias = torch.nn.Parameter(torch.zeros(len(weight)).index_fill(0, torch.tensor([token]), 1.0))


@pytest.mark.parametrize("attention", ["mixed", "causal"])
def test_with_the_cache_the_codes_are_those_of_one_whole_pass(attention: str) -> None:
    model = unipose(attention)
    prompt = model.reader.read([("user", "sitting on a chair")], ask=True)
    written = write(_beginning(model), prompt, Decoding(most_tokens=1))
    text = model.vocabulary.text(written.codes[0])
    ids = [*prompt.input_ids.tolist(), *model.words(text, add_special_tokens=False).input_ids]
    is_query = torch.zeros(1, len(ids), dtype=torch.bool)
    at = torch.arange(len(prompt) + 1, len(prompt) + 1 + PLACES)
    if attention == "mixed":
        is_query[0, at] = True
        ids = [int(model.vocabulary.query_ids[i - at[0]]) if is_query[0, i] else t for i, t in enumerate(ids)]
    whole = joined([prompt], model.pad_id)
    whole = type(whole)(torch.tensor([ids]), torch.tensor([ids]), is_query, torch.ones_like(is_query))
    with torch.no_grad():
        logits = model(whole)[0, at if attention == "mixed" else at - 1]
    again = logits[:, torch.tensor(model.vocabulary.code_ids)].argmax(dim=-1)
    assert again.tolist() == written.codes[0].tolist()


def _beginning(model: UniPose) -> UniPose:
    """The model with a begin token that is likelier than any word; codes are as they were."""
    head = model.language.get_output_embeddings()
    bias = torch.zeros(len(head.weight))
    bias[model.vocabulary.begin] = 1e4
    head.bias = torch.nn.Parameter(bias)
    return model


def test_tokens_inside_poses_are_never_written_as_words() -> None:
    model = unipose()
    force(model, int(model.vocabulary.code_ids[3]))
    found = write(model, model.reader.read([("user", "a")], ask=True), Decoding(most_tokens=3))
    assert not set(found.ids) & set(model.vocabulary.code_ids.tolist())


def test_drawing_depends_on_the_seed_alone() -> None:
    model = unipose()
    prompt = model.reader.read([("user", "a person")], ask=True)
    a, b, c = (write(model, prompt, Decoding(6, temperature=1.0, seed=s)) for s in (1, 1, 2))
    assert a.ids == b.ids != c.ids


def test_a_listener_may_stop_the_writing() -> None:
    model = unipose()

    def heard(_text: str) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        write(model, model.reader.read([("user", "a")], ask=True), Decoding(most_tokens=4), heard)


def test_pictures_take_their_places() -> None:
    model = unipose(pictures=True)
    text = f"{model.reader.picture} What is it? {model.reader.picture}"
    pictures = [tiny.picture(1), tiny.picture(2)]
    read = model.reader.read([("user", text)], pictures, ask=True)
    at = torch.nonzero(read.input_ids == model.vocabulary.picture)[:, 0]
    assert len(at) == 2 * 4  # 2 x 2 patches each
    embedded = model.embedded(read.input_ids[None], read.pictures)[0, at]
    assert model.visual is not None
    torch.testing.assert_close(embedded, model.visual(pictures).flatten(0, 1))


def test_an_answer_depends_on_the_picture() -> None:
    model = unipose(pictures=True)
    logits = []
    for seed in (1, 2):
        read = model.reader.read([("user", f"{model.reader.picture} pose")], [tiny.picture(seed)], ask=True)
        logits.append(model(joined([read], model.pad_id))[0, -1].detach())
    assert float((logits[0] - logits[1]).abs().max()) > 1e-4


@pytest.mark.parametrize(("text", "count"), [("no place", 1), ("{} {}", 1), ("{} {} {}", 3)])
def test_pictures_without_their_places_are_refused(text: str, count: int) -> None:
    model = unipose(pictures=True)
    with pytest.raises(BadInput, match="pictures"):
        model.reader.read([("user", text.format(*[model.reader.picture] * 3))], [tiny.picture()] * count)


def test_a_model_without_eyes_refuses_pictures() -> None:
    model = unipose()
    with pytest.raises(BadInput, match="pictures"):
        model.reader.read([("user", model.reader.picture)], [tiny.picture()])


@pytest.mark.parametrize("frame", ["y_up", "z_up", "camera"])
def test_poses_come_back_in_our_frame_through_codes(frame: str) -> None:
    """The tokenizer is random, so its pose is compared in the frame's own terms: decoded, encoded by hand, decoded."""
    model = unipose()
    rotvecs = np.zeros((2, N_JOINTS, 3))
    rotvecs[:, :22] = np.random.default_rng(0).normal(0, 0.4, (2, 22, 3))
    seen = []
    model.pose_tokenizer.encode = lambda r: seen.append(r) or torch.zeros(len(r), PLACES, dtype=torch.long)  # type: ignore[method-assign]
    model.codes(rotvecs, frame)  # type: ignore[arg-type]
    model.pose_tokenizer.decode = lambda _: seen[0]  # type: ignore[method-assign]
    rest = np.random.default_rng(1).normal(0, 0.2, (N_JOINTS, 3))
    back = model.rotvecs(np.zeros((2, PLACES), int), rest, frame)  # type: ignore[arg-type]
    assert geodesic(rotvec_to_rotmat(back[:, :22]), rotvec_to_rotmat(rotvecs[:, :22])).max() < 1e-3
    np.testing.assert_array_equal(back[:, 22:], np.repeat(rest[None, 22:], 2, axis=0))


def test_frames_put_up_where_it_belongs() -> None:
    model = unipose()
    seen = {}
    for frame in ("y_up", "z_up", "camera"):
        model.pose_tokenizer.encode = lambda r, f=frame: seen.update({f: r[0, 0]}) or torch.zeros(1, PLACES)  # type: ignore[method-assign]
        model.codes(np.zeros((1, N_JOINTS, 3)), frame)
    up, front = torch.tensor([0.0, 1.0, 0.0]), torch.tensor([0.0, 0.0, 1.0])
    assert (seen["z_up"] @ up).tolist() == [0, 0, 1] and (seen["z_up"] @ front).tolist() == [0, -1, 0]
    assert (seen["camera"] @ up).tolist() == [0, -1, 0] and (seen["camera"] @ front).tolist() == [0, 0, -1]


def test_flash_attention_is_refused() -> None:
    words = tiny.tokenizer()
    language = tiny.llama(len(words))
    language.config._attn_implementation_internal = "flash_attention_2"
    with pytest.raises(NotAvailable, match="flash"):
        UniPose(language, words, pose_tokenizer(), UniPoseConfig(conversation="plain"))


def test_a_vocabulary_without_poses_is_refused() -> None:
    words = tiny.tokenizer()
    with pytest.raises(BadFile, match="pose_id_0"):
        UniPose(tiny.llama(len(words)), words, pose_tokenizer(), UniPoseConfig(conversation="plain"))


@pytest.mark.parametrize(("value", "told"), [({"frame": "x_up"}, "x_up"), ({"colour": 1}, "colour")])
def test_unknown_settings_are_named(value: dict[str, str], told: str) -> None:
    with pytest.raises(BadFile, match=told):
        UniPoseConfig.from_dict(value, "unipose.json")


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_templates_with_its_things(task: str) -> None:
    questions, answers = templates(task)  # type: ignore[arg-type]
    needs = {
        "pose_to_text": {"pose", "caption"}, "pose_difference": {"pose", "other", "caption"},
        "image_to_text": {"image", "caption"}, "image_difference": {"image", "other_image", "caption"},
        "text_to_pose": {"caption", "pose"}, "image_to_pose": {"image", "pose"}, "edit": {"pose", "caption", "other"},
    }  # fmt: skip
    for question in questions:
        for answer in answers:
            assert Template(question, answer).places == needs[task]


def test_drawn_templates_are_filled() -> None:
    rng = np.random.default_rng(0)
    question, answer = drawn("edit", rng).filled(pose="P", other="Q", caption="more {braces}")
    assert "P" in question and "more {braces}" in question and "Q" in answer
    with pytest.raises(BadInput, match="lacks"):
        drawn("edit", rng).filled(pose="P")
