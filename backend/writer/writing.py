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
from backend.solver import Verdict
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
Mostly two statements contradict each other, or one does not fit the posture. Keep what the request is about, change
what stands in its way, leave the rest as it was, and write the whole JSON object again. Where nothing is said of a limb
or the trunk, the posture's own counts, and may stand in the way.
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

    def after(self, went_back: str, helped: bool, tokens: tuple[int, int]) -> Account:
        """The account when an answer went back, for so many more tokens."""
        read, written = self.tokens_in + tokens[0], self.tokens_out + tokens[1]
        return replace(self, went_back=went_back, helped=helped, tokens_in=read, tokens_out=written)


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
    asked = _Asked(
        author, Task(tuple(messages), lambda form: answer_schema(choices, form), reply_so_far), choices, tick
    )
    answers, faults, tokens = asked.samples(n, seed)
    account = Account(n, len(answers), "", False, *tokens)
    if not answers:
        return asked.mended(*faults[0], account, seed + n)
    drafts = [draft(answer) if len(answers) > 1 or answer.has_pose else None for answer in answers]
    best = chosen(answers, drafts)
    others = tuple(a for k, a in enumerate(answers) if k != best and a.has_pose)
    first = drafts[best]
    if first is None or not first.badly_missed(_BADLY):
        return Outcome(answers[best], others, account)
    tick("Sending back what was not reached")
    text = answer_text(answers[best], bool(choices.people))
    try:
        second, tokens = asked.again(text, unmet_report(first), seed + n)
    except NotAvailable:  # the first answer is still there
        second, tokens = None, (0, 0)
    trial = draft(second) if second is not None and second.has_pose else None
    better = second if trial is not None and trial.score > first.score else None
    account = account.after("unmet", better is not None, tokens)
    return Outcome(better or answers[best], others, account)


@dataclass(frozen=True)
class _Asked:
    """What is asked of which author."""

    author: Author
    task: Task
    choices: Choices
    tick: Tick

    def samples(self, n: int, seed: int) -> tuple[list[Answer], list[tuple[str, Unreadable]], tuple[int, int]]:
        """The answers that can be read, the texts that cannot with what is wrong, and tokens read and written.

        Raises:
            PosewrightError: nothing was written; the first sample's error.
        """
        found = self.author.write(self.task, n, seed, self.tick)
        written = [text for text in found if isinstance(text, Written)]
        if not written:
            raise next(text for text in found if isinstance(text, PosewrightError))
        answers, faults = [], []
        for each in written:
            try:
                answers.append(read_answer(each.text, self.choices, each.held))
            except Unreadable as fault:
                faults.append((each.text, fault))
        return answers, faults, (sum(w.tokens_in for w in written), sum(w.tokens_out for w in written))

    def again(self, text: str, report: str, seed: int) -> tuple[Answer | None, tuple[int, int]]:
        """What the model writes after a report on its text, None where that cannot be read; tokens.

        Raises:
            PosewrightError: it cannot be asked any more.
        """
        messages = (*self.task.messages, Message("assistant", text), Message("user", report))
        answers, _, tokens = replace(self, task=replace(self.task, messages=messages)).samples(1, seed)
        return (answers[0] if answers else None), tokens

    def mended(self, text: str, fault: Unreadable, account: Account, seed: int) -> Outcome:
        """The answer after a text that cannot be read went back. Raises NotAvailable where the next cannot either."""
        hint = fault.hint.rstrip(".") or "It has to be valid JSON"
        answer, tokens = self.again(text, _BACK.format(fault=fault.message.rstrip("."), hint=hint), seed)
        if answer is None:
            raise NotAvailable(
                f"the model wrote no program that can be used: {fault.message}",
                "say it in other words, or use another model; or the embedded engine (--engine embedded)",
                "no_program",
            )
        return Outcome(answer, (), account.after("unreadable", True, tokens))


def unmet_report(draft: Draft) -> str:
    """Which statements were not reached, by their place in the program, asked and reached."""
    lines = []
    for k, verdict in draft.missed[:_TOLD]:
        said = json.dumps(statements((verdict.code,))[0], separators=(",", ":"))
        lines.append(f"- program[{k}] {said}: {_reached(verdict)}")
    return _UNMET.format(told="\n".join(lines))


def _reached(verdict: Verdict) -> str:
    """What became of a statement, in its own terms: a direction, degrees, metres."""
    m, unit = verdict.measured, "degrees" if verdict.measured.unit in ("deg", "rad") else "m"
    if isinstance(verdict.code, (Scalar, Support)) and m.reached is not None:
        return f"reached {m.reached:.3g} {unit}"
    off = f"off by {np.degrees(m.error):.0f} degrees" if unit == "degrees" else f"off by {m.error:.2f} m"
    if m.direction is None:
        return off
    return f"reached [{', '.join(f'{round(v, 2) + 0.0:g}' for v in m.direction)}], {off}"
