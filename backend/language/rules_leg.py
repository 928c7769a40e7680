"""One leg in words: lifted, bent, crossed over, moved, where its knee and its toes go."""

from __future__ import annotations

from typing import Final

from .arm_ways import swung
from .clauses import Clause, Part, other
from .context import Context, Finding, sayable_bend
from .lexicon import ARM_KINDS, LEG_KINDS, SIDES
from .rules_arm import compared_height
from .rules_crossing import crossed_standing, foot_at
from .rules_ground import OFF_FEET, STANDING, free_leg, tiptoe
from .rules_props import foot_on_a_step

_FLUNG: Final = ("swing", "fling", "flung", "throw", "lash")
_ON_HANDS: Final = frozenset(("fours", "plank", "prone", "bridge", "wheel", "dog", "lie"))
_FOLD: Final = frozenset(("chest", "stomach", "chin", "torso"))


def _beside(clause: Clause, ctx: Context, part: Part, side: str) -> Finding | None:
    """One leg in relation to a hand, to the other leg, to the trunk or to the ground; None where nothing is said."""
    ways = clause.ways
    compared = compared_height(clause, side, part)
    if compared:
        return Finding(compared)
    if clause.targets and clause.targets[0].kind == "buttocks" and part.kind in ("foot", "heel", "leg", "ankle"):
        return Finding((f"{side} thigh points down 0.1 front", f"{side} knee bent 135"))
    meets = part.kind == "knee" and clause.relation == "to"  # "the right knee to the left elbow"
    if clause.targets and clause.targets[0].kind in ARM_KINDS and (clause.does("touch") or meets):
        behind = "back" in ways or any(p.kind in ("back", "buttocks", "torso") for p in clause.targets)
        if part.kind == "knee" and clause.targets[0].kind in ("elbow", "hand", "palm"):
            there = next((s for s in clause.targets[0].sides if s in SIDES), side)
            touch = {"elbow": "elbow"}.get(clause.targets[0].kind, "palm")
            arm = f"{there} upper arm points down 0.8 front"
            return Finding((f"{side} thigh points front 0.4 up", arm, f"{side} knee touches {there} {touch}"))
        lifted = (f"{side} thigh points down", f"{side} knee bent 125")
        return Finding(lifted if behind and ctx.posture in STANDING else ())
    if part.kind in ("thigh", "shin") and clause.has("parallel", "horizontal", "vertical", "perpendicular"):
        level = "front" if part.kind == "thigh" else "back"
        way = level if clause.has("parallel", "horizontal") else "down"
        return Finding((f"{side} {part.kind} points {way}",))
    crosses = clause.does("cross") and not clause.negated and ctx.posture in STANDING
    if crosses and (clause.relation in ("infront", "behind") or ways & {"front", "back"}):
        behind = clause.relation == "behind" or "back" in ways
        return Finding((), crossed_standing(side, behind=behind))
    over_foot = (
        part.kind == "knee"
        and not clause.does("bend")
        and clause.relation in ("over", "above", "infront")
        and clause.targets
    )
    if over_foot and clause.targets[0].kind in ("ankle", "toes", "foot", "heel"):
        return Finding((f"{side} shin points down",))
    return None


def one_leg(clause: Clause, ctx: Context, part: Part, side: str) -> Finding:
    """What a clause says about one leg."""
    if part.kind == "foot" and ctx.posture in STANDING:
        stepped = foot_on_a_step(clause, side)
        if stepped:
            ctx.subject, ctx.front_leg = part, side
            return Finding(tuple(stepped))
    if part.sides == ("front",) and ctx.posture in STANDING and not ctx.front_leg and clause.does("bend"):
        return _split_stance(ctx, side)
    beside = _beside(clause, ctx, part, side)
    if beside is not None:
        return beside
    if clause.negated and not (clause.has("ground", "floor") and clause.does("touch")):
        return _undone(clause, side)
    on_toes = any(p.kind == "toes" and not p.sides for p in clause.targets) and clause.relation in ("on", "onto")
    if part.kind in ("foot", "leg", "heel") and (clause.has("tiptoe") or on_toes):
        return Finding((), tuple(tiptoe((side,))))
    over_toes = part.kind == "knee" and clause.does("bend") and clause.relation in ("over", "above")
    if (
        clause.targets
        and not over_toes
        and clause.targets[0].kind in LEG_KINDS
        and clause.relation in ("on", "onto", "against", "over", "touch", "across", "in", "inside", "to", "at")
    ):
        return foot_at(ctx, part, side, clause.targets[0], clause.does("cross") or clause.relation == "over")
    off = _off_ground(clause, ctx, part, side)
    if off:
        return off
    folded = _folded(clause, ctx, part, side) if clause.has("fold", "tuck") else Finding()
    if folded:
        return folded
    if part.kind == "knee":
        return _knee(clause, ctx, side)
    return _moved(clause, ctx, part, side)


def _off_ground(clause: Clause, ctx: Context, part: Part, side: str) -> Finding:
    """A heel, toes or a foot off the ground."""
    off = "off" in [t.text for t in clause.words] or (clause.negated and clause.has("ground", "floor"))
    if off and part.kind in ("toes", "foot", "leg") and ctx.posture in _ON_HANDS and len(ctx.last["leg"]) == 1:
        return _along(clause, ctx, side, raised=True)  # "forearm plank, left foot off the mat"
    lifts = part.kind == "leg" and clause.does("raise")
    if off and not lifts and part.kind in ("toes", "foot", "leg") and len(ctx.last["leg"]) == 1:
        return Finding((f"{side} toes at least 0.12 above ground",), ()) if part.kind == "toes" else _off(side)
    raised = part.kind == "heel" and clause.does("raise")
    if part.kind in ("toes", "heel") and (clause.has("tiptoe") or raised or off):
        toes = tuple(tiptoe((side,), ctx))
        return Finding(toes) if ctx.posture == "squat" else Finding((), toes)
    if part.kind == "toes" and "tiptoe" in part.said:
        return Finding((), tuple(tiptoe((side,))))
    return Finding()


def _moved(clause: Clause, ctx: Context, part: Part, side: str) -> Finding:
    """A leg or a foot that turns, steps, bends or is lifted."""
    ways = clause.ways
    if part.kind in ("foot", "toes") and (
        clause.does("point") or clause.has("turn", "rotat") or (part.kind == "toes" and ways & {"in", "out"})
    ):
        return _toes(clause, part, side)
    if part.kind == "leg" and clause.has("vertical", "vertically", "perpendicular") and ctx.posture == "lie":
        return _along(clause, ctx, side)
    if part.kind in ("leg", "shin", "foot") and clause.does("bend") and "back" in ways:
        degrees = sayable_bend(clause.number) if clause.number is not None else 100
        return Finding((f"{side} thigh points down 0.1 front", f"{side} knee bent {degrees:g}"))
    afoot = part.kind == "leg" and ctx.posture in STANDING and not clause.does("raise", "stretch", "bend")
    if (
        afoot
        and ways & {"front", "back"}
        and not ways & {"up", "out"}
        and not clause.has("air", "kick", "straight", *_FLUNG)
    ):
        return _stepped(clause, ctx, side, "front" in ways)
    if (
        clause.does("raise", "stretch")
        or clause.has("air", "kick", *_FLUNG)
        or (part.kind == "leg" and ways & {"up", "front", "back", "out"})
    ):
        bent = _bent(clause, side)
        found = _lifted(clause, ctx, part, side)
        up = clause.does("raise") or "up" in ways or clause.has("air")
        if up and part.kind in ("leg", "foot") and part.sides == (side,):
            ctx.lifted = (side, *(found.lines if clause.number is None else ()))
        return Finding(found.lines + bent, found.standing)
    if ways & {"front", "back"}:
        return _stepped(clause, ctx, side, "front" in ways)
    return Finding(_bent(clause, side))


def _folded(clause: Clause, ctx: Context, part: Part, side: str) -> Finding:
    """As in "(sitting,) one leg folded in front", "left leg tucked under"."""
    if part.kind not in ("leg", "foot", "shin") or ctx.posture != "floor" or clause.targets:
        return Finding()
    if "back" in clause.ways or clause.has("under", "underneath", "beneath"):
        return Finding((f"{side} thigh points front 0.25 out", f"{side} shin points back 0.1 out"))
    return Finding((f"{side} thigh points front 0.5 out 0.15 down", f"{side} shin points in 0.4 back"))


def _undone(clause: Clause, side: str) -> Finding:
    """As in "without bending the knees", "knees not straight"."""
    if clause.does("bend"):
        return Finding((f"{side} knee straight",))
    return Finding((f"{side} knee bent 25",)) if clause.has("straight", "lock") else Finding()


def _off(side: str) -> Finding:
    """As in "left foot off the ground"."""
    return Finding(free_leg(side), (f"{other(side)} foot on ground",))


def _bent(clause: Clause, side: str) -> tuple[str, ...]:
    if any(t.text == "soft" for t in clause.words):  # "the supporting knee soft"
        return (f"{side} knee bent 25",)
    if clause.does("bend") or clause.has("ninety"):
        degrees = clause.number if clause.number is not None else 35 if clause.small else 120 if clause.large else 80
        return (f"{side} knee bent {sayable_bend(degrees):g}",)
    return (f"{side} knee straight",) if clause.has("straight", "straighten") else ()


def _lifted(clause: Clause, ctx: Context, part: Part, side: str) -> Finding:
    """A leg in the air, or stretched along the ground where the body does not stand."""
    ways = clause.ways
    if ctx.posture in OFF_FEET and clause.number is None and not clause.does("bend"):
        if ctx.posture == "floor" and "back" in ways and not part.plural and not clause.does("raise"):
            return Finding((f"{side} leg points back 0.1 out", f"{side} knee straight", f"{side} thigh on ground"))
        if ctx.posture == "prone" and part.kind in ("foot", "heel", "ankle", "shin"):
            return Finding((f"{side} thigh points back 0.1 out", f"{side} shin points up 0.35 back"))
        return _along(clause, ctx, side)
    way = next((w for w in ("front", "back", "out", "left", "right") if w in ways), "front")
    high = (
        clause.large
        or clause.has("kick")
        or "up" in ways
        or "overhead" in ways
        or clause.level in ("hip", "waist", "chest", "head", "shoulder")
    )
    if ctx.free_leg == side and clause.does("stretch") and not clause.does("bend"):
        return Finding((f"{side} leg points {'0.5 down ' + way if clause.small else way + ' 0.25 down'}",))
    if ctx.posture == "squat" and clause.does("stretch"):
        return Finding((f"{side} leg points {way} 0.5 down", f"{side} knee straight", f"{side} heel on ground"))
    if clause.does("stretch") and not clause.does("raise") and way in ("front", "back", "out"):
        return (
            Finding((f"{side} knee straight",), (f"{side} leg points down 0.6 {way}",))
            if not clause.has("air")
            else Finding((f"{side} leg points {way}",))
        )
    segment = "leg" if not clause.does("bend") else "thigh"
    if clause.number is not None and not clause.does("bend"):
        return Finding((f"{side} {segment} points {swung(way, clause.number)}",))
    amount = {"front": "front" if high else "0.85 front down", "out": "out 0.1 down" if high else "0.8 out down"}.get(
        way, f"{way} 0.35 down" if high else f"0.75 {way} down"
    )
    return Finding((f"{side} {segment} points {amount if not clause.small else f'down 0.4 {way}'}",))


def split_legs(front: str) -> tuple[str, ...]:
    """Legs in the air, one to the front and one to the back of the body."""
    lines = (f"{front} leg points front 0.35 down (pelvis)", f"{other(front)} leg points back 0.6 down (pelvis)")
    return (*lines, "both knees straight")


def _along(clause: Clause, ctx: Context, side: str, *, raised: bool = False) -> Finding:
    """A leg lifted or stretched where the body sits, kneels or lies."""
    ways, posture = clause.ways, ctx.posture
    way = next((w for w in ("out", "left", "right", "back", "front") if w in ways), "")
    if way == "out" and not clause.has("sideways", "apart", "wide", "spread", "aside", "outward", "outwards"):
        way = next((w for w in ("front", "back") if w in ways), "")  # "stretched out" is at full length
    raised = raised or clause.does("raise") or "up" in ways or clause.has("air")
    straight = (f"{side} knee straight",)
    if posture == "inverted" and way in ("front", "back"):
        if ctx.split:
            ctx.split, ctx.front_leg = False, side if way == "front" else other(side)
            return Finding(split_legs(ctx.front_leg))
        return Finding((f"{side} leg points {way} {0.35 if way == 'front' else 0.6} down (pelvis)", *straight))
    if posture in ("inverted", "bridge", "wheel", "dog"):
        to = f"{way} 0.6 up" if way in ("out", "left", "right") else "back 0.8 up" if posture == "dog" else "up"
    elif posture in ("fours", "prone", "plank"):
        to = f"{way} 0.15 back" if way in ("out", "left", "right") else "back 0.35 up" if raised else "back 0.05 up"
    elif posture == "side":
        return Finding((f"{side} leg points down {'0.8 out' if raised else '0.5 front'} (pelvis)", *straight))
    elif posture == "lie":
        high = "up" in ways or "overhead" in ways or clause.has("vertical", "vertically", "ceiling")
        to = "up" if high else "front 0.7 up" if raised else "front 0.8 out" if way == "out" else "front"
    elif posture == "kneel":
        ground = () if raised else (f"{side} foot on ground",)
        to = f"{way or 'front'} {0.1 if raised else 0.75} down"
        return Finding((f"{side} leg points {to}", *straight, *ground))
    else:
        flat = "front 0.5 out" if way == "out" else "front" if way in ("", "back") else f"front 0.6 {way}"
        flat = "front" if way == "front" else flat
        seat = "0.42 down" if posture == "sit" else "0.02 down"
        to = f"{flat} {'0.3 up' if raised and posture != 'sit' else '0.02 up' if raised else seat}"
    return Finding((f"{side} leg points {to}", *straight))


def _knee_lying(clause: Clause, ctx: Context, side: str) -> Finding:
    """A raised knee of a body that lies: towards the chest."""
    tight = clause.large or clause.has("tuck") or bool(clause.targets)
    bend = f"{side} knee bent {130 if tight else 100}"
    if ctx.posture == "side":
        return Finding((f"{side} thigh points front {0.15 if tight else 0.35} down (pelvis)", bend))
    return Finding((f"{side} thigh points up {'0.5 back' if tight else '0.1 front'}", bend))


def _knees_aside(way: str, side: str) -> Finding:
    """The knees of one that lies on the back, dropped to one side."""
    thigh, shin = f"{side} thigh points {way} 0.45 front 0.12 up", f"{side} shin points front 0.35 {way}"
    return Finding((f"pelvis faces up {way}", thigh, shin, f"{side} knee bent 80"))


def _knee(clause: Clause, ctx: Context, side: str) -> Finding:
    """A knee raised or bent; a standing pair of bent knees keeps the feet where they are."""
    falls = clause.ways & {"left", "right"}
    if ctx.posture == "lie" and falls and not clause.does("stretch"):
        return _knees_aside(next(iter(falls)), side)
    if f"{side}_leg" in ctx.settled and clause.does("bend"):
        return Finding(_bent(clause, side))
    lifts = clause.does("raise") or "up" in clause.ways or clause.has("tuck")
    if ctx.posture in ("lie", "side") and lifts and not clause.does("bend"):
        return _knee_lying(clause, ctx, side)
    if lifts and ctx.posture == "floor" and "out" not in clause.ways and not clause.does("bend"):
        return Finding(
            (f"{side} thigh points front 0.85 up", f"{side} shin points down 0.4 front", f"{side} foot on ground")
        )
    if lifts and "out" in clause.ways:
        shin = {"fours": "shin points back", "": "shin points down", "stand": "shin points down"}.get(
            ctx.posture, "knee bent 90"
        )
        return Finding((f"{side} thigh points out {0.7 if clause.small else 0.1} down", f"{side} {shin}"))
    if clause.does("raise") or clause.level or (clause.ways & {"up"} and not clause.does("bend")):
        height = (
            "front 0.55 up"
            if clause.level in _FOLD or (clause.large and clause.level not in ("hip", "waist"))
            else "front"
        )
        if clause.targets and clause.targets[0].kind in _FOLD:
            height = "up front"
        return Finding(
            (f"{side} thigh points {height if not clause.small else 'front down'}", f"{side} shin points down")
        )
    if clause.targets and clause.targets[0].kind in _FOLD:
        return Finding((f"{side} thigh points up front", f"{side} knee bent 130"))
    bent = _bent(clause, side)
    if bent and "straight" not in bent[0]:
        degrees = float(bent[0].split()[-1])
        half = 0.018 * degrees / 2
        if ctx.front_leg:  # the feet are placed already
            return Finding(bent)
        if ctx.posture in ("lie", "floor"):  # the foot stays on the ground and the knee rises
            return Finding((*bent, f"{side} thigh points front {max(half, 0.2):.2f} up", f"{side} foot on ground"))
        ground = () if side in ctx.on_toes else (f"{side} foot on ground",)
        return Finding(bent, (f"{side} thigh points down {half:.2f} front 0.08 out", *ground))
    if clause.ways & {"out", "in", "front"} and not bent:
        return (
            Finding((f"{side} thigh points front 0.8 {'out' if 'out' in clause.ways else 'in'}",))
            if "front" not in clause.ways
            else Finding((), (f"{side} thigh points down 0.8 front",))
        )
    return Finding(bent)


def _pointed(part: Part, side: str) -> Finding:
    """As in "toes pointed"."""
    return Finding((f"{side} ankle plantarflexed 38",))


def _toes(clause: Clause, part: Part, side: str) -> Finding:
    """As in "toes pointed outward", "left foot turned in"."""
    if "out" in clause.ways:
        return Finding((f"{side} foot faces front 0.7 out",))
    if "in" in clause.ways or any(t.text in ("in", "inwards") for t in clause.words):
        return Finding((f"{side} foot faces front 0.6 in",))
    if not clause.ways and clause.does("point"):
        return _pointed(part, side)
    return Finding((f"{side} foot faces front",)) if "front" in clause.ways else Finding()


def _stepped(clause: Clause, ctx: Context, side: str, front: bool) -> Finding:
    """One foot before or behind the other, both standing."""
    if ctx.posture == "kneel" and front:
        return Finding((f"{side} thigh points front", f"{side} shin points down", f"{side} foot on ground"))
    if ctx.lunges and clause.metres is None:
        return _lunged(ctx, side if front else other(side))
    metres = clause.metres or (0.2 if clause.small else 0.6 if clause.large else 0.38)
    sign = 1 if front else -1
    there, rear = (f"{side} leg", f"{other(side)} leg")
    k = f"{metres * 0.6:.2f}"
    ctx.front_leg = side if front else other(side)
    return Finding(
        (),
        (
            f"{there} points down {k} {'front' if sign > 0 else 'back'}",
            f"{rear} points down {k} {'back' if sign > 0 else 'front'}",
            f"{side} ankle {metres:g} {'in front of' if front else 'behind'} {other(side)} ankle",
            "both feet on ground" if metres <= 0.3 else f"{ctx.front_leg} foot, {other(ctx.front_leg)} toes on ground",
        ),
    )


def _split_stance(ctx: Context, front: str) -> Finding:
    """As in "front leg bent, back leg straight": the long step that makes one leg the front one."""
    ctx.front_leg, rear = front, other(front)
    ctx.note(f"No side was said for the front leg: I took the {front}.")
    return Finding(
        (),
        (
            f"{front} thigh points front 0.6 down",
            f"{front} shin points down 0.05 front",
            f"{rear} leg points down 0.95 back",
            f"{front} foot, {rear} toes on ground",
        ),
    )


def _lunged(ctx: Context, front: str) -> Finding:
    """The legs of a lunge, said with the leg that is in front."""
    ctx.front_leg, rear = front, other(front)
    return Finding(
        (),
        (
            f"{front} thigh points front 0.25 down",
            f"{front} shin points down",
            f"{rear} thigh points down 0.45 back",
            f"{rear} shin points back 0.6 down",
            f"{front} foot, {rear} toes on ground",
            f"{front} ankle at least 0.6 in front of {rear} ankle",
        ),
    )
