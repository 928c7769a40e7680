"""One deed told by several words: a golfer who putts is the putt, and the blocks of a sprinter are no blocking."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from backend.posecodes.direction import Direction
from backend.posecodes.facing import Facing
from backend.posecodes.ground import Support

from .atlas import atlas
from .lexicon import SIDES, SPLITTERS
from .matching import Match, index
from .tokens import Token

# Families whose poses say all of the body: what only names their doer, their field or a part of them adds nothing.
_WHOLE: Final = frozenset(("sport", "martial", "weapons"))
_POSTURES: Final = frozenset(("postures", "sitting", "lying", "kneeling", "standing", "crouching"))
_POSING: Final = frozenset(("sit", "stand", "lie", "kneel", "crouch", "squat", "recline", "perch", "prone", "knee"))
_DOER_ENDINGS: Final = ("er", "ers", "or", "ist", "man", "men")
_AHEAD: Final = frozenset(("forward", "front", "infront", "ahead", "leading", "first"))
_BEHIND: Final = frozenset(("behind", "back", "backward", "backwards"))
_GOES: Final = 0.25  # of 1: how far a leg points to the front or the back that is in front or behind
_LINKS: Final = frozenset(("is", "in", "the", "at", "placed", "set", "goes"))
_DOERS: Final = frozenset(("goalie", "samurai", "knight", "ninja", "quarterback", "cop", "jockey", "athlete", "cowboy"))
_FIELDS: Final = frozenset(
    ("tennis", "golf", "baseball", "basketball", "football", "soccer", "hockey", "boxing", "karate", "judo", "cricket")
    + ("volleyball", "badminton", "handball", "rugby", "wrestling", "taekwondo", "fencing", "archery", "kendo", "sumo")
)


def of_one_deed(tokens: list[Token], matches: list[Match]) -> list[Match]:
    """The matches without those that only name the doer, the field, a part or a thing of what another match tells."""
    book = atlas()
    whole = [m for m in matches if not m.negated and book.entries[m.entry].category in _WHOLE]
    return [m for m in matches if not any(_belongs(tokens, m, deed) for deed in whole if deed.entry != m.entry)]


def _belongs(tokens: list[Token], match: Match, deed: Match) -> bool:
    """Whether a match is but a part of how the deed is told."""
    category = atlas().entries[match.entry].category
    kind = category in _WHOLE
    poses = category in _POSTURES and (match.size > 1 or tokens[match.places[0]].stem in _POSING)
    if match.negated or poses:
        return False
    if match.size == 1 and tokens[match.places[0]].stem == "hold":  # what is held is the deed's: racket, sword, ball
        return _clause(tokens, match) == _clause(tokens, deed)
    if not (kind or atlas().posture(match.entry)):
        return False
    if match.score < deed.score and _is_part(tokens, match, deed):
        return True
    last = tokens[match.places[-1]]
    if kind and _names_one(last):  # the doer of it, if the deed is no other doer and no word that says less ("hits")
        named_too = _names_one(tokens[deed.places[-1]])
        return deed.size > match.size or (not named_too and (deed.size > 1 or deed.score > match.score))
    is_thing = match.size == 1 and not last.text.endswith("ing")
    return is_thing and deed.size > 1 and _clause(tokens, match) == _clause(tokens, deed)


def _is_part(tokens: list[Token], match: Match, deed: Match) -> bool:
    """Whether the deed can be told with the words of the match: the jump of a header, the sword beside a shield."""
    told = index().context[deed.entry]
    return all(tokens[k].stem in told for k in match.places)


def lead(tokens: list[Token], taken: list[bool], matches: list[Match]) -> str:
    """The side of "right foot forward" beside a stance with a leading foot, its words taken; "" if not said."""
    names = [m.entry for m in matches if not m.negated]
    striding = [name for name in names if _is_led(name)]
    if not striding and not any(map(_is_stance, names)):
        return ""
    if any(t.text == "southpaw" for t in tokens) and not any(m.side for m in matches if _is_stance(m.entry)):
        return "right"  # a left-handed boxer leads with the right foot
    for i, token in enumerate(tokens[:-2]):
        if token.text in ("left", "right") and tokens[i + 1].text in ("foot", "leg") and not taken[i]:
            ahead = next((k for k in range(i + 2, min(i + 5, len(tokens))) if tokens[k].text not in _LINKS), None)
            if ahead is None:
                continue
            behind = tokens[ahead].text in _BEHIND and striding and _ends(tokens, ahead + 1)
            if behind or tokens[ahead].text in _AHEAD:
                taken[i : ahead + 1] = [True] * (ahead + 1 - i)
                return SIDES[1 - SIDES.index(token.text)] if behind else token.text
    return ""


def _ends(tokens: list[Token], k: int) -> bool:
    return k >= len(tokens) or tokens[k].is_mark or tokens[k].text in SPLITTERS


def _is_led(name: str) -> bool:
    """Whether "left leg behind" only says the side of a pose; the rules know what a leg of a lunge does."""
    return strides(name) and "lunge" not in name


def strides(name: str) -> bool:
    """Whether the leg that a pose's side is that of goes ahead, where its foot or the body faces, the other behind."""
    entry = atlas().entries[name]
    if entry.limb != "leg":
        return False
    program, rear = atlas().program(name), SIDES[1 - SIDES.index(entry.side)]
    feet = [
        c.toward for c in program if isinstance(c, Facing) and c.part == f"{entry.side}_foot" and abs(c.toward[0]) > 0.9
    ]
    ahead = feet[0] if feet else (0.0, 0.0, 1.0)
    goes = [
        next((c.toward for c in program if isinstance(c, Direction) and _is_leg(c, s)), (0.0, -1.0, 0.0))
        for s in (entry.side, rear)
    ]
    own, other = (sum(a * b for a, b in zip(toward, ahead, strict=True)) for toward in goes)
    return own > _GOES > -_GOES > other


def _is_leg(code: Direction, side: str) -> bool:
    return code.segment in (f"{side}_leg", f"{side}_thigh")


def led(matches: list[Match], side: str) -> list[Match]:
    """The matches with the side of the leading foot."""
    return [replace(m, side=side) if side and (_is_stance(m.entry) or _is_led(m.entry)) else m for m in matches]


def _is_stance(name: str) -> bool:
    """Whether the side of a pose is that of a foot it stands on."""
    entry = atlas().entries[name]
    if entry.category not in _WHOLE or entry.limb != "leg":
        return False
    return any(isinstance(c, Support) and f"{entry.side}_foot" in c.parts for c in atlas().program(name))


def _names_one(token: Token) -> bool:
    """Whether a word says who does it or what it is a part of: "golfer", "tennis"."""
    return token.text.endswith(_DOER_ENDINGS) or token.text in _DOERS or token.text in _FIELDS


def _clause(tokens: list[Token], match: Match) -> int:
    """Which clause of the prompt a match stands in, counted."""
    return sum(t.is_mark or t.text in SPLITTERS for t in tokens[: match.places[0]])


__all__ = ["lead", "led", "of_one_deed", "strides"]
