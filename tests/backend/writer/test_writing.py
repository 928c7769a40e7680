"""What goes back to a model, and what is kept: reports with numbers, the better of two answers, every token counted."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from backend.body.model import ShapedBody
from backend.errors import NotAvailable
from backend.posecodes import program_to_json, read_program
from backend.solver import pose_program
from backend.solver.pose_program import Setting, within_reach
from backend.ticks import quiet
from backend.writer.answers import Answer, Choices
from backend.writer.beginnings import STANDING
from backend.writer.drafts import Draft
from backend.writer.endpoint import Endpoint
from backend.writer.prompt import Message
from backend.writer.settings import Settings
from backend.writer.writing import Outcome, unmet_report, write_answer
from tests.backend.writer.model_server import ModelServer, Step, model_server, refused, streamed

__all__ = ["model_server"]
CLASH = "left arm points up; left arm points down; right elbow bent 90"
GOOD = "left arm points up; right elbow bent 90"


def drafted(shaped: ShapedBody, lines: str) -> Draft:
    program, _ = within_reach(read_program(lines))
    return Draft.of(pose_program(shaped, program, Setting.neutral())[0], program)


def written(lines: str) -> Step:
    return streamed(json.dumps({"reply": lines, "begin": STANDING, "program": program_to_json(read_program(lines))}))


def outcome(shaped: ShapedBody, server: ModelServer, script: list[Step], n: int = 1) -> Outcome:
    server.script = script
    author = Endpoint(Settings(url=server.url, model="m"))

    def draft(answer: Answer) -> Draft:
        return Draft.of(pose_program(shaped, answer.program, Setting.neutral())[0], answer.program)

    messages = [Message("system", "s"), Message("user", "u")]
    return write_answer(author, messages, Choices(), draft, n=n, seed=0, tick=quiet)


def test_a_report_names_the_place_what_was_asked_and_what_was_reached(shaped: ShapedBody) -> None:
    report = unmet_report(drafted(shaped, "look front; left arm elevated 80; left arm points down"))
    assert re.search(r'program\[1\] {"type":"elevation".*"degrees":80.*}: reached -?\d+(\.\d+)? degrees', report)
    assert re.search(r"program\[2\].*: reached \[.*,.*,.*\], off by \d+ degrees", report) and "program[0]" not in report


@pytest.mark.parametrize(
    "line", ["left arm points up", "left palm faces back (chest)", "look back", "look at left heel"]
)
def test_a_direction_that_was_reached_is_as_far_from_the_asked_one_as_is_said(shaped: ShapedBody, line: str) -> None:
    """In the statement's own frame, of statements that ask for a direction."""
    verdict = drafted(shaped, f"torso leans forward 30; left arm points down; {line}").verdicts[-1]
    reached, asked = verdict.measured.direction, getattr(verdict.code, "toward", None)
    assert (reached is None) == (asked is None)
    if reached is not None and asked is not None:
        cosine = np.dot(reached, asked) / np.linalg.norm(asked)
        assert np.degrees(np.arccos(np.clip(cosine, -1, 1))) == pytest.approx(verdict.measured.reached, abs=0.1)


def test_leaving_everything_out_is_no_better(shaped: ShapedBody) -> None:
    assert drafted(shaped, GOOD).score > drafted(shaped, CLASH).score
    assert drafted(shaped, "look front").score < drafted(shaped, GOOD).score
    assert not drafted(shaped, GOOD).missed and drafted(shaped, CLASH).badly_missed(1.5)


def test_the_better_answer_is_kept_and_every_token_counted(shaped: ShapedBody, model_server: ModelServer) -> None:
    found = outcome(shaped, model_server, [written(CLASH), written(GOOD)])
    assert found.answer.reply == GOOD
    assert (found.account.went_back, found.account.helped, found.account.tokens_in) == ("unmet", True, 2000)


def test_an_answer_that_does_all_does_not_go_back(shaped: ShapedBody, model_server: ModelServer) -> None:
    found = outcome(shaped, model_server, [written(GOOD)])
    assert found.account.went_back == "" and len(model_server.asked) == 1


def test_a_server_that_fails_at_the_second_answer_leaves_the_first(
    shaped: ShapedBody, model_server: ModelServer
) -> None:
    found = outcome(shaped, model_server, [written(CLASH), refused(401, "no")])
    assert found.answer.reply == CLASH and not found.account.helped


def test_samples_that_cannot_be_read_cost_only_themselves(shaped: ShapedBody, model_server: ModelServer) -> None:
    found = outcome(shaped, model_server, [streamed("{"), written(GOOD)], n=3)
    assert (found.account.samples, found.account.read) == (3, 2) and found.answer.reply == GOOD


def test_without_any_text_the_error_is_the_server_s(shaped: ShapedBody, model_server: ModelServer) -> None:
    with pytest.raises(NotAvailable) as caught:
        outcome(shaped, model_server, [refused(401, "no")], n=2)
    assert caught.value.code == "writer_key"
