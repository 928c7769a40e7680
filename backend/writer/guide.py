"""The posecodes' documentation in as few words as a language model needs: made from the kinds themselves.

Names that exist for both sides are written once, `*_palm` for left_palm and right_palm; a finger's single joints, which
nobody poses by words, are left out although the schema takes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import Field, fields
from functools import cache
from typing import Any, Final

from backend.posecodes.base import KINDS, Posecode
from backend.posecodes.schema import about, documentation, shared_name, shared_names, unit_of
from backend.posecodes.vocabulary import SIDES
from rigs.skeleton import FINGERS

_FORMS: Final = {"vector": "[left, up, front]", "place": "[x, y, z]"}
_PLURALS: Final = {
    "point_name": "POINT", "region_name": "REGION", "segment_name": "SEGMENT", "bearer_name": "PART",
    "comparison": "COMPARE", "frame": "FRAME",
}  # fmt: skip
_LONG: Final = 40  # characters of values that are not said twice
_LATER: Final = ("finger", "motion", "symmetry")  # refinements: they come last


@cache
def guide() -> str:
    """All kinds and names, a paragraph a kind."""
    kinds = sorted(KINDS.values(), key=lambda cls: cls.kind in _LATER)
    parts = [about(), *(_kind(cls) for cls in kinds), *_lists()]
    return "\n".join(parts)


def _kind(cls: type[Posecode]) -> str:
    said, told = " ".join(documentation(cls).split()), []
    for k, f in enumerate(fields(cls)):
        values = _values(cls, f)
        before = fields(cls)[k - 1] if k else None
        if before is not None and len(values) > _LONG and values == _values(cls, before):
            values = f"as {before.name}"
        told.append(f"{f.name}{'?' if f.name in cls.one_of else ''}: {values}")
    return f"- {cls.kind} {{{', '.join(told)}}}: {said}"


def _values(cls: type[Posecode], f: Field[Any]) -> str:
    meta = f.metadata
    if meta["type"] in _FORMS:
        return _FORMS[meta["type"]]
    if "low" in meta:
        return f"{meta['low']:g} to {meta['high']:g} {unit_of(cls, meta)}".strip()
    shared, others = shared_name(meta["table"])
    names = [_PLURALS[shared]] if shared else []
    text = " ".join(names + folded(others))
    return f"[{text}, ...]" if meta["type"] == "names" else text.replace(" ", "|")


def _lists() -> Iterator[str]:
    regions = shared_names("region_name")[0]
    for name, short in _PLURALS.items():
        names, doc = shared_names(name)
        told = [n for n in names if not _of_finger(n)]
        if name == "point_name":
            told = ["REGION", *(n for n in told if n not in regions)]
        yield f"{short}: {' '.join(folded(told))}. {doc}"


def _of_finger(name: str) -> bool:
    """left_index2: a single joint of a finger."""
    return name[-1:].isdigit() and any(name.rstrip("0123456789").endswith(f"_{f}") for f in FINGERS)


def folded(names: Iterable[str]) -> list[str]:
    """Names with both sides said once: left_knee, right_knee -> *_knee."""
    names = list(names)
    out = []
    for name in names:
        side, _, rest = name.partition("_")
        both = side in SIDES and all(f"{s}_{rest}" in names for s in SIDES)
        out.append(f"*_{rest}" if both else name)
    return list(dict.fromkeys(out))
