"""A prompt in clauses: which parts of the body each speaks of, with their sides, and what is said about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from .lexicon import (
    ACTIONS,
    DETERMINERS,
    FILLING,
    LARGE,
    NEGATIONS,
    PART_WORDS,
    PLURALS,
    SIDE_WORDS,
    SMALL,
    STOP,
    WAY_WORDS,
)
from .tokens import Token

SIDES: Final = ("left", "right")
RELATIONS: Final = frozenset(
    [
        "on",
        "onto",
        "against",
        "behind",
        "infront",
        "to",
        "near",
        "over",
        "under",
        "above",
        "below",
        "between",
        "around",
        "across",
        "at",
        "beside",
        "by",
        "upon",
        "underneath",
        "towards",
        "toward",
        "along",
        "in",
        "inside",
        "into",
    ]
)
TOUCHES: Final = frozenset(
    [
        "touch",
        "grab",
        "grasp",
        "clutch",
        "hold",
        "cover",
        "grip",
        "cup",
        "hug",
        "clasp",
        "support",
        "press",
        "rub",
        "scratch",
        "tap",
        "pat",
        "rest",
        "wip",
        "plac",
        "wrap",
    ]
)
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
    """One clause. words: its tokens; parts: in order; split: index of the first part that is a target, no subject."""

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
        return any(
            t.text in words or t.stem in words for t, used in zip(self.words, self.taken, strict=True) if not used
        )

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


# --- features -----------------------------------------------------------------------------------------


def with_features(clause: Clause) -> Clause:
    """The clause, with what it says filled in."""
    words = clause.words
    clause.negated = any(t.text in NEGATIONS for t in words)
    sides_used = _find_parts(clause)
    _drop_joints(clause)
    _find_level(clause)
    _find_relation(clause)
    clause.ways = frozenset(_ways(clause, sides_used))
    clause.number, clause.metres = _amount(words)
    return clause


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
    return i > 0 and words[i - 1].text in DETERMINERS and following not in PART_WORDS and following != "of"


def _sides_before(words: list[Token], i: int) -> tuple[tuple[str, ...], int]:
    """The side words before the noun at i, and where they begin: "both of the straight arms", "his other hand"."""
    sides: tuple[str, ...] = ()
    first, k = i, i - 1
    while k >= 0 and i - k <= 4:
        text = words[k].text
        if text in SIDE_WORDS:
            mapped = {
                "two": ("left", "right"),
                "both": ("left", "right"),
                "each": ("left", "right"),
                "rear": ("back",),
                "opposite": ("other",),
            }
            found = mapped.get(text, (text,))
            if not sides or sides == ("one",):
                sides, first = found, k
        elif text not in DETERMINERS and text not in ("of", "and") and not (text in _ADJECTIVES and i - k <= 2):
            break
        if text == "and" and not sides:
            break
        k -= 1
    return sides, first


_ADJECTIVES: Final = frozenset(
    [
        "straight",
        "bent",
        "outstretched",
        "extended",
        "raised",
        "lifted",
        "open",
        "flat",
        "clenched",
        "crossed",
        "folded",
        "stretched",
        "own",
        "free",
    ]
)


def _drop_joints(clause: Clause) -> None:
    """As in "arms bent at the elbows", "legs bent at the knees": a part that only says where something bends."""
    if clause.does("bend"):
        clause.parts = [
            p for p in clause.parts if not (p.kind in ("elbow", "knee") and _word_before(clause.words, p.first) == "at")
        ]


def _word_before(words: list[Token], i: int) -> str:
    """The word before i that is no article."""
    return next((t.text for t in reversed(words[:i]) if t.text not in DETERMINERS), "")


def _find_level(clause: Clause) -> None:
    """As in "at shoulder height", "as high as the hip": a part that only says how high."""
    for n, part in enumerate(clause.parts):
        following = clause.words[part.word + 1].text if part.word + 1 < len(clause.words) else ""
        before = [t.text for t in clause.words[max(0, part.first - 4) : part.first]]
        as_high = ("high" in before and "as" in before) or before[-2:] == ["up", "to"] or before[-3:-1] == ["up", "to"]
        if following in _LEVELS or as_high:
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
            touch = "touch" if t.stem in TOUCHES else ""
            relation = t.text if t.text in RELATIONS else touch
            if relation:
                clause.relation, clause.split = relation, n
                if touch and any(w.text in ("on", "behind", "over") for w in between):
                    clause.relation = next(w.text for w in between if w.text in ("on", "behind", "over"))
                if n == 0:
                    _instrument(clause)
                return


def _instrument(clause: Clause) -> None:
    """As in "touch the ear with the left hand": the hand is what touches."""
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
    if {"out", "front"} & out == {"out", "front"} and _out_in_front(clause.words):
        out.discard("out")
    return out


def _out_in_front(words: list[Token]) -> bool:
    """Whether "out" only leads up to "in front": "arms out in front", "straight out forward"."""
    texts = [t.text for t in words if t.text not in ("to", "the", "straight", "directly")]
    outs = [k for k, text in enumerate(texts) if WAY_WORDS.get(text) == "out"]
    return all(k + 1 < len(texts) and texts[k] == "out" and WAY_WORDS.get(texts[k + 1]) == "front" for k in outs)


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
        or token.stem in TOUCHES or t in NEGATIONS or t in STOP or t in FILLING or t in _LEVELS
        or token.number is not None
        or token.is_mark or t in EXTRA or token.stem in EXTRA
    )  # fmt: skip


EXTRA: Final = frozenset(
    [
        "shoulder_width",
        "hip_width",
        "back_part",
        "straight",
        "relaxed",
        "loose",
        "bow",
        "chin",
        "ground",
        "floor",
        "table",
        "wall",
        "upright",
        "rounded",
        "tip",
        "toe",
        "bare",
        "flat",
        "parallel",
        "vertical",
        "horizontal",
        "diagonal",
        "diagonally",
        "folded",
        "in",
        "atsides",
        "thumbsup",
        "thumbsdown",
        "fist",
        "shape",
        "air",
        "balanc",
        "bearing",
        "weights",
        "pull",
        "keep",
        "clos",
        "apart",
        "lock",
        "stiff",
        "rest",
        "natural",
        "naturally",
        "comfortably",
        "firmly",
        "lightly",
        "tightly",
        "tight",
        "tip",
        "point",
        "vertically",
        "horizontally",
        "directly",
        "head",
        "turn",
        "shrug",
        "hunch",
        "ninety",
        "distanc",
        "natural",
        "gently",
        "step",
        "onback",
        "middl",
        "vertical",
        "than",
        "higher",
        "lower",
        "round",
        "inverted",
        "prop",
        "inside",
        "swing",
        "away",
        "tuck",
        "claw",
        "pinch",
        "horns",
        "beside",
    ]
)


def other(side: str) -> str:
    return SIDES[1 - SIDES.index(side)]
