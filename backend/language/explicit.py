"""Body language in words: every clause by the rules, and what holds for a body that stands or bends."""

from __future__ import annotations

from backend.posecodes import Posecode, read_line
from backend.posecodes.angle import Angle
from backend.posecodes.direction import Direction
from backend.posecodes.ground import Support

from .atlas import atlas
from .clause_words import known_word
from .clauses import Clause
from .compose import limb_slots
from .context import Context, Finding
from .cutting import clauses_of
from .lexicon import ACTIONS, ARM_KINDS, PART_WORDS, SIDES
from .overlay import behind_head, bent_joints, over
from .rules_arms import arms
from .rules_ground import free_leg
from .rules_legs import legs
from .rules_points import at_point
from .rules_trunk import head, trunk
from .tokens import Token

_NEARLY_STRAIGHT = 30.0  # deg of a knee


def body_language(
    tokens: list[Token], taken: list[bool], ctx: Context, places: dict[int, tuple[str, int]]
) -> tuple[list[Posecode], list[Posecode]]:
    """The statements of all clauses: those that always hold, and those that hold for a standing body."""
    lines: list[Posecode] = []
    standing: list[Posecode] = []
    for clause in clauses_of(tokens, taken):
        ctx.hear(clause)
        if _is_named_hands(clause):
            for k in clause.places:
                taken[k] = taken[k] or known_word(tokens[k])
            continue
        found = _clause(clause, ctx)
        ctx.weak += found.weak
        codes = [c for line in found.lines for c in read_line(line)]
        for start in (k for k in clause.places if k in places):
            codes += at_point(clause, ctx, places[start][0])
        extra = [c for line in found.standing for c in read_line(line)]
        if codes or extra or found.weak or _only_denies(clause) or _only_trails(clause, ctx):
            for k in clause.places:
                taken[k] = taken[k] or (known_word(tokens[k]) and k not in ctx.busy) or (tokens[k].stem in ACTIONS)
        ctx.bent |= bent_joints(codes)
        ctx.behind_head |= behind_head(codes)
        ctx.placed = ctx.placed or {"left_arm", "right_arm"} <= {limb for c in codes for limb in limb_slots(c)}
        ctx.mentioned = clause.parts[-1] if clause.parts else ctx.mentioned
        if clause.joined == "except":
            lines = [c for c in lines if not limb_slots(c) & _spared(clause)]
        lines = over(lines, codes, straight=clause.does("stretch") or clause.has("straight"))
        standing = over(standing, extra)
    return [*_free_leg(lines, ctx), *lines], standing


def _only_trails(clause: Clause, ctx: Context) -> bool:
    """As in "(the arm stretched out sideways), parallel to the floor": it was read to the letter what is left of."""
    told = any(k in ctx.told for k in clause.places)
    free = [t for t, used in zip(clause.words, clause.taken, strict=True) if not used]
    return told and all(known_word(t) and t.text not in PART_WORDS for t in free)


def _spared(clause: Clause) -> set[str]:
    """The limbs that "except the left arm" leaves out."""
    kinds = {p.kind: p.sides for p in clause.subjects}
    return {f"{side}_{'arm' if kind in ARM_KINDS else 'leg'}" for kind, sides in kinds.items() for side in sides}


def _is_named_hands(clause: Clause) -> bool:
    """Whether a name has taken the hands of a clause: the rest, "(leaning on the hands) behind the hips", is its."""
    used = [t for t, taken in zip(clause.words, clause.taken, strict=True) if taken]
    hands = any(PART_WORDS.get(t.text) in ARM_KINDS for t in used) and len(used) > 2
    hands = hands and not clause.has("balanc", "stand", "hop", "weight")
    return hands and not clause.subjects and bool(clause.targets) and not any(p.kind in ARM_KINDS for p in clause.parts)


def _only_denies(clause: Clause) -> bool:
    """As in "(the left arm,) not the right": nothing is asked for."""
    return (clause.negated or clause.joined == "except") and all(
        known_word(t) and (t.text not in ACTIONS) for t in clause.words
    )


def _free_leg(lines: list[Posecode], ctx: Context) -> list[Posecode]:
    """What the leg that does not stand does where it is not said, or only how far it is bent."""
    said = [c for c in lines if f"{ctx.free_leg}_leg" in limb_slots(c)]
    if not ctx.free_leg or not all(isinstance(c, Angle) for c in said):
        return []
    codes = [c for line in free_leg(ctx.free_leg) for c in read_line(line)]
    return [c for c in codes if not (said and isinstance(c, Angle))]


def _clause(clause: Clause, ctx: Context) -> Finding:
    """What the rules make of one clause."""
    if clause.is_empty:
        return Finding()
    found = [legs(clause, ctx), trunk(clause, ctx), head(clause, ctx)]
    on_ground = any(" on ground" in line for line in found[0].lines)
    if not on_ground:
        found.insert(0, arms(clause, ctx))
    lines, standing, weak = (tuple(x for f in found for x in part(f)) for part in _KINDS)
    return Finding(lines, standing, weak)


_KINDS = (lambda f: f.lines, lambda f: f.standing, lambda f: f.weak)


def left_alone(ctx: Context, explicit: list[Posecode], used: tuple[str, ...]) -> list[Posecode]:
    """How arms are that something is not done with, where nothing else says it."""
    book = atlas()
    gestures = [c for name in used if not book.posture(name) for c in book.program(name)]
    said = frozenset(limb for c in (*explicit, *gestures) for limb in limb_slots(c))
    said -= frozenset(
        limb for c in explicit if isinstance(c, Support) for limb in c.limbs() if limb.endswith("_leg")
    ) - (frozenset(limb for c in explicit if not isinstance(c, Support) for limb in limb_slots(c)))
    codes = [c for line in dict.fromkeys(ctx.weak) for c in read_line(line)]
    return [c for c in codes if not limb_slots(c) & said]


def unsettled(standing: list[Posecode], explicit: list[Posecode]) -> list[Posecode]:
    """What holds for a standing body, unless the trunk was placed in so many words."""
    placed = any(isinstance(c, Direction) and c.segment == "torso" for c in explicit)
    return [c for c in standing if not (placed and isinstance(c, Direction) and c.segment == "torso")]


def borne(explicit: list[Posecode], *, hangs: bool, stands: bool) -> list[Posecode]:
    """The limbs of a body that bends far forward without a word about them: legs stand, arms hang."""
    low = any(isinstance(c, Direction) and c.segment == "torso" and c.toward[1] < 0.8 for c in explicit)
    said = frozenset(limb for c in explicit if not _is_straight(c) for limb in limb_slots(c))
    sides = [s for s in SIDES if low and stands and f"{s}_leg" not in said]
    lines = [line for s in sides for line in (f"{s} leg points down", f"{s} foot on ground")]
    lines += [f"{s} arm points down" for s in SIDES if low and hangs and f"{s}_arm" not in said]
    return [c for line in lines for c in read_line(line)]


def _is_straight(code: Posecode) -> bool:
    """Legs that are only said to be straight still stand."""
    return isinstance(code, Angle) and code.joint.endswith("_knee") and code.degrees < _NEARLY_STRAIGHT


def is_airless(code: Posecode) -> bool:
    """Legs spread or together mean the same when sitting or lying."""
    return code.kind == "distance"
