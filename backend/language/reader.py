"""A prompt becomes a program: named poses of the atlas as the ground, explicit body language over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backend.posecodes import Posecode, Program, read_line
from backend.posecodes.angle import Angle
from backend.posecodes.contact import Contact
from backend.posecodes.direction import Direction
from backend.posecodes.ground import Support

from .atlas import Entry, atlas, per_atlas
from .clauses import EXTRA, RELATIONS, Clause, known_word
from .cleaning import clean
from .compose import composed, limb_slots, seen_from_chest
from .context import Context, Finding, Place, overstated
from .course import find_course, is_gait
from .cutting import clauses_of
from .deeds import lead, led, of_one_deed
from .doers import poses_alone
from .exact import exactly
from .lexicon import (
    ACTIONS,
    ARM_KINDS,
    DETERMINERS,
    IRREGULAR,
    LARGE,
    LEG_KINDS,
    NEGATIONS,
    NUMBER_WORDS,
    PART_WORDS,
    PHRASES,
    PLURALS,
    SIDE_WORDS,
    SKIP,
    SMALL,
    SPLITTERS,
    STOP,
    WAY_WORDS,
)
from .matching import Match, find, index
from .modifiers import Mood, mood_words
from .moments import PLAIN_GAITS, goes_with, gone, is_dull, is_of_arms, pushed, telling, veering, without_weak
from .moods import NO_POSE, mood_alone, moods_of
from .named_sides import aimed, on_one_leg
from .overlay import bent_joints, opened, over, with_exact
from .paraphrase import reworded
from .preparing import prepared
from .rules_arms import arms
from .rules_ground import free_leg
from .rules_legs import legs
from .rules_points import at_point, find_points
from .rules_trunk import head, trunk
from .spelling import Vocabulary
from .stems import stem
from .synonyms import SYNONYM_WORDS
from .tokens import MOST_TOKENS, Token, plain, tokens_of, words_of
from .tongues import tongue_of
from .unposed import is_unposed

_SIDES = ("left", "right")
_UPRIGHT = frozenset(("", "stand"))
_PRETENDING = frozenset(("imitat", "mimic", "pretend", "act", "behav", "impersonat", "like"))  # "acts like a chicken"
_FAMILIES = {"sit": {"sit", "floor"}, "lie": {"lie", "prone", "side"}}  # what a bare "sitting" or "lying" may turn out
_OF_ARMS = frozenset({"left_arm", "right_arm", "left_fingers", "right_fingers", "left_arm_facing", "right_arm_facing"})


@dataclass(frozen=True)
class Reading:
    """What was made of a prompt.

    program: all statements; named: atlas entries used; explicit: what was said in body language; unread: content words
    nothing was made of; notes: assumptions to tell the user; stance: trunk and legs of a gesture, for a new pose only.
    """

    program: Program
    named: tuple[str, ...] = ()
    explicit: Program = ()
    unread: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    free: tuple[int, ...] = ()
    """Places of the unread words."""
    sided: bool = False
    """Whether the words name a side, so that the mirror image is not what was asked."""
    unshown: tuple[str, ...] = ()
    """What was understood of a motion and has no place in one pose: "4 steps", "in a circle"."""
    moods: tuple[Mood, ...] = ()
    """Moods and energies that change what the program comes to ("tired", "proudly"); see in_mood."""
    stance: Program = ()

    @property
    def is_empty(self) -> bool:
        return not self.program and not self.moods

    @property
    def whole(self) -> Program:
        """The program of a pose that is made anew."""
        return composed(self.stance, self.program)


def read(prompt: str, *, points: Mapping[str, Place] | None = None) -> Reading:
    """Read a prompt. `points` are named places of the scene (m) that words may reach for, touch or look at."""
    text = plain(clean(prompt))
    if is_unposed(text):
        return Reading((), notes=("I have no poses of that kind.",))
    tongue = tongue_of(text)
    if tongue and tongue_of(_beside_names(tokens_of(prompt))):
        return Reading((), unread=words_of(prompt), notes=(f"I read English only, and this looks like {tongue}.",))
    tokens = prepared(prompt, vocabulary())
    points = points or {}
    return reworded(tokens, _literally(tokens, points), lambda new: _literally(new, points))


def _beside_names(tokens: list[Token]) -> str:
    """The words that are no part of a pose's name: "port de bras" is no sentence of another language."""
    named = {k for m in find(tokens, [False] * len(tokens), 2) for k in m.places}
    return " ".join(t.text for i, t in enumerate(tokens) if i not in named and not t.is_mark)


def _literally(tokens: list[Token], points: Mapping[str, Place]) -> Reading:
    """What the rules, the names of the atlas and the moods make of the words as they stand."""
    moods = moods_of(tokens)
    reading = _without(moods, tokens, points)
    if moods and not reading.explicit and reading.named in NO_POSE:
        return mood_alone(_without((), tokens, points), moods)
    return replace(reading, moods=moods)


def _without(moods: Sequence[Mood], tokens: list[Token], points: Mapping[str, Place]) -> Reading:
    """What is read of the words beside those that say the moods."""
    ctx = Context(points)
    if len(tokens) >= MOST_TOKENS:
        ctx.note("I read only the beginning of so long a text.")
    for text in overstated(tokens):
        ctx.note(text)
    taken = [False] * len(tokens)
    places = find_points(tokens, ctx.points)
    for start, (_, size) in places.items():
        taken[start : start + size] = [True] * size
    for k in (k for m in moods for k in m.places if k < len(taken)):
        taken[k] = True
    exact = exactly(tokens, taken)
    ctx.told = frozenset(k for k, used in enumerate(taken) if used)
    named = _take(find(tokens, taken, 2), taken)
    ctx.settled = frozenset(limb for c in exact.codes for limb in limb_slots(c))
    singles = [m for m in pushed(tokens, taken, find(tokens, taken, 1, 1)) if tokens[m.places[0]].stem != "look"]
    course = find_course(tokens, taken, [*named, *singles])
    front = lead(tokens, taken, [*named, *singles])
    ctx.gestures = frozenset(k for m in singles if atlas().entries[m.entry].limb in ("arm", "hand") for k in m.places)
    singles = _on_the_floor(singles, tokens)
    ctx.busy = frozenset(k for m in singles for k in m.places)
    ctx.posture = _posture([*named, *singles])
    ctx.lunges = any("lunge" in m.entry and not m.negated for m in (*named, *singles))
    explicit, standing = with_exact(*_explicit(tokens, taken, ctx, places), exact)
    named += _take(pushed(tokens, taken, find(tokens, taken, 1, 1)), taken)
    named = without_weak(tokens, taken, _on_the_floor(named, tokens), more=bool(explicit))
    named = led(of_one_deed(tokens, named), front)
    named, untold = telling(tokens, gone(named, course))
    veer, note = veering(named, course)
    for text in filter(None, (untold, note)):
        ctx.note(text)
    reading = _reading(tokens, taken, ctx, named, explicit, standing, veer)
    return replace(reading, unshown=tuple(course.said), sided=any(t.text in _SIDES for t in tokens))


@per_atlas
def vocabulary() -> Vocabulary:
    """All words that are known, in full and as stems."""
    full = (SMALL, LARGE, NEGATIONS, IRREGULAR, NUMBER_WORDS, PART_WORDS, SIDE_WORDS, SKIP, SPLITTERS, STOP, WAY_WORDS)
    table = index()
    words = {w for t in full for w in t} | {w for phrase in PHRASES for w in phrase} | SYNONYM_WORDS | mood_words()
    common = {stem(w): 0.0 for t in (PART_WORDS, WAY_WORDS, ACTIONS) for w in t}
    stems = table.words | {stem(w) for w in words} | {*ACTIONS, *EXTRA}
    return Vocabulary(table.full | words, stems, {**table.weight, **common})


def _on_the_floor(matches: list[Match], tokens: list[Token]) -> list[Match]:
    """Sitting, said alone, is on the floor where a floor is spoken of: "seated, one hand on the floor"."""
    floor = any(t.text == "ground" and (i == 0 or tokens[i - 1].text != "flat") for i, t in enumerate(tokens))
    feet = any(PART_WORDS.get(t.text) in ("foot", "sole") for t in tokens)
    if not floor or feet or "sit on ground" not in atlas().entries:
        return matches
    return [
        replace(m, entry="sit on ground") if m.entry == "sit on chair" and len(m.places) == 1 else m for m in matches
    ]


def _take(matches: list[Match], taken: list[bool]) -> list[Match]:
    """Mark what the matches use."""
    for match in matches:
        for k in match.places:
            taken[k] = True
    return matches


def _posture(matches: list[Match]) -> str:
    book = atlas()
    return next((book.posture(m.entry) for m in matches if not m.negated and book.posture(m.entry)), "")


# --- explicit body language ---------------------------------------------------------------------------


def _explicit(
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


# --- named poses ---------------------------------------------------------------------------------------


def _reading(
    tokens: list[Token],
    taken: list[bool],
    ctx: Context,
    named: list[Match],
    explicit: list[Posecode],
    standing: list[Posecode],
    veer: tuple[str, ...],
) -> Reading:
    meant = poses_alone([m for m in named if not m.negated], tokens)
    for match in named:
        if match.negated:
            ctx.note(f"{match.entry}: said not to be done, left out.")
            for k in range(max(0, match.places[0] - 3), match.places[0]):
                taken[k] = taken[k] or tokens[k].text in NEGATIONS
    arms_used = {s for s in _SIDES if any(f"{s}_arm" in limb_slots(c) for c in explicit)}
    sided = [(m, _side(m, tokens, taken, arms_used)) for m in meant]
    sided, explicit = on_one_leg(sided, explicit, ctx.free_leg)
    base, used = _base(sided, ctx)
    if not used or all(atlas().posture(m) in _UPRIGHT for m in used):
        bent = bent_joints(explicit)
        explicit = [*(opened(c, bent) for c in _unsettled(standing, explicit)), *explicit]
        walks = any(is_gait(name) for name in used)
        explicit = [*_borne(explicit, hangs=used in ((), ("stand",)), stands=not walks), *explicit]
    elif any(_is_airless(c) for c in standing):
        explicit = [*explicit, *(c for c in standing if _is_airless(c))]
    base = composed(base, [c for line in veer for c in read_line(line)])
    explicit = [*explicit, *_not_done(ctx, explicit, used)]
    program = composed(base, explicit)
    for match in meant:
        _take_context(match, tokens, taken)
    for k, token in enumerate(tokens[:-1]):
        taken[k] = taken[k] or (token.text == "both" and any(taken[k + 1 : k + 3]))
    _take_touched(program, tokens, taken)
    _take_joining(program, tokens, taken)
    free = [k for k, t in enumerate(tokens) if not taken[k] and _is_content(t)]
    unread = tuple(dict.fromkeys(tokens[k].said for k in free))
    return Reading(program, used, tuple(explicit), unread, tuple(ctx.notes), tuple(free), stance=_stance(sided, used))


def _not_done(ctx: Context, explicit: list[Posecode], used: tuple[str, ...]) -> list[Posecode]:
    """How arms are that something is not done with, where nothing else says it."""
    book = atlas()
    gestures = [c for name in used if not book.posture(name) for c in book.program(name)]
    said = frozenset(limb for c in (*explicit, *gestures) for limb in limb_slots(c))
    said -= frozenset(
        limb for c in explicit if isinstance(c, Support) for limb in c.limbs() if limb.endswith("_leg")
    ) - (frozenset(limb for c in explicit if not isinstance(c, Support) for limb in limb_slots(c)))
    codes = [c for line in dict.fromkeys(ctx.weak) for c in read_line(line)]
    return [c for c in codes if not limb_slots(c) & said]


def _unsettled(standing: list[Posecode], explicit: list[Posecode]) -> list[Posecode]:
    """What holds for a standing body, unless the trunk was placed in so many words."""
    placed = any(isinstance(c, Direction) and c.segment == "torso" for c in explicit)
    return [c for c in standing if not (placed and isinstance(c, Direction) and c.segment == "torso")]


def _borne(explicit: list[Posecode], *, hangs: bool, stands: bool) -> list[Posecode]:
    """The limbs of a body that bends far forward without a word about them: legs stand, arms hang."""
    low = any(isinstance(c, Direction) and c.segment == "torso" and c.toward[1] < 0.8 for c in explicit)
    said = frozenset(limb for c in explicit for limb in limb_slots(c))
    sides = [s for s in _SIDES if low and stands and f"{s}_leg" not in said]
    lines = [line for s in sides for line in (f"{s} leg points down", f"{s} foot on ground")]
    lines += [f"{s} arm points down" for s in _SIDES if low and hangs and f"{s}_arm" not in said]
    return [c for line in lines for c in read_line(line)]


def _is_airless(code: Posecode) -> bool:
    """Legs spread or together mean the same when sitting or lying."""
    return code.kind == "distance"


def _base(sided: list[tuple[Match, str]], ctx: Context) -> tuple[Program, tuple[str, ...]]:
    """The named poses over each other: what carries the body first, then what settles less."""
    book = atlas()
    best: dict[str, tuple[Match, str]] = {}
    for match, side in sided:
        if match.entry not in best or (side and not best[match.entry][1]):
            best[match.entry] = (match, side)
    carriers = [(m, s) for m, s in best.values() if book.posture(m.entry)]
    carriers.sort(key=lambda ms: (is_dull(ms[0].entry), ms[0].entry in PLAIN_GAITS, -_rank(ms[0]), ms[0].places))
    main = _main(carriers)
    air = next((ms for ms in carriers if _carries_arms(ms[0].entry)), None)
    if main and air and book.posture(main[0].entry) == "stand" and book.entries[main[0].entry].limb in ("arm", "hand"):
        main = air  # "throws while jumping", "kicking and punching"
    gait = next((ms for ms in carriers if is_gait(ms[0].entry)), None)
    if main and gait and main is not gait and is_of_arms(main[0].entry):
        main = gait  # "walking with a box": the legs walk, the arms carry
    order = ([main] if main else []) + [ms for ms in best.values() if ms is not main and ms not in carriers]
    rest = [ms for ms in carriers if ms is not main]
    program: Program = ()
    used: list[str] = []
    for match, side in order:
        program = composed(program, seen_from_chest(program, _sided_program(match.entry, side)))
        used.append(match.entry)
    untold: list[str] = []
    for match, side in rest:
        joined = False
        if main is None or goes_with(main[0].entry, match.entry):
            program, joined = _joined(program, match.entry, side, main[0].entry if main else "")
        if joined:
            used.append(match.entry)
        elif main and not (is_gait(match.entry) and (is_gait(main[0].entry) or any(map(is_gait, untold)))):
            untold.append(match.entry)
    if main and untold:
        ctx.note(f"I posed {main[0].entry!r}, not the moment of {' and '.join(map(repr, untold))}.")
    chosen = [m.entry for m, s in best.values() if m.entry in used and not s and not is_gait(m.entry)]
    if any(book.entries[name].side for name in chosen):
        ctx.note(_chosen_sides([book.entries[name] for name in chosen if book.entries[name].side]))
    return program, tuple(used)


def _carries_arms(name: str) -> bool:
    """Whether what the arms do goes over this deed: a jump, or one of a leg."""
    book = atlas()
    return book.posture(name) == "air" or (book.entries[name].limb == "leg" and not is_dull(name))


def _stance(sided: list[tuple[Match, str]], used: tuple[str, ...]) -> Program:
    """How the body stands with the first gesture that says so, where no pose that carries the body is asked for."""
    book = atlas()
    if any(book.posture(name) for name in used):
        return ()
    stances = (book.stance(m.entry, side) for m, side in sided if m.entry in used)
    return next((stance for stance in stances if stance), ())


def _chosen_sides(entries: list[Entry]) -> str:
    """A note on the sides that nobody named."""
    told = [(e.name, f"{e.side} {'side' if e.limb == 'body' else e.limb}") for e in entries]
    if len(told) == 1:
        return f"I took the {told[0][1]}; name the other for its mirror image."
    return f"Sides I took: {', '.join(f'{side} ({name})' for name, side in told)}."


def _is_of_both_arms(name: str) -> bool:
    """Whether a pose without a side is one of the arms alone, so that one of them may be asked for."""
    return all(limb_slots(c) <= _OF_ARMS | {"head"} for c in atlas().program(name))


def _sided_program(name: str, side: str) -> Program:
    """The program for a side; "both" adds what the other arm does: "thumbs up with both hands"."""
    book = atlas()
    if side in _SIDES and not book.entries[name].side:  # "right hand in the pocket"
        of_it = {f"{side}_arm", f"{side}_fingers", f"{side}_arm_facing"}
        return tuple(c for c in book.program(name) if limb_slots(c) <= of_it)
    if side != "both":
        return book.program(name, side)
    entry = book.entries[name]
    there = tuple(
        c for c in book.program(name, "left" if entry.side == "right" else "right") if limb_slots(c) <= _OF_ARMS
    )
    arm = f"{entry.side}_arm"
    mine = tuple(c for c in there if not any(limb.startswith(arm) for limb in limb_slots(c)))
    return composed(book.program(name), mine)


def _main(carriers: list[tuple[Match, str]]) -> tuple[Match, str] | None:
    """The named pose that carries the body: a posture said in so many words, or an action that has the same posture."""
    book = atlas()
    postures = [ms for ms in carriers if book.entries[ms[0].entry].category == "postures"]
    actions = [ms for ms in carriers if ms not in postures]
    if not postures:
        return actions[0] if actions else None
    first = postures[0][0]
    wanted = book.posture(first.entry)
    meant = _FAMILIES.get(wanted, {wanted}) if first.size == 1 else {wanted}
    specific = next((ms for ms in actions if book.posture(ms[0].entry) in meant and wanted != "stand"), None)
    standing = next((ms for ms in actions if wanted == "stand" and book.posture(ms[0].entry) == "stand"), None)
    return specific or standing or postures[0]


def _rank(match: Match) -> float:
    return match.score


def _joined(program: Program, name: str, side: str, main: str) -> tuple[Program, bool]:
    """A further pose over the main one: its arms, hands and head; legs and trunk go with the posture it has lost."""
    book = atlas()
    if book.entries[name].category == "postures" and main:
        return program, book.posture(name) == book.posture(main)
    upper = {"left_arm", "right_arm", "head", "left_fingers", "right_fingers", "left_arm_facing", "right_arm_facing"}
    extra = tuple(c for c in _sided_program(name, side) if limb_slots(c) <= upper)
    return composed(program, seen_from_chest(program, extra)), bool(extra)


def _side(match: Match, tokens: list[Token], taken: list[bool], arms_used: set[str]) -> str:
    """The side that a named pose is asked for: in the alias, else that of a limb named beside it."""
    entry = atlas().entries[match.entry]
    if not entry.side:
        one = match.side and _is_of_both_arms(match.entry) and not any(tokens[k].text in PLURALS for k in match.places)
        return _consume(tokens, taken, match.side, min(match.places) - 1) if one else ""
    if entry.limb in ("arm", "hand") and _both(match, tokens, taken):
        return "both"
    if match.side:
        return _consume(tokens, taken, match.side, min(match.places) - 1)
    handed = next((i for i, t in enumerate(tokens[1:]) if t.text == "handed" and tokens[i].text in _SIDES), None)
    if handed is not None and entry.limb != "leg":  # "a left-handed batter"
        taken[handed] = taken[handed + 1] = True
        return tokens[handed].text
    if side := aimed(match, tokens, taken):
        return side
    kinds = (
        LEG_KINDS
        if entry.limb == "leg"
        else ARM_KINDS
        if entry.limb in ("arm", "hand")
        else ARM_KINDS | LEG_KINDS | {"hip", "shoulder", "torso"}
    )
    spoken = [
        (i, t.text)
        for i, t in enumerate(tokens[:-1])
        if t.text in _SIDES and (PART_WORDS.get(tokens[i + 1].text) in kinds)
    ]
    if atlas().posture(match.entry) == "side":  # a hand on the hip is not the side that one lies on
        spoken = [
            s
            for s in spoken
            if any(t.text == "on" for t in tokens[max(0, s[0] - 2) : s[0]]) and not _placed(tokens, s[0])
        ]
    free = [s for s in spoken if not taken[s[0]]]
    before = next((t.text for t in reversed(tokens[: min(match.places)]) if t.text not in DETERMINERS), "")
    if entry.limb in ("arm", "hand") and not free and len(arms_used) == 1 and before == "with":
        return next(iter(arms_used))  # "the right arm out to the side with the thumb up"
    if entry.limb in ("arm", "hand") and not free and len(arms_used) == 1:  # "left hand on the hip, the other waving"
        for i, token in enumerate(tokens[:-1]):
            if token.text == "other" and PART_WORDS.get(tokens[i + 1].text) in kinds:
                taken[i] = taken[i + 1] = True
        return "left" if "right" in arms_used else "right"
    if free or spoken:
        i, side = (free or spoken)[0]
        taken[i] = taken[i + 1] = True
        return side
    bare = next((i for i, t in enumerate(tokens) if t.text in _SIDES and not taken[i]), None)
    if bare is not None:
        taken[bare] = True
        return tokens[bare].text
    return ""


def _placed(tokens: list[Token], i: int) -> bool:
    """Whether a part of the body stands before the "on" that leads to the side at i: "a hand on the right hip"."""
    on = next((k for k in range(i - 1, max(-1, i - 3), -1) if tokens[k].text == "on"), -1)
    return on > 0 and tokens[on - 1].text in PART_WORDS


def _both(match: Match, tokens: list[Token], taken: list[bool]) -> bool:
    """Whether a pose of one arm is asked for with both: "both thumbs up", "waving with both hands"."""
    for i, token in enumerate(tokens):
        following = tokens[i + 1] if i + 1 < len(tokens) else None
        beside = i + 1 in match.places or (
            following is not None and PART_WORDS.get(following.text) in ARM_KINDS and not taken[i]
        )
        if token.text in ("both", "two") and beside:
            taken[i] = True
            if i + 1 not in match.places:
                taken[i + 1] = True
            return True
    return False


def _consume(tokens: list[Token], taken: list[bool], side: str, near: int) -> str:
    """Mark the side word in or beside an alias as used."""
    for i in range(max(0, near), len(tokens)):
        if tokens[i].text == side and not taken[i]:
            taken[i] = True
            break
    return side


def _take_context(match: Match, tokens: list[Token], taken: list[bool]) -> None:
    """Words that belong to a named pose ("broom" to sweeping) are no unread words."""
    words = index().context[match.entry]
    for i, token in enumerate(tokens):
        inside = min(match.places) < i < max(match.places)
        passed = inside and (token.text in _SIDES or token.text == "both" or token.stem in ACTIONS)
        if token.stem in words or passed or token.stem in _PRETENDING or _leads_to(match, tokens, i):
            taken[i] = True


def _leads_to(match: Match, tokens: list[Token], i: int) -> bool:
    """As in "one hand covers the eyes": the hand is what a pose of the hand is done with."""
    return PART_WORDS.get(tokens[i].text) in ("hand", "arm") and i + 1 in match.places


def _take_touched(program: Program, tokens: list[Token], taken: list[bool]) -> None:
    """Parts that a named pose touches anyway are understood: "a phone at the ear"."""
    regions = {r for c in program if isinstance(c, Contact) for r in (c.a, c.b)}
    kinds = {word for region in regions for word in region.split("_")}
    for i, token in enumerate(tokens):
        if not taken[i] and PART_WORDS.get(token.text) in kinds and i and not taken[i - 1]:
            alone = tokens[i - 1].text in DETERMINERS or tokens[i - 1].text in _SIDES or tokens[i - 1].text in RELATIONS
            taken[i] = alone


def _take_joining(program: Program, tokens: list[Token], taken: list[bool]) -> None:
    """Words that lead to a part that was understood, and "overhead" of arms that are up, are understood."""
    up = any(isinstance(c, Direction) and "arm" in c.segment and c.toward[1] > 0.6 for c in program)
    for i, token in enumerate(tokens):
        following = next((k for k in range(i + 1, len(tokens)) if tokens[k].text not in DETERMINERS), -1)
        leads = token.text in RELATIONS and following > 0 and taken[following] and tokens[following].text in PART_WORDS
        taken[i] = taken[i] or leads or (token.text == "overhead" and up)


def _is_content(token: Token) -> bool:
    return bool(token.said) and not token.is_mark and token.text not in STOP and token.text not in SPLITTERS
