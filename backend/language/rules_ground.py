"""What bears in words: kneeling, lying, hands and feet on the ground, standing on one leg, leaning on something."""

from __future__ import annotations

from typing import Final

from .clauses import Clause, Part, other
from .context import Context, Finding
from .lexicon import ARM_KINDS, SIDES

_BEARERS: Final = {
    "hand": "hand",
    "palm": "hand",
    "fist": "fist",
    "fingers": "fingers",
    "elbow": "elbow",
    "forearm": "forearm",
    "knee": "knee",
    "foot": "foot",
    "heel": "heel",
    "toes": "toes",
    "shin": "shin",
    "sole": "foot",
    "shoulder": "shoulder",
    "arm": "hand",
    "thigh": "thigh",
    "hip": "hip",
    "cheek": "cheek",
}
_CENTRAL: Final = {
    "back": "back",
    "head": "head top",
    "forehead": "forehead",
    "chest": "chest",
    "chin": "chin",
    "buttocks": "seat",
    "stomach": "belly",
}
STANDING: Final = frozenset(("", "stand"))
OFF_FEET: Final = frozenset(
    ["sit", "floor", "kneel", "lie", "prone", "side", "fours", "plank", "inverted", "bridge", "wheel", "dog"]
)


def tiptoe(sides: tuple[str, ...], ctx: Context | None = None) -> list[str]:
    if ctx is not None:
        ctx.on_toes |= set(sides)
    return [line for s in sides for line in (f"{s} toes on ground", f"{s} heel 0.09 above ground")]


def propped(clause: Clause, ctx: Context) -> Finding:
    """As in "propped up on the elbows", lying on the stomach."""
    arm = next((p for p in clause.parts if p.kind in ("elbow", "forearm", "hand")), None)
    if not clause.has("prop") or ctx.posture != "prone" or arm is None:
        return Finding()
    high = arm.kind == "hand"
    if high and any(p.kind in ("chin", "head", "face", "cheek") for p in clause.parts):
        lines = ["torso points front 0.7 up", "pelvis faces down", "head bowed back 12"]
        for side in ctx.sides(arm):
            lines += [f"{side} upper arm points down 0.45 front", f"{side} elbow on ground"]
            lines += [f"{side} forearm points up 0.3 back 0.2 in", f"{side} palm touches {side} cheek"]
        return Finding(tuple(lines))
    bearer = "hand" if high else "forearm"
    lines = ["torso points front 0.9 up" if high else "torso points front 0.45 up", "pelvis faces down"]
    for side in ctx.sides(arm):
        lines += [f"{side} upper arm points down 0.15 front", f"{side} {bearer} on ground"]
        lines += [] if high else [f"{side} forearm points front"]
    return Finding(tuple(lines))


def leaned_on(clause: Clause, ctx: Context) -> Finding:
    """As in "leaning back on the hands": they bear."""
    part = next((p for p in clause.targets if p.kind in ("hand", "palm", "elbow", "forearm", "fist")), None)
    leans = clause.does("lean") or clause.has("prop", "support", "rest")
    if part is None or clause.subjects or not leans or clause.relation not in ("on", "onto", "by", "upon"):
        return Finding()
    if ctx.posture not in ("floor", "lie") or clause.negated:
        return Finding()
    lines = []
    for side in ctx.sides(part):
        fore = part.kind in ("elbow", "forearm")
        lines += [f"{side} upper arm points down {'0.25 back' if fore else '0.55 back 0.15 out'}"]
        lines += [f"{side} forearm points front"] if fore else [f"{side} forearm points down 0.25 back"]
        lines += [f"{side} {'forearm' if fore else 'hand'} on ground"]
    (aside, *more) = ctx.sides(part)
    if ctx.posture == "floor" and not (more or fore) and "back" not in clause.ways:  # "leaning on the left hand"
        lines = [f"{aside} upper arm points down 0.45 {aside} 0.1 back", f"{aside} forearm points down 0.25 {aside}"]
        lines += [f"{aside} hand on ground", f"torso points up 0.25 {aside}", f"torso tilted {aside} 8"]
    else:
        lines += [f"torso points {'0.75 back 0.6 up' if fore else '0.35 back up'}"]
    ctx.subject = part
    return Finding(tuple(lines))


def on_ground(clause: Clause, ctx: Context) -> Finding:
    """As in "hands on the floor", "left knee touching the ground"."""
    if (
        not clause.has("ground", "floor")
        or clause.negated
        or clause.has("off")
        or clause.does("look")
        or clause.has("parallel", "perpendicular", "than")
        or "above" in [t.text for t in clause.words]
    ):
        return Finding()
    lines: list[str] = []
    standing: list[str] = []
    between = clause.relation == "between" or any(t.text == "between" for t in clause.words)
    for part in clause.parts[:1] if between else clause.parts:
        if part.kind in _BEARERS:
            sides = ctx.sides(part)
            bearers = ", ".join(f"{s} {_BEARERS[part.kind]}" for s in sides)
            lines.append(f"{bearers} on ground")
            lines += [f"{s} hand fist" for s in sides if part.kind == "fist"]
            ctx.bearers |= {f"{s}_{_BEARERS[part.kind]}" for s in sides}
            if part.kind in ("elbow", "forearm") and _on_fours(ctx):
                lines += [line for s in sides for line in (f"{s} upper arm points down", f"{s} forearm points front")]
            elif part.kind in ARM_KINDS and _on_fours(ctx):
                lines += [f"{s} arm points down" for s in sides]
            elif part.kind in ARM_KINDS:
                lines += [f"{s} upper arm points down 0.35 front" for s in sides]
                standing.append("torso points front 0.35 down" if len(sides) == 2 else "torso points front 0.1 up")
                if ctx.posture in ("kneel", "squat"):
                    lines.append("torso points front 0.6 up")
            lines += _kneeling(ctx, part, sides)
            if _on_fours(ctx):
                ctx.posture = "fours"
                lines += ["pelvis faces down", "torso points front 0.15 up"]
            if part.kind in ("foot", "sole") and ctx.posture == "lie":
                bends = [(f"{s} knee bent 95", f"{s} thigh points front 0.75 up") for s in sides]
                ctx.weak += [line for pair in bends for line in pair]
            ctx.subject = part
        elif part.kind == "leg" and ctx.posture == "lie":
            lines += [line for s in ctx.sides(part) for line in (f"{s} leg points front", f"{s} knee straight")]
        elif part.kind in _CENTRAL:
            lines.append(f"{_CENTRAL[part.kind]} on ground")
    return Finding(tuple(lines), tuple(standing))


def _on_fours(ctx: Context) -> bool:
    """Whether a hand and a knee bear, of a body that no name put otherwise: "hands and left knee on the ground"."""
    hands = ctx.bearers & {f"{s}_{p}" for s in SIDES for p in ("hand", "fist", "fingers", "elbow", "forearm")}
    return bool(hands and ctx.bearers & {"left_knee", "right_knee"}) and ctx.posture in (*STANDING, "kneel", "fours")


def _kneeling(ctx: Context, part: Part, sides: tuple[str, ...]) -> list[str]:
    """A knee on the ground of a body that no other word puts on its knees."""
    if part.kind not in ("knee", "shin") or ctx.posture not in STANDING:
        return []
    ctx.posture = "kneel"
    lines = [line for s in sides for line in (f"{s} thigh points down", f"{s} shin points back", f"{s} toes on ground")]
    if len(sides) == 1:
        there = other(sides[0])
        ctx.front_leg = there
        ctx.weak += [f"{there} thigh points front", f"{there} shin points down", f"{there} foot on ground"]
    return lines


def standing_on(clause: Clause, ctx: Context) -> Finding:
    """As in "standing on the left leg", "balancing on one foot", "weight on the right leg"."""
    target = next((p for p in clause.parts if p.kind in ("leg", "foot", "heel", "toes") and p.said != "tiptoe"), None)
    words = {t.stem for t in clause.words}
    if target is not None and clause.relation == "on" and words & {"crouch", "squat"} and not target.plural:
        return Finding((), (f"{ctx.sides(target)[0]} foot on ground",))
    if (
        target is None
        or clause.relation != "on"
        or not words & {"stand", "balanc", "hop", "weight", "weights"}
        or (target.plural and len(target.sides) != 1)
    ):
        return Finding()
    if "hop" in words and not words & {"stand", "balanc"}:
        return Finding()
    side = ctx.sides(target)[0]
    free = other(side)
    ctx.last["leg"] = (side,)
    ctx.posture = "stand"
    if words & {"weight", "weights"}:
        if any(t.text in ("bent", "flexed") for t in clause.words):
            return Finding((), (f"{side} foot on ground", f"{side} knee bent 50", f"com 0.01 right of {side} ankle"))
        return Finding((), (f"{side} foot on ground", f"com 0.01 right of {side} ankle", f"{free} knee bent 25"))
    ctx.free_leg = free
    bent = any(t.text in ("bent", "flexed") for t in clause.words)
    if target.kind == "toes":
        return Finding((f"{side} knee straight", *tiptoe((side,))))
    return Finding((f"{side} knee {'bent 40' if bent else 'straight'}", f"{side} foot on ground"))


def free_leg(side: str) -> tuple[str, ...]:
    """The other leg of one that stands on one leg, where nothing is said about it."""
    return (f"{side} thigh points down 0.5 front 0.1 out", f"{side} knee bent 75")
