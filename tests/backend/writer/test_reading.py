"""Reading a model's text: what is meant beyond doubt is taken, everything else is a fault with its path."""

from __future__ import annotations

import itertools
import json

import pytest

from backend.posecodes import read_program
from backend.writer.answers import Choices
from backend.writer.beginnings import CURRENT, NONE, STANDING
from backend.writer.reading import Unfinished, Unreadable, read_answer, reply_so_far

ANSWER = (
    '{"reply":"ok","begin":"standing","program":[{"type":"angle","joint":"left_elbow","degrees":90,"compare":"="}]}'
)
PROGRAM = read_program("left elbow bent 90")
BENT = {"type": "angle", "joint": "left_elbow", "degrees": 90}


@pytest.mark.parametrize(
    "text",
    [
        ANSWER,
        f"Sure! Here it is:\n```json\n{ANSWER}\n```\nEnjoy {{it}}.",
        f'<think>{{"reply":"no","begin":"kneeling"}} hmm</think>{ANSWER}',
        f"First idea: {ANSWER.replace('ok', 'first')} Better: {ANSWER}",
        json.dumps(json.loads(ANSWER), indent=3),
        '{"reply":"ok","program":[{"type":"angle","joint":"left_elbow","degrees":90}]}',
        '{"reply":"ok","begin":"standing","program":["left elbow bent 90"]}',
        '{"reply":"ok","begin":"standing","program":[{"type":"angle","joint":"left_elbow","degrees":90,"compare":null}]}',
    ],
    ids=["plain", "fenced", "thought", "twice", "indented", "usual", "lines", "null"],
)
def test_answers_are_found_in_what_models_write(text: str) -> None:
    found = read_answer(text, Choices())
    assert (found.reply, found.begin, found.program) == ("ok", STANDING, PROGRAM)


def test_a_list_of_statements_alone_is_a_program() -> None:
    assert read_answer(f"[{json.dumps(BENT)}]", Choices()).program == PROGRAM


def test_words_alone_are_a_reply_unless_the_model_was_held() -> None:
    assert read_answer("Hello! What shall I pose?", Choices()).begin == NONE
    with pytest.raises(Unreadable):
        read_answer("Hello! What shall I pose?", Choices(), held=True)


def test_without_a_pose_there_is_no_program() -> None:
    found = read_answer(ANSWER.replace("standing", "none"), Choices())
    assert found.program == () and not found.has_pose


def test_where_only_a_change_is_asked_for_that_is_the_usual_beginning() -> None:
    text = json.dumps({"reply": "ok", "program": [BENT]})
    assert read_answer(text, Choices(current=True, postures=False)).begin == CURRENT


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"program": [BENT, {**BENT, "joint": "left_elbov"}]}, r"program\[1\]\.joint.*left_elbov"),
        ({"program": [{**BENT, "degrees": "90"}]}, r"program\[0\]\.degrees"),
        ({"program": [{**BENT, "speed": 3}]}, r"program\[0\]\.speed"),
        ({"program": [{"type": "gaze"}]}, r"program\[0\]"),
        ({"program": {"a": 1}}, "program: expected a list"),
        ({"program": ["left elbow goes up somewhere"]}, "left elbow goes up"),
        ({"begin": "flying"}, "begin: 'flying'"),
        ({"begin": "current"}, "begin: 'current'"),
        ({"reply": 3}, "reply"),
        ({"pose": []}, "pose: unknown field"),
    ],
)
def test_faults_have_their_path(change: dict, path: str) -> None:
    with pytest.raises(Unreadable, match=path):
        read_answer(json.dumps(json.loads(ANSWER) | change), Choices())


def test_a_nearest_name_is_offered() -> None:
    text = json.dumps({"program": [{**BENT, "joint": "left_elbov"}]})
    with pytest.raises(Unreadable) as caught:
        read_answer(text, Choices())
    assert "left_elbow" in caught.value.hint


@pytest.mark.parametrize("length", [1, 10, 30, 60, 90, len(ANSWER) - 1])
def test_a_text_that_was_cut_is_told_from_a_broken_one(length: int) -> None:
    with pytest.raises(Unfinished):
        read_answer(ANSWER[:length], Choices(), held=True)


@pytest.mark.parametrize(
    "text", ['{"reply": "a", "begin" "standing", "program": []} and so on', "{reply: a} {b}", "", "  "]
)
def test_broken_json_is_a_fault(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_answer(text, Choices(), held=True)
    assert not isinstance(caught.value, Unfinished)


@pytest.mark.parametrize(("person", "found"), [(1, 1), (0, 0), (None, None)])
def test_a_person_of_the_picture_is_a_number(person: int | None, found: int | None) -> None:
    text = json.dumps({"reply": "", "begin": "photo", "person": person, "program": []})
    assert read_answer(text, Choices(people=2)).person == found


@pytest.mark.parametrize("person", [-1, 2, "1", True, 0.5])
def test_nobody_else_is_taken(person: object) -> None:
    text = json.dumps({"reply": "", "begin": "photo", "person": person, "program": []})
    with pytest.raises(Unreadable, match="person"):
        read_answer(text, Choices(people=2))


def test_the_reply_so_far_grows_with_the_text_and_never_shows_half_an_escape() -> None:
    whole = 'He says "né\\è" 👍\nslowly'
    text = json.dumps({"reply": whole, "begin": "standing"})
    seen = [reply_so_far(text[:k]) for k in range(len(text) + 1)]
    assert seen[-1] == whole
    for shorter, longer in itertools.pairwise(seen):
        assert longer.startswith(shorter.rstrip("\ud83d"))
    assert reply_so_far('{"begin": "x"') == "" and reply_so_far("hello") == ""


def test_deep_nesting_is_a_fault_and_no_crash() -> None:
    with pytest.raises(Unreadable):
        read_answer("[" * 100_000, Choices(), held=True)
