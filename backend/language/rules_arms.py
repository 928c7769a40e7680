"""Arms in words: raised, stretched out, bent, crossed; forearms and elbows; directions of palms and shapes of hands."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from .arm_ways import direction
from .clauses import Clause, Part, other
from .context import Context, Finding, bends_over, stands_on_feet, subjects_of
from .lexicon import ARM_KINDS, LEG_KINDS, SIDES, WAY_WORDS
from .rules_arm import one_arm, shape
from .rules_crossing import crossed_arms
from .rules_hands import folded, touching
from .rules_props import with_what_is_held

_ASIDE: Final = frozenset(
    ("sideways", "aside", "laterally", "apart", "wide", "spread", "lateral", "wing", "side", "sides", "t")
)
_ON_HAND: Final = frozenset(("chin", "head", "cheek", "face", "forehead", "temple"))


def arms(clause: Clause, ctx: Context) -> Finding:
    """Everything that a clause says about arms and hands."""
    clause = _reaching_ahead(with_what_is_held(clause), ctx)
    if stands_on_feet(clause) or (clause.has("fold") and bends_over(clause, ctx)):
        return Finding()
    subjects = subjects_of(clause, ctx, ARM_KINDS)
    before = ctx.subject if ctx.subject is not None and ctx.subject.kind in LEG_KINDS else None
    lines: list[str] = []
    standing: list[str] = []
    weak: list[str] = []
    for part in subjects:
        sides = (
            ctx.sides(part)
            if set(part.sides) - {"one"} or part.plural
            else _beside_target(clause, ctx) or ctx.sides(part)
        )
        if len(sides) == 2 and part.kind in ("arm", "hand") and _parts_ways(clause):
            ahead = other(ctx.front_leg or SIDES[1])  # the arm goes forward with the other leg
            lines += [f"{ahead} arm points front", f"{other(ahead)} arm points back 0.25 down"]
            ctx.subject = part
            continue
        if len(sides) == 2 and part.kind in ("arm", "hand") and clause.has("circle", "ring", "hoop", "oval"):
            lines += _ring(clause)
            ctx.subject = part
            continue
        if len(sides) == 2 and part.kind in ("hand", "palm", "fingers", "arm", "fist") and _joined(clause):
            joined = folded(clause, _zone(clause, ctx) or ("chest" if _in_prayer(clause, part) else ""))
            if ctx.placed and not clause.targets and not clause.ways - {"in"} and not ctx.arms_up:
                weak += joined  # "arms behind the back, hands joined"
            else:
                lines += joined
            ctx.subject = part
            continue
        if len(sides) == 2 and not clause.targets and _meets(clause):
            weak += meeting(part.kind)
            if part.kind in ("hand", "palm") and ctx.arms_up:  # "arms overhead with the palms touching"
                lines += folded(clause, ctx.arms_up)
            ctx.subject = part
            continue
        over = [p for p in clause.targets if p.kind in ("arm", "forearm", "wrist", "hand") and len(sides) == 1]
        if over and _is_crossing(clause):
            lines += crossed_arms(replace(clause, parts=[p for p in clause.parts if p not in over])).lines
            ctx.subject = part
            continue
        if len(sides) == 2 and part.kind in ("wrist", "hand", "forearm", "arm") and _is_crossing(clause):
            lines += crossed_arms(clause).lines
            ctx.subject = part
            continue
        for side in sides:
            found = one_arm(clause, ctx, part, side)
            lines += found.lines
            standing += found.standing
            weak += found.weak
        ctx.subject = part
    if subjects and not lines and clause.joined == "with" and before is not None and not clause.targets:
        hands = subjects[0]
        for side in ctx.sides(hands):  # "the knee pulled to the chest with both hands"
            lines += touching(replace(clause, parts=[hands, before], split=1, relation="on"), ctx, hands, side).lines
    lines += _with_hands(clause, ctx)
    if not subjects:
        found = (
            _resting(clause, ctx) or _pointed(clause, ctx) or (Finding() if clause.subjects else touching(clause, ctx))
        )
        lines += found.lines
        standing += found.standing
    return Finding(tuple(dict.fromkeys(lines)), tuple(dict.fromkeys(standing)), tuple(weak))


def _reaching_ahead(clause: Clause, ctx: Context) -> Clause:
    """As in "rowing a boat, arms out": further ahead, where the arms of the named pose go."""
    ahead = ctx.arms_ahead and clause.ways == {"out"} and not any(t.text in _ASIDE for t in clause.words)
    return replace(clause, ways=frozenset(("front",))) if ahead else clause


def _parts_ways(clause: Clause) -> bool:
    """As in "arms reaching forward and back": one goes each way."""
    ways = [WAY_WORDS.get(t.text, "") for t in clause.words]
    pairs = zip(ways, clause.words[1:], ways[2:], strict=False)
    return any({a, b} == {"front", "back"} and t.text == "and" for a, t, b in pairs)


def _beside_target(clause: Clause, ctx: Context) -> tuple[str, ...]:
    """As in "a hand on the left knee": the hand of that side, where no other was spoken of."""
    target = clause.targets[0] if clause.targets else None
    if target is None or ctx.last.get("arm") or target.kind in ARM_KINDS or target.kind == "shoulder":
        return ()
    sides = tuple(s for s in target.sides if s in SIDES) or (ctx.sides(target) if target.sides == ("other",) else ())
    if len(sides) == 1 and len(clause.subjects) == 1:
        ctx.last["arm"] = sides
        return sides
    return ()


def _ring(clause: Clause) -> list[str]:
    """Both arms rounded, the fingertips near each other: before the trunk or overhead."""
    if "overhead" in clause.ways or any(p.kind == "head" for p in clause.targets):
        lines = ["both upper arms points up 0.55 out 0.25 front", "both forearms points up 0.75 in"]
    elif any(p.kind in ("stomach", "hip", "waist", "groin") for p in clause.targets):
        lines = ["both upper arms points down 0.6 out 0.35 front", "both forearms points 0.65 front 0.9 in 0.4 down"]
    else:
        lines = ["both upper arms points 0.7 out 0.7 front 0.2 down", "both forearms points 0.6 front 0.9 in"]
    return [*lines, "left fingertips at most 0.14 from right fingertips"]


def _with_hands(clause: Clause, ctx: Context) -> list[str]:
    """As in "the knee hugged to the chest with both hands": the hands take what the clause is about."""
    held = next((p for p in (*clause.subjects, *clause.targets) if p.kind not in ARM_KINDS), None)
    if held is None and not clause.parts and ctx.subject is not None and ctx.subject.kind not in ARM_KINDS:
        held = replace(ctx.subject, sides=ctx.last.get("leg", ctx.subject.sides))
    if held is not None and held.kind in ("heel", "foot", "ankle", "toes") and ctx.posture in ("", "stand"):
        ctx.weak += (
            [f"{s} upper arm points down 0.45 back" for s in ctx.sides(clause.instruments[0])]
            if clause.instruments
            else []
        )
    if not clause.instruments or held is None or clause.negated:
        return []
    hands = clause.instruments[0]
    reached = replace(clause, parts=[hands, held], split=1, relation="on", instruments=[])
    return [line for side in ctx.sides(hands) for line in touching(reached, ctx, hands, side).lines]


def _resting(clause: Clause, ctx: Context) -> Finding:
    """As in "chin resting on the left fist": the hand is what comes to the head."""
    if not clause.subjects or not clause.targets or clause.negated or clause.does("look"):
        return Finding()
    hand = clause.targets[0]
    held = clause.relation == "by" or (clause.does("touch") and clause.has("in", "by"))
    if clause.subjects[0].kind not in _ON_HAND and not (held and clause.does("touch")):
        return Finding()
    if hand.kind not in ("hand", "hand_back", "palm", "fist", "fingers"):
        return Finding()
    rests = clause.subjects[0]
    if rests.kind in ("head", "face"):
        rests = Part("cheek", (), "cheek", rests.word, rests.first)
    swapped = Clause(clause.words, clause.taken, clause.places, [hand, rests], "touch", 1)
    free = ctx.posture in ("", "stand")  # the elbow of one who sits or lies may rest on something
    lines = [f"{side} upper arm points down 0.6 front" for side in ctx.sides(hand) if free]
    lines += [
        line
        for side in ctx.sides(hand)
        for line in touching(swapped, ctx, hand, side).lines + tuple(shape(swapped, hand, side))
    ]
    return Finding(tuple(lines))


def _pointed(clause: Clause, ctx: Context) -> Finding:
    """As in "pointing to the left", without a word about who points: the arm of that side."""
    if clause.parts or clause.negated or not clause.has("point", "pointing") or not clause.ways - {"rest"}:
        return Finding()
    side = (
        next((s for s in ("left", "right") if s in clause.ways), "") or ctx.natural(Part("hand", (), "hand", 0, 0))[0]
    )
    return Finding((f"{side} arm points {direction(clause.ways, clause, side)}", f"{side} hand point"))


def _is_crossing(clause: Clause) -> bool:
    folds = clause.has("fold", "folded") and not clause.targets and not clause.ways
    return (clause.has("cross", "crossed", "crossing") or folds) and not clause.negated


def _meets(clause: Clause) -> bool:
    """As in "wrists touching", "elbows together"."""
    return not clause.negated and (clause.has("touch", "together", "meet") and not clause.ways - {"front"})


def meeting(kind: str) -> list[str]:
    """Both arms where they meet, for lack of other words."""
    upper, fore = "both upper arms points down 0.35 front 0.3 out", "both forearms points front 0.5 up 0.7 in"
    if kind in ("wrist", "forearm"):
        return [upper, fore, "left forearm touches right forearm"]
    if kind == "elbow":
        return ["both upper arms points front 0.5 down 0.3 in", "both forearms points up 0.2 front"]
    return [upper, fore, "left fingertips touches right fingertips"] if kind in ("fingers", "index") else []


def _joined(clause: Clause) -> bool:
    """Hands that are clasped, folded or pressed together, rather than put on something."""
    on_something = clause.targets and clause.relation in ("on", "onto", "touch", "against", "around")
    return (
        clause.does("clasp")
        and clause.has("together", "clasp", "interlac", "interlock", "fold", "join", "lock")
        and not on_something
    )


def _in_prayer(clause: Clause, part: Part) -> bool:
    """As in "palms together": before the heart, where no other place is said."""
    return part.kind == "palm" and clause.has("together", "press") and not clause.ways - {"in"}


def _zone(clause: Clause, ctx: Context) -> str:
    """Where joined hands are."""
    if "overhead" in clause.ways or ("up" in clause.ways and not clause.targets):
        return "overhead"
    if not clause.targets and clause.ways <= {"in"} and ctx.arms_up:
        return ctx.arms_up
    if clause.targets:
        kind = clause.targets[0].kind
        behind = clause.relation == "behind" or "back" in clause.ways
        return (
            "back"
            if kind in ("back", "lower_back") or (behind and kind in ("torso", "hip", "buttocks", "waist"))
            else ("head_back" if behind else kind)
        )
    return "back" if "back" in clause.ways else clause.level or ("stomach" if "front" in clause.ways else "")
