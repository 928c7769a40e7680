"""The vote: what most samples agree on is taken, whatever a few others say."""

from __future__ import annotations

from backend.body.model import ShapedBody
from backend.posecodes import read_program
from backend.solver import pose_program
from backend.solver.pose_program import Setting
from backend.writer.answers import Answer
from backend.writer.beginnings import NONE, STANDING
from backend.writer.drafts import Draft
from backend.writer.voting import chosen

RAISED = ("left arm points up", "left arm points up 0.2 front", "left arm points up 0.1 out")


def sample(shaped: ShapedBody, lines: str, person: int | None = None) -> tuple[Answer, Draft]:
    program = read_program(lines)
    answer = Answer(lines, STANDING, program, person)
    return answer, Draft.of(pose_program(shaped, program, Setting.neutral())[0], program)


def test_a_pose_that_stands_alone_is_outvoted(shaped: ShapedBody) -> None:
    samples = [sample(shaped, line) for line in ("right arm points up", *RAISED)]
    assert chosen([a for a, _ in samples], [d for _, d in samples]) > 0


def test_the_one_in_the_middle_is_taken(shaped: ShapedBody) -> None:
    samples = [sample(shaped, f"torso leans forward {deg}") for deg in (0, 60, 25, 40)]
    assert chosen([a for a, _ in samples], [d for _, d in samples]) in (2, 3)


def test_whether_a_pose_is_asked_for_is_voted_on_first(shaped: ShapedBody) -> None:
    answer, draft = sample(shaped, RAISED[0])
    talk = Answer("What shall I pose?", NONE)
    assert chosen([answer, talk, talk], [draft, None, None]) == 1
    assert chosen([talk, answer, answer], [None, draft, draft]) == 1


def test_who_of_the_picture_is_meant_is_voted_on(shaped: ShapedBody) -> None:
    samples = [sample(shaped, RAISED[0], person) for person in (2, 1, 1)]
    assert chosen([a for a, _ in samples], [d for _, d in samples]) == 1


def test_one_sample_needs_no_vote() -> None:
    assert chosen([Answer("x", STANDING)], [None]) == 0
