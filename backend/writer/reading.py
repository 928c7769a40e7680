"""From a model's text to an answer: the JSON found in it, decoded strictly, with the path of the first fault.

Models that are not held to the schema wrap JSON in prose and code fences, leave out fields that have a usual value and
write what is unlike the schema in harmless ways; what is meant beyond doubt is taken, everything else is a fault that
is said in words which the model can act on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from backend.errors import BadProgram
from backend.posecodes import program_from_json, read_program

from .answers import LONGEST_REPLY, Answer, Choices
from .beginnings import CURRENT, NONE, STANDING

_FIELDS: Final = ("reply", "begin", "person", "program")
_THOUGHTS: Final = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)
_DECODER: Final = json.JSONDecoder()
_HALF_ESCAPE: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\(?:u[0-9a-fA-F]{0,3})?$")
_REPLY_SO_FAR: Final = re.compile(r'"reply"\s*:\s*"((?:[^"\\]|\\.)*\\?)')


class Unreadable(BadProgram):
    """A model's text that is no answer."""

    code = "bad_answer"


class Unfinished(Unreadable):
    """The text ends within the JSON."""

    code = "unfinished_answer"


def read_answer(text: str, choices: Choices, held: bool = False) -> Answer:
    """The answer in a model's text.

    Args:
        held: whether the model was held to the schema; then words without JSON are no reply but a fault.

    Raises:
        Unreadable: what is wrong and where, for the model to mend. Unfinished: the text was cut off.
    """
    plain = _THOUGHTS.sub("", text).strip()
    found = _found(plain)
    if found is None:
        if "{" in plain or held or not plain:
            raise _cut(plain)
        return Answer(plain[:LONGEST_REPLY], NONE)
    return _answer(found, choices)


def reply_so_far(text: str) -> str:
    """The reply in a text that is still being written; "" before it begins."""
    found = _REPLY_SO_FAR.search(_THOUGHTS.sub("", text))
    if not found:
        return ""
    written = _HALF_ESCAPE.sub(r"\1", found[1])
    try:
        return str(json.loads(f'"{written}"', strict=False))
    except ValueError:
        return ""


def _cut(text: str) -> Unreadable:
    if not text:
        return Unreadable("the answer is empty", "answer with the JSON object")
    if "{" not in text:
        return Unreadable("there is no JSON object in the answer", "answer with the JSON object")
    try:
        _DECODER.raw_decode(text[text.index("{") :])
    except json.JSONDecodeError as error:
        if _at_end(error, text[text.index("{") :]):
            return Unfinished("the answer ends in the middle of the JSON", "write fewer statements")
        where = text[text.index("{") :][max(0, error.pos - 20) : error.pos + 20]
        return Unreadable(f"the JSON is broken: {error.msg} near {where!r}", "write it again, complete and valid")
    return Unreadable("there is no answer in the JSON", f"the object has the fields {', '.join(_FIELDS)}")


def _found(text: str) -> Any:
    """The last JSON value that looks like an answer, a program or a statement list; None where there is none."""
    last = None
    for value in _values(text):
        if isinstance(value, Mapping) and {"program", "reply", "begin"} & value.keys():
            last = value
        elif isinstance(value, list) and value and all(isinstance(v, Mapping) and "type" in v for v in value):
            last = {"program": value}
    return last


def _values(text: str) -> Iterator[Any]:
    at = 0
    while True:
        starts = [k for k in (text.find("{", at), text.find("[", at)) if k >= 0]
        if not starts:
            return
        at = min(starts)
        try:
            value, end = _DECODER.raw_decode(text, at)
        except RecursionError:
            return
        except json.JSONDecodeError as error:
            if _at_end(error, text):  # what is inside of it is no answer of its own
                return
            at += 1
            continue
        yield value
        at = end


def _at_end(error: json.JSONDecodeError, text: str) -> bool:
    """Whether JSON was good as far as it goes."""
    return error.pos >= len(text.rstrip()) - 1 or "Unterminated" in error.msg


def _answer(value: Mapping[str, Any], choices: Choices) -> Answer:
    extra = [key for key in value if key not in (*_FIELDS, "thought", "posture")]
    if extra:
        raise Unreadable(f"{str(extra[0])[:60]}: unknown field", f"the object has the fields {', '.join(_FIELDS)}")
    reply = value.get("reply", "")
    if not isinstance(reply, str):
        raise Unreadable(f"reply: expected a text, got {type(reply).__name__}")
    raw = value.get("program") or []
    begin = value.get("begin") or (_usual(choices) if raw else NONE)
    if begin not in choices.beginnings:
        raise Unreadable(f"begin: {str(begin)[:60]!r} is none of those", f"one of {', '.join(choices.beginnings)}")
    try:
        program = read_program("\n".join(raw)) if _lines(raw) else program_from_json(_mended(raw))
    except BadProgram as fault:
        raise Unreadable(fault.message, fault.hint) from None
    words = " ".join(reply.split())
    return Answer(words[:LONGEST_REPLY], begin, () if begin == NONE else program, _person(value, choices))


def _usual(choices: Choices) -> str:
    return STANDING if choices.postures else CURRENT


def _lines(raw: Any) -> bool:
    """Whether the program came in canonical lines."""
    return isinstance(raw, list) and bool(raw) and all(isinstance(line, str) for line in raw)


def _mended(raw: Any) -> Any:
    """Statements without fields that are null, which say nothing."""
    if not isinstance(raw, list):
        return raw
    return [{k: v for k, v in s.items() if v is not None} if isinstance(s, Mapping) else s for s in raw]


def _person(value: Mapping[str, Any], choices: Choices) -> int | None:
    person = value.get("person")
    if person is None or not choices.people:
        return None
    if isinstance(person, bool) or not isinstance(person, int) or not 0 <= person < choices.people:
        raise Unreadable(f"person: {str(person)[:40]} is nobody", f"a number from 0 to {choices.people - 1}, or null")
    return person
