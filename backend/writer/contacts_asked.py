"""Which parts of a body touch in a picture, as a model of vision and language sees it (ProsePose, Subramanian 2024).

The model looks at the person alone, several times, and names pairs of parts from a list; what most looks agree on goes
into the fit of the picture as touches (`vision.contacts`), which also finds the sides that it leaves open.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from backend.posecodes.vocabulary import PARTS, SIDES
from backend.ticks import Tick
from rigs.wire import Touch

from .answers import Form
from .author import Author, Task, Written
from .guide import folded
from .prompt import Message

MOST_PAIRS: Final = 8
_MORE: Final = (
    "shoulder",
    "forearm",
    "elbow",
    "knee",
    "ankle",
    "hip",
    "thigh",
    "cheek",
    "chin",
    "mouth",
    "forehead",
    "ear",
)
_ASKED: Final = """
Look at the person in the middle of the picture. Which parts of their own body touch each other? Name only touches
that you can see or that are beyond doubt, such as a hand on a hip, crossed arms, a leg over the other. Hands that
hang, limbs that are only near, and touches with clothes, chairs, the ground or other people do not count. Left and
right are the person's own; leave the side out where you are not sure.
Answer with one JSON object: {"touches": [["left hand", "right upper arm"], ...]}, with an empty list for none.
""".strip()


def parts() -> tuple[str, ...]:
    """The names that a model may use: larger parts and a few regions, with and without a side."""
    plain = list(dict.fromkeys([name.removeprefix("*_") for name in folded(PARTS)] + list(_MORE)))
    sided = {name.split("_", 1)[1] for name in PARTS if name.split("_")[0] in SIDES} | set(_MORE[:9])
    names = [n for name in plain for n in (name, *((f"{s} {name}" for s in SIDES) if name in sided else ()))]
    return tuple(name.replace("_", " ") for name in names)


def touches_schema(form: Form = "plain") -> dict[str, Any]:
    """JSON Schema of one look."""
    pair = {"type": "array", "items": {"$ref": "#/$defs/part"}, "minItems": 2, "maxItems": 2}
    return {
        "type": "object",
        "properties": {
            "touches": {"type": "array", "items": pair} | ({"maxItems": MOST_PAIRS} if form == "bounded" else {})
        },
        "required": ["touches"],
        "additionalProperties": False,
        "$defs": {"part": {"type": "string", "enum": list(parts())}},
    }


def ask_contacts(author: Author, person: bytes, looks: int, seed: int, tick: Tick) -> tuple[tuple[Touch, ...], ...]:
    """What each look named; looks that failed are left out.

    Args:
        person: an encoded picture of the person alone.

    Raises:
        errors.Cancelled: by `tick`. errors.NotAvailable: the settings do not allow to send pictures.
    """
    asked = Message("user", f"{_ASKED}\nParts: {', '.join(parts())}.", (person,))

    def looking(stage: str, reply: str = "", *, step: int = 0, steps: int = 0) -> None:
        tick("Looking for what touches")

    found = author.write(Task((asked,), touches_schema), looks, seed, looking)
    read = [read_touches(f.text) for f in found if isinstance(f, Written)]
    return tuple(sample for sample in read if sample is not None)


def read_touches(text: str) -> tuple[Touch, ...] | None:
    """The pairs in a model's text, None where it is no such list."""
    try:
        value = json.loads(text[text.index("{") : text.rindex("}") + 1])
    except (ValueError, RecursionError):
        return None
    pairs = value.get("touches") if isinstance(value, Mapping) else None
    if not isinstance(pairs, list):
        return None
    good = [p for p in pairs if isinstance(p, list) and len(p) == 2 and all(isinstance(n, str) and n for n in p)]
    return tuple(Touch(a[:100], b[:100]) for a, b in good[:MOST_PAIRS])
