"""Finding atlas entries in a prompt: aliases as sequences of stems, the most telling match first."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Final

from .atlas import Atlas, Entry, atlas, per_atlas, shipped
from .lexicon import (
    ACTIONS,
    ARM_KINDS,
    DETERMINERS,
    LEG_KINDS,
    NEGATIONS,
    PART_WORDS,
    PLURALS,
    SIDE_WORDS,
    SKIP,
    SPLITTERS,
    THINGS,
    WAY_WORDS,
)
from .preparing import completed
from .stems import stem
from .tokens import Token, tokens_of

_SIDES: Final = ("left", "right")
_PASSED: Final = SKIP - {"with"} | {"both", "left", "right"}
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
    if _places_a_part(tokens, i) or (
        len(alias.stems) == 1 and (_is_done_with_a_part(tokens, i) or _is_a_thing(tokens, i))
    ):
        return None
    if len(alias.stems) > 1 and tokens[i].text in GOERS and not _speaks_of(alias.entry, tokens[i].text):
        return None  # "a runner bending over" does not run bent over
    places, side, gaps, k = [i], _side_at(tokens, i), 0, i
    limb = atlas().entries[alias.entry].limb
    for wanted in alias.stems[1:]:
        k += 1
        while k < len(tokens) and (not _fits(tokens, k, wanted) or taken[k]):
            text = tokens[k].text
            if taken[k] or tokens[k].is_mark:
                return None
            if text in _SIDES:
                side = text if _is_of_limb(tokens, k, limb) else side or text
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
    if _is_of_a_part(tokens, places) or _goes_on(tokens, places) or _is_one_of_several(tokens, places):
        return None
    if (
        _is_looked_at(tokens, places)
        or _is_for_the_rules(tokens, places)
        or _crosses_lower(tokens, places)
        or (limb in ("arm", "hand") and _TO_SIDE not in alias.stems and _only_turns(tokens, places))
    ):
        return None
    if side and len(places) > 1 and _is_bare(tokens, places) and not atlas().entries[alias.entry].side:
        return None  # "left leg raised" is no pose of both legs
    score = sum(table.weight[s] for s in alias.stems) - 0.5 * gaps + alias.bonus
    return Match(alias.entry, tuple(places), side, score, _negated(tokens, i), len(alias.stems))


GOERS: Final = frozenset(("runner", "runners", "jogger", "joggers", "walker", "walkers"))
_LIMB_KINDS: Final = {"arm": ARM_KINDS, "hand": ARM_KINDS, "leg": LEG_KINDS}


def _speaks_of(name: str, word: str) -> bool:
    """Whether an entry is asked for with this very word."""
    entry = atlas().entries[name]
    return any(word in phrase for phrase in (entry.name, *entry.aliases))


def _is_of_limb(tokens: list[Token], k: int, limb: str) -> bool:
    """Whether the side word at k is that of the limb that the entry's side is a side of."""
    return k + 1 < len(tokens) and PART_WORDS.get(tokens[k + 1].text) in _LIMB_KINDS.get(limb, ())


def _only_turns(tokens: list[Token], places: list[int]) -> bool:
    """Whether "to the left" within an alias is all that is said about sides: it is not that of an arm."""
    sided = [k for k in range(places[0], places[-1] + 1) if tokens[k].text in _SIDES]
    arms = [k for k in sided if _is_of_limb(tokens, k, "arm")]
    return bool(sided) and not arms and all(tokens[k - 1].text == "the" and tokens[k - 2].text == "to" for k in sided)


def _crosses_lower(tokens: list[Token], places: list[int]) -> bool:
    """As in "legs crossed at the ankles": other than the legs crossed of an alias."""
    crosses = any(ACTIONS.get(tokens[k].stem) == "cross" for k in places)
    nearby = [t.text for t in tokens[max(0, places[0] - 3) : places[-1] + 6] if not t.is_mark]
    at = [k for k, text in enumerate(nearby) if text in ("ankle", "ankles", "wrist", "wrists")]
    own = any(tokens[k].text in ("ankle", "ankles", "wrist", "wrists") for k in places)
    return crosses and not own and any(k >= 2 and "at" in nearby[k - 2 : k] for k in at)


_LIMB_VERBS: Final = frozenset(
    ("swing", "hang", "dangl", "hug", "drop", "float", "wrap", "reach", "press", "rest", "push", "thrust", "jut",
     "pull", "tiptoe", "hover", "trail", "point", "throw", "fling", "turn", "rotat", "tuck", "curl")
)  # fmt: skip
_SPREADS: Final = frozenset(("apart", "together", "wide", "straight", "flat"))
_MOVES: Final = frozenset(("raise", "lower", "stretch", "bend", "point"))


_OBJECT_VERBS: Final = frozenset(
    ("reach", "sweep", "throw", "swing", "push", "drop", "fling", "put", "roll", "float", "shift", "pull", "run")
)


def _is_done_with_a_part(tokens: list[Token], i: int) -> bool:
    """Whether the verb at i is about a limb: "sweep the arms up", "his forearm lies on the thigh"."""
    following = next(
        (t.text for t in tokens[i + 1 : i + 5] if t.text not in DETERMINERS and t.text not in SIDE_WORDS), ""
    )
    if tokens[i].stem in _OBJECT_VERBS and following in PART_WORDS and tokens[i].text not in PART_WORDS:
        return True
    before = next((t.text for t in reversed(tokens[:i]) if t.text not in _BETWEEN), "")
    if tokens[i].text.endswith(("ed", "thrown", "flung")) and PART_WORDS.get(before) in ARM_KINDS | LEG_KINDS:
        return tokens[i].stem not in ACTIONS  # "the left foot planted in front": how a limb is
    if tokens[i].text == "limp":
        return True
    if tokens[i].stem == "reach":
        ahead = next((k for k in range(i + 1, len(tokens)) if tokens[k].is_mark), len(tokens))
        return any(PART_WORDS.get(t.text) in ARM_KINDS for t in tokens[i + 1 : min(ahead, i + 7)])
    if tokens[i].stem == "balanc" and [t.text for t in tokens[i + 1 : i + 2]] == ["on"]:
        return any(t.text in PART_WORDS for t in tokens[i + 2 : i + 5])
    return tokens[i].stem == "lie" and PART_WORDS.get(before) in ARM_KINDS | LEG_KINDS | {"head", "chin", "cheek"}


def _is_a_thing(tokens: list[Token], i: int) -> bool:
    """Whether a word that also names a move stands for a thing: "the foot on a step"."""
    return tokens[i].text in ("step", "block", "bar", "bench") and i > 0 and tokens[i - 1].text in DETERMINERS


def _is_one_of_several(tokens: list[Token], places: list[int]) -> bool:
    """Whether only a part and its move are said, in a sentence about other parts too: the rules read "hand raised"."""
    words = [tokens[k] for k in places]
    rest = [t for t in words if t.text not in PART_WORDS and t.text != "with"]
    plain = all(ACTIONS.get(t.stem, "") in _MOVES or t.text in WAY_WORDS or t.text in _SPREADS for t in rest)
    if len(places) < 2 or not any(t.text in PART_WORDS for t in words) or not plain:
        return False
    before = next((t.text for t in reversed(tokens[: places[0]]) if t.text not in _PASSED - {"at", "on", "to"}), "")
    return before in ("at", "to", "on") or any(t.text in PART_WORDS for k, t in enumerate(tokens) if k not in places)


def _is_for_the_rules(tokens: list[Token], places: list[int]) -> bool:
    return _meets_somewhere(tokens, places) or _is_said_of_one_side(tokens, places)


def _meets_somewhere(tokens: list[Token], places: list[int]) -> bool:
    """As in "arms overhead, palms together": where the palms meet is said by other words."""
    words = [tokens[k] for k in places]
    if not all(t.text in ("palms", "hands", "together", "touch", "press") or t.stem == "press" for t in words):
        return False
    return any(PART_WORDS.get(t.text) in ("arm", "elbow") for k, t in enumerate(tokens) if k not in places)


def _is_said_of_one_side(tokens: list[Token], places: list[int]) -> bool:
    """Whether an alias is plain body language said of one side, among words about others: "left hand on chin ..."."""
    words = [tokens[k] for k in places]
    plain = all(
        t.text in PART_WORDS or t.stem in ACTIONS or t.text in WAY_WORDS or t.text in _RELATING or t.stem in _RELATING
        for t in words
    )
    sided = any(tokens[k].text in (*_SIDES, "other") for k in range(max(0, places[0] - 1), places[-1] + 1))
    if len(places) < 2 or not plain or not sided or not any(t.text in PART_WORDS for t in words):
        return False
    inside = range(places[0], places[-1] + 1)
    return any(t.text in PART_WORDS for k, t in enumerate(tokens) if k not in places and k not in inside)


_RELATING: Final = frozenset(("on", "in", "over", "behind", "under", "above", "across", "against", "between", "hold"))


def _is_of_a_part(tokens: list[Token], places: list[int]) -> bool:
    """Whether words like "pointing forward" are said of the part of the body before them: the rules read that."""
    of_limbs = [tokens[k].stem in _LIMB_VERBS or ACTIONS.get(tokens[k].stem) == "stretch" for k in places]
    least = 1 if of_limbs[0] else 2
    telling = [
        tokens[k].stem in ACTIONS or tokens[k].text in WAY_WORDS or of_limb
        for k, of_limb in zip(places, of_limbs, strict=True)
    ]
    if len(places) < least or not all(telling):
        return False
    passed = _BETWEEN | ({"on"} if tokens[places[0]].text == "tiptoe" else frozenset())
    before = next((t for t in reversed(tokens[: places[0]]) if t.text not in passed), None)
    if before is not None and before.text in PART_WORDS:
        return True
    told = next((t for t in reversed(tokens[: places[0]]) if not _tells_of_a_turn(t)), None)
    return told is not None and PART_WORDS.get(told.text) in ("head", "torso")


def _tells_of_a_turn(token: Token) -> bool:
    """Words between "head" and the last thing that it does: "is bowed, and slightly turned to the left"."""
    passed = token.text in _BETWEEN or token.text in ("and", ",", "to", "the", "degrees") or token.number is not None
    return passed or token.stem in ACTIONS or token.text in WAY_WORDS


def _is_looked_at(tokens: list[Token], places: list[int]) -> bool:
    """As in "looking at the raised hand": a part that the eyes go to, no deed."""
    before = [t.text for t in tokens[: places[0]] if t.text not in DETERMINERS and t.text not in _SIDES]
    return before[-1:] == ["at"] and _is_bare(tokens, places)


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
        handed = following.text == "with" and any(t.text in _SIDES for t in tokens[places[-1] + 1 : places[-1] + 5])
        return handed or (words[0].text in PART_WORDS and following.text in ("ground", "floor"))
    if acts <= {"clasp", "touch"}:
        return following.text == "overhead"
    of_arms = any(t.text.startswith(("arm", "wrist", "hand")) for t in words)
    return acts <= {"cross"} and of_arms and following.text in ("overhead", "behind", "at")


def _act(token: Token) -> str:
    """What a verb does with a part of the body, "" for other words."""
    return "swing" if token.stem in ("swing", "kick") else ACTIONS.get(token.stem, "")


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


__all__ = ["GOERS", "Alias", "Index", "Match", "find", "index", "index_of", "ways"]
