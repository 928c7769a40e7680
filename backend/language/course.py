"""The course of a motion: where it goes, how far, how often. What one pose can show of it, and what is only said.

A curve or a turn becomes a lean into it, backwards and sideways become steps that way, the foot that begins is put
ahead. Counts, angles, distances and paths have no place in one pose: the reply names them as they were said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from .atlas import atlas
from .lexicon import PART_WORDS
from .matching import Match
from .tokens import Token

TURN: Final = "turn around"
_GAITS: Final = frozenset(
    "walk walking run running jog march step sneak strut sidestep limping skipping tiptoe zombie".split()  # noqa: SIM905
)
_PART: Final = "|".join(sorted(PART_WORDS, key=len, reverse=True))
_ROUND: Final = r"(?:turns?|rounds?|revolutions?|rotations?)"
_ABOUT: Final = r"(?:(?:about|approximately|around|another|by) )?"
_N: Final = (
    r"(?:\d+(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|a few|few|several|some|(?:a )?couple of|many"
    r"|ninety|forty|forty five|fifteen|twenty|thirty|sixty|hundred)"
)
_LOOK: Final = (
    r"(?:(?:small|big|large|long|short|wide|tiny|tight|full|whole|complete|quarter|half|semi|slow|fast|quick|normal"
    r"|sharp|slight|single|more|further|forward|backward|steady|medium|little|smooth|narrow|huge|rapid) )"
)
_PATH: Final = (
    r"(?:circles?|curves?|arcs?|corners?|semicircles?|spirals?|loops?|squares?|zig ?zags?|slalom|figure eights?)"
)
_TO: Final = r"(?:to|towards?|into|around|over|on) (?:the |his |her |its |their )?"
_UNSHOWN: Final = (
    rf"{_ABOUT}{_N} {_LOOK}*(?:steps|step|paces|strides)(?! (?:forward|back))",
    rf"{_ABOUT}{_N} {_LOOK}*(?:steps|step|paces|strides)",
    rf"{_ABOUT}{_N} (?:more )?(?:times?|rounds?|laps?|seconds?|minutes?)",
    r"once|twice|thrice|repeatedly|again and again|over and over",
    rf"{_ABOUT}{_N} ?(?:meters?|metres?|m|yards?|miles?)",
    rf"{_ABOUT}{_N} ?(?:degrees?|deg|°)(?: {_LOOK}*(?:left |right )?(?:{_ROUND}|{_PATH}))?",
    rf"(?:three )?(?:quarter|half|semi|full|complete)s?(?: of an?| an?)? {_LOOK}*(?:{_ROUND}|{_PATH})",
    r"(?:one|two|a|full) (?:revolutions?|rotations?)",
    rf"(?:in |along |around )?(?:an? |the )?(?:{_LOOK}*|quarter )(?:{_PATH}|circular|circling)",
    r"(?:in )?(?:an? )?(?:straight )?line",
    r"counter ?clockwise|anti ?clockwise|clockwise",
    r"back and forth|to and fro",
)
_GONE: Final = (  # what says to which side it goes
    rf"{_TO}(?P<side>left|right)(?: (?:side|direction|hand side))?(?! (?:{_PART})\b)",
    rf"(?P<side>left|right)(?: hand)?(?= (?:{_N} degrees? )?{_LOOK}*(?:turns?|{_PATH}))",
    r"(?:turn(?:s|ed|ing)?|veer(?:s|ed|ing)?|curv(?:es|ed|ing)|round|degrees?) (?:around )?(?:its |his |her |the )?"
    rf"(?P<side>left|right)(?! (?:{_PART})\b)",
    r"(?P<side>left|right)wards?",
)
_BEGINS: Final = (
    r"(?:start|starts|starting|begin|begins|beginning|leading|first|initially)(?: \w+){0,3}? (?:with|on|by|using)?"
    r" ?(?:the |his |her |its |their )?(?P<side>left|right) (?:leg|foot)",
    r"(?:using )?(?:the |his |her |its |their )?(?P<side>left|right) (?:leg|foot|step) first",
)
_BACK: Final = r"backwards?|in reverse|(?<=steps )back|(?<=step )back|rearwards?"
_RETURN: Final = "|".join(rf"(?<={w} )back" for w in ("walks", "walking", "goes", "going", "runs", "running", "comes"))
_AIMED: Final = re.compile(  # what is aimed or leant to a side, so that the side is not that of the way
    r"(?:look|glanc|gaz|star(?!t)|peer|fac(?:es|ing)|lean|tilt|twist|point|wav|thr[oe]w|reach|head|bend|arm|hand|punch|kick)"
    r"\w*(?: (?!and |then |while |, )\w+){0,2} $"
)
_ASIDE: Final = r"sideways|sidewards?|laterally|crabwise"
_ONWARD: Final = r"(?:straight |directly )?(?:forwards?|ahead|onwards?|straight)(?: direction)?"
_AROUND: Final = re.compile(r"\b(?:180|360|turn\w* around|u turn|turn\w* back)\b")


@dataclass
class Course:
    """Where a motion goes. side: to which side it turns; first: the foot that begins; said: what a pose cannot show."""

    side: str = ""
    first: str = ""
    way: str = ""
    said: list[str] = field(default_factory=list)
    round: bool = False
    """Whether it goes round a curve."""
    turns_back: bool = False
    """Whether it turns right about, so that the turn is the thing to show."""


class _Text:
    """The tokens as one string, so that patterns can be looked for; those taken are not in it."""

    def __init__(self, tokens: list[Token], taken: list[bool]) -> None:
        self.taken = taken
        self.at: dict[int, int] = {}
        parts: list[str] = []
        length = 0
        for i, token in enumerate(tokens):
            word = "_" if taken[i] else token.text
            self.at[length] = i
            parts.append(word)
            length += len(word) + 1
        self.words = " ".join(parts)

    def find(self, pattern: str) -> Iterator[re.Match[str]]:
        """Every place of the pattern, whose words are taken from then on."""
        for found in re.finditer(rf"(?<!\S)(?:{pattern})(?!\S)", self.words):
            places = [i for start, i in self.at.items() if found.start() <= start < found.end()]
            if places and not any(self.taken[i] for i in places) and not _AIMED.search(self.words[: found.start()]):
                yield found
                for i in places:
                    self.taken[i] = True


def find_course(tokens: list[Token], taken: list[bool], matches: list[Match]) -> Course:
    """What is said of the course of a motion; its words are marked as taken. Empty where nothing moves along."""
    course = Course()
    held = [k for m in matches if not is_gait(m.entry) and m.entry != TURN for k in m.places]
    moving = {k for m in matches if is_gait(m.entry) for k in m.places}  # "4 steps" takes a word of "steps forward"
    blocked = [(used and k not in moving) or k in held for k, used in enumerate(taken)]
    text = _Text(tokens, blocked)
    turns = any(m.entry == TURN for m in matches) and not re.search(rf"(?<!\S)(?:{_PART})(?!\S)", text.words)
    if not (turns or any(moves(m.entry) for m in matches) or _tells_a_path(text.words)):
        _repeats(text, course)
    else:
        _along(text, course)
    named = {k for m in matches for k in m.places}  # what they take, they take themselves
    for i, used in enumerate(blocked):
        taken[i] = taken[i] or (used and i not in named)
    return course


def _tells_a_path(words: str) -> bool:
    return bool(re.search(rf"(?<!\S)(?:{_PATH}|circular)(?!\S)", words)) and not re.search(
        rf"(?<!\S)(?:{_PART}|draw\w*|wip\w*|motions?|movements?)(?!\S)", words
    )


def _repeats(text: _Text, course: Course) -> None:
    for pattern in (_UNSHOWN[2], _UNSHOWN[3]):
        course.said += [found[0] for found in text.find(pattern)]


def _along(text: _Text, course: Course) -> None:
    for pattern in _BEGINS:
        for found in text.find(pattern):
            course.first = course.first or found["side"]
    course.turns_back = bool(_AROUND.search(text.words))
    turning = re.search(r"clockwise|anticlockwise|counter", text.words)
    rounds = re.finditer(rf"(?<!\S)(?:turn\w*|veer\w*|{_PATH}|circular|clockwise|degrees?)(?!\S)", text.words)
    course.round = any(not _AIMED.search(text.words[: found.start()]) for found in rounds)
    for pattern in _GONE:
        for found in text.find(pattern):
            course.side = course.side or found["side"]
    if turning and not course.side:
        course.side = "right" if turning[0] == "clockwise" and "counter" not in text.words else "left"
    for pattern in _UNSHOWN:
        course.said += [found[0] for found in text.find(pattern)]
    for way, pattern in (("back", _BACK), ("aside", _ASIDE), ("on", _ONWARD)):
        for _ in text.find(pattern):
            course.way = course.way or way
    course.said += [found[0] for found in text.find(_RETURN)]


def is_gait(name: str) -> bool:
    """Whether an entry is a way to move along on the feet."""
    return atlas().entries[name].category == "locomotion" and bool(_GAITS & set(name.split())) and name != TURN


def moves(name: str) -> bool:
    """Whether an entry gets somewhere: a gait, a jump."""
    return is_gait(name) or (atlas().entries[name].category == "locomotion" and atlas().posture(name) == "air")


__all__ = ["TURN", "Course", "find_course", "is_gait", "moves"]
