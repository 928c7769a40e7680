"""How many processes answer a file: as many as help, and one where each would hold a model of its own."""

from __future__ import annotations

import os

import pytest

from backend.batch import MANY_LINES, Line, _choose_workers


def lines(count: int, line: bytes = b'{"prompt": "sit"}') -> list[Line]:
    return [(k + 1, line) for k in range(count)]


def chosen(source: list[Line], interactive: bool = False) -> int:
    workers, rest = _choose_workers(iter(source), interactive)
    assert list(rest) == source  # no line is lost
    return workers


def test_short_files_and_pipes_take_one_process() -> None:
    assert chosen(lines(MANY_LINES - 1)) == 1
    assert chosen(lines(MANY_LINES), interactive=True) == 1


@pytest.mark.parametrize("name", ["auto", "embedded"])
def test_long_files_take_all_processors(name: str) -> None:
    assert chosen(lines(MANY_LINES, b'{"engine": "%s", "prompt": "sit"}' % name.encode())) == (os.cpu_count() or 1)


@pytest.mark.parametrize("line", [b'{"engine":"chatpose"}', b'{"prompt": "sit", "engine" : "writer"}'])
def test_models_lie_in_memory_once(line: bytes) -> None:
    assert chosen([*lines(MANY_LINES - 1), (MANY_LINES, line)]) == 1
