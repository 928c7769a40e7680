"""Finding atlas entries in a prompt: aliases as sequences of stems, the most telling match first."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Final

from .atlas import Atlas, Entry, atlas, per_atlas, shipped
from .fitting import (
    GOERS,
    PASSED,
    PLACING,
    crosses_lower,
    goes_on,
    is_a_thing,
    is_bare,
    is_done_with_a_part,
    is_for_the_rules,
    is_looked_at,
    is_of_a_part,
    is_of_limb,
    is_one_of_several,
    only_turns,
    places_a_part,
    speaks_of,
)
from .lexicon import (
    ACTIONS,
    DETERMINERS,
    NEGATIONS,
    PART_WORDS,
    PLURALS,
    SIDE_WORDS,
    SIDES,
    SPLITTERS,
    THINGS,
    WAY_WORDS,
)
from .preparing import completed
from .stems import stem
from .tokens import Token, tokens_of

_TO_SIDE: Final = "toleft"  # in an alias: "to the left" or "to the right" must be said
_MAKE: Final = "mak"  # the stem of "making"
_KINDS: Final = frozenset(("pose", "position", "stance"))
_OWN: Final = 0.3  # what a user's own pose has ahead of a shipped one that is asked for in the same words
_FIXED: Final = frozenset(  # "lifting a person" is no "person lifts"
    (
        "on",
        "in",
        "with",
        "stand",
        "back",
        "person",
        "people",
        "child",
        "man",
        "woman",
        "someone",
        "somebody",
        "friend",
        "baby",
    )
)


@dataclass(frozen=True)
class Alias:
    """One way to ask for an entry: its stems in order, and whether a side belongs to it."""

    entry: str
    stems: tuple[str, ...]
    bonus: float = 0.0  # an alias as it is written goes before one whose "pose" was left out


@dataclass(frozen=True)
class Match:
    """An alias found. places: the tokens that it takes; side: left or right where one stood within it."""

    entry: str
    places: tuple[int, ...]
    side: str
    score: float
    negated: bool
    size: int


@dataclass(frozen=True)
class Index:
    """Aliases by their first stem, weights of stems, words of aliases (with stems; in full), stems of each entry."""

    by_first: dict[str, list[Alias]]
    weight: dict[str, float]
    words: frozenset[str]
    full: frozenset[str]
    context: dict[str, frozenset[str]]


def index_of(book: Atlas) -> Index:
    """The index of an atlas."""
    aliases: list[Alias] = []
    words: set[str] = set()
    full: set[str] = set()
    for entry in book.entries.values():
        own = _OWN if shipped().entries.get(entry.name) is not entry else 0.0
        seen = set()
        for phrase in (entry.name, *entry.aliases):
            tokens = completed(tokens_of(phrase.replace("to the {side}", _TO_SIDE).replace("{side}", "left")))
            words.update(t.text for t in tokens)
            full.update(t.text for t in tokens)
            words.update(t.stem for t in tokens)
            for variant, bonus in _variants(tokens):
                if variant and variant not in seen:
                    seen.add(variant)
                    aliases.append(Alias(entry.name, variant, bonus + own))
    return _index(aliases, words, full)


def ways(entry: Entry) -> frozenset[frozenset[str]]:
    """The really different ways to ask for an entry, each as the set of its stems.

    Neither the order of words nor sides, small words and "pose" count: "a person doing X" and "X pose" are one way.
    """
    phrases = [tokens_of(p.replace("{side}", "left")) for p in (entry.name, *entry.aliases)]
    told = ({t.stem for t in tokens if t.text not in PASSED and t.text not in _KINDS} for tokens in phrases)
    return frozenset(frozenset(stems) for stems in told if stems)


def _variants(tokens: list[Token]) -> list[tuple[tuple[str, ...], float]]:
    """The stems of an alias: as written, without "pose", and two words the other way round."""
    stems = tuple(_stems(tokens))
    if len(stems) == 1 and len(tokens) > 1 and tokens[0].stem == _MAKE:
        stems = (_MAKE, *stems)  # "making the bed" is no word for a bed
    out = [(stems, 0.2)]
    if tokens[-1].text in _KINDS and len(tokens) > 1:
        out = [((*stems, tokens[-1].stem), 0.3)]
        if len(stems) > 1 or not _says_something_else(tokens[0]):
            out.append((stems, 0.0))
    if len(stems) == 2 and not _FIXED & set(stems) and not _is_an_exercise(stems):
        out.append((stems[::-1], out[-1][1] - 0.05))
    return out


def _says_something_else(token: Token) -> bool:
    """Whether the one word left of "back stance" or "table pose" mostly speaks of a place, a part or a thing."""
    return token.text in THINGS or token.stem in THINGS or token.text in WAY_WORDS or token.text in PART_WORDS


def _is_an_exercise(stems: tuple[str, ...]) -> bool:
    """Named after what moves ("leg raise", "front raise"): the other way round it says what to do ("raise the leg")."""
    first, second = stems
    return second in ACTIONS and ((first in PART_WORDS and first not in PLURALS) or first in WAY_WORDS)


def _index(aliases: list[Alias], words: set[str], full: set[str]) -> Index:
    counts = Counter(s for a in aliases for s in set(a.stems))
    weight = {s: math.log(1 + len(aliases) / n) for s, n in counts.items()}
    weight.update({stem(kind): 0.0 for kind in _KINDS})  # "pose" tells no pose from another
    by_first: dict[str, list[Alias]] = {}
    context: dict[str, set[str]] = {}
    for alias in aliases:
        by_first.setdefault(alias.stems[0], []).append(alias)
        context.setdefault(alias.entry, set()).update(alias.stems)
    return Index(by_first, weight, frozenset(words), frozenset(full), {k: frozenset(v) for k, v in context.items()})


@per_atlas
def index() -> Index:
    """The index of the atlas that comes with the program."""
    return index_of(atlas())


def _stems(tokens: list[Token]) -> list[str]:
    return [t.stem for i, t in enumerate(tokens) if _counts(tokens, i) and not t.is_mark]


def _counts(tokens: list[Token], i: int) -> bool:
    """Whether the word at i takes part in the comparison."""
    if tokens[i].text in PLACING:
        following = next(
            (t for t in tokens[i + 1 : i + 4] if t.text not in DETERMINERS and t.text not in SIDE_WORDS), None
        )
        return following is not None and following.text in PART_WORDS
    return tokens[i].text not in PASSED


def find(tokens: list[Token], taken: list[bool], least: int, most: int = 99) -> list[Match]:
    """Aliases of `least` to `most` stems that do not overlap, most telling first. Marks nothing as taken."""
    table = index()
    found: list[Match] = []
    present = {t.stem for t in tokens} | {_TO_SIDE}
    for i, token in enumerate(tokens):
        if not taken[i]:
            for alias in table.by_first.get(token.stem, ()):
                if least <= len(alias.stems) <= most and present.issuperset(alias.stems):
                    match = _match(tokens, taken, i, alias, table)
                    if match:
                        found.append(match)
    found.sort(key=lambda m: (-m.score, m.places))
    out: list[Match] = []
    used: set[int] = set()
    for match in found:
        if not used & set(match.places):
            used.update(match.places)
            out.append(match)
    return out


def _match(tokens: list[Token], taken: list[bool], i: int, alias: Alias, table: Index) -> Match | None:
    """The alias with its first stem at i, or None. One word may stand between two of its own."""
    if places_a_part(tokens, i) or (
        len(alias.stems) == 1 and (is_done_with_a_part(tokens, i) or is_a_thing(tokens, i))
    ):
        return None
    if len(alias.stems) > 1 and tokens[i].text in GOERS and not speaks_of(alias.entry, tokens[i].text):
        return None  # "a runner bending over" does not run bent over
    places, side, gaps, k = [i], _side_at(tokens, i), 0, i
    limb = atlas().entries[alias.entry].limb
    for wanted in alias.stems[1:]:
        k += 1
        while k < len(tokens) and (not _fits(tokens, k, wanted) or taken[k]):
            text = tokens[k].text
            if taken[k] or tokens[k].is_mark:
                return None
            if text in SIDES:
                side = text if is_of_limb(tokens, k, limb) else side or text
            elif _counts(tokens, k):
                gaps += 1
                if (
                    gaps > 1
                    or text in PART_WORDS
                    or text in WAY_WORDS
                    or text in SPLITTERS
                    or text in NEGATIONS
                    or text in PLACING
                ):
                    return None
            k += 1
        if k >= len(tokens):
            return None
        places.append(k)
        if wanted == _TO_SIDE:
            side = tokens[k].text
    if is_of_a_part(tokens, places) or goes_on(tokens, places) or is_one_of_several(tokens, places):
        return None
    if (
        is_looked_at(tokens, places)
        or is_for_the_rules(tokens, places)
        or crosses_lower(tokens, places)
        or (limb in ("arm", "hand") and _TO_SIDE not in alias.stems and only_turns(tokens, places))
    ):
        return None
    if side and len(places) > 1 and is_bare(tokens, places) and not atlas().entries[alias.entry].side:
        return None  # "left leg raised" is no pose of both legs
    score = sum(table.weight[s] for s in alias.stems) - 0.5 * gaps + alias.bonus
    return Match(alias.entry, tuple(places), side, score, _negated(tokens, i), len(alias.stems))


def _fits(tokens: list[Token], k: int, wanted: str) -> bool:
    """Whether the word at k is the stem that the alias wants there."""
    if wanted == _TO_SIDE:
        return tokens[k].text in SIDES and any(t.text in ("to", "towards") for t in tokens[max(0, k - 2) : k])
    return tokens[k].stem == wanted


def _side_at(tokens: list[Token], i: int) -> str:
    """A side right before the alias: "left kick"."""
    return tokens[i - 1].text if i and tokens[i - 1].text in SIDES else ""


def _negated(tokens: list[Token], i: int) -> bool:
    """Whether a negation stands within the three words before, in the same clause."""
    for k in range(i - 1, max(-1, i - 4), -1):
        if tokens[k].is_mark or (tokens[k].text in SPLITTERS and tokens[k].text != "and"):
            return False
        if tokens[k].text in NEGATIONS:
            return True
    return False


__all__ = ["Alias", "Index", "Match", "find", "index", "index_of", "ways"]
