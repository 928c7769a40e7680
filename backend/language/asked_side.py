"""The side that a named pose is asked for, by words within its name or beside it."""

from __future__ import annotations

from typing import Final

from backend.posecodes.ground import Support

from .atlas import atlas
from .deeds import strides
from .layers import is_of_both_arms
from .lexicon import ARM_KINDS, DETERMINERS, LEG_KINDS, PART_WORDS, PLURALS, SIDES, SPLITTERS, WAY_WORDS
from .matching import Match
from .named_sides import aimed
from .tokens import Token


def asked_side(match: Match, tokens: list[Token], taken: list[bool], arms_used: set[str]) -> str:
    """The side that a named pose is asked for: in the alias, else that of a limb named beside it."""
    entry = atlas().entries[match.entry]
    if not entry.side:
        one = match.side and is_of_both_arms(match.entry) and not any(tokens[k].text in PLURALS for k in match.places)
        return _consume(tokens, taken, match.side, min(match.places) - 1) if one else ""
    if entry.limb in ("arm", "hand") and _is_of_both(match, tokens, taken):
        return "both"
    if match.side:
        return _consume(tokens, taken, match.side, min(match.places) - 1)
    handed = next((i for i, t in enumerate(tokens[1:]) if t.text == "handed" and tokens[i].text in SIDES), None)
    if handed is not None and entry.limb != "leg":  # "a left-handed batter"
        taken[handed] = taken[handed + 1] = True
        return tokens[handed].text
    if side := aimed(match, tokens, taken):
        return side
    kinds = (
        LEG_KINDS
        if entry.limb == "leg"
        else ARM_KINDS
        if entry.limb in ("arm", "hand")
        else ARM_KINDS | LEG_KINDS | {"hip", "shoulder", "torso"}
    )
    spoken = [
        (i, t.text)
        for i, t in enumerate(tokens[:-1])
        if t.text in SIDES and (PART_WORDS.get(tokens[i + 1].text) in kinds)
    ]
    if atlas().posture(match.entry) == "side":  # a hand on the hip is not the side that one lies on
        spoken = [
            s
            for s in spoken
            if any(t.text == "on" for t in tokens[max(0, s[0] - 2) : s[0]]) and not _is_placed(tokens, s[0])
        ]
    if entry.limb == "leg":
        spoken = [(i, _of_the_front(match.entry, tokens, i)) for i, _ in spoken]
    free = [s for s in spoken if not taken[s[0]]]
    before = next((t.text for t in reversed(tokens[: min(match.places)]) if t.text not in DETERMINERS), "")
    if entry.limb in ("arm", "hand") and not free and len(arms_used) == 1 and before == "with":
        return next(iter(arms_used))  # "the right arm out to the side with the thumb up"
    if entry.limb in ("arm", "hand") and not free and len(arms_used) == 1:  # "left hand on the hip, the other waving"
        for i, token in enumerate(tokens[:-1]):
            if token.text == "other" and PART_WORDS.get(tokens[i + 1].text) in kinds:
                taken[i] = taken[i + 1] = True
        return "left" if "right" in arms_used else "right"
    if free or spoken:
        i, side = (free or spoken)[0]
        taken[i] = taken[i + 1] = True
        return side
    bare = next((i for i, t in enumerate(tokens) if t.text in SIDES and not taken[i]), None)
    if bare is not None:
        taken[bare] = True
        return tokens[bare].text
    return ""


def _of_the_front(name: str, tokens: list[Token], i: int) -> str:
    """The side that the leg spoken of at i asks for: "left leg behind" the right one, where one is in front."""
    side = tokens[i].text
    end = next((k for k in range(i, len(tokens)) if tokens[k].is_mark or tokens[k].text in SPLITTERS), len(tokens))
    knee = _knee_of(name)
    if knee and PART_WORDS.get(tokens[i + 1].text) == "knee" and any(t.text in _DOWN for t in tokens[i + 2 : end]):
        own = atlas().entries[name].side  # "low lunge, left knee down": the one that is on the ground
        return side if knee == own else next(s for s in SIDES if s != side)
    behind = any(WAY_WORDS.get(t.text) == "back" for t in tokens[i + 2 : end])
    if not behind or not strides(name):
        return side
    return next(s for s in SIDES if s != side)


_DOWN: Final = frozenset(("down", "ground", "floor", "mat", "lowered", "grounded", "carpet", "rug"))


def _knee_of(name: str) -> str:
    """The side of the one knee that bears in a pose as it is written, "" where none or both do."""
    parts = {p for c in atlas().program(name) if isinstance(c, Support) for p in c.parts}
    knees = [s for s in SIDES if f"{s}_knee" in parts or f"{s}_shin" in parts]
    return knees[0] if len(knees) == 1 else ""


def _is_placed(tokens: list[Token], i: int) -> bool:
    """Whether a part of the body stands before the "on" that leads to the side at i: "a hand on the right hip"."""
    on = next((k for k in range(i - 1, max(-1, i - 3), -1) if tokens[k].text == "on"), -1)
    return on > 0 and tokens[on - 1].text in PART_WORDS


def _is_of_both(match: Match, tokens: list[Token], taken: list[bool]) -> bool:
    """Whether a pose of one arm is asked for with both: "both thumbs up", "waving with both hands"."""
    for i, token in enumerate(tokens):
        following = tokens[i + 1] if i + 1 < len(tokens) else None
        beside = i + 1 in match.places or (
            following is not None and PART_WORDS.get(following.text) in ARM_KINDS and not taken[i]
        )
        if token.text in ("both", "two") and beside:
            taken[i] = True
            if i + 1 not in match.places:
                taken[i + 1] = True
            return True
    return False


def _consume(tokens: list[Token], taken: list[bool], side: str, near: int) -> str:
    """Mark the side word in or beside an alias as used."""
    for i in range(max(0, near), len(tokens)):
        if tokens[i].text == side and not taken[i]:
            taken[i] = True
            break
    return side
