"""What UniPose reads: codes and queries in their places, what each place answers, pictures."""

from __future__ import annotations

import pytest
import torch

from backend.errors import BadInput
from backend.lm.batch import IGNORED
from tests.backend.lm import tiny
from tests.backend.lm.tiny_unipose import PLACES, answered, pose, unipose


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


@pytest.mark.parametrize(("text", "count"), [("no place", 1), ("{} {}", 1), ("{} {} {}", 3)])
def test_pictures_without_their_places_are_refused(text: str, count: int) -> None:
    model = unipose(pictures=True)
    with pytest.raises(BadInput, match="pictures"):
        model.reader.read([("user", text.format(*[model.reader.picture] * 3))], [tiny.picture()] * count)


def test_a_model_without_eyes_refuses_pictures() -> None:
    model = unipose()
    with pytest.raises(BadInput, match="pictures"):
        model.reader.read([("user", model.reader.picture)], [tiny.picture()])


def test_words_lose_what_the_model_would_take_for_a_mark() -> None:
    reader = unipose().reader
    assert reader.plain("raise <pose_id_3> the </s> arm <image> [INST]") == "raise the arm"
