"""The schema of an answer: it holds what the decoder of programs takes, and the bounded one leaves no way astray."""

from __future__ import annotations

import json
import random
from typing import Any

import jsonschema
import pytest
from llguidance import LLMatcher, LLTokenizer

from backend.posecodes import KINDS, program_from_json, program_to_json, read_line
from backend.writer.answers import LONGEST_REPLY, MOST_STATEMENTS, Answer, Choices, answer_schema
from backend.writer.prompt import answer_text
from backend.writer.reading import read_answer

CHOICES = [Choices(), Choices(current=True), Choices(current=True, people=3), Choices(current=True, postures=False)]
COMPACT = {"whitespace_flexible": False}


def written_at_random(schema: dict[str, Any], seed: int) -> str:
    """A text of the schema's language, every byte drawn from all that may follow."""
    tokenizer = LLTokenizer("byte")
    matcher = LLMatcher(tokenizer, LLMatcher.grammar_from_json_schema(schema, defaults=COMPACT))
    assert not matcher.is_error(), matcher.get_error()
    rng, most, out = random.Random(seed), longest(schema), []
    while not matcher.is_stopped():
        byte = rng.choice([k for k, allowed in enumerate(matcher.compute_logit_bias()) if allowed])
        matcher.consume_token(byte)
        out.append(byte)
        assert len(out) < most
    return str(tokenizer.decode_str(out)).removesuffix("<|end|>")


def longest(schema: dict[str, Any], defs: dict[str, Any] | None = None) -> int:
    """The most bytes that a text of a bounded schema has; fails where there is no end to it."""
    defs = schema.get("$defs", defs or {})
    if "$ref" in schema:
        return longest(defs[schema["$ref"].rsplit("/", 1)[1]], defs)
    if "anyOf" in schema:
        return max(longest(each, defs) for each in schema["anyOf"])
    if "const" in schema or "enum" in schema:
        return max(len(json.dumps(v)) for v in schema.get("enum", [schema.get("const")]))
    if schema["type"] == "object":
        return 2 + sum(len(name) + 4 + longest(each, defs) for name, each in schema["properties"].items())
    if schema["type"] == "array":
        items = schema.get("prefixItems") or [schema["items"]] * schema["maxItems"]
        return 2 + sum(longest(item, defs) + 1 for item in items)
    if schema["type"] == "string":
        return 2 + 12 * int(schema["maxLength"])  # a pair of escapes for a character
    if schema["type"] == "null":
        return 4
    assert schema["type"] == "integer", schema
    return max(len(str(schema["minimum"])), len(str(schema["maximum"])))


@pytest.mark.parametrize("choices", CHOICES)
def test_the_bounded_schema_has_a_longest_text(choices: Choices) -> None:
    assert longest(answer_schema(choices, "bounded")) < 12_000


@pytest.mark.parametrize("seed", range(12))
def test_whatever_the_bounded_schema_allows_is_an_answer(seed: int) -> None:
    choices = CHOICES[seed % len(CHOICES)]
    text = written_at_random(answer_schema(choices, "bounded"), seed)
    answer = read_answer(text, choices, held=True)
    assert len(answer.program) <= MOST_STATEMENTS and len(answer.reply) <= LONGEST_REPLY
    jsonschema.Draft202012Validator(answer_schema(choices)).validate(json.loads(text))


def test_decoders_that_ignore_the_limits_of_numbers_find_none_in_the_stepped_schema() -> None:
    """llama.cpp keeps to minimum and maximum of whole numbers, and takes no schema but an object (as of 2026)."""

    def check(value: Any) -> None:
        if isinstance(value, list):
            for each in value:
                check(each)
        elif isinstance(value, dict):
            assert value.get("type") != "number"
            assert not isinstance(value.get("items"), bool)
            for each in value.values():
                check(each)

    for choices in CHOICES:
        check(answer_schema(choices, "stepped"))


def test_places_near_and_far_can_be_written() -> None:
    validator = jsonschema.Draft202012Validator(answer_schema(Choices(), "stepped"))
    for place in ([0.35, 1.6, -2.95], [-20, 0, 12.5]):
        statement = {"type": "gaze", "place": place}
        validator.validate({"reply": "x", "begin": "standing", "program": [statement]})


def test_every_kind_can_be_written() -> None:
    validators = [jsonschema.Draft202012Validator(answer_schema(Choices(), "plain"))]
    for cls in KINDS.values():
        for line in cls.examples:
            program = read_line(line)
            text = answer_text(Answer("x", "standing", program))
            for validator in validators:
                validator.validate(json.loads(text))
            again = read_answer(text, Choices()).program
            assert [c.kind for c in again] == [c.kind for c in program]


def test_what_the_choices_leave_out_is_not_in_the_schema() -> None:
    assert "current" not in answer_schema(Choices())["properties"]["begin"]["enum"]
    assert "person" not in answer_schema(Choices())["properties"]
    only = answer_schema(Choices(current=True, postures=False))["properties"]["begin"]["enum"]
    assert only == ["none", "current"]


def test_the_schema_says_nothing_that_strict_decoders_refuse() -> None:
    """Every object is closed with all of its fields required; of keywords only the plain ones."""
    plain = {
        "type", "properties", "required", "additionalProperties", "items", "anyOf", "enum", "const", "$ref", "$defs",
        "minimum", "maximum", "minItems", "maxItems",
    }  # fmt: skip

    def check(value: Any) -> None:
        if isinstance(value, list):
            for each in value:
                check(each)
        elif isinstance(value, dict):
            assert value.keys() <= plain
            if value.get("type") == "object":
                assert value["required"] == list(value["properties"]) and value["additionalProperties"] is False
            for name, each in value.items():
                for inner in each.values() if name in ("properties", "$defs") else [each]:
                    check(inner)

    check(answer_schema(Choices(current=True, people=2)))


def test_figures_are_written_short() -> None:
    text = answer_text(Answer("x", "standing", read_line("left arm points front 0.7071 up")))
    toward = json.loads(text)["program"][0]["toward"]
    assert all(len(json.dumps(v)) <= 4 for v in toward)
    assert program_from_json(program_to_json(read_answer(text, Choices()).program))


def test_a_model_s_own_figures_are_echoed_as_it_wrote_them() -> None:
    program = [
        {"type": "direction", "segment": "torso", "toward": [0.15, 1, -0.05], "frame": "heading"},
        {"type": "reach", "region": "left_palm", "place": [0.25, 1.15, 0.35]},
    ]
    text = answer_text(read_answer(json.dumps({"begin": "standing", "program": program}), Choices()))
    assert json.loads(text)["program"] == program
