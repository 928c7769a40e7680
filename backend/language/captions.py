"""What a pose is, in words: a line, a paragraph, everything. And the instruction that turns one pose into another."""

from __future__ import annotations

from typing import Final

from backend.posecodes.vocabulary import SIDES
from rigs.wire import Pose

from .caption_facts import Fact, facts_of
from .caption_full import SHAPES, everything, limbs
from .differences import difference
from .measures import Measures
from .postures import Posture, posture_of

_IN_A_LINE: Final = 3  # statements after the posture
_WORDS_IN_A_LINE: Final = 20
_LINE_SALIENCE: Final = 0.5
_PARAGRAPH_SALIENCE: Final = 0.28
_FEWER_WORDS: Final = 1.3  # see `aim`
_OF_LEGS: Final = frozenset(("leg", "thigh", "knee", "foot", "feet", "legs"))


def describe(pose: Pose) -> tuple[str, str, str]:
    """Natural English at three lengths, the most telling first: a line, a paragraph, everything."""
    m = Measures(pose)
    posture = posture_of(m)
    return told(m, posture, facts_of(m, posture))


def told(m: Measures, posture: Posture, facts: list[Fact]) -> tuple[str, str, str]:
    """The three lengths of `describe`, from what has been found about the pose already."""
    return _line(posture, facts), _paragraph(m, posture, facts), everything(m, posture, facts)


def _line(posture: Posture, facts: list[Fact]) -> str:
    """Like "Kneeling on the right knee with both arms raised, looking up"."""
    chosen: list[Fact] = []
    words = len(posture.words.split()) + 1
    for fact in (f for f in facts if f.salience >= _LINE_SALIENCE):
        size = len(fact.phrase().split()) + bool(chosen)
        if len(chosen) < _IN_A_LINE and not _implied(fact, chosen) and (not chosen or words + size <= _WORDS_IN_A_LINE):
            chosen.append(fact)
            words += size
    doing = [f.phrase() for f in chosen if f.whole]
    having: dict[str, list[str]] = {}
    for fact in chosen:
        if not fact.whole:
            having.setdefault(fact.subject(), []).append(fact.text)
    parts = [f"{subject} {' and '.join(texts)}" for subject, texts in having.items()]
    join = ", " if " with " in posture.words or "," in posture.words else " with "
    start = posture.words + (join + listed(parts) if parts else "")
    return _sentence(", ".join([start, *doing]))


def _implied(fact: Fact, chosen: list[Fact]) -> bool:
    """Whether the place of the hand or foot, which is told, says where its limb is."""
    if fact.part == "hand" and fact.text in SHAPES:
        return any(f.part == "hand" and f.side in (fact.side, "both") and f.text not in SHAPES for f in chosen)
    ends = {"arm": "hand", "forearm": "hand", "elbow": "hand", "leg": "foot", "knee": "foot"}.get(fact.part)
    return any(f.part == ends and f.side in (fact.side, "both") for f in chosen)


def _paragraph(m: Measures, posture: Posture, facts: list[Fact]) -> str:
    """The posture with how the trunk stands, then a sentence or two for arms and hands, for legs, for the head."""
    telling = [f for f in facts if f.salience >= _PARAGRAPH_SALIENCE]
    sentences = [", ".join([posture.words, *(f.phrase() for f in telling if f.part == "torso" and f.whole)])]
    sentences += [_clause(f) for f in telling if f.part == "torso" and not f.whole]
    sentences += _arms(m, posture, telling)
    if any(f.part in _OF_LEGS for f in telling):
        sentences += [
            s for s in limbs(m, posture, "leg", cost=_FEWER_WORDS) if not s.endswith("straight, pointing down")
        ]
        sentences += [_clause(f) for f in telling if f.part in ("feet", "legs") or f.text.startswith("against")]
    sentences += _head([f for f in telling if f.part == "head"])
    return " ".join(_sentence(s) for s in sentences)


def _arms(m: Measures, posture: Posture, facts: list[Fact]) -> list[str]:
    """What the hands are on or the arms do together, else where each arm goes; then the shapes of the hands."""
    hands = [f for f in facts if f.part == "hand" and f.text.startswith(("on the ", "together"))]
    busy = {side for f in hands for side in (SIDES if f.side == "both" else (f.side,))}
    crossed = [f for f in facts if f.part == "arm" and f.text.startswith("crossed")]
    if crossed:
        return [_clause(f) for f in crossed]
    ways = [] if len(busy) == len(SIDES) else limbs(m, posture, "arm", cost=_FEWER_WORDS)
    free = [way for way in ways if not any(f"the {side} " in way for side in busy)]
    free = [way for way in free if "hang" not in way or len(free) == 1]
    shapes = [f for f in facts if f.part == "hand" and f.text in SHAPES]
    return [*(_clause(f) for f in hands), *free, *(_clause(f) for f in shapes)]


def _head(facts: list[Fact]) -> list[str]:
    """Like "the head is slightly turned to the right, looking up"."""
    how = listed([f.text for f in facts if not f.whole])
    gaze = [f.text for f in facts if f.whole]
    return [", ".join([f"the head is {how}", *gaze])] if how else gaze


def _clause(fact: Fact) -> str:
    """Like "the left arm is raised overhead"."""
    be = "are" if fact.side == "both" or fact.part in ("feet", "legs") else "is"
    return f"{fact.subject()} {be} {fact.text}"


def listed(items: list[str]) -> str:
    """Like "a", "a and b", "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


__all__ = ["describe", "difference", "listed", "told"]
