"""Arms in words: raised, stretched out, bent, crossed; forearms and elbows; directions of palms and shapes of hands."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Final

from .arm_ways import LEVELS, above_or_below, direction, hanging, raised, swung
from .clauses import SIDES, Clause, Part, other
from .context import Context, Finding, sayable_bend, subjects_of
from .lexicon import ACTIONS, ARM_KINDS, DETERMINERS, LEG_KINDS, WAY_WORDS
from .rules_crossing import crossed_arms
from .rules_hands import folded, touching
from .rules_props import at_furniture, with_what_is_held

_SHAPES: Final = (  # stems or words -> shape of the hand
    (("fist", "fists", "clench", "clos"), "fist"),
    (("spread",), "spread"),
    (("open", "unclench"), "open"),
    (("flat",), "flat"),
    (("relax", "relaxed"), "relaxed"),
    (("claw", "claws"), "claw"),
    (("peace", "victory"), "peace"),
    (("grip",), "grip"),
    (("pinch",), "pinch"),
    (("cup",), "cup"),
)
_GRIPPING: Final = ("hold", "grip", "grasp", "clutch", "grab")
_ON_HAND: Final = frozenset(("chin", "head", "cheek", "face", "forehead", "temple"))
_TRUNK: Final = frozenset(("torso", "chest", "back", "stomach", "waist", "hip", "buttocks", "face", "head"))
_ON_ARMS: Final = frozenset(("plank", "inverted", "bridge", "wheel", "dog"))  # they bear the body
_HANDS: Final = frozenset(("hand", "hand_back", "fist", "palm", "fingers", "index", "thumb"))


def arms(clause: Clause, ctx: Context) -> Finding:
    """Everything that a clause says about arms and hands."""
    clause = with_what_is_held(clause)
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
            joined = folded(clause, _zone(clause, ctx))
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
            found = _one(clause, ctx, part, side)
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
        for line in touching(swapped, ctx, hand, side).lines + tuple(_shape(swapped, hand, side))
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


def compared_height(clause: Clause, side: str, part: Part) -> tuple[str, ...]:
    """As in "left hand higher than the right hand"."""
    words = {t.text for t in clause.words}
    stacked = clause.targets and {part.kind, clause.targets[0].kind} <= _HANDS and words & {"above", "below"}
    if not stacked and (not clause.parts or "than" not in words or not words & {"higher", "lower"}):
        return ()
    target = clause.targets[0] if stacked else clause.parts[-1]
    there = target.sides if len(target.sides) == 1 and target.sides[0] in SIDES else (other(side),)
    joint = {"knee": "knee", "foot": "ankle", "ankle": "ankle", "elbow": "elbow", "leg": "ankle"}.get(
        part.kind, "wrist"
    )
    how = "above" if words & {"higher", "above"} else "below"
    if there == (side,):
        return ()
    return (f"{side} {joint} at least {clause.metres or 0.18:g} {how} {there[0]} {joint}",)


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


def _placed(clause: Clause, ctx: Context, part: Part, side: str) -> Finding:
    """An arm that is placed as a whole: away from the body, at a wall, square to the trunk, above or below a part."""
    gesture = any(k in ctx.gestures for k in clause.places)
    if gesture and clause.does("raise", "stretch") and not clause.ways and not clause.targets:
        return Finding(weak=(f"{side} hand open",))  # "raised in salute": the gesture says how
    if clause.has("away") and part.kind in ("arm", "hand") and not clause.negated:
        return Finding((f"{side} arm points down 0.75 out",))
    compared = compared_height(clause, side, part)
    if compared:
        return Finding(compared)
    if clause.has("gesture") and part.kind in ("arm", "hand") and not clause.targets and not clause.negated:
        arm = f"{side} upper arm points down 0.5 front 0.35 out"
        return Finding((arm, f"{side} forearm points up 0.7 front 0.35 out", f"{side} hand open"))
    off = part.kind == "arm" and clause.has("from") and any(p.kind in ("torso", "hip") for p in clause.targets)
    if (
        off and clause.number is not None and not clause.does("bend") and not clause.negated
    ):  # "45 degrees from the body"
        way = next((w for w in ("front", "back") if w in clause.ways), "out")
        return Finding((f"{side} arm points {swung(way, clause.number)}",))
    reaches = clause.does("stretch", "raise") or clause.has("out", "reach")
    if clause.targets and part.kind == "arm" and not clause.negated and reaches:
        way = {"behind": "0.7 down back", "infront": "front"}.get(clause.relation, "")
        if way and clause.targets[0].kind in _TRUNK:
            return Finding((f"{side} arm points {way}",))
    things = at_furniture(clause, part, side)
    if things:
        return Finding(tuple(things))
    square = clause.has("ninety") or clause.number == 90.0
    if square and part.kind == "arm" and not clause.does("bend") and any(p.kind == "torso" for p in clause.targets):
        return Finding((f"{side} arm points {next((w for w in ('front', 'back') if w in clause.ways), 'out')}",))
    return Finding(tuple(above_or_below(clause, part, side)))


def _one(clause: Clause, ctx: Context, part: Part, side: str) -> Finding:
    """What a clause says about one part of one arm."""
    placed = _placed(clause, ctx, part, side)
    if placed:
        return placed
    close = (
        part.kind == "elbow"
        and clause.targets
        and clause.targets[0].kind in ("torso", "waist", "chest", "hip", "stomach")
    )
    if clause.targets and not (close and not clause.does("touch")):
        found = touching(clause, ctx, part, side)
        if found:
            shape = _shape(clause, part, side)
            return Finding((*found.lines, *shape), found.standing)
    if clause.negated:
        return _denied(clause, part, side)
    lines = list(_shape(clause, part, side)) or ([f"{side} hand grip"] if clause.holds else [])
    if part.kind == "palm" and clause.level and not clause.parts:  # "palms forward, at head height"
        lines += _arm(clause, ctx, replace(part, kind="hand"), side)
    elif part.kind == "palm":
        lines += _palm(clause, side)
    elif part.kind in ("index", "fingers", "thumb"):
        lines += _finger(clause, ctx, part, side)
    elif part.kind == "forearm":
        lines += _forearm(clause, side)
    elif part.kind == "elbow":
        lines += _elbow(clause, ctx, side)
    elif part.kind == "upper_arm":
        lines += _upper(clause, side)
    else:
        lines += _arm(clause, ctx, part, side)
    return Finding(tuple(lines))


def _denied(clause: Clause, part: Part, side: str) -> Finding:
    """As in "not raising the arms" lets them hang, "elbows not bent" straightens them, "not straight" bends them."""
    if clause.has("straight") or (part.kind == "elbow" and clause.does("stretch")):
        return Finding((f"{side} elbow bent 30",))
    if clause.does("bend") or part.kind == "elbow":
        return Finding((f"{side} elbow straight",))
    acts = clause.does("raise", "stretch", "point", "cross", "touch", "clasp", "bend")
    if acts or clause.ways or clause.has("swing", "mov", "us", "wav") or clause.targets:
        return Finding(weak=tuple(hanging(side)))
    return Finding()


def _shape(clause: Clause, part: Part, side: str) -> list[str]:
    """The shape of the hand, where one is said."""
    if part.kind == "fist":
        return [f"{side} hand fist"]
    if clause.has("thumbsup"):
        return [f"{side} hand thumbs up"]
    if part.kind == "index":
        return [f"{side} hand point"]
    if part.kind not in _HANDS:
        return [f"{side} hand fist"] if clause.has("fist", "fists") else []
    if clause.does("touch") and clause.has(*_GRIPPING) and not clause.targets and part.kind == "hand":
        return [f"{side} hand grip"]
    for words, shape in _SHAPES:
        if clause.has(*words) and not (shape == "spread" and part.kind == "hand" and clause.ways - {"out"}):
            return [f"{side} hand {shape}"]
    return []


def _palm(clause: Clause, side: str) -> list[str]:
    """Which way the palm faces."""
    way = next((w for w in ("up", "down", "front", "back", "in", "out") if w in clause.ways), "")
    if clause.has("together", "eachother"):
        way = "in"
    if not way and clause.has("forward"):
        way = "front"
    if not way and clause.has("body", "inside"):
        way = "in"
    return [f"{side} palm faces {way}"] if way else []


def _finger(clause: Clause, ctx: Context, part: Part, side: str) -> list[str]:
    """A pointing finger takes its arm along."""
    if part.kind == "fingers":
        way = direction(clause.ways - {"rest"}, clause, side).replace("up 0.12 out", "up 0.1 front")
        if not way or not clause.does("point", "raise", "turn"):
            return []
        return [f"{side} {'forearm' if f'{side}_elbow' in ctx.bent else 'hand'} points {way}"]
    lines = [f"{side} hand {'thumbs up' if part.kind == 'thumb' and 'up' in clause.ways else 'point'}"]
    if part.kind == "thumb":
        return lines if "up" in clause.ways else []
    way = direction(clause.ways - {"rest"}, clause, side)
    if "up" in clause.ways or "overhead" in clause.ways:
        return [
            *lines,
            f"{side} upper arm points 0.35 out down 0.5 front",
            f"{side} forearm points up 0.25 front",
            f"{side} hand points up",
        ]
    return [*lines, f"{side} arm points {way}"] if way else lines


def _forearm(clause: Clause, side: str) -> list[str]:
    way = direction(clause.ways, clause, side)
    if clause.has("parallel", "horizontal", "horizontally", "level"):
        return [f"{side} forearm points {way if way and clause.ways - {'up', 'down'} else 'front'}"]
    if not way and clause.has("ninety") and clause.has("ground", "floor"):
        way = "up"
    if not way and clause.has("vertical", "vertically", "upright"):
        way = "up"
    if (not way and clause.does("lower")) or clause.has("hang"):
        way = "down"
    if not way and clause.does("raise"):
        way = "front 0.35 up"
    if clause.does("raise") and way == "up 0.12 out":
        way = "up 0.2 front"
    elif clause.does("raise") and not clause.ways:
        way = "front 0.35 up"
    return [f"{side} forearm points {way}"] if way else []


def _elbow(clause: Clause, ctx: Context, side: str) -> list[str]:
    if clause.has("clos", "tuck", "tight", "near", "against") or (clause.ways & {"in", "rest"}):
        return [f"{side} upper arm points {'0.75 down 0.6 front' if side in ctx.high else 'down 0.05 out'}"]
    lines = _bend(clause, side)
    upright = _bent_way(clause)
    if upright:
        return [f"{side} forearm points {upright}"]
    way = direction(clause.ways - {"rest"}, clause, side)
    if way and not (lines and clause.ways <= {"rest"}):
        way = way.replace("up 0.12 out", "up 0.8 out") if clause.does("raise") and not lines else way
        lines.append(f"{side} upper arm points {way}")
    elif clause.does("raise") and not lines:
        lines += [f"{side} upper arm points out 0.15 front", f"{side} elbow bent 90"]
    return lines


def _bend(clause: Clause, side: str) -> list[str]:
    """The flexion that a clause gives the elbow."""
    locked = clause.has("straight", "straighten", "lock")
    if locked or (clause.does("stretch") and not clause.does("bend")):
        return [f"{side} elbow {'bent 18' if clause.nearly else 'straight'}"]
    if clause.number is not None and (clause.does("bend") or clause.has("ninety")):
        return [f"{side} elbow bent {sayable_bend(clause.number):g}"]
    if clause.has("ninety"):
        return [f"{side} elbow bent 90"]
    if clause.does("bend"):
        return [f"{side} elbow bent {35 if clause.small else 130 if clause.large else 90}"]
    return []


def _bent_way(clause: Clause) -> str:
    """As in "bent upward": which way the forearm goes."""
    words = [t for t in clause.words if t.text not in DETERMINERS]
    for token, following in pairwise(words):
        if ACTIONS.get(token.stem) == "bend" and following.text in WAY_WORDS:
            way = WAY_WORDS[following.text]
            return f"{way} 0.1 front" if way in ("up", "down") else ""
    return ""


def _upper(clause: Clause, side: str) -> list[str]:
    way = direction(clause.ways, clause, side)
    if clause.has("horizontal", "parallel"):
        way = way or "out"
    return [f"{side} upper arm points {way}"] if way else []


def _arm(clause: Clause, ctx: Context, part: Part, side: str) -> list[str]:
    """A whole arm, or a hand that takes its arm along."""
    bent = _bend(clause, side) if clause.does("bend") or clause.has("ninety") else []
    upright = _bent_way(clause)
    if upright and not clause.ways - {"up", "down"}:
        return [f"{side} forearm points {upright}"]
    if clause.level and part.kind in ("hand", "fist", "wrist") and not clause.ways - {"up"}:
        upper, fore = LEVELS.get(clause.level, LEVELS["chest"])
        ctx.high |= {side} if clause.level in ("head", "face", "chin", "eye", "ear") else set()
        return [f"{side} upper arm points {upper}", f"{side} forearm points {fore}"]
    way = direction(clause.ways, clause, side)
    if clause.does("raise") and clause.ways == {"back"}:
        way = "up 0.7 back" if ctx.leaning else "back 0.35 down"
    if not way and (clause.does("raise", "point") or clause.has("up")):
        way = "front" if clause.level or clause.does("point") else raised(clause)
    if clause.does("stretch") and not clause.ways and part.said == "arms" and ctx.posture in _ON_ARMS:
        return [f"{side} arm points down" if ctx.posture == "plank" else f"{side} elbow straight"]
    if not way and clause.does("stretch") and not clause.ways and not bent:
        way = "front" if part.kind == "hand" or clause.does("stretch") else ""
    if not way and clause.has("straight") and part.kind == "arm":
        return [f"{side} elbow straight"] if not clause.has("parallel", "horizontal") else [f"{side} arm points out"]
    low = _low(clause, ctx, part, side, way)
    if low:
        return low
    if way and not bent and clause.nearly and clause.has("straight"):
        bent = [f"{side} elbow bent 18"]
    if bent and way:
        return [f"{side} upper arm points {way}", *bent]
    if bent or not way:
        return bent
    return _aimed(clause, ctx, part, side, way)


def _low(clause: Clause, ctx: Context, part: Part, side: str, way: str) -> list[str]:
    """An arm that is pulled back, hangs, or lies along the body."""
    pulled = clause.has("pull", "draw", "drawn", "cock") and "back" in clause.ways
    pulled = pulled and part.kind in ("arm", "fist", "hand")
    if pulled and not clause.targets and not clause.does("stretch"):
        return [f"{side} upper arm points back 0.6 down 0.25 out", f"{side} elbow bent 115"]
    if clause.has("atsides") and "back" in clause.ways and part.kind == "arm":  # "swept back along the body"
        return [f"{side} arm points down 0.12 out 0.1 back (chest)"]
    if "rest" in clause.ways and ctx.leaning and clause.has("atsides") and ctx.posture in ("", "stand"):
        return [f"{side} arm points down 0.12 out (chest)"]
    if not ("rest" in clause.ways or (clause.does("lower") and not way) or way == "down"):
        return []
    if ctx.posture in ("lie", "prone", "side"):
        return [f"{side} arm points down 0.2 out (chest)"]  # along the body
    loose = clause.has("relax", "relaxed") and not _shape(clause, part, side)
    return hanging(side) + ([f"{side} hand relaxed"] if loose else [])


def _aimed(clause: Clause, ctx: Context, part: Part, side: str, way: str) -> list[str]:
    """A straight arm that points somewhere."""
    ctx.raised = side if not way.startswith("down") else ctx.raised
    ctx.arms_up = "overhead" if way.startswith("up") else "ahead" if way.startswith("front") else ctx.arms_up
    if part.kind in ("hand", "fist") and f"{side}_elbow" in ctx.bent and clause.does("point"):
        return [
            f"{side} forearm points {way.replace('up 0.12 out', 'up')}"
        ]  # "the elbow bent so that the hand points up"
    if clause.does("point") and part.kind in ("hand", "arm", "index"):
        return [f"{side} arm points {way}", f"{side} hand point"]
    if "behind" in (t.text for t in clause.words) and way == "back":
        way = "0.9 down back"
    if "overhead" in clause.ways and ctx.posture in ("lie", "prone", "side"):
        way = f"{way} (chest)"  # along the body, which lies
    return [f"{side} arm points {way}"]
