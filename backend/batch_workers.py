"""The processes of a large batch: lines go out in small pieces, answers come back in order.

A process that dies (out of memory, a crash in a library) costs the piece it had at most: the piece is tried once more,
alone, and only if that fails too are its lines answered with an error.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Final

from rigs.wire import Failure

from .batch import Line, answer_line, line_id
from .pipeline import Pipeline

PIECE: Final = 8  # lines sent at once
_AHEAD: Final = 3  # pieces in flight for each process
_GARBAGE: Final = 50_000  # objects between collections: a solve makes thousands that are gone at its end anyway
_pipeline: Pipeline | None = None


def answer_in_processes(lines: Iterable[Line], workers: int) -> Iterator[bytes]:
    """The answer to every line, in order, from `workers` processes."""
    pieces = _pieces(lines)
    flying: deque[tuple[list[Line], Future[list[bytes]]]] = deque()
    pool = _pool(workers)
    try:
        while True:
            for piece in islice(pieces, max(0, workers * _AHEAD - len(flying))):
                flying.append((piece, _send(pool, piece)))
            if not flying:
                return
            piece, future = flying.popleft()
            try:
                replies = future.result()
            except BrokenProcessPool:
                pool.shutdown(wait=False, cancel_futures=True)
                replies = _try_alone(piece)
                pool = _pool(workers)
                flying = deque((p, f if _is_whole(f) else _send(pool, p)) for p, f in flying)
            yield from replies
    except BaseException:  # stopped, or nobody takes the answers: do not wait for what is being posed
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _pieces(lines: Iterable[Line]) -> Iterator[list[Line]]:
    source = iter(lines)
    while piece := list(islice(source, PIECE)):
        yield piece


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_start_worker)


def _send(pool: ProcessPoolExecutor, piece: list[Line]) -> Future[list[bytes]]:
    try:
        return pool.submit(_answer_piece, piece)
    except BrokenProcessPool as error:  # it broke just now; whoever asks for the result will see it
        failed: Future[list[bytes]] = Future()
        failed.set_exception(error)
        return failed


def _is_whole(future: Future[list[bytes]]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _try_alone(piece: list[Line]) -> list[bytes]:
    """Answer the lines one by one, each in a process that nobody else depends on."""
    replies = []
    for line in piece:
        with _pool(1) as pool:
            try:
                replies += _send(pool, [line]).result()
            except BrokenProcessPool:
                message = f"line {line[0]}: the process that worked on it died"
                failure = Failure("internal", message, "try the line alone; make its pictures smaller", line_id(line))
                replies.append(json.dumps(failure.to_dict()).encode() + b"\n")
    return replies


def _start_worker() -> None:
    global _pipeline
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    _pipeline = Pipeline()
    gc.set_threshold(_GARBAGE)


def _answer_piece(piece: list[Line]) -> list[bytes]:
    assert _pipeline is not None
    return [answer_line(_pipeline, line) for line in piece]
