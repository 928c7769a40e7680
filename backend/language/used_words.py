"""Which words a named pose or a touch has used up, beside those of its name."""

from __future__ import annotations

from backend.posecodes import Program
from backend.posecodes.contact import Contact
from backend.posecodes.direction import Direction

from .clause_words import RELATIONS
from .lexicon import ACTIONS, DETERMINERS, PART_WORDS, SIDES, SPLITTERS, STOP
from .matching import Match, index
from .tokens import Token

_PRETENDING = frozenset(("imitat", "mimic", "pretend", "act", "behav", "impersonat", "like"))  # "acts like a chicken"


def take_context(match: Match, tokens: list[Token], taken: list[bool]) -> None:
    """Words that belong to a named pose ("broom" to sweeping) are no unread words."""
    words = index().context[match.entry]
    for i, token in enumerate(tokens):
        inside = min(match.places) < i < max(match.places)
        passed = inside and (token.text in SIDES or token.text == "both" or token.stem in ACTIONS)
        if token.stem in words or passed or token.stem in _PRETENDING or _leads_to(match, tokens, i):
            taken[i] = True


def _leads_to(match: Match, tokens: list[Token], i: int) -> bool:
    """As in "one hand covers the eyes": the hand is what a pose of the hand is done with."""
    return PART_WORDS.get(tokens[i].text) in ("hand", "arm") and i + 1 in match.places


def take_touched(program: Program, tokens: list[Token], taken: list[bool]) -> None:
    """Parts that a named pose touches anyway are understood: "a phone at the ear"."""
    regions = {r for c in program if isinstance(c, Contact) for r in (c.a, c.b)}
    kinds = {word for region in regions for word in region.split("_")}
    for i, token in enumerate(tokens):
        if not taken[i] and PART_WORDS.get(token.text) in kinds and i and not taken[i - 1]:
            alone = tokens[i - 1].text in DETERMINERS or tokens[i - 1].text in SIDES or tokens[i - 1].text in RELATIONS
            taken[i] = alone


def take_joining(program: Program, tokens: list[Token], taken: list[bool]) -> None:
    """Words that lead to a part that was understood, and "overhead" of arms that are up, are understood."""
    up = any(isinstance(c, Direction) and "arm" in c.segment and c.toward[1] > 0.6 for c in program)
    for i, token in enumerate(tokens):
        following = next((k for k in range(i + 1, len(tokens)) if tokens[k].text not in DETERMINERS), -1)
        leads = token.text in RELATIONS and following > 0 and taken[following] and tokens[following].text in PART_WORDS
        taken[i] = taken[i] or leads or (token.text == "overhead" and up)


def is_content(token: Token) -> bool:
    return bool(token.said) and not token.is_mark and token.text not in STOP and token.text not in SPLITTERS
