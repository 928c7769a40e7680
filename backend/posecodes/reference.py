"""The kinds of posecodes for people to read, made from the same documentation as the schema: a paragraph a kind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from textwrap import wrap
from typing import Any, Final

from .base import KINDS, Posecode
from .program import read_line
from .schema import SCHEMA_VERSION, about, documentation, shared_name, shared_names, unit_of

_WIDTH: Final = 110
_COLUMN: Final = 12  # characters for the name of a field
_FORMS: Final = {"vector": "[left, up, front]", "place": "[x, y, z] m"}
_PLURALS: Final = {
    "point_name": "points", "region_name": "regions", "segment_name": "segments", "bearer_name": "bearers",
}  # fmt: skip


def reference() -> str:
    """All kinds and all names."""
    parts = [f"Posecodes, version {SCHEMA_VERSION}", "", *_wrapped(about(), "", spaced=True)]
    for cls in KINDS.values():
        parts += ["", *_kind(cls)]
    for name, plural in _PLURALS.items():
        names, doc = shared_names(name)
        parts += ["", plural, *_wrapped(doc, "  "), *_wrapped(", ".join(names), "  ")]
    return "\n".join(parts)


def _kind(cls: type[Posecode]) -> Iterator[str]:
    yield cls.kind
    yield from _wrapped(documentation(cls), "  ")
    for f in fields(cls):
        head, *more = wrap(_field(cls, f), _WIDTH - _COLUMN - 4)
        yield f"    {f.name:<{_COLUMN}}{head}"
        yield from (f"    {'':<{_COLUMN}}{line}" for line in more)
    for line in cls.examples:
        codes = read_line(line)
        yield f"  {line}"
        yield f"  {json.dumps(codes[0].to_json())}"


def _field(cls: type[Posecode], f: Field[Any]) -> str:
    """Like "0 to 170 deg: the flexion; = when left out"."""
    text = f"{_values(cls, f)}: {f.metadata['doc']}"
    if f.name in cls.one_of:
        others = ", ".join(name for name in cls.one_of if name != f.name)
        return f"{text}; instead of {others}"
    return text if f.default is MISSING else f"{text}; {_shown(f.default)} when left out"


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _values(cls: type[Posecode], f: Field[Any]) -> str:
    meta = f.metadata
    if meta["type"] in _FORMS:
        return _FORMS[meta["type"]]
    if "low" in meta:
        return f"{meta['low']:g} to {meta['high']:g} {unit_of(cls, meta)}".strip()
    shared, others = shared_name(meta["table"])
    names = list(others)
    if shared:
        names = [f"one of the {_PLURALS[shared]} below", *others] if shared in _PLURALS else [*shared_names(shared)[0]]
    return f"a list of {', '.join(names)}" if meta["type"] == "names" else ", ".join(names)


def _wrapped(text: str, indent: str, *, spaced: bool = False) -> Iterator[str]:
    for i, paragraph in enumerate(text.split("\n")):
        if i and spaced:
            yield ""
        yield from wrap(paragraph, _WIDTH, initial_indent=indent, subsequent_indent=indent)
