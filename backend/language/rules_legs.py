"""Legs in words: raised, bent, stretched, apart, crossed, in front; knees, feet, tiptoe; what is on the ground."""

from __future__ import annotations

from .clauses import Clause, Part
from .context import Context, Finding, subjects_of
from .lexicon import LEG_KINDS, SIDES
from .rules_crossing import crossed_legs
from .rules_ground import STANDING, leaned_on, on_ground, propped, standing_on, tiptoe
from .rules_leg import one_leg, split_legs


def legs(clause: Clause, ctx: Context) -> Finding:
    """Everything that a clause says about legs."""
    found = leaned_on(clause, ctx) or propped(clause, ctx) or on_ground(clause, ctx) or standing_on(clause, ctx)
    if found:
        return found
    subjects = subjects_of(clause, ctx, LEG_KINDS)
    lines: list[str] = []
    standing: list[str] = []
    for part in subjects:
        sides = ctx.sides(part)
        ctx.subject = part
        if len(sides) == 2:
            both = _both(clause, ctx, part)
            if both:
                lines += both.lines
                standing += both.standing
                continue
        for side in sides:
            found = one_leg(clause, ctx, part, side)
            lines += found.lines
            standing += found.standing
    flat = [p for p in clause.subjects if p.kind in ("foot", "sole", "heel", "toes") and clause.has("flat", "planted")]
    if flat and not lines and not clause.negated and not clause.targets:
        lines += [f"{s} foot on ground" for s in ctx.sides(flat[0])]
    one_side = any(p.kind == "toes" and len(p.sides) == 1 for p in clause.parts)
    if (
        not subjects
        and not one_side
        and clause.has("tiptoe", "tiptoes", "toes")
        and clause.relation in ("on", "onto", "")
    ):
        standing += tiptoe(SIDES)
    return Finding(tuple(dict.fromkeys(lines)), tuple(dict.fromkeys(standing)))


def _both(clause: Clause, ctx: Context, part: Part) -> Finding:
    """What both legs do together: apart, together, crossed, one behind the other."""
    feet = part.kind in ("foot", "leg", "heel", "ankle", "knee", "thigh")
    if feet and clause.has("shoulder_width"):
        return Finding((), ("left ankle 0.36 from right ankle", "both feet on ground"))
    if feet and clause.has("hip_width"):
        return Finding((), ("left ankle 0.24 from right ankle", "both feet on ground"))
    if feet and ctx.posture in ("inverted", "air") and clause.has("split", "scissor") and not clause.negated:
        return _split(clause, ctx)
    if feet and clause.has("wide", "apart", "spread", "widely") and not clause.negated:
        return _apart(clause)
    if feet and clause.negated and clause.has("apart", "spread"):
        return Finding((), ("left ankle at most 0.15 from right ankle",))
    if feet and clause.negated and clause.has("together"):
        return Finding((), ("left ankle 0.38 from right ankle", "both feet on ground"))
    if feet and clause.has("touch") and not clause.targets and not clause.negated:
        return Finding((), ("left ankle at most 0.12 from right ankle",))
    folds = clause.does("cross") or clause.does("bend") or clause.has("tuck", "fold")
    folds = folds or clause.has("sweep", "swept")
    swept = part.kind in ("leg", "foot", "shin") and folds and ctx.posture == "floor"
    if swept and clause.ways & {"left", "right"}:
        way = "left" if "left" in clause.ways else "right"
        lines = (f"both thighs points front 0.45 {way}", f"both shins points {way} 0.7 back", "both knees bent 120")
        return Finding(lines)
    if part.kind == "knee" and "in" in clause.ways and ctx.posture in STANDING and not clause.has("together"):
        return Finding(
            (), ("left knee at most 0.13 from right knee", "left ankle 0.3 from right ankle", "both feet on ground")
        )
    if feet and clause.has("together", "clos"):
        return (
            Finding((), ("left ankle at most 0.13 from right ankle",))
            if part.kind != "knee"
            else Finding(("left knee at most 0.16 from right knee",))
        )
    return crossed_legs(clause, ctx, part) if clause.does("cross") else Finding()


def _split(clause: Clause, ctx: Context) -> Finding:
    """As in "(a handstand) with the legs split": one to the front and one to the back, or both to the sides."""
    if clause.ways & {"out", "left", "right"} and not clause.ways & {"front", "back"}:
        return Finding(("both legs points out 0.5 down (pelvis)", "both knees straight"))
    ctx.split, ctx.front_leg = True, ctx.front_leg or SIDES[1]
    return Finding(split_legs(ctx.front_leg))


def _apart(clause: Clause) -> Finding:
    metres = clause.metres or (
        0.85 if clause.large or clause.has("wide", "widely") else 0.5 if not clause.small else 0.38
    )
    straight = ("both knees straight",) if clause.has("straight") else ()
    spread = "both legs points down 0.45 out" if metres > 0.7 else "both legs points down 0.25 out"
    return Finding(straight, (spread, f"left ankle {metres:g} from right ankle", "both feet on ground"))
