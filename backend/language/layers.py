"""Named poses over each other: what carries the body first, then what settles less, each on its side."""

from __future__ import annotations

from backend.posecodes import Program

from .atlas import Entry, atlas
from .compose import composed, limb_slots, seen_from_chest
from .context import Context
from .course import is_gait
from .lexicon import SIDES
from .matching import Match
from .moments import PLAIN_GAITS, goes_with, is_dull, is_of_arms

_FAMILIES = {"sit": {"sit", "floor"}, "lie": {"lie", "prone", "side"}}  # what a bare "sitting" or "lying" may turn out
_OF_ARMS = frozenset({"left_arm", "right_arm", "left_fingers", "right_fingers", "left_arm_facing", "right_arm_facing"})


def layered(sided: list[tuple[Match, str]], ctx: Context) -> tuple[Program, tuple[str, ...]]:
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


def whole_stance(sided: list[tuple[Match, str]], used: tuple[str, ...]) -> Program:
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


def is_of_both_arms(name: str) -> bool:
    """Whether a pose without a side is one of the arms alone, so that one of them may be asked for."""
    return all(limb_slots(c) <= _OF_ARMS | {"head"} for c in atlas().program(name))


def _sided_program(name: str, side: str) -> Program:
    """The program for a side; "both" adds what the other arm does: "thumbs up with both hands"."""
    book = atlas()
    if side in SIDES and not book.entries[name].side:  # "right hand in the pocket"
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
