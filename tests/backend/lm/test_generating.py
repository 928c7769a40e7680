"""Writing: the cache changes nothing, poses come from the right step, streams can be stopped."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from backend.errors import Cancelled
from backend.lm.batch import Encoded, collate
from backend.lm.chat import Chat, Utterance
from backend.lm.config import PoseLMConfig
from backend.lm.generating import Decoding, replies, reply, stop_ids
from backend.lm.layouts import rotmat_to_six, six_to_rotmat
from backend.lm.pose_lm import PoseLM
from tests.backend.lm import tiny

ANSWER = "It is <POSE> or <POSE>."


def taught(
    answer: str, picture: bool = False, given: bool = False, copies: bool = False
) -> tuple[PoseLM, Chat, Encoded]:
    """A model that has learned one answer by heart, and the question."""
    config = PoseLMConfig(conversation="plain", copies=copies, glances=copies and picture)
    model, chat = tiny.picture_model(config) if picture else tiny.text_model(config)
    question = Utterance(
        "user",
        "raise the left arm",
        tuple(tiny.rotmats(1, 52, 5)) if given else (),
        picture=tiny.picture() if picture else None,
    )
    poses = tuple(tiny.rotmats(answer.count("<POSE>"), 52))
    tiny.teach(model, chat, [[question, Utterance("assistant", answer, poses)]], steps=50)
    return model, chat, chat.encode([question], ask=True)


@pytest.fixture(scope="module")
def learned() -> tuple[PoseLM, Chat, Encoded]:
    return taught(ANSWER)


def without_cache(model: PoseLM, chat: Chat, prompt: Encoded) -> tuple[list[int], np.ndarray]:
    """Greedy writing in the plainest way: read everything anew for each token."""
    ids, poses = prompt.input_ids.tolist(), []
    while len(ids) < len(prompt) + 40:
        item = Encoded(
            torch.tensor(ids), torch.tensor(ids), prompt.given, prompt.targets, prompt.known, prompt.pictures
        )
        seen = model(collate([item], chat.pad_id))
        token = int(seen.logits[0, -1].argmax())
        if token in stop_ids(model, chat):
            break
        if token == model.pose_id:
            poses.append(by_hand(model, seen.hidden[:, -1], prompt)[0].detach().numpy())
        ids.append(token)
    return ids[len(prompt) :], np.array(poses)


def by_hand(model: PoseLM, hidden: torch.Tensor, prompt: Encoded) -> torch.Tensor:
    """The pose (1, J, 3, 3) of a hidden state (1, width)."""
    said = model.head.six(hidden)
    if model.gate is not None:
        given = prompt.given
        if model.glance is not None:
            patches = model.language.model.get_image_features(pixel_values=prompt.pictures["pixel_values"])
            given = model.glance(torch.stack(list(patches.pooler_output)))
        share = torch.sigmoid(model.gate.share(hidden))[..., None]
        said = (1 - share) * said + share * rotmat_to_six(given, model.head.layout)
    return six_to_rotmat(said, model.head.layout)


_COPIES = [{"given": True, "copies": True}, {"picture": True, "copies": True}]


@pytest.mark.parametrize("options", [{}, {"picture": True}, {"given": True}, *_COPIES])
def test_the_cache_changes_neither_words_nor_poses(options: dict[str, bool]) -> None:
    model, chat, prompt = taught(ANSWER, **options)
    found = reply(model, chat, prompt)
    ids, poses = without_cache(model, chat, prompt)
    assert found.text == ANSWER and found.ended
    assert list(found.ids) == ids
    assert found.rotmats.shape == (2, 52, 3, 3)
    assert np.allclose(found.rotmats, poses, atol=1e-4)


def test_a_reply_may_have_no_pose() -> None:
    model, chat, prompt = taught("A person sits.")
    found = reply(model, chat, prompt)
    assert found.text == "A person sits." and found.rotmats.shape == (0, 52, 3, 3)


def test_text_is_told_as_it_grows(learned) -> None:
    told: list[str] = []
    found = reply(*learned, heard=told.append)
    assert told[-1] == found.text and len(told) == len(found.ids) + 1
    assert all(found.text.startswith(part) for part in told)


def test_it_can_be_stopped_between_tokens(learned) -> None:
    told: list[str] = []

    def stop(text: str) -> None:
        told.append(text)
        if len(told) == 3:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        reply(*learned, heard=stop)
    assert len(told) == 3
    assert reply(*learned).text == ANSWER  # and works on afterwards


def test_a_reply_is_cut_at_the_limit_and_says_so(learned) -> None:
    found = reply(*learned, decoding=Decoding(most_tokens=3))
    assert len(found.ids) == 3 and not found.ended


def test_several_at_once_are_as_if_each_were_alone(learned) -> None:
    model, chat, prompt = learned
    other = chat.encode([Utterance("user", "a person is sitting on a chair, what is it?")], ask=True)
    together = replies(model, chat, [prompt, other], Decoding(most_tokens=12))
    for found, alone in zip(together, [prompt, other], strict=True):
        single = reply(model, chat, alone, Decoding(most_tokens=12))
        assert found.text == single.text and found.ids == single.ids
        assert np.allclose(found.rotmats, single.rotmats, atol=1e-4)


def test_the_same_seed_draws_the_same_words_and_leaves_the_generator_alone(learned) -> None:
    torch.manual_seed(7)
    before = torch.get_rng_state()
    drawn = [reply(*learned, decoding=Decoding(12, temperature=3.0, top_p=1.0, seed=s)).ids for s in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert torch.equal(torch.get_rng_state(), before)
