"""The published JSON Schema (draft 2020-12) of a program, made from the kinds' own fields and documentation.

It is written for people and for language models that have never seen a posecode: what units, sides and frames mean is
said once at the top, what a kind is for and how its signs go stands with the kind. Names that several kinds share
(points, segments, regions) stand once in $defs. Every object is closed, so that a decoder can be held to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields
from inspect import cleandoc
from typing import Any, Final

from backend.body.surfaces import REGIONS

from .base import COMPARES, FARTHEST, KINDS, SHORTEST, Posecode
from .direction import FRAMES
from .ground import BEARERS
from .program import read_line
from .vocabulary import PLACES, SEGMENTS

SCHEMA_VERSION: Final = 1
SCHEMA_ID: Final = f"urn:posewright:posecodes:{SCHEMA_VERSION}"
ABOUT: Final = """
A program is a list of statements about the pose of one human body. A solver finds the pose that carries them out
best, a compromise where they contradict each other. What no statement mentions stays as in a relaxed stance on both
feet, arms hanging, or as in the pose to start from, where one is given.

Units: metres and degrees. Sides: left and right are always the character's own.

Directions are triples [left, up, front] of which only the direction counts: [1, 0, 0] is to the character's left, [0,
1, 0] up, [0, 0, 1] ahead; [0, -1, 1] is 45 degrees below ahead. They are components in a frame: "heading" (the default)
is upright and keeps to where the character faced before it lay down or tipped over: on the back the torso points back,
on the belly ahead, on the right side right; in a handstand the chest faces back. "pelvis" and "chest" lean and turn
with that part of the body. Places are [x, y, z] in metres in the world: y is up with the ground at 0; the character
stands at x = z = 0 and faces +z, its left is +x.

Say first what bears the weight (support), then how the trunk is held, then legs, arms, head and hands. One statement
for each thing that matters is enough, ten or so make a pose: leave out what follows from others, and say both sides.
"""
EXAMPLE: Final = """
left foot, right foot on ground
seat on seat 0.45
torso leans forward 10
left thigh points front
right thigh points front
left shin points down
right shin points down
left palm touches left thigh
right palm touches chin
look up front
"""
_SHARED: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "point_name": (
        tuple(PLACES),
        "A point of the body: the middle of a joint (left_wrist, pelvis, neck, spine3 at the height of the chest),"
        " a place on the skin (left_palm, chin, left_foot_sole), or a middle: torso, hips, eyes, left_hand, com (the"
        " centre of mass).",
    ),
    "region_name": (tuple(REGIONS), "A region of skin that can touch or be touched."),
    "bearer_name": (tuple(BEARERS), "A part of the body that can bear weight."),
    "segment_name": (
        tuple(SEGMENTS),
        "A segment of the body, from its near end to its far end: torso is pelvis to neck, neck the neck to the head,"
        " shoulders the right one to the left one, upper_arm shoulder to elbow, forearm elbow to wrist, arm shoulder to"
        " wrist, hand wrist to knuckles, thigh hip to knee, shin knee to ankle, leg hip to ankle, foot ankle to ball,"
        " fingers knuckle to tip.",
    ),
    "comparison": (COMPARES, '"=" equal to, ">=" at least, "<=" at most.'),
    "frame": (tuple(FRAMES), "Whose left, up and front."),
}


def schema(strict: bool = False) -> dict[str, Any]:
    """JSON Schema of a program.

    Args:
        strict: for decoders that are held to the schema and know only its plain part: the root is an object with the
            one field "program", every field is required, and nothing but types, names, limits and texts is used.
    """
    program = {"type": "array", "items": {"anyOf": [{"$ref": f"#/$defs/{name}"} for name, _, _ in _forms()]}}
    defs = {name: _object(cls, choice, strict) for name, cls, choice in _forms()} | _shared(strict)
    if strict:
        body = {"type": "object", "properties": {"program": program}, "required": ["program"]}
        return {"description": about(), **body, "additionalProperties": False, "$defs": defs}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "version": SCHEMA_VERSION,
        "title": "posecode program",
        "description": about(),
        **program,
        "examples": [[code.to_json() for line in EXAMPLE.split("\n") if line for code in read_line(line)]],
        "$defs": defs,
    }


def about() -> str:
    """What everyone who writes programs has to know, a paragraph a line."""
    return _paragraphs(ABOUT)


def documentation(cls: type[Posecode]) -> str:
    """What a kind says and when to use it, a paragraph a line."""
    return _paragraphs(cls.__doc__ or "")


def unit_of(cls: type[Posecode], meta: Mapping[str, Any]) -> str:
    """The unit of a field: "deg", "m", or "" where it has none."""
    if meta["type"] in ("number", "side_number"):
        unit: str | None = meta["unit"]
        return unit if unit is not None else "deg" if cls.unit == "rad" else "m"
    return "m" if meta["type"] == "place" else ""


def shared_name(table: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The name under which a field's names are shared with other kinds, "" for none, and those that it adds to them."""
    for name, (shared, _) in _SHARED.items():
        if table[: len(shared)] == shared:
            return name, table[len(shared) :]
    return "", table


def shared_names(name: str) -> tuple[tuple[str, ...], str]:
    """The names that several kinds share under a name, and what they are."""
    return _SHARED[name]


def _paragraphs(text: str) -> str:
    return "\n".join(" ".join(part.split()) for part in cleandoc(text).split("\n\n"))


def _forms() -> Iterator[tuple[str, type[Posecode], str]]:
    """Name, kind, and which one of its alternative fields a form has; "" where a kind has one form only."""
    for cls in KINDS.values():
        if not cls.one_of:
            yield cls.kind, cls, ""
        for choice in cls.one_of:
            yield f"{cls.kind}_{choice}", cls, choice


def _object(cls: type[Posecode], choice: str, strict: bool) -> dict[str, Any]:
    properties: dict[str, Any] = {"type": {"const": cls.kind}}
    required = ["type"]
    for f in fields(cls):
        if f.name in cls.one_of and f.name != choice:
            continue
        properties[f.name] = _field(cls, f, strict)
        if strict or f.default is MISSING or f.name == choice:
            required.append(f.name)
    codes = [code for line in cls.examples for code in read_line(line) if not choice or choice in code.to_json()]
    shown = [{name: _full(code)[name] for name in properties} if strict else code.to_json() for code in codes]
    text = documentation(cls)
    if strict and shown:
        text += f"\nE.g. {json.dumps(shown[0])}"
    out = {"type": "object", "description": text, "properties": properties, "required": required}
    return out | {"additionalProperties": False} | ({"examples": shown} if shown and not strict else {})


def _full(code: Posecode) -> dict[str, Any]:
    """A statement with every field, also those that are as they are when nothing is said."""
    return {f.name: getattr(code, f.name) for f in fields(code)} | code.to_json()


def _field(cls: type[Posecode], f: Field[Any], strict: bool) -> dict[str, Any]:
    form, meta = _form(f.metadata), f.metadata
    unit, optional = unit_of(cls, meta), f.default is not MISSING and f.default is not None
    limits = f"{meta['low']:g} to {meta['high']:g}{f' {unit}' if unit else ''}" if "low" in meta else ""
    text = f"{meta['doc']} ({limits})" if limits else meta["doc"]
    if strict:
        form = {"anyOf": [form]} if "$ref" in form else form  # some decoders want nothing beside a $ref
        return form | {"description": f"{text}; usually {json.dumps(f.default)}" if optional else text}
    return form | {"description": text} | ({"default": f.default} if optional else {})


def _form(meta: Mapping[str, Any]) -> dict[str, Any]:
    if meta["type"] in ("name", "choice"):
        return _names(meta["table"])
    if meta["type"] == "names":
        return {"type": "array", "items": _names(meta["table"]), "minItems": 1}
    if meta["type"] in ("number", "side_number"):
        return {"type": "number", "minimum": meta["low"], "maximum": meta["high"]}
    return {"$ref": f"#/$defs/{'direction_triple' if meta['type'] == 'vector' else 'place_triple'}"}


def _names(table: tuple[str, ...]) -> dict[str, Any]:
    shared, others = shared_name(table)
    if not shared:
        return {"type": "string", "enum": list(others)}
    ref = {"$ref": f"#/$defs/{shared}"}
    return {"anyOf": [ref, {"type": "string", "enum": list(others)}]} if others else ref


def _shared(strict: bool) -> dict[str, Any]:
    """What several kinds refer to."""
    number = {"type": "number", "minimum": -FARTHEST, "maximum": FARTHEST}
    triple = {"type": "array", "items": number, "minItems": 3, "maxItems": 3}
    some = {"contains": {"anyOf": [{"minimum": SHORTEST}, {"maximum": -SHORTEST}]}}  # not [0, 0, 0]
    return {
        **{name: {"type": "string", "enum": list(names), "description": doc} for name, (names, doc) in _SHARED.items()},
        "direction_triple": {"description": "[left, up, front] components of a direction."} | triple
        | ({} if strict else some),
        "place_triple": {"description": "[x, y, z] m in the world."} | triple,
    }  # fmt: skip
