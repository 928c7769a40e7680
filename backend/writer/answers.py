"""What a model answers: a sentence, what the pose begins with, and a program; and the JSON Schema of that.

The schema is the posecodes' own (strict form), without its descriptions, which the prompt says in fewer words, inside
the object of an answer. Decoders differ in what they hold a model to, so it has three forms:

plain     for clouds, which take few keywords and alternatives; llama.cpp does not keep to the limits of numbers in it
stepped   every program is valid, whatever the model: numbers are lists of the steps in which people give them
bounded   stepped, and every text is finite: lists have a longest length. It is some thirty times as large for decoders
          that spell out all that is allowed (outlines), so it is for the one in this program alone
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from backend.posecodes import Program, schema

from .beginnings import CURRENT, NONE, PHOTO, POSTURES

Form = Literal["plain", "stepped", "bounded"]

MOST_STATEMENTS: Final = 32
LONGEST_REPLY: Final = 300  # characters
_MOST_PARTS: Final = 8  # that one statement about bearing names
_STEPS: Final = 0.05  # m, and of shares; angles go in whole degrees
_NEAR: Final = 3.0  # m: places in the scene up to here in the same steps,
_FAR, _FAR_STEPS = 20.0, 0.5  # m: farther ones, and their steps
_DIRECTIONS: Final = 0.1  # step of the components of a direction


@dataclass(frozen=True)
class Answer:
    """reply: a sentence for the user. begin: see `beginnings`. program: none where no pose is asked for.

    person: whom of the picture, by the number that is drawn at the person; None where nobody is meant.
    """

    reply: str
    begin: str
    program: Program = ()
    person: int | None = None

    @property
    def has_pose(self) -> bool:
        return self.begin != NONE


@dataclass(frozen=True)
class Choices:
    """What an answer may begin with, beside NONE.

    current: the pose that there is. postures: a new pose. people: somebody in the picture, of so many, numbered from 0.
    """

    current: bool = False
    people: int = 0
    postures: bool = True

    @property
    def beginnings(self) -> tuple[str, ...]:
        some = ((CURRENT,) if self.current else ()) + ((PHOTO,) if self.people else ())
        return (NONE, *some, *(POSTURES if self.postures else ()))


def answer_schema(choices: Choices, form: Form = "plain") -> dict[str, Any]:
    """JSON Schema of an answer, in plain keywords with every field required, as constrained decoders want it."""
    codes = _plain(schema(strict=True))
    if form != "plain":
        codes = _stepped(codes)
    program = codes["properties"]["program"] | ({"maxItems": MOST_STATEMENTS} if form == "bounded" else {})
    properties: dict[str, Any] = {
        "reply": {"type": "string"} | ({} if form == "plain" else {"maxLength": LONGEST_REPLY}),
        "begin": {"type": "string", "enum": list(choices.beginnings)},
    }
    if choices.people:
        numbers = list(range(choices.people))
        properties["person"] = {"anyOf": [{"type": "integer", "enum": numbers}, {"type": "null"}]}
    properties["program"] = program
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        "$defs": codes["$defs"],
    }


def _plain(value: Any) -> Any:
    """A schema without its descriptions; a name that stands alone is not wrapped in anyOf."""
    if isinstance(value, Mapping):
        kept = {k: _plain(v) for k, v in value.items() if not (k == "description" and isinstance(v, str))}
        one = kept.get("anyOf")
        return one[0] if isinstance(one, list) and len(one) == 1 and len(kept) == 1 else kept
    return [_plain(v) for v in value] if isinstance(value, list) else value


def _stepped(value: Any, name: str = "") -> Any:
    """The same language with numbers in steps, and short lists of names."""
    if isinstance(value, list):
        return [_stepped(v) for v in value]
    if not isinstance(value, Mapping):
        return value
    if name == "direction_triple":
        return _triples()
    if name == "place_triple":
        return {"type": "array", "items": {"enum": _places()}, "minItems": 3, "maxItems": 3}
    if value.get("type") == "number":
        low, high = value["minimum"], value["maximum"]
        whole = high - low > 10  # degrees
        return {"type": "integer", "minimum": low, "maximum": high} if whole else {"enum": _steps(low, high, _STEPS)}
    if value.get("type") == "array" and "maxItems" not in value:
        return {k: _stepped(v, k) for k, v in value.items()} | {"maxItems": _MOST_PARTS}
    return {k: _stepped(v, k) for k, v in value.items()}


def _steps(low: float, high: float, step: float) -> list[float]:
    """The numbers from low to high by a step, whole ones without a decimal point."""
    values = [round(low + k * step, 2) for k in range(round((high - low) / step) + 1)]
    return [int(v) if v == int(v) else v for v in values]


def _places() -> list[float]:
    """Coordinates of places in the scene: finer near the character than far away."""
    far = _steps(_NEAR + _FAR_STEPS, _FAR, _FAR_STEPS)
    return [*(-v for v in reversed(far)), *_steps(-_NEAR, _NEAR, _STEPS), *far]


def _triples() -> dict[str, Any]:
    """Directions, of which at least one component is not zero."""
    any_ = {"enum": _steps(-1.0, 1.0, _DIRECTIONS)}
    some, zero = {"enum": [v for v in any_["enum"] if v]}, {"enum": [0]}
    forms: Sequence[list[Any]] = ([some, any_, any_], [zero, some, any_], [zero, zero, some])
    return {"anyOf": [{"type": "array", "prefixItems": form, "minItems": 3, "maxItems": 3} for form in forms]}
