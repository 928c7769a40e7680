"""The prompt: made from the kinds' documentation, short, with examples that are good poses."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from backend.body.model import BodyModel, ShapedBody
from backend.posecodes import KINDS
from backend.posecodes.schema import documentation, shared_names
from backend.posecodes.vocabulary import SIDES
from backend.solver import Verdict, pose_program
from backend.solver.pose_program import Setting
from backend.writer.answers import Answer, Choices, answer_schema
from backend.writer.beginnings import POSTURES, begun
from backend.writer.drafts import Draft
from backend.writer.guide import folded, guide
from backend.writer.prompt import EXAMPLES, Example, answer_text, system_prompt
from backend.writer.reading import read_answer

WRITTEN = json.loads((Path(__file__).parent / "written.json").read_text(encoding="utf-8"))
NEARLY = 1.2  # tolerances
MOST_CHARS = 17_000  # about 5,000 tokens


@pytest.mark.parametrize("cls", KINDS.values(), ids=lambda cls: cls.kind)
def test_the_guide_has_every_kind_with_its_documentation(cls: type) -> None:
    assert " ".join(documentation(cls).split()) in guide()
    assert f"- {cls.kind} {{" in guide()


@pytest.mark.parametrize("name", ["region_name", "bearer_name", "segment_name"])
def test_the_guide_has_every_name(name: str) -> None:
    names, _ = shared_names(name)
    assert set(folded(names)) <= set(re.findall(r"[*a-z_0-9]+", guide()))


def test_folding_says_both_sides_once_and_keeps_single_ones() -> None:
    assert folded(["left_knee", "chin", "right_knee", "left_only"]) == ["*_knee", "chin", "left_only"]


@pytest.mark.parametrize("choices", [Choices(), Choices(current=True, people=2)])
def test_the_prompt_is_short_and_names_every_posture(choices: Choices) -> None:
    prompt = system_prompt(choices)
    assert len(prompt) < MOST_CHARS
    for posture in POSTURES:
        assert re.sub("|".join(f"_{s}_" for s in SIDES), "_*_", posture) in prompt


def test_pictures_and_current_poses_are_spoken_of_where_there_are_some() -> None:
    assert '"current"' not in system_prompt(Choices()) and "picture" not in system_prompt(Choices())
    assert '"current"' in system_prompt(Choices(current=True))
    assert "person:" in system_prompt(Choices(people=1))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.entry)
def test_examples_do_what_they_say(shaped: ShapedBody, example: Example) -> None:
    text = answer_text(example.answer())
    jsonschema.Draft202012Validator(answer_schema(Choices())).validate(json.loads(text))
    answer = read_answer(text, Choices())
    found = pose_program(shaped, begun(answer.begin, answer.program), Setting.neutral())[0]
    assert [v.code.said() for v in found.verdicts if v.measured.error > NEARLY * v.code.tolerance] == []


@cache
def written(k: int) -> tuple[Answer, tuple[Verdict, ...]]:
    """A hand-written answer, and what became of its own statements."""
    answer = read_answer(json.dumps(WRITTEN[k]["answer"]), Choices())
    found = pose_program(BodyModel.load().shaped(), begun(answer.begin, answer.program), Setting.neutral())[0]
    return answer, Draft.of(found, answer.program).verdicts


@pytest.mark.parametrize("k", range(len(WRITTEN)), ids=lambda k: str(WRITTEN[k]["prompt"]))
def test_programs_as_a_good_model_writes_them_make_their_poses(k: int) -> None:
    """Written by hand from the prompt alone, for very different requests; what they show was looked at."""
    jsonschema.Draft202012Validator(answer_schema(Choices())).validate(WRITTEN[k]["answer"])
    answer, verdicts = written(k)
    assert len(verdicts) == len(answer.program)
    assert all(v.measured.error < 2 * v.code.tolerance for v in verdicts)


def test_most_of_what_a_good_model_writes_is_reached() -> None:
    met = [v.measured.met for k in range(len(WRITTEN)) for v in written(k)[1]]
    assert sum(met) > 0.93 * len(met)
