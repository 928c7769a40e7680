"""What UniPose writes: all codes in one pass, the same with the cache, stoppable."""

from __future__ import annotations

import pytest
import torch

from backend.errors import Cancelled
from backend.lm.generating import Decoding
from backend.lm.unipose import UniPose
from backend.lm.unipose_reading import joined
from backend.lm.unipose_writing import write
from tests.backend.lm.tiny_unipose import PLACES, unipose


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
