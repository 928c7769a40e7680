"""Corrections within a prompt: "left arm up, no, the right one", "hands on the hips, I mean on the knees"."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from .clause_words import RELATIONS
from .lexicon import ACTIONS, DETERMINERS, PART_WORDS, SIDES, SPLITTERS, WAY_WORDS
from .tokens import Token

_WORDS: Final = tuple(
    tuple(text.split())
    for text in (
        "no wait", "no sorry", "oh no", "no no", "no i mean", "no make that", "no not that", "wait no", "wait", "no",
        "actually no", "actually", "i mean", "i meant", "sorry", "or rather", "rather", "make that", "scratch that",
        "correction", "oops", "well no", "better", "nope", "hang on", "that is",
    )
)  # fmt: skip
_LONG: Final = tuple(sorted(_WORDS, key=len, reverse=True))
_FIRM: Final = frozenset(
    ("mean", "meant", "sorry", "wait", "scratch", "oops", "correction")
)  # need no mark around them
_PRONOUNS: Final = frozenset(("it", "they", "them"))
_SMALL: Final = DETERMINERS | {"one", "other", "instead", "to", "on", "please", "make", "rather", "arm", "hand"}


def corrected(tokens: list[Token]) -> list[Token]:
    """The tokens with every correction carried out; what was taken back is gone."""
    i = 0
    while i < len(tokens):
        size = _marker(tokens, i)
        if size:
            start, stop = _before(tokens, i), i + size
            while stop < len(tokens) and tokens[stop].text in (",", ".", ";", "make", "that", "it's", "its"):
                stop += 1
            end = _clause_end(tokens, stop)
            fixed = _fixed(tokens[start:i], tokens[stop:end])
            tokens = [*tokens[:start], *fixed, *tokens[end:]]
            i = start + len(fixed)
        else:
            i += 1
    return tokens


def _marker(tokens: list[Token], i: int) -> int:
    """How many tokens of a correcting word begin at i; 0 for none."""
    for words in _LONG:
        found = _matched(tokens, i, words)
        if not found or i == 0:
            continue
        apart = tokens[i - 1].is_mark or (tokens[i - 1].text in ("but", "or") and words[0] == "actually")
        following = tokens[i + found].text if i + found < len(tokens) else ""
        firm = bool(_FIRM & set(words))
        if not (apart or firm) or not following:
            return 0
        if words == ("no",) and not (following in (",", "the", *SIDES) or following in RELATIONS):
            return 0
        if words in (("rather",), ("better",), ("that", "is")) and following not in (",", "the", *SIDES):
            return 0
        if words in (("wait",), ("sorry",)) and following not in (",", "the", "no", *SIDES):
            return 0
        return found
    return 0


def _matched(tokens: list[Token], i: int, words: tuple[str, ...]) -> int:
    """The number of tokens that these words take from i on, commas between them let pass."""
    k = i
    for n, word in enumerate(words):
        while n and k < len(tokens) and tokens[k].text == ",":
            k += 1
        if k >= len(tokens) or word not in (tokens[k].text, tokens[k].said):
            return 0
        k += 1
    return k - i


def _before(tokens: list[Token], i: int) -> int:
    """Where the clause before a correction begins."""
    k = i
    while k > 0 and tokens[k - 1].is_mark:
        k -= 1
    while k > 0 and not (tokens[k - 1].is_mark or tokens[k - 1].text in SPLITTERS):
        k -= 1
    return k


def _clause_end(tokens: list[Token], i: int) -> int:
    while i < len(tokens) and not (tokens[i].is_mark or tokens[i].text in SPLITTERS):
        i += 1
    return i


def _fixed(old: list[Token], new: list[Token]) -> list[Token]:
    """The clause that is meant, of the one that was said first and its correction."""
    while old and old[-1].is_mark:
        old = old[:-1]
    rest = [t for t in new if t.text not in _SMALL]
    side = next((t.text for t in new if t.text in SIDES or t.text == "other"), "")
    kind = next((PART_WORDS[t.text] for t in new if t.text in PART_WORDS), "")
    bare = [t for t in rest if t.text not in SIDES and t.text not in PART_WORDS]
    if side and not bare and sum(t.text in PART_WORDS for t in new) <= 1:
        return _other_side(old, side, kind)
    named = any(t.text in PART_WORDS for t in new)
    if new and new[0].text in RELATIONS and named:  # "on the hips, I mean on the knees"
        at = next((k for k in range(len(old) - 1, -1, -1) if old[k].text in RELATIONS), len(old))
        return [*old[:at], *new]
    if named:
        return new
    if rest and all(t.text in WAY_WORDS or t.text in ("slightly", "bit") for t in rest):
        kept = [t for t in old if t.text not in WAY_WORDS]
        return [*kept, *new]
    if any(t.stem in ACTIONS for t in new):  # "raise the left arm, I mean lower it"
        return [*(t for t in new if t.text not in _PRONOUNS), *_subject(old)]
    return [*old, *new]


def _subject(old: list[Token]) -> list[Token]:
    """The limb that a clause is about, with its side."""
    at = next((k for k, t in enumerate(old) if t.text in PART_WORDS), None)
    if at is None:
        return old
    start = at
    while start > 0 and (old[start - 1].text in (*SIDES, "both") or old[start - 1].text in DETERMINERS):
        start -= 1
    return old[start : at + 1]


def _other_side(old: list[Token], side: str, kind: str) -> list[Token]:
    """The first clause with the side changed that the correction is about: that of the same part, else the last one."""
    sided = [k for k, t in enumerate(old) if t.text in SIDES or t.text == "both"]
    same = [k for k in sided if k + 1 < len(old) and kind and PART_WORDS.get(old[k + 1].text) == kind]
    limbs = [k for k in sided if k + 1 < len(old) and old[k + 1].text in PART_WORDS]
    if not sided:
        at = next(
            (k for k, t in enumerate(old) if PART_WORDS.get(t.text) == kind or (not kind and t.text in PART_WORDS)), -1
        )
        return old if at < 0 or side not in SIDES else [*old[:at], Token(side, side, side), *old[at:]]
    k = (same or limbs[:1] or sided)[-1]
    if side == "other" and old[k].text in SIDES:
        side = SIDES[1 - SIDES.index(old[k].text)]
    out = list(old)
    out[k] = replace(old[k], text=side, stem=side, said=side)
    if "one" in (t.text for t in out):
        return out
    return out
