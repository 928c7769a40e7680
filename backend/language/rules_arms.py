"""Arms in words: raised, stretched out, bent, crossed; forearms and elbows; directions of palms and shapes of hands."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Final

from .clauses import SIDES, Clause, Part, other
from .context import Context, Finding, sayable_bend, subjects_of
from .lexicon import ACTIONS, ARM_KINDS, DETERMINERS, LEG_KINDS, WAY_WORDS
from .rules_hands import folded, touching

_LEVELS: Final = {  # how high a hand is held with the elbow bent: upper arm, forearm
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
_SHAPES: Final = (  # stems or words -> shape of the hand
    (("fist", "fists", "clench"), "fist"),
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
_ON_HAND: Final = frozenset(("chin", "head", "cheek", "face", "forehead", "temple"))
_TRUNK: Final = frozenset(("torso", "chest", "back", "stomach", "waist", "hip", "buttocks", "face", "head"))
_HANDS: Final = frozenset(("hand", "fist", "palm", "fingers", "index", "thumb"))


def arms(clause: Clause, ctx: Context) -> Finding:
    """Everything that a clause says about arms and hands."""
    subjects = subjects_of(clause, ctx, ARM_KINDS)
    before = ctx.subject if ctx.subject is not None and ctx.subject.kind in LEG_KINDS else None
    lines: list[str] = []
    standing: list[str] = []
    for part in subjects:
        sides = ctx.sides(part)
        if len(sides) == 2 and part.kind in ("hand", "palm", "fingers", "arm", "fist") and _joined(clause):
            lines += folded(clause, _zone(clause))
            ctx.subject = part
            continue
        if len(sides) == 2 and part.kind in ("wrist", "hand", "forearm", "arm") and _is_crossing(clause):
            lines += _crossed(clause).lines
            ctx.subject = part
            continue
        for side in sides:
            found = _one(clause, ctx, part, side)
            lines += found.lines
            standing += found.standing
        ctx.subject = part
    if subjects and not lines and clause.joined == "with" and before is not None and not clause.targets:
        hands = subjects[0]
        for side in ctx.sides(hands):  # "the knee pulled to the chest with both hands"
            lines += touching(replace(clause, parts=[hands, before], split=1, relation="on"), ctx, hands, side).lines
    if not subjects:
        found = (
            _resting(clause, ctx) or _pointed(clause, ctx) or (Finding() if clause.subjects else touching(clause, ctx))
        )
        lines += found.lines
        standing += found.standing
    return Finding(tuple(dict.fromkeys(lines)), tuple(dict.fromkeys(standing)))


def _resting(clause: Clause, ctx: Context) -> Finding:
    """As in "chin resting on the left fist": the hand is what comes to the head."""
    if not clause.subjects or not clause.targets or clause.negated:
        return Finding()
    hand = clause.targets[0]
    held = clause.relation == "by" or (clause.does("touch") and clause.has("in", "by"))
    if clause.subjects[0].kind not in _ON_HAND and not (held and clause.does("touch")):
        return Finding()
    if hand.kind not in ("hand", "palm", "fist", "fingers"):
        return Finding()
    rests = clause.subjects[0]
    if rests.kind in ("head", "face"):
        rests = Part("cheek", (), "cheek", rests.word, rests.first)
    swapped = Clause(clause.words, clause.taken, clause.places, [hand, rests], "touch", 1)
    lines = [
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
    return clause.has("cross", "crossed", "crossing") and not clause.negated


def _crossed(clause: Clause) -> Finding:
    """As in "wrists crossed above the head": forearm lies on forearm."""
    if "overhead" in clause.ways or any(p.kind == "head" for p in clause.targets):
        lines = ("both upper arms points up 0.3 out", "both forearms points up 0.45 in")
    elif "back" in clause.ways or clause.relation == "behind":
        lines = ("both upper arms points down 0.35 back 0.2 out", "both forearms points down 0.6 in 0.3 back")
    else:
        low = any(p.kind in ("stomach", "waist", "hip", "groin", "lap") for p in clause.targets)
        fore = "0.6 front 0.7 in 0.2 down" if low else "front 0.6 up 0.7 in"
        lines = ("both upper arms points down 0.4 front 0.2 out", f"both forearms points {fore}")
    return Finding((*lines, "left forearm touches right forearm"))


def _joined(clause: Clause) -> bool:
    """Hands that are clasped, folded or pressed together, rather than put on something."""
    on_something = clause.targets and clause.relation in ("on", "onto", "touch", "against")
    return (
        clause.does("clasp")
        and clause.has("together", "clasp", "interlac", "interlock", "fold", "join", "lock")
        and not on_something
    )


def _zone(clause: Clause) -> str:
    """Where joined hands are."""
    if "overhead" in clause.ways or ("up" in clause.ways and not clause.targets):
        return "overhead"
    if clause.targets:
        kind = clause.targets[0].kind
        behind = clause.relation == "behind" or "back" in clause.ways
        return (
            "back"
            if kind in ("back", "lower_back") or (behind and kind in ("torso", "hip", "buttocks", "waist"))
            else ("head_back" if behind else kind)
        )
    return "back" if "back" in clause.ways else clause.level or ("stomach" if "front" in clause.ways else "")


def _one(clause: Clause, ctx: Context, part: Part, side: str) -> Finding:
    """What a clause says about one part of one arm."""
    if clause.has("away") and part.kind in ("arm", "hand") and not clause.negated:
        return Finding((f"{side} arm points down 0.75 out",))
    compared = compared_height(clause, side, part)
    if compared:
        return Finding(compared)
    close = (
        part.kind == "elbow"
        and clause.targets
        and clause.targets[0].kind in ("torso", "waist", "chest", "hip", "stomach")
    )
    if (
        clause.targets
        and part.kind == "arm"
        and not clause.negated
        and (clause.does("stretch", "raise") or clause.has("out", "reach"))
    ):
        way = {"behind": "0.7 down back", "infront": "front"}.get(clause.relation, "")
        if way and clause.targets[0].kind in _TRUNK:
            return Finding((f"{side} arm points {way}",))
    if clause.targets and not (close and not clause.does("touch")):
        found = touching(clause, ctx, part, side)
        if found:
            shape = _shape(clause, part, side)
            return Finding((*found.lines, *shape), found.standing)
    if clause.negated:
        return Finding(tuple(_denied(clause, part, side)))
    lines = list(_shape(clause, part, side))
    if part.kind == "palm":
        lines += _palm(clause, side)
    elif part.kind in ("index", "fingers", "thumb"):
        lines += _finger(clause, part, side)
    elif part.kind == "forearm":
        lines += _forearm(clause, side)
    elif part.kind == "elbow":
        lines += _elbow(clause, side)
    elif part.kind == "upper_arm":
        lines += _upper(clause, side)
    else:
        lines += _arm(clause, ctx, part, side)
    return Finding(tuple(lines))


def _denied(clause: Clause, part: Part, side: str) -> list[str]:
    """As in "not raising the arms" lets them hang, "elbows not bent" straightens them."""
    if clause.does("bend") or part.kind == "elbow":
        return [f"{side} elbow straight"]
    if clause.does("raise", "stretch", "point", "cross") or clause.ways or clause.has("swing", "mov", "us", "wav"):
        return hanging(side)
    return []


def hanging(side: str) -> list[str]:
    """The arm at ease beside the body."""
    return [f"{side} upper arm points down 0.16 out 0.04 back", f"{side} forearm points down 0.05 out 0.22 front"]


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


def _finger(clause: Clause, part: Part, side: str) -> list[str]:
    """A pointing finger takes its arm along."""
    if part.kind == "fingers":
        return []
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


def _elbow(clause: Clause, side: str) -> list[str]:
    if clause.has("clos", "tuck", "tight", "near", "against") or (clause.ways & {"in", "rest"}):
        return [f"{side} upper arm points down 0.05 out"]
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
    if clause.has("straight", "straighten") or (clause.does("stretch") and not clause.does("bend")):
        return [f"{side} elbow straight"]
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
        upper, fore = _LEVELS.get(clause.level, _LEVELS["chest"])
        return [f"{side} upper arm points {upper}", f"{side} forearm points {fore}"]
    way = direction(clause.ways, clause, side)
    if not way and (clause.does("raise", "point") or clause.has("up")):
        way = "front" if clause.level or clause.does("point") else raised(clause)
    if not way and clause.does("stretch") and not clause.ways and not bent:
        way = "front" if part.kind == "hand" or clause.does("stretch") else ""
    if not way and clause.has("straight") and part.kind == "arm":
        return [f"{side} elbow straight"] if not clause.has("parallel", "horizontal") else [f"{side} arm points out"]
    if "rest" in clause.ways or (clause.does("lower") and not way) or way == "down":
        if ctx.posture in ("lie", "prone", "side"):
            return [f"{side} arm points down 0.2 out (chest)"]  # along the body
        return hanging(side) + (
            [f"{side} hand relaxed"] if clause.has("relax", "relaxed") and not _shape(clause, part, side) else []
        )
    if bent and way:
        return [f"{side} upper arm points {way}", *bent]
    if bent or not way:
        return bent
    if clause.does("point") and part.kind in ("hand", "arm", "index"):
        return [f"{side} arm points {way}", f"{side} hand point"]
    if "behind" in (t.text for t in clause.words) and way == "back":
        way = "down 0.9 back"
    if "overhead" in clause.ways and ctx.posture in ("lie", "prone", "side"):
        way = f"{way} (chest)"  # along the body, which lies
    return [f"{side} arm points {way}"]


def raised(clause: Clause) -> str:
    """How a raised arm points where no direction is said."""
    if clause.number is not None:
        return swung("front", clause.number)
    if clause.small:
        return "down 0.5 front 0.3 out"
    return "up 0.12 out"


def swung(way: str, degrees: float) -> str:
    """A direction that many degrees away from hanging, towards `way`."""
    from math import cos, radians, sin

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
        return "up 0.12 out"
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
        return "down 0.9 back"
    return across if across != "in" else "in 0.7 front"
