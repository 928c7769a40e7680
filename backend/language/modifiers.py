"""Moods and energies that change any pose by degree ("tired", "a bit drunk"): their table, and finding them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Final

from backend.errors import BadProgram
from backend.posecodes.hand import SHAPES

from .lexicon import NEGATIONS, SPLITTERS
from .tokens import Token, tokens_of

FILE: Final = Path(__file__).parent / "modifiers.toml"
_DEGREES: Final = {  # words before a mood -> factor on its strength
    "slightly": 0.5, "little": 0.5, "bit": 0.5, "somewhat": 0.6, "mildly": 0.5, "barely": 0.35, "subtly": 0.4,
    "rather": 0.9, "quite": 1.1, "fairly": 0.9, "kinda": 0.7, "half": 0.6,
    "very": 1.45, "really": 1.35, "so": 1.35, "extremely": 1.8, "totally": 1.6, "completely": 1.6, "utterly": 1.7,
    "super": 1.6, "incredibly": 1.7, "terribly": 1.6, "absolutely": 1.7, "deeply": 1.4, "insanely": 1.8, "too": 1.3,
    "pretty": 1.1, "awfully": 1.5, "seriously": 1.4, "exceedingly": 1.7, "overly": 1.4, "most": 1.3,
    "increasingly": 1.2, "more": 1.3, "much": 1.3, "intensely": 1.5, "visibly": 1.2, "clearly": 1.2, "obviously": 1.2,
}  # fmt: skip
_BEFORE: Final = 3  # words before a mood that may say how much, or deny it
MOST: Final = 2.0  # strength beyond which nothing grows


@dataclass(frozen=True)
class Modifier:
    """One mood. The effects are those of modifiers.toml: degrees, factors and shares for strength 1."""

    name: str
    words: Mapping[str, float]
    head: float = 0.0
    head_tilt: float = 0.0
    curl: float = 0.0
    lean: float = 0.0
    sway: float = 0.0
    twist: float = 0.0
    collars: float = 0.0
    forward: float = 0.0
    drop: float = 0.0
    arms_out: float = 0.0
    elbows: float = 0.0
    hands: str = ""
    knees: float = 0.0
    legs_out: float = 0.0
    stride: float = 1.0
    tiptoe: bool = False
    weight: float = 0.0


@dataclass(frozen=True)
class Mood:
    """A modifier as it was asked for. strength: 1 is plain, 0.5 "a bit", 1.5 "very"; said: the user's words.

    places: the tokens that say it.
    """

    modifier: Modifier
    strength: float
    said: str
    places: tuple[int, ...]


@cache
def modifiers() -> dict[str, Modifier]:
    """All modifiers by name."""
    return {m.name: m for m in load(FILE)}


def load(file: Path) -> list[Modifier]:
    """Read a file of modifiers.

    Raises:
        BadProgram: naming the file, the modifier and the field.
    """
    try:
        raws = tomllib.loads(file.read_text("utf-8"))["modifier"]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as error:
        raise BadProgram(f"{file.name}: {error}", "see docs/modifiers.md") from error
    return [_modifier(file.name, raw) for raw in raws]


def _modifier(file: str, raw: Mapping[str, Any]) -> Modifier:
    where = f"{file}: modifier {raw.get('name', 'without a name')}"
    known = {f.name: f for f in fields(Modifier)}
    for key, value in raw.items():
        if key not in known:
            raise BadProgram(f"{where}: unknown field {key!r}", f"fields: {', '.join(known)}")
        if known[key].type == "float" and (isinstance(value, bool) or not isinstance(value, (int, float))):
            raise BadProgram(f"{where}: {key}: expected a number, got {value!r}")
    if not raw.get("name") or not raw.get("words"):
        raise BadProgram(f"{where}: name and words are needed")
    if raw.get("hands", "") not in ("", *SHAPES):
        raise BadProgram(f"{where}: hands: expected one of {', '.join(SHAPES)}, got {raw['hands']!r}")
    return Modifier(**{**raw, "words": {w.replace("_", " "): float(n) for w, n in raw["words"].items()}})


@cache
def _phrases() -> dict[str, list[tuple[tuple[str, ...], Modifier, float]]]:
    """First word -> (words, modifier, strength), longest first; no stems: "interest rates" are not interested."""
    out: dict[str, list[tuple[tuple[str, ...], Modifier, float]]] = {}
    for modifier in modifiers().values():
        for said, strength in modifier.words.items():
            for words in _forms(said):
                texts = tuple(t.text for t in tokens_of(words))
                out.setdefault(texts[0], []).append((texts, modifier, strength))
    return {k: sorted(v, key=lambda p: -len(p[0])) for k, v in out.items()}


def _forms(word: str) -> Iterable[str]:
    """A mood as it is said: the adjective and, of single words, its adverb and comparative ("angry", "angrily")."""
    yield word
    if " " not in word and not word.endswith("ly"):
        yield _adverb(word)
        yield _comparative(word)


def _adverb(word: str) -> str:
    if word.endswith("y"):
        return f"{word[:-1]}ily"
    if word.endswith("le"):
        return f"{word[:-1]}y"
    return f"{word}ally" if word.endswith("ic") else f"{word}ly"


def _comparative(word: str) -> str:
    if word.endswith("y"):
        return f"{word[:-1]}ier"
    doubled = len(word) <= 5 and word[-1] in "bdgmnpt" and word[-2] in "aeiou" and word[-3] not in "aeiou"
    return f"{word}{word[-1]}er" if doubled else f"{word.removesuffix('e')}er"


@cache
def mood_words() -> frozenset[str]:
    """All words that moods are said with, in full and as stems."""
    said = [w for m in modifiers().values() for phrase in m.words for form in _forms(phrase) for w in form.split()]
    return frozenset(said) | _DEGREES.keys()


def find_moods(tokens: Sequence[Token]) -> list[Mood]:
    """The moods that a prompt speaks of, in its order; one that is denied ("not tired") is left out."""
    found: list[Mood] = []
    i = 0
    while i < len(tokens):
        size = 1
        for texts, modifier, strength in _phrases().get(tokens[i].text, ()):
            if tuple(t.text for t in tokens[i : i + len(texts)]) == texts:
                size = len(texts)
                factor, first = _degree(tokens, i)
                if factor > 0:
                    said = " ".join(t.said for t in tokens[i : i + size])
                    strength = min(strength * factor, MOST)
                    found.append(Mood(modifier, strength, said, tuple(range(first, i + size))))
                break
        i += size
    return found


def _degree(tokens: Sequence[Token], i: int) -> tuple[float, int]:
    """The factor that words before place i put on a mood (0: denied), and the place where they begin."""
    factor, first = 1.0, i
    for k in range(i - 1, max(-1, i - 1 - _BEFORE), -1):
        token = tokens[k]
        if token.is_mark or (token.text in SPLITTERS and token.text != "so"):
            break
        if token.text in NEGATIONS and token.text != "without":
            return 0.0, k
        if token.text in _DEGREES:
            factor, first = factor * _DEGREES[token.text], k
        elif first < i or token.text not in ("of", "a", "the"):
            break
    return factor, first
