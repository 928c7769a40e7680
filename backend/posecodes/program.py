"""A program: the statements that make a pose. Reading and writing it as lines and as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from backend.errors import BadProgram

from .base import KINDS, Posecode, from_json
from .vocabulary import SIDES

Program = tuple[Posecode, ...]
_BOTH = re.compile(r"\bboth\b")


def read_line(line: str, path: str = "program") -> Program:
    """The statements of one canonical line; "both hands ..." gives one for each side.

    Raises:
        BadProgram: when no kind understands the line.
    """
    text = " ".join(line.lower().split()).rstrip(".")
    lines = [text]
    if _BOTH.search(text) and not any(cls.read(text) for cls in KINDS.values()):  # type: ignore[attr-defined]
        lines = [_one_side(text, side) for side in SIDES]
    out = []
    for each in lines:
        code = next((c for c in (cls.read(each) for cls in KINDS.values()) if c is not None), None)  # type: ignore[attr-defined]
        if code is None:
            raise BadProgram(f"{path}: no posecode reads {line.strip()!r}", "see docs/posecodes.md for the forms")
        out.append(code)
    return tuple(out)


def _one_side(text: str, side: str) -> str:
    """For the left: "both elbows bent 90" -> "left elbow bent 90"; "other" names the other side."""
    other = SIDES[1 - SIDES.index(side)]
    out = re.sub(r"\bboth (\w+)", lambda m: f"{side} {_singular(m[1])}", text)
    out = re.sub(r"\b(upper arm|hand back|foot sole|fore arm)s\b", r"\1", out)
    return re.sub(r"\bsame\b", side, re.sub(r"\bother\b", other, out))


def _singular(word: str) -> str:
    irregular = {
        "feet": "foot",
        "knees": "knee",
        "thighs": "thigh",
        "toes": "toes",
        "fingers": "fingers",
        "fingertips": "fingertips",
    }
    return irregular.get(word, word[:-1] if word.endswith("s") else word)


def read_program(text: str, path: str = "program") -> Program:
    """Lines (or statements separated by ";"); "#" begins a comment."""
    out: list[Posecode] = []
    for number, line in enumerate(text.splitlines(), 1):
        for part in line.split("#")[0].split(";"):
            if part.strip():
                out.extend(read_line(part, f"{path} line {number}"))
    return tuple(out)


def program_from_json(value: Any, path: str = "program") -> Program:
    """A list of statements.

    Raises:
        BadProgram: with the path of the first fault.
    """
    if not isinstance(value, (list, tuple)):
        raise BadProgram(f"{path}: expected a list of statements, got {type(value).__name__}")
    return tuple(from_json(item, f"{path}[{i}]") for i, item in enumerate(value))


def program_to_json(program: Iterable[Posecode]) -> list[dict[str, Any]]:
    return [code.to_json() for code in program]


def mirrored(program: Iterable[Posecode]) -> Program:
    return tuple(code.mirrored() for code in program)


def settled(program: Iterable[Posecode]) -> frozenset[str]:
    """All limb groups that a program says something about."""
    return frozenset(limb for code in program for limb in code.limbs())
