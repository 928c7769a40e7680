"""Finding atlas entries in a prompt: aliases as sequences of stems, the most telling match first."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Final

from .atlas import Atlas, Entry, atlas, per_atlas, shipped
from .lexicon import (
    ACTIONS,
    DETERMINERS,
    NEGATIONS,
    PART_WORDS,
    PLURALS,
    SIDE_WORDS,
    SKIP,
    SPLITTERS,
    THINGS,
    WAY_WORDS,
)
from .stems import stem
from .tokens import Token, tokens_of

_SIDES: Final = ("left", "right")
_PASSED: Final = SKIP - {"with"} | {"both", "left", "right"}
_TO_SIDE: Final = "toleft"  # in an alias: "to the left" or "to the right" must be said
_MAKE: Final = "mak"  # the stem of "making"
_KINDS: Final = frozenset(("pose", "position", "stance"))
_OWN: Final = 0.3  # what a user's own pose has ahead of a shipped one that is asked for in the same words
_BETWEEN: Final = frozenset(
    ("is", "are", "being", "slightly", "somewhat", "bit", "little", "a", "gently")
)  # part and verb
_PLACING: Final = frozenset(("on", "in"))  # they count before a part of the body: "hands on hips" is not "hands, hips"


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
            tokens = tokens_of(phrase.replace("to the {side}", _TO_SIDE).replace("{side}", "left"))
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
    told = ({t.stem for t in tokens if t.text not in _PASSED and t.text not in _KINDS} for tokens in phrases)
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
    if len(stems) == 2 and not {"on", "in", "with"} & set(stems) and not _is_an_exercise(stems):
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
    if tokens[i].text in _PLACING:
        following = next(
            (t for t in tokens[i + 1 : i + 4] if t.text not in DETERMINERS and t.text not in SIDE_WORDS), None
        )
        return following is not None and following.text in PART_WORDS
    return tokens[i].text not in _PASSED


def find(tokens: list[Token], taken: list[bool], least: int, most: int = 99) -> list[Match]:
    """Aliases of `least` to `most` stems that do not overlap, most telling first. Marks nothing as taken."""
    table = index()
    found: list[Match] = []
    for i, token in enumerate(tokens):
        if not taken[i]:
            for alias in table.by_first.get(token.stem, ()):
                if least <= len(alias.stems) <= most:
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
    if _places_a_part(tokens, i):
        return None
    places, side, gaps, k = [i], _side_at(tokens, i), 0, i
    for wanted in alias.stems[1:]:
        k += 1
        while k < len(tokens) and (not _fits(tokens, k, wanted) or taken[k]):
            text = tokens[k].text
            if taken[k] or tokens[k].is_mark:
                return None
            if text in _SIDES:
                side = side or text
            elif _counts(tokens, k):
                gaps += 1
                if (
                    gaps > 1
                    or text in PART_WORDS
                    or text in WAY_WORDS
                    or text in SPLITTERS
                    or text in NEGATIONS
                    or text in _PLACING
                ):
                    return None
            k += 1
        if k >= len(tokens):
            return None
        places.append(k)
        if wanted == _TO_SIDE:
            side = tokens[k].text
    if _is_of_a_part(tokens, places) or _goes_on(tokens, places):
        return None
    if side and len(places) > 1 and _is_bare(tokens, places) and not atlas().entries[alias.entry].side:
        return None  # "left leg raised" is no pose of both legs
    score = sum(table.weight[s] for s in alias.stems) - 0.5 * gaps + alias.bonus
    return Match(alias.entry, tuple(places), side, score, _negated(tokens, i), len(alias.stems))


def _is_of_a_part(tokens: list[Token], places: list[int]) -> bool:
    """Whether words like "pointing forward" are said of the part of the body before them: the rules read that."""
    least = 1 if ACTIONS.get(tokens[places[0]].stem) == "stretch" else 2
    if len(places) < least or not all(tokens[k].stem in ACTIONS or tokens[k].text in WAY_WORDS for k in places):
        return False
    before = next((t for t in reversed(tokens[: places[0]]) if t.text not in _BETWEEN), None)
    if before is not None and before.text in PART_WORDS:
        return True
    told = next((t for t in reversed(tokens[: places[0]]) if not _tells_of_a_turn(t)), None)
    return told is not None and PART_WORDS.get(told.text) in ("head", "torso")


def _tells_of_a_turn(token: Token) -> bool:
    """Words between "head" and the last thing that it does: "is bowed, and slightly turned to the left"."""
    passed = token.text in _BETWEEN or token.text in ("and", ",", "to", "the", "degrees") or token.number is not None
    return passed or token.stem in ACTIONS or token.text in WAY_WORDS


def _is_bare(tokens: list[Token], places: list[int]) -> bool:
    """Whether only a part and what it does is said: "leg raised"."""
    words = [tokens[k] for k in places]
    return any(t.text in PART_WORDS for t in words) and all(t.text in PART_WORDS or t.stem in ACTIONS for t in words)


def _goes_on(tokens: list[Token], places: list[int]) -> bool:
    """Whether words like "arms stretched" or "touching the toes" are but the beginning: a direction follows."""
    words = [tokens[k] for k in places]
    acts = {_act(t) for t in words if t.text not in PART_WORDS and t.text != "with"}
    known = all(t.text in PART_WORDS or _act(t) or t.text == "with" for t in words)
    if len(places) < 2 or not acts or not known:
        return False
    passed = DETERMINERS | {"to", "straight", "out", "all", "way", "directly", "fully", "slightly"}
    following = next((t for t in tokens[places[-1] + 1 :] if t.text not in passed), None)
    if following is None:
        return False
    if acts <= {"raise", "stretch", "bend", "point", "swing"}:
        high = following.text in ("height", "level", "high")
        if acts == {"swing"} and WAY_WORDS.get(following.text) == "rest":
            return False  # "arms swinging loosely" is a manner, no direction
        return high or following.text in WAY_WORDS or following.number is not None
    if acts <= {"touch"}:
        return words[0].text in PART_WORDS and following.text in ("ground", "floor")
    if acts <= {"clasp", "touch"}:
        return following.text == "overhead"
    return acts <= {"cross"} and words[0].text.startswith("arm") and following.text in ("overhead", "behind", "at")


def _act(token: Token) -> str:
    """What a verb does with a part of the body, "" for other words."""
    return "swing" if token.stem == "swing" else ACTIONS.get(token.stem, "")


def _fits(tokens: list[Token], k: int, wanted: str) -> bool:
    """Whether the word at k is the stem that the alias wants there."""
    if wanted == _TO_SIDE:
        return tokens[k].text in _SIDES and any(t.text in ("to", "towards") for t in tokens[max(0, k - 2) : k])
    return tokens[k].stem == wanted


def _places_a_part(tokens: list[Token], i: int) -> bool:
    """Whether the "on" at i says where a hand or another part is: "hand on one knee" is no kneeling."""
    if tokens[i].text not in _PLACING:
        return False
    before = next((t for t in reversed(tokens[:i]) if t.text not in DETERMINERS and t.text not in ("is", "are")), None)
    return before is not None and (before.text in PART_WORDS or ACTIONS.get(before.stem) in ("touch", "clasp"))


def _side_at(tokens: list[Token], i: int) -> str:
    """A side right before the alias: "left kick"."""
    return tokens[i - 1].text if i and tokens[i - 1].text in _SIDES else ""


def _negated(tokens: list[Token], i: int) -> bool:
    """Whether a negation stands within the three words before, in the same clause."""
    for k in range(i - 1, max(-1, i - 4), -1):
        if tokens[k].is_mark or (tokens[k].text in SPLITTERS and tokens[k].text != "and"):
            return False
        if tokens[k].text in NEGATIONS:
            return True
    return False


__all__ = ["Alias", "Index", "Match", "find", "index", "index_of", "ways"]
