"""Poses as tokens of a vocabulary: one token each, in the published order, read back whole or not at all."""

from __future__ import annotations

import numpy as np
import pytest
from transformers import PreTrainedTokenizerFast

from backend.errors import BadFile, BadInput
from backend.lm.pose_vocabulary import PICTURE, PoseVocabulary, add_to, code_text, query_text, texts
from tests.backend.lm import tiny

CODES, PLACES = 12, 4


@pytest.fixture
def tokenizer() -> PreTrainedTokenizerFast:
    out = tiny.tokenizer()
    add_to(out, CODES, PLACES)
    return out


def test_tokens_come_in_the_published_order() -> None:
    names = texts(2048)
    assert names[0] == "<pose_id_0>" and names[2049] == "<pose_id_2049>"
    assert names[2050:2052] == ["<im_start>", "<im_end>"]
    assert names[2052] == "<pose_query_0>" and names[2131] == "<pose_query_79>"
    assert names[2132:] == [PICTURE]


def test_each_text_is_one_token_and_added_once(tokenizer: PreTrainedTokenizerFast) -> None:
    for text in texts(CODES, PLACES):
        ids = tokenizer(f"a{text}b", add_special_tokens=False).input_ids
        assert ids[1:-1] == [tokenizer.convert_tokens_to_ids(text)]
    assert add_to(tokenizer, CODES, PLACES) == 0


def test_a_pose_is_read_back_from_its_tokens(tokenizer: PreTrainedTokenizerFast) -> None:
    vocabulary = PoseVocabulary.of(tokenizer, CODES, PLACES)
    pose, other = np.array([3, 0, 11, 3]), np.array([1, 2, 3, 4])
    ids = tokenizer(f"from {vocabulary.text(pose)} to {vocabulary.text(other)}!", add_special_tokens=False).input_ids
    found = vocabulary.poses(ids)
    assert [p.tolist() for p in found] == [pose.tolist(), other.tolist()]


@pytest.mark.parametrize("cut", [slice(1, None), slice(None, -1), slice(0, 3)])
def test_half_a_pose_is_none(tokenizer: PreTrainedTokenizerFast, cut: slice) -> None:
    vocabulary = PoseVocabulary.of(tokenizer, CODES, PLACES)
    ids = tokenizer(vocabulary.text([1, 2, 3, 4]), add_special_tokens=False).input_ids
    assert vocabulary.poses(ids[cut]) == []


def test_words_inside_make_it_no_pose(tokenizer: PreTrainedTokenizerFast) -> None:
    vocabulary = PoseVocabulary.of(tokenizer, CODES, PLACES)
    ids = tokenizer(vocabulary.text([1, 2, 3, 4]), add_special_tokens=False).input_ids
    word = tokenizer("a", add_special_tokens=False).input_ids[0]
    assert vocabulary.poses([*ids[:3], word, *ids[3:]]) == []


@pytest.mark.parametrize("codes", [[1, 2, 3], [1, 2, 3, CODES], [1, 2, 3, -1]])
def test_codes_that_there_are_not_are_refused(tokenizer: PreTrainedTokenizerFast, codes: list[int]) -> None:
    with pytest.raises(BadInput, match="codes"):
        PoseVocabulary.of(tokenizer, CODES, PLACES).text(codes)


@pytest.mark.parametrize("codes", [CODES + 1, CODES - 1])
def test_a_tokenizer_of_another_codebook_is_refused(tokenizer: PreTrainedTokenizerFast, codes: int) -> None:
    with pytest.raises(BadFile):
        PoseVocabulary.of(tokenizer, codes, PLACES)


def test_a_plain_tokenizer_is_refused_by_what_it_lacks() -> None:
    with pytest.raises(BadFile, match=code_text(0)):
        PoseVocabulary.of(tiny.tokenizer(), CODES, PLACES)


def test_ids_are_those_of_the_tokenizer(tokenizer: PreTrainedTokenizerFast) -> None:
    vocabulary = PoseVocabulary.of(tokenizer, CODES, PLACES)
    assert vocabulary.codes == CODES and vocabulary.places == PLACES
    assert tokenizer.convert_tokens_to_ids(code_text(5)) == vocabulary.code_ids[5]
    assert tokenizer.convert_tokens_to_ids(query_text(2)) == vocabulary.query_ids[2]
    assert len(set(vocabulary.all_ids.tolist())) == CODES + PLACES + 2
