"""The trunk and the head in words: leaning, bending, twisting; turning and tilting the head; where one looks."""

from __future__ import annotations

from dataclasses import replace
from math import cos, radians, sin
from typing import Final

from .clauses import Clause
from .context import Context, Finding, bends_over, hinges
from .lexicon import HEAD_KINDS, SIDES
from .rules_ground import leaned_on

_TRUNK: Final = frozenset(("torso", "back", "chest", "waist", "upper_back", "lower_back"))
_BELOW: Final = frozenset(("knee", "thigh"))  # where a bowed head comes to rest
_LOOKED_AT: Final = {
    "hand": "hand",
    "palm": "palm",
    "fist": "hand",
    "fingers": "fingertips",
    "thumb": "thumb tip",
    "knee": "knee",
    "foot": "foot",
    "toes": "foot",
    "elbow": "elbow",
    "wrist": "wrist",
    "index": "index tip",
    "shoulder": "shoulder",
}


def trunk(clause: Clause, ctx: Context) -> Finding:
    """What a clause says about the trunk."""
    lines = _shoulders(clause, ctx)
    if lines:
        return Finding(tuple(lines))
    bare = not [p for p in clause.subjects if p.kind not in _TRUNK and p.kind != "hip"] and not _goes_on(clause, ctx)
    named = any(p.kind in _TRUNK for p in clause.subjects)
    if named and clause.has("fac") and clause.ways == {"front"} and not clause.negated:
        return Finding(("torso turned left 0",))
    if not bare or clause.negated or clause.does("look"):
        return Finding()
    if named and clause.has("parallel", "horizontal", "horizontally"):
        ctx.leaning = True
        return Finding(("torso points front",))
    hips = Finding() if hinges(clause) else _of_hips(clause, ctx)
    if hips:
        return hips
    return Finding(tuple(_bent_trunk(clause, ctx, named)))


def _of_hips(clause: Clause, ctx: Context) -> Finding:
    """Hips that are raised, cocked or pushed somewhere."""
    raised = next((p for p in clause.subjects if p.kind in ("hip", "buttocks")), None)
    if raised is not None and not clause.targets and (clause.ways & {"up"} or clause.does("raise")):
        return Finding((f"pelvis at least {0.28 if ctx.posture == 'lie' else 0.65} above ground",))
    cocked = next((p for p in clause.subjects if p.kind == "hip" and len(p.sides) == 1), None)
    if cocked is not None and not clause.targets and (clause.does("tilt") or "out" in clause.ways):
        return _hips(replace(clause, ways=frozenset(cocked.sides)))
    hips = next((p for p in clause.subjects if p.kind == "hip" and (p.plural or p.said == "pelvis")), None)
    if hips is not None and not clause.targets and clause.ways & {"left", "right", "front", "back"}:
        return _hips(clause)
    return Finding()


def _bent_trunk(clause: Clause, ctx: Context, named: bool) -> list[str]:
    """A trunk that leans, twists, arches, is straight or round."""
    lines = _sidebend(clause)
    if not lines and clause.does("twist") and (named or clause.ways & {"left", "right"}):
        lines = _twist(clause, ctx)
    if not lines and named and clause.does("turn") and clause.ways & {"left", "right"}:
        lines = _twist(clause, ctx)
    if not lines and (clause.does("lean", "tilt") or (named and clause.does("bend", "bow")) or bends_over(clause, ctx)):
        lines = _lean(clause, ctx)
    ctx.leaning = ctx.leaning or bool(lines)
    if (
        not lines
        and any(p.kind == "chest" for p in clause.subjects)
        and ("out" in clause.ways or clause.has("puff", "proud", "lift"))
    ):
        lines = ["torso bowed back 12"]
    if not lines and clause.does("arch") and (named or clause.has("back")):
        lines = ["torso bowed back 28"]
    straight = clause.has("upright", "tall") or (named and clause.has("straight"))
    if not lines and straight and ctx.posture in ("", "stand", "sit", "kneel", "floor", "squat"):
        lines = ["torso bowed front 0"] if ctx.leaning else ["torso points up", "torso bowed front 0"]
    if not lines and named and clause.has("rounded", "hunch", "slouch", "curved", "curv"):
        lines = ["torso bowed front 35"]
    elif not lines and clause.does("lean") and clause.has("hunch", "slouch", "slump"):
        lines = ["torso bowed front 30", "torso points up 0.2 front"]
    if not lines and named and clause.ways & {"front"} and not clause.targets:
        lines = _lean(clause, ctx)
    return lines


def _hips(clause: Clause) -> Finding:
    """As in "hips pushed to the left", "hips forward": the pelvis goes off the middle of the feet."""
    side = _side(clause)
    if side:
        away = "right" if side == "left" else "left"
        shift = f"{side} hip {0.07 if clause.small else 0.14} {side} of {side} ankle"
        return Finding((), (shift, f"torso tilted {away} 10", "both feet on ground"))
    how = "in front of" if "front" in clause.ways else "behind"
    bow = "torso bowed back 15" if "front" in clause.ways else "torso points 0.8 up 0.5 front"
    return Finding((), tuple(f"{s} hip 0.1 {how} {s} ankle" for s in SIDES) + (bow, "both feet on ground"))


def _shoulders(clause: Clause, ctx: Context) -> list[str]:
    """As in "shoulders raised", "left shoulder lifted", "rounded shoulders"."""
    part = next((p for p in clause.subjects if p.kind == "shoulder"), None)
    if part is None or clause.negated or clause.targets:
        return []
    if clause.has("rounded", "round", "hunch", "slouch", "slump") or (part.plural and clause.ways & {"front"}):
        return ["torso bowed front 28"]
    if clause.does("raise") or clause.ways & {"up"} or clause.has("shrug"):
        return [f"{s} shoulder 0.05 above neck" for s in ctx.sides(part)]
    return []


def _side(clause: Clause) -> str:
    return next((s for s in SIDES if s in clause.ways), "")


def _degrees(clause: Clause, usual: float) -> float:
    if clause.number is not None:
        return clause.number
    return usual * (0.5 if clause.small else 1.7 if clause.large else 1.0)


def _sidebend(clause: Clause) -> list[str]:
    """As in "side bend to the right", "bending sideways"."""
    said = clause.has("side", "sideways", "sidebend", "lateral") and clause.does("bend", "lean", "tilt")
    if not said:
        return []
    side = _side(clause) or "right"
    angle = _degrees(clause, 30)
    lean = f"torso points {cos(radians(angle)):.3f} up {sin(radians(angle)):.3f} {side}"
    return ["pelvis up faces up", lean, f"torso tilted {side} {min(angle * 1.3, 55):.0f}"]


def _twist(clause: Clause, ctx: Context) -> list[str]:
    side = _side(clause)
    if not side:
        side = "right"
        ctx.note("No side was said for the twist: I took the right.")
    ctx.twisted = side
    return [f"torso turned {side} {min(_degrees(clause, 38), 55):g}"]


def _lean(clause: Clause, ctx: Context) -> list[str]:
    """A lean of the whole trunk; far leans and bows bend the hips."""
    side = _side(clause)
    if not (side or clause.ways) and leaned_on(clause, ctx):
        return []  # "(sitting on the floor,) leaning on the left hand"
    way = side or ("back" if "back" in clause.ways else "front")
    over = clause.has("over", "waist", "down") or hinges(clause)
    front = 95 if clause.has("fold") else 75 if over and clause.does("bend") else 32
    usual = {"front": front, "back": 22}.get(way, 20)
    angle = min(_degrees(clause, usual), 120)
    rise = cos(radians(angle))
    lines = [f"torso points {abs(rise):.3f} {'up' if rise >= 0 else 'down'} {sin(radians(angle)):.3f} {way}"]
    afoot = ctx.posture in ("", "stand")
    if side and afoot:
        lines.append("pelvis up faces up")
    share = 1.3 if afoot else 0.6  # with the hips level the spine does it all
    return lines + ([f"torso tilted {side} {min(angle * share, 45 if afoot else 30):.0f}"] if side else [])


# --- head and gaze --------------------------------------------------------------------------------------


def head(clause: Clause, ctx: Context) -> Finding:
    """What a clause says about the head and the gaze."""
    going_on = _goes_on(clause, ctx)
    ear = any(p.kind == "ear" for p in clause.subjects) and any(p.kind == "shoulder" for p in clause.targets)
    named = any(p.kind in HEAD_KINDS for p in clause.subjects) or going_on or ear
    bowed = any(p.kind == "forehead" for p in clause.subjects) and any(p.kind in _BELOW for p in clause.targets)
    named = named or bowed
    ctx.of_head = named if clause.subjects else ctx.of_head and not clause.is_empty
    if clause.negated:
        return Finding()
    if (
        clause.does("look")
        and not (named and clause.does("turn", "tilt"))
        and not any(p.kind in ("palm", "chest", "torso", "hip", "foot", "toes") for p in clause.subjects)
    ):
        return Finding(tuple(_gaze(clause, ctx)))
    if not named:
        return Finding()
    kinds = {p.kind for p in clause.subjects}
    if "eye" in kinds:
        return Finding(tuple(_gaze(clause, ctx)))
    return Finding(tuple(_head(clause, kinds)))


def _goes_on(clause: Clause, ctx: Context) -> bool:
    """As in "the head is turned to the right | and tilted to the left": the head is still meant."""
    return (
        ctx.of_head
        and not clause.parts
        and clause.joined in ("and", ",")
        and clause.does("turn", "tilt", "bow", "twist")
    )


def _head(clause: Clause, kinds: set[str]) -> list[str]:
    shoulder = next((p.sides[0] for p in clause.targets if p.kind == "shoulder" and p.sides), "")
    side = _side(clause) or (shoulder if shoulder in SIDES else "")
    if kinds <= {"neck", "head"} and "rest" in clause.ways:
        return ["head bowed front 25"]
    if kinds & {"forehead", "face", "head"} and any(p.kind in _BELOW for p in clause.targets):
        return ["head bowed front 45", "torso bowed front 45"]
    if kinds == {"chin"} and any(p.kind in ("chest", "throat", "neck") for p in clause.targets):
        return ["head bowed front 42"]
    if clause.does("tilt", "lean", "bend") or (kinds == {"ear"} and shoulder):
        clause_side = side or ("right" if clause.has("sideways", "side") else "")
        if clause_side:
            return [f"head tilted {clause_side} {min(_degrees(clause, 25), 45):g}"]
    if clause.does("tilt", "lean") and (side or clause.has("sideways", "side")):
        return [f"head tilted {side or 'right'} {min(_degrees(clause, 25), 45):g}"]
    if kinds == {"head"} and clause.does("tilt") and not clause.ways:
        return [f"head tilted right {min(_degrees(clause, 22), 45):g}"]
    if side:
        return [f"head turned {side} {min(_degrees(clause, 45), 70):g}"]
    if clause.has("sideways", "side") or "out" in clause.ways:
        return [f"head turned right {min(_degrees(clause, 45), 70):g}"]
    back = (
        "back" in clause.ways
        or (clause.does("raise", "tilt") and "down" not in clause.ways and "front" not in clause.ways)
        or clause.ways & {"up"}
    )
    if back and not (clause.has("upright") or clause.has("straight")):
        far = 46 if clause.has("throw", "thrown", "fling", "flung") else 28
        return [f"head bowed back {min(_degrees(clause, far), 50):g}"]
    if (
        clause.does("bow", "lower", "tilt", "bend", "lean")
        or clause.ways & {"down", "front"}
        or ("chin" in kinds and clause.has("tuck"))
    ):
        if "front" in clause.ways and not clause.does("bow", "lower", "tilt", "bend", "lean"):
            return ["look front"]
        return [f"head bowed front {min(_degrees(clause, 38), 55):g}"]
    return ["look front"] if clause.has("upright", "straight", "level") else []


def _gaze(clause: Clause, ctx: Context) -> list[str]:
    """Where the eyes go: a direction, a part of the own body, or over a shoulder."""
    target = next((p for p in clause.parts if p.kind in _LOOKED_AT), None)
    shoulder = next((p for p in clause.parts if p.kind == "shoulder"), None)
    words = {t.text for t in clause.words}
    if (shoulder is not None and "over" in words) or clause.has("behind") or ("back" in clause.ways and not target):
        side = (
            (shoulder.sides[0] if shoulder and shoulder.sides and shoulder.sides[0] in SIDES else "")
            or _side(clause)
            or ctx.twisted
            or "left"
        )
        return [f"head turned {side} 62", *([] if ctx.twisted == side else [f"torso turned {side} 22"])]
    if target is not None and target.kind in ("foot", "toes") and (target.plural or not target.sides):
        return ["look 0.75 down 0.65 front"]
    if target is not None:
        high = clause.does("raise", "stretch") and not target.sides and not target.plural
        raised = (clause.does("raise") and ctx.uplifted) or ctx.raised
        sides = (raised,) if high and raised else ctx.sides(target)
        if len(sides) == 2 and clause.ways & {"up", "overhead"}:
            return ["look 1.2 up front"]
        if len(sides) == 2:
            return ["look 0.8 down front"]
        return [f"look at {sides[0]} {_LOOKED_AT[target.kind]}"]
    side = _side(clause)
    up, down = "up" in clause.ways or "overhead" in clause.ways, "down" in clause.ways
    if side and not (up or down):
        return [f"head turned {side} {min(_degrees(clause, 45), 70):g}"]
    if side:
        return [f"look {side} {'up' if up else 'down'} front"]
    if up:
        return [f"look {0.35 if clause.small else 1.6 if clause.large else 0.9} up front"]
    if down:
        return [f"look {0.3 if clause.small else 1.2 if clause.large else 0.8} down front"]
    if clause.has("around", "side", "sideways") or "out" in clause.ways:
        return ["head turned left 45"]
    return ["look front"] if clause.ways & {"front"} or clause.has("camera", "straight", "horizon", "distance") else []
