"""One arm in words: placed, raised, bent; forearm and elbow, the palm, the fingers, the shape of the hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Final

from .arm_ways import LEVELS, above_or_below, direction, hanging, raised, swung
from .clauses import Clause, Part, other
from .context import Context, Finding, sayable_bend
from .lexicon import ACTIONS, DETERMINERS, SIDES, WAY_WORDS
from .rules_hands import touching
from .rules_props import at_furniture

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
_BESIDE_HEAD: Final = {  # where elbows go whose hands are behind the head
    "front": "front 0.5 out 0.45 up", "in": "front 0.45 out 0.6 up", "back": "out 0.3 back 0.35 up", "up": "up out",
}  # fmt: skip
_GRIPPING: Final = ("hold", "grip", "grasp", "clutch", "grab")
_TRUNK: Final = frozenset(("torso", "chest", "back", "stomach", "waist", "hip", "buttocks", "face", "head"))
_HANDS: Final = frozenset(("hand", "hand_back", "fist", "palm", "fingers", "index", "thumb"))
ON_ARMS: Final = frozenset(("plank", "inverted", "bridge", "wheel", "dog"))  # they bear the body


_GUARDING: Final = ("guard", "shield", "protect")
_GUARDS: Final = frozenset(("hand", "fist", "palm", "arm", "forearm"))
_GUARDED: Final = {
    **dict.fromkeys(
        ("chin", "face", "head", "cheek", "mouth", "nose", "temple", "ear", "eye"),
        ("down 0.5 front 0.1 out (chest)", "up 0.4 front 0.3 in (chest)"),
    ),
    **dict.fromkeys(("chest", "torso", "stomach"), ("down 0.3 front 0.1 out (chest)", "front 0.35 up 0.4 in (chest)")),
}


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
    if clause.has(*_GUARDING) and part.kind in _GUARDS and not clause.negated:
        zone = next((_GUARDED[p.kind] for p in clause.parts if p.kind in _GUARDED), None)
        if zone:  # "both fists guarding the chin"
            upper, fore = zone
            shapes = shape(clause, part, side)
            return Finding((f"{side} upper arm points {upper}", f"{side} forearm points {fore}", *shapes))
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


def one_arm(clause: Clause, ctx: Context, part: Part, side: str) -> Finding:
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
            return Finding((*found.lines, *shape(clause, part, side)), found.standing)
    if clause.negated:
        return _denied(clause, part, side)
    lines = list(shape(clause, part, side)) or ([f"{side} hand grip"] if clause.holds else [])
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


def shape(clause: Clause, part: Part, side: str) -> list[str]:
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
    if side in ctx.behind_head and (way := next((w for w in _BESIDE_HEAD if w in clause.ways), "")):
        return [f"{side} upper arm points {_BESIDE_HEAD[way]}"]
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
    if clause.does("stretch") and not clause.ways and part.said == "arms" and ctx.posture in ON_ARMS:
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
    loose = clause.has("relax", "relaxed") and not shape(clause, part, side)
    return hanging(side) + ([f"{side} hand relaxed"] if loose else [])


def _aimed(clause: Clause, ctx: Context, part: Part, side: str, way: str) -> list[str]:
    """A straight arm that points somewhere."""
    ctx.raised = side if not way.startswith("down") else ctx.raised
    ctx.uplifted = side if way.startswith("up") else ctx.uplifted
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
