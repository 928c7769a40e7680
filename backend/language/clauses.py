"""A prompt in clauses: which parts of the body each speaks of, with their sides, and what is said about them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from .clause_words import LEVELS, RELATIONS, TOUCHES
from .lexicon import (
    ACTIONS,
    ARM_KINDS,
    DETERMINERS,
    LARGE,
    LEG_KINDS,
    NEARLY,
    NEGATIONS,
    PART_WORDS,
    PLURALS,
    SIDE_WORDS,
    SIDES,
    SMALL,
    WAY_WORDS,
)
from .tokens import Token

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
    level_at: int = -1
    holds: bool = False
    """Whether something is in the hand that the clause is about."""
    instruments: list[Part] = field(default_factory=list)
    """Hands that do what is said of another part: "the knee pulled up with both hands"."""

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
    def nearly(self) -> bool:
        return any(t.text in NEARLY for t in self.words)

    @property
    def large(self) -> bool:
        return any(t.text in LARGE for t in self.words if t.text != "right")

    @property
    def is_empty(self) -> bool:
        return all(self.taken)


def with_features(clause: Clause) -> Clause:
    """The clause, with what it says filled in."""
    words = clause.words
    clause.negated = any(t.text in NEGATIONS for t in words)
    sides_used = _find_parts(clause)
    _drop_joints(clause)
    _find_level(clause)
    _find_instruments(clause)
    _find_hold_of_it(clause)
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
        sides, first = _sides_before(clause.words, i, kind)
        used.update(range(first, i))
        if kind == "hand" and _is_its_back(clause.words, first):
            kind = "hand_back"
        whole = clause.parts[-1] if clause.parts else None
        if whole is not None and _is_part_of(clause.words, whole, kind, first):  # "the ankle of the left leg"
            clause.parts[-1] = replace(whole, sides=whole.sides or sides, word=i)
            continue
        clause.parts.append(Part(kind, sides, token.text, i, first))
    return used


def _is_its_back(words: list[Token], first: int) -> bool:
    """Whether "the back of" stands before the hand whose noun phrase begins at `first`."""
    before = [t.text for t in words[max(0, first - 4) : first] if t.text not in DETERMINERS]
    return before[-2:] in (["back", "of"], ["backs", "of"], ["tops", "of"])


def _is_part_of(words: list[Token], part: Part, kind: str, first: int) -> bool:
    """Whether "of" joins a part to the limb it belongs to, whose noun phrase begins at `first`."""
    group = ARM_KINDS if part.kind in ARM_KINDS else LEG_KINDS if part.kind in LEG_KINDS else frozenset()
    between = [t.text for t in words[part.word + 1 : first] if t.text not in DETERMINERS]
    return kind in group and between == ["of"]


def _is_noun(words: list[Token], i: int) -> bool:
    """Whether "back" at i is the part of the body: "his back", "the back is bent"."""
    following = words[i + 1].text if i + 1 < len(words) else ""
    return i > 0 and words[i - 1].text in DETERMINERS and following not in PART_WORDS and following != "of"


def _sides_before(words: list[Token], i: int, kind: str) -> tuple[tuple[str, ...], int]:
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
        if not sides and kind in LEG_KINDS and text in _OF_ONE_LEG and i - k <= 2:
            sides, first = (_OF_ONE_LEG[text],), k
        if text == "and" and not sides:
            break
        k -= 1
    return sides, first


_OF_ONE_LEG: Final = {
    **dict.fromkeys(("lifted", "raised", "free"), "free"),
    **dict.fromkeys(("standing", "supporting", "planted", "grounded", "weight-bearing"), "standing"),
}
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
        "standing",
        "supporting",
        "planted",
        "grounded",
        "lower",
        "upper",
        "whole",
        "entire",
        "full",
    ]
)


def _drop_joints(clause: Clause) -> None:
    """As in "arms bent at the elbows", "legs bent at the knees": a part that only says where something bends."""
    if clause.does("bend"):
        clause.parts = [
            p for p in clause.parts if not (p.kind in ("elbow", "knee") and word_before(clause.words, p.first) == "at")
        ]


def word_before(words: list[Token], i: int) -> str:
    """The word before i that is no article."""
    return next((t.text for t in reversed(words[:i]) if t.text not in DETERMINERS), "")


def _find_level(clause: Clause) -> None:
    """As in "at shoulder height", "as high as the hip": a part that only says how high."""
    for n, part in enumerate(clause.parts):
        following = clause.words[part.word + 1].text if part.word + 1 < len(clause.words) else ""
        before = [t.text for t in clause.words[max(0, part.first - 4) : part.first]]
        of_height = (
            before and any(w in ("height", "level") for w in before) and before[-1] in ("of", "with", "the", "his")
        )
        as_high = (
            bool(of_height)
            or ("high" in before and "as" in before)
            or before[-2:] == ["up", "to"]
            or before[-3:-1] == ["up", "to"]
        )
        if (following in LEVELS or as_high) and part.kind != "buttocks":
            clause.level, clause.level_at = part.kind, part.first
            clause.parts.pop(n)
            return


def _find_relation(clause: Clause) -> None:
    """Where the subjects end and the targets begin."""
    words = clause.words
    clause.split = len(clause.parts)
    for n, part in enumerate(clause.parts):
        start = clause.parts[n - 1].word + 1 if n else 0
        between = [
            t
            for k, t in enumerate(words[start : part.first], start)
            if k not in (clause.level_at - 1, clause.level_at - 2)
        ]
        if n == 0 and any(t.stem == "reach" for t in between) and part.kind in ARM_KINDS:
            continue
        if n == 0 and _is_put(clause, between):
            continue
        for t in reversed(between):
            touch = "touch" if t.stem in TOUCHES or (n and t.stem in _PROPPING and _props(clause, n)) else ""
            relation = t.text if t.text in RELATIONS else touch
            relation = "on" if relation == "ontop" else relation
            if relation:
                clause.relation, clause.split = relation, n
                if touch and any(w.text in ("on", "behind", "over") for w in between):
                    clause.relation = next(w.text for w in between if w.text in ("on", "behind", "over"))
                if n == 0:
                    _instrument(clause)
                return


_PROPPING: Final = frozenset(("prop", "cradl"))


def _props(clause: Clause, n: int) -> bool:
    """As in "the left hand props up the chin": the verb between the hand and part n brings it there."""
    return clause.parts[n - 1].kind in ARM_KINDS and clause.parts[n].kind in _RESTED


_RESTED: Final = frozenset(("chin", "head", "cheek", "forehead", "face"))
_PUTTING: Final = frozenset(("clasp", "plac", "press", "wrap", "rest", "set", "interlac", "stack", "cup", "hold"))


def _is_put(clause: Clause, before: list[Token]) -> bool:
    """As in "clasp both hands around the knee", "hold your arms out": the hands are what is put somewhere."""
    if _holds_out(clause, before):
        return True
    first, then = clause.parts[0], clause.parts[1] if len(clause.parts) > 1 else None
    if then is not None and then.kind in ("hand", "fist", "palm", "fingers") and first.kind in _RESTED:
        return any(t.stem in ("rest", "prop", "lay", "support", "plac") for t in before)  # "rests his chin on the fist"
    if then is None:
        verb = bool(before) and all(t.stem in _PUTTING or t.text in DETERMINERS or t.text in SIDE_WORDS for t in before)
        after = [t.text for t in clause.words[first.word + 1 :]]
        way = any(text in WAY_WORDS or text == "together" for text in after)
        return verb and way and first.kind in ("hand", "palm", "fist", "fingers", "forearm", "elbow")
    if first.kind not in ("hand", "palm", "fist", "fingers", "forearm", "elbow"):
        return False
    verb = bool(before) and all(t.stem in _PUTTING or t.text in DETERMINERS or t.text in SIDE_WORDS for t in before)
    between = [t.text for t in clause.words[first.word + 1 : then.first]]
    held = any(t.stem == "hold" for t in before) and then.kind not in ("hip", "waist", "knee", "thigh", "head", "chest")
    return verb and not held and bool(set(between) & RELATIONS)


def _holds_out(clause: Clause, before: list[Token]) -> bool:
    """As in "hold both arms out in front of you": an order to a limb, which grabs nothing."""
    part = clause.parts[0]
    after = clause.words[part.word + 1 : part.word + 4]
    holds = any(t.stem == "hold" for t in before) and part.kind in ("arm", "hand", "leg")
    return holds and any(t.text in WAY_WORDS for t in after)


def _find_instruments(clause: Clause) -> None:
    """Hands named after "with" or "by", behind another part that something is done to."""
    for n, part in enumerate(clause.parts[1:], 1):
        text = word_before(clause.words[: part.first], part.first) if part.kind in ARM_KINDS else ""
        if text == "with" and clause.parts[0].kind not in ARM_KINDS and not _touches_first(clause):
            clause.instruments = [clause.parts.pop(n)]
            return


def _find_hold_of_it(clause: Clause) -> None:
    """As in "hold it there with the left hand": what is held was named before."""
    part = clause.parts[0] if len(clause.parts) == 1 else None
    if part is None or part.kind not in ("hand", "fingers") or not {"it", "them"} & {t.text for t in clause.words}:
        return
    if word_before(clause.words[: part.first], part.first) == "with":
        clause.instruments, clause.parts = [part], []


def _touches_first(clause: Clause) -> bool:
    """As in "touch the ear with the left hand": the verb before the parts says what the hand does."""
    k = _verb(clause)
    return k < clause.parts[0].first and clause.words[k].stem in TOUCHES


def _verb(clause: Clause) -> int:
    """The place of the first verb of a clause."""
    return next((i for i, t in enumerate(clause.words) if t.stem in ACTIONS), len(clause.words))


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
        of_part = token.text in SIDES and i + 1 < len(clause.words) and clause.words[i + 1].text in PART_WORDS
        free = i not in sides_used and i not in nouns and not clause.taken[i] and not of_part
        if free and token.text in WAY_WORDS and not _is_measured_from(clause, i):
            out.add(WAY_WORDS[token.text])
    if {"out", "front"} & out == {"out", "front"} and _out_in_front(clause.words):
        out.discard("out")
    return out


_PLACES: Final = frozenset(("ground", "floor", "ceiling", "sky", "heaven"))
_NO_WAY: Final = frozenset(
    ("parallel", "perpendicular", "ninety", "degrees", "off", "above", "from", "over", "against", "on", "touch", "onto",
     "clear", "leave", "leaving", "flat", "of", "in", "near", "reach", "brush", "graze")
)  # fmt: skip


def _is_measured_from(clause: Clause, i: int) -> bool:
    """Whether the ground at i is where something lies or is measured from: "parallel to the ground" is not down."""
    if clause.words[i].text not in _PLACES or clause.does("look") or any(p.kind == "eye" for p in clause.parts):
        return False
    before = [t for t in clause.words[max(0, i - 4) : i] if t.text not in DETERMINERS and t.text not in ("to", "with")]
    return bool(before) and (before[-1].text in _NO_WAY or before[-1].stem in _NO_WAY)


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


def other(side: str) -> str:
    return SIDES[1 - SIDES.index(side)]
