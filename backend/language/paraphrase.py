"""Words that no rule and no name knows, said otherwise: by our own synonyms, else by the most telling shared words.

Only words that nothing was made of are put otherwise, the whole prompt is then read again, and the reply says what was
taken for what. Sides, negations and numbers are never touched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from .atlas import per_atlas
from .lexicon import ACTIONS, DETERMINERS, NEGATIONS, PART_WORDS, SIDE_WORDS, SKIP, SPLITTERS, STOP
from .matching import index
from .stems import stem
from .synonyms import ALONE, CLASSES, SYNONYMS
from .tokens import Token, tokens_of
from .unshown import SCENERY

if TYPE_CHECKING:
    from .reading import Reading

_PASSED: Final = SKIP - {"with", "on", "at", "in", "something", "for", "from", "into"} | {"person", "man", "woman"}
_NOUN_SIGNS: Final = DETERMINERS | {"of", "with", "in", "on", "at", "by", "near", "to", "from", "past", "like", "than"}
_LEAST_SHARE: Final = 0.55  # of the weight of an alias that must be said for it to be meant
_LEAST_SAID: Final = 0.4  # of the weight of the words nobody knew


@dataclass(frozen=True)
class Rewording:
    """The tokens at `places` are said as `words`. said: as they were typed."""

    places: tuple[int, ...]
    words: str
    said: str


def reworded(tokens: list[Token], reading: Reading, again: Callable[[list[Token]], Reading]) -> Reading:
    """The reading, or a better one of the same prompt with its unread words put otherwise."""
    if not reading.free:
        return reading
    changes = synonyms_in(tokens, reading)
    best = _better(tokens, reading, changes, again) if changes else reading
    if best.is_empty:
        change = nearest(tokens, reading)
        if change is not None:
            best = _better(tokens, best, [change], again)
    return best


def _better(
    tokens: list[Token], reading: Reading, changes: list[Rewording], again: Callable[[list[Token]], Reading]
) -> Reading:
    """The reading with the changes that leave fewer words unread; what was said in so many words must stay."""
    for _ in range(2):
        new = again(_changed(tokens, changes))
        failed = [c for c in changes if c.said in new.unread]
        if not failed:
            break
        changes = [c for c in changes if c not in failed]
        if not changes:
            return reading
    phrases = any(len(c.places) > 1 for c in changes)  # those may say otherwise what a word of them was taken for
    kept = all(c in new.explicit for c in reading.explicit) and (phrases or set(reading.named) <= set(new.named))
    if (new.is_empty and not new.notes) or not kept or len(new.unread) >= len(reading.unread) + len(changes):
        return reading
    told = dict.fromkeys(f"I took {c.said!r} as {c.words}." for c in changes if not _same_words(c))
    return replace(new, notes=(*told, *new.notes))


def _same_words(change: Rewording) -> bool:
    """Whether the rewording is nothing to tell: another form or spelling of the same word."""
    return {stem(w) for w in change.said.split()} == {stem(w) for w in change.words.split()}


def _changed(tokens: list[Token], changes: Sequence[Rewording]) -> list[Token]:
    first = {c.places[0]: c for c in changes}
    gone = {k for c in changes for k in c.places}
    out: list[Token] = []
    for i, token in enumerate(tokens):
        if i in first:
            words = tokens_of(first[i].words)
            out += [replace(t, said="" if t.text in _PASSED or t.text == "both" else first[i].said) for t in words]
        elif i not in gone:
            out.append(token)
    return out


# --- synonyms ------------------------------------------------------------------------------------------


@cache
def _table(alone: bool) -> dict[str, list[tuple[tuple[frozenset[str], ...], str]]]:
    """Every way to say something else: the sets of stems that may stand one after another, by their first stem."""
    classes = {name: frozenset(stem(w) for w in words) for name, words in CLASSES.items()}
    out: dict[str, list[tuple[tuple[frozenset[str], ...], str]]] = {}
    for said, meant in (ALONE | SYNONYMS if alone else SYNONYMS).items():
        wanted = tuple(
            classes[w.strip("<>")] if w.startswith("<") else frozenset((stem(w),))
            for w in said.split()
            if w not in _PASSED
        )
        for first in wanted[0] if wanted else ():
            out.setdefault(first, []).append((wanted, meant))
    for ways in out.values():
        ways.sort(key=lambda way: -len(way[0]))
    return out


def synonyms_in(tokens: list[Token], reading: Reading) -> list[Rewording]:
    """What may be said otherwise, the longest phrases first; each has a word that nothing was made of."""
    table = _table(reading.is_empty)
    counted = [i for i, t in enumerate(tokens) if t.text not in _PASSED]
    free = set(reading.free)
    out: list[Rewording] = []
    used: set[int] = set()
    for n, i in enumerate(counted):
        for wanted, meant in table.get(tokens[i].stem, ()):
            places = tuple(counted[n : n + len(wanted)])
            if len(places) == len(wanted) and _says(tokens, places, wanted) and free & set(places):
                body = _is_noun(tokens, i) or _places_a_part(tokens, i) or _is_of_body(tokens, i)
                alone = len(places) == 1 and not reading.is_empty and body
                if alone or used & set(places):
                    continue
                used.update(places)
                out.append(Rewording(places, meant, " ".join(tokens[k].said for k in range(places[0], places[-1] + 1))))
                break
    return out


def _is_of_body(tokens: list[Token], i: int) -> bool:
    """Whether a word, or the one before it, names a part of the body: "eyes closed" opens no door."""
    return any(t.text in PART_WORDS or t.text == "weight" for t in tokens[max(0, i - 1) : i + 1])


def _says(tokens: list[Token], places: tuple[int, ...], wanted: tuple[frozenset[str], ...]) -> bool:
    if any(_is_fixed(tokens[k]) for k in range(places[0], places[-1] + 1)):
        return False
    return all(tokens[k].stem in stems for k, stems in zip(places, wanted, strict=True))


def _is_fixed(token: Token) -> bool:
    """Sides, negations and numbers mean what they say."""
    return token.is_mark or token.text in NEGATIONS or token.text in ("left", "right") or token.number is not None


def _places_a_part(tokens: list[Token], i: int) -> bool:
    """Whether a verb says where a part of the body is: "head resting on the knees" is no waiting."""
    return ACTIONS.get(tokens[i].stem) == "touch" and any(t.text in PART_WORDS for t in tokens[i + 1 : i + 4])


def _is_noun(tokens: list[Token], i: int) -> bool:
    """Whether a word beside others that were understood names a thing ("next to a computer") rather than an action."""
    if tokens[i].text.endswith("ing"):
        return False
    before = [""] * 2 + [t.text for t in tokens[max(0, i - 2) : i]]
    if before[-1] in _NOUN_SIGNS:
        return True
    return before[-2] in _NOUN_SIGNS and before[-1] not in STOP and not tokens[i].text.endswith(("s", "ed"))


# --- the nearest alias ----------------------------------------------------------------------------------


def nearest(tokens: list[Token], reading: Reading) -> Rewording | None:
    """The alias that shares the most telling words with those nobody knew, in any order; None where none is near."""
    table = index()
    places = [i for i in reading.free if not _is_fixed(tokens[i]) and not {tokens[i].text, tokens[i].stem} & _COMMON]
    stems = {tokens[i].stem: i for i in places if tokens[i].text not in SCENERY and tokens[i].text not in PART_WORDS}
    said = sum(table.weight.get(s, _UNKNOWN) for s in stems)
    best: tuple[float, str, tuple[str, ...]] | None = None
    for alias in (a for s in stems for a in _by_stem().get(s, ())):
        shared = [s for s in alias if s in stems]
        weight = sum(table.weight[s] for s in shared)
        share = weight / sum(table.weight[s] for s in alias)
        lonely = len(shared) == 1 and len(alias) > 1 and not _is_telling(shared[0])
        if share >= _LEAST_SHARE and weight >= _LEAST_SAID * said and not lonely:
            score = share * weight
            if best is None or score > best[0]:
                best = (score, _phrase_of()[alias], tuple(shared))
    if best is None:
        return None
    used = tuple(sorted(stems[s] for s in best[2]))
    return Rewording(used, best[1], " ".join(tokens[k].said for k in used))


_UNKNOWN: Final = 7.0
_COMMON: Final = SIDE_WORDS | SPLITTERS | frozenset(("get", "make", "go", "take", "put", "do", "play", "use", "work"))


@per_atlas
def _by_stem() -> dict[str, list[tuple[str, ...]]]:
    out: dict[str, list[tuple[str, ...]]] = {}
    for aliases in index().by_first.values():
        for alias in aliases:
            for s in set(alias.stems):
                out.setdefault(s, []).append(alias.stems)
    return out


@per_atlas
def _phrase_of() -> dict[tuple[str, ...], str]:
    """The name of the entry of every alias, which is what the reply says it was taken for."""
    return {a.stems: a.entry for aliases in index().by_first.values() for a in aliases}


def _is_telling(word: str) -> bool:
    """Whether all aliases with this stem belong to one entry, so that the word alone says which one is meant."""
    return len({_phrase_of()[stems] for stems in _by_stem()[word]}) == 1


__all__ = ["Rewording", "nearest", "reworded", "synonyms_in"]
