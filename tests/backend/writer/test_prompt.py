"""The prompt: made from the kinds' documentation, short, with examples that are good poses."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from backend.body.model import BodyModel, ShapedBody
from backend.posecodes import KINDS, read_program
from backend.posecodes.contact import Contact
from backend.posecodes.direction import Direction
from backend.posecodes.ground import BEARERS, Airborne, Support
from backend.posecodes.schema import documentation, shared_names
from backend.posecodes.vocabulary import SIDES
from backend.solver import Verdict, pose_program
from backend.solver.pose_program import Setting
from backend.writer.answers import Answer, Choices, answer_schema
from backend.writer.beginnings import POSTURES, begun, statements_of
from backend.writer.drafts import Draft
from backend.writer.guide import folded, guide
from backend.writer.prompt import EXAMPLES, Example, brought, system_prompt
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


def named(told: str, sided: bool) -> set[str]:
    """The parts in one of a posture's remarks: knees are left_knee and right_knee, other_foot is right_foot."""
    single = {"feet": "foot", "calves": "calf", "toes": "toes"}
    out = set()
    for word in told.split(" at ")[0].split():
        if sided or word in BEARERS:
            out.add(word.replace("*_", "left_").replace("other_", "right_"))
        else:
            out |= {f"{s}_{single.get(word, word.removesuffix('s'))}" for s in SIDES}
    return out


@pytest.mark.parametrize("posture", [p for p in POSTURES if "_right_" not in p])
def test_what_a_posture_brings_is_told(posture: str) -> None:
    told = brought(posture)
    by_height: dict[float, set[str]] = {}
    for code in statements_of(posture):
        if isinstance(code, Support):
            by_height.setdefault(code.height, set()).update(code.parts)
    for remark, (height, parts) in zip(told, by_height.items(), strict=False):
        assert named(remark, "_left_" in posture) == parts
        assert (f"at {height:g}" in remark) == (height > 0)
    assert any("airborne" in t for t in told) == any(isinstance(c, Airborne) for c in statements_of(posture))
    assert any(" on " in t for t in told) == any(isinstance(c, Contact) for c in statements_of(posture))
    assert all(t in system_prompt(Choices()) for t in told)


@pytest.mark.parametrize("posture", POSTURES)
def test_arms_that_are_told_up_or_ahead_are(posture: str) -> None:
    told = ", ".join(brought(posture))
    arms = [c.toward for c in statements_of(posture) if isinstance(c, Direction) and c.segment.endswith("arm")]
    for words, axis in (("arms up", 1), ("arms ahead", 2)):
        if words in told and f"fore{words}" not in told:
            assert arms and all(v[axis] > 0.8 * np.linalg.norm(v) for v in arms)


@pytest.mark.parametrize(
    "lines",
    [
        "left palm touches belly; right palm touches belly",
        "left palm touches breast; right palm touches breast",
        "left palm touches stomach; right palm touches lower belly",
        "torso leans forward 30; torso bowed front 40",
        "right foot on ground; left foot on seat 0.4; left hand on seat 1.3; left thigh points front",
    ],
)
def test_what_the_guide_says_goes_together_does(shaped: ShapedBody, lines: str) -> None:
    if "palm" in lines:
        lines += "; left upper arm points 0.9 down 0.3 left; right upper arm points 0.9 down 0.3 right"
    found = pose_program(shaped, read_program(lines), Setting.neutral())[0]
    assert all(v.measured.met for v in found.verdicts)


def test_pictures_and_current_poses_are_spoken_of_where_there_are_some() -> None:
    assert '"current"' not in system_prompt(Choices()) and "picture" not in system_prompt(Choices())
    assert '"current"' in system_prompt(Choices(current=True))
    assert "person:" in system_prompt(Choices(people=1))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.entry)
def test_examples_do_what_they_say(shaped: ShapedBody, example: Example) -> None:
    text = next(t for t in system_prompt(Choices()).splitlines() if t.startswith(f'{{"reply":"{example.reply}'))
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
