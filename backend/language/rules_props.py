"""Hands at things: what is held in a hand, and walls, tables and rails that a hand or an elbow rests on."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from .clauses import Clause, Part
from .lexicon import DETERMINERS, PART_WORDS, SPLITTERS

_WALLS: Final = frozenset(
    ("wall", "door", "window", "glass", "mirror", "fence", "tree", "pillar", "column", "doorframe")
)
_TABLES: Final = frozenset(("table", "desk", "counter", "bar", "rail", "railing", "ledge", "bench",
                            "windowsill", "tabletop", "countertop", "armrest", "mantelpiece", "shelf",
                            "balustrade", "parapet"))  # fmt: skip
_HANDS: Final = frozenset(("hand", "palm", "fist", "fingers", "arm"))


_STEPS: Final = frozenset(("step", "box", "stool", "chair", "bench", "stair", "block", "rock", "log", "crate", "ball",
                           "curb", "kerb", "ledge", "platform", "bumper", "sofa", "stone"))  # fmt: skip


def foot_on_a_step(clause: Clause, side: str) -> list[str]:
    """As in "the left foot on a step"."""
    words = {t.text for t in clause.words}
    if clause.negated or not words & {"on", "onto", "upon"} or not words & _STEPS:
        return []
    there = "right" if side == "left" else "left"
    high = 0.45 if words & {"chair", "bench", "stool", "crate", "sofa"} else 0.28
    thigh = f"{side} thigh points front {0.15 if high > 0.4 else 0.5} down"
    return [thigh, f"{side} foot sole {high:g} above ground", f"{side} ankle 0.35 in front of {there} ankle",
            f"{there} knee straight", f"{there} foot on ground"]  # fmt: skip


def at_furniture(clause: Clause, part: Part, side: str) -> list[str]:
    """As in "left palm on the wall", "elbows on the table"."""
    named = part in clause.parts  # else the clause goes on about a hand of before, and the wall may be a pose's
    words = {t.text for t, used in zip(clause.words, clause.taken, strict=True) if named or not used}
    if clause.negated or not words & {"on", "against", "touch", "touching", "at"}:
        return []
    if words & _WALLS and part.kind in _HANDS:
        lines = [f"{side} upper arm points front 0.45 down 0.2 out", f"{side} forearm points front 0.55 up"]
        return [*lines, f"{side} palm faces front", f"{side} hand {'fist' if part.kind == 'fist' else 'flat'}"]
    if words & _TABLES and part.kind in ("elbow", "forearm"):
        fore = "up 0.4 front 0.2 in" if part.kind == "elbow" else "front 0.35 in"
        return [f"{side} upper arm points down 0.6 front 0.15 out", f"{side} forearm points {fore}"]
    if words & _TABLES and part.kind in _HANDS:
        return [f"{side} upper arm points down 0.3 front 0.15 out", f"{side} forearm points front 0.45 down",
                f"{side} palm faces down"]  # fmt: skip
    return []


def with_what_is_held(clause: Clause) -> Clause:
    """As in "a sword in the right hand raised overhead": the hand is what the clause is about, and it grips."""
    if (
        clause.subjects
        or clause.relation != "in"
        or not clause.targets
        or clause.targets[0].kind not in ("hand", "fist")
    ):
        return clause
    hand = clause.targets[0]
    before = clause.words[: hand.first]
    named = any(t.text not in DETERMINERS and t.text not in SPLITTERS and t.text != "in" for t in before)
    if not named or any(t.text in PART_WORDS for t in before):
        return clause
    rest = [p for p in clause.parts if p is not hand]
    return replace(clause, parts=[hand, *rest], split=1, relation=_relation_after(clause, hand), holds=True)


def _relation_after(clause: Clause, hand: Part) -> str:
    from .clause_words import RELATIONS

    following = [t.text for t in clause.words[hand.word + 1 :]]
    return next((t for t in following if t in RELATIONS), "")
