"""A prompt in clauses: which parts of the body each speaks of, with their sides, and what is said about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from .lexicon import (
    ACTIONS,
    ARM_KINDS,
    DETERMINERS,
    LARGE,
    LEG_KINDS,
    NEGATIONS,
    PART_WORDS,
    PLURALS,
    SIDE_WORDS,
    SMALL,
    SPLITTERS,
    STOP,
    WAY_WORDS,
)
from .tokens import Token

SIDES: Final = ("left", "right")
_RELATIONS: Final = frozenset(
    "on onto against behind infront to near over under above below between around across at beside by upon underneath towards toward along in inside into"
    .split()
)
_TOUCHES: Final = frozenset("touch grab grasp clutch hold cover grip cup hug clasp support press rub scratch tap pat rest wip plac".split())
_OPENERS: Final = frozenset(("look", "gaz", "star", "glanc", "lean", "twist", "kneel", "sit", "stand", "fac"))
_LEVELS: Final = frozenset(("height", "level", "high", "line"))
_PRONOUNS: Final = frozenset(("it", "they", "them"))


@dataclass(frozen=True)
class Part:
    """A part as it was named. sides: left, right, both, or () where none was said. word: its place in the clause."""

    kind: str
    sides: tuple[str, ...]
    said: str
    word: int
    first: int

    @property
    def plural(self) -> bool:
        return self.said in PLURALS


@dataclass
class Clause:
    """One clause. words: its tokens; parts: in order; split: index of the first part that is a target, not a subject."""

    words: list[Token]
    taken: list[bool]
    places: list[int]
    parts: list[Part] = field(default_factory=list)
    relation: str = ""
    split: int = 0
    level: str = ""
    negated: bool = False
    ways: frozenset[str] = frozenset()
    number: float | None = None
    metres: float | None = None
    joined: str = ""

    @property
    def subjects(self) -> list[Part]:
        return self.parts[: self.split]

    @property
    def targets(self) -> list[Part]:
        return self.parts[self.split :]

    def has(self, *words: str) -> bool:
        """Whether one of these words or stems is there and free."""
        return any(t.text in words or t.stem in words for t, used in zip(self.words, self.taken, strict=True) if not used)

    def does(self, *actions: str) -> bool:
        return any(ACTIONS.get(t.stem) in actions for t, used in zip(self.words, self.taken, strict=True) if not used)

    @property
    def small(self) -> bool:
        return any(t.text in SMALL for t in self.words)

    @property
    def large(self) -> bool:
        return any(t.text in LARGE for t in self.words if t.text != "right")

    @property
    def is_empty(self) -> bool:
        return all(self.taken)


def completed(tokens: list[Token]) -> list[Token]:
    """ "the left leg over the right": the noun that was left out is put back."""
    out: list[Token] = []
    noun: Token | None = None
    for i, token in enumerate(tokens):
        out.append(token)
        if token.text in PART_WORDS:
            noun = token
        following = tokens[i + 1] if i + 1 < len(tokens) else None
        ends = following is None or following.is_mark or following.text in SPLITTERS
        before = [t.text for t in tokens[max(0, i - 3) : i]]
        if token.text in ("left", "right", "other") and ends and noun is not None and before and before[-1] in DETERMINERS:
            single = _SINGULAR.get(noun.text, noun.text)
            if {"over", "on", "under", "infront", "behind", "onto", "against", "crossing"} & set(before) or token.text == "other":
                out.append(Token(single, single, ""))
    return out


_SINGULAR: Final = {"legs": "leg", "arms": "arm", "hands": "hand", "feet": "foot", "knees": "knee", "ankles": "ankle"}


def clauses_of(tokens: list[Token], taken: list[bool]) -> list[Clause]:
    """The clauses of a prompt with their features; `taken` tokens are those an idiom has used up."""
    out: list[Clause] = []
    for places, joined in _cut(tokens, taken):
        if places:
            clause = Clause([tokens[i] for i in places], [taken[i] for i in places], places, joined=joined)
            _features(clause)
            out.append(clause)
    return out


def _cut(tokens: list[Token], taken: list[bool]) -> list[tuple[list[int], str]]:
    """Indices of the words of each clause, and the word that joined it to the one before."""
    out: list[tuple[list[int], str]] = [([], "")]
    for i, token in enumerate(tokens):
        if token.is_mark:
            out.append(([], token.text))
        elif token.text in SPLITTERS and not taken[i] and not _joins(tokens, i):
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
    if tokens[i].stem in _OPENERS:
        return _is_said(before)
    sided = tokens[i].text in ("left", "right", "both") and i + 1 < len(tokens) and tokens[i + 1].text in PART_WORDS
    if not sided:
        return False
    last = next((t for t in reversed(before) if t.text not in DETERMINERS), None)
    named = next((k for k, t in enumerate(before) if t.text in PART_WORDS), None)
    if last is None or named is None or last.text in _RELATIONS or last.stem in _TOUCHES or last.text in ("with", "of", "and", "than", "as", "or"):
        return False
    return any(t.text in WAY_WORDS or t.stem in ACTIONS for t in before[named + 1 :]) and not any(t.text in _RELATIONS for t in before)


def _is_said(words: list[Token]) -> bool:
    """Whether these words name a part and already say something about it: "torso" alone waits for its "leaning"."""
    named = any(t.text in PART_WORDS for t in words)
    rest = [t for t in words if t.text not in PART_WORDS and t.text not in ("left", "right", "back", "front", "both")]
    return named and any(t.text in WAY_WORDS or t.stem in ACTIONS or t.text in _RELATIONS for t in rest)


def _joins(tokens: list[Token], i: int) -> bool:
    """Whether the "and" or "with" at i joins words of one clause: "up and out", "hands and knees", "touch it with a hand"."""
    before = tokens[i - 1] if i else None
    after = [t for t in tokens[i + 1 : i + 6] if t.text not in DETERMINERS]
    if before is None or not after:
        return False
    if tokens[i].text == "and":
        if before.text in WAY_WORDS and after[0].text in WAY_WORDS and not _names_part(after):
            return True
        return before.text in PART_WORDS and after[0].text in PART_WORDS
    if tokens[i].text == "with":
        return _is_instrument(tokens, i, after)
    return False


def _names_part(words: list[Token]) -> bool:
    """Whether these words begin with "left arm" and the like, so that the first is a side and no direction."""
    return len(words) > 1 and words[0].text in SIDE_WORDS and words[1].text in PART_WORDS


def _is_instrument(tokens: list[Token], i: int, after: list[Token]) -> bool:
    """ "touching the ear with the left hand": a limb and nothing more follows, and something is touched before."""
    start = next((k for k in range(i - 1, -1, -1) if tokens[k].is_mark or tokens[k].text in SPLITTERS), -1)
    touched = any(t.stem in _TOUCHES or t.stem in ("reach", "point") for t in tokens[start + 1 : i])
    k = 1 if after[0].text in SIDE_WORDS else 0
    if not touched or len(after) <= k or PART_WORDS.get(after[k].text) not in ARM_KINDS:
        return False
    return len(after) == k + 1 or after[k + 1].is_mark or after[k + 1].text in SPLITTERS


# --- features ------------------------------------------------------------------------------------------------------------


def _features(clause: Clause) -> None:
    """Fill in what the clause says."""
    words = clause.words
    clause.negated = any(t.text in NEGATIONS for t in words)
    sides_used = _find_parts(clause)
    _find_level(clause)
    _find_relation(clause)
    clause.ways = frozenset(_ways(clause, sides_used))
    clause.number, clause.metres = _amount(words)


def _find_parts(clause: Clause) -> set[int]:
    """Find the parts; returns the places of the side words that belong to them."""
    used: set[int] = set()
    for i, token in enumerate(clause.words):
        if clause.taken[i]:
            continue
        kind = PART_WORDS.get(token.text)
        if kind is None and token.text == "back" and _is_noun(clause.words, i):
            kind = "back"
        if kind is None:
            continue
        if kind == "fist" and i and clause.words[i - 1].text in ("into", "a", "in") and clause.parts:
            continue  # a shape: "clenched into fists"
        sides, first = _sides_before(clause.words, i)
        used.update(range(first, i))
        clause.parts.append(Part(kind, sides, token.text, i, first))
    return used


def _is_noun(words: list[Token], i: int) -> bool:
    """Whether "back" at i is the part of the body: "his back", "the back is bent"."""
    following = words[i + 1].text if i + 1 < len(words) else ""
    return i > 0 and words[i - 1].text in DETERMINERS and following not in PART_WORDS


def _sides_before(words: list[Token], i: int) -> tuple[tuple[str, ...], int]:
    """The side words before the noun at i, and where they begin: "both of the straight arms", "his other hand"."""
    sides: tuple[str, ...] = ()
    first, k = i, i - 1
    while k >= 0 and i - k <= 4:
        text = words[k].text
        if text in SIDE_WORDS:
            mapped = {"two": ("left", "right"), "both": ("left", "right"), "each": ("left", "right"), "rear": ("back",), "opposite": ("other",)}
            found = mapped.get(text, (text,))
            if not sides or sides == ("one",):
                sides, first = found, k
        elif text not in DETERMINERS and text not in ("of", "and") and not (text in _ADJECTIVES and i - k <= 2):
            break
        if text == "and" and not sides:
            break
        k -= 1
    return sides, first


_ADJECTIVES: Final = frozenset("straight bent outstretched extended raised lifted open flat clenched crossed folded stretched own free".split())


def _find_level(clause: Clause) -> None:
    """ "at shoulder height", "as high as the hip": a part that only says how high."""
    for n, part in enumerate(clause.parts):
        following = clause.words[part.word + 1].text if part.word + 1 < len(clause.words) else ""
        before = [t.text for t in clause.words[max(0, part.first - 4) : part.first]]
        as_high = "high" in before and "as" in before or before[-2:] == ["up", "to"] or before[-3:-1] == ["up", "to"]
        if (following in _LEVELS or as_high):
            clause.level = part.kind
            clause.parts.pop(n)
            return


def _find_relation(clause: Clause) -> None:
    """Where the subjects end and the targets begin."""
    words = clause.words
    clause.split = len(clause.parts)
    for n, part in enumerate(clause.parts):
        start = clause.parts[n - 1].word + 1 if n else 0
        between = words[start : part.first]
        for t in reversed(between):
            touch = "touch" if t.stem in _TOUCHES else ""
            relation = t.text if t.text in _RELATIONS else touch
            if relation:
                clause.relation, clause.split = relation, n
                if touch and any(w.text in ("on", "behind", "over") for w in between):
                    clause.relation = next(w.text for w in between if w.text in ("on", "behind", "over"))
                if n == 0:
                    _instrument(clause)
                return


def _instrument(clause: Clause) -> None:
    """ "touch the ear with the left hand": the hand is what touches."""
    for n, part in enumerate(clause.parts[1:], 1):
        if any(t.text == "with" for t in clause.words[clause.parts[n - 1].word : part.first]):
            clause.parts = clause.parts[n:] + clause.parts[:n]
            clause.split = len(clause.parts) - n
            return


def _ways(clause: Clause, sides_used: set[int]) -> set[str]:
    """The directions that are said; side words that belong to a part are none."""
    out = set()
    nouns = {p.word for p in clause.parts}
    for i, token in enumerate(clause.words):
        if i not in sides_used and i not in nouns and not clause.taken[i] and token.text in WAY_WORDS:
            out.add(WAY_WORDS[token.text])
    return out


def _amount(words: list[Token]) -> tuple[float | None, float | None]:
    """Degrees and metres said in a clause."""
    for i, token in enumerate(words):
        if token.number is None:
            continue
        unit = words[i + 1].text if i + 1 < len(words) else ""
        if unit in ("degrees", "degree", "deg", "°"):
            return token.number, None
        if unit in ("cm", "centimeters", "centimetres", "centimeter"):
            return None, token.number / 100
        if unit in ("m", "meter", "meters", "metre", "metres"):
            return None, token.number
    return None, None


def known_word(token: Token) -> bool:
    """Whether the rules know the word, so that a clause they understood has used it up."""
    t = token.text
    return (
        t in PART_WORDS or t in SIDE_WORDS or t in WAY_WORDS or token.stem in ACTIONS or t in SMALL or t in LARGE
        or t in NEGATIONS or t in STOP or t in _LEVELS or token.number is not None or token.is_mark or t in _EXTRA or token.stem in _EXTRA
    )  # fmt: skip


_EXTRA: Final = frozenset(
    "shoulder_width hip_width back_part straight relaxed loose bow chin ground floor table wall upright rounded tip toe bare flat parallel vertical "
    "horizontal diagonal diagonally folded in atsides thumbsup thumbsdown fist shape air balanc bearing weights pull keep clos apart lock "
    "stiff rest natural naturally comfortably firmly lightly tightly tight tip point vertically horizontally directly head turn shrug hunch ninety "
    "distanc natural gently step onback middl".split()
)


def other(side: str) -> str:
    return SIDES[1 - SIDES.index(side)]


def is_limb(part: Part) -> bool:
    return part.kind in ARM_KINDS or part.kind in LEG_KINDS
