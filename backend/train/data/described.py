"""What can be said of a pose, kept as parts from which the texts of training are put together anew each time."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, Final

from backend.language.caption_facts import Fact, facts_of
from backend.language.captions import told
from backend.language.measures import Measures
from backend.language.postures import posture_of
from rigs.wire import Pose

_SIDE: Final = re.compile(r"\b(left|right)\b", re.IGNORECASE)
_NO_SIDE: Final = re.compile(r"\bright (?=angles?\b|over\b|up to\b|under\b|away\b)", re.IGNORECASE)
_SWAPPED: Final = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}


@dataclass(frozen=True)
class Described:
    """The parts of a description.

    posture: how a description begins ("kneeling on the right knee"). order: the instruction that takes this posture.
    facts: statements, the most telling first. line, paragraph, full: the captioner's own three lengths.
    """

    posture: str
    order: str
    facts: tuple[Fact, ...]
    line: str
    paragraph: str
    full: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> Described:
        return cls(**{**value, "facts": tuple(Fact(**f) for f in value["facts"])})


def described(pose: Pose) -> Described:
    """Everything that the captioner finds in a pose."""
    m = Measures(pose)
    posture = posture_of(m)
    facts = facts_of(m, posture)
    return Described(posture.words, posture.order, tuple(facts), *told(m, posture, facts))


def mirrored_text(text: str) -> str:
    """What a text says of the mirror image: left and right change places, right angles stay."""
    kept = {m.start() for m in _NO_SIDE.finditer(text)}
    return _SIDE.sub(lambda m: m[0] if m.start() in kept else _SWAPPED.get(m[0], m[0]), text)
