"""What the command line says and how: text that any console can show, errors as one line and a hint."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any

from rigs.licences import SMPLX_BODY
from rigs.wire import EngineInfo, PoseResult, Report, Statement, WireError

from .errors import BadInput, Broken, PosewrightError

DEBUG_VARIABLE = "POSEWRIGHT_DEBUG"


def make_safe() -> None:
    """Let no character stop a message: what a console cannot show is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")


def as_error(fault: BaseException) -> PosewrightError:
    """Any exception as one that a user may see; faults of ours keep their traceback for POSEWRIGHT_DEBUG=1."""
    if isinstance(fault, PosewrightError):
        return fault
    if isinstance(fault, WireError):
        return BadInput.from_wire(fault)
    if os.environ.get(DEBUG_VARIABLE):
        traceback.print_exception(fault)
    what = str(fault) or "no more is known"
    return Broken(
        f"{type(fault).__name__}: {what}", f"this is a fault of Posewright; {DEBUG_VARIABLE}=1 shows where it happened"
    )


def print_error(error: PosewrightError) -> None:
    """`posewright: error: message` and, if there is one, the next step, on stderr; a line each."""
    print(f"posewright: error: {_one_line(error.message)}", file=sys.stderr)
    if error.hint:
        print(f"  hint: {_one_line(error.hint)}", file=sys.stderr)


def print_note(text: str) -> None:
    print(f"posewright: {text}", file=sys.stderr)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def answer_lines(result: PoseResult) -> list[str]:
    """A result for a person: the reply, then what was asked and is not so, and what was not understood.

    What an engine has said in its reply is not said again, unless there are numbers to add.
    """
    lines = [result.reply] if result.reply else []
    for statement in result.poses[0].unmet if result.poses else ():
        numbers = _numbers(statement)
        if numbers or statement.text not in result.reply:
            lines.append(f"not met: {statement.text}{numbers}")
    unread = [f'"{words}"' for words in result.unread if words not in result.reply]
    if unread:
        lines.append(f"not understood: {', '.join(unread)}")
    lines += [f"warning: {warning}" for warning in result.warnings]
    return lines


def _numbers(statement: Statement) -> str:
    if statement.asked is None or statement.reached is None:
        return ""
    unit = f" {statement.unit}" if statement.unit else ""
    return f" (asked {statement.asked:.3g}{unit}, reached {statement.reached:.3g}{unit})"


def statement_lines(report: Report) -> list[str]:
    """What was asked, what was reached, in which unit, and whether that is met; a line for each statement."""
    lines = [f"{'asked':>8} {'reached':>8} unit met statement"]
    for s in report.statements:
        asked, reached = (f"{'-' if v is None else f'{v:.4g}':>8}" for v in (s.asked, s.reached))
        lines.append(f"{asked} {reached} {s.unit:<4} {'yes' if s.met else 'NO':<3} {s.text}")
    return lines


def report_lines(report: Report) -> list[str]:
    """The solver's account: the cost of every term, the dearest first, and how it came to an end."""
    lines = [f"{cost:>8.3f} {name}" for name, cost in report.costs.items()]
    return [f"{'cost':>8} term", *lines, f"{report.cost:>8.3f} in {report.iterations} iterations: {report.reason}"]


def engine_lines(engines: tuple[EngineInfo, ...]) -> list[str]:
    """A paragraph for each engine: whether it can be used, what it does, what is missing and how to get it.

    The last line is about the licensed body, for which many come.
    """
    lines = []
    for engine in engines:
        lines.append(f"{engine.name:<12} {'ready' if engine.available else 'not here':<9} {engine.title}")
        details: list[tuple[str, Any]] = [
            ("does", ", ".join(engine.does)),
            ("missing", ", ".join(engine.missing)),
            ("to get it", engine.next_step),
        ]
        lines += [f"{'':<12} {name}: {value}" for name, value in details if value]
    return [*lines, SMPLX_BODY]
