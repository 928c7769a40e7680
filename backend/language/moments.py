"""Several things done one after another: which of them one pose shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from backend.posecodes.direction import Direction

from .atlas import atlas
from .compose import limb_slots
from .course import TURN, Course, is_gait, moves
from .fitting import GOERS
from .lexicon import DETERMINERS, PART_WORDS, SPLITTERS, STOP
from .matching import Match
from .tokens import Token

PLAIN_GAITS: Final = frozenset(("walk", "step forward"))  # "running for a few steps" runs
_MARKS: Final = frozenset(
    ("then", "afterwards", "afterward", "finally", "next", "later", "before", "after", "subsequently", "followed")
)
_DULL: Final = frozenset((TURN, "stand", "wait", "look around", "stand at attention"))
_VEER: Final = ("torso tilted {s} 10", "torso turned {s} 14", "head turned {s} 28")
_PUSHED: Final = "pushed to the side"
_PUSHED_TO: Final = {
    **dict.fromkeys(("behind", "back", "forward", "forwards", "ahead"), "pushed forward"),
    **dict.fromkeys(("front", "chest", "backward", "backwards", "infront", "face"), "pushed backward"),
}
_WEAK: Final = frozenset(
    ("go", "mov", "take", "give", "get", "put", "power", "ready", "show", "pass", "present", "call", "mark", "eas")
    + (
        "split",
        "stop",
        "try",
        "try",
        "corner",
        "cod",
        "funny",
        "flight",
        "lift",
        "second",
        "third",
        "first",
        "fourth",
        "fifth",
        "line",
        "bras",
        "show",
        "x",
        "staf",
        "volcano",
        "wisdom",
        "text",
        "organ",
        "mountain",
        "wheel",
        "bowl",
        "easy",
        "return",
    )
)
_LIGHT: Final = frozenset(
    ("go", "mov", "take", "get", "put", "give")
)  # "takes a step", "goes and sits": nothing is lost
_THINGS: Final = frozenset(
    ("point", "stand", "wave", "waves", "step", "steps", "board", "stop", "swing", "run", "dish")
)
_QUALITIES: Final = frozenset(
    ("winning", "losing", "late", "boxing", "fishing", "diving", "swimming", "shopping", "riding", "fencing", "hiking")
)  # they also say what kind of thing something is
_AWAY: Final = frozenset(("from", "under", "for", "near", "behind", "of", "beside"))
_ARTICLES: Final = frozenset(("a", "an", "the", "starting", "fruit", "stop"))
_PASSIVE: Final = frozenset("is are was were be being beeing been gets get getting got".split())  # noqa: SIM905
_SPLITS: Final = frozenset(("splits", "straddle splits", "straddle stand"))
_ALOFT: Final = frozenset(("inverted", "air"))
_STEPS: Final = {"back": "step back", "aside": "sidestep"}


def telling(tokens: list[Token], named: list[Match]) -> tuple[list[Match], str]:
    """The matches of the most telling moment of a sequence, and a note on the others; all if there is no sequence."""
    marks = [i for i, t in enumerate(tokens) if t.text in _MARKS and not _is_the_next(tokens, i)]
    carriers = [m for m in named if atlas().posture(m.entry) and not m.negated]
    moments = {m: sum(i < m.places[0] for i in marks) for m in named}
    if len({moments[m] for m in carriers}) < 2 or len({m.entry for m in carriers}) < 2:
        return named, ""
    best = max(carriers, key=lambda m: (not is_dull(m.entry), m.score))
    kept = [m for m in named if m.negated or moments[m] == moments[best]]
    names = {m.entry for m in kept}
    others = list(dict.fromkeys(m.entry for m in named if m not in kept and m.entry not in names))
    return kept, f"Of the sequence I posed the moment of {best.entry!r}, not: {', '.join(others)}." if others else ""


def _is_the_next(tokens: list[Token], i: int) -> bool:
    """As in "the next rung", "next to the wall": a thing or a place, no moment."""
    before = i > 0 and tokens[i - 1].text in DETERMINERS
    return tokens[i].text == "next" and (before or [t.text for t in tokens[i + 1 : i + 2]] == ["to"])


def without_split(matches: list[Match], beside: list[Match]) -> list[Match]:
    """As in "handstand but with the legs split": beside a pose with the legs in the air, it is only said of them."""
    aloft = [m for m in beside if atlas().posture(m.entry) in _ALOFT and not m.negated]
    return [m for m in matches if not (m.entry in _SPLITS and any(m.entry != up.entry for up in aloft))]


def is_dull(name: str) -> bool:
    """Whether a pose tells less than what else is done: walking, standing, turning."""
    return name in _DULL or is_gait(name)


def gone(matches: list[Match], course: Course) -> list[Match]:
    """The matches with the ways of moving that the course asks for: backwards, to a side, beginning with a foot."""
    if course.round and any(is_gait(m.entry) for m in matches):
        matches = [m for m in matches if m.entry != TURN or course.turns_back]
    out = []
    for match in matches:
        if is_gait(match.entry):
            steps = match.entry in ("step forward", "walk") and not course.round
            aside = course.way == "aside" or (course.side and match.entry == "step forward" and not course.round)
            if steps and (aside or course.way == "back"):
                side = course.side if aside else course.first
                match = replace(match, entry=_STEPS["aside" if aside else "back"], side=side or match.side)
            elif course.first or course.side:  # the side of the way is none of the leg's
                match = replace(match, side=course.first or atlas().entries[match.entry].side)
        elif match.entry == TURN and course.side:
            match = replace(match, side=course.side)
        out.append(match)
    return out


def without_weak(tokens: list[Token], taken: list[bool], matches: list[Match], *, more: bool) -> list[Match]:
    """The matches without single words that mean little beside others ("takes", "moving"); their words are free again.

    more: whether something else was read.
    """
    single = [m for m in matches if m.size == 1 and tokens[m.places[0]].text != "splits"]  # "split" may be anything
    weak = [m for m in single if _is_weak(tokens, m.places[0]) or _is_a_thing(tokens, m)]
    weak += [m for m in single if more and m not in weak and tokens[m.places[0]].text in GOERS]
    if len(weak) < len(matches):  # beside a deed
        weak += [m for m in single if m not in weak and _is_beside_the_deed(tokens, m, matches)]
    if len(weak) == len(matches) and not more:  # alone they may be meant, if nothing else is said
        said = any(t.text not in STOP and not t.is_mark for k, t in enumerate(tokens) if not taken[k])
        weak = [m for m in weak if said and tokens[m.places[0]].stem not in _LIGHT - {"put"}]
    for match in weak:
        taken[match.places[0]] = tokens[match.places[0]].stem in _LIGHT and (more or len(weak) < len(matches))
    return [m for m in matches if m not in weak]


def _is_weak(tokens: list[Token], i: int) -> bool:
    """Whether the word at i means little beside others; one that somebody does ("doing the wheel") is a pose."""
    done = any(t.text in ("do", "does", "doing", "did") for t in tokens[max(0, i - 2) : i])
    return tokens[i].stem in _WEAK and not done


def _is_a_thing(tokens: list[Token], match: Match) -> bool:
    """As in "to a point", "a fruit stand", "a wave": the noun, not the deed."""
    i = match.places[0]
    if tokens[i].text in _QUALITIES and _says_which(tokens, i):
        return True
    before = {t.text for t in tokens[max(0, i - 2) : i]} & _ARTICLES
    return tokens[i].text in _THINGS and bool(before)


def _says_which(tokens: list[Token], i: int) -> bool:
    """As in "the winning goal", "a late bus": which thing; "a running man" does run."""
    if i + 1 >= len(tokens) or not any(t.text in DETERMINERS for t in tokens[max(0, i - 1) : i]):
        return False
    noun = tokens[i + 1]
    return not (noun.is_mark or noun.text in STOP or noun.text in SPLITTERS or noun.text in PART_WORDS)


def _is_beside_the_deed(tokens: list[Token], match: Match, matches: list[Match]) -> bool:
    """As in "tasting soup from a spoon", "waiting for the doctor": what the deed is done with, under or for."""
    i = match.places[0]
    before = next((t.text for t in reversed(tokens[:i]) if t.text not in DETERMINERS), "")
    thing = not tokens[i].text.endswith("ing") and before in _AWAY
    return thing and any(m.entry != match.entry and m.places[0] < i and not m.negated for m in matches)


def pushed(tokens: list[Token], taken: list[bool], matches: list[Match]) -> list[Match]:
    """Who is pushed "from the left" goes to the right; from behind, forward; from the front, backward."""
    out = []
    for match in matches:
        if match.entry == "push" and _is_done_to(tokens, match.places[0]):
            entry, side = _pushed_way(tokens, taken, match.places[-1])
            match = replace(match, entry=entry, side=side or match.side)
        out.append(match)
    return out


def _is_done_to(tokens: list[Token], at: int) -> bool:
    """Whether somebody is pushed, rather than pushes: "gets pushed", "is suddenly shoved", "pushed from behind"."""
    if tokens[at].text not in ("pushed", "shoved", "push", "shove"):
        return False
    before = {t.text for t in tokens[max(0, at - 3) : at]}
    after = {t.text for t in tokens[at + 1 : at + 3]}
    return bool(before & _PASSIVE) or "from" in after


def _pushed_way(tokens: list[Token], taken: list[bool], at: int) -> tuple[str, str]:
    """The entry and the side of a push, from the few words after it, which are taken."""
    for k in range(at + 1, min(len(tokens), at + 8)):
        text = tokens[k].text
        if tokens[k].is_mark or text in ("and", "then", "while"):
            break
        if text in ("left", "right"):
            source = any(t.text in ("from", "on", "by", "at") for t in tokens[max(at, k - 3) : k])
            taken[k] = True
            return _PUSHED, {"left": "right", "right": "left"}[text] if source else text
        way = "pushed forward" if text == "front" and tokens[k - 2].text == "to" else _PUSHED_TO.get(text)
        if way:
            taken[k] = True
            return way, ""
    return _PUSHED, ""


def veering(matches: list[Match], course: Course) -> tuple[tuple[str, ...], str]:
    """Lines for a gait that goes round a curve or to a side, and a note where the side was not said."""
    gaits = [m for m in matches if moves(m.entry) and m.entry not in _STEPS.values()]
    if not gaits or not (course.side or course.round) or any(m.entry == TURN for m in matches):
        return (), ""
    note = "" if course.side else "I took the curve to the left; say right for the other."
    return tuple(line.format(s=course.side or "left") for line in _VEER), note


def is_of_arms(name: str) -> bool:
    """Whether a standing pose is one of the arms, so that it goes over a gait: carrying, holding, reading."""
    program = atlas().program(name)
    legs = [c for c in program if isinstance(c, Direction) and any("leg" in limb for limb in limb_slots(c))]
    return atlas().posture(name) == "stand" and not legs and not is_gait(name)


def only_adds_arms(name: str) -> bool:
    """Whether a pose is another one with its arms placed, as "hands in lap" is of one that sits."""
    own = atlas().own(name)
    return bool(atlas().entries[name].based_on) and all("arm" in s or "finger" in s for c in own for s in limb_slots(c))


def goes_with(main: str, name: str) -> bool:
    """Whether what the arms do in a further pose goes over the main one: two deeds of the whole body do not mix."""
    book = atlas()
    if is_gait(name):
        return False
    akin = set(main.replace("-", " ").split()) & set(
        name.replace("-", " ").split()
    )  # "one-handed sword", "sword and shield"
    bears = book.entries[main].category == "postures" or is_gait(main) or book.posture(main) == "air"
    bears = bears or (book.entries[main].limb == "leg" and book.entries[name].limb in ("arm", "hand"))
    bears = bears or (book.posture(main) == book.posture(name) and only_adds_arms(name))
    return bool(akin) or bears or is_of_arms(name) or book.entries[name].category == "postures"


__all__ = [
    "PLAIN_GAITS",
    "goes_with",
    "gone",
    "is_dull",
    "is_of_arms",
    "pushed",
    "telling",
    "veering",
    "without_split",
    "without_weak",
]
