"""`posewright solve`: a program of posecodes from a file, its poses, and a report of what became of each statement."""

from __future__ import annotations

import argparse
import json

from rigs.wire import PoseResult, SolveRequest

from .console import report_lines, statement_lines
from .files import read_pose
from .pose_command import check_outputs, names_of, write_outputs
from .posecodes import program_to_json
from .program_file import read_program_file


def run(options: argparse.Namespace) -> int:
    """Check everything that can be checked, solve, then print and write. Returns the exit status."""
    check_outputs(options)
    request = read_request(options)
    from .pipeline import Pipeline

    result = Pipeline().solve(request)
    if options.json:
        print(json.dumps(result.to_dict(), allow_nan=False))
    else:
        print("\n".join(_lines(result, options.report)))
    for path in write_outputs(options, result, " ".join(options.program.split())):
        if not options.json:
            print(f"wrote {path}")
    return 0


def read_request(options: argparse.Namespace) -> SolveRequest:
    """The request that the options describe.

    Raises:
        BadProgram, BadFile, rigs.wire.WireError: what does not fit; the message names it.
    """
    fields = {"program": program_to_json(read_program_file(options.program)), "n": options.n, "seed": options.seed}
    if options.start:
        fields["start"] = read_pose(options.start, options.frame).to_dict()
    return SolveRequest.from_dict(fields | {name: names_of(getattr(options, name)) for name in ("scope", "locks")})


def _lines(result: PoseResult, account: bool) -> list[str]:
    """The reply, the table of statements of the best pose or, with the solver's account, of every pose, and notes."""
    lines = [result.reply]
    reports = [entry.report for entry in result.poses if entry.report]
    for number, report in enumerate(reports if account else reports[:1], 1):
        lines += [f"alternative {number}"] if number > 1 else []
        lines += ["", *statement_lines(report), *(["", *report_lines(report)] if account else []), ""]
    return lines[:-1] + [f"note: {warning}" for warning in result.warnings]
