"""Work in threads: results in their order, faults as values, and an end when whoever waits wants one."""

from __future__ import annotations

import threading

import pytest

from backend.errors import BadInput, Cancelled
from backend.writer.watched import Watch, watched


def test_results_come_in_the_order_of_the_work() -> None:
    first_may = threading.Event()

    def first(watch: Watch) -> str:
        first_may.wait(5)
        return "a"

    def second(watch: Watch) -> str:
        first_may.set()
        return "b"

    assert watched([first, second], lambda text: None) == ["a", "b"]


def test_a_fault_of_ours_costs_one_and_is_a_value() -> None:
    def bad(watch: Watch) -> str:
        raise BadInput("no")

    found = watched([bad, lambda watch: "b"], lambda text: None)
    assert isinstance(found[0], BadInput) and found[1] == "b"


def test_any_other_fault_is_raised() -> None:
    def broken(watch: Watch) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        watched([lambda watch: "a", broken], lambda text: None)


def test_stopping_reaches_all_work() -> None:
    ended, called = [threading.Event(), threading.Event()], []

    def work(k: int) -> object:
        def run(watch: Watch) -> str:
            watch.on_stop(lambda: called.append(k))
            watch.say("begun")
            if watch.wait(10):
                ended[k].set()
            return "late"

        return run

    def beat(text: str) -> None:
        if text == "begun":
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        watched([work(0), work(1)], beat)  # type: ignore[list-item]
    assert all(e.wait(5) for e in ended) and 0 in called


def test_the_latest_text_of_the_first_is_told() -> None:
    heard: list[str] = []

    def work(watch: Watch) -> str:
        for k in range(5):
            watch.say(str(k))
        return "done"

    watched([work], heard.append)
    assert heard[-1] == "4"
