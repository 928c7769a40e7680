"""The words of an edit: clauses, verbs, body parts with sides, directions and amounts. No geometry."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from backend.posecodes.vocabulary import SIDES

_POLITE: Final = re.compile(
    r"^first(?:ly)?,? |\b(?:please|can you|could you|would you|i want|i would like|try to|now|also|just|instead"
    r"|(?:make|have|let) (?:him|her|them|the (?:character|figure|man|woman|person)))\b"
)
_DETERMINER: Final = r"(?:the |his |her |their |your |its |my |a |an )?"
_CUT: Final = re.compile(
    r"(?<!\d)\.|\.(?!\d)|[,;!?]|\band then\b|\bthen\b|\bwhile\b|\bbut\b|\bso(?: that)?\b|\band\b"
    r"|\bwith (?=(?:the |his |her |your |both )*(?:left |right )?(?:\w+ )?(?:hanging|crossed|raised|outstretched)\b)"
)
_VERBS: Final = (  # action, how it is said; the first that matches at the start of a clause
    ("rise", r"stand (?:up|taller|straighter|higher)|straighten up|rise|get up"),
    ("rise", r"(?:raise|lift) (?:the |his |her |your )?(?:hips|pelvis|body|stance)"),
    ("crouch", r"squat|crouch|sink|go (?:down|lower|deeper)|get (?:down|lower)|sit (?:lower|deeper)|deepen"),
    ("crouch", r"(?:lower|drop|sink) (?:the |his |her |your )?(?:hips|pelvis|body|stance|squat|lunge)"),
    ("straighten", r"straighten(?: out)?|unbend|extend|stretch(?: out)?"),
    ("raise", r"raise|lift(?: up)?|kick|elevate|bring up|put up|hold up|hoist|shrug"),
    ("lower", r"lower|drop|bring down|put down|let down|take down"),
    ("bow", r"nod|bow|tuck"),
    ("bend", r"bend|flex|crook|curl"),
    ("twist", r"twist"),
    ("tilt", r"tilt|cock|tip|incline"),
    ("lean", r"lean|hunch|slouch|slump|arch|round"),
    ("look", r"look|gaze|stare|glance"),
    ("turn", r"turn|rotate|face|pivot|swivel|spin"),
    ("spread", r"spread|widen|open up"),
    ("cross", r"cross|fold"),
    ("uncross", r"uncross|unfold"),
    ("close", r"close|clench|ball|narrow|make an? fist|make fists?"),
    ("open", r"open|unclench"),
    ("relax", r"relax|rest at ease"),
    ("step", r"step|side ?step|take a step"),
    ("keep", r"keep|leave|hold still"),
    ("move", r"move|bring|put|place|shift|slide|push|pull|swing|take|set|rest|reach|lay|touch|hold|point"),
    ("move", r"join|clasp|interlock|rub|clap|press"),
)  # fmt: skip
_ACTIONS: Final = tuple((action, re.compile(rf"^(?:{words})\b")) for action, words in _VERBS)
_COMPARATIVES: Final = (  # "left arm higher", "knees more bent", "deeper"
    ("raise", r"\b(?:higher|raised more|more raised|up more)\b"),
    ("straighten", r"\b(?:straighter|less bent|bent less|more straight)\b"),
    ("bend", r"\b(?:more bent|bent more|bent further|bent a bit more)\b"),
    ("crouch", r"\b(?:deeper|closer to the ground)\b"),
    ("lower", r"\blower\b"),
    ("spread", r"\b(?:wider|further apart|farther apart)\b"),
)
_PARTS: Final = {
    "arm": r"upper arms?|arms?", "hand": r"hands?|wrists?|palms?|fists?", "elbow": r"elbows?|forearms?",
    "fingers": r"fingers?",
    "leg": r"legs?|thighs?", "knee": r"knees?", "foot": r"foot|feet|ankles?|heels?|toes?", "shoulder": r"shoulders?",
    "hips": r"hips?|pelvis", "head": r"head|chin|face|neck", "eyes": r"gaze|eyes?",
    "torso": r"torso|upper body|trunk|chest|waist|spine", "body": r"whole body|body|stance|pose|character|figure",
}  # fmt: skip
_FAMILIES: Final = (("arm", "hand", "elbow", "fingers", "shoulder"), ("leg", "knee", "foot"))
_NOUN: Final = "|".join(f"(?P<{kind}>{words})" for kind, words in _PARTS.items())
_PART: Final = re.compile(
    rf"\b(?:(?P<side>left|right|both|front|back|rear|raised|lifted|other)\s+(?:of the )?)?(?:{_NOUN})\b"
)
_SPINE: Final = re.compile(r"\b(?:the|his|her|their|your) back\b(?! (?:leg|foot|knee|arm|hand))")
_TARGET: Final = re.compile(
    r"\b(?:to|on|onto|at|behind|in front of|towards?|near|over|above|against|beside|under|below|up to|down to|across)\b"
)
_LEVEL: Final = re.compile(
    rf"{_DETERMINER}\b(?P<what>shoulder|head|chest|waist|hip|eye|chin|face|knee)s?(?:'s)?[ -](?:height|level|high)\b"
)
_WAYS: Final = {
    "up": r"up(?:wards?)?|higher", "down": r"down(?:wards?)?|lower",
    "front": r"forwards?|ahead|(?:to|in|at) (?:the )?front(?! of)|^front",
    "back": r"backwards?|back(?! leg| foot| knee| of)", "left": r"left", "right": r"right",
    "out": r"out(?:wards?)?|sideways|to the sides?|apart",
    "in": r"in(?:wards?)?(?! front)|together|closer",
}  # fmt: skip
_SMALL: Final = re.compile(
    r"\b(?:a (?:little|tiny|small|wee)(?: bit)?|a bit|bit|slightly|a touch|a tad|somewhat|gently|subtly|little)\b"
)
_LARGE: Final = re.compile(
    r"\b(?:a lot|much|way|far|strongly|considerably|significantly|dramatically|a good deal|deeply)\b"
)
_FULL: Final = re.compile(
    r"\b(?:fully|completely|entirely|all the way|totally|straight up|overhead|as (?:far|high|low|much) as possible)\b"
)
_MORE: Final = re.compile(
    r"(?<!^)\b(?:more|further|farther|even|again|half(?:way| way)?|deeper|higher|lower|wider|taller)\b"
)  # "lower" may be the verb
_LESS: Final = re.compile(r"\bless\b|\bnot so\b")
_NUMBER: Final = r"(\d+(?:\.\d+)?)"
_DEGREES: Final = re.compile(
    rf"(?:(by|to|at)\s+)?(?:about |around )?(?:an? )?(?:{_NUMBER}\s*(?:degrees?|deg\b|°)|(right angle))"
)
_LENGTH: Final = re.compile(
    rf"(?:by\s+)?(?:about |around )?{_NUMBER}\s*"
    r"(cm|centimet(?:er|re)s?|mm|millimet(?:er|re)s?|m|met(?:er|re)s?|inch(?:es)?|in)\b"
)
_PRONOUN: Final = re.compile(r"^\w+ (?:it|them)\b")  # "move it 5 cm forward"
_STEPPED: Final = ("raise", "lower", "move")
_UNITS: Final = {"c": 0.01, "mm": 0.001, "mi": 0.001, "m": 1.0, "i": 0.0254}


@dataclass(frozen=True)
class Amount:
    """How much. degrees, metres: as said, else None; scale: of the usual amount; to: the degrees are where it ends.

    given: whether anything at all was said about how much.
    """

    degrees: float | None = None
    metres: float | None = None
    scale: float = 1.0
    to: bool = False
    full: bool = False
    less: bool = False
    given: bool = False

    @property
    def figure(self) -> bool:
        """Whether a number was said."""
        return self.degrees is not None or self.metres is not None

    def turn(self, usual: float) -> float:
        """Degrees, given the usual ones."""
        return self.degrees if self.degrees is not None else usual * self.scale

    def shift(self, usual: float) -> float:
        """Metres, given the usual ones."""
        return self.metres if self.metres is not None else usual * self.scale


@dataclass(frozen=True)
class Part:
    """A part of the body as named. side: left, right, both, front, back, raised, other, or "" where none was said."""

    kind: str
    side: str = ""
    noun: str = ""

    @property
    def plural(self) -> bool:
        return (
            self.side == "both"
            or self.noun == "feet"
            or (self.noun.endswith("s") and self.kind not in ("hips", "torso"))
        )


@dataclass(frozen=True)
class Clause:
    """One instruction. action "" where no verb was found; target: the words after the preposition, with it.

    steps: further directions, each with its own amount ("20 cm up and 10 cm forward").
    """

    text: str
    action: str = ""
    parts: tuple[Part, ...] = ()
    ways: tuple[str, ...] = ()
    amount: Amount = Amount()
    target: str = ""
    level: str = ""
    steps: tuple[tuple[tuple[str, ...], Amount], ...] = ()

    def moves(self) -> tuple[tuple[tuple[str, ...], Amount], ...]:
        """Every direction with how far: "20 cm up and 10 cm forward" has two."""
        return ((self.ways, self.amount), *self.steps)

    def has(self, *kinds: str) -> bool:
        return any(p.kind in kinds for p in self.parts)


def normalised(prompt: str) -> str:
    """Lower case, no polite words, single spaces."""
    text = prompt.lower().replace("’", "'").replace("left and right", "both").replace("right and left", "both")
    text = re.sub(
        r"\bthan (?:the |his |her )?(?:left|right|other)(?: one| arm| leg| hand| knee| foot)?\b|\bout (?=in front)",
        "",
        text,
    )
    return " ".join(_POLITE.sub(" ", text).split()).strip(" .,!")


def clauses_of(prompt: str) -> list[Clause]:
    """The instructions of a prompt; one without a verb goes on with the one before ("lift the arm and the leg")."""
    out: list[Clause] = []
    for piece in _CUT.split(normalised(prompt)):
        text = piece.strip()
        clause = parse_clause(text) if text else None
        if clause is None:
            continue
        joined = _joined(out[-1], clause) if out and out[-1].action else None
        if joined:
            out[-1] = joined
        else:
            out.append(_continued(clause, out))
    return out


def _joined(last: Clause, clause: Clause) -> Clause | None:
    """One clause of two where the second only says another direction: "up and forward", "raise it 5 cm, 3 cm out"."""
    if clause.level and not clause.action and not clause.parts and not clause.ways and last.action in _STEPPED:
        return replace(last, text=f"{last.text} {clause.text}", level=clause.level)  # "higher, to shoulder height"
    bare = not clause.action and not clause.parts and bool(clause.ways) and not _leftover(clause.text)
    again = bool(_PRONOUN.match(clause.text)) and not clause.parts and last.action in _STEPPED
    again = again and clause.action in _STEPPED and clause.amount.figure and last.amount.figure
    if not bare and not again:
        return None
    text = f"{last.text} and {clause.text}"
    if clause.amount.figure and last.amount.figure:
        return replace(last, text=text, steps=(*last.steps, (_stepped_ways(clause), clause.amount)))
    amount = clause.amount if clause.amount.given and not last.amount.given else last.amount
    return replace(last, text=text, ways=tuple(dict.fromkeys(last.ways + clause.ways)), amount=amount)


def _stepped_ways(clause: Clause) -> tuple[str, ...]:
    upright: dict[str, tuple[str, ...]] = {"raise": ("up",), "lower": ("down",)}
    return tuple(dict.fromkeys(clause.ways + upright.get(clause.action, ())))


def _continued(clause: Clause, before: list[Clause]) -> Clause:
    """A clause that leaves out its verb, its part ("it") or its side goes on with those said before."""
    last = next((c for c in reversed(before) if c.action), None)
    if last is None:
        return clause
    for part in clause.parts:
        sided = _with_side(part, last.parts)
        if sided != part:
            text = re.sub(rf"\b{part.noun}\b", f"{sided.side} {part.noun}", clause.text, count=1)
            clause = replace(clause, text=text, parts=tuple(sided if p is part else p for p in clause.parts))
    if last.parts and clause.action and not clause.parts and _PRONOUN.match(clause.text):
        return replace(clause, parts=last.parts)  # "raise the left arm and bend it"
    bare = clause.parts or clause.ways or clause.amount.given
    if clause.action or not bare or _leftover(clause.text):
        return clause
    return replace(clause, action=last.action, parts=clause.parts or last.parts)


def _with_side(part: Part, before: tuple[Part, ...]) -> Part:
    """In "raise the left arm and bend the elbow" the elbow is the left one."""
    family = next((f for f in _FAMILIES if part.kind in f), ())
    named = [p for p in before if p.kind in family and p.side and not p.plural]
    if part.side or part.plural or not named:
        return part
    return replace(part, side=named[-1].side)


def _leftover(text: str) -> str:
    """What is in a clause besides parts, directions and amounts: such a clause says something of its own."""
    for found in (_DEGREES, _LENGTH, _SMALL, _LARGE, _FULL, _MORE, _LEVEL, _PART, _SPINE):
        text = found.sub(" ", text)
    text = re.sub(rf"\b(?:{'|'.join(_WAYS.values())}|the|his|her|their|your|to|by|it|side|sides)\b", " ", text)
    return text.strip()


def parse_clause(text: str) -> Clause:
    """One clause in its parts."""
    verb = next(((name, found) for name, pattern in _ACTIONS if (found := pattern.match(text))), None)
    action = verb[0] if verb else ""
    if not action:
        action = next((name for name, pattern in _COMPARATIVES if re.search(pattern, text)), "")
    amount, rest = _amount(text)
    level = _LEVEL.search(rest)
    rest = _LEVEL.sub(" ", rest)
    cut = _TARGET.search(rest, _first_part_end(rest))
    head, target = (rest[: cut.start()], rest[cut.start() :].strip()) if cut else (rest, "")
    parts = _parts(head)
    tail = _PART.sub(" ", target) if parts else target
    after_verb = head[verb[1].end() :] if verb and action in ("straighten", "spread", "raise") else head
    ways = _ways(_SPINE.sub(" ", _PART.sub(" ", after_verb)) + " " + tail)
    return Clause(text, action, parts, ways, amount, target, level["what"] if level else "")


def _first_part_end(text: str) -> int:
    """Where the thing that is moved ends, so that "hand on the hip" is cut after the hand; 0 where nothing is named."""
    found = _PART.search(text)
    return found.end() if found and not _TARGET.search(text[: found.start()]) else 0


def _parts(text: str) -> tuple[Part, ...]:
    out = [Part("torso", noun="back")] if _SPINE.search(text) else []
    for m in _PART.finditer(_SPINE.sub(" ", text)):
        kind = next(k for k in _PARTS if m[k])
        out.append(Part(kind, {"rear": "back", "lifted": "raised"}.get(m["side"] or "", m["side"] or ""), m[kind]))
    return tuple(out)


def _ways(text: str) -> tuple[str, ...]:
    return tuple(way for way, words in _WAYS.items() if re.search(rf"\b(?:{words})\b", text))


def _amount(text: str) -> tuple[Amount, str]:
    """The amount in a clause, and the clause without its figures."""
    degrees, length = _DEGREES.search(text), _LENGTH.search(text)
    rest = _LENGTH.sub(" ", _DEGREES.sub(" ", text))
    metres = float(length[1]) * next(f for u, f in _UNITS.items() if length[2].startswith(u)) if length else None
    scale = 0.5 if _SMALL.search(text) else 1.9 if _LARGE.search(text) else 1.0
    full, less = bool(_FULL.search(text)), bool(_LESS.search(text))
    given = bool(degrees or length or full or less or scale != 1.0 or _MORE.search(text))
    rest = _SMALL.sub(" ", rest)
    value = (float(degrees[2]) if degrees[2] else 90.0) if degrees else None
    to = bool(degrees and degrees[1] != "by" and not _MORE.search(text) and not less)
    return Amount(value, metres, scale, to, full, less, given), " ".join(rest.split())


def is_bare(clause: Clause) -> bool:
    """Whether a clause is nothing but parts, directions and amounts: "left foot forward"."""
    return bool(clause.parts) and not _leftover(clause.text)


def other(side: str) -> str:
    """The other side."""
    return SIDES[1 - SIDES.index(side)]
