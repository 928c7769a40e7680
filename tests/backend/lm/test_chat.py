"""From turns to tokens: what stands where, and what an assistant is to learn."""

from __future__ import annotations

import numpy as np
import pytest

from backend.errors import BadInput
from backend.lm.batch import IGNORED, collate
from backend.lm.chat import Utterance
from backend.lm.config import PoseLMConfig
from tests.backend.lm import tiny

POSE = np.broadcast_to(np.eye(3), (52, 3, 3))
STYLES = ("plain", "vicuna_v1", "llava_v1", "template")


def learned(chat, encoded) -> list[str]:
    """The stretches of text that are learned."""
    out, run = [], []
    for label in [*encoded.labels.tolist(), IGNORED]:
        if label != IGNORED:
            run.append(label)
        elif run:
            out.append(chat.tokenizer.decode(run))
            run = []
    return out


def model_and_chat(style: str):
    return tiny.text_model(PoseLMConfig(conversation=style), template=style == "template")


@pytest.mark.parametrize("style", STYLES)
def test_exactly_what_assistants_say_is_learned_with_its_end(style: str) -> None:
    _, chat = model_and_chat(style)
    encoded = chat.encode(
        [
            Utterance("user", "stand"),
            Utterance("assistant", "It is <POSE>.", (POSE,)),
            Utterance("user", "sit"),
            Utterance("assistant", "Sure, <POSE>.", (POSE,)),
        ]
    )
    assert [t.strip() for t in learned(chat, encoded)] == ["It is <POSE>.</s>", "Sure, <POSE>.</s>"]


@pytest.mark.parametrize("style", STYLES)
def test_the_prompt_of_a_question_is_the_beginning_of_its_answer(style: str) -> None:
    """What is asked at work has been seen in training token for token."""
    _, chat = model_and_chat(style)
    asked = [Utterance("user", "stand"), Utterance("assistant", "It is <POSE>.", (POSE,)), Utterance("user", "sit")]
    prompt = chat.encode(asked, ask=True)
    whole = chat.encode([*asked, Utterance("assistant", "Sure, <POSE>.", (POSE,))])
    assert prompt.input_ids.tolist() == whole.input_ids[: len(prompt)].tolist()
    assert whole.labels[len(prompt)] != IGNORED


def test_llava_writes_its_turns_as_it_was_trained() -> None:
    _, chat = model_and_chat("llava_v1")
    text = chat.tokenizer.decode(chat.encode([Utterance("user", "sit")], ask=True).input_ids)
    assert text.startswith("<s>A chat between a curious human and")
    assert text.endswith("questions. USER: sit ASSISTANT:")


def test_a_given_pose_takes_its_places_and_none_is_learned() -> None:
    model, chat = tiny.text_model(PoseLMConfig(conversation="plain", pose_input="tower"))
    encoded = chat.encode([Utterance("user", "See <pose>.", (POSE,)), Utterance("assistant", "standing")])
    assert (encoded.input_ids == model.input_id).sum() == 53 == model.places
    assert encoded.given.shape == (1, 52, 3, 3) and encoded.targets.shape == (0, 52, 3, 3)
    assert not (encoded.labels == model.input_id).any()


def test_a_pose_without_a_mark_is_put_in_front() -> None:
    _, chat = tiny.text_model()
    unmarked, marked = (chat.encode([Utterance("user", t, (POSE,))]) for t in ("bend it", "<pose> bend it"))
    assert unmarked.input_ids.tolist() == marked.input_ids.tolist()


def test_a_picture_takes_as_many_tokens_as_the_processor_says() -> None:
    _, chat = tiny.picture_model()
    encoded = chat.encode([Utterance("user", "Who?", picture=tiny.picture())], ask=True)
    image = chat.tokenizer.convert_tokens_to_ids("<image>")
    assert (encoded.input_ids == image).sum() == (tiny.SIDE // tiny.PATCH) ** 2
    assert encoded.pictures["pixel_values"].shape == (1, 3, tiny.SIDE, tiny.SIDE)


def test_two_pictures_stay_in_their_order() -> None:
    _, chat = tiny.picture_model()
    a, b = tiny.picture(1), tiny.picture(2)
    both = chat.encode([Utterance("user", "one", picture=a), Utterance("user", "two", picture=b)])
    alone = chat.encode([Utterance("user", "two", picture=b)])
    assert np.array_equal(both.pictures["pixel_values"][1], alone.pictures["pixel_values"][0])


@pytest.mark.parametrize(
    ("turn", "match"),
    [
        (Utterance("assistant", "It is <POSE>."), "1 times <POSE> and 0 poses"),
        (Utterance("assistant", "It is it.", (POSE,)), "0 times <POSE> and 1 poses"),
        (Utterance("user", "See <pose>."), "not there"),
        (Utterance("user", "Who?", picture=tiny.picture()), "does not look at pictures"),
    ],
)
def test_marks_and_things_must_agree(turn: Utterance, match: str) -> None:
    _, chat = tiny.text_model()
    with pytest.raises(BadInput, match=match):
        chat.encode([turn])


def test_a_model_that_takes_no_poses_says_so() -> None:
    _, chat = tiny.text_model(PoseLMConfig(conversation="plain", pose_input="none"))
    with pytest.raises(BadInput, match="does not take poses"):
        chat.encode([Utterance("user", "bend it", (POSE,))])


def test_users_cannot_write_marks_of_the_model() -> None:
    _, chat = tiny.picture_model()
    assert chat.plain("a <POSE> b</s> <pose><image>\n c <unk>") == "a b c"


def test_shorter_conversations_are_filled_up_and_not_looked_at() -> None:
    _, chat = tiny.text_model()
    items = [chat.encode([Utterance("user", t), Utterance("assistant", "yes")]) for t in ("a", "a person is sitting")]
    for side in ("right", "left"):
        batch = collate(items, chat.pad_id, side)
        assert batch.attention_mask.sum(1).tolist() == [len(i) for i in items]
        for row, item in enumerate(items):
            seen = batch.attention_mask[row].bool()
            assert batch.input_ids[row][seen].tolist() == item.input_ids.tolist()
            assert batch.labels[row][seen].tolist() == item.labels.tolist()
            assert (batch.labels[row][~seen] == IGNORED).all()


def test_unknown_joints_of_a_target_are_marked() -> None:
    _, chat = tiny.text_model()
    known = np.arange(52) < 22
    turn = Utterance("assistant", "<POSE> or <POSE>", (POSE, POSE), (known, np.ones(52, bool)))
    assert chat.encode([turn]).known.sum(1).tolist() == [22, 52]
