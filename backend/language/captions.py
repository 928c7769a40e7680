"""What a pose is, in words: a line, a paragraph, everything. And the instruction that turns one pose into another."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from backend.posecodes.vocabulary import SIDES
from rigs.wire import Pose

from .caption_facts import Fact, facts_of
from .differences import difference
from .measures import Measures
from .postures import Posture, is_upright, posture_of

_IN_A_LINE: Final = 3  # statements after the posture
_LINE_SALIENCE: Final = 0.5
_PARAGRAPH_SALIENCE: Final = 0.28
_ORDER: Final = ("torso", "arm", "elbow", "hand", "leg", "thigh", "knee", "foot", "feet", "legs", "head")


def describe(pose: Pose) -> tuple[str, str, str]:
    """Natural English at three lengths, the most telling first: a line, a paragraph, everything."""
    m = Measures(pose)
    posture = posture_of(m)
    facts = facts_of(m, posture)
    paragraph = _paragraph(posture, [f for f in facts if f.salience >= _PARAGRAPH_SALIENCE])
    full = " ".join([_paragraph(posture, facts), *_numbers(m, posture)])
    return _line(posture, facts), paragraph, full


def _line(posture: Posture, facts: list[Fact]) -> str:
    """Like "Kneeling on the right knee with both arms raised, looking up"."""
    chosen = [f for f in facts if f.salience >= _LINE_SALIENCE][:_IN_A_LINE]
    doing = [f.phrase() for f in chosen if f.whole]
    having = [f.phrase() for f in chosen if not f.whole]
    join = ", " if " with " in posture.words or "," in posture.words else " with "
    start = posture.words + (join + listed(having) if having else "")
    return _sentence(", ".join([start, *doing]))


def _paragraph(posture: Posture, facts: list[Fact]) -> str:
    """The posture with how the trunk stands, then a sentence for the arms and hands, the legs, the head."""
    ordered = sorted(facts, key=lambda f: _ORDER.index(f.part))
    sentences = [", ".join([posture.words, *(f.phrase() for f in ordered if f.part == "torso" and f.whole)])]
    for parts in (("torso",), ("arm", "elbow"), ("hand",), ("leg", "thigh", "knee", "foot", "feet", "legs"), ("head",)):
        said = [_clause(f) for f in ordered if f.part in parts and not (f.part == "torso" and f.whole)]
        if said:
            sentences.append(_joined(said))
    return " ".join(_sentence(s) for s in sentences)


def _clause(fact: Fact) -> str:
    """Like "the left arm is raised overhead"."""
    if fact.whole:
        return f"the {fact.part} is {fact.text}"
    be = "are" if fact.side == "both" or fact.part in ("feet", "legs") else "is"
    return f"{fact.subject()} {be} {fact.text}"


def _joined(clauses: list[str]) -> str:
    """Clauses in one sentence; a subject that comes again is not repeated."""
    out = clauses[:1]
    for previous, clause in pairwise(clauses):
        subject = previous.split(" is ")[0]
        same = clause.startswith(f"{subject} is ")
        out.append(clause[len(subject) + 4 :] if same else clause)
    return listed(out) if len(out) < 3 else f"{', '.join(out[:-1])} and {out[-1]}"


def listed(items: list[str]) -> str:
    """Like "a", "a and b", "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _numbers(m: Measures, posture: Posture) -> list[str]:
    """The figures: bends, distances, the turn of trunk and head."""
    out = [_pair(m, "elbow"), _pair(m, "knee")]
    feet = m.offset("left_ankle", "right_ankle", "pelvis")
    out.append(f"The feet are {np.linalg.norm(feet):.2f} m apart, the hands {m.gap('left_palm', 'right_palm'):.2f} m.")
    if is_upright(posture):
        left, up, front = m.direction("torso")
        lean = round(float(np.degrees(np.arctan2(front, up))))
        out.append(f"The torso leans {abs(lean)} degrees {'forward' if lean >= 0 else 'back'}.")
        del left
    turned = round(m.turn("head", "turned"))
    if abs(turned) >= 5:
        out.append(f"The head is turned {abs(turned)} degrees to the {'left' if turned > 0 else 'right'}.")
    return out


def _pair(m: Measures, joint: str) -> str:
    """Like "The left elbow is bent 20 degrees, the right elbow 90 degrees."."""
    bends = [round(m.flexion(f"{s}_{joint}")) for s in SIDES]
    if abs(bends[0] - bends[1]) < 5:
        return f"Both {joint}s are bent {round(sum(bends) / 2)} degrees."
    return f"The left {joint} is bent {bends[0]} degrees, the right {joint} {bends[1]} degrees."


__all__ = ["describe", "difference", "listed"]
