"""Texts about a pose, worded anew each time: PoseScript's selection and aggregation (Delmas et al., 2022, section 3.2).

Some statements are skipped at random, the rest are joined in one of several ways, with synonyms for what the captioner
always says alike. The same description and generator give the same text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from backend.language.caption_facts import Fact
from backend.language.captions import listed

from .described import Described

_AS_CAPTIONED: Final = 0.35  # share of texts that are the captioner's own
_PLAIN: Final = 0.25  # share without capitals and final stop, as prompts are typed
_RARE: Final = 0.7  # salience from which on a statement is seldom left out
_SYNONYMS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (r"bent at a right angle", ("bent 90 degrees", "at a right angle", "bent by 90 degrees")),
    (r"raised overhead", ("straight up", "raised above the head", "up in the air", "lifted overhead", "reaching up")),
    (r"stretched out to the side", ("out to the side", "extended sideways", "held out sideways", "in a T")),
    (r"stretched forward", ("straight out in front", "extended forward", "reaching forward", "pointing forward")),
    (r"hang(s|ing)? at the sides?", ("hang down", "relaxed at the sides", "down by the sides", "loose")),
    (r"\bbent far forward\b", ("bending deep forward", "folded forward", "bowing deeply")),
    (r"\bleaning forward\b", ("bending forward", "tilted forward", "with the torso leaning forward")),
    (r"\bleaning back\b", ("arched back", "bending backwards", "with the torso leaning back")),
    (r"\blooking up\b", ("gazing up", "with the head up", "looking at the sky", "looking upwards")),
    (r"\blooking down\b", ("gazing down", "with the head bowed", "looking at the floor", "looking downwards")),
    (r"\bsharply bent\b", ("strongly bent", "bent more than 90 degrees", "bent a lot")),
    (r"\bfully bent\b", ("completely bent", "folded", "bent as far as it goes")),
    (r"\bslightly bent\b", ("a little bent", "a bit bent", "almost straight")),
    (r"\bstanding\b", ("standing", "on their feet", "upright")),
    (r"\bslightly\b", ("a little", "a bit", "somewhat")),
    (r"\bon the ground\b", ("on the floor",)),
    (r"\btorso\b", ("upper body", "trunk")),
    (r"\bforearm\b", ("lower arm",)),
    (r"\bboth (?=\w+s\b)", ("the ", "both of the ")),
    (r"\bturned\b", ("rotated",)),
)
_PEOPLE: Final = ("a person", "someone", "the person", "a man", "a woman", "the character", "somebody", "the figure")


def worded(of: Described, rng: np.random.Generator, long: bool = True) -> str:
    """One text about a pose. long: whether whole paragraphs may come up as well."""
    if rng.random() < _AS_CAPTIONED:
        text = _captioned(of, rng, long)
    else:
        text = _composed(of, rng, 6 if long else 3)
    text = _with_synonyms(text, rng)
    return _typed(text, rng)


def _captioned(of: Described, rng: np.random.Generator, long: bool) -> str:
    kind = rng.random()
    if kind < 0.45 or not long:
        return of.line
    if kind < 0.8:
        return of.paragraph
    sentences = re.split(r"(?<=\.) ", of.full)
    kept = [s for s in sentences if rng.random() < 0.6] or sentences[:1]
    return " ".join(kept)


def _composed(of: Described, rng: np.random.Generator, most: int) -> str:
    facts = _chosen(of.facts, rng, most)
    manner = int(rng.integers(4))
    if manner == 0:  # "standing with the left arm raised overhead, looking up"
        return _one_sentence(of.posture, facts)
    if manner == 1:  # "a person is standing. the left arm is raised overhead. looking up."
        who = str(rng.choice(_PEOPLE))
        return ". ".join([f"{who} is {of.posture}", *(_clause(f, rng) for f in facts)]) + "."
    if manner == 2:  # "stand with the left arm raised overhead"
        return _one_sentence(of.order, facts)
    start = [of.posture] if rng.random() < 0.7 or not facts else []
    return ", ".join([*start, *(f.phrase() for f in facts)])


def _chosen(facts: Sequence[Fact], rng: np.random.Generator, most: int) -> list[Fact]:
    """Up to `most` statements in random order: what is telling mostly stays, what everybody does is mostly skipped."""
    keep = [f for f in facts if rng.random() < (0.85 if f.salience >= _RARE else 0.25 + 0.6 * f.salience)]
    kept = keep[: int(rng.integers(1, most + 1))]
    order = rng.permutation(len(kept)) if rng.random() < 0.6 else range(len(kept))
    return [kept[int(i)] for i in order]


def _one_sentence(start: str, facts: Sequence[Fact]) -> str:
    having = [f.phrase() for f in facts if not f.whole]
    doing = [f.phrase() for f in facts if f.whole]
    join = ", " if " with " in start else " with "
    return ", ".join([start + (join + listed(having) if having else ""), *doing])


def _clause(fact: Fact, rng: np.random.Generator) -> str:
    if fact.whole:
        return f"they are {fact.text}"
    be = "are" if fact.side == "both" or fact.part in ("feet", "legs") else "is"
    subject = fact.subject()
    if rng.random() < 0.5:
        subject = re.sub(r"^(the|both)\b", lambda m: "their" if m[0] == "the" else "both their", subject)
    return f"{subject} {be} {fact.text}"


def _with_synonyms(text: str, rng: np.random.Generator) -> str:
    for pattern, others in _SYNONYMS:
        if rng.random() < 0.4 and re.search(pattern, text, re.IGNORECASE):
            other = str(rng.choice(others))
            text = re.sub(pattern, other, text, flags=re.IGNORECASE)
    return text


def _typed(text: str, rng: np.random.Generator) -> str:
    if rng.random() < _PLAIN:
        return text.lower().rstrip(".")
    return text[:1].upper() + text[1:]
