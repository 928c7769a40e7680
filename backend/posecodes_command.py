"""`posewright posecodes`: what a program may say (schema, reference), and whether one can be read."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from .posecodes import program_from_json, schema
from .posecodes.reference import reference
from .program_file import read_program_file


def run(options: argparse.Namespace) -> int:
    """Print the schema, the reference, or the program of a file in canonical lines."""
    if options.check:
        print("\n".join(code.said() for code in read_program_file(options.check)))
    elif options.schema or options.strict:
        print(json.dumps(schema(options.strict), indent=2))
    else:
        print(reference())
    return 0


def lines_of(program: Sequence[dict[str, Any]]) -> list[str]:
    """The canonical lines of statements as they are sent."""
    return [code.said() for code in program_from_json(program)]
