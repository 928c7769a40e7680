"""Lists of poses by frame: text lines, CSV or JSON lines. No bpy.

    1: standing            a frame of its own
    24: crouches
    +12: leaps             so many frames after the line before
    1.5s: lands            seconds from the first frame
    looks up               one step after the line before
    # a remark             left out, like empty lines

CSV has the columns frame and prompt (with or without their names in the first line), JSON lines have the same fields.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

MAX_KEYS: Final = 2000
_TIMED: Final = re.compile(r"^\s*(?P<sign>\+)?(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>s|sec|f)?\s*[:;\t]\s*(?P<words>.*)$")
_EXAMPLE: Final = 'lines are like "24: crouches", "+12: leaps" or "1.5s: lands"'


class BadKeyList(ValueError):
    """A list that cannot be read; the message names the line, what is wrong and what is allowed."""


@dataclass(frozen=True)
class Key:
    """One pose of the list. frame: scene frame. line: in the source, from 1."""

    frame: int
    prompt: str
    line: int


@dataclass(frozen=True)
class Timing:
    """Where a list begins and how lines without a time follow: first and step in frames; rate in frames a second."""

    first: int = 1
    step: int = 12
    rate: float = 24.0


def read_key_list(text: str, timing: Timing, kind: str = "txt") -> tuple[Key, ...]:
    """The keys of a list, by frame.

    Args:
        kind: "txt", "csv" or "jsonl", usually the file's extension.

    Raises:
        BadKeyList: nothing in it, too much, a time that is none, two poses on one frame.
    """
    reader = {"csv": _csv_lines, "jsonl": _json_lines}.get(kind.lower().lstrip("."), _text_lines)
    keys: list[Key] = []
    frame: float | None = None
    for line, time, words in reader(text):
        frame = _frame(time, frame, timing, line)
        if not words.strip():
            raise BadKeyList(f"line {line} has a frame and no words; {_EXAMPLE}")
        keys.append(Key(round(frame), words.strip(), line))
        if len(keys) > MAX_KEYS:
            raise BadKeyList(f"the list has more than {MAX_KEYS:,} poses; cut it into shorter ones")
    if not keys:
        raise BadKeyList(f"the list has no poses; {_EXAMPLE}")
    return _in_order(keys)


def _in_order(keys: list[Key]) -> tuple[Key, ...]:
    ordered = sorted(keys, key=lambda k: k.frame)
    for a, b in pairwise(ordered):
        if a.frame == b.frame:
            raise BadKeyList(f"lines {a.line} and {b.line} are both on frame {a.frame}; give each a frame of its own")
    return tuple(ordered)


def _frame(time: str, last: float | None, timing: Timing, line: int) -> float:
    """The frame of a time as it was written; "" is one step after the last."""
    if not time:
        return timing.first if last is None else last + timing.step
    found = _TIMED.match(f"{time}:")
    if found is None:
        raise BadKeyList(f"line {line}: {time!r} is no frame; {_EXAMPLE}")
    number, seconds = float(found["number"]), found["unit"] in ("s", "sec")
    if found["sign"]:
        return (timing.first if last is None else last) + number * (timing.rate if seconds else 1)
    return timing.first + number * timing.rate if seconds else number


def _text_lines(text: str) -> Iterator[tuple[int, str, str]]:
    for line, raw in enumerate(text.splitlines(), 1):
        if not raw.strip() or raw.lstrip().startswith("#"):
            continue
        found = _TIMED.match(raw)
        if found:
            yield line, f"{found['sign'] or ''}{found['number']}{found['unit'] or ''}", found["words"]
        else:
            yield line, "", raw


def _csv_lines(text: str) -> Iterator[tuple[int, str, str]]:
    rows = csv.reader(io.StringIO(text))
    columns = (0, 1)
    for row in rows:
        cells = [cell.strip() for cell in row]
        if not any(cells) or cells[0].startswith("#"):
            continue
        names = [cell.lower() for cell in cells]
        if "prompt" in names:
            columns = (names.index("frame") if "frame" in names else -1, names.index("prompt"))
            continue
        if len(cells) <= columns[1]:
            raise BadKeyList(f"line {rows.line_num}: expected a frame and a prompt, got {', '.join(cells)!r}")
        yield rows.line_num, cells[columns[0]] if columns[0] >= 0 else "", cells[columns[1]]


def _json_lines(text: str) -> Iterator[tuple[int, str, str]]:
    for line, raw in enumerate(text.splitlines(), 1):
        if not raw.strip():
            continue
        try:
            value: Any = json.loads(raw)
        except ValueError as error:
            raise BadKeyList(f"line {line} is not JSON: {error}") from None
        if not isinstance(value, dict) or not isinstance(value.get("prompt"), str):
            raise BadKeyList(f'line {line}: expected {{"frame": 24, "prompt": "crouches"}}')
        time = value.get("frame")
        if time is not None and (isinstance(time, bool) or not isinstance(time, (int, float, str))):
            raise BadKeyList(f'line {line}: {time!r} is no frame; a number or a text like "+12"')
        yield line, "" if time is None else str(time), value["prompt"]
