"""A prompt cut into clauses: at marks and joining words, and where a new limb or verb begins without any."""

from __future__ import annotations

from typing import Final

from .clause_words import RELATIONS, TOUCHES
from .clauses import Clause, Part, with_features
from .lexicon import ACTIONS, ARM_KINDS, DETERMINERS, PART_WORDS, PLURALS, SIDE_WORDS, SPLITTERS, WAY_WORDS
from .tokens import Token

_OPENERS: Final = frozenset(("look", "gaz", "star", "glanc", "lean", "twist", "kneel", "sit", "stand", "fac"))


def clauses_of(tokens: list[Token], taken: list[bool]) -> list[Clause]:
    """The clauses of a prompt with their features; `taken` tokens are those an idiom has used up."""
    out: list[Clause] = []
    for places, joined in _cut(tokens, taken):
        if places:
            clause = Clause([tokens[i] for i in places], [taken[i] for i in places], places, joined=joined)
            out.append(with_features(clause))
    return [*_beforehand(out), *out]


_ARM_STATES: Final = frozenset(("raised", "outstretched", "extended", "lifted", "upraised", "uplifted"))


def _beforehand(clauses: list[Clause]) -> list[Clause]:
    """As in "eyes on the raised right hand": what is said by the way of an arm that nothing else is said about."""
    out: list[Clause] = []
    about = {s for c in clauses for p in c.subjects if p.kind in ARM_KINDS for s in p.sides or ("left", "right")}
    for clause in clauses:
        for part in clause.targets:
            k = part.first + (clause.words[part.first].text in DETERMINERS)
            said = [j for j in range(max(0, k - 2), part.word) if clause.words[j].text in _ARM_STATES]
            if (
                part.kind in ARM_KINDS
                and part.sides
                and said
                and not about & {*part.sides}
                and not clause.taken[said[0]]
            ):
                words = [clause.words[said[0]], clause.words[part.word]]
                new = Clause(words, [False, False], [clause.places[said[0]], clause.places[part.word]])
                new.parts, new.split = [Part(part.kind, part.sides, part.said, 1, 1)], 1
                out.append(new)
    return out


def _cut(tokens: list[Token], taken: list[bool]) -> list[tuple[list[int], str]]:
    """Indices of the words of each clause, and the word that joined it to the one before."""
    out: list[tuple[list[int], str]] = [([], "")]
    for i, token in enumerate(tokens):
        if token.text == "," and _trails(tokens, i):
            continue
        if token.is_mark or (token.text in SPLITTERS and not taken[i] and not _joins(tokens, i)):
            out.append(([], token.text))
        elif _begins(tokens, i, [tokens[k] for k in out[-1][0]]):
            out.append(([i], ""))
        else:
            out[-1][0].append(i)
    return out


_TRAILING: Final = frozenset(
    ("parallel", "horizontal", "horizontally", "vertical", "vertically", "perpendicular", "ninety")
)


def _trails(tokens: list[Token], i: int) -> bool:
    """Whether what follows the comma at i only says how the limb before it lies: "out to the side, parallel to ..."."""
    return i + 1 < len(tokens) and tokens[i + 1].text in _TRAILING


def _begins(tokens: list[Token], i: int, before: list[Token]) -> bool:
    """Whether a new clause begins at i without any mark: "left arm up | right arm down", "arms raised | looking up"."""
    if not before or tokens[i].text in SPLITTERS:
        return False
    if tokens[i].stem == "fac" and before[-1].text in PART_WORDS:  # "with an open palm facing up"
        return False
    if tokens[i].stem in _OPENERS or tokens[i].text == "holding":
        return _is_said(before)
    sided = tokens[i].text in ("left", "right", "both") and i + 1 < len(tokens) and tokens[i + 1].text in PART_WORDS
    bare = tokens[i].text in PART_WORDS and _is_predicated(tokens, i) and before[-1].text not in SIDE_WORDS
    last = next((t for t in reversed(before) if t.text not in DETERMINERS), None)
    named = next((k for k, t in enumerate(before) if t.text in PART_WORDS), None)
    if not (sided or bare) or last is None or named is None:
        return False
    if (
        last.text in RELATIONS and last.text not in ("behind", "infront", "in", "overhead", "across")
    ) or last.stem in TOUCHES:
        return False
    if last.text in ("with", "of", "and", "than", "as", "or", "to", "towards", "from", "at", "for", "into", "like") or (
        last.text in RELATIONS and (named == len(before) - 2 or not bare)
    ):
        return False
    related = next((k for k, t in enumerate(before) if k > named and t.text in RELATIONS), None)
    if related is not None:
        return any(t.text in PART_WORDS or t.text in WAY_WORDS for t in before[related + 1 :])
    return any(t.text in WAY_WORDS or t.stem in ACTIONS or t.text in _SAID for t in before[named + 1 :])


def _is_predicated(tokens: list[Token], i: int) -> bool:
    """Whether what follows the noun at i says something about it: "legs apart", "elbows out", "head bowed"."""
    if i + 1 >= len(tokens) or tokens[i].text not in PLURALS | {"head", "chin", "torso", "back_part", "body"}:
        return False
    following = tokens[i + 1]
    way = following.text in WAY_WORDS or following.text in _SAID or following.text in ("straight", "on", "behind")
    return way or (following.stem in ACTIONS and following.text != following.stem)


def _is_said(words: list[Token]) -> bool:
    """Whether these words name a part and already say something about it: "torso" alone waits for its "leaning"."""
    named = any(t.text in PART_WORDS for t in words)
    rest = [t for t in words if t.text not in PART_WORDS and t.text not in ("left", "right", "back", "front", "both")]
    return named and any(t.text in WAY_WORDS or t.stem in ACTIONS or t.text in RELATIONS for t in rest)


def _joins(tokens: list[Token], i: int) -> bool:
    """Whether the "and" or "with" at i joins words of one clause: "up and out", "touch it with a hand"."""
    before = tokens[i - 1] if i else None
    after = [t for t in tokens[i + 1 : i + 6] if t.text not in DETERMINERS and t.text != "to"]
    if before is None or not after:
        return False
    if tokens[i].text == "and":
        if before.text in WAY_WORDS and after[0].text in WAY_WORDS and not _names_part(after):
            return True
        if before.text not in PART_WORDS:
            return False
        if i > 1 and tokens[i - 2].stem in ACTIONS and len(after) > 1 and after[1].stem in ACTIONS:
            return False  # "crossed legs | and hands folded": both have their own
        if after[0].text in PART_WORDS and not _is_next(tokens, i, after):
            return True
        return _names_part(after) and _only_names(tokens, i)
    if tokens[i].text == "with" and before.text in ("parallel", "line", "contact", "flush", "aligned"):
        return True
    if tokens[i].text == "with":
        return _is_instrument(tokens, i, after)
    return False


def _is_next(tokens: list[Token], i: int, after: list[Token]) -> bool:
    """As in "hands on the hips | and the feet apart": the noun after "and" has something said about itself."""
    start = next((k for k in range(i - 1, -1, -1) if tokens[k].is_mark or tokens[k].text in SPLITTERS), -1)
    placed = any(t.text in RELATIONS for t in tokens[start + 1 : i])
    said = after[1] if len(after) > 1 else None
    return placed and said is not None and not said.is_mark and said.text not in SPLITTERS and said.text != "of"


_SAID: Final = frozenset(("apart", "together", "wide", "slightly"))


def _names_part(words: list[Token]) -> bool:
    """Whether these words begin with "left arm" and the like, so that the first is a side and no direction."""
    return len(words) > 1 and words[0].text in SIDE_WORDS and words[1].text in PART_WORDS


def _only_names(tokens: list[Token], i: int) -> bool:
    """Whether the clause up to i names parts and says nothing about them yet: "left arm | and right leg extended"."""
    start = next((k for k in range(i - 1, -1, -1) if tokens[k].is_mark or _splits(tokens, k)), -1)
    said = tokens[start + 1 : i]
    if said and ACTIONS.get(said[0].stem) in ("raise", "lower", "stretch", "bend") and said[0].text not in PART_WORDS:
        said = said[1:]  # "lift the left arm and the right leg"
    return all(t.text in PART_WORDS or t.text in SIDE_WORDS or t.text in DETERMINERS for t in said)


def _splits(tokens: list[Token], k: int) -> bool:
    return tokens[k].text in SPLITTERS and not (tokens[k].text == "with" and _joins(tokens, k))


def _is_instrument(tokens: list[Token], i: int, after: list[Token]) -> bool:
    """As in "touching the ear with the left hand": a limb and nothing more follows, and something is touched before."""
    start = next((k for k in range(i - 1, -1, -1) if tokens[k].is_mark or tokens[k].text in SPLITTERS), -1)
    if start > 0 and tokens[start].text == "and":  # "hold the right ear with one hand and the left ear with the other"
        start = next((k for k in range(start - 1, -1, -1) if tokens[k].is_mark), -1)
    touched = any(t.stem in TOUCHES or t.stem in ("reach", "point") for t in tokens[start + 1 : i])
    k = 1 if after[0].text in SIDE_WORDS else 0
    if not touched or len(after) <= k or PART_WORDS.get(after[k].text) not in ARM_KINDS:
        return False
    goes_to = next((n for n, t in enumerate(tokens) if t is after[k]), -1)
    to = tokens[goes_to + 1].text if 0 <= goes_to < len(tokens) - 1 else ""
    return len(after) == k + 1 or after[k + 1].is_mark or after[k + 1].text in SPLITTERS or to in ("to", "towards")
