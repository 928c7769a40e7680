"""Statements as an animator would say them: "both arms up", "left palm on right hip". For replies only."""

from __future__ import annotations

from collections.abc import Iterable

from backend.posecodes import Posecode
from backend.posecodes.angle import Angle
from backend.posecodes.contact import Contact
from backend.posecodes.direction import Direction
from backend.posecodes.facing import Facing
from backend.posecodes.gaze import Gaze
from backend.posecodes.ground import Support
from backend.posecodes.turn import Turn
from backend.posecodes.vocabulary import words

from .phrase_kinds import plain

_WAYS = (("left", "right"), ("up", "down"), ("forward", "back"))
_WHOLE = {"upper_arm": ("forearm", "arm"), "thigh": ("shin", "leg")}


def phrases(program: Iterable[Posecode]) -> list[str]:
    """A few words for every statement, with both sides and both halves of a straight limb said once."""
    said = list(dict.fromkeys(_phrase(code) for code in _merged(list(program))))
    out: list[str] = []
    for text in said:
        twin = _other_side(text)
        if twin in said and twin != text:
            text = _both(text)
        if text not in out:
            out.append(text)
    return out


def _merged(program: list[Posecode]) -> list[Posecode]:
    """Upper and lower segment that point the same way become the whole limb."""
    out = []
    taken: set[int] = set()
    for i, code in enumerate(program):
        if i in taken:
            continue
        if isinstance(code, Direction):
            side, _, part = code.segment.partition("_")
            lower, whole = _WHOLE.get(part, ("", ""))
            twin = Direction(f"{side}_{lower}", code.toward, code.frame) if lower else None
            if twin in program:
                taken.add(program.index(twin))
                code = Direction(f"{side}_{whole}", code.toward, code.frame)
        out.append(code)
    return out


def _phrase(code: Posecode) -> str:
    if isinstance(code, Direction):
        return f"{words(code.segment)} {_way(code.toward, code.segment)}"
    if isinstance(code, Facing):
        return f"{words(code.part)} facing {_way(code.toward, code.part)}"
    if isinstance(code, Contact):
        return f"{words(code.a)} on {words(code.b)}"
    if isinstance(code, Angle):
        return f"{words(code.joint)} " + ("straight" if code.degrees < 8 else f"bent {code.degrees:.0f} degrees")
    if isinstance(code, Gaze):
        if code.place is not None:
            return "looking at the place"
        return f"looking at {words(code.target)}" if code.target else f"looking {_way(code.toward or (0, 0, 1), '')}"
    if isinstance(code, Turn):
        sides = ("forward", "back") if code.motion == "bowed" else ("left", "right")
        return f"{code.part} {code.motion} {sides[code.degrees < 0]} {abs(code.degrees):.0f} degrees"
    if isinstance(code, Support) and code.height:
        return f"{', '.join(words(p) for p in code.parts)} on a seat"
    return plain(code) or code.said()


def _way(direction: tuple[float, float, float], name: str) -> str:
    """The main one or two directions in words; sideways is "out" or "in" for a limb."""
    size = sum(v * v for v in direction) ** 0.5
    parts = []
    for value, (plus, minus) in zip(direction, _WAYS, strict=True):
        if abs(value) > 0.35 * size:
            word = plus if value > 0 else minus
            if word in ("left", "right") and name.startswith(("left_", "right_")):
                word = "out" if name.startswith(word) else "in"
            parts.append((abs(value), word))
    return " and ".join(word for _, word in sorted(parts, reverse=True))


def _other_side(text: str) -> str:
    swap = {"left": "right", "right": "left"}
    return " ".join(swap.get(w.rstrip(","), w.rstrip(",")) + ("," if w.endswith(",") else "") for w in text.split())


def _both(text: str) -> str:
    """Said of both sides: "left arm up" -> "both arms up"."""
    side, _, rest = text.partition(" ")
    if side not in ("left", "right"):
        return text
    head, _, tail = rest.partition(" ")
    if head in ("upper", "lower", "index", "middle", "ring"):
        head, _, tail = (lambda p: (f"{head} {p[0]}", "", p[2]))(tail.partition(" "))
    plural = {"foot": "feet", "toes": "toes"}.get(head, f"{head}s")
    other = "right" if side == "left" else "left"
    return f"both {plural} {tail.replace(f'{side} ', 'the ', 1).replace(f'{other} ', 'the opposite ', 1)}".strip()
