"""Limbs at each other: legs and ankles crossed, a foot or an ankle at the other leg, forearms crossed."""

from __future__ import annotations

from typing import Final

from .clauses import Clause, Part, other
from .context import Context, Finding
from .lexicon import SIDES

_REGIONS: Final = {
    "knee": "knee",
    "thigh": "thigh inner",
    "leg": "thigh inner",
    "calf": "calf",
    "shin": "shin",
    "ankle": "ankle",
    "foot": "foot top",
}
_LYING: Final = frozenset(("lie", "prone", "side"))
_LOW: Final = frozenset(("stomach", "waist", "hip", "groin", "lap", "thigh"))


def crossed_arms(clause: Clause) -> Finding:
    """As in "wrists crossed above the head": forearm lies on forearm."""
    if "overhead" in clause.ways or any(p.kind == "head" for p in clause.targets):
        lines = ("both upper arms points up 0.3 out", "both forearms points up 0.45 in")
    elif "back" in clause.ways or clause.relation == "behind":
        lines = ("both upper arms points down 0.35 back 0.2 out", "both forearms points down 0.6 in 0.3 back")
    else:
        fore = "0.6 front 0.7 in 0.2 down" if any(p.kind in _LOW for p in clause.targets) else "front 0.6 up 0.7 in"
        lines = ("both upper arms points down 0.4 front 0.2 out", f"both forearms points {fore}")
    return Finding((*lines, "left forearm touches right forearm"))


def crossed_legs(clause: Clause, ctx: Context, part: Part) -> Finding:
    """Both legs crossed: over the knee or at the ankles."""
    at_ankles = part.kind in ("ankle", "foot") or any(t.text in ("ankle", "ankles") for t in clause.words)
    if ctx.posture == "sit" and at_ankles:
        return Finding(crossed_ankles("right"))
    if ctx.posture == "sit":
        return Finding(crossed_knees("right"))
    if ctx.posture in _LYING or (ctx.posture == "floor" and at_ankles):
        return Finding(("left ankle 0.06 right of right ankle", "left ankle 0.07 above right ankle"))
    if ctx.posture == "floor":
        return Finding()
    return Finding((), crossed_standing("left"))


def crossed_knees(side: str) -> tuple[str, ...]:
    """One knee over the other of one that sits on a chair: the shin hangs beyond the leg below."""
    below = other(side)
    return (
        f"{below} thigh points front 0.05 in",
        f"{below} shin points down",
        f"{below} foot on ground",
        f"{side} thigh points front 0.45 in 0.3 up",
        f"{side} shin points down 0.5 in 0.2 front",
        f"{side} ankle at least 0.05 {below} of {below} knee",
    )


def crossed_ankles(side: str) -> tuple[str, ...]:
    """The ankles of one that sits on a chair, that of `side` in front."""
    sign = "left" if side == "right" else "right"
    return (
        "both thighs points front 0.04 out",
        "both shins points down 0.3 front 0.22 in",
        "both heels on ground",
        f"{side} ankle 0.05 {sign} of {other(side)} ankle",
        f"{side} ankle 0.1 in front of {other(side)} ankle",
    )


def crossed_standing(side: str, *, behind: bool = False, toes: bool = False) -> tuple[str, ...]:
    """One foot on the other side of the one that stands, before or behind it."""
    sign = "right" if side == "left" else "left"
    ground = f"{side} toes, {other(side)} foot on ground" if toes or behind else "both feet on ground"
    place = f"{side} ankle 0.16 {'behind' if behind else 'in front of'} {other(side)} ankle"
    return (f"{side} ankle 0.1 {sign} of {other(side)} ankle", place, ground)


def foot_at(ctx: Context, part: Part, side: str, target: Part, crossed: bool) -> Finding:
    """A foot or ankle at the other leg."""
    where = next((s for s in target.sides if s in SIDES and s != side), other(side))
    if part.kind in ("leg", "thigh", "knee", "foot", "ankle") and crossed and target.kind == part.kind:
        if ctx.posture == "sit" and part.kind in ("ankle", "foot"):
            return Finding(crossed_ankles(side))
        if ctx.posture == "sit":
            return Finding(crossed_knees(side))
        if ctx.posture in _LYING:
            sign = "right" if side == "left" else "left"
            return Finding((f"{side} ankle 0.06 {sign} of {where} ankle", f"{side} ankle 0.07 above {where} ankle"))
        return Finding((), crossed_standing(side))
    if part.kind == "leg" or part.kind == "thigh":
        return Finding((f"{side} thigh points front 0.25 in 0.1 up", f"{side} calf touches {where} thigh"))
    thigh = target.kind in ("knee", "thigh", "leg")
    if thigh and (part.kind in ("ankle", "shin") or ctx.posture not in ("", "stand")):
        return _figure_four(ctx, side, where)
    region = _REGIONS.get(target.kind, "thigh inner")
    if target.kind in ("ankle", "foot", "calf", "shin"):
        placed: tuple[str, ...] = (f"{side} thigh points down 0.35 out 0.35 front",)
    else:
        placed = (f"{side} thigh points out 0.7 down 0.3 front", f"{side} knee bent 125")
    return Finding((*placed, f"{side} foot sole touches {where} {region}"))


def _figure_four(ctx: Context, side: str, where: str) -> Finding:
    """The ankle lies across the other thigh."""
    if ctx.posture in ("sit", "floor"):
        lines = (f"{side} thigh points front 0.5 out 0.1 up", f"{side} shin points in 0.25 front 0.1 down")
        return Finding((*lines, f"{side} ankle touches {where} thigh"))
    if ctx.posture == "lie":
        lines = (f"{side} thigh points up 0.6 out 0.4 front", f"{side} shin points in 0.3 front 0.2 up")
        return Finding((*lines, f"{side} ankle touches {where} thigh"))
    ctx.free_leg = ""
    lines = (f"{side} thigh points 0.7 out 0.6 front 0.25 down", f"{side} shin points in 0.25 front 0.35 down")
    stand = (f"{where} thigh points down 0.5 front", f"{where} knee bent 50", f"{where} foot on ground")
    return Finding((*lines, f"{side} ankle touches {where} knee"), stand)
