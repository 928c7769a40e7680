"""`posewright batch`: answers a JSONL file line by line, in order, in one process or in several.

A bad line costs that line only. Every answer is written whole and at once, so that stopping leaves a valid file.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from rigs.decode import identifier
from rigs.wire import Failure, PoseRequest, WireError

from .console import print_note
from .errors import BadFile, BadInput, Cancelled
from .jobs import Poser, answer
from .ticks import quiet

MAX_LINE_BYTES: Final = 64 << 20
MANY_LINES: Final = 64  # from here on, more processes win back the time that they take to start
_PROGRESS_SECONDS: Final = 0.2
_OF_A_MODEL: Final = re.compile(rb'"engine"\s*:\s*"(?!(?:auto|embedded|photo)")')
Line = tuple[int, bytes]  # its number in the file, from 1, and what it holds


def run(source: str, target: str, workers: int = 0) -> int:
    """Answer all requests of `source` into `target` ("-": stdin, stdout). workers 0: as many as it is worth.

    Returns:
        0, also when lines have failed: their answers say so.

    Raises:
        BadFile: a file that cannot be opened, or the same for both.
    """
    if workers < 0 or workers > 256:
        raise BadInput(f"--workers {workers}: expected 1 to 256, or 0 to let us choose", "leave it out")
    with ExitStack() as files:
        lines = read_lines(_open_source(source, files))
        if workers == 0:
            workers, lines = _choose_workers(lines, interactive=source == "-")
        output = _open_target(source, target, files)
        meter = _Meter()
        for reply in answers(lines, workers):
            output.write(reply)
            output.flush()
            meter.count(reply)
        meter.done()
    return 0


def answers(lines: Iterable[Line], workers: int) -> Iterator[bytes]:
    """The answer to every line, in order, each with its newline."""
    if workers > 1:
        from .batch_workers import answer_in_processes

        yield from answer_in_processes(lines, workers)
        return
    from .pipeline import Pipeline

    pipeline = Pipeline()
    for line in lines:
        yield answer_line(pipeline, line)


def answer_line(pipeline: Poser, line: Line) -> bytes:
    """The answer to one line: a result, or an error with the id of the line if it can be read."""
    number, data = line
    value: Any = None
    try:
        value = _parse(number, data)
        reply = answer(pipeline, PoseRequest.from_dict(value), quiet).to_dict()
        return json.dumps(reply, allow_nan=False).encode() + b"\n"
    except BadInput as error:
        failure = error.to_failure(_id_of(value))
    except WireError as error:
        failure = BadInput(f"line {number}: {error}", "correct the field named", "bad_request").to_failure(
            _id_of(value)
        )
    except Cancelled as error:
        failure = error.to_failure(_id_of(value))
    except ValueError as error:  # a number in the result that is none: our fault, and no reason to stop
        failure = Failure("internal", f"line {number}: {error}", "this is a fault of Posewright", _id_of(value))
    return json.dumps(failure.to_dict()).encode() + b"\n"


def _parse(number: int, data: bytes) -> Any:
    if len(data) > MAX_LINE_BYTES:
        raise BadInput(f"line {number} is longer than {MAX_LINE_BYTES >> 20} MiB", "name pictures by path", "bad_json")
    try:
        return json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        what = f"line {number} is not UTF-8 text: byte {error.start} is 0x{data[error.start]:02x}"
    except json.JSONDecodeError as error:
        what = f"line {number} is not JSON: {error.msg} at column {error.colno}"
    except (ValueError, RecursionError) as error:
        what = f"line {number} is not JSON that we read: {error}"
    raise BadInput(what, "one JSON object a line, in UTF-8", "bad_json")


def _id_of(value: Any) -> str:
    try:
        return identifier(value.get("id"), "id") if isinstance(value, dict) else ""
    except WireError:
        return ""


def line_id(line: Line) -> str:
    """The id in a line, "" if it cannot be read."""
    try:
        return _id_of(_parse(*line))
    except BadInput:
        return ""


def read_lines(stream: BinaryIO) -> Iterator[Line]:
    """The lines that are not blank, without their ends. One that is too long is cut just above the limit."""
    number = 0
    while True:
        data = stream.readline(MAX_LINE_BYTES + 2)
        if not data:
            return
        number += 1
        rest = data
        while not rest.endswith(b"\n") and len(rest) == MAX_LINE_BYTES + 2:  # skip to the end of the long line
            rest = stream.readline(MAX_LINE_BYTES + 2)
        if number == 1:
            data = data.removeprefix(b"\xef\xbb\xbf")
        data = data.strip(b" \t\r\n")
        if data:
            yield number, data


def _choose_workers(lines: Iterator[Line], interactive: bool) -> tuple[int, Iterator[Line]]:
    """One process for a short file or a pipe, where every answer should come at once, and for engines that are models,
    which would lie in memory once for each process; else one per processor.
    """
    if interactive:
        return 1, lines
    first = list(islice(lines, MANY_LINES))
    one = len(first) < MANY_LINES or any(_OF_A_MODEL.search(data) for _, data in first)
    return (1 if one else os.cpu_count() or 1), chain(first, lines)


def _open_source(source: str, files: ExitStack) -> BinaryIO:
    if source == "-":
        return sys.stdin.buffer
    try:
        return files.enter_context(open(source, "rb"))
    except OSError as error:
        raise BadFile(f"{source} cannot be read: {error.strerror or error}", "check the name and the folder") from None


def _open_target(source: str, target: str, files: ExitStack) -> BinaryIO:
    if target == "-":
        return sys.stdout.buffer
    try:
        if source != "-" and Path(target).exists() and Path(target).samefile(source):
            raise BadFile(f"{target} is the file that is being read", "write the answers to another file")
        return files.enter_context(open(target, "wb", buffering=io.DEFAULT_BUFFER_SIZE))
    except OSError as error:
        raise BadFile(
            f"{target} cannot be written: {error.strerror or error}", "check the folder and its rights"
        ) from None


class _Meter:
    """Counts answers, and shows the count on a terminal."""

    def __init__(self) -> None:
        self._good = self._bad = 0
        self._start = self._shown = time.monotonic()
        self._live = sys.stderr is not None and sys.stderr.isatty()

    def count(self, reply: bytes) -> None:
        failed = reply.startswith(b'{"id"') and b'"error": {"code"' in reply[:2048]
        self._good, self._bad = self._good + (not failed), self._bad + failed
        now = time.monotonic()
        if self._live and now - self._shown > _PROGRESS_SECONDS:
            self._shown = now
            print(f"\r{self._text()} ", end="", file=sys.stderr, flush=True)

    def done(self) -> None:
        if self._live:
            print("\r", end="", file=sys.stderr)
        print_note(self._text())

    def _text(self) -> str:
        seconds = max(time.monotonic() - self._start, 1e-6)
        done = self._good + self._bad
        return f"{done} answered, {self._bad} of them errors, {done / seconds:.1f} a second"
