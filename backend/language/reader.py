"""A prompt becomes a program: named poses of the atlas as the ground, explicit body language over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from backend.posecodes import Posecode, read_line

from .asked_side import asked_side
from .atlas import atlas, per_atlas
from .clause_words import EXTRA
from .cleaning import clean
from .compose import composed, limb_slots
from .context import Context, Place, overstated
from .course import find_course, is_gait
from .deeds import lead, led, of_one_deed
from .doers import poses_alone
from .exact import exactly
from .explicit import body_language, borne, is_airless, left_alone, unsettled
from .layers import layered, whole_stance
from .lexicon import (
    ACTIONS,
    IRREGULAR,
    LARGE,
    NEGATIONS,
    NUMBER_WORDS,
    PART_WORDS,
    PHRASES,
    SIDE_WORDS,
    SIDES,
    SKIP,
    SMALL,
    SPLITTERS,
    STOP,
    WAY_WORDS,
)
from .matching import Match, find, index
from .modifiers import Mood, mood_words
from .moments import gone, pushed, telling, veering, without_split, without_weak
from .moods import NO_POSE, mood_alone, moods_of
from .named_sides import on_one_leg
from .overlay import ahead, behind_head, bent_joints, opened, with_exact
from .paraphrase import reworded
from .preparing import prepared
from .reading import Reading
from .rules_points import find_points
from .spelling import Vocabulary
from .stems import stem
from .synonyms import SYNONYM_WORDS
from .tokens import MOST_TOKENS, Token, plain, tokens_of, words_of
from .tongues import tongue_of
from .unposed import is_unposed
from .used_words import is_content, take_context, take_joining, take_touched

_UPRIGHT = frozenset(("", "stand"))


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
    named = _take(without_split(find(tokens, taken, 2), find(tokens, taken, 1)), taken)
    ctx.settled = frozenset(limb for c in exact.codes for limb in limb_slots(c))
    singles = [m for m in pushed(tokens, taken, find(tokens, taken, 1, 1)) if tokens[m.places[0]].stem != "look"]
    singles = without_split(singles, [*named, *singles])
    course = find_course(tokens, taken, [*named, *singles])
    front = lead(tokens, taken, [*named, *singles])
    ctx.gestures = frozenset(k for m in singles if atlas().entries[m.entry].limb in ("arm", "hand") for k in m.places)
    singles = _on_the_floor(singles, tokens)
    ctx.busy = frozenset(k for m in singles for k in m.places)
    ctx.posture = _posture([*named, *singles])
    programs = [atlas().program(m.entry) for m in (*named, *singles) if not m.negated]
    ctx.behind_head = {side for program in programs for side in behind_head(program)}
    ctx.arms_ahead = any(map(ahead, programs))
    ctx.lunges = any("lunge" in m.entry and not m.negated for m in (*named, *singles))
    explicit, standing = with_exact(*body_language(tokens, taken, ctx, places), exact)
    rest = pushed(tokens, taken, find(tokens, taken, 1, 1))
    named += _take(without_split(rest, [*named, *rest]), taken)
    named = without_weak(tokens, taken, _on_the_floor(named, tokens), more=bool(explicit))
    named = led(of_one_deed(tokens, named), front)
    named, untold = telling(tokens, gone(named, course))
    veer, note = veering(named, course)
    for text in filter(None, (untold, note)):
        ctx.note(text)
    reading = _reading(tokens, taken, ctx, named, explicit, standing, veer)
    return replace(reading, unshown=tuple(course.said), sided=any(t.text in SIDES for t in tokens))


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
    arms_used = {s for s in SIDES if any(f"{s}_arm" in limb_slots(c) for c in explicit)}
    sided = [(m, asked_side(m, tokens, taken, arms_used)) for m in meant]
    sided, explicit = on_one_leg(sided, explicit, ctx.free_leg, ctx.lifted)
    base, used = layered(sided, ctx)
    if not used or all(atlas().posture(m) in _UPRIGHT for m in used):
        bent = bent_joints(explicit)
        explicit = [*(opened(c, bent) for c in unsettled(standing, explicit)), *explicit]
        walks = any(is_gait(name) for name in used)
        explicit = [*borne(explicit, hangs=used in ((), ("stand",)), stands=not walks), *explicit]
    elif any(is_airless(c) for c in standing):
        explicit = [*explicit, *(c for c in standing if is_airless(c))]
    base = composed(base, [c for line in veer for c in read_line(line)])
    explicit = [*explicit, *left_alone(ctx, explicit, used)]
    program = composed(base, explicit)
    for match in meant:
        take_context(match, tokens, taken)
    for k, token in enumerate(tokens[:-1]):
        taken[k] = taken[k] or (token.text == "both" and any(taken[k + 1 : k + 3]))
    take_touched(program, tokens, taken)
    take_joining(program, tokens, taken)
    free = [k for k, t in enumerate(tokens) if not taken[k] and is_content(t)]
    unread = tuple(dict.fromkeys(tokens[k].said for k in free))
    return Reading(
        program, used, tuple(explicit), unread, tuple(ctx.notes), tuple(free), stance=whole_stance(sided, used)
    )
