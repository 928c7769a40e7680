"""Named places of the scene: looking at them, pointing at them, reaching for and touching them."""

from __future__ import annotations

from collections.abc import Mapping

from backend.posecodes import Posecode, read_line
from backend.posecodes.contact import Reach
from backend.posecodes.direction import Direction
from backend.posecodes.gaze import Gaze

from .clauses import Clause
from .context import Context, Place
from .lexicon import ARM_KINDS, SIDES
from .tokens import Token, tokens_of

_SHOULDER = (0.17, 1.38, 0.0)  # m, of the standing body: from there one points


def find_points(tokens: list[Token], points: Mapping[str, Place]) -> dict[int, tuple[str, int]]:
    """First token -> (name, how many tokens) of every name of a place that is in the prompt."""
    out: dict[int, tuple[str, int]] = {}
    for name in sorted(points, key=len, reverse=True):
        words = [t.text for t in tokens_of(name)]
        for i in range(len(tokens) - len(words) + 1):
            free = not any(k in out for k in range(i, i + len(words)))
            if words and free and [t.text for t in tokens[i : i + len(words)]] == words:
                out[i] = (name, len(words))
    return out


def at_point(clause: Clause, ctx: Context, name: str) -> tuple[Posecode, ...]:
    """What a clause does at a named place."""
    place = ctx.points[name]
    out: list[Posecode] = []
    arm = next((p for p in clause.parts if p.kind in ARM_KINDS), None)
    if clause.does("look") and arm is None:
        return (Gaze(place=place),)
    if clause.has("point", "aim"):
        for side in ctx.sides(arm) if arm else _nearest(ctx, place):
            out += [_pointing(side, place), *read_line(f"{side} hand point")]
        return tuple(out)
    foot = next((p for p in clause.parts if p.kind in ("foot", "toes", "heel")), None)
    if foot is not None:
        return tuple(Reach(f"{s}_toes", place) for s in ctx.sides(foot))
    if (
        arm is None
        and not clause.does("touch", "stretch", "raise")
        and not clause.has("reach", "grab", "take", "push", "pull", "press", "open", "hold")
    ):
        return ()
    for side in ctx.sides(arm) if arm else _nearest(ctx, place):
        region = {"elbow": "elbow", "palm": "palm", "fist": "fist", "index": "index_tip"}.get(
            arm.kind if arm else "", "palm" if clause.has("hold", "grab", "press", "push") else "fingertips"
        )
        out.append(Reach(f"{side}_{region}", place))
    return tuple(out)


def _nearest(ctx: Context, place: Place) -> tuple[str, ...]:
    """The hand on whose side the place lies."""
    side = SIDES[0] if place[0] > 0.05 else SIDES[1]
    ctx.note(f"No hand was named: I took the {side}.")
    return (side,)


def _pointing(side: str, place: Place) -> Direction:
    x = _SHOULDER[0] if side == "left" else -_SHOULDER[0]
    d = (place[0] - x, place[1] - _SHOULDER[1], place[2] - _SHOULDER[2])
    length = max(1e-6, sum(v * v for v in d) ** 0.5)
    return Direction(f"{side}_arm", (round(d[0] / length, 4), round(d[1] / length, 4), round(d[2] / length, 4)))
