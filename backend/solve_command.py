"""`posewright solve`: a program of posecodes from a file, its poses, and a report of what became of each statement."""

from __future__ import annotations

import argparse

from rigs.wire import PoseResult, SolveRequest

from .console import report_lines, statement_lines
from .pose_command import check_outputs, deliver, start_fields
from .posecodes import program_to_json
from .program_file import read_program_file


def run(options: argparse.Namespace) -> int:
    """Check everything that can be checked, solve, then print and write. Returns the exit status."""
    check_outputs(options)
    request = read_request(options)
    from .pipeline import Pipeline

    result = Pipeline().solve(request)
    return deliver(options, result, _lines(result, options.report), " ".join(options.program.split()))


def read_request(options: argparse.Namespace) -> SolveRequest:
    """The request that the options describe.

    Raises:
        BadProgram, BadFile, rigs.wire.WireError: what does not fit; the message names it.
    """
    fields = {"program": program_to_json(read_program_file(options.program)), "n": options.n, "seed": options.seed}
    return SolveRequest.from_dict(fields | start_fields(options))


def _lines(result: PoseResult, account: bool) -> list[str]:
    """The reply, the table of statements of the best pose or, with the solver's account, of every pose, and notes."""
    lines = [result.reply]
    reports = [entry.report for entry in result.poses if entry.report]
    for number, report in enumerate(reports if account else reports[:1], 1):
        lines += [f"alternative {number}"] if number > 1 else []
        lines += ["", *statement_lines(report), *(["", *report_lines(report)] if account else []), ""]
    return lines[:-1] + [f"note: {warning}" for warning in result.warnings]
