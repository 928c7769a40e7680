"""Streams of events however they are cut, and answers of servers in their several shapes."""

from __future__ import annotations

import json

import pytest

from backend.writer.events import BadEvent, Piece, error_text, events, piece_of

STREAM = b': hello\nevent: x\ndata: {"a": "\xe2\x82\xac"}\r\n\r\ndata:{"b": 1}\n\ndata: [DONE]\n\ndata: {"late": 1}\n\n'


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_events_are_the_same_however_the_stream_is_cut(size: int) -> None:
    chunks = [STREAM[k : k + size] for k in range(0, len(STREAM), size)]
    assert list(events(chunks)) == ['{"a": "€"}', '{"b": 1}']


def test_a_stream_without_its_mark_ends_with_its_last_line() -> None:
    assert list(events([b'data: {"a": 1}\n\ndata: {"b"', b": 2}"])) == ['{"a": 1}', '{"b": 2}']


@pytest.mark.parametrize(
    ("value", "piece"),
    [
        ({"choices": [{"delta": {"content": "hi"}, "finish_reason": None}]}, Piece("hi")),
        ({"choices": [{"delta": {"role": "assistant"}}]}, Piece()),
        ({"choices": [{"delta": {"reasoning_content": "hm", "content": None}}]}, Piece()),
        ({"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]}, Piece("hi", "stop")),
        ({"choices": [{"message": {"content": [{"type": "text", "text": "hi"}]}, "finish_reason": "length"}]},
         Piece("hi", "length")),
        ({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}, Piece("", "", 3, 4)),
    ],
)  # fmt: skip
def test_pieces_are_read_in_every_shape(value: dict, piece: Piece) -> None:
    assert piece_of(json.dumps(value)) == piece


@pytest.mark.parametrize(
    "data", ["", "{", "[]", "{}", '{"choices": 3}', '{"choices": [3]}', '{"error": {"message": "x"}}']
)
def test_what_is_no_answer_is_said_so(data: str) -> None:
    with pytest.raises(BadEvent):
        piece_of(data)


@pytest.mark.parametrize(
    "value",
    [{"error": {"message": "too  long"}}, {"error": "too long"}, {"detail": "too long"}, {"message": "too long"}],
)
def test_errors_are_read_in_every_shape(value: dict) -> None:
    assert error_text(value) == "too long"
