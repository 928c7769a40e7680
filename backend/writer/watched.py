"""Waiting for several pieces of work that block, while whoever asked for them can still stop everything."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeVar

from backend.errors import PosewrightError

T = TypeVar("T")
_BEAT: Final = 0.2  # s between looks at whether to stop


@dataclass
class Watch:
    """What work can ask and tell: whether it should stop, the text that it has so far, how to end it from outside."""

    stopped: threading.Event = field(default_factory=threading.Event)
    _said: SimpleQueue[str] = field(default_factory=SimpleQueue)
    _ends: list[Callable[[], Any]] = field(default_factory=list)

    def say(self, text: str) -> None:
        self._said.put(text)

    def on_stop(self, end: Callable[[], Any]) -> None:
        """Call `end` from the waiting thread when everything is stopped."""
        self._ends.append(end)

    def wait(self, seconds: float) -> bool:
        """Wait, or less where it should stop. Returns whether it should."""
        return self.stopped.wait(seconds)

    def _stop(self) -> None:
        self.stopped.set()
        for end in list(self._ends):
            end()


def watched(work: Sequence[Callable[[Watch], T]], beat: Callable[[str], None]) -> list[T | PosewrightError]:
    """The results of work that is done side by side, each in a thread of its own, or the error of each.

    Args:
        beat: called a few times a second with the latest text of the first work; may raise, which stops all of it.

    Raises:
        What `beat` raises, and any exception of work that is no PosewrightError.
    """
    watch = [Watch() for _ in work]
    done: SimpleQueue[tuple[int, Any]] = SimpleQueue()
    for k, each in enumerate(work):
        threading.Thread(target=_run, args=(k, each, watch[k], done), daemon=True, name="posewright-writer").start()
    results: dict[int, Any] = {}
    text = ""
    try:
        while len(results) < len(work):
            try:
                k, result = done.get(timeout=_BEAT)
                results[k] = result
            except Empty:
                pass
            text = _latest(watch[0], text)
            beat(text)
    except BaseException:
        for one in watch:
            one._stop()
        raise
    for result in results.values():
        if isinstance(result, BaseException) and not isinstance(result, PosewrightError):
            raise result
    return [results[k] for k in range(len(work))]


def _run(k: int, work: Callable[[Watch], Any], watch: Watch, done: SimpleQueue[tuple[int, Any]]) -> None:
    try:
        done.put((k, work(watch)))
    except BaseException as error:
        done.put((k, error))


def _latest(watch: Watch, text: str) -> str:
    while True:
        try:
            text = watch._said.get_nowait()
        except Empty:
            return text
