"""The model: which hidden state becomes a pose, how poses come in, what training moves."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from backend.errors import BadFile
from backend.lm.batch import Batch, collate
from backend.lm.chat import Chat, Utterance
from backend.lm.config import PoseLMConfig
from backend.lm.pose_lm import PoseLM, new_pose_lm, pose_lm
from tests.backend.lm import tiny

INPUTS = ("none", "mlp", "tower")


def talk(text: str = "What is it?", answer: str = "It is <POSE>.", given: int = 0, seed: int = 3) -> list[Utterance]:
    poses = tuple(tiny.rotmats(given + answer.count("<POSE>"), 52, seed))
    return [Utterance("user", text, poses[:given]), Utterance("assistant", answer, poses[given:])]


def batch_of(chat: Chat, *talks: list[Utterance]) -> Batch:
    return collate([chat.encode(t) for t in talks], chat.pad_id)


@pytest.mark.parametrize("kind", ["text", "picture"])
def test_the_hidden_state_is_the_last_one_and_the_logits_are_the_models_own(kind: str) -> None:
    model, chat = tiny.text_model() if kind == "text" else tiny.picture_model()
    batch = batch_of(chat, talk())
    seen = model(batch)
    own = model.language(input_ids=batch.input_ids, attention_mask=batch.attention_mask, output_hidden_states=True)
    assert torch.equal(seen.hidden, own.hidden_states[-1])
    assert torch.equal(seen.logits, own.logits)


def test_a_pose_is_read_where_its_token_is_predicted() -> None:
    model, chat = tiny.text_model()
    batch = batch_of(chat, talk(answer="It is <POSE> or <POSE>."), talk())
    seen = model(batch)
    places = (batch.labels == model.pose_id).nonzero().tolist()
    by_hand = torch.stack([model.head(seen.hidden[b, t - 1]) for b, t in places])
    assert len(places) == 3
    assert torch.allclose(model.poses(seen, batch.labels), by_hand, atol=1e-6)


@pytest.mark.parametrize("pose_input", ["mlp", "tower"])
def test_a_given_pose_changes_what_is_read_after_it_and_nothing_before(pose_input) -> None:
    model, chat = tiny.text_model(PoseLMConfig(conversation="plain", pose_input=pose_input))
    one, other = (batch_of(chat, talk("See <pose>. What?", given=1, seed=s)) for s in (1, 2))
    a, b = model(one).hidden[0], model(other).hidden[0]
    at = int((one.input_ids[0] == model.input_id).nonzero()[0])
    assert (one.input_ids[0] == model.input_id).sum() == model.places
    assert torch.equal(a[:at], b[:at])
    assert (a[at:] - b[at:]).abs().amax(dim=1).min() > 1e-4


def test_given_poses_go_to_their_own_conversations() -> None:
    model, chat = tiny.text_model()
    first, second = (talk("See <pose>. What?", given=1, seed=s) for s in (1, 2))
    both, alone = model(batch_of(chat, first, second)), model(batch_of(chat, second))
    assert torch.allclose(both.hidden[1], alone.hidden[0], atol=1e-5)


def test_as_many_poses_must_be_given_as_there_are_places() -> None:
    model, chat = tiny.text_model()
    batch = batch_of(chat, talk("See <pose>.", given=1))
    with pytest.raises(ValueError, match="2 poses"), model.given(batch.given.repeat(2, 1, 1, 1), batch.input_ids):
        pass


@pytest.mark.parametrize("pose_input", INPUTS)
def test_every_trainable_weight_has_a_gradient_in_every_batch(pose_input) -> None:
    """Or processes that train together would wait for each other for ever."""
    model, chat = tiny.text_model(PoseLMConfig(conversation="plain", pose_input=pose_input))
    given = int(pose_input != "none")
    for conversation in (talk(given=given), talk(given=0), talk(answer="A person sits.")):
        model.zero_grad()
        model.loss(batch_of(chat, conversation)).total.backward()
        assert [n for n, p in model.named_parameters() if p.grad is None] == []


def test_it_learns_a_pose_and_the_words_about_another() -> None:
    model, chat = tiny.text_model()
    model.train()
    batch = batch_of(chat, talk("stand", "It is <POSE>.", seed=1), talk("See <pose>.", "sitting", given=1, seed=2))
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    before = model.loss(batch)
    for _ in range(60):
        optimiser.zero_grad()
        model.loss(batch).total.backward()
        optimiser.step()
    after = model.loss(batch)
    assert all(after.terms[name] < 0.5 * before.terms[name] for name in before.terms)


def test_pictures_are_seen() -> None:
    model, chat = tiny.picture_model()
    turns = [
        Utterance("user", "Who?", picture=tiny.picture(1)),
        Utterance("assistant", "It is <POSE>.", (np.eye(3)[None].repeat(52, 0),)),
    ]
    others = [Utterance("user", "Who?", picture=tiny.picture(2)), turns[1]]
    a, b = model(batch_of(chat, turns)), model(batch_of(chat, others))
    assert not torch.allclose(a.hidden[0, -1], b.hidden[0, -1], atol=1e-4)
    assert torch.isfinite(model.loss(batch_of(chat, turns, others)).total)


def test_tokens_are_added_where_they_are_missing_and_only_there() -> None:
    words = tiny.tokenizer()
    rows = len(words)
    model = new_pose_lm(tiny.llama(rows), words, PoseLMConfig(conversation="plain"))
    assert len(words) == rows + 2 == model.language.get_input_embeddings().weight.shape[0]
    again = new_pose_lm(model.language, words, PoseLMConfig(conversation="plain"))
    assert (again.pose_id, again.input_id) == (model.pose_id, model.input_id) and len(words) == rows + 2


def test_a_tokenizer_without_the_pose_token_is_refused() -> None:
    words = tiny.tokenizer()
    with pytest.raises(BadFile, match="no token") as caught:
        pose_lm(tiny.llama(len(words)), words, PoseLMConfig(pose_token="[SEG]", pose_input="none"))
    assert "added_tokens" in caught.value.hint


def test_a_tokenizer_with_more_tokens_than_the_model_has_embeddings_is_refused() -> None:
    words = tiny.tokenizer()
    rows = len(words)
    words.add_tokens(["<POSE>"])
    with pytest.raises(BadFile, match=str(rows)):
        pose_lm(tiny.llama(rows), words, PoseLMConfig(pose_input="none"))


def test_poses_given_need_a_token_id() -> None:
    with pytest.raises(ValueError, match="<pose>"):
        PoseLM(tiny.llama(300), PoseLMConfig(), 5)
