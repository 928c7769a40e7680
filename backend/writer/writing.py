"""From a request to one answer: several samples, one chosen, and once a way back to the model with what is wrong.

A text that cannot be read goes back with the path of the fault, a pose that does not do what its program says with the
statements asked and reached (self-consistency after Wang et al. 2023; the report takes the place of their marginal).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from backend.errors import NotAvailable, PosewrightError
from backend.posecodes.base import Scalar
from backend.posecodes.ground import Support
from backend.ticks import Tick

from .answers import Answer, Choices, answer_schema
from .author import Author, Task, Written
from .drafts import Draft
from .prompt import Message, answer_text, statements
from .reading import Unreadable, read_answer, reply_so_far
from .voting import chosen

_BADLY: Final = 1.5  # tolerances by which a statement has to be missed for the answer to go back
_TOLD: Final = 8  # statements that are told
_BACK: Final = """
Your answer cannot be used: {fault}. {hint}.
Write the whole JSON object again, with this mended and the rest as it was.
""".strip()
_UNMET: Final = """
The pose was made, but not everything could be reached at once:
{told}
Mostly two statements contradict each other, or one does not fit the posture. Change or leave out what is wrong, keep
the rest, and write the whole JSON object again.
""".strip()


@dataclass(frozen=True)
class Account:
    """How an answer came about: samples written and read, whether it went back, and whether that helped; tokens."""

    samples: int
    read: int
    went_back: str = ""  # "", "unreadable" or "unmet"
    helped: bool = False
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True, eq=False)
class Outcome:
    """The answer, the other answers that were read (for alternatives), and how it came about."""

    answer: Answer
    others: tuple[Answer, ...]
    account: Account


def write_answer(
    author: Author,
    messages: Sequence[Message],
    choices: Choices,
    draft: Callable[[Answer], Draft | None],
    *,
    n: int,
    seed: int,
    tick: Tick,
) -> Outcome:
    """Ask, read, choose, check; send back once.

    Args:
        draft: carries an answer out; None where it has no pose, or none that can be checked here.

    Raises:
        NotAvailable: the model cannot be asked, or writes no answer. Cancelled: by `tick`.
    """
    task = Task(tuple(messages), lambda bounded: answer_schema(choices, bounded), reply_so_far)
    texts = author.write(task, n, seed, tick)
    written = [text for text in texts if isinstance(text, Written)]
    if not written:
        raise next(text for text in texts if isinstance(text, PosewrightError))
    answers, faults = _read(written, choices)
    account = Account(n, len(answers), "", False, *_tokens(written))
    if not answers:
        text, fault = faults[0]
        report = _BACK.format(fault=fault.message.rstrip("."), hint=fault.hint.rstrip(".") or "It has to be valid JSON")
        mended, account = _sent_back(author, task, text, report, choices, account, seed + n, tick)
        if mended is None:
            raise NotAvailable(
                f"the model wrote no program that can be used: {fault.message}",
                "say it in other words, or use another model; or the embedded engine (--engine embedded)",
                "no_program",
            )
        return Outcome(mended, (), replace(account, went_back="unreadable", helped=True))
    drafts = [draft(answer) for answer in answers] if len(answers) > 1 or answers[0].has_pose else [None]
    best = chosen(answers, drafts)
    return _checked(author, task, choices, draft, answers, drafts, best, account, seed + n, tick)


def _read(written: Sequence[Written], choices: Choices) -> tuple[list[Answer], list[tuple[Written, Unreadable]]]:
    answers, faults = [], []
    for each in written:
        try:
            answers.append(read_answer(each.text, choices, each.held))
        except Unreadable as fault:
            faults.append((each, fault))
    return answers, faults


def _checked(
    author: Author,
    task: Task,
    choices: Choices,
    draft: Callable[[Answer], Draft | None],
    answers: Sequence[Answer],
    drafts: Sequence[Draft | None],
    best: int,
    account: Account,
    seed: int,
    tick: Tick,
) -> Outcome:
    """The chosen answer, or what the model makes of it when it is told what could not be reached."""
    answer, first = answers[best], drafts[best]
    others = tuple(a for k, a in enumerate(answers) if k != best and a.has_pose)
    if first is None or not first.badly_missed(_BADLY):
        return Outcome(answer, others, account)
    tick("Sending back what was not reached")
    text = Written(answer_text(answer, bool(choices.people)), True)
    mended, account = _sent_back(author, task, text, unmet_report(first), choices, account, seed, tick)
    second = draft(mended) if mended is not None and mended.has_pose else None
    helped = second is not None and second.score > first.score
    account = replace(account, went_back="unmet", helped=helped)
    return Outcome(mended if helped and mended is not None else answer, others, account)


def _sent_back(
    author: Author,
    task: Task,
    text: Written,
    report: str,
    choices: Choices,
    account: Account,
    seed: int,
    tick: Tick,
) -> tuple[Answer | None, Account]:
    """What the model writes after a report; None where that cannot be read either."""
    messages = (*task.messages, Message("assistant", text.text), Message("user", report))
    found = author.write(replace(task, messages=messages), 1, seed, tick)[0]
    if not isinstance(found, Written):
        return None, account
    tokens = _tokens([found])
    account = replace(account, tokens_in=account.tokens_in + tokens[0], tokens_out=account.tokens_out + tokens[1])
    answers, _ = _read([found], choices)
    return (answers[0] if answers else None), account


def unmet_report(draft: Draft) -> str:
    """Which statements were not reached, by their place in the program, asked and reached."""
    lines = []
    for k, verdict in draft.missed[:_TOLD]:
        m, unit = verdict.measured, "degrees" if verdict.measured.unit in ("deg", "rad") else "m"
        said = json.dumps(statements((verdict.code,))[0], separators=(",", ":"))
        if isinstance(verdict.code, (Scalar, Support)) and m.reached is not None:
            told = f"asked {m.asked:.3g}, reached {m.reached:.3g} {unit}"
        else:
            told = f"off by {np.degrees(m.error):.0f} degrees" if unit == "degrees" else f"off by {m.error:.2f} m"
        lines.append(f"- program[{k}] {said}: {told}")
    return _UNMET.format(told="\n".join(lines))


def _tokens(written: Sequence[Written]) -> tuple[int, int]:
    return sum(w.tokens_in for w in written), sum(w.tokens_out for w in written)
