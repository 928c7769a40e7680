"""The words of remarks about what was said before ("a little less", "no, the other one"), without their history."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from backend.posecodes.vocabulary import SIDES

from .edit_words import clauses_of

_LEAD: Final = re.compile(r"^(?:(?:yes|yeah|yep|ok|okay|good|great|nice|hm+|well|and|no|nope|wait|sorry)\b[\s,]*)+")
_LITTLE: Final = r"(?:(?P<little>a (?:little|bit|touch|tad|tiny bit|little bit)|slightly|a hair)\s+)?"
_MUCH: Final = r"(?:(?P<much>much|a lot|way|far|a good deal)\s+)?"
_NOUN: Final = r"(?P<noun>arm|hand|elbow|shoulder|leg|foot|knee|one|side|way|direction|way (?:a)?round)s?"
_ON: Final = r"(?:with|on|for|to) (?:the |his |her )?"
_MEANT: Final = (
    r"(?:i (?:meant|mean|said)|not that (?:one|arm|leg|hand|side),?|make it|use|with|on|it should be|that(?:'s| is))"
)
_WAY: Final = r"(?:to the )?(?:left|right)|forwards?|back(?:wards?)?|up(?:wards?)?|down(?:wards?)?"
_POSE: Final = r"(?:pose|one|change|edit|step)"
_AS_BEFORE: Final = r"(?:as|the way|to where|where|how) (?:it|they) (?:was|were)(?: before)?"
_MANNERS: Final = r"(?:much|far|strong|strongly|high|low|deep|wide|bent|straight|extreme|exaggerated|big)"
_KINDS: Final = (  # the first that matches the whole text
    ("first", r"(?:(?:go|take (?:it|me)|bring it|return|jump)\s+)?(?:all the way )?back to (?:the )?(?:very )?"
              rf"(?:first|start|starting|beginning|original|initial)(?: (?:point|{_POSE}))?"),
    ("first", r"(?:the )?(?:first|original|initial|starting) pose(?: again)?"),
    ("first", r"start (?:all )?over|reset(?: (?:it|everything|all))?"),
    ("redo", r"redo(?: (?:it|that))?"),
    ("undo", rf"(?:undo|revert|cancel|scrap|discard)(?: (?:it|that|this|(?:the )?(?:last|previous) {_POSE}))?"),
    ("undo", r"take (?:it|that) back|one step back|go back(?: one(?: step)?)?|never ?mind|forget (?:it|that)"),
    ("undo", rf"(?:go )?(?:back to )?(?:the )?(?:previous|last|earlier|one before)(?: {_POSE})?"),
    ("undo", rf"put it back(?: {_AS_BEFORE})?|{_AS_BEFORE}|as it was"),
    ("undo", rf"i (?:liked|preferred) (?:the )?(?:previous|last|earlier)(?: {_POSE})?(?: better)?"),
    ("less", rf"(?:that(?:'s| is| was)\s+|it(?:'s| is)\s+|you went\s+)?{_LITTLE}{_MUCH}(?P<too>too) {_MANNERS}"),
    ("less", rf"(?:do (?:it |that )?)?{_LITTLE}{_MUCH}less(?: (?:of (?:that|it)|so))?"),
    ("less", rf"not (?:quite )?(?:so|that|as) {_MANNERS}"),
    ("less", r"(?:go )?back (?P<little2>a (?:little|bit))|(?:ease off|tone it down)(?: a (?:bit|little))?"),
    ("less", r"(?P<too>half) (?:as much|that|of (?:that|it))|only half(?: (?:as much|that))?"),
    ("more", r"(?P<much>twice|double) (?:as much|that|it)"),
    ("way", rf"(?P<way>{_WAY})"),
    ("again", r"(?:do (?:it|that) )?(?:again|once more|one more time)|repeat(?: (?:it|that))?|(?:the )?same again"),
    ("more", rf"(?:do (?:it |that )?|go )?(?P<even>even\s+|still\s+|yet\s+|some\s+)?{_LITTLE}{_MUCH}"
             r"(?:more|further|farther)(?: (?:of (?:that|it)|so|still|yet))?"),
    ("more", r"keep going|keep (?:at it|it up)|go on|continue|carry on|not enough|more of the same"),
    ("also", rf"(?:do )?(?:the )?same (?:thing )?{_ON}(?P<side>other|left|right) {_NOUN}(?: too| as well)?"),
    ("also", r"(?:do )?(?:the )?same (?:thing )?on the (?P<side>other|left|right)(?: too| as well)?"),
    ("also", rf"(?:the )?(?P<side>other|left|right) {_NOUN} (?:too|as well)"),
    ("other", rf"(?P<same>(?:do )?(?:the )?same(?: thing| pose)?,? but,? {_ON})(?P<side>other|left|right) {_NOUN}"),
    ("other", rf"(?:{_MEANT} )*(?:the |his |her )?(?P<side>other|wrong|left|right) {_NOUN}(?: instead)?"),
    ("other", r"(?:the )?(?:opposite|other) (?P<noun>way|direction|side)"),
)  # fmt: skip
_REMARKS: Final = tuple((kind, re.compile(words)) for kind, words in _KINDS)
_UNDO_AND: Final = re.compile(
    r"^(?:undo|revert|take back)(?: (?:it|that|this))?"
    r"(?:\s*[,;.]\s*(?:and |then )*|\s+(?:and(?: then)?|then)\s+)(?P<rest>.+)$"
)
_INSTEAD: Final = re.compile(r"^(?:no|nope|wait|not that)[\s,]+(?P<rest>.+?),? instead$")
_RESTORE: Final = (
    re.compile(
        r"^(?:undo|revert|reset|restore|take back) (?:the |his |her |your )?(?:change (?:of|to) the )?(?P<rest>.+?)"
        r"(?: (?:turn|tilt|twist|bend|lean|raise|lift|change|move|movement|motion|part|rotation|pose))?$"
    ),
    re.compile(
        r"^(?P<place>put|move|bring|set) (?:the |his |her |your )?(?P<rest>.+?) back"
        rf"(?P<how> (?:again|{_AS_BEFORE}))?$"
    ),
)
_ONLY_PART: Final = re.compile(
    r"^(?:(?:left|right|both) )?(?:arms?|hands?|elbows?|shoulders?|legs?|knees?|foot|feet|head|torso|chest|hips"
    r"|upper body)$"
)
_BARE: Final = re.compile(
    rf"^{_LITTLE}{_MUCH}(?:(?:further|farther|more)\s+)?(?:higher|lower|straighter|wider|more bent|less bent|up|down"
    r"|(?:to the )?(?:left|right)|forwards?|back(?:wards?)?|out(?:wards?)?|in(?:wards?)?)$"
)
_PRONOUN: Final = re.compile(
    r"^(?P<verb>raise|lift|lower|drop|bend|straighten|extend|stretch|move|put|place|bring|swing|turn|rotate|tilt|open"
    r"|close|rest) (?:it|them)\b(?! back$)"
)
_NOUNS: Final = {"arm": r"arm|hand|elbow|shoulder|wrist|palm|fist|forearm", "leg": r"leg|foot|knee|thigh|ankle|heel"}


@dataclass(frozen=True)
class Remark:
    """kind: undo, redo, first, restore, more, less, again, other (instead), also, way (another direction instead).

    degree: "little", "much", "even", "too" ... of more and less. side: left or right, or "" for the other one. noun:
    arm, leg, one ... rest: the part that is restored, or what is asked after an undo. same: "same but with ...".
    place: said as a movement that may also be meant as a direction.
    """

    kind: str
    degree: str = ""
    side: str = ""
    noun: str = ""
    rest: str = ""
    same: bool = False
    place: bool = False

    @property
    def family(self) -> str:
        """What limb a noun belongs to: arm, leg, or "" for none."""
        return next((f for f, words in _NOUNS.items() if re.fullmatch(words, self.noun)), "")


def plain(prompt: str) -> str:
    """Lower case, single spaces, no polite words and no mark at the end."""
    text = " ".join(prompt.lower().replace("’", "'").split())
    text = re.sub(r"\b(?:please|(?:can|could|would) you)\b,?\s*", "", text)
    return re.sub(r"^(?:now|then)\s+", "", text).strip(" .,!?")


def remark_in(text: str) -> Remark | None:
    """The remark that `plain` words are, as a whole; None where they say something of their own."""
    after = _UNDO_AND.match(text) or _INSTEAD.match(text)
    if after:
        return Remark("undo", rest=re.sub(r"\s*,?\s*instead$", "", after["rest"].strip()))
    said, text = text, plain(_LEAD.sub("", text))
    for kind, pattern in _REMARKS:
        found = pattern.fullmatch(text)
        if found and (kind != "way" or re.match(r"(?:no|nope|not|wait|sorry)\b", said)):
            return _remark(kind, found)
    return _restoring(text)


def _remark(kind: str, found: re.Match[str]) -> Remark:
    said = found.groupdict()
    words = ["little"] if said.get("little") or said.get("little2") else []
    words += ["much"] if said.get("much") else []
    words += ["even"] if said.get("even") and not words else []
    words += ["too"] if said.get("too") else []
    if said.get("way"):
        return Remark(kind, rest=said["way"])
    side = said.get("side") or ""
    noun = (said.get("noun") or "").removesuffix("s")
    return Remark(kind, " ".join(words), side if side in SIDES else "", noun, same=bool(said.get("same")))


def _restoring(text: str) -> Remark | None:
    """Like "undo the head turn", "put the left arm back"."""
    for pattern in _RESTORE:
        found = pattern.match(text)
        if found and _ONLY_PART.match(found["rest"]):
            said = found.groupdict()
            foot = bool(re.search(r"leg|foot|feet|knee|hips|shoulder|elbow", found["rest"]))
            return Remark("restore", rest=found["rest"], place=bool(said.get("place")) and not said.get("how") and foot)
    return None


def side_swapped(said: str, remark: Remark, busy: str) -> str | None:
    """An instruction for the other side; None where it has none.

    Args:
        busy: the side that moved, for an instruction that named no side; "" where that is not known.
    """
    nouns = _NOUNS.get(remark.family, "")
    pattern = rf"\b(left|right)(?= (?:{nouns}))" if nouns else r"\b(left|right)\b"
    found = re.findall(pattern, said)
    if not found and nouns:
        # "raise the arm": the side was chosen by the reader
        goal = remark.side or (SIDES[1 - SIDES.index(busy)] if busy else "")
        text, n = re.subn(rf"\b(?:other )?(?=(?:{nouns})\b)", f"{goal} ", said, count=1)
        return text if n and goal else None
    if not found:
        return None
    if remark.side and remark.side == found[0] and not remark.same:
        return said
    return re.sub(pattern, lambda m: SIDES[1 - SIDES.index(m[1])], said)


def way_changed(said: str, way: str) -> str | None:
    """An instruction in another direction: "lean forward" and "to the left"; None where it names no direction."""
    side = way.split()[-1] in SIDES
    goal = f"to the {way.split()[-1]}" if side else way
    text, n = re.subn(rf"\b(?:{_WAY})\b(?! (?:{_NOUNS['arm']}|{_NOUNS['leg']}))", goal, said, count=1)
    return text if n else None


def subject_of(said: str) -> str:
    """What an instruction was about, with its side: "the left arm"; "" where it names no part."""
    for clause in reversed(clauses_of(said)):
        if clause.parts:
            part = clause.parts[0]
            side = part.side if part.side in (*SIDES, "both", "front", "back") else ""
            return " ".join(w for w in ("the" if side != "both" else "", side, part.noun or part.kind) if w)
    return ""


def without_pronoun(text: str, subject: str) -> str:
    """Words that leave out what they are about, said of `subject`; "" where nothing is left out."""
    if not subject:
        return ""
    if _BARE.match(text):
        state = re.search(r"higher|lower|straighter|wider|bent", text)
        return f"{'' if state else 'turn ' if 'head' in subject else 'move '}{subject} {text}"
    if _PRONOUN.match(text):
        return _PRONOUN.sub(lambda m: f"{m['verb']} {subject}", text, count=1)
    return ""
