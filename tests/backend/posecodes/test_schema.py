"""The published schema, held against a validator that is not ours: it takes and refuses what the decoder does."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import jsonschema
import numpy as np
import pytest

from backend.errors import BadProgram
from backend.language.atlas import atlas
from backend.posecodes import KINDS, Program, observed, program_from_json, program_to_json, read_line, read_program
from backend.posecodes.reference import reference
from backend.posecodes.schema import EXAMPLE, SCHEMA_VERSION, documentation, schema
from tests.backend.conftest import bodies, random_rotvecs
from tests.backend.posecodes.test_kinds import FAULTS, LINES

VALIDATOR = jsonschema.Draft202012Validator(schema())
STRICT = jsonschema.Draft202012Validator(schema(strict=True))
MORE_FAULTS: list[Any] = [
    [{}],
    [{"type": ["angle"]}],
    [{"type": "angle", "joint": 3, "degrees": 90}],
    [{"type": "angle", "joint": "left_elbow", "degrees": "90"}],
    [{"type": "angle", "joint": "left_elbow", "degrees": True}],
    [{"type": "angle", "joint": "left_elbow", "degrees": None}],
    [{"type": "angle", "joint": "left_elbow", "degrees": 90, "compare": ">"}],
    [{"type": "facing", "part": "chest", "toward": [0, 1]}],
    [{"type": "facing", "part": "chest", "toward": ["0", "1", "0"]}],
    [{"type": "facing", "part": "chest", "toward": "010"}],
    [{"type": "facing", "part": "chest", "toward": [0, 1e-9, 0]}],
    [{"type": "facing", "part": "chest", "toward": [0, 1e300, 0]}],
    [{"type": "reach", "region": "left_palm", "place": [10**400, 0, 0]}],
    [{"type": "support", "parts": [["seat"]]}],
    [{"type": "gaze"}],
    [{"type": "gaze", "toward": [0, 0, 1], "target": "left_palm"}],
    [{"type": "gaze", "toward": None}],
    "look up",
    None,
]


def test_the_schema_itself_is_valid() -> None:
    for strict in (False, True):
        jsonschema.Draft202012Validator.check_schema(schema(strict))


def test_it_is_versioned() -> None:
    assert schema()["version"] == SCHEMA_VERSION
    assert schema()["$id"].endswith(f":{SCHEMA_VERSION}")


@pytest.mark.parametrize("line", [*LINES, *(x for cls in KINDS.values() for x in cls.examples)])
def test_canonical_examples_are_valid(line: str) -> None:
    VALIDATOR.validate(program_to_json(read_line(line)))


@pytest.mark.parametrize("program", [p for p, _ in FAULTS] + MORE_FAULTS, ids=lambda p: str(p)[:50])
def test_faults_are_refused_by_both(program: Any) -> None:
    with pytest.raises(BadProgram, match=r"^program"):
        program_from_json(program)
    try:
        text = json.dumps(program, allow_nan=False)
    except ValueError:  # NaN is no JSON in the first place
        return
    assert not VALIDATOR.is_valid(json.loads(text))


@pytest.mark.parametrize("name", sorted(atlas().entries))
def test_programs_of_the_atlas_are_valid_and_decode(name: str) -> None:
    program = atlas().program(name)
    sent = json.loads(json.dumps(program_to_json(program), allow_nan=False))
    VALIDATOR.validate(sent)
    assert program_from_json(sent) == program


@pytest.mark.parametrize("seed", range(5))
def test_what_is_observed_of_any_pose_is_valid_and_decodes(seed: int, shaped: Any) -> None:
    rotvecs = random_rotvecs(seed, 1, 0.3 + 0.5 * seed)
    body = bodies(shaped, rotvecs, np.array([0.0, 2.0 * seed, 0.0]))
    sent = json.loads(json.dumps(program_to_json(observed.observed(body)), allow_nan=False))
    VALIDATOR.validate(sent)
    program_from_json(sent)


def drawn(form: dict[str, Any], rng: random.Random) -> Any:
    """Something that the schema allows."""
    if "$ref" in form:
        return drawn(schema()["$defs"][form["$ref"].removeprefix("#/$defs/")], rng)
    if "anyOf" in form:
        return drawn(rng.choice(form["anyOf"]), rng)
    if "const" in form or "enum" in form:
        return rng.choice(form["enum"]) if "enum" in form else form["const"]
    if form["type"] == "number":
        return rng.uniform(max(form["minimum"], -300), min(form["maximum"], 300))
    if form["type"] == "array":
        return [drawn(form["items"], rng) for _ in range(form.get("maxItems") or rng.randint(1, 4))]
    fields = form["properties"].items()
    return {name: drawn(f, rng) for name, f in fields if name in form["required"] or rng.random() < 0.5}


@pytest.mark.parametrize("seed", range(40))
def test_what_the_schema_allows_decodes_and_can_be_said(seed: int) -> None:
    rng = random.Random(seed)
    program = [drawn(schema()["items"], rng) for _ in range(10)]
    VALIDATOR.validate(program)
    for code in program_from_json(program):
        assert read_line(code.said())[0].said() == code.said()
        VALIDATOR.validate([code.mirrored().to_json()])


def forms(strict: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects that a statement may be."""
    whole = schema(strict)
    items = (whole["properties"]["program"] if strict else whole)["items"]["anyOf"]
    for form in items:
        name = form["$ref"].removeprefix("#/$defs/")
        yield name, whole["$defs"][name]


@pytest.mark.parametrize("strict", [False, True])
def test_every_kind_and_every_field_is_documented(strict: bool) -> None:
    assert {form["properties"]["type"]["const"] for _, form in forms(strict)} == set(KINDS)
    for name, form in forms(strict):
        assert form["additionalProperties"] is False, name
        assert len(form["description"]) > 60, name
        assert all(p.get("description") for field, p in form["properties"].items() if field != "type"), name


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_when_to_use_it_and_shows_an_example(kind: str) -> None:
    assert "\n" in documentation(KINDS[kind]), "a second paragraph of the docstring: when to use it, what signs mean"
    assert KINDS[kind].examples
    assert all(read_line(line)[0].kind == kind for line in KINDS[kind].examples)


def test_the_strict_form_requires_every_field_and_uses_plain_words_only() -> None:
    for name, form in forms(True):
        assert set(form["required"]) == set(form["properties"]), name
    allowed = {"type", "description", "properties", "required", "additionalProperties", "items", "anyOf", "$ref"}
    allowed |= {"const", "enum", "minimum", "maximum", "minItems", "maxItems", "$defs"}
    assert words_of(schema(strict=True)) <= allowed


def words_of(form: Any) -> set[str]:
    """The keywords of a schema; names of properties and definitions are none."""
    if isinstance(form, list):
        return set().union(*(words_of(item) for item in form))
    if not isinstance(form, dict):
        return set()
    below = [v for k, v in form.items() if k not in ("properties", "$defs")]
    named = [v for k in ("properties", "$defs") for v in form.get(k, {}).values()]
    return set(form) | words_of(below) | words_of(named)


def test_what_the_strict_form_takes_the_decoder_takes() -> None:
    full = {"type": "angle", "joint": "left_elbow", "degrees": 90, "compare": "="}
    STRICT.validate({"program": [full, {"type": "gaze", "target": "left_palm"}]})
    program_from_json([full, {"type": "gaze", "target": "left_palm"}])
    for name, form in forms(True):
        example = json.loads(form["description"].partition("E.g. ")[2])
        STRICT.validate({"program": [example]})
        assert set(example) == set(form["properties"]), name
        program_from_json([example])


def test_names_are_shared() -> None:
    """Points stand once, so that the schema stays short enough for a prompt."""
    text = json.dumps(schema())
    assert text.count('"left_shoulder_blade"') <= 2
    assert len(text) < 40_000


def test_the_example_of_a_whole_program_reads() -> None:
    program: Program = read_program(EXAMPLE)
    assert schema()["examples"] == [program_to_json(program)]


def test_the_reference_names_every_kind_field_and_point() -> None:
    text = reference()
    for cls in KINDS.values():
        assert f"\n{cls.kind}\n" in text
        for line in cls.examples:
            assert f"\n  {line}\n" in text
    assert "0 to 170 deg: flexion" in text
    assert "left_shoulder_blade" in text
