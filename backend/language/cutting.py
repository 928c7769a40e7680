"""A prompt cut into clauses: at marks and joining words, and where a new limb or verb begins without any."""

from __future__ import annotations

from typing import Final

from .clauses import RELATIONS, TOUCHES, Clause, with_features
from .lexicon import ACTIONS, ARM_KINDS, DETERMINERS, LEG_KINDS, PART_WORDS, SIDE_WORDS, SPLITTERS, WAY_WORDS
from .tokens import Token

_OPENERS: Final = frozenset(("look", "gaz", "star", "glanc", "lean", "twist", "kneel", "sit", "stand", "fac"))


def clauses_of(tokens: list[Token], taken: list[bool]) -> list[Clause]:
    """The clauses of a prompt with their features; `taken` tokens are those an idiom has used up."""
    out: list[Clause] = []
    for places, joined in _cut(tokens, taken):
        if places:
            clause = Clause([tokens[i] for i in places], [taken[i] for i in places], places, joined=joined)
            out.append(with_features(clause))
    return out


def completed(tokens: list[Token]) -> list[Token]:
    """As in "the left leg over the right": the noun that was left out is put back."""
    out: list[Token] = []
    noun: Token | None = None
    limb: Token | None = None
    for i, token in enumerate(tokens):
        if token.text == "one" and limb is not None and i and tokens[i - 1].text in ("left", "right", "other"):
            single = _SINGULAR.get(limb.text, limb.text)  # "the left one"
            out.append(Token(single, single, token.said))
            continue
        out.append(token)
        if token.text in PART_WORDS:
            noun = token
            its_own = i and tokens[i - 1].text in ("its", "their")  # "on its toes": the foot stays what "one" means
            limb = token if PART_WORDS[token.text] in ARM_KINDS | LEG_KINDS and not its_own else limb
        following = tokens[i + 1] if i + 1 < len(tokens) else None
        ends = following is None or following.is_mark or following.text in SPLITTERS
        before = [t.text for t in tokens[max(0, i - 3) : i]]
        if (
            token.text in ("left", "right", "other")
            and ends
            and noun is not None
            and before
            and before[-1] in DETERMINERS
        ):
            single = _SINGULAR.get(noun.text, noun.text)
            if {"over", "on", "under", "infront", "behind", "onto", "against", "crossing"} & set(
                before
            ) or token.text == "other":
                out.append(Token(single, single, ""))
    return out


_SINGULAR: Final = {"legs": "leg", "arms": "arm", "hands": "hand", "feet": "foot", "knees": "knee", "ankles": "ankle"}


def _cut(tokens: list[Token], taken: list[bool]) -> list[tuple[list[int], str]]:
    """Indices of the words of each clause, and the word that joined it to the one before."""
    out: list[tuple[list[int], str]] = [([], "")]
    for i, token in enumerate(tokens):
        if token.is_mark or (token.text in SPLITTERS and not taken[i] and not _joins(tokens, i)):
            out.append(([], token.text))
        elif _begins(tokens, i, [tokens[k] for k in out[-1][0]]):
            out.append(([i], ""))
        else:
            out[-1][0].append(i)
    return out


def _begins(tokens: list[Token], i: int, before: list[Token]) -> bool:
    """Whether a new clause begins at i without any mark: "left arm up | right arm down", "arms raised | looking up"."""
    if not before or tokens[i].text in SPLITTERS:
        return False
    if tokens[i].stem in _OPENERS or tokens[i].text == "holding":
        return _is_said(before)
    sided = tokens[i].text in ("left", "right", "both") and i + 1 < len(tokens) and tokens[i + 1].text in PART_WORDS
    if not sided:
        return False
    last = next((t for t in reversed(before) if t.text not in DETERMINERS), None)
    named = next((k for k, t in enumerate(before) if t.text in PART_WORDS), None)
    if (
        last is None
        or named is None
        or last.text in RELATIONS
        or last.stem in TOUCHES
        or last.text in ("with", "of", "and", "than", "as", "or")
    ):
        return False
    return any(t.text in WAY_WORDS or t.stem in ACTIONS for t in before[named + 1 :]) and not any(
        t.text in RELATIONS for t in before
    )


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
        if after[0].text in PART_WORDS and not _is_next(tokens, i, after):
            return True
        return _names_part(after) and _only_names(tokens, i)
    if tokens[i].text == "with":
        return _is_instrument(tokens, i, after)
    return False


def _is_next(tokens: list[Token], i: int, after: list[Token]) -> bool:
    """As in "hands on the hips | and the feet apart": the noun after "and" has something said about itself."""
    start = next((k for k in range(i - 1, -1, -1) if tokens[k].is_mark or tokens[k].text in SPLITTERS), -1)
    placed = any(t.text in RELATIONS for t in tokens[start + 1 : i])
    said = after[1] if len(after) > 1 else None
    return placed and said is not None and (said.text in _SAID or said.stem in ("turn", "tilt", "bow", "rais"))


_SAID: Final = frozenset(("apart", "together", "wide", "slightly"))


def _names_part(words: list[Token]) -> bool:
    """Whether these words begin with "left arm" and the like, so that the first is a side and no direction."""
    return len(words) > 1 and words[0].text in SIDE_WORDS and words[1].text in PART_WORDS


def _only_names(tokens: list[Token], i: int) -> bool:
    """Whether the clause up to i names parts and says nothing about them yet: "left arm | and right leg extended"."""
    start = next((k for k in range(i - 1, -1, -1) if tokens[k].is_mark or tokens[k].text in SPLITTERS), -1)
    return all(t.text in PART_WORDS or t.text in SIDE_WORDS or t.text in DETERMINERS for t in tokens[start + 1 : i])


def _is_instrument(tokens: list[Token], i: int, after: list[Token]) -> bool:
    """As in "touching the ear with the left hand": a limb and nothing more follows, and something is touched before."""
    start = next((k for k in range(i - 1, -1, -1) if tokens[k].is_mark or tokens[k].text in SPLITTERS), -1)
    touched = any(t.stem in TOUCHES or t.stem in ("reach", "point") for t in tokens[start + 1 : i])
    k = 1 if after[0].text in SIDE_WORDS else 0
    if not touched or len(after) <= k or PART_WORDS.get(after[k].text) not in ARM_KINDS:
        return False
    return len(after) == k + 1 or after[k + 1].is_mark or after[k + 1].text in SPLITTERS
