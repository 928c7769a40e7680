"""Answers of OpenAI-compatible servers: whole ones, and streams of server-sent events, a piece of text at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_END: Final = "[DONE]"


@dataclass(frozen=True)
class Piece:
    """What one event adds: text, the reason why the model ended ("" while it goes on), tokens read and written."""

    text: str = ""
    ended: str = ""
    tokens_in: int = 0
    tokens_out: int = 0


class BadEvent(ValueError):
    """An event that is none of this protocol; its text is what the server says, if it says anything."""


def events(chunks: Iterable[bytes]) -> Iterator[str]:
    """The data of every event of a stream; ends with the stream or its mark of the end."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            data = _data(line)
            if data == _END:
                return
            if data:
                yield data
    if (data := _data(rest)) and data != _END:
        yield data


def _data(line: bytes) -> str:
    """What follows "data:"; lines of other fields and comments have nothing."""
    text = line.decode("utf-8", "replace").strip()
    return text[len("data:") :].strip() if text.startswith("data:") else ""


def piece_of(data: str | bytes) -> Piece:
    """One event of a stream, or a whole answer.

    Raises:
        BadEvent: it is no JSON, an error, or has not the fields of an answer.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise BadEvent("it is no JSON") from None
    if not isinstance(value, Mapping):
        raise BadEvent("it is no JSON object")
    if value.get("error"):
        raise BadEvent(error_text(value))
    usage = value.get("usage") if isinstance(value.get("usage"), Mapping) else {}
    tokens = (_count(usage, "prompt_tokens"), _count(usage, "completion_tokens"))
    choices = value.get("choices")
    if not isinstance(choices, list):
        raise BadEvent("it has no choices")
    if not choices:  # the last event may tell the usage alone
        return Piece("", "", *tokens)
    choice = choices[0]
    if not isinstance(choice, Mapping):
        raise BadEvent("its choice is no object")
    said = choice.get("delta") or choice.get("message") or {}
    text = said.get("content") if isinstance(said, Mapping) else None
    return Piece(_text(text), str(choice.get("finish_reason") or ""), *tokens)


def _text(content: Any) -> str:
    """Text, or the texts of a list of parts."""
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    return content if isinstance(content, str) else ""


def _count(usage: Any, name: str) -> int:
    value = usage.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def error_text(value: Any) -> str:
    """The message of an error's JSON, in the several shapes that servers have."""
    error = value.get("error", value) if isinstance(value, Mapping) else value
    if isinstance(error, Mapping):
        error = error.get("message") or error.get("detail") or error
    return " ".join(str(error).split())[:500]
