"""Programs of posecodes in files and on stdin: JSON (a list, or an object with "program"), or canonical lines."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from .errors import BadFile, BadProgram
from .posecodes import Program, program_from_json, read_program

MAX_BYTES: Final = 1 << 20
_HINT: Final = "posewright posecodes says what a program is"


def read_program_file(name: str) -> Program:
    """The program in a file, or on stdin for "-".

    Raises:
        BadFile: it cannot be read, or is no text.
        BadProgram: with the path or the line of the first fault.
    """
    text = _text(_bytes(name), "stdin" if name == "-" else name)
    if name.lower().endswith(".json") or text.lstrip()[:1] in ("[", "{"):
        program = program_from_json(_list(text, name))
    else:
        program = read_program(text)
    if not program:
        raise BadProgram("program: there is no statement in it", _HINT)
    return program


def _bytes(name: str) -> bytes:
    try:
        if name == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with Path(name).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise BadFile(f"{name} is not there", "check the name and the folder") from None
    except OSError as error:
        raise BadFile(f"{name} cannot be read: {error.strerror or error}", "check the rights of the file") from None


def _text(data: bytes, name: str) -> str:
    if len(data) > MAX_BYTES:
        raise BadFile(f"{name} has more than {MAX_BYTES >> 20} MiB; a program has a few kB", _HINT)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(f"{name} is not UTF-8 text (byte {error.start})", _HINT) from None


def _list(text: str, name: str) -> Any:
    """The list of statements; an object must have nothing but "program"."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadProgram(f"program: not JSON: {error.msg} at {where}", _HINT) from None
    except (ValueError, RecursionError) as error:
        raise BadProgram(f"program: not JSON that we read: {error}", _HINT) from None
    if isinstance(value, dict) and "program" in value:
        extra = [key for key in value if key != "program"]
        if extra:
            raise BadProgram(f"{extra[0][:60]}: unknown field", 'an object has the one field "program"')
        return value["program"]
    return value
