"""Posecodes: measurable statements about a body, one kind per file. Importing the package registers every kind."""

from . import angle, contact, direction, distance, facing, gaze, ground, hand, position, turn
from .base import KINDS, Measured, Posecode, from_json, schema
from .program import Program, mirrored, program_from_json, program_to_json, read_line, read_program, settled

__all__ = [
    "KINDS",
    "Measured",
    "Posecode",
    "Program",
    "angle",
    "contact",
    "direction",
    "distance",
    "facing",
    "from_json",
    "gaze",
    "ground",
    "hand",
    "mirrored",
    "position",
    "program_from_json",
    "program_to_json",
    "read_line",
    "read_program",
    "schema",
    "settled",
    "turn",
]  # fmt: skip
