"""Where arms go: directions in words, heights at which hands are held, hanging at ease."""

from __future__ import annotations

from math import cos, radians, sin
from typing import Final

from .clauses import Clause, Part

LEVELS: Final = {  # how high a hand is held with the elbow bent: upper arm, forearm
    "shoulder": ("0.35 out down 0.45 front", "up 0.35 front 0.1 out"),
    "chest": ("0.3 out down 0.3 front", "front 0.45 up"),
    "head": ("0.6 out 0.2 front 0.1 up", "up 0.15 front"),
    "face": ("0.4 out 0.5 front", "up 0.2 front"),
    "chin": ("0.4 out down 0.7 front", "up 0.5 front"),
    "waist": ("0.15 out down", "front 0.05 up"),
    "stomach": ("0.2 out down", "front 0.1 in"),
    "hip": ("0.2 out down 0.2 back", "front 0.3 down"),
    "eye": ("0.4 out 0.5 front", "up 0.2 front"),
    "ear": ("0.6 out 0.2 front 0.1 up", "up 0.15 front"),
}


def hanging(side: str) -> list[str]:
    """The arm at ease beside the body."""
    return [f"{side} upper arm points down 0.16 out 0.04 back", f"{side} forearm points down 0.05 out 0.22 front"]


_LADDER: Final = ("hip", "waist", "chest", "shoulder", "head")
_RUNGS: Final = {"stomach": "waist", "torso": "waist", "face": "head", "eye": "head", "ear": "head",
                 "neck": "shoulder", "pelvis": "hip", "buttocks": "hip", "groin": "hip", "mouth": "head"}  # fmt: skip


def above_or_below(clause: Clause, part: Part, side: str) -> list[str]:
    """As in "the right wrist below the left hip", "the fist above the shoulder"."""
    target = clause.targets[0] if clause.targets else None
    rung = _RUNGS.get(target.kind, target.kind) if target is not None else ""
    if rung not in _LADDER or part.kind not in ("hand", "wrist", "fist", "palm") or clause.negated:
        return []
    if clause.relation in ("below", "under", "underneath") and rung in ("hip", "waist"):
        return [f"{side} arm points down 0.06 out"]
    step = {"above": 1, "below": -1, "under": -1, "underneath": -1}.get(clause.relation, 0)
    if not step or (step > 0 and rung == "head"):
        return []
    upper, fore = LEVELS[_LADDER[_LADDER.index(rung) + step]]
    return [f"{side} upper arm points {upper}", f"{side} forearm points {fore}"]


def raised(clause: Clause) -> str:
    """How a raised arm points where no direction is said."""
    if clause.number is not None:
        return swung("front", clause.number)
    if clause.small:
        return "down 0.5 front 0.3 out"
    return "up 0.12 out"


def swung(way: str, degrees: float) -> str:
    """A direction that many degrees away from hanging, towards `way`."""
    rise = -cos(radians(degrees))
    across = f"{max(sin(radians(degrees)), 0.01):.3f} {way}"
    return f"{across} {abs(rise):.3f} {'up' if rise > 0 else 'down'}" if abs(rise) > 0.01 else way


def direction(ways: frozenset[str], clause: Clause, side: str) -> str:
    """The direction of an arm that these words mean, as a canonical line has it; "" for none."""
    flat = _level_ways(ways)
    if clause.number is not None and flat:
        return swung(flat[0], clause.number)
    if "v" in ways:
        return "down 0.7 out" if "down" in ways or clause.has("inverted") else "up 0.6 out"
    if clause.has("diagonal", "diagonally"):
        flat, ways = (flat or ["out"]), ways | ({"up"} if "down" not in ways else set())
    if "overhead" in ways:
        return next((f"up 0.5 {w}" for w in ("left", "right") if w in ways), "up 0.12 out")
    if flat:
        return _flat(flat, ways, clause)
    if "up" in ways:
        if clause.level:
            return "front"
        return "up 0.12 out" if not clause.small else "up front"
    return "down" if "down" in ways else ""


def _level_ways(ways: frozenset[str]) -> list[str]:
    """The level directions without contradictions: "left" and "out" of the right arm would cancel."""
    if {"left", "right"} <= ways:
        ways = ways - {"left", "right"} | {"out"}
    if ways & {"left", "right"} or {"in", "out"} <= ways:
        ways = ways - {"out", "in"} if ways & {"left", "right"} else ways - {"in"}
    if {"front", "back"} <= ways:
        ways = ways - {"back"}
    return [w for w in ("front", "back", "left", "right", "out", "in") if w in ways]


def _flat(flat: list[str], ways: frozenset[str], clause: Clause) -> str:
    """A level direction, tilted by what else is said about height."""
    across = " ".join(flat)
    if "up" in ways and not clause.level:
        return f"{across} 0.35 up" if clause.small else f"{across} 0.8 up"
    if "down" in ways and not clause.level:
        return f"{across} 0.35 down" if clause.small else f"down 0.6 {across}"
    if clause.level in ("waist", "hip"):
        return f"{across} down"
    if clause.level in ("head", "face", "eye"):
        return f"{across} 0.4 up"
    if clause.small and not clause.has("parallel"):
        return f"down 0.6 {across}"
    if flat == ["back"]:
        return "back 0.5 down" if clause.does("stretch") else "down 0.9 back"
    return across if across != "in" else "in 0.7 front"
